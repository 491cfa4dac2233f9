"""Skipping: how much of the work at the desk one person may give back without an answer.

Skipping counts against nobody's quality, so it has a limit of its own: a person who could skip
without limit could read through a whole queue, choose the easy items, and leave the hard ones to others.
"""

import msgspec

from assay.core.errors import UsageError

FREE_SKIPS = 10
"""Skips within an hour that are always allowed (a convention)."""

HOUR_SECONDS = 3600


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What a person ended within the last hour."""

    answers: int
    """Assignments that were answered."""
    skips: int
    """Assignments that were given back; leaving content that shows a harm does not count."""


class SkipLimitError(UsageError):
    """More skips than the contract allows."""


def most_skips(answers: int, share: float) -> int:
    """The most skips within an hour.

    Args:
        answers: answers within the same hour.
        share: the most that skips may be of all that was ended; 1 is no limit.
    """
    if share >= 1:
        return 10**9
    # The small addend keeps an exact whole number from being rounded down.
    return max(FREE_SKIPS, int(answers * share / (1 - share) + 1e-9))


def refuse_more(ended: Ended, share: float, *, coming: int) -> None:
    """Refuse what would go beyond the limit.

    Args:
        ended: what the person ended within the last hour.
        share: the contract's `review.skip_share`.
        coming: skips that are asked for: 1, or 0 where new work is claimed.

    Raises:
        SkipLimitError: if there would be more skips than are allowed.
    """
    most = most_skips(ended.answers, share)
    if ended.skips + coming <= most:
        return
    raise SkipLimitError(
        code="skip-limit",
        message=f"you have given back {ended.skips} assignments within an hour, and {most} is the most",
        hint="answer this one, or say in it why it cannot be judged; leaving severe content is always free",
    )
