"""Sentinel outcomes as shares: how often a person is right on known work, and how sure that is."""

from collections.abc import Mapping

import msgspec

from assay.quality.estimate import Rate, rate
from assay.review.sentinel import SentinelCounts, Watched


class SentinelRates(msgspec.Struct, frozen=True, kw_only=True):
    """One person's answers to sentinels on one dimension and task family."""

    watched: Watched
    """Whose answers, to what."""
    right: Rate
    """Right answers among those that were right or wrong."""
    declined: Rate
    """Abstentions among all that were asked and answered or declined."""
    unanswered: int
    """Judgments without an answer here; in no denominator."""


def sentinel_rates(
    counts: Mapping[Watched, SentinelCounts], *, level: float = 0.95
) -> tuple[SentinelRates, ...]:
    """Each person's shares with Wilson intervals, in the order of the counts.

    Sentinels are few for each person and differ in difficulty: the shares rank nobody.

    Args:
        counts: outcomes by person, dimension and task family.
        level: nominal coverage of the intervals.

    Raises:
        UsageError: for an impossible level.
    """
    return tuple(
        SentinelRates(
            watched=watched,
            right=rate(tally.right, tally.answered, level=level),
            declined=rate(tally.abstained, tally.answered + tally.abstained, level=level),
            unanswered=tally.unanswered,
        )
        for watched, tally in counts.items()
    )
