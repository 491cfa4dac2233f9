"""Overturns: how often a senior decision differs from the judgments that it weighed."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from assay.quality.case import RecordCase
from assay.quality.estimate import Rate, rate
from assay.records.judgment import Judgment
from assay.records.verdict import Abstained, NotAsked, score_key, verdict_key
from assay.review.adjudication import Adjudication, Cause, Decided


class CauseOverturns(msgspec.Struct, frozen=True, kw_only=True):
    """Overturns among the judgments that adjudications of one cause weighed."""

    cause: Cause
    """Why the judgments disagreed, as the adjudicators said."""
    adjudications: int
    """Standing adjudications with this cause."""
    overturned: Rate
    """Judgments that the decision differs from, among those that can be compared with it."""


class Overturns(msgspec.Struct, frozen=True, kw_only=True):
    """What senior decisions made of the judgments that they weighed."""

    adjudications: int
    """Adjudications that stand: the last one of each record."""
    decisions: Mapping[str, int]
    """These by what was decided: `decided`, `preserved`, `returned`."""
    overturned: Rate
    """Judgments that a decision differs from, among those that can be compared with it."""
    not_compared: int
    """Weighed judgments that nothing can be compared with: the person declined, the distribution
    was preserved or the record sent back, or the decision is about something else."""
    causes: tuple[CauseOverturns, ...]
    """The same by cause, the most frequent first."""


def overturns(cases: Iterable[RecordCase], *, level: float = 0.95) -> Overturns:
    """What senior decisions made of the judgments that they weighed, over all cases.

    A judgment is overturned where its verdict is another one than the decision's; where no verdict
    was asked, where one of its scores is. How strong a preference is does not matter.

    Args:
        cases: every record's case.
        level: nominal coverage of the intervals.
    """
    decisions: Counter[str] = Counter()
    counted: dict[Cause, Counter[str]] = {}
    for case in cases:
        if not case.adjudications:
            continue
        last = case.adjudications[-1]
        decisions[str(last.decision.__struct_config__.tag)] += 1
        counts = counted.setdefault(last.cause, Counter())
        counts["adjudications"] += 1
        for judgment in case.judgments:
            if judgment.id in last.judgments:
                counts[_held_against(judgment, last, len(case.record.candidates))] += 1
    total = sum(counted.values(), Counter[str]())
    causes = sorted(counted.items(), key=lambda entry: (-entry[1]["adjudications"], entry[0]))
    return Overturns(
        adjudications=decisions.total(),
        decisions=dict(sorted(decisions.items())),
        overturned=_rate(total, level),
        not_compared=total["not_compared"],
        causes=tuple(
            CauseOverturns(
                cause=cause,
                adjudications=counts["adjudications"],
                overturned=_rate(counts, level),
            )
            for cause, counts in causes
        ),
    )


def is_overturned(judgment: Judgment, adjudication: Adjudication, n_candidates: int) -> bool | None:
    """Whether the decision differs from a judgment; None where the two cannot be compared."""
    decision = adjudication.decision
    if not isinstance(decision, Decided) or isinstance(judgment.verdict, Abstained):
        return None
    silent = isinstance(judgment.verdict, NotAsked) or isinstance(decision.verdict, NotAsked)
    # Strength is no part of the key: a stronger preference for the same candidate is not another
    # verdict.
    if not silent:
        own_key = verdict_key(judgment.verdict, n_candidates)
        return own_key != verdict_key(decision.verdict, n_candidates)
    decided = {
        (score.dimension, score.candidate): score_key(score.score) for score in decision.scores
    }
    pairs = [
        (score, decided[place])
        for answer in judgment.scores
        if (place := (answer.dimension, answer.candidate)) in decided
        and (score := score_key(answer.score)) is not None
        and decided[place] is not None
    ]
    return any(own != final for own, final in pairs) if pairs else None


def _held_against(judgment: Judgment, adjudication: Adjudication, n_candidates: int) -> str:
    differs = is_overturned(judgment, adjudication, n_candidates)
    return "not_compared" if differs is None else "overturned" if differs else "upheld"


def _rate(counts: Counter[str], level: float) -> Rate:
    overturned = counts["overturned"]
    return rate(overturned, overturned + counts["upheld"], level=level)
