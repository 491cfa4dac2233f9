"""Agreement between raters: Krippendorff's alpha, Gwet's AC1 and AC2, percent agreement.

Show the three together: where nearly all ratings are equal, alpha is low although raw agreement is
high, and neither alone is the truth (Gwet 2008, the paradox of kappa). The formulas are in
`coefficient`, the intervals in `bootstrap`.
"""

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.core.errors import InputError, UsageError
from assay.quality.bootstrap import (
    BootstrapInterval,
    Resampling,
    cluster_blocks,
    item_blocks,
    percentile_interval,
)
from assay.quality.coefficient import (
    PAIR,
    Coefficient,
    Weights,
    ac,
    ac_standard_error,
    alpha,
    percent,
)
from assay.quality.estimate import Estimate, Rate, Reason, rate
from assay.quality.patterns import (
    AnswerScale,
    Floats,
    Integers,
    Patterns,
    Ratings,
    distinct_keys,
    ratings,
    reduce,
    slices,
)

MAX_CELLS = 1 << 26
"""Numbers that the table of one coefficient may hold: half a gibibyte."""

MAX_TALLY = 1 << 22
"""Raters x patterns x values that the range without one rater may count."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far raters say the same about one thing, in the three numbers that belong together."""

    alpha: Estimate
    """Krippendorff's alpha in the metric of the scale."""
    ac: Estimate
    """Gwet's AC1 on a nominal scale, AC2 with quadratic weights on the others."""
    percent: Estimate
    """Share of rater pairs within an item that say exactly the same, averaged over items."""
    without_one: "RaterRange"
    """How far alpha depends on single raters."""


class RaterRange(msgspec.Struct, frozen=True, kw_only=True):
    """The range of alpha when each rater in turn is left out."""

    method: str
    """Coefficient and weight set."""
    low: float | None
    """Lowest alpha; None where none is defined or the range was skipped."""
    low_without: int | None
    """Code of the rater whose absence gives the lowest alpha."""
    high: float | None
    """Highest alpha; None where none is defined or the range was skipped."""
    high_without: int | None
    """Code of the rater whose absence gives the highest alpha."""
    n_raters: int
    """Raters that there are to leave out."""
    n_undefined: int
    """Raters without whom alpha is undefined."""
    reason: Reason | None
    """Why there is no range; None where there is one."""


class Abstention(msgspec.Struct, frozen=True, kw_only=True):
    """Who declined to judge: how often, and whether raters decline the same items."""

    rate: Rate
    """Abstentions among all answers."""
    agreement: Agreement
    """Agreement on abstaining (1) or judging (0)."""


def krippendorff_alpha(patterns: Patterns, resampling: Resampling) -> Estimate:
    """Krippendorff's alpha in the metric of the scale, for any number of ratings an item.

    Items with fewer than two ratings do not enter. `value` is at most 1, 0 where raters agree as
    chance would have it, and may be negative.
    """
    return _estimate(alpha(patterns.scale), patterns, resampling)


def gwet_ac(patterns: Patterns, weights: Weights, resampling: Resampling) -> Estimate:
    """Gwet's AC1 (`identity` weights) or AC2, with its analytic standard error.

    Values are the scale's, whether or not all of them were given. Prevalences use every item with
    a rating; agreement uses those with two. The standard error takes items as independent and
    raters as fixed, and ignores clusters; the interval does not.

    Raises:
        UsageError: for weights on a nominal scale, which has no distances.
    """
    if patterns.scale.kind == "nominal" and weights != "identity":
        raise UsageError(
            code="weights-without-order",
            message=f"{weights} weights need an ordinal or interval scale",
            hint="use identity weights (AC1) for categories",
        )
    estimate = _estimate(ac(patterns.scale, weights), patterns, resampling)
    if estimate.value is None:
        return estimate
    error = ac_standard_error(patterns, weights, estimate.value)
    return msgspec.structs.replace(estimate, standard_error=error)


def percent_agreement(patterns: Patterns, resampling: Resampling) -> Estimate:
    """The share of rater pairs within an item that say exactly the same, averaged over items.

    It is not corrected for chance, so it is defined, and 1, where all ratings are equal.
    """
    return _estimate(percent(), patterns, resampling)


def agreement(ratings: Ratings, resampling: Resampling | None = None) -> Agreement:
    """The three coefficients with their intervals, and alpha without each rater in turn.

    Raises:
        InputError: if a scale of very many values gives too many patterns to hold.
    """
    draws = resampling or Resampling()
    patterns = reduce(ratings)
    weights: Weights = "identity" if ratings.scale.kind == "nominal" else "quadratic"
    return Agreement(
        alpha=krippendorff_alpha(patterns, draws),
        ac=gwet_ac(patterns, weights, draws),
        percent=percent_agreement(patterns, draws),
        without_one=alpha_without_one_rater(ratings, patterns),
    )


def abstention(
    items: ArrayLike,
    raters: ArrayLike,
    abstained: NDArray[np.bool_],
    *,
    n_items: int | None = None,
    clusters: ArrayLike | None = None,
    resampling: Resampling | None = None,
) -> Abstention:
    """How often raters abstain, and how far they abstain on the same items.

    Belongs with an agreement in which abstentions are missing: a rater who passes on the hard
    items raises it. The rate's interval takes the answers as independent.

    Args:
        items: item codes of all answers, abstentions included.
        raters: rater codes.
        abstained: whether each answer is an abstention.
        n_items: how many items there are.
        clusters: cluster code of each item.
        resampling: how intervals are drawn.
    """
    draws = resampling or Resampling()
    abstentions = ratings(
        items,
        raters,
        np.asarray(abstained).astype(np.int64),
        AnswerScale("nominal", 2),
        n_items=n_items,
        clusters=clusters,
    )
    return Abstention(
        rate=rate(int(abstentions.values.sum()), abstentions.values.size, level=draws.level),
        agreement=agreement(abstentions, draws),
    )


def alpha_without_one_rater(
    ratings: Ratings, patterns: Patterns, *, max_raters: int = 1000
) -> RaterRange:
    """The range of alpha when each rater in turn is left out.

    Leaving a rater out moves each item that he or she rated to the pattern with one count less,
    so it is enough to count (rater, pattern, value) triples once.

    Args:
        ratings: the ratings.
        patterns: the same ratings, reduced.
        max_raters: with more raters the range is skipped, and says so.
    """
    skip: Reason | None = None
    if patterns.n_raters > max_raters:
        skip = "too_many_raters"
    elif (
        patterns.n_raters * patterns.counts.size > MAX_TALLY
        or patterns.counts.size * _n_columns(ratings.scale) > MAX_CELLS
    ):
        skip = "too_many_patterns"
    elif not patterns.n_raters:
        skip = "no_ratings"
    coefficient = alpha(ratings.scale)
    if skip:
        return _no_range(coefficient, patterns.n_raters, 0, skip)
    raters, tally = _rater_tally(ratings, patterns)
    # Alpha depends on sums over items alone, so leaving a rater out is one subtraction for each
    # rater and no second pass over the ratings.
    totals = patterns.multiplicity @ _checked_table(coefficient, patterns)
    values = coefficient.values(totals - tally @ _loss_of_one(coefficient, patterns.counts))
    undefined = int(np.count_nonzero(np.isnan(values)))
    # The whole table may be undefined for the same reason; only where it is not did each rater's
    # absence alone take the last pairs away.
    if undefined == values.size:
        enters = _enters(coefficient.table(patterns.counts))
        whole = _reason(coefficient, patterns.counts, enters)
        return _no_range(coefficient, values.size, undefined, whole or "no_pairable_values")
    lowest, highest = int(np.nanargmin(values)), int(np.nanargmax(values))
    return RaterRange(
        method=coefficient.method,
        low=float(values[lowest]),
        low_without=int(raters[lowest]),
        high=float(values[highest]),
        high_without=int(raters[highest]),
        n_raters=values.size,
        n_undefined=undefined,
        reason=None,
    )


def _no_range(coefficient: Coefficient, n_raters: int, undefined: int, why: Reason) -> RaterRange:
    return RaterRange(
        method=coefficient.method,
        low=None,
        low_without=None,
        high=None,
        high_without=None,
        n_raters=n_raters,
        n_undefined=undefined,
        reason=why,
    )


def _rater_tally(ratings: Ratings, patterns: Patterns) -> tuple[Integers, Integers]:
    """The rater codes, and for each how often it gave each value to an item of each pattern."""
    raters, places = distinct_keys(ratings.raters, ratings.n_rater_codes)
    n_cells = patterns.counts.size
    tally = np.zeros(raters.size * n_cells, dtype=np.int64)
    for part in slices(ratings.items.size):
        cells = (
            patterns.of_item[ratings.items[part]] * ratings.scale.n_values + ratings.values[part]
        )
        np.add.at(tally, places[part] * n_cells + cells, 1)
    return raters, tally.reshape(raters.size, n_cells)


def _loss_of_one(coefficient: Coefficient, counts: Integers) -> Floats:
    """What the totals lose when one rating goes: a row for each (pattern, value)."""
    n_values = counts.shape[1]
    full = np.repeat(counts, n_values, axis=0)
    # Rows where the value was not given go below zero here. The tally of such a row is zero, so
    # what stands in it does not matter; 0 only keeps the table defined.
    less = np.maximum(full - np.tile(np.eye(n_values, dtype=np.int64), (len(counts), 1)), 0)
    loss: Floats = coefficient.table(full) - coefficient.table(less)
    return loss


def _n_columns(scale: AnswerScale) -> int:
    """At least as many columns as the widest table on this scale has."""
    n_values = scale.n_values
    return n_values * (n_values + 1) // 2 if scale.kind == "ordinal" else n_values + 2


def _checked_table(coefficient: Coefficient, patterns: Patterns) -> Floats:
    n_patterns, n_values = patterns.counts.shape
    if n_patterns * _n_columns(patterns.scale) > MAX_CELLS:
        raise InputError(
            code="too-many-patterns",
            message=f"{n_patterns} different patterns on {n_values} values are too many",
            hint="merge neighbouring values of the scale, such as a slider's hundred into twenty",
        )
    return coefficient.table(patterns.counts)


def _enters(table: Floats) -> NDArray[np.bool_]:
    return np.asarray(table.any(axis=1))


def _reason(coefficient: Coefficient, counts: Integers, enters: NDArray[np.bool_]) -> Reason | None:
    """Why the coefficient of these count vectors is undefined, if it is."""
    if not len(counts):
        return "no_ratings"
    if not (counts.sum(axis=1) >= PAIR).any():
        return "no_pairable_values"
    if coefficient.corrects_chance and np.count_nonzero(counts[enters].sum(axis=0)) == 1:
        return "no_variation"
    return None


def _estimate(coefficient: Coefficient, patterns: Patterns, resampling: Resampling) -> Estimate:
    table = _checked_table(coefficient, patterns)
    enters = _enters(table)
    reason = _reason(coefficient, patterns.counts, enters)
    blocks = item_blocks(patterns, table)
    if patterns.clusters is not None:
        blocks = cluster_blocks(patterns.clusters, patterns, table)
    value, spread = None, BootstrapInterval()
    if reason is None:
        value = float(coefficient.values((patterns.multiplicity @ table)[None, :])[0])
        spread = percentile_interval(blocks, coefficient.values, resampling)
    # The denominators count every item of a pattern: a pattern is one row here and may stand for
    # thousands of items.
    sizes = patterns.counts.sum(axis=1) * patterns.multiplicity
    return Estimate(
        method=coefficient.method,
        value=value,
        low=spread.low,
        high=spread.high,
        reason=reason or spread.reason,
        cautions=spread.cautions,
        standard_error=None,
        interval=f"percentile-bootstrap/{'items' if patterns.clusters is None else 'clusters'}",
        level=resampling.level,
        replicates=spread.drawn,
        replicates_undefined=spread.undefined,
        seed=resampling.seed,
        n_items=int(patterns.multiplicity[enters].sum()),
        n_items_total=int(patterns.of_item.size),
        n_raters=patterns.n_raters,
        n_ratings=int(sizes[enters].sum()),
        n_ratings_total=int(sizes.sum()),
        n_clusters=None if patterns.clusters is None else blocks.n_blocks,
    )
