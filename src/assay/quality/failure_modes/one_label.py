"""One label for quality: verdicts without scores, dimensions never scored, scores that are one."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

from assay.governance.failure_modes import Alarm, FailureMode
from assay.quality.estimate import Rate, rate
from assay.quality.failure_modes.states import (
    MIN_TRIALS,
    SHOWN,
    clear_alarm,
    raised_alarm,
    unknown_alarm,
)
from assay.quality.in_force import DocumentsInForce
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import BothUnacceptable, DimensionScore, Prefers, Ranks, Scored, Tie
from assay.verification.planned import applying

MODE: FailureMode = "one_label_for_quality"

UNSCORED = 0.5
"""Share of the answers without any score from which quality has one label (a convention)."""

HALO = 0.9
"""Correlation of two dimensions from which they are one impression (a convention)."""

QUANTILE = 1.96
"""Normal quantile of the two-sided 95 % intervals that stand against both."""

REMEMBERED = 1 << 12
"""Sets of scores whose moments are remembered: equal ones are frequent."""

APART = 2
"""Dimensions that must be scored, or sections ruled on, to be more than one label."""

_CHOICES = (Prefers, Ranks, Tie, BothUnacceptable)


class LabelCounts:
    """Answers by kind of record: how many carry scores, on which dimensions, and how alike."""

    def __init__(self, documents: DocumentsInForce) -> None:
        """Start with nothing counted."""
        self.documents = documents
        """The documents in force."""
        self.answers: Counter[str] = Counter()
        """Answers that label a record as a whole, by kind."""
        self.unscored: Counter[str] = Counter()
        """Of these, the ones that score no dimension and rule on fewer than two sections."""
        self.scored: dict[str, Counter[str]] = {}
        """Kind -> dimension -> answers that score it."""
        self.asked: dict[str, set[str]] = {}
        """Kind -> dimensions that people are to judge."""
        self.moments: dict[tuple[str, str], list[float]] = {}
        """Pair of dimensions -> n and the sums for their correlation."""
        self.records: Counter[tuple[str, str]] = Counter()
        """Pair of dimensions -> records on which both were scored."""
        self._by_people = frozenset(
            dimension.id
            for dimension in documents.rubric.dimensions
            if dimension.judged_by != "machine"
        )

    def add(self, record: Record, people: Iterable[Judgment]) -> None:
        """Take in the standing judgments of one record that count."""
        contract, rubric = self.documents.contract, self.documents.rubric
        applicable = self._by_people & applying(record, contract, rubric)
        pairs: set[tuple[str, str]] = set()
        for judgment in people:
            pairs |= self._add_scores(judgment.scores)
            if applicable and _labels(judgment):
                self._add_answer(record.kind, applicable, judgment)
        self.records.update(pairs)

    def _add_answer(self, kind: str, applicable: frozenset[str], judgment: Judgment) -> None:
        self.answers[kind] += 1
        self.asked.setdefault(kind, set()).update(applicable)
        sections = {ruling.section for ruling in judgment.rulings}
        self.unscored[kind] += not judgment.scores and len(sections) < APART
        if kind not in self.scored:
            self.scored[kind] = Counter()
        scored = self.scored[kind]
        for dimension in {score.dimension for score in judgment.scores} & applicable:
            scored[dimension] += 1

    def _add_scores(self, scores: tuple[DimensionScore, ...]) -> set[tuple[str, str]]:
        """Add the moments of each pair of dimensions; the pairs."""
        pairs = set()
        for pair, moments in _moments(scores):
            pairs.add(pair)
            sums = self.moments.setdefault(pair, [0.0] * 6)
            for at, value in enumerate(moments):
                sums[at] += value
        return pairs


@lru_cache(maxsize=REMEMBERED)
def _moments(
    scores: tuple[DimensionScore, ...],
) -> tuple[tuple[tuple[str, str], tuple[int, ...]], ...]:
    """Every two dimensions on which one candidate is scored, with 1 and the sums that it adds."""
    by_candidate: dict[int | None, list[tuple[str, int]]] = {}
    for score in scores:
        if isinstance(score.score, Scored) and score.score.denominator is None:
            by_candidate.setdefault(score.candidate, []).append(
                (score.dimension, score.score.value)
            )
    pairs = []
    for values in by_candidate.values():
        for (first, a), (second, b) in combinations(values, 2):
            # One key for a pair whatever order the scores came in, with each value on its own
            # side.
            pair, x, y = ((first, second), a, b) if first < second else ((second, first), b, a)
            pairs.append((pair, (1, x, y, x * x, y * y, x * y)))
    return tuple(pairs)


def one_label_alarm(counted: LabelCounts) -> Alarm:
    """Whether quality has one label.

    `raised`: more than half of the answers of a kind carry no score, or at most one dimension of
    several is ever scored, or every pair of dimensions correlates beyond 0.9. `clear`: for every
    kind with enough answers and at least one pair of dimensions the opposite is shown.
    """
    rubric, behaviours = counted.documents.rubric, counted.documents.contract.behaviours
    if len(rubric.dimensions) == 1 and len(behaviours) > 1:
        reason = f"one dimension stands for {len(behaviours)} behaviours"
        return raised_alarm(MODE, reason, "break each behaviour into dimensions of its own")
    kinds = [kind for kind in sorted(counted.answers) if counted.answers[kind] >= MIN_TRIALS]
    shares = {kind: rate(counted.unscored[kind], counted.answers[kind]) for kind in kinds}
    bare = [
        _unscored_text(kind, share) for kind, share in shares.items() if (share.low or 0) > UNSCORED
    ]
    if bare:
        return raised_alarm(
            MODE,
            "; ".join(bare),
            "ask for scores by dimension in addition to the verdict or ruling",
        )
    single = [text for kind in kinds if (text := _single(counted, kind))]
    if single:
        return raised_alarm(
            MODE, "; ".join(single), "ask for every dimension of the rubric on its own"
        )
    correlations = {
        pair: correlation
        for pair, sums in sorted(counted.moments.items())
        if (correlation := _correlation(sums, counted.records[pair])) is not None
    }
    halos = [
        _halo(pair, correlation)
        for pair, correlation in correlations.items()
        if correlation[1] > HALO
    ]
    if halos and len(halos) == len(correlations):
        return raised_alarm(
            MODE,
            f"all {len(halos)} pairs of dimensions move as one: {'; '.join(halos[:SHOWN])}",
            "sharpen the anchors and exclusions, so that dimensions stay apart",
        )
    return _not_raised(counted, shares, correlations, halos)


_Correlation = tuple[float, float, float, int]
"""Size of a correlation, its lower and upper bound, and the scores that it rests on."""


def _not_raised(
    counted: LabelCounts,
    shares: dict[str, Rate],
    correlations: dict[tuple[str, str], _Correlation],
    halos: Sequence[str],
) -> Alarm:
    if len(counted.documents.rubric.dimensions) == 1:
        return unknown_alarm(
            MODE, "the rubric has one dimension: whether others matter does not show"
        )
    if not shares:
        total = sum(counted.answers.values())
        return unknown_alarm(MODE, f"{total} answers that label a record as a whole are too few")
    unsure = [
        _unscored_text(kind, share)
        for kind, share in shares.items()
        if (share.high or 1) >= UNSCORED
    ]
    if unsure:
        return unknown_alarm(MODE, f"too close to half to tell: {'; '.join(unsure)}")
    apart = [pair for pair, correlation in correlations.items() if correlation[2] < HALO]
    if not apart:
        reason = (
            f"none of {len(correlations)} pairs of dimensions surely correlates below {HALO}"
            if correlations
            else f"no two dimensions are scored {MIN_TRIALS} times together with scores that vary"
        )
        return unknown_alarm(MODE, reason, "score at least two dimensions on the same answers")
    never = [f"{kind}: {', '.join(rest)}" for kind in shares if (rest := _never(counted, kind))]
    least = max(apart, key=lambda pair: correlations[pair][2])
    return clear_alarm(
        MODE,
        "; ".join(_unscored_text(kind, share) for kind, share in shares.items())
        + f"; {len(halos)} of {len(correlations)} pairs of dimensions move as one, and "
        f"{' and '.join(least)} correlate at most at {correlations[least][2]:.2f}; would have "
        f"shown half of the answers unscored, or a correlation of {HALO}"
        + (f"; never scored ({'; '.join(never)})" if never else ""),
    )


def _labels(judgment: Judgment) -> bool:
    """Whether a judgment labels a record as a whole, rather than steps or places in it."""
    attacked = judgment.attack is not None and judgment.attack.outcome is not None
    return (
        isinstance(judgment.verdict, _CHOICES)
        or bool(judgment.rulings)
        or bool(judgment.scores)
        or attacked
    )


def _unscored_text(kind: str, share: Rate) -> str:
    return f"{share.count} of {share.trials} answers on {kind} records carry no score"


def _never(counted: LabelCounts, kind: str) -> list[str]:
    return sorted(counted.asked[kind] - set(counted.scored[kind]))


def _single(counted: LabelCounts, kind: str) -> str:
    """The kind in words where one of several dimensions stands for all of them."""
    applicable, scored = counted.asked[kind], counted.scored[kind]
    if len(applicable) < APART or len(scored) != 1:
        return ""
    [only] = scored
    return (
        f"{kind} records: {only} alone is ever scored, in {scored[only]} of "
        f"{counted.answers[kind]} answers; never scored: {', '.join(_never(counted, kind))}"
    )


def _correlation(sums: Sequence[float], records: int) -> _Correlation | None:
    """Size with bounds (Fisher 1915); the upper one counts each record once, to be careful."""
    n, x, y, xx, yy, xy = sums
    spread = (n * xx - x * x) * (n * yy - y * y)
    if n < MIN_TRIALS or records < MIN_TRIALS or spread <= 0:
        return None
    # A correlation of exactly 1 has no finite Fisher transform.
    size = min(abs(n * xy - x * y) / math.sqrt(spread), 1 - 1e-12)
    centre = math.atanh(size)
    return (
        size,
        math.tanh(centre - QUANTILE / math.sqrt(n - 3)),
        math.tanh(centre + QUANTILE / math.sqrt(records - 3)),
        int(n),
    )


def _halo(pair: tuple[str, str], correlation: _Correlation) -> str:
    return f"{pair[0]} and {pair[1]} correlate at {correlation[0]:.2f}, n = {correlation[3]}"
