"""The difference between two checkpoints on the same items, with an interval that can be trusted.

Differences of items of one family are not independent: the standard error is the cluster-robust
CR2 with Satterthwaite's degrees of freedom (Bell and McCaffrey 2002; Pustejovsky and Tipton
2018), which for a mean over many clusters is the clustered error of Miller 2024. Single binary
pairs get Tango's score interval (Tango 1998). Where every difference is equal the error is 0 and
says nothing: then the interval is as wide as the number of clusters leaves open.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

POWER = 0.8
"""How often the smallest detectable difference would be found."""

Floats = npt.NDArray[np.float64]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate minus base over the items that both have."""

    items: int
    """Items that both have a value for."""
    clusters: int
    """Independent groups that they form."""
    before: float | None
    """Mean of the base; None without items."""
    after: float | None
    """Mean of the candidate; None without items."""
    difference: float | None
    """Mean of the paired differences; None without items."""
    low: float | None
    """Lower end of the 95 % interval; None where it is undefined."""
    high: float | None
    """Upper end."""
    detectable: float | None
    """The smallest difference that this much data shows four times in five."""
    p: float | None
    """Two-sided p-value of no difference; None where it is undefined."""
    method: str
    """How the interval was made, or why there is none."""


class Spread(msgspec.Struct, frozen=True):
    """A mean with what is needed for any bound on it."""

    mean: float
    error: float
    degrees: float
    clusters: int
    rate: bool


def spread_of(differences: Floats, families: Sequence[str], *, rate: bool) -> Spread:
    """The mean of paired differences with its clustered standard error.

    Args:
        differences: candidate minus base, one an item; at least one.
        families: the cluster of each item.
        rate: whether the metric lies between 0 and 1.
    """
    _, codes = np.unique(np.array(families, dtype=object).astype(str), return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    total, mean = float(len(differences)), float(differences.mean())
    if len(sizes) < 2:  # noqa: PLR2004  one cluster has no spread
        return Spread(mean, float("nan"), float("nan"), len(sizes), rate)
    sums = np.bincount(codes, weights=differences - mean)
    leverage = 1 - sizes / total
    error = float(np.sqrt(np.sum(sums**2 / leverage)) / total)
    if error < 1e-12 * max(1.0, abs(mean)):
        error = 0.0
    weights, ends = sizes / leverage, sizes / np.sqrt(leverage * total)
    trace = weights.sum() - (ends**2).sum()
    norm = (weights**2).sum() - 2 * (weights * ends**2).sum() + (ends**2).sum() ** 2
    return Spread(mean, error, float(trace**2 / norm), len(sizes), rate)


def bounds(spread: Spread, risk: float) -> tuple[float, float] | None:
    """The bounds that the truth is beyond with at most this probability on each side.

    Args:
        spread: the mean and its error.
        risk: one-sided, between 0 and 0.5.

    Returns:
        Lower and upper bound; None where nothing can be said.
    """
    if spread.clusters < 2:  # noqa: PLR2004  one cluster has no spread
        return None
    if spread.error > 0:
        reach = float(stats.t.ppf(1 - risk, spread.degrees)) * spread.error
        low, high = spread.mean - reach, spread.mean + reach
    elif spread.rate:
        # All differences are equal: what share of differing clusters could have gone unseen?
        reach = 1 - risk ** (1 / spread.clusters)
        low, high = spread.mean - reach, spread.mean + reach
    else:
        return None
    return (max(-1.0, low), min(1.0, high)) if spread.rate else (low, high)


def detectable(spread: Spread, risk: float = 0.025) -> float | None:
    """The smallest difference that this much data shows in four of five repetitions."""
    if spread.clusters < 2:  # noqa: PLR2004  one cluster has no spread
        return None
    if spread.error > 0:
        factor = stats.t.ppf(1 - risk, spread.degrees) + stats.t.ppf(POWER, spread.degrees)
        return float(factor) * spread.error
    found = bounds(spread, risk)
    return None if found is None else found[1] - spread.mean if found[1] > spread.mean else None


def compare(
    before: Sequence[float], after: Sequence[float], families: Sequence[str], *, rate: bool
) -> Difference:
    """Two checkpoints on the same items.

    Args:
        before: the base's values, one an item.
        after: the candidate's, in the same order.
        families: the cluster of each item.
        rate: whether the metric lies between 0 and 1.
    """
    if not before:
        return _undefined(0, 0, "no item has a value from both")
    first, second = np.array(before, dtype=np.float64), np.array(after, dtype=np.float64)
    spread = spread_of(second - first, families, rate=rate)
    means = (float(first.mean()), float(second.mean()))
    found = bounds(spread, 0.025)
    if found is None:
        why = "one cluster" if spread.clusters < 2 else "all differences are equal"  # noqa: PLR2004
        return _undefined(len(before), spread.clusters, why, means)
    low, high = found
    method = "cr2-satterthwaite/clusters" if spread.error > 0 else "equal-differences/clusters"
    single = spread.clusters == len(before)
    if rate and single and set(before) | set(after) <= {0.0, 1.0}:
        gained = int(((second == 1) & (first == 0)).sum())
        lost = int(((second == 0) & (first == 1)).sum())
        low, high = tango(gained, lost, len(before))
        method = "tango-score/items"
    p = (
        float(2 * stats.t.sf(abs(spread.mean) / spread.error, spread.degrees))
        if spread.error
        else None
    )
    return Difference(
        items=len(before),
        clusters=spread.clusters,
        before=means[0],
        after=means[1],
        difference=spread.mean,
        low=low,
        high=high,
        detectable=detectable(spread),
        p=p,
        method=method,
    )


def _undefined(
    items: int, clusters: int, why: str, means: tuple[float, float] | None = None
) -> Difference:
    before, after = means or (None, None)
    return Difference(
        items=items,
        clusters=clusters,
        before=before,
        after=after,
        difference=None if before is None or after is None else after - before,
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
    z = float(stats.norm.ppf(1 - risk))

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
    edge = 1 - 1e-12
    low = -1.0 if score(-edge) <= z else optimize.brentq(lambda d: score(d) - z, -edge, centre)
    high = 1.0 if score(edge) >= -z else optimize.brentq(lambda d: score(d) + z, centre, edge)
    return float(low), float(high)
