"""The client against a real server; only what no server does on demand is scripted."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec
import pytest

from assay.client import Client
from assay.client.retrying import Retries, seconds_asked
from assay.core.errors import InputError, MachineError, UsageError
from assay.records.judgment import Judgment
from assay.records.verdict import Abstained, Prefers
from assay.review.answer import Answer
from assay.review.queue.leasing import Receipt
from simulators.desk_program import opened, write_desk_program
from simulators.served import served, token_of

DECLINED = Answer(verdict=Abstained(reason="not my field"))
HANDLE = f"asn_{'a' * 24}"
RECEIPT = msgspec.json.encode(
    Receipt(
        assignment=HANDLE,
        judgment="jud_1",
        record_digest="rcd_1",
        rubric="r 1",
        revision=1,
        late=False,
        stored_at="2026-01-05T09:00:00Z",
    )
)


class Served(NamedTuple):
    """A served desk."""

    url: str
    ana: str
    ben: str
    count: Callable[[], int]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served") / "program"
    write_desk_program(folder)
    with opened(folder) as program:
        ana = token_of(program, "ana", "reviewer", "policy_reviewer")
        ben = token_of(program, "ben", "reviewer", "policy_reviewer")
        with served(program) as url:
            yield Served(url, ana, ben, lambda: program.store.count(Judgment))


def test_a_reviewer_works_through_the_whole_interface(desk: Served) -> None:
    """Claim, look, keep a draft, answer, answer anew, give back: each call gives its own type."""
    with Client(desk.url, desk.ana) as ana:
        me = ana.me()
        assert me.name == "ana"
        assert "review:work" in me.permissions
        assert any(queue.open for queue in ana.queues().items)
        first, second = ana.claim(count=2).assignments
        assert first.shown.candidates[0].letter == "A"
        assert ana.opened(first.assignment).state == "held"
        assert ana.save_draft(first.assignment, {"a": 1}).revision == 1
        with pytest.raises(UsageError) as behind:
            ana.save_draft(first.assignment, {"b": 1})
        assert behind.value.code == "draft-newer"
        kept = ana.assignment(first.assignment).draft
        assert kept is not None
        assert msgspec.json.decode(kept.answer) == {"a": 1}
        stored = ana.answer(first.assignment, DECLINED)
        assert (stored.revision, stored.late, stored.replayed) == (1, False, False)
        assert ana.answer(first.assignment, DECLINED).revision == 2
        assert ana.assignment(first.assignment).answer == DECLINED
        ana.uncovered(second.assignment, 3)
        ana.release(second.assignment)
        assert ana.assignment(second.assignment).state == "released"
        history = ana.history()
        assert len(history.items) == 2
        assert history.items[0].judgment == stored.judgment
        assert history.next is None
        assert ana.history("1").items == history.items[1:]


def test_the_same_key_counts_once(desk: Served) -> None:
    """A program that goes on after a break sends its own key again and gets the stored receipt."""
    with Client(desk.url, desk.ben) as ben:
        (given,) = ben.claim().assignments
        first = ben.answer(given.assignment, DECLINED, key="break-000001")
        before = desk.count()
        again = ben.answer(given.assignment, DECLINED, key="break-000001")
        assert again == msgspec.structs.replace(first, replayed=True)
        assert desk.count() == before
        with pytest.raises(UsageError) as caught:
            ben.answer(given.assignment, Answer(verdict=Abstained(reason="x")), key="break-000001")
    assert caught.value.code == "key-reused"
    assert "new key" in caught.value.hint


def test_an_answer_brings_the_next_work_and_a_retry_gets_it_back(desk: Served) -> None:
    """One request answers and claims; what the page does not name yet comes again with a retry."""
    with Client(desk.url, desk.ben) as ben:
        (first,) = ben.claim().assignments
        stored = ben.answer_and_claim(first.assignment, DECLINED, key="next-000001")
        assert stored.claimed is not None
        (second,) = stored.claimed.assignments
        assert second.assignment != first.assignment
        again = ben.answer_and_claim(first.assignment, DECLINED, key="next-000001")
        assert again.replayed
        assert again.claimed is not None
        assert [each.assignment for each in again.claimed.assignments] == [second.assignment]
        named = ben.answer_and_claim(
            first.assignment, DECLINED, key="next-000001", count=2, held=[second.assignment]
        )
        assert named.claimed is not None
        others = [each.assignment for each in named.claimed.assignments]
        assert len(others) == 2
        assert second.assignment not in others
        for each in (second.assignment, *others):
            ben.release(each, "pause")


def test_an_answer_that_is_refused_claims_for_nobody(desk: Served) -> None:
    """The refusal arrives as ever, and what was claimed with it comes with the next claim."""
    with Client(desk.url, desk.ben) as ben:
        (first,) = ben.claim().assignments
        with pytest.raises(InputError):
            ben.answer_and_claim(first.assignment, Answer(verdict=Abstained(reason=" ")))
        claimed = ben.claim(count=4, held=[first.assignment]).assignments
        assert first.assignment not in {each.assignment for each in claimed}
        for each in (first, *claimed):
            ben.release(each.assignment, "pause")


def test_errors_arrive_as_they_were_raised(desk: Served) -> None:
    """Code, sentence, field and advice of the server's error are those of the caller's."""
    with Client(desk.url, desk.ben) as ben:
        (given,) = ben.claim().assignments
        with pytest.raises(InputError) as unfit:
            ben.answer(given.assignment, Answer(verdict=Abstained(reason=" ")))
        with pytest.raises(UsageError) as unknown:
            ben.assignment(HANDLE)
        with pytest.raises(UsageError) as many:
            ben.claim(count=9)
        ben.release(given.assignment)
    assert (unfit.value.code, unfit.value.where) == ("no-cause", "verdict.reason")
    assert "says why" in unfit.value.message
    assert unfit.value.hint == "A few words are enough"
    assert unknown.value.code == "no-assignment"
    assert many.value.code == "bad-request"
    assert "count" in str(many.value)


def test_a_token_that_is_none_is_refused(desk: Served) -> None:
    """Nobody comes in with a made-up token, and the error says so."""
    with Client(desk.url, "assay_nothing") as nobody, pytest.raises(UsageError) as caught:
        nobody.queues()
    assert "token" in caught.value.message


def test_a_server_that_is_slowing_us_down_says_for_how_long(tmp_path: Path) -> None:
    """Beyond the allowance the real server names the seconds, and the client waits no less."""
    folder = tmp_path / "program"
    write_desk_program(folder)
    waits: list[float] = []
    with opened(folder) as program:
        token = token_of(program, "ana", "reviewer")
        with (
            served(program, rate=2) as url,
            Client(url, token, sleep=waits.append, retries=Retries(attempts=3)) as ana,
        ):
            ana.queues()
            ana.queues()
            with pytest.raises(MachineError) as caught:
                ana.queues()
    assert caught.value.code == "too-many-requests"
    assert len(waits) == 2
    assert all(30 <= each <= 60 for each in waits)


class Script:
    """A transport that answers as it is told, and keeps what came."""

    def __init__(self, *deeds: int | Exception | httpx.Response) -> None:
        self.deeds = list(deeds)
        self.seen: list[tuple[str | None, bytes]] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append((request.headers.get("idempotency-key"), request.read()))
        action = self.deeds.pop(0)
        if isinstance(action, Exception):
            raise action
        return (
            action
            if isinstance(action, httpx.Response)
            else httpx.Response(action, content=RECEIPT)
        )

    def client(self, attempts: int = 5) -> Client:
        return Client(
            "http://127.0.0.1:1",
            "t",
            sleep=self.waits.append,
            retries=Retries(attempts=attempts),
            transport=httpx.MockTransport(self),
        )


def _busy(status: int, seconds: str) -> httpx.Response:
    return httpx.Response(status, headers={"retry-after": seconds}, json={"detail": "busy"})


def test_an_answer_is_sent_again_with_the_same_key_and_bytes() -> None:
    """A broken connection, a busy server and one that is down cost waits and no second judgment."""
    script = Script(httpx.ReadError("broken"), _busy(503, "2"), _busy(429, "3"), 201)
    with script.client() as client:
        assert client.answer(HANDLE, DECLINED).revision == 1
    assert len(script.seen) == 4
    assert len(set(script.seen)) == 1
    assert 0.1 <= script.waits[0] <= 0.2
    assert script.waits[1:] == [2.0, 3.0]


def test_each_answer_has_a_key_of_its_own() -> None:
    """Two answers never share a key that the client made."""
    script = Script(201, 201)
    with script.client() as client:
        client.answer(HANDLE, DECLINED)
        client.answer(HANDLE, DECLINED)
    first, second = (key for key, _ in script.seen)
    assert first != second
    assert len(str(first)) == 32


def test_attempts_end() -> None:
    """A server that stays away ends in an error that names it, after no more than so many attempts."""
    script = Script(*[httpx.ConnectError("refused")] * 3)
    with script.client(attempts=3) as client, pytest.raises(MachineError) as caught:
        client.answer(HANDLE, DECLINED)
    assert caught.value.code == "no-server"
    assert "127.0.0.1" in caught.value.where
    assert len(script.waits) == 2


def test_a_server_that_asks_for_an_hour_is_not_waited_for() -> None:
    """A wait beyond a minute is the caller's to decide."""
    script = Script(_busy(503, "3600"))
    with script.client() as client, pytest.raises(MachineError):
        client.answer(HANDLE, DECLINED)
    assert script.waits == []


def test_what_would_do_harm_twice_is_sent_once() -> None:
    """An exposure that may have arrived is not reported again; a refused one is."""
    script = Script(httpx.ReadError("broken"))
    with script.client() as client, pytest.raises(MachineError):
        client.uncovered(HANDLE, 3)
    assert len(script.seen) == 1
    script = Script(_busy(503, "1"), httpx.Response(204))
    with script.client() as client:
        client.uncovered(HANDLE, 3)
    assert len(script.seen) == 2


@pytest.mark.parametrize("status", [400, 404, 422, 500])
def test_what_will_not_change_is_not_asked_again(status: int) -> None:
    """A refusal, and a fault of the server itself, are told at once."""
    script = Script(httpx.Response(status, json={}))
    with script.client() as client, pytest.raises(MachineError) as caught:
        client.answer(HANDLE, DECLINED)
    assert caught.value.code == "not-assay"
    assert script.waits == []


def test_a_page_of_another_server_is_no_desk() -> None:
    """An answer that is not ours is told with its beginning, and a redirect is not followed."""
    elsewhere = httpx.Response(307, headers={"location": "https://elsewhere.test/"})
    for given in (httpx.Response(200, text="<html>"), elsewhere):
        script = Script(given)
        with script.client() as client, pytest.raises(MachineError) as caught:
            client.claim()
        assert caught.value.code == "not-assay"
        assert len(script.seen) == 1


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://desk.example", "not-loopback"),
        ("desk.example", "bad-address"),
        ("ftp://127.0.0.1", "bad-address"),
        ("http://127.0.0.1.desk.example", "not-loopback"),
    ],
)
def test_a_token_does_not_travel_in_the_clear(url: str, code: str) -> None:
    """Plain HTTP is for this machine alone, and what is no address is refused."""
    with pytest.raises(UsageError) as caught:
        Client(url, "token")
    assert caught.value.code == code


def test_a_handle_cannot_leave_its_path() -> None:
    """What is no handle is refused before anything is sent."""
    script = Script()
    with script.client() as client, pytest.raises(UsageError):
        client.assignment("../../me")
    assert script.seen == []


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        (None, None),
        ("soon", None),
        ("-3", None),
        ("Wed, 21 Oct 2026", None),
    ],
)
def test_seconds_asked(given: str | None, seconds: float | None) -> None:
    """Whole seconds are read; a date, or nothing, leaves the wait to us."""
    assert seconds_asked(given) == seconds


def test_waits_double_up_to_a_bound() -> None:
    """Each wait lies in the upper half of a window that doubles until the longest one."""
    retries = Retries(attempts=99)
    for failed in range(1, 20):
        most = min(10.0, 0.2 * 2 ** (failed - 1))
        assert most / 2 <= (retries.wait(failed, None) or 0) <= most
    assert Retries(attempts=3).wait(3, None) is None


def test_without_httpx_the_missing_extra_is_named() -> None:
    """Importing the client where httpx is not installed says what to install."""
    program = (
        "import sys; sys.modules['httpx'] = None\n"
        "try: import assay.client\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("MachineError")
    assert "assay[client]" in told.stdout


def test_candidates_are_counted_as_shown(desk: Served) -> None:
    """A typed answer goes through unchanged: what is preferred is read back so."""
    with Client(desk.url, desk.ben) as ben:
        while True:
            (given,) = ben.claim().assignments
            if "prefers" in given.form.verdicts:
                break
            ben.answer(given.assignment, DECLINED)
        answer = msgspec.convert(
            {
                "verdict": {"verdict": "prefers", "candidate": 1, "strength": 2},
                "reasons": [{"text": "Its fares are the table's.", "dimension": "correct"}],
            },
            Answer,
        )
        ben.answer(given.assignment, answer)
        kept = ben.assignment(given.assignment).answer
    assert kept == answer
    assert isinstance(answer.verdict, Prefers)
