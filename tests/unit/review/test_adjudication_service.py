"""Senior decisions on a store: what is weighed, and what is refused."""

from typing import Any

import pytest

from assay.core.errors import InputError, UsageError
from assay.records.judgment import Attack, Judgment
from assay.records.kinds import Demonstration
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    DimensionScore,
    NotAsked,
    Prefers,
    ScoreAbstained,
    Scored,
)
from assay.review import adjudication_service
from assay.review.adjudication import Adjudication, Decided, Preserved, Returned
from assay.review.assignment import Assignment
from assay.review.decision import decision_faults
from simulators.memory_store import MemoryStore
from simulators.small_program import facts, judged, pair, single

DOCUMENTS = facts()
DECLINED = DimensionScore(
    dimension="clarity", candidate=0, score=ScoreAbstained(reason="cannot tell")
)


def _adjudicate(store: MemoryStore, record: str, **changes: Any) -> Adjudication:
    call: dict[str, Any] = {
        "decision": Preserved(),
        "cause": "expertise",
        "adjudicator": "senior",
        "actor": "lead",
    }
    return adjudication_service.adjudicate(store, DOCUMENTS, record, **(call | changes))


@pytest.fixture
def disputed() -> tuple[MemoryStore, Record, list[Judgment]]:
    """A store with one record and two judgments that disagree."""
    made, record = MemoryStore(), pair()
    given = [judged(record, "a", 0), judged(record, "b", 1)]
    with made.write("test.fill", actor="test") as writing:
        writing.add([record, *given])
    return made, record, given


def test_an_adjudication_weighs_all_judgments_and_changes_none(
    disputed: tuple[MemoryStore, Record, list[Judgment]],
) -> None:
    """The decision names what it weighed; the judgments are as they were."""
    store, record, given = disputed
    made = _adjudicate(store, record.id, decision=Decided(verdict=Prefers(candidate=1)))
    assert made.judgments == tuple(each.id for each in given)
    assert list(store.scan(Judgment)) == given
    assert list(store.scan(Adjudication)) == [made]
    chosen = _adjudicate(store, record.id[:12], judgments=[given[1].id], adjudicator="other")
    assert chosen.judgments == (given[1].id,)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"adjudicator": "a"}, "not-independent"),
        ({"cause": "mood"}, "unknown-cause"),
        ({"judgments": ["jud_none"]}, "unknown-judgment"),
        ({"decision": Decided(verdict=Abstained(reason="hard"))}, "no-decision"),
        ({"decision": Decided(verdict=NotAsked())}, "no-decision"),
        ({"decision": Decided(verdict=NotAsked(), attack=Attack(attempts=3))}, "no-decision"),
        ({"decision": Decided(verdict=NotAsked(), scores=(DECLINED,))}, "no-decision"),
        ({"decision": Decided(verdict=Prefers(candidate=2))}, "misfit"),
        ({"decision": Returned(reason="  ")}, "no-reason"),
    ],
)
def test_an_adjudication_that_cannot_stand_is_refused(
    disputed: tuple[MemoryStore, Record, list[Judgment]], changes: dict[str, Any], code: str
) -> None:
    """Who judged may not decide, a cause is named, and a decision decides."""
    store, record, _ = disputed
    with pytest.raises((UsageError, InputError)) as caught:
        _adjudicate(store, record.id, **changes)
    assert caught.value.code == code
    assert store.count(Adjudication) == 0


def test_who_is_asked_to_judge_a_record_does_not_decide_it(
    disputed: tuple[MemoryStore, Record, list[Judgment]],
) -> None:
    """An assignment without an answer bars its reviewer from that record, and from no other."""
    store, record, _ = disputed
    other = pair(1)
    with store.write("test.fill", actor="test") as writing:
        writing.add([Assignment(record=record.id, reviewer="anna", number=2, order=(0, 1))])
        writing.add([other, judged(other, "a", 0)])
    with pytest.raises(UsageError) as caught:
        _adjudicate(store, record.id, adjudicator="anna")
    assert caught.value.code == "not-independent"
    assert _adjudicate(store, other.id, adjudicator="anna").adjudicator == "anna"


def test_one_candidate_alone_is_no_comparison() -> None:
    """Nothing is preferred to nothing: a verdict that compares needs two candidates."""
    record = single(Demonstration())
    compared = Decided(verdict=Prefers(candidate=0))
    assert list(decision_faults(record, compared, "senior")) == [
        "a verdict compares, and the record has fewer than two candidates: give scores instead"
    ]


def test_there_must_be_something_to_weigh() -> None:
    """A record without judgments cannot be adjudicated, and an unknown one is not found."""
    store, record = MemoryStore(), pair()
    with store.write("test.fill", actor="test") as writing:
        writing.add([record])
    with pytest.raises(UsageError, match="no judgment"):
        _adjudicate(store, record.id, decision=Returned(reason="unclear"))
    with pytest.raises(UsageError):
        _adjudicate(store, "rec_unknown")


@pytest.mark.parametrize(("name", "value"), [("clarity", 9), ("nope", 1)])
def test_a_decision_s_scores_are_held_to_the_scale(
    disputed: tuple[MemoryStore, Record, list[Judgment]], name: str, value: int
) -> None:
    """A senior cannot score what the rubric does not ask, or off its scale, by any route."""
    store, record, _ = disputed
    score = DimensionScore(dimension=name, candidate=0, score=Scored(value=value))
    with pytest.raises(InputError):
        _adjudicate(store, record.id, decision=Decided(verdict=NotAsked(), scores=(score,)))
    assert not list(store.scan(Adjudication))
