"""The difference between two checkpoints on the same items, with an interval that holds its coverage.

Differences of items of one family are not independent: the standard error is the cluster-robust
CR2 with Satterthwaite's degrees of freedom (Bell and McCaffrey 2002; Pustejovsky and Tipton
2018), which for a mean over many clusters is the clustered error of Miller 2024. Single binary
pairs get Tango's score interval (Tango 1998). Where hardly any cluster differs from the rest, the
error says little: then the interval of a rate is at least as wide as the number of clusters leaves
open, and never a point.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from assay.contracts.reach import POWER
from assay.core.errors import missing_extra
from assay.quality.estimate import rate as wilson

FEW_DIFFER = 5
"""With fewer clusters that differ from the rest, the error alone is not trusted (a convention)."""

Floats = npt.NDArray[np.float64]


class PairedDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate minus base over the items that both have."""

    items: int
    """Items that both have a value for."""
    clusters: int
    """Independent groups that they form."""
    before: float | None
    """Mean of the base; None without items."""
    before_low: float | None
    """Lower end of the 95 % interval of the base's mean; None where it is undefined."""
    before_high: float | None
    """Upper end of the interval of the base's mean."""
    after: float | None
    """Mean of the candidate; None without items."""
    after_low: float | None
    """Lower end of the 95 % interval of the candidate's mean; None where it is undefined."""
    after_high: float | None
    """Upper end of the interval of the candidate's mean."""
    difference: float | None
    """Mean of the paired differences; None without items."""
    low: float | None
    """Lower end of the 95 % interval; None where it is undefined."""
    high: float | None
    """Upper end of the interval of the difference."""
    detectable: float | None
    """The smallest difference that this much data shows four times in five."""
    p: float | None
    """Two-sided p-value of no difference; None where it is undefined."""
    method: str
    """How the interval was made, or why there is none."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A mean of paired differences with what is needed for any bound on it."""

    mean: float
    """Mean of the differences, each item with the same weight."""
    error: float
    """Its clustered standard error; NaN for one cluster."""
    degrees: float
    """Satterthwaite's degrees of freedom; NaN for one cluster."""
    items: int
    """Differences, one for each item."""
    clusters: int
    """Independent groups that they form."""
    differing: int
    """Clusters whose mean is not the most common one."""
    rate: bool
    """Whether the metric lies between 0 and 1."""
    discordant: tuple[int, int] | None
    """Single pairs of 0 and 1 that gained and that lost; None where there are others."""


def scipy(part: str) -> Any:
    """A part of SciPy, loaded where a number is first asked for.

    `assay status` reads stored comparisons, and an installation without the extra has none.

    Raises:
        MachineError: if the extra `statistics` is not installed.
    """
    try:
        return import_module(f"scipy.{part}")
    except ImportError as error:
        raise missing_extra("statistics", "comparing two checkpoints") from error


def spread_of(differences: Floats, families: Sequence[str], *, rate: bool) -> Spread:
    """The mean of paired differences with its clustered standard error.

    Args:
        differences: candidate minus base, one an item; at least one.
        families: the cluster of each item.
        rate: whether the metric lies between 0 and 1.
    """
    _, codes = np.unique(np.array(families, dtype=object).astype(str), return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    mean = float(differences.mean())
    error, degrees = _clustered_error(differences - mean, codes, sizes)
    _, counts = np.unique(
        # To twelve places, since equal means of floats may differ in the last bit and would count
        # as differing clusters.
        np.round(np.bincount(codes, weights=differences) / sizes, 12),
        return_counts=True,
    )
    single = len(sizes) == len(differences) and set(differences.tolist()) <= {-1.0, 0.0, 1.0}
    pairs = int((differences == 1).sum()), int((differences == -1).sum())
    return Spread(
        mean=mean,
        # An error that is only rounding is no error: dividing by it would give a p-value of 0.
        error=0.0 if error < 1e-12 * max(1.0, abs(mean)) else error,
        degrees=degrees,
        items=len(differences),
        clusters=len(sizes),
        differing=len(sizes) - int(counts.max()),
        rate=rate,
        discordant=pairs if rate and single else None,
    )


def _clustered_error(
    residuals: Floats, codes: npt.NDArray[np.intp], sizes: Floats
) -> tuple[float, float]:
    """CR2's standard error of a mean, and Satterthwaite's degrees of freedom."""
    if len(sizes) < 2:  # noqa: PLR2004  one cluster has no spread
        return float("nan"), float("nan")
    total = float(len(residuals))
    sums = np.bincount(codes, weights=residuals)
    leverage = 1 - sizes / total
    error = float(np.sqrt(np.sum(sums**2 / leverage)) / total)
    # Closed form of CR2 for a design of one constant column; it needs no matrix of rows.
    weights, ends = sizes / leverage, sizes / np.sqrt(leverage * total)
    trace = weights.sum() - (ends**2).sum()
    norm = (weights**2).sum() - 2 * (weights * ends**2).sum() + (ends**2).sum() ** 2
    return error, float(trace**2 / norm)


def bounds(spread: Spread, risk: float) -> tuple[float, float] | None:
    """One-sided bounds: the true mean is beyond each with at most this probability.

    Args:
        spread: the mean and its error.
        risk: one-sided, between 0 and 0.5.

    Returns:
        Lower and upper bound; None where the data give none.
    """
    if spread.clusters < 2:  # noqa: PLR2004  one cluster has no spread
        return None
    if spread.discordant:
        return tango(*spread.discordant, spread.items, risk)
    reach = float(scipy("stats").t.ppf(1 - risk, spread.degrees)) * spread.error
    if _scarce(spread):
        # The share of differing clusters that so many clusters would miss with this probability.
        reach = max(reach, 1 - risk ** (1 / spread.clusters))
    elif spread.error == 0:
        return None
    low, high = spread.mean - reach, spread.mean + reach
    return (max(-1.0, low), min(1.0, high)) if spread.rate else (low, high)


def p_value(spread: Spread) -> float | None:
    """Two-sided p-value of no difference; None where it is undefined.

    Single binary pairs: McNemar's mid-p (Fagerland, Lydersen, Laake 2013). Else Student's t, and
    where hardly a cluster differs at least the p-value at which `bounds` reach 0.
    """
    if spread.clusters < 2:  # noqa: PLR2004  one cluster has no spread
        return None
    if spread.discordant:
        gained, lost = spread.discordant
        # Concordant pairs hold no information on a direction, so the test uses the discordant ones
        # alone.
        few, all_ = min(gained, lost), gained + lost
        return float(
            2 * scipy("stats").binom.cdf(few, all_, 0.5) - scipy("stats").binom.pmf(few, all_, 0.5)
        )
    p = (
        2 * float(scipy("stats").t.sf(abs(spread.mean) / spread.error, spread.degrees))
        if spread.error
        else None
    )
    if _scarce(spread):
        return max(p or 0.0, min(1.0, 2 * (1 - min(1.0, abs(spread.mean))) ** spread.clusters))
    return p


def detectable(spread: Spread, risk: float = 0.025) -> float | None:
    """The smallest difference that this much data shows in four of five repetitions."""
    interval = bounds(spread, risk)
    if interval is None:
        return None
    factor = scipy("stats").t.ppf(1 - risk, spread.degrees) + scipy("stats").t.ppf(
        POWER, spread.degrees
    )
    # Differences that scatter little by chance do not make the data larger than it is.
    least = (interval[1] - interval[0]) / 2 if _scarce(spread) else 0.0
    return max(float(factor) * spread.error, least)


def level(
    values: Sequence[float], families: Sequence[str], *, rate: bool
) -> tuple[float, float] | None:
    """The 95 % interval of one checkpoint's mean; None where it is undefined.

    Single values of 0 and 1 get Wilson's score interval, others the clustered one.

    Args:
        values: one an item; at least one.
        families: the cluster of each item.
        rate: whether the metric lies between 0 and 1.
    """
    if rate and len(set(families)) == len(values) and set(values) <= {0.0, 1.0}:
        score_interval = wilson(int(sum(values)), len(values))
        return (
            None
            if score_interval.low is None or score_interval.high is None
            else (score_interval.low, score_interval.high)
        )
    spread = spread_of(np.array(values, dtype=np.float64), families, rate=rate)
    ends = bounds(spread, 0.025)
    return (max(0.0, ends[0]), ends[1]) if ends and rate else ends


def _scarce(spread: Spread) -> bool:
    """Whether nearly all clusters share one difference."""
    few = spread.differing < FEW_DIFFER and 2 * spread.differing < spread.clusters
    return spread.rate and few


def compare(
    before: Sequence[float], after: Sequence[float], families: Sequence[str], *, rate: bool
) -> PairedDifference:
    """Two checkpoints on the same items.

    Args:
        before: the base's values, one an item.
        after: the candidate's, in the same order.
        families: the cluster of each item.
        rate: whether the metric lies between 0 and 1.
    """
    if not before:
        return _undefined_difference("no item has a value from both")
    first, second = np.array(before, dtype=np.float64), np.array(after, dtype=np.float64)
    spread = spread_of(second - first, families, rate=rate)
    low, high = bounds(spread, 0.025) or (None, None)
    levels = level(before, families, rate=rate), level(after, families, rate=rate)
    (before_low, before_high), (after_low, after_high) = (
        interval or (None, None) for interval in levels
    )
    return PairedDifference(
        items=len(before),
        clusters=spread.clusters,
        before=float(first.mean()),
        before_low=before_low,
        before_high=before_high,
        after=float(second.mean()),
        after_low=after_low,
        after_high=after_high,
        difference=spread.mean,
        low=low,
        high=high,
        detectable=detectable(spread),
        p=p_value(spread),
        method=_method(spread),
    )


def _method(spread: Spread) -> str:
    if spread.clusters < 2:  # noqa: PLR2004  one cluster has no spread
        return "undefined: one cluster"
    if spread.discordant:
        return "tango-score/items"
    if _scarce(spread):
        return "at-least-unseen-share/clusters"
    return "cr2-satterthwaite/clusters" if spread.error else "undefined: all differences are equal"


def _undefined_difference(why: str) -> PairedDifference:
    return PairedDifference(
        items=0,
        clusters=0,
        before=None,
        before_low=None,
        before_high=None,
        after=None,
        after_low=None,
        after_high=None,
        difference=None,
        low=None,
        high=None,
        detectable=None,
        p=None,
        method=f"undefined: {why}",
    )


def tango(gained: int, lost: int, pairs: int, risk: float = 0.025) -> tuple[float, float]:
    """Tango's score interval for a difference of paired proportions.

    Source: Tango 1998, Statistics in Medicine 17:891-908.

    Args:
        gained: pairs that are 0 before and 1 after.
        lost: pairs that are 1 before and 0 after.
        pairs: all pairs, at least 1.
        risk: on each side.
    """
    z = float(scipy("stats").norm.ppf(1 - risk))

    def score(delta: float) -> float:
        a = 2 * pairs
        b = -gained - lost + (2 * pairs - gained + lost) * delta
        c = -lost * delta * (1 - delta)
        q = (np.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
        variance = pairs * (2 * q + delta * (1 - delta))
        if variance <= 0:
            return (
                0.0
                if gained - lost == pairs * delta
                else float(np.inf * np.sign(gained - lost - pairs * delta))
            )
        return float((gained - lost - pairs * delta) / np.sqrt(variance))

    centre = (gained - lost) / pairs
    # At exactly -1 and 1 the variance under the null is zero and the score has no finite value.
    edge = 1 - 1e-12
    low = (
        -1.0
        if score(-edge) <= z
        else scipy("optimize").brentq(lambda d: score(d) - z, -edge, centre)
    )
    high = (
        1.0 if score(edge) >= -z else scipy("optimize").brentq(lambda d: score(d) + z, centre, edge)
    )
    return float(low), float(high)
