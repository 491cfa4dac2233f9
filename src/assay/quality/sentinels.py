"""Sentinel outcomes as shares: how often a person is right on known work, and how sure that is."""

from collections.abc import Mapping

import msgspec
from scipy.stats import beta

from assay.core.errors import UsageError
from assay.quality.estimate import Rate, check_level, rate
from assay.review.sentinel import SentinelCounts, Watched


class Credible(msgspec.Struct, frozen=True, kw_only=True):
    """Where a true share lies, given what was seen; equal tails."""

    low: float
    """Lower bound, between 0 and 1."""
    high: float
    """Upper bound, between 0 and 1."""
    level: float
    """Probability that it lies between them."""


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
            right=rate(each.right, each.answered, level=level),
            declined=rate(each.abstained, each.answered + each.abstained, level=level),
            unanswered=each.unanswered,
        )
        for watched, each in counts.items()
    )


def jeffreys(count: int, trials: int, *, level: float = 0.95) -> Credible:
    """Where the true share lies under Jeffreys' prior, Beta(1/2, 1/2).

    Source: Brown, Cai, DasGupta 2001, Statistical Science 16:101-133, section 3.2, whose bounds at
    no trial right and at all right are 0 and 1.

    Args:
        count: right answers, 0 to `trials`.
        trials: all answers, at least 1.
        level: probability between the bounds.

    Raises:
        UsageError: for an impossible count or level.
    """
    check_level(level)
    _check(count, trials)
    tail = (1 - level) / 2
    posterior = beta(count + 0.5, trials - count + 0.5)
    return Credible(
        low=0.0 if count == 0 else float(posterior.ppf(tail)),
        high=1.0 if count == trials else float(posterior.ppf(1 - tail)),
        level=level,
    )


def chance_at_least(share: float, count: int, trials: int) -> float:
    """How probable it is that the true share is at least this one, under a uniform prior.

    Source: the beta-binomial posterior (Bayes 1763; Laplace 1774).

    Args:
        share: the share asked about, between 0 and 1.
        count: right answers, 0 to `trials`.
        trials: all answers, at least 1.

    Raises:
        UsageError: for an impossible share or count.
    """
    check_level(share)
    _check(count, trials)
    return float(beta(count + 1, trials - count + 1).sf(share))


def _check(count: int, trials: int) -> None:
    if trials < 1 or not 0 <= count <= trials:
        raise UsageError(
            code="impossible-rate", message=f"{count} of {trials} is not a share", where="sentinels"
        )
