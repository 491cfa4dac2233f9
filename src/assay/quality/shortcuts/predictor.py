"""The predictor: how well style predicts the preference on prompts it has not seen, alone and added.

Areas under the curve are of cross-fitted predictions, with folds of whole prompts; intervals are
percentiles over draws of whole prompts. Every pair is in both orders, so there is no intercept.
"""

from typing import NamedTuple, Self

import msgspec
import numpy as np
import numpy.typing as npt

from assay.quality.shortcuts.firth import Floats, fit_firth
from assay.quality.shortcuts.logit import independent_columns

Integers = npt.NDArray[np.int64]

MIN_DECIDED = 40
"""Preferences below which nothing is predicted (a convention)."""

FOLDS = 5
REPLICATES = 200
"""Bootstrap replicates over prompts."""

MOST_ROWS = 20_000
"""Preferences that are examined; of more, whole prompts are drawn."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """An area under the curve, or a difference of two."""

    auc: float | None
    """The area, 0.5 for chance, or the difference; None where it is undefined."""
    low: float | None
    """Lower end of the 95 % interval, drawn over prompts."""
    high: float | None
    """Upper end of the interval."""


class Predictor(msgspec.Struct, frozen=True, kw_only=True):
    """How well the preference is predicted from style, from substance, and from both."""

    style: Area
    """Area of style alone."""
    substance: Area
    """Substance alone; undefined where nothing is known of it."""
    added: Area
    """What style adds to substance: the area of both less that of substance alone."""
    rows: int
    """Preferences that it rests on."""
    prompts: int
    """Prompts that they come from."""
    reason: str
    """Why nothing is predicted; empty where something is."""


NOTHING = Area(auc=None, low=None, high=None)


def predict(
    style: Floats, substance: Floats, wins: Integers, clusters: Integers, seed: int
) -> Predictor:
    """Cross-fit the preference on style, on substance and on both.

    Args:
        style: rows x features.
        substance: rows x columns; no column where nothing is known.
        wins: 1 where the first candidate is preferred.
        clusters: the prompt of each row.
        seed: seed of the folds and of the bootstrap.
    """
    draw = np.random.default_rng(seed)
    if len(wins) > MOST_ROWS:
        prompts = np.unique(clusters)
        drawn = draw.choice(prompts, int(len(prompts) * MOST_ROWS / len(wins)), replace=False)
        keep = np.isin(clusters, drawn)
        style, substance, wins, clusters = style[keep], substance[keep], wins[keep], clusters[keep]
    codes = np.unique(clusters, return_inverse=True)[1] if len(clusters) else clusters
    n_prompts = int(codes.max()) + 1 if len(codes) else 0
    if len(wins) < MIN_DECIDED or n_prompts < 2 * FOLDS:
        return Predictor(
            style=NOTHING, substance=NOTHING, added=NOTHING, rows=len(wins), prompts=n_prompts,
            reason="too few preferences or prompts",
        )  # fmt: skip
    # Whole prompts go into one fold: with a prompt on both sides, its text would predict itself.
    folds = draw.permutation(np.arange(n_prompts) % FOLDS)[codes]
    drawn_rows = list(_draws(codes, draw))
    alone = _cross_fitted(style, wins, folds)
    has_substance = substance.shape[1] > 0
    base = _cross_fitted(substance, wins, folds) if has_substance else alone
    both = _cross_fitted(np.hstack([substance, style]), wins, folds) if has_substance else alone
    predictions = {"style": [alone], "substance": [base], "added": [both, base]}
    areas = {name: _area(scores, wins, drawn_rows) for name, scores in predictions.items()}
    return Predictor(
        style=areas["style"],
        substance=areas["substance"] if has_substance else NOTHING,
        added=areas["added"] if has_substance else NOTHING,
        rows=len(wins),
        prompts=n_prompts,
        reason="",
    )


def _cross_fitted(columns: Floats, wins: Integers, folds: Integers) -> Floats:
    spread = np.sqrt((columns**2).mean(axis=0))
    columns = columns[:, spread > 0] / spread[spread > 0]
    predicted = np.zeros(len(wins))
    for fold in range(FOLDS):
        train = folds != fold
        use = independent_columns(columns[train], range(columns.shape[1]))
        if use:
            fitted = fit_firth(columns[train][:, use], wins[train].astype(np.float64))
            predicted[~train] = columns[~train][:, use] @ fitted.coefficients
    return predicted


def _area(scores: list[Floats], wins: Integers, draws: list[Integers]) -> Area:
    orders = [_ScoreOrder.of(predicted, wins) for predicted in scores]

    def value(weights: Integers) -> float:
        areas = [order.area(weights) for order in orders]
        return areas[0] - (areas[1] if len(areas) > 1 else 0.0)

    low, high = np.quantile([value(weights) for weights in draws], [0.025, 0.975])
    everything = np.ones(len(wins), dtype=np.int64)
    return Area(auc=value(everything), low=float(low), high=float(high))


def _draws(codes: Integers, draw: np.random.Generator) -> list[Integers]:
    """How often each row is in a draw of whole prompts with replacement."""
    n = int(codes.max()) + 1
    return [np.bincount(draw.integers(0, n, n), minlength=n)[codes] for _ in range(REPLICATES)]


class _ScoreOrder(NamedTuple):
    """Predictions toward the outcome and away from it, sorted once for every draw of their rows."""

    row: Integers
    """The row of each prediction, by rising prediction."""
    toward: Floats
    """1 where the prediction is toward the outcome, 0 where it is the same one turned round."""
    last: Integers
    """The place of the last prediction of each value."""

    @classmethod
    def of(cls, predicted: Floats, wins: Integers) -> Self:
        """Each pair in both orders: every prediction stands once as it is and once turned round."""
        toward = np.where(wins == 1, predicted, -predicted)
        both = np.concatenate([toward, -toward])
        order = np.argsort(both, kind="stable")
        last = np.flatnonzero(np.append(np.diff(both[order]) != 0, True))
        n = len(toward)
        return cls(order % n, (order < n).astype(np.float64), last)

    def area(self, weights: Integers) -> float:
        """Area under the curve with each row so often (Mann and Whitney 1947).

        The sum over predictions toward the outcome of those away from it that are smaller, equal
        ones counted half.
        """
        total = float(weights.sum())
        weight = weights[self.row]
        toward = np.diff(np.cumsum(weight * self.toward)[self.last], prepend=0.0)
        away = np.cumsum(weight * (1 - self.toward))[self.last]
        smaller = away - np.diff(away, prepend=0.0) / 2
        return float((toward * smaller).sum() / (total * total))
