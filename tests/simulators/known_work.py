"""Known records and answers to them, for exams, sentinels and rounds."""

from collections.abc import Sequence
from typing import Any

from assay.contracts.document import to_fact
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Prefers, Scored, Verdict
from assay.review.answer_key import AcceptedScore, Key, Within
from builders import judgment_by
from simulators.small_program import pair, rubric

RUBRIC = to_fact(rubric()).id
"""Document id of the small rubric."""


def key(record: Record, *, better: int = 0, clarity: tuple[int, int] = (4, 5)) -> Key:
    """A key that expects one candidate to be better, and its clarity within a range."""
    return Key(
        record=record.id,
        rubric=RUBRIC,
        source="expert",
        verdicts=(Prefers(candidate=better),),
        scores=(
            AcceptedScore(
                dimension="clarity", candidate=0, accepts=Within(low=clarity[0], high=clarity[1])
            ),
        ),
    )


def records(number: int) -> Sequence[Record]:
    """So many records, each unlike the others."""
    return [pair(each) for each in range(number)]


def answer(
    record: Record,
    reviewer: str = "ada",
    *,
    verdict: Verdict | None = None,
    clarity: int | None = 5,
    **changes: Any,
) -> Judgment:
    """One person's answer; by default the first candidate is better, and clear."""
    scores = ()
    if clarity is not None:
        scores = (DimensionScore(dimension="clarity", candidate=0, score=Scored(value=clarity)),)
    return judgment_by(
        reviewer,
        record,
        verdict or Prefers(candidate=0),
        **{"rubric": RUBRIC, "scores": scores} | changes,
    )
