"""Located errors: which errors of several reviewers are the same one, and how far they agree.

Errors are the same where their places overlap: spans of one text that share a code point, one
step, or one candidate as a whole. Agreement between two reviewers is the F1 of a one-to-one
matching, as for named entities (Hripcsak and Rothschild, JAMIA 12, 2005): it needs no count of the
places that nobody marked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec

from assay.records.evidence import TextSpan
from assay.records.judgment import Action, LocalizedError, Unanchored, Whole

Place = TextSpan | Action | Unanchored | Whole


class ErrorSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One error, as one or several reviewers located it."""

    place: Place
    """Where it is; of several overlapping places the first."""
    found: int
    """Reviewers who located it."""
    looked: int
    """Reviewers who looked for errors: the denominator."""
    categories: dict[str, int]
    """Reviewers by the category that they gave it; sorted by name."""
    severities: dict[str, int]
    """Reviewers by the severity that they gave it; sorted by name. Empty where none was given."""
    agreed: bool
    """Whether the share that the rule asks for located it, or an adjudicator upheld it."""
    corrections: tuple[str, ...] = ()
    """What should be there, as reviewers wrote it; each once."""

    @property
    def candidate(self) -> int | None:
        """The candidate that it is in; None where the place does not name one."""
        return candidate_of(self.place)


class SpanAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far the reviewers located the same errors."""

    f1: float
    """Mean F1 over all pairs of reviewers, from 0 to 1; two who found nothing agree."""
    pairs: int
    """Pairs of reviewers that the mean is over."""


def candidate_of(place: Place) -> int | None:
    """The candidate that a place is in; None for the task, evidence or an unanchored place."""
    if isinstance(place, Action | Whole):
        return place.candidate
    if isinstance(place, TextSpan):
        head, _, rest = place.pointer.removeprefix("/candidates/").partition("/")
        if place.pointer.startswith("/candidates/") and head.isdecimal() and rest:
            return int(head)
    return None


def overlap(one: Place, other: Place) -> int:
    """How far two places coincide: shared code points of a text, 1 for the same step or whole.

    Returns:
        0 where they are different places.
    """
    if isinstance(one, TextSpan) and isinstance(other, TextSpan):
        if one.pointer != other.pointer:
            return 0
        if (one.start, one.end) == (other.start, other.end):
            return max(1, one.end - one.start)
        return max(0, min(one.end, other.end) - max(one.start, other.start))
    if isinstance(one, Unanchored) and isinstance(other, Unanchored):
        return int(one.stated == other.stated)
    return int(one == other)


def span_agreement(errors_by_reviewer: Sequence[Sequence[LocalizedError]]) -> SpanAgreement | None:
    """The mean F1 over pairs of reviewers; None for fewer than two who looked.

    Args:
        errors_by_reviewer: the errors of each reviewer who looked for them; empty where none was found.
    """
    scores = [_f1(one, other) for one, other in combinations(errors_by_reviewer, 2)]
    if not scores:
        return None
    return SpanAgreement(f1=sum(scores) / len(scores), pairs=len(scores))


def _f1(one: Sequence[LocalizedError], other: Sequence[LocalizedError]) -> float:
    total = len(one) + len(other)
    return 2 * _count_matches(one, other) / total if total else 1.0


def _count_matches(one: Sequence[LocalizedError], other: Sequence[LocalizedError]) -> int:
    """Pairs of a one-to-one matching that takes the greatest overlap first."""
    candidates = (
        (-overlap(mine.place, theirs.place), left, right)
        for left, mine in enumerate(one)
        for right, theirs in enumerate(other)
        if overlap(mine.place, theirs.place)
    )
    left_taken: set[int] = set()
    right_taken: set[int] = set()
    # Greedy by overlap. The optimal matching could pair more errors, at the price of pairs that
    # hardly touch.
    for _, left, right in sorted(candidates):
        if left not in left_taken and right not in right_taken:
            left_taken.add(left)
            right_taken.add(right)
    return len(left_taken)


def merge_errors(
    errors_by_reviewer: Sequence[Sequence[LocalizedError]], needed: int
) -> tuple[ErrorSummary, ...]:
    """The errors that reviewers located, each once, by place.

    Args:
        errors_by_reviewer: the errors of each reviewer who looked for them.
        needed: reviewers who must have located an error for it to be agreed.
    """
    clusters: list[list[tuple[int, LocalizedError]]] = []
    # In order of place, so that which errors fall together does not depend on the order of
    # reviewers.
    for reviewer, error in sorted(
        _with_reviewer(errors_by_reviewer), key=lambda pair: _order(pair[1])
    ):
        same = next((group for group in clusters if _joins(error, group)), None)
        if same is None:
            clusters.append([(reviewer, error)])
        else:
            same.append((reviewer, error))
    return tuple(_summary(group, len(errors_by_reviewer), needed) for group in clusters)


def _with_reviewer(
    errors_by_reviewer: Sequence[Sequence[LocalizedError]],
) -> Iterator[tuple[int, LocalizedError]]:
    for reviewer, errors in enumerate(errors_by_reviewer):
        for error in errors:
            yield reviewer, error


def _joins(error: LocalizedError, group: Sequence[tuple[int, LocalizedError]]) -> bool:
    return any(overlap(error.place, member.place) for _, member in group)


def _order(error: LocalizedError) -> tuple[str, int, int, str, str]:
    place = error.place
    severity = error.severity or ""
    match place:
        case TextSpan():
            return place.pointer, place.start, place.end, error.category, severity
        case Action():
            return f"/candidates/{place.candidate}", place.step, 0, error.category, severity
        case Whole():
            return f"/candidates/{place.candidate}", -1, 0, error.category, severity
        case Unanchored():
            return place.stated, -2, 0, error.category, severity


def _summary(group: Sequence[tuple[int, LocalizedError]], looked: int, needed: int) -> ErrorSummary:
    n_located = len({reviewer for reviewer, _ in group})
    errors = [error for _, error in group]
    # By reviewer: a reviewer who marks one error in two pieces has one vote on what it is.
    categories = Counter(name for _, name in {(who, error.category) for who, error in group})
    severities = Counter(
        level for _, level in {(who, error.severity) for who, error in group} if level is not None
    )
    corrections = dict.fromkeys(error.correction for error in errors if error.correction)
    return ErrorSummary(
        place=errors[0].place,
        found=n_located,
        looked=looked,
        categories=dict(sorted(categories.items())),
        severities={str(name): count for name, count in sorted(severities.items())},
        agreed=n_located >= needed,
        corrections=tuple(corrections),
    )
