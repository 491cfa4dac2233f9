"""Substance: the evidence for a candidate besides the judgment under audit.

Never that judgment's own scores: a reviewer whom length pleases may score the longer one higher as
well. In this order: what an adjudicator decided, what the other people who judged the record
scored on average, and apart from these what verifiers found.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from assay.records.judgment import Judgment
from assay.records.verdict import DimensionScore, Scored
from assay.review.adjudication import Adjudication, Decided
from assay.verification.standing import Adequacies, about_claims, is_against, speaks
from assay.verification.verification import Pass, Verification

NAN = float("nan")

REMEMBERED = 1 << 12
"""Sets of scores whose whole numbers are remembered: equal ones are frequent."""

Scores = Mapping[tuple[str, int], float]
"""Dimension and candidate -> score."""


class CandidateSubstance(NamedTuple):
    """What is known of one record's candidates, gathered once a record."""

    scores: dict[str, Scores]
    """Reviewer -> scores, of people alone."""
    decided: Scores
    """Scores that an adjudicator decided."""
    verified: Scores
    """1 where a verifier passed a candidate on a dimension, 0 where one refuted it."""
    differences: "dict[tuple[str, int, int], ScoredDifferences]"
    """What was computed of a dimension and two candidates."""


class ScoredDifferences(NamedTuple):
    """How far one candidate exceeds another on a dimension."""

    by_reviewer: Mapping[str, float]
    """By each person who scored both."""
    total: float
    """Sum over these people."""
    decided: float
    """By the adjudicator's decision; NaN without one."""
    verified: float
    """By verifiers' results; NaN without any."""


class Substance(NamedTuple):
    """Columns of substance for one row."""

    scores: list[float]
    """One a dimension; NaN where nobody else scored it."""
    scorers: list[float]
    """Reviewers behind each; infinite for a decision, 0 where nobody scored."""
    verified: list[float]
    """One a dimension; NaN where no verifier has a result."""


def evidence_of(
    judgments: Iterable[Judgment],
    adjudications: Sequence[Adjudication],
    verifications: Iterable[Verification],
) -> CandidateSubstance:
    """What is known of a record's candidates.

    Args:
        judgments: the standing judgments; those of models are passed over.
        adjudications: the adjudications in their order; the last one stands.
        verifications: the verifications in their order; of one test the last one stands.
    """
    people = [judgment for judgment in judgments if not judgment.reviewer.automatic]
    decision = adjudications[-1].decision if adjudications else None
    results = list(verifications)
    inadequate = Adequacies(results).inadequate
    latest = {
        (result.verifier, result.options, result.candidate): result
        for result in about_claims(results)
        if (result.verifier, result.options) not in inadequate
    }
    verified: dict[tuple[str, int], float] = {}
    for result in latest.values():
        if result.candidate is None or not (is_against(result) or speaks(result)):
            continue
        for dimension in result.dimensions:
            place = dimension, result.candidate
            # Several verifiers may test one dimension, and one refutation outweighs any number of
            # passes.
            verified[place] = min(verified.get(place, 1.0), float(isinstance(result.verdict, Pass)))
    return CandidateSubstance(
        scores={judgment.reviewer.pseudonym: scores_of(judgment.scores) for judgment in people},
        decided=scores_of(decision.scores) if isinstance(decision, Decided) else {},
        verified=verified,
        differences={},
    )


@lru_cache(maxsize=REMEMBERED)
def scores_of(scores: tuple[DimensionScore, ...]) -> Scores:
    """Whole numbers by dimension and candidate."""
    return {
        (score.dimension, score.candidate): float(score.score.value)
        for score in scores
        if isinstance(score.score, Scored)
        and score.score.denominator is None
        and score.candidate is not None
    }


def difference(
    evidence: CandidateSubstance, reviewer: str, dimensions: Sequence[str], first: int, second: int
) -> Substance:
    """How far one candidate exceeds another, without the scores of one reviewer."""
    scores, scorers, verified = [], [], []
    for dimension in dimensions:
        scored = _scored_differences(evidence, dimension, first, second)
        if scored.decided == scored.decided:
            scores.append(scored.decided)
            scorers.append(math.inf)
        else:
            own = scored.by_reviewer.get(reviewer)
            others = len(scored.by_reviewer) - (own is not None)
            # Scores are whole numbers: what remains of their sum is exact.
            scores.append((scored.total - (own or 0.0)) / others if others else NAN)
            scorers.append(float(others))
        verified.append(scored.verified)
    return Substance(scores, scorers, verified)


def spread(
    evidence: CandidateSubstance, dimension: str, first: int, second: int
) -> tuple[float, int]:
    """Sum of squares of reviewers' differences about their mean, and its degrees of freedom."""
    scored = _scored_differences(evidence, dimension, first, second)
    values = scored.by_reviewer.values()
    if len(values) < 2:  # noqa: PLR2004  one value is its own mean
        return 0.0, 0
    mean = scored.total / len(values)
    return sum((value - mean) ** 2 for value in values), len(values) - 1


def _scored_differences(
    evidence: CandidateSubstance, dimension: str, first: int, second: int
) -> ScoredDifferences:
    """How far the first candidate exceeds the second, computed once for all reviewers."""
    place = dimension, first, second
    scored = evidence.differences.get(place)
    if scored is None:
        by_reviewer = {
            reviewer: scores[dimension, first] - scores[dimension, second]
            for reviewer, scores in evidence.scores.items()
            if (dimension, first) in scores and (dimension, second) in scores
        }
        scored = evidence.differences[place] = ScoredDifferences(
            by_reviewer,
            sum(by_reviewer.values()),
            _minus(evidence.decided, dimension, first, second),
            _minus(evidence.verified, dimension, first, second),
        )
    return scored


def _minus(scores: Scores, dimension: str, first: int, second: int) -> float:
    return scores.get((dimension, first), NAN) - scores.get((dimension, second), NAN)
