"""Numbers as they are reported: with interval, denominators and method, or with the reason why not."""

from statistics import NormalDist
from typing import Literal

import msgspec

from assay.core.errors import UsageError

Reason = Literal[
    "no_ratings",
    "no_pairable_values",
    "no_variation",
    "too_few_blocks",
    "unstable_replicates",
    "no_trials",
    "too_many_raters",
    "too_many_patterns",
]
"""Why a number or its interval is undefined.

`no_ratings`: nobody judged; `no_pairable_values`: no item has two ratings; `no_variation`: all
ratings that count are equal, so chance-corrected agreement is 0/0; `too_few_blocks`: fewer than
two items or clusters to draw from; `unstable_replicates`: more replicates than one tail of the
interval holds are undefined; `no_trials`: a rate over nothing; `too_many_raters`,
`too_many_patterns`: skipped for its cost.
"""

Caution = Literal["zero_width_interval", "undefined_replicates"]
"""What a reader of an interval must know.

`zero_width_interval`: every replicate gave the same value, so the width says nothing about rare
disagreement; `undefined_replicates`: some replicates had no value and were left out.
"""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement coefficient with its interval and its denominators."""

    method: str
    """Coefficient and weight set, such as `krippendorff-alpha/ordinal` or `gwet-ac2/quadratic`."""
    value: float | None
    """The coefficient, at most 1; None where it is undefined."""
    low: float | None
    """Lower bound of the interval; None where it is undefined or was not asked for."""
    high: float | None
    """Upper bound of the interval; None where it is undefined or was not asked for."""
    reason: Reason | None
    """Why the value, or else the interval, is undefined; None where nothing is missing."""
    cautions: tuple[Caution, ...]
    """What to know before the interval is used."""
    standard_error: float | None
    """Analytic standard error under independent items; None where the method has none."""
    interval: str
    """Method of the interval, such as `percentile-bootstrap/items`."""
    level: float
    """Nominal coverage of the interval, between 0 and 1."""
    replicates: int
    """Bootstrap replicates that were drawn."""
    replicates_undefined: int
    """Replicates in which the coefficient was undefined; they are left out of the interval."""
    seed: int
    """Seed of the bootstrap."""
    n_items: int
    """Items that entered the coefficient."""
    n_items_total: int
    """Items that were there, judged or not."""
    n_raters: int
    """Raters with at least one rating."""
    n_ratings: int
    """Ratings on the items that entered the coefficient."""
    n_ratings_total: int
    """Ratings that were there."""
    n_clusters: int | None
    """Clusters, such as prompt families, that were drawn from; None for a bootstrap over items."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A share with its Wilson score interval (Wilson 1927), which treats trials as independent."""

    count: int
    """Trials that had the property."""
    trials: int
    """All trials: the denominator."""
    value: float | None
    """`count / trials`, between 0 and 1; None without trials."""
    low: float | None
    """Lower bound of the interval; None without trials."""
    high: float | None
    """Upper bound of the interval; None without trials."""
    reason: Reason | None
    """`no_trials` where there were none, else None."""
    level: float
    """Nominal coverage of the interval, between 0 and 1."""
    method: str = "wilson-score"
    """Method of the interval."""


def rate(count: int, trials: int, *, level: float = 0.95) -> Rate:
    """A share with its Wilson score interval, without continuity correction.

    Source: Wilson 1927, JASA 22:209-212; Newcombe 1998, Statistics in Medicine 17:857-872,
    method 3. Repeated trials of one rater or item are not independent; then the interval is too
    narrow.

    Args:
        count: trials that had the property, 0 to `trials`.
        trials: all trials.
        level: nominal coverage, between 0 and 1.

    Raises:
        UsageError: if the counts or the level are impossible.
    """
    check_level(level)
    if not 0 <= count <= trials:
        raise UsageError(
            code="impossible-rate", message=f"{count} of {trials} is not a share", where="rate"
        )
    if trials == 0:
        return Rate(
            count=0, trials=0, value=None, low=None, high=None, reason="no_trials", level=level
        )
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = count / trials
    centre = share + z * z / (2 * trials)
    spread = z * (share * (1 - share) / trials + z * z / (4 * trials * trials)) ** 0.5
    scale = 1 + z * z / trials
    # At 0 and at all of the trials rounding could leave the bound a hair off the end of the
    # scale, so the ends are set exactly.
    return Rate(
        count=count,
        trials=trials,
        value=share,
        low=0.0 if count == 0 else (centre - spread) / scale,
        high=1.0 if count == trials else (centre + spread) / scale,
        reason=None,
        level=level,
    )


def check_level(level: float) -> None:
    """Refuse a coverage that is not strictly between 0 and 1.

    Raises:
        UsageError: for such a level.
    """
    if not 0 < level < 1:
        raise UsageError(
            code="impossible-level",
            message=f"a coverage of {level} is impossible",
            hint="give a share between 0 and 1, such as 0.95",
        )
