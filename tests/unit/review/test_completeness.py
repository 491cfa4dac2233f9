"""What an answer must say at least, and when a judgment counts as a pass."""

from typing import Any

import msgspec
import pytest

from assay.records.evidence import TextSpan
from assay.records.judgment import (
    Attack,
    LocalizedError,
    Reason,
    SectionRuling,
    SkippedStep,
    StepLabel,
    Whole,
)
from assay.records.kinds import Outcome
from assay.records.verdict import (
    Abstained,
    DimensionScore,
    NotApplicable,
    ScoreAbstained,
    Scored,
    Tie,
)
from assay.review.completeness import gaps, says_anything, shape_of
from assay.review.form import form_of
from simulators.least_answers import LeastAnswerCase, least_answers
from simulators.small_program import contract, judged, pair, rubric, worked

RECORD = worked(2)


def scored(score: Any) -> dict[str, Any]:
    return {"scores": (DimensionScore(dimension="clarity", candidate=0, score=score),)}


@pytest.mark.parametrize("case", least_answers(), ids=lambda case: case.name)
def test_the_gaps_of_an_answer_are_those_of_its_kind(case: LeastAnswerCase) -> None:
    """Each kind has a least answer; what it lacks is named with its place."""
    found = gaps(*case.parsed())
    assert [
        {"code": gap.code, "pointer": gap.pointer, "candidate": gap.candidate, "item": gap.item}
        for gap in found
    ] == list(case.gaps)
    assert all(gap.message and gap.hint for gap in found)


def test_every_kind_and_every_sort_of_gap_has_a_case() -> None:
    """The cases, which the page is held against as well, leave out no kind and no code."""
    cases = least_answers()
    assert {case.form["kind"] for case in cases} == {
        "preference", "critique", "outcome", "process", "trajectory", "policy", "adversarial",
        "demonstration",
    }  # fmt: skip
    codes = {gap["code"] for case in cases for gap in case.gaps}
    annotation = msgspec.structs.fields(gaps.__globals__["Gap"])[0].type
    assert codes == set(annotation.__args__)


@pytest.mark.parametrize(
    "parts",
    [
        {"verdict": Tie()},
        {"verdict": Abstained(reason="I know the author.")},
        scored(Scored(value=3)),
        scored(NotApplicable()),
        scored(ScoreAbstained(reason="No source.")),
        {"step_labels": (StepLabel(candidate=0, step=0, label="neutral"),)},
        {"rulings": (SectionRuling(section="fees", ruling="unclear"),)},
        {"errors": ()},
        {"errors": (LocalizedError(place=Whole(candidate=0), category="wrong_sum"),)},
        {"attack": Attack(outcome="held")},
        {"attack": Attack(strategy="A story.")},
        {"wrote": "rec_written"},
        {"stands_as_is": True},
    ],
    ids=repr,
)
def test_a_judgment_that_says_one_thing_is_a_pass(parts: dict[str, Any]) -> None:
    """One verdict, score, label, ruling, error, `none found`, finding or text is enough."""
    assert says_anything(judged(RECORD, "ana", **parts))


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"active_ms": 900, "order": (0,)},
        {"reasons": (Reason(text="Hm.", code="note"),)},
        {"reasons": (Reason(text="", span=TextSpan(pointer="/x", start=0, end=0, quote="")),)},
        {"skipped_steps": (SkippedStep(candidate=0, step=0, reason="Unreadable."),)},
        {"attack": Attack()},
        scored(ScoreAbstained(reason=" ")),
    ],
    ids=repr,
)
def test_a_judgment_that_says_nothing_is_no_pass(parts: dict[str, Any]) -> None:
    """Time, an order, a bare reason and a skipped step are no answer about the record."""
    assert not says_anything(judged(RECORD, "ana", **parts))


def test_the_shape_of_a_record_follows_the_order_in_which_it_is_shown() -> None:
    """Steps are counted, and the original is taken, by presented place."""
    record = pair(texts=("first", "second"))
    work = worked(3).candidates[0].work
    record = record.replace(
        candidates=(record.candidates[0], msgspec.structs.replace(record.candidates[1], work=work))
    )
    shape = shape_of(record, (1, 0))
    assert shape.steps == (3, 0)
    assert shape.original == "second"


@pytest.mark.parametrize(
    ("named", "required"),
    [(("clarity",), ("clarity",)), ((), ("correctness", "clarity", "sound", "taste"))],
)
def test_an_outcome_needs_the_scores_that_the_contract_names(
    named: tuple[str, ...], required: tuple[str, ...]
) -> None:
    """The signal's dimensions are required; where it names none, all that is asked is."""
    signal = {"signal": "outcome", "behaviours": ["adds"], "dimensions": named, "why": "A sum."}
    documents = {"contract": contract(supervision=[signal]), "rubric": rubric()}
    outcome = pair().replace(part=Outcome(), candidates=pair().candidates[:1])
    assert form_of(outcome, **documents).required_dimensions == required  # type: ignore[arg-type]
    assert form_of(pair(), **documents).required_dimensions == ()  # type: ignore[arg-type]
