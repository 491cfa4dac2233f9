"""How often senior decisions differ from the judgments that they weighed."""

from collections.abc import Sequence
from typing import Any

from assay.quality.case import RecordCase
from assay.quality.overturns import overturns
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    DimensionScore,
    NotAsked,
    Prefers,
    Scored,
    Tie,
)
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved
from simulators.small_program import judged, pair, worked


def _case(
    record: Record,
    judgments: Sequence[Judgment],
    *decisions: Any,
    cause: Cause = "expertise",
    weighed: Sequence[Judgment] | None = None,
) -> RecordCase:
    ids = tuple(each.id for each in (judgments if weighed is None else weighed))
    adjudications = tuple(
        Adjudication(
            record=record.id, judgments=ids, decision=each, cause=cause, adjudicator="senior"
        )
        for each in decisions
    )
    return RecordCase(
        id=record.id, record=record, judgments=tuple(judgments), adjudications=adjudications
    )


def _scored(value: int) -> tuple[DimensionScore, ...]:
    return (DimensionScore(dimension="clarity", candidate=0, score=Scored(value=value)),)


def test_a_judgment_is_overturned_where_the_decision_is_another_one() -> None:
    """How strong a preference is does not matter; who declined cannot be overturned."""
    record = pair(1)
    given = [
        judged(record, "ada", Prefers(candidate=0, strength=1)),
        judged(record, "bob", 1),
        judged(record, "cem", Tie()),
        judged(record, "dia", Abstained(reason="not sure")),
    ]
    decided = Decided(verdict=Prefers(candidate=0, strength=3))
    found = overturns([_case(record, given, decided)])
    assert (found.overturned.count, found.overturned.trials, found.not_compared) == (2, 3, 1)
    assert found.decisions == {"decided": 1}


def test_where_no_verdict_was_asked_the_scores_are_compared() -> None:
    """Scores on the same dimension of the same candidate; others are left out."""
    record = worked()
    given = [judged(record, "ada", scores=_scored(4)), judged(record, "bob", scores=_scored(2))]
    found = overturns([_case(record, given, Decided(verdict=NotAsked(), scores=_scored(4)))])
    assert (found.overturned.count, found.overturned.trials) == (1, 2)
    silent = overturns([_case(record, given, Decided(verdict=NotAsked()))])
    assert (silent.overturned.trials, silent.not_compared) == (0, 2)


def test_only_the_last_adjudication_and_what_it_weighed_count() -> None:
    """An earlier decision was replaced; a judgment that nobody weighed is nowhere."""
    record = pair(2)
    given = [judged(record, "ada", 0), judged(record, "bob", 1)]
    last = Decided(verdict=Prefers(candidate=1))
    found = overturns([_case(record, given, Preserved(), last, weighed=given[:1])])
    assert found.adjudications == 1
    assert (found.overturned.count, found.overturned.trials, found.not_compared) == (1, 1, 0)


def test_causes_add_up_to_the_whole() -> None:
    """The most frequent cause comes first, and no adjudication is lost."""
    cases = []
    for number in range(5):
        record = pair(number)
        given = [judged(record, "ada", 0), judged(record, "bob", 1)]
        cause: Cause = "expertise" if number < 2 else "reviewer_error"
        cases.append(_case(record, given, Decided(verdict=Prefers(candidate=0)), cause=cause))
    found = overturns([*cases, RecordCase(id="rec_x", record=pair(9))])
    assert [(each.cause, each.adjudications) for each in found.causes] == [
        ("reviewer_error", 3),
        ("expertise", 2),
    ]
    assert sum(each.overturned.count for each in found.causes) == found.overturned.count == 5
    assert found.overturned.trials == 10
