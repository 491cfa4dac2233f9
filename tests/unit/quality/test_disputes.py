"""On what judgments do not agree, part by part."""

from typing import Any

import pytest

from assay.quality import service
from assay.quality.case import RecordCase
from assay.quality.case_context import CaseContext
from assay.records.evidence import TextSpan
from assay.records.judgment import Attack, LocalizedError, SectionRuling, StepLabel, Whole
from assay.records.kinds import Policy
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    InsufficientContext,
    Prefers,
    Scored,
    Tie,
)
from simulators.memory_store import MemoryStore
from simulators.small_program import LAYER, facts, in_force, judged, pair, single

RECORD = pair()


def score(dimension: str, value: int | str, candidate: int | None = 0) -> dict[str, Any]:
    given = Scored(value=value) if isinstance(value, int) else Category(value=value)
    return {"scores": (DimensionScore(dimension=dimension, candidate=candidate, score=given),)}


def step(label: Any, number: int = 2) -> dict[str, Any]:
    return {"step_labels": (StepLabel(candidate=0, step=number, label=label),)}


def ruling(word: Any, candidate: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"rulings": (SectionRuling(section="fees", ruling=word, candidate=candidate, **more),)}


def error(start: int, end: int, category: str = "wrong_sum", **more: Any) -> dict[str, Any]:
    span = TextSpan(
        pointer="/candidates/0/content", start=start, end=end, quote="x" * (end - start)
    )
    return {"errors": (LocalizedError(place=span, category=category, **more),)}


def attack(**parts: Any) -> dict[str, Any]:
    return {"attack": Attack(**parts)}


def found(
    *parts: dict[str, Any], record: Record = RECORD
) -> list[tuple[str, int | None, str | None]]:
    given = tuple(judged(record, f"r{number}", **own) for number, own in enumerate(parts))
    documents = in_force()
    context = CaseContext(
        RecordCase(id=record.id, record=record, judgments=given),
        documents,
        documents.contract.review.layers[0],
    )
    assert all(each.reason for each in context.disputes)
    return [(x.what, x.candidate, x.item) for x in context.disputes]


VERDICT = [("verdict", None, None)]
CLARITY = [("score", 0, "clarity")]
STEP = [("step", 0, "2")]
SECTION = [("section", 0, "fees")]
ATTACK = [("attack", None, None)]
ERRORS = [("errors", None, None)]


@pytest.mark.parametrize(
    ("one", "other", "disputed"),
    [
        ({"verdict": Prefers(candidate=0)}, {"verdict": Prefers(candidate=1)}, VERDICT),
        ({"verdict": Prefers(candidate=0)}, {"verdict": Prefers(candidate=0, strength=3)}, []),
        ({"verdict": Prefers(candidate=0)}, {"verdict": Tie()}, VERDICT),
        ({"verdict": Prefers(candidate=0)}, {"verdict": InsufficientContext()}, VERDICT),
        ({"verdict": Prefers(candidate=0)}, {"verdict": Abstained(reason="mine")}, []),
        (score("clarity", 2), score("clarity", 3), []),
        (score("clarity", 2), score("clarity", 4), CLARITY),
        (score("clarity", 2), score("clarity", 4, 1), []),
        (score("sound", 0), score("sound", 1), [("score", 0, "sound")]),
        (score("taste", "yes"), score("taste", "no"), []),
        (step("good"), step("bad"), STEP),
        (step("good"), step("bad", 1), []),
        (ruling("violates"), ruling("complies"), SECTION),
        (ruling("violates", severity="low"), ruling("violates", severity="high"), SECTION),
        (ruling("violates", severity="low"), ruling("violates"), []),
        (attack(outcome="held"), attack(outcome="broken"), ATTACK),
        (attack(outcome="broken", severity="low"), attack(outcome="broken", severity="high"), ATTACK),
        (attack(outcome="held"), attack(strategy="a story"), []),
        (error(0, 5), error(3, 9), []),
        (error(0, 5), error(5, 9), ERRORS),
        (error(0, 5), error(0, 5, "invented"), ERRORS),
        (error(0, 5, severity="low"), error(0, 5, severity="high"), ERRORS),
        (error(0, 5), {"errors": ()}, ERRORS),
        (error(0, 5), {}, []),
        ({"wrote": "rec_1"}, {"stands_as_is": True}, [("edit", None, None)]),
        ({"wrote": "rec_1"}, {"wrote": "rec_2"}, []),
    ],
    ids=repr,
)  # fmt: skip
def test_what_two_people_differ_on(
    one: dict[str, Any], other: dict[str, Any], disputed: list[Any]
) -> None:
    """Every part of an answer can be disputed, in whichever order the two are read."""
    assert found(one, other) == disputed
    assert found(other, one) == disputed


@pytest.mark.parametrize(
    ("verdicts", "layer", "found"),
    [
        ((), LAYER, None),
        ((0,), LAYER, None),
        ((0, 1), LAYER | {"slice": {"language": "de"}}, None),
        ((0, 1), LAYER | {"roles": ["author"]}, None),
        ((0, 0), LAYER, ()),
        ((0, 1), LAYER, ("verdict",)),
    ],
)
def test_where_nothing_was_compared_it_is_unknown_what_is_disputed(
    verdicts: tuple[int, ...], layer: dict[str, Any], found: tuple[str, ...] | None
) -> None:
    """Two answers that count and agree dispute nothing; without two, nobody can say."""
    store = MemoryStore()
    with store.write("test.fill", actor="test") as writing:
        given = [judged(RECORD, f"r{number}", each) for number, each in enumerate(verdicts)]
        writing.add([RECORD, *given])
    disputed = service.disputes_of(store, facts(layer), RECORD.id)
    assert (disputed and tuple(each.what for each in disputed)) == found


def test_one_candidate_is_the_whole_record() -> None:
    """A ruling on the only candidate and one on the record as a whole are about the same thing."""
    assert (
        found(ruling("violates", None), ruling("complies", 0), record=single(Policy())) == SECTION
    )


def test_errors_without_a_span_match_by_their_place() -> None:
    """The same candidate as a whole is the same place."""
    whole = {"errors": (LocalizedError(place=Whole(candidate=0), category="wrong_sum"),)}
    other = {"errors": (LocalizedError(place=Whole(candidate=1), category="wrong_sum"),)}
    assert found(whole, whole) == []
    assert found(whole, other) == ERRORS
