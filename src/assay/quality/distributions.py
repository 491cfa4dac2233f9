"""Distributions: what the judgments of one record say on each question besides the verdict.

Each keeps its counts, and names the value on which the reviewers agree where there is one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import msgspec

from assay.records.judgment import Judgment, SectionRuling, StepLabel
from assay.records.verdict import (
    DimensionScore,
    NotApplicable,
    Score,
    ScoreAbstained,
    Scored,
    score_key,
)

MAJORITY = 0.5
"""More than this share of the answers decides, where no share is named."""


class AgreementScale(msgspec.Struct, frozen=True, kw_only=True):
    """What of a dimension decides whether two scores agree."""

    tolerance: int
    """Largest difference that still counts as agreement."""
    lower_is_better: bool
    """Whether the smaller score is the better one."""


class ScoreSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The scores on one dimension of one candidate, as a distribution."""

    dimension: str
    candidate: int | None
    """The candidate scored; None where the record as a whole is meant."""
    counts: dict[str, int]
    """Scores by value as text (`4`, `3/4`, a category); sorted by name."""
    abstained: int
    """Reviewers who declined to score it."""
    not_applicable: int
    """Reviewers who said that the dimension does not apply."""
    agreed: str | None
    """The value with the share that the rule asks for; of scores that agree within the dimension's
    tolerance the middle one, the worse of two. None where there is no such value."""
    decided: bool = False
    """Whether an adjudicator gave the agreed value."""


class StepSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The labels on one observable step, as a distribution."""

    candidate: int
    """The candidate whose work has the step."""
    step: int
    """The step of its work, from 0."""
    counts: dict[str, int]
    """Labels by name: good, neutral, bad; unlabelled is not counted as any of them."""
    agreed: str | None
    """The label with the share that the rule asks for; None where no label has it."""


class RulingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The rulings on one section of the policy, as a distribution."""

    section: str
    """Name of the section in the policy."""
    candidate: int | None
    """The candidate ruled on; None where the record as a whole is meant."""
    counts: dict[str, int]
    """Rulings by name: violates, complies, unclear."""
    agreed: str | None
    """The ruling with the share that the rule asks for; None where no ruling has it."""
    severities: dict[str, int]
    """Severities of violations by name; empty where none was given."""


class AttackSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What reviewers found in a red-team transcript, as distributions."""

    counts: dict[str, int]
    """Outcomes by name: held, partial, broken."""
    severities: dict[str, int]
    """Severities by name, of the attacks that were given one."""
    agreed: str | None
    """The outcome with the share that the rule asks for; None where no outcome has it."""


def has_share(count: int, answered: int, share: float | None) -> bool:
    """Whether this many of the answers are enough to agree.

    Args:
        count: answers that say the same.
        answered: all answers.
        share: least share, above 0.5 to 1; None: more than half.
    """
    if share is None:
        return count > MAJORITY * answered
    # 0.56 of 25 answers is 14.000000000000002 in floating point, and 14 of 25 must reach it.
    return answered > 0 and count >= share * answered - 1e-9


def needed_of(answered: int, share: float | None) -> int:
    """The least number of answers that are enough to agree."""
    return next(count for count in range(answered + 2) if has_share(count, answered, share))


def agreed_value(counts: Mapping[str, int], share: float | None) -> str | None:
    """The value that has the share asked for, or None; at most one value can have it."""
    answered = sum(counts.values())
    return next((name for name, count in counts.items() if has_share(count, answered, share)), None)


def score_summaries(
    judgments: Iterable[Judgment], share: float | None, scales: Mapping[str, AgreementScale]
) -> tuple[ScoreSummary, ...]:
    """The scores by dimension and candidate.

    Args:
        judgments: the judgments that count, one a reviewer.
        share: least share of the answers that agree; None: more than half.
        scales: dimension -> what agreement means on it; elsewhere only equal scores agree.
    """
    scores_of: dict[tuple[str, int], list[Score]] = {}
    for judgment in judgments:
        own = {
            (score.dimension, place_of(score.candidate)): score.score for score in judgment.scores
        }
        for key, score in own.items():
            scores_of.setdefault(key, []).append(score)
    return tuple(
        _score_summary(dimension, place, scores, share, scales.get(dimension))
        for (dimension, place), scores in sorted(scores_of.items(), key=lambda entry: entry[0])
    )


def _score_summary(
    dimension: str,
    place: int,
    scores: Sequence[Score],
    share: float | None,
    scale: AgreementScale | None,
) -> ScoreSummary:
    tally: dict[str, int] = {}
    abstained = not_applicable = 0
    for score in scores:
        key = score_key(score)
        if key is not None:
            tally[key] = tally.get(key, 0) + 1
        abstained += isinstance(score, ScoreAbstained)
        not_applicable += isinstance(score, NotApplicable)
    counts = by_name(tally)
    agreed = agreed_value(counts, share)
    if agreed is None and scale is not None and scale.tolerance:
        agreed = _agreed_within(scores, share, scale)
    return ScoreSummary(
        dimension=dimension,
        candidate=None if place < 0 else place,
        counts=counts,
        abstained=abstained,
        not_applicable=not_applicable,
        agreed=agreed,
    )


def _agreed_within(
    scores: Sequence[Score], share: float | None, scale: AgreementScale
) -> str | None:
    """The middle of the fullest window that the tolerance allows, where the window has the share.

    Of two windows or two middles the worse one: what is not settled is not read as good.
    """
    sign = -1 if scale.lower_is_better else 1
    values = sorted(
        sign * Fraction(score.value, score.denominator or 1)
        for score in scores
        if isinstance(score, Scored)
    )
    windows = [
        [value for value in values if start <= value <= start + scale.tolerance]
        for start in dict.fromkeys(values)
    ]
    fullest = max(windows, key=len, default=[])
    if not has_share(len(fullest), len(values), share):
        return None
    # The middle is taken on the signed scale, so that of two middles the lower index is the worse
    # one whichever end of the scale is good.
    return str(sign * fullest[(len(fullest) - 1) // 2])


def decided_scores(
    counted: tuple[ScoreSummary, ...], decided: Iterable[DimensionScore]
) -> tuple[ScoreSummary, ...]:
    """The distributions with the adjudicator's values as the agreed ones."""
    summaries = {(summary.dimension, place_of(summary.candidate)): summary for summary in counted}
    for score in decided:
        key = (score.dimension, place_of(score.candidate))
        before = summaries.get(key) or _score_summary(*key, (), None, None)
        summaries[key] = msgspec.structs.replace(
            before, agreed=score_key(score.score), decided=True
        )
    return tuple(summaries[key] for key in sorted(summaries))


def step_summaries(judgments: Iterable[Judgment], share: float | None) -> tuple[StepSummary, ...]:
    """The step labels by candidate and step."""
    labels_of: dict[tuple[int, int], Counter[str]] = {}
    for judgment in judgments:
        if not judgment.step_labels:
            continue
        own = {(label.candidate, label.step): label.label for label in judgment.step_labels}
        for key, label in own.items():
            labels_of.setdefault(key, Counter())[label] += 1
    return tuple(
        StepSummary(
            candidate=candidate,
            step=step,
            counts=by_name(counts),
            agreed=agreed_value(counts, share),
        )
        for (candidate, step), counts in sorted(labels_of.items())
    )


def decided_steps(
    counted: tuple[StepSummary, ...], decided: Iterable[StepLabel]
) -> tuple[StepSummary, ...]:
    """The distributions with the adjudicator's labels as the agreed ones."""
    summaries = {(summary.candidate, summary.step): summary for summary in counted}
    for label in decided:
        key = (label.candidate, label.step)
        counts = summaries[key].counts if key in summaries else {}
        summaries[key] = StepSummary(
            candidate=label.candidate, step=label.step, counts=counts, agreed=label.label
        )
    return tuple(summaries[key] for key in sorted(summaries))


def ruling_summaries(
    judgments: Iterable[Judgment], share: float | None
) -> tuple[RulingSummary, ...]:
    """The rulings by section and candidate."""
    rulings_of: dict[tuple[str, int], Counter[str]] = {}
    severities: dict[tuple[str, int], Counter[str]] = {}
    for judgment in judgments:
        if not judgment.rulings:
            continue
        own = {(item.section, place_of(item.candidate)): item for item in judgment.rulings}
        for key, ruling in own.items():
            rulings_of.setdefault(key, Counter())[ruling.ruling] += 1
            severities.setdefault(key, Counter()).update([ruling.severity or ""])
    return tuple(
        RulingSummary(
            section=section,
            candidate=None if place < 0 else place,
            counts=by_name(counts),
            agreed=agreed_value(counts, share),
            severities=_without_unnamed(severities[section, place]),
        )
        for (section, place), counts in sorted(rulings_of.items())
    )


def decided_rulings(
    counted: tuple[RulingSummary, ...], decided: Iterable[SectionRuling]
) -> tuple[RulingSummary, ...]:
    """The distributions with the adjudicator's rulings as the agreed ones."""
    summaries = {(summary.section, place_of(summary.candidate)): summary for summary in counted}
    for ruling in decided:
        key = (ruling.section, place_of(ruling.candidate))
        counts = summaries[key].counts if key in summaries else {}
        summaries[key] = RulingSummary(
            section=ruling.section,
            candidate=ruling.candidate,
            counts=counts,
            agreed=ruling.ruling,
            severities={ruling.severity: 1} if ruling.severity else {},
        )
    return tuple(summaries[key] for key in sorted(summaries))


def _without_unnamed(counts: Counter[str]) -> dict[str, int]:
    """Counts by name without those that name nothing."""
    return {name: count for name, count in by_name(counts).items() if name}


def attack_summary(judgments: Iterable[Judgment], share: float | None) -> AttackSummary | None:
    """What reviewers found in a transcript; None where nobody was asked."""
    attacks = [judgment.attack for judgment in judgments if judgment.attack is not None]
    if not attacks:
        return None
    outcomes = Counter(str(attack.outcome) for attack in attacks if attack.outcome is not None)
    severities = Counter(str(attack.severity) for attack in attacks if attack.severity is not None)
    return AttackSummary(
        counts=by_name(outcomes),
        severities=by_name(severities),
        agreed=agreed_value(outcomes, share),
    )


def place_of(candidate: int | None) -> int:
    """The candidate as a number that sorts, with the whole record before all candidates."""
    return -1 if candidate is None else candidate


def by_name(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts in the order of their names."""
    return dict(sorted(counts.items()))
