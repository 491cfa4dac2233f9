"""Skipping has a limit, so that nobody reads through a queue without answering."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from assay.core.clock import Clock, later, system_clock
from assay.program.program import Program
from assay.review.queue.skipping import FREE_SKIPS, Ended, SkipLimitError, most_skips, refuse_more
from assay.web.app import create_app
from assay.web.authentication import COOKIE
from simulators.desk_program import PASSWORD, opened, person, write_desk_program
from unit.web.conftest import Client

Serve = Callable[..., Any]
RELEASE = "/api/v1/review/assignments/{}/release"


@pytest.mark.parametrize(
    ("answers", "share", "most"),
    [(0, 0.5, FREE_SKIPS), (30, 0.5, 30), (30, 0.25, FREE_SKIPS), (100, 0.2, 25), (0, 0, FREE_SKIPS)],
)  # fmt: skip
def test_skips_are_a_share_of_what_is_ended_and_some_are_free(
    answers: int, share: float, most: int
) -> None:
    """Of 100 answers and 25 skips a fifth is skipped; ten skips are always allowed; 1 is no limit."""
    assert most_skips(answers, share) == most
    refuse_more(Ended(answers=answers, skips=most - 1), share, coming=1)
    with pytest.raises(SkipLimitError):
        refuse_more(Ended(answers=answers, skips=most), share, coming=1)
    refuse_more(Ended(answers=answers, skips=most), share, coming=0)
    refuse_more(Ended(answers=0, skips=10_000), 1.0, coming=1)


@contextmanager
def desk(folder: Path, clock: Clock = system_clock) -> Iterator[tuple[Client, Program]]:
    """A desk under the contract's default, at which a reviewer is signed in."""
    write_desk_program(folder, skip_share=0.5)
    with opened(folder, clock) as program:
        person(program, "ana", "reviewer", "policy_reviewer")
        app = create_app(program, sweep_seconds=3600)
        with TestClient(app, base_url="https://desk.test") as client:
            sign_in(client, program)
            yield client, program


def sign_in(client: Client, program: Program) -> None:
    """Sign the reviewer in."""
    signed_in = program.accounts.sign_in("ana", PASSWORD)
    assert signed_in
    client.cookies.set(COOKIE, signed_in.cookie)
    client.headers["x-csrf-token"] = str(signed_in.principal.csrf)


def page_through(client: Client, reason: str) -> tuple[set[str], Any]:
    """Claim and give back until it is refused, or nothing comes: what was seen, the last answer."""
    seen: set[str] = set()
    for _ in range(60):
        claimed = client.post("/api/v1/review/claims", json={"count": 1})
        if not claimed.is_success or not claimed.json()["assignments"]:
            return seen, claimed
        handle = claimed.json()["assignments"][0]["assignment"]
        seen.add(handle)
        left = client.post(RELEASE.format(handle), json={"reason": reason})
        if not left.is_success:
            return seen, left
    return seen, claimed


@pytest.mark.parametrize("reason", ["skip", "welfare"])
def test_nobody_reads_through_a_queue_by_giving_back(reason: str, tmp_path: Path) -> None:
    """After ten the next is refused with 429, a named problem and what to do, and after an hour it is not."""
    moment = ["2026-03-02T09:00:00Z"]
    with desk(tmp_path / "program", lambda: moment[0]) as (client, program):
        seen, last = page_through(client, reason)
        assert len(seen) == FREE_SKIPS + 1
        assert last.status_code == 429
        assert last.json()["title"] == "skip limit"
        assert "within an hour" in last.json()["detail"]
        assert "why it cannot be judged" in last.json()["hint"]
        assert int(last.headers["retry-after"]) > 0
        moment[0] = later(moment[0], 3601)
        sign_in(client, program)  # an idle session has ended by then
        again = client.post("/api/v1/review/claims", json={"count": 1}).json()["assignments"]
        path = RELEASE.format(again[0]["assignment"])
        assert client.post(path, json={"reason": "skip"}).status_code == 204


def test_severe_content_may_be_left_at_any_time(tmp_path: Path) -> None:
    """Beyond the limit, too, one request leaves it, and it does not count."""
    with desk(tmp_path / "program") as (client, program):
        ana = next(each for each in program.accounts.list() if each.name == "ana")
        program.desk.eligibility.consent(ana.pseudonym, "fare_evasion", given=True)
        program.desk.seat([(ana.pseudonym, ana.roles)], by="tests")
        queues = client.get("/api/v1/review/queues").json()["items"]
        (severe,) = [each["queue"] for each in queues if each["harms"]]
        claimed = client.post("/api/v1/review/claims", json={"queue": severe}).json()
        (held,) = claimed["assignments"]
        others = [each["queue"] for each in queues if not each["harms"]]
        for queue in others:
            while True:
                answer = client.post("/api/v1/review/claims", json={"queue": queue})
                if not answer.is_success or not answer.json()["assignments"]:
                    break
                path = RELEASE.format(answer.json()["assignments"][0]["assignment"])
                if client.post(path, json={"reason": "skip"}).status_code == 429:
                    break
        path = RELEASE.format(held["assignment"])
        assert client.post(path, json={"reason": "skip"}).status_code == 429
        assert client.post(path, json={"reason": "welfare"}).status_code == 204
