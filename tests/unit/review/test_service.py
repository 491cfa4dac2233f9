"""The use cases of review on a store."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import pytest

from assay.core.errors import InputError
from assay.core.fact import Fact
from assay.records.judgment import Judgment
from assay.records.ports import Row
from assay.records.record import Record
from assay.records.verdict import (
    Prefers,
)
from assay.review import service
from assay.review.assign import Assignee
from assay.review.assignment import Assignment
from assay.review.queue import pass_service
from simulators.memory_store import MemoryStore
from simulators.no_desk import NoDesk
from simulators.open_rights import open_rights
from simulators.small_program import LAYER, facts, judged, pair

F = TypeVar("F", bound=Fact)

DOCUMENTS = facts()
MEMBERS = tuple(Assignee(pseudonym=f"r{number}", role="reviewer") for number in range(4))
REASON = {"reason.clarity": "clearer"}


@pytest.fixture
def store() -> MemoryStore:
    """A store with ten records, two passes of each assigned."""
    made = MemoryStore()
    with made.write("test.fill", actor="test") as writing:
        writing.add([pair(number) for number in range(10)])
    pass_service.assign(
        made, NoDesk(made), DOCUMENTS, MEMBERS, rights=open_rights("own"), key=b"key", actor="lead"
    )
    return made


def _answers(store: MemoryStore, verdict: str = "A", **filters: Any) -> list[dict[str, Any]]:
    rows = service.export_work(
        store, NoDesk(store), DOCUMENTS, rights=open_rights("own"), flat=True, **filters
    )
    return [row | {"verdict": verdict} | REASON for row in rows]


def _take(store: MemoryStore, rows: list[dict[str, Any]]) -> service.ImportedAnswers:
    return service.import_judgments(
        store, DOCUMENTS, _numbered(rows), actor="lead", subject="answers.csv"
    )


def _numbered(rows: list[dict[str, Any]]) -> list[Row]:
    return [Row(number=number, values=row) for number, row in enumerate(rows, start=1)]


def test_assigning_again_asks_nobody_twice(store: MemoryStore) -> None:
    """What is assigned stays so; a second run adds nothing, an extra pass one more person."""
    assert store.count(Assignment) == 20
    assert (
        pass_service.assign(
            store,
            NoDesk(store),
            DOCUMENTS,
            MEMBERS,
            rights=open_rights("own"),
            key=b"key",
            actor="lead",
        ).assigned
        == 0
    )
    record = next(store.scan(Record))
    more = pass_service.assign(
        store,
        NoDesk(store),
        DOCUMENTS,
        MEMBERS,
        rights=open_rights("own"),
        key=b"key",
        actor="lead",
        extra=[record.id],
    )
    assert more.assigned == 1
    asked = [each.reviewer for each in store.scan(Assignment, record=record.id)]
    assert len(set(asked)) == 3


def test_the_facts_of_a_batch_are_read_once(store: MemoryStore) -> None:
    """Whoever asks how far the work is, reads each family of facts once for all its records."""
    asked: list[str] = []

    class Counting(MemoryStore):
        def scan(self, family: type[F], **where: str | Sequence[str]) -> Iterator[F]:
            if "record" in where:
                asked.append(family.__name__)
            return super().scan(family, **where)

    counting = Counting()
    counting.facts = store.facts
    once = ["Adjudication", "Assignment", "AssignmentWithdrawal", "Judgment"]
    assert len(list(pass_service.handed_out(counting, NoDesk(counting)))) == 20
    assert sorted(asked) == once
    asked.clear()
    pass_service.assign(
        counting,
        NoDesk(counting),
        DOCUMENTS,
        MEMBERS,
        rights=open_rights("own"),
        key=b"key",
        actor="lead",
    )
    assert sorted(asked) == once


def test_imported_judgments_count_as_passes() -> None:
    """A record that somebody judged elsewhere needs one pass less, and not from that person."""
    store, record = MemoryStore(), pair()
    with store.write("test.fill", actor="test") as writing:
        writing.add([record, judged(record, "r0", 0), judged(record, "bot", 1, kind="model")])
    assert (
        pass_service.assign(
            store,
            NoDesk(store),
            DOCUMENTS,
            MEMBERS,
            rights=open_rights("own"),
            key=b"key",
            actor="lead",
        ).assigned
        == 1
    )
    (found,) = store.scan(Assignment)
    assert found.reviewer != "r0"


def test_answers_become_judgments_in_the_record_s_order(store: MemoryStore) -> None:
    """Every A is the candidate that its reviewer was shown first."""
    found = _take(store, _answers(store))
    assert (found.read, found.stored, found.set_aside) == (20, 20, ())
    for judgment in store.scan(Judgment):
        assert isinstance(judgment.verdict, Prefers)
        assert judgment.order is not None
        assert judgment.verdict.candidate == judgment.order[0]
    assert {each.order for each in store.scan(Judgment)} == {(0, 1), (1, 0)}


def test_what_is_answered_is_not_handed_out_again(store: MemoryStore) -> None:
    """The queue shrinks by what came in, for each reviewer apart."""
    before = pass_service.status(store, NoDesk(store))
    assert (before.assigned, before.judged, before.waiting) == (20, 0, 20)
    _take(store, _answers(store, reviewer="r1"))
    after = pass_service.status(store, NoDesk(store))
    assert after.judged == 5
    assert "r1" not in after.waiting_by_reviewer
    assert (
        list(
            service.export_work(
                store, NoDesk(store), DOCUMENTS, rights=open_rights("own"), reviewer="r1"
            )
        )
        == []
    )
    assert (
        len(list(service.export_work(store, NoDesk(store), DOCUMENTS, rights=open_rights("own"))))
        == 15
    )


def test_the_same_answers_twice_count_once(store: MemoryStore) -> None:
    """A file that is imported again changes nothing."""
    rows = _answers(store)
    _take(store, rows)
    again = _take(store, rows)
    assert (again.stored, again.already_there) == (0, 20)
    assert store.count(Judgment) == 20


def test_a_changed_answer_supersedes_the_earlier_one(store: MemoryStore) -> None:
    """The earlier judgment stays in the store and is named by the one that replaces it."""
    row = _answers(store)[0]
    _take(store, [row])
    changed = _take(store, [row | {"verdict": "B"}])
    assert changed.stored == 1
    first, second = store.scan(Judgment)
    assert second.supersedes == first.id
    assert _take(store, [row | {"verdict": "B"}]).already_there == 1


def test_rows_that_cannot_be_used_are_set_aside(store: MemoryStore) -> None:
    """Unknown assignments and unreadable answers are named with their row; the rest goes in."""
    rows = _answers(store)
    rows[1]["verdict"] = "C"
    rows[2]["assignment"] = "asg_unknown"
    rows[3] |= {"verdict": "", "reason.clarity": ""}
    found = _take(store, rows)
    assert (found.read, found.stored, found.unanswered) == (20, 17, 1)
    assert [(each.row, each.code) for each in found.set_aside] == [
        (2, "unknown-verdict"),
        (3, "unknown-assignment"),
    ]


def test_a_row_that_cannot_be_read_keeps_its_own_fault(store: MemoryStore) -> None:
    """Broken JSON and a fault of the file are set aside as what they are, by the file's number."""
    cut = InputError(code="row-too-long", message="the row is too long", hint="cut it")
    rows = [
        Row(number=4, text=b"{"),
        Row(number=7, fault=cut),
        Row(number=8, text=b"[]"),
        Row(number=9, values=_answers(store)[0]),
    ]
    found = service.import_judgments(store, DOCUMENTS, rows, actor="lead")
    assert (found.read, found.stored) == (4, 1)
    assert [(each.row, each.code) for each in found.set_aside] == [
        (4, "broken-json"),
        (7, "row-too-long"),
        (8, "not-an-object"),
    ]
    assert found.set_aside[1].reason == "the row is too long (cut it)"


def test_the_role_is_the_one_that_the_layer_asks_for() -> None:
    """Where policy reviewers judge, their judgments say so."""
    documents = facts(LAYER | {"roles": ["policy_reviewer"], "passes": 1})
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        writing.add([pair()])
    member = Assignee(pseudonym="p1", role="policy_reviewer")
    pass_service.assign(
        store,
        NoDesk(store),
        documents,
        [member],
        rights=open_rights("own"),
        key=b"key",
        actor="lead",
    )
    (row,) = service.export_work(store, NoDesk(store), documents, rights=open_rights("own"))
    answer = {"assignment": row["assignment"], "verdict": "tie"}
    service.import_judgments(store, documents, _numbered([answer]), actor="lead")
    (judgment,) = store.scan(Judgment)
    assert judgment.reviewer.role == "policy_reviewer"
