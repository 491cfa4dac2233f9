"""The client on a real loopback server: retries, bounds, deadlines, and a key that stays hidden."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from assay.core.digest import labelled_digest
from assay.core.errors import MachineError, UsageError
from assay.providers.endpoint import Completion, Endpoint, Failure, Request, SamplingParameters
from assay.providers.openai_compatible import OpenAICompatible, retry_after_seconds
from assay.records.task import Message
from simulators.scripted_endpoint import (
    Drop,
    EndpointAction,
    Refuse,
    Say,
    Send,
    scripted_endpoint,
    steady,
)

PATIENCE_SECONDS = 120
"""How long a request waits for the others before the test fails."""

KEY = "sk-scripted-0123456789"


def settings(url: str, **fields: Any) -> Endpoint:
    return Endpoint(**({"base_url": url, "backoff_seconds": 0.01} | fields))


def ask(given: Endpoint, *prompts: str) -> list[Completion | Failure]:
    async def gather() -> list[Completion | Failure]:
        async with OpenAICompatible(given) as endpoint:
            return await asyncio.gather(
                *(
                    endpoint.complete(
                        Request(
                            model="tiny",
                            messages=(Message(role="user", content=prompt),),
                            parameters=SamplingParameters(),
                        )
                    )
                    for prompt in prompts
                )
            )

    return asyncio.run(gather())


def fail_first(times: int, action: EndpointAction) -> Any:
    return lambda body, before: action if before < times else steady(body, before)


def failure(answer: Completion | Failure) -> Failure:
    assert isinstance(answer, Failure)
    return answer


def test_the_digest_is_of_the_bytes_that_were_sent() -> None:
    """The prompt digest equals the SHA-256 of the body that reached the server."""
    with scripted_endpoint() as server:
        [answer] = ask(settings(server.url), "a")
    assert isinstance(answer, Completion)
    assert answer.prompt_digest == labelled_digest(server.bodies[0])


def test_requests_under_way_are_bounded() -> None:
    """The server never sees more than three requests at once, and does see three."""
    three = threading.Barrier(3, timeout=PATIENCE_SECONDS)

    def together(_: dict[str, Any], __: int) -> EndpointAction:
        three.wait()
        return Say(text="a", seconds=0.1)

    with scripted_endpoint(together) as server:
        answers = ask(settings(server.url, concurrency=3), *map(str, range(12)))
    assert len(answers) == len(server.bodies) == 12
    assert server.most_in_flight == 3


@pytest.mark.parametrize(
    "action",
    [
        Refuse(status=408), Refuse(status=409), Refuse(status=429), Refuse(status=500),
        Refuse(status=503), Drop(), Send(body=b'{"choices": ['), Send(body=b"<html>busy</html>"),
    ],
)  # fmt: skip
def test_what_passes_is_tried_again(action: EndpointAction) -> None:
    """After two passing faults the third attempt brings the answer."""
    with scripted_endpoint(fail_first(2, action)) as server:
        [answer] = ask(settings(server.url), "a")
    assert isinstance(answer, Completion)
    assert (answer.attempts, len(server.bodies)) == (3, 3)


@pytest.mark.parametrize(
    ("action", "reason", "final"),
    [
        (Refuse(status=400), "http-400", False),
        (Refuse(status=401), "http-401", True),
        (Refuse(status=402), "http-402", True),
        (Refuse(status=403), "http-403", False),
        (Refuse(status=404), "http-404", True),
        (Refuse(status=422), "http-422", False),
        (Refuse(status=307, headers={"Location": "/v1/elsewhere"}), "http-307", False),
    ],
)
def test_a_refusal_is_asked_once(action: EndpointAction, reason: str, final: bool) -> None:
    """A status that another attempt cannot change is a failure at once, with the server's words."""
    with scripted_endpoint(lambda _, __: action) as server:
        [answer] = ask(settings(server.url), "a")
    assert len(server.bodies) == 1
    message = f"HTTP {reason.removeprefix('http-')}: scripted"
    assert answer == Failure(reason=reason, message=message, attempts=1, final=final)


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Refuse(status=500), "http-500"),
        (Drop(), "connection"),
        (Send(body=b"{"), "unreadable-answer"),
    ],
)
def test_attempts_are_counted_and_end(action: EndpointAction, reason: str) -> None:
    """A fault that stays fails after the allowed attempts, with its reason."""
    with scripted_endpoint(lambda _, __: action) as server:
        [answer] = ask(settings(server.url, attempts=3), "a")
    assert (failure(answer).reason, failure(answer).attempts) == (reason, 3)
    assert len(server.bodies) == 3


def test_retry_after_is_honoured() -> None:
    """After a 429 that asks for one second, the next attempt comes no sooner."""
    with scripted_endpoint(
        fail_first(1, Refuse(status=429, headers={"Retry-After": "1"}))
    ) as server:
        started = time.monotonic()
        [answer] = ask(settings(server.url), "a")
        waited = time.monotonic() - started
    assert isinstance(answer, Completion)
    assert waited >= 1


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    """A server that asks for an hour gets no second attempt and holds nobody up."""
    with scripted_endpoint(
        fail_first(1, Refuse(status=429, headers={"Retry-After": "3600"}))
    ) as server:
        [answer] = ask(settings(server.url, deadline_seconds=30), "a")
    assert (failure(answer).reason, len(server.bodies)) == ("http-429", 1)


def test_the_deadline_covers_all_attempts() -> None:
    """An answer that takes longer than the deadline is a failure by that name."""
    over = threading.Event()

    def late(_: dict[str, Any], __: int) -> EndpointAction:
        over.wait()
        return Say(text="late")

    with scripted_endpoint(late) as server:
        [answer] = ask(settings(server.url, deadline_seconds=0.2), "a")
        over.set()
    assert (failure(answer).reason, failure(answer).attempts) == ("deadline", 1)


def test_a_silent_attempt_is_tried_again() -> None:
    """An attempt without an answer in its time gives way to the next."""
    over = threading.Event()

    def silent_once(body: dict[str, Any], before: int) -> EndpointAction:
        if before == 0:
            over.wait()
        return steady(body, before)

    with scripted_endpoint(silent_once) as server:
        [answer] = ask(settings(server.url, timeout_seconds=0.5, attempts=100), "a")
        over.set()
    assert isinstance(answer, Completion)
    assert answer.attempts > 1


def test_waiting_for_a_place_does_not_count_against_the_deadline() -> None:
    """Eight answers, one after the other, all come with a deadline of six times one of them.

    A busy machine may take longer for one than its deadline, and is given longer ones.
    """
    for seconds in (0.2, 1.0, 5.0):
        with scripted_endpoint(lambda _, __, one=seconds: Say(text="a", seconds=one)) as server:
            given = settings(server.url, concurrency=1, deadline_seconds=6 * seconds)
            answers = ask(given, *map(str, range(8)))
        if all(isinstance(answer, Completion) for answer in answers):
            return
    raise AssertionError(answers)


def test_an_endless_answer_is_cut_off() -> None:
    """A response beyond the allowed length is a failure and is not asked for again."""
    with scripted_endpoint(lambda _, __: Say(text="a" * 5000)) as server:
        [answer] = ask(settings(server.url, answer_bytes=1000), "a")
    assert (failure(answer).reason, len(server.bodies)) == ("too-long-answer", 1)


def test_a_server_that_is_not_there_is_a_failed_connection() -> None:
    """Where nothing listens, the failure says so."""
    with scripted_endpoint() as server:
        url = server.url
    [answer] = ask(settings(url, attempts=2), "a")
    assert (failure(answer).reason, failure(answer).attempts) == ("connection", 2)


def test_the_key_is_sent_and_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server gets the key; an error body that repeats it is passed on without it."""
    monkeypatch.setenv("SCRIPTED_KEY", KEY)
    refusal = Refuse(status=401, body=json.dumps({"error": f"bad key {KEY}"}).encode())
    with scripted_endpoint(lambda _, __: refusal) as server:
        given = settings(server.url, key_variable="SCRIPTED_KEY")
        [answer] = ask(given, "a")
        client = OpenAICompatible(given)
        shown = f"{given!r} {client!r} {client._client.headers!r}"
    assert server.authorizations == [f"Bearer {KEY}"]
    assert failure(answer).message == "HTTP 401: bad key [key]"
    assert KEY not in shown


@pytest.mark.parametrize("value", ["", "  ", "two\nlines", "schlüssel"])
def test_an_unusable_key_is_named_by_its_variable_alone(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """An empty key, or one that no header can carry, is an error that does not show it."""
    monkeypatch.setenv("SCRIPTED_KEY", value)
    with pytest.raises(MachineError) as caught:
        OpenAICompatible(settings("http://127.0.0.1/v1", key_variable="SCRIPTED_KEY"))
    assert caught.value.code == "missing-secret"
    assert "SCRIPTED_KEY" in str(caught.value)
    assert not value.strip() or value not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000/v1", "ftp://host/v1", "http:///v1", f"http://user:{KEY}@host/v1",
        f"https://host/v1?key={KEY}",
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_refused(url: str) -> None:
    """An address has scheme, host and path, no secret, and is not repeated in the error."""
    with pytest.raises(UsageError) as caught:
        OpenAICompatible(settings(url))
    assert caught.value.code == "bad-address"
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "field", ["concurrency", "attempts", "timeout_seconds", "deadline_seconds"]
)
def test_bounds_are_positive(field: str) -> None:
    """A bound of nothing is an error of the call."""
    with pytest.raises(UsageError):
        OpenAICompatible(settings("http://127.0.0.1/v1", **{field: 0}))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        (
            {
                "Retry-After": "Sat, 31 Jan 2026 09:30:12 GMT",
                "Date": "Sat, 31 Jan 2026 09:30:00 GMT",
            },
            12,
        ),
        (
            {
                "Retry-After": "Sat, 31 Jan 2026 09:29:00 GMT",
                "Date": "Sat, 31 Jan 2026 09:30:00 GMT",
            },
            0,
        ),
        ({"Retry-After": "Sat, 31 Jan 2026 09:30:12 GMT"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": "-5"}, 0),
        ({}, 0),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float) -> None:
    """Seconds, or a date against the response's own; anything else asks for no wait."""
    assert retry_after_seconds(headers) == seconds


def test_without_the_extra_its_install_line_is_named() -> None:
    """Where httpx is not installed, the error says what to install."""
    program = (
        "import sys; sys.modules['httpx'] = None\n"
        "from assay.core.errors import MachineError\n"
        "try: import assay.providers.model_run\n"
        "except MachineError as error: print(error)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "pip install 'assay[sample]'" in result.stdout


@pytest.mark.parametrize("field", ["concurrency", "attempts", "answer_bytes"])
def test_a_bound_that_is_not_positive_is_named(field: str) -> None:
    """Of several bounds the message names the one that is wrong."""
    with pytest.raises(UsageError) as refused:
        OpenAICompatible(settings("http://127.0.0.1:1/v1", **{field: 0}))
    assert refused.value.where == field


@pytest.mark.parametrize("extra", ["[1", "[1]", '"text"'])
def test_further_fields_that_are_no_object_are_named(extra: str) -> None:
    """Broken JSON and JSON of another kind are refused alike, by the name of the parameter."""
    with pytest.raises(UsageError, match="not a JSON object") as refused:
        SamplingParameters(extra=extra)
    assert refused.value.where == "extra"
