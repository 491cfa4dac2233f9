"""Disputes: on what the judgments of one record differ, so that a decision can cover it.

Whoever abstains disputes nothing. Scores differ where a dimension that is not declared plural has
two values: any two on an objective dimension or on one with categories, and more than
`TOLERANCE` places apart on an ordinal scale. Errors differ where one person marks what another,
who looked for errors too, does not: they are matched by overlap and category.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from assay.contracts.rubric import Dimension, Rubric
from assay.records.evidence import TextSpan
from assay.records.judgment import Judgment, LocalizedError
from assay.records.verdict import (
    Abstained,
    InsufficientContext,
    NotAsked,
    ScoreAbstained,
    score_key,
    verdict_key,
)
from assay.review.adjudication import Decided
from assay.review.presentation import letter

TOLERANCE = 1
"""Places on an ordinal scale by which two scores may lie apart without a dispute."""

Disputed = Literal["verdict", "score", "step", "section", "errors", "attack", "edit"]
"""What can be disputed."""


class Dispute(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing on which judgments differ."""

    what: Disputed
    """What sort of thing."""
    candidate: int | None = None
    """The candidate, in the order of whoever names it; absent where the whole record is meant."""
    item: str | None = None
    """The dimension, the section, or the number of the step (from 0)."""

    def moved(self, order: Sequence[int]) -> "Dispute":
        """The same dispute with its candidate counted as presented.

        Args:
            order: the record's candidates in presented order.
        """
        if self.candidate is None:
            return self
        return msgspec.structs.replace(self, candidate=order.index(self.candidate))

    def words(self) -> str:
        """The dispute in a few words, such as `step 3 of A`."""
        of = "" if self.candidate is None else f" of {letter(self.candidate)}"
        match self.what:
            case "score":
                return f"{str(self.item).replace('_', ' ')}{of}"
            case "step":
                return f"step {int(str(self.item)) + 1}{of}"
            case "section":
                return f"section {self.item}{of}"
            case "edit":
                return "the revision"
            case what:
                return f"the {what}"


def disputes(
    judgments: Iterable[Judgment], rubric: Rubric, n_candidates: int
) -> tuple[Dispute, ...]:
    """On what these judgments differ, in the order of the record.

    Args:
        judgments: the judgments that stand, one of each person.
        rubric: the rubric; it says which dimensions are plural.
        n_candidates: candidates of the record.
    """
    given = list(judgments)
    alone = 0 if n_candidates == 1 else None
    verdicts = {
        verdict_key(judgment.verdict, n_candidates)
        for judgment in given
        if not isinstance(judgment.verdict, NotAsked | Abstained)
    }
    found = [Dispute(what="verdict")] if len(verdicts) > 1 else []
    found += _attack_disputes(given)
    found += _step_disputes(given)
    found += _section_disputes(given, alone)
    found += _score_disputes(given, rubric, alone)
    found += _error_disputes(given)
    revised = any(judgment.wrote for judgment in given)
    if revised and any(judgment.stands_as_is for judgment in given):
        found.append(Dispute(what="edit"))
    return tuple(found)


def is_decided(dispute: Dispute, decision: Decided) -> bool:
    """Whether a decision says anything on what is disputed.

    Where the task does not give enough to judge, nothing else is left to decide. Both must count
    candidates in the same order.
    """
    if isinstance(decision.verdict, InsufficientContext):
        return True
    return any(
        (covered.what, covered.item) == (dispute.what, dispute.item)
        and (
            covered.candidate == dispute.candidate or None in {covered.candidate, dispute.candidate}
        )
        for covered in _covered(decision)
    )


def _covered(decision: Decided) -> Iterator[Dispute]:
    """Every dispute that a decision would settle."""
    if not isinstance(decision.verdict, NotAsked):
        yield Dispute(what="verdict")
    if decision.attack is not None and decision.attack.outcome is not None:
        yield Dispute(what="attack")
    for label in decision.step_labels:
        yield Dispute(what="step", candidate=label.candidate, item=str(label.step))
    for ruling in decision.rulings:
        yield Dispute(what="section", candidate=ruling.candidate, item=ruling.section)
    for score in decision.scores:
        if not isinstance(score.score, ScoreAbstained):
            yield Dispute(what="score", candidate=score.candidate, item=score.dimension)
    if decision.errors is not None:
        yield Dispute(what="errors")
    if decision.wrote is not None or decision.stands_as_is is not None:
        yield Dispute(what="edit")


def undecided(decision: Decided, disputed: Iterable[Dispute]) -> tuple[Dispute, ...]:
    """What is disputed and not decided."""
    return tuple(dispute for dispute in disputed if not is_decided(dispute, decision))


def _attack_disputes(judgments: Sequence[Judgment]) -> Iterator[Dispute]:
    attacks = [judgment.attack for judgment in judgments if judgment.attack]
    outcomes = {attack.outcome for attack in attacks if attack.outcome}
    severities = {attack.severity for attack in attacks if attack.severity}
    if len(outcomes) > 1 or len(severities) > 1:
        yield Dispute(what="attack")


def _step_disputes(judgments: Sequence[Judgment]) -> Iterator[Dispute]:
    labels: dict[tuple[int, int], set[str]] = defaultdict(set)
    for judgment in judgments:
        for label in judgment.step_labels:
            labels[label.candidate, label.step].add(label.label)
    for (candidate, step), values in sorted(labels.items()):
        if len(values) > 1:
            yield Dispute(what="step", candidate=candidate, item=str(step))


def _section_disputes(judgments: Sequence[Judgment], alone: int | None) -> Iterator[Dispute]:
    rulings: dict[tuple[str, int], set[str]] = defaultdict(set)
    severities: dict[tuple[str, int], set[str]] = defaultdict(set)
    for judgment in judgments:
        for ruling in judgment.rulings:
            key = (ruling.section, _place(ruling.candidate, alone))
            rulings[key].add(ruling.ruling)
            if ruling.severity:
                severities[key].add(ruling.severity)
    for (section, place), values in sorted(rulings.items()):
        if len(values) > 1 or len(severities[section, place]) > 1:
            candidate = None if place < 0 else place
            yield Dispute(what="section", candidate=candidate, item=section)


def _score_disputes(
    judgments: Sequence[Judgment], rubric: Rubric, alone: int | None
) -> Iterator[Dispute]:
    scores: dict[tuple[str, int], set[str]] = defaultdict(set)
    for judgment in judgments:
        for score in judgment.scores:
            value = score_key(score.score)
            if value is not None:
                scores[score.dimension, _place(score.candidate, alone)].add(value)
    dimensions = {dimension.id: dimension for dimension in rubric.dimensions}
    for (name, place), values in sorted(scores.items()):
        if name in dimensions and _differ(values, dimensions[name]):
            yield Dispute(what="score", candidate=None if place < 0 else place, item=name)


def _place(candidate: int | None, alone: int | None) -> int:
    """A candidate as a number that sorts: the only one for the whole record, or else -1."""
    named = alone if candidate is None else candidate
    return -1 if named is None else named


def _differ(values: set[str], dimension: Dimension) -> bool:
    if len(values) < 2 or dimension.nature == "plural":  # noqa: PLR2004  one value differs from none
        return False
    scale = list(dimension.values)
    exact = dimension.nature == "objective" or dimension.scale_kind != "ordinal"
    if exact or not values <= set(scale):
        return True
    places = [scale.index(value) for value in values]
    return max(places) - min(places) > TOLERANCE


def _error_disputes(judgments: Sequence[Judgment]) -> Iterator[Dispute]:
    looked = [judgment.errors for judgment in judgments if judgment.errors is not None]
    pairs = [(one, other) for one in looked for other in looked if one is not other]
    if any(not _all_matched(one, other) for one, other in pairs):
        yield Dispute(what="errors")


def _all_matched(errors: Iterable[LocalizedError], others: Sequence[LocalizedError]) -> bool:
    return all(any(_match(error, other) for other in others) for error in errors)


def _match(error: LocalizedError, other: LocalizedError) -> bool:
    severities = {error.severity, other.severity} - {None}
    if error.category != other.category or len(severities) > 1:
        return False
    one, two = error.place, other.place
    if isinstance(one, TextSpan) and isinstance(two, TextSpan):
        return one.pointer == two.pointer and one.start < two.end and two.start < one.end
    return one == two
