"""Coefficients of agreement as sums over items.

Each is a table (what one item of a pattern adds) and a function of the totals, so that the
bootstrap and the range without one rater only ever add and subtract rows.

Sources: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability; Gwet 2008, British Journal
of Mathematical and Statistical Psychology 61:29-48; Gwet 2014, Handbook of Inter-Rater
Reliability, 4th edition, for weights and missing ratings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assay.quality.patterns import AnswerScale, Floats, Integers, Patterns

Weights = Literal["identity", "linear", "quadratic"]
"""Credit for a near miss: none, falling with the distance, or with its square."""

PAIR = 2
"""Ratings that an item needs before anything about it can agree."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient as sums over items."""

    method: str
    """Coefficient and weight set."""
    table: Callable[[Integers], Floats]
    """Count vectors to what one such item adds; all zero for items that do not enter."""
    values: Callable[[Floats], Floats]
    """Totals (replicates x columns) to values; NaN where 0/0."""
    corrects_chance: bool = True
    """Whether equal ratings throughout leave it undefined."""


def alpha(scale: AnswerScale) -> Coefficient:
    """Krippendorff's alpha in the metric of the scale; only items with two ratings enter.

    Columns: ratings of each value, then the observed disagreement. The ordinal metric depends on
    the totals, so there the observed pairs of each two values are in its place.
    """
    n_values = scale.n_values
    left, right = np.triu_indices(n_values, k=1)
    positions = scale.positions()
    distances = (
        1.0 - np.eye(n_values)
        if scale.kind == "nominal"
        else (positions[:, None] - positions[None, :]) ** 2
    )

    def table(counts: Integers) -> Floats:
        sizes = counts.sum(axis=1, keepdims=True)
        pairable = sizes >= PAIR
        weight = pairable / np.maximum(sizes - 1, 1)
        if scale.kind == "ordinal":
            observed = counts[:, left] * counts[:, right] * weight
        else:
            observed = ((counts @ distances) * counts).sum(axis=1, keepdims=True) * weight / 2
        return np.hstack([counts * pairable, observed])

    def values(totals: Floats) -> Floats:
        margins, observed = totals[:, :n_values], totals[:, n_values:]
        n_ratings = margins.sum(axis=1)
        if scale.kind == "ordinal":
            middles = np.cumsum(margins, axis=1) - margins / 2
            squared = (middles[:, left] - middles[:, right]) ** 2
            disagreement = (observed * squared).sum(axis=1)
            by_chance = (margins[:, left] * margins[:, right] * squared).sum(axis=1)
        else:
            disagreement = observed[:, 0]
            by_chance = ((margins @ distances) * margins).sum(axis=1) / 2
        ratio = _divide(disagreement * (n_ratings - 1), by_chance)
        return np.minimum(1 - ratio, 1.0)

    return Coefficient(f"krippendorff-alpha/{scale.kind}", table, values)


def ac(scale: AnswerScale, weights: Weights) -> Coefficient:
    """Gwet's AC1 (identity weights) or AC2; prevalences use all items, agreement those with two.

    Columns: whether the item has two ratings, its agreement, its share of each value.
    """
    credit = credit_matrix(scale, weights)
    # With one value nothing can vary, and the estimate is undefined before this factor is used.
    factor = credit.sum() / max(scale.n_values * (scale.n_values - 1), 1)

    def table(counts: Integers) -> Floats:
        sizes = counts.sum(axis=1, keepdims=True)
        return np.hstack([_item_agreement(counts, credit), counts / np.maximum(sizes, 1)])

    def values(totals: Floats) -> Floats:
        observed = _divide(totals[:, 1], totals[:, 0])
        shares = totals[:, 2:] / totals[:, 2:].sum(axis=1, keepdims=True)
        by_chance = factor * (shares * (1 - shares)).sum(axis=1)
        value: Floats = np.minimum((observed - by_chance) / (1 - by_chance), 1.0)
        return value

    name = "gwet-ac1" if weights == "identity" else "gwet-ac2"
    return Coefficient(f"{name}/{weights}", table, values)


def percent() -> Coefficient:
    """The mean over items of the share of rater pairs that say exactly the same.

    Columns: whether the item has two ratings, its agreement.
    """

    def table(counts: Integers) -> Floats:
        return _item_agreement(counts, np.eye(counts.shape[1]))

    def values(totals: Floats) -> Floats:
        return _divide(totals[:, 1], totals[:, 0])

    return Coefficient("percent-agreement/item-mean", table, values, corrects_chance=False)


def credit_matrix(scale: AnswerScale, weights: Weights) -> Floats:
    """Values x values: 1 for the same value, less for a near miss, 0 for the farthest."""
    if weights == "identity" or scale.n_values == 1:
        return np.eye(scale.n_values)
    positions = scale.positions()
    distances = np.abs(positions[:, None] - positions[None, :]) / np.ptp(positions)
    credit: Floats = 1 - (distances if weights == "linear" else distances**2)
    return credit


def _item_agreement(counts: Integers, credit: Floats) -> Floats:
    """Two columns: whether an item has two ratings, and the credit of a mean pair of them."""
    sizes = counts.sum(axis=1, keepdims=True)
    agreeing = (counts * (counts @ credit - 1)).sum(axis=1, keepdims=True)
    pairable = sizes >= PAIR
    return np.hstack([pairable, pairable * agreeing / np.maximum(sizes * (sizes - 1), 1)])


def _divide(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def ac_standard_error(patterns: Patterns, weights: Weights, value: float) -> float | None:
    """The analytic standard error of an AC (Gwet 2008; with weights and gaps, Gwet 2014).

    Items count as independent draws from an endless supply, raters as fixed. None with one item.
    """
    counts, multiplicity, n_values = patterns.counts, patterns.multiplicity, patterns.scale.n_values
    n_items = int(multiplicity.sum())
    if n_items < 2:  # noqa: PLR2004  # a variance needs two
        return None
    credit = credit_matrix(patterns.scale, weights)
    pairable, agreeing = _item_agreement(counts, credit).T
    item_shares = counts / counts.sum(axis=1, keepdims=True)
    shares = multiplicity @ item_shares / n_items
    factor = credit.sum() / (n_values * (n_values - 1))
    by_chance = factor * float(shares @ (1 - shares))
    item_by_chance = factor * (item_shares @ (1 - shares))
    scaled = n_items / float(multiplicity @ pairable) * (agreeing - by_chance * pairable)
    influence = (scaled - 2 * (1 - value) * (item_by_chance - by_chance)) / (1 - by_chance)
    variance = multiplicity @ (influence - value) ** 2 / (n_items * (n_items - 1))
    return float(variance**0.5)
