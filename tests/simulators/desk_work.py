"""People who work at the desk of an open program, and the clock that a test moves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from assay.governance.permissions import Principal
from assay.program.program import Program
from assay.records.record import Record
from assay.review.answer import Answer
from assay.review.queue.lease import Lease
from assay.review.queue.leasing import Receipt

Open = Callable[..., Program]
"""Opens the program with lines of its contract changed."""


class MovedClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


def claim(program: Program, who: Principal, **more: Any) -> Lease | None:
    given = program.desk.claims.claim(who, **more).result()
    return given.leases[0] if given.leases else None


def answer(program: Program, who: Principal, lease: Lease, place: int = 0) -> Receipt:
    """A verdict where one is asked, and nothing beyond it."""
    form = program.desk.assignments.work(who, str(lease.handle)).form
    said = {
        "prefers": {"verdict": "prefers", "candidate": place, "strength": 1},
        "ranks": {"verdict": "ranks", "order": [[0], [1], [2]]},
        "not_asked": {"verdict": "abstained", "reason": "not mine"},
    }[form.verdicts[0]]
    body = msgspec.json.encode(
        {"verdict": said, "reasons": [{"text": "so", "dimension": "correct"}]}
    )
    given = msgspec.json.decode(body, type=Answer)
    sent = program.desk.assignments.answer(
        who, str(lease.handle), given, body=body, key=f"k-{lease.handle}"
    )
    return sent.result()


def preference_queue(program: Program, who: Principal) -> str:
    cards = program.desk.queues(who)
    return next(each.queue for each in cards if each.title.startswith("preference · en"))


def pairs(program: Program) -> list[Record]:
    return [
        each
        for each in program.store.scan(Record)
        if each.kind == "preference" and len(each.candidates) == 2
    ]
