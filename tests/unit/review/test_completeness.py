"""Whether an answer says anything."""

from typing import Any

import pytest

from assay.records.judgment import Attack, Judgment, Reason, SectionRuling, StepLabel
from assay.records.verdict import Abstained, DimensionScore, NotAsked, Scored, Tie
from assay.review.completeness import says_anything
from simulators.small_program import judged, pair

EMPTY = judged(pair(), "ana", NotAsked())


@pytest.mark.parametrize(
    "content",
    [
        {"verdict": Tie()},
        {"verdict": Abstained(reason="not mine")},
        {"scores": (DimensionScore(dimension="clarity", score=Scored(value=1)),)},
        {"step_labels": (StepLabel(candidate=0, step=0, label="good"),)},
        {"rulings": (SectionRuling(section="3.1", ruling="unclear"),)},
        {"errors": ()},
        {"attack": Attack(outcome="held")},
        {"wrote": "rec_mfrg"},
        {"stands_as_is": True},
    ],
)
def test_each_sort_of_content_is_an_answer(content: dict[str, Any]) -> None:
    """One of them is enough, an abstention and an empty list of errors too."""
    assert says_anything(EMPTY.replace(**content))


@pytest.mark.parametrize(
    "judgment",
    [
        EMPTY,
        EMPTY.replace(reasons=(Reason(text="because"),)),
        EMPTY.replace(stands_as_is=False),
        EMPTY.replace(active_ms=900, judged_at="2026-01-31"),
    ],
)
def test_what_surrounds_an_answer_is_none(judgment: Judgment) -> None:
    """A reason, a time and a text that does not stand say nothing of the record by themselves."""
    assert not says_anything(judgment)
