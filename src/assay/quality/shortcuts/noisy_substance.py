"""Noisy substance: what reviewers' scores say of substance, and which cues they go with."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assay.quality.probability import normal_probability
from assay.quality.shortcuts.firth import Floats
from assay.quality.shortcuts.sign_flips import by_cluster, flip_signs

Integers = npt.NDArray[np.int64]

MATTERS = 0.60
"""Share of decisions for the candidate with more of a cue, from which the cue matters."""

CORRELATION = 2 * MATTERS - 1
"""The same for scores on single candidates, as a correlation: 60 : 40 is one of 0.2."""

RELATED = 2.0
"""Standard errors from which a cue is taken to go with the scores (a convention)."""

POSITION = "shown_first"
"""The column of the place in which a candidate was shown; it has nothing to do with substance."""

INSEPARABLE = 0.5
"""Correlation of a cue with reviewers' scores from which the two cannot be separated (a convention)."""


def with_signs(substance: Floats) -> Floats:
    """Substance together with its signs: people may choose the better one by however little."""
    return np.hstack([substance, np.sign(substance)])


def calibrate(substance: Floats, noise: Floats, signs: Floats, codes: Integers) -> Floats:
    """Substance and its sign as they are expected to be, given noisy scores and the cues.

    Regression calibration: Carroll, Ruppert, Stefanski, Crainiceanu 2006, Measurement Error in
    Nonlinear Models, chapter 4, with replicates; differences of candidates have mean zero by
    symmetry. A cue that does not go with the scores beyond chance is taken to be apart from
    substance.

    Args:
        substance: rows x columns.
        noise: rows x columns, error variance.
        signs: rows x cues.
        codes: number of the prompt of each row.
    """
    n = len(substance)
    observed = substance.T @ substance / n
    # Observed covariance less that of the errors is an estimate and may have negative directions;
    # a covariance has none, so they are lifted to a small share of the spread.
    values, vectors = np.linalg.eigh(observed - np.diag(noise.mean(axis=0)))
    floor = 0.05 * np.diag(observed).mean()
    true = (vectors * np.maximum(values, floor)) @ vectors.T
    with_cues = substance.T @ signs / n
    for place in range(substance.shape[1]):
        sums = by_cluster(substance[:, [place]] * signs, codes)
        apart = np.abs(sums.sum(axis=0)) < RELATED * np.sqrt((sums**2).sum(axis=0))
        with_cues[place, apart] = 0.0
    cues = signs.T @ signs / n + 1e-6 * np.eye(signs.shape[1])
    targets = np.hstack([true, with_cues])
    both = np.hstack([substance, signs])
    expected, sign = np.empty_like(substance), np.empty_like(substance)
    # Rows with the same number of scorers share one regression: the error variance decides how
    # far a score is drawn to the cues.
    for error in np.unique(noise, axis=0):
        rows = (noise == error).all(axis=1)
        whole = np.block([[true + np.diag(error), with_cues], [with_cues.T, cues]])
        slopes = np.linalg.lstsq(whole, targets.T, rcond=None)[0]
        expected[rows] = both[rows] @ slopes
        left = np.sqrt(np.maximum(np.diag(true) - (targets.T * slopes).sum(axis=0), 1e-9))
        sign[rows] = 2 * normal_probability(expected[rows] / left) - 1
    return np.hstack([expected, sign])


def reliability_of(substance: Floats, noise: Floats) -> float:
    """Least part of a column's spread that is not an error of its scorers, from 0 to 1."""
    spread = (substance**2).mean(axis=0) if substance.size else np.zeros(0)
    if not spread.any():
        return 1.0
    varies = spread > 0
    return float(max(0.0, (1 - noise.mean(axis=0)[varies] / spread[varies]).min()))


def related_cues(
    signs: Floats,
    names: Sequence[str],
    testable: Sequence[int],
    codes: Integers,
    *,
    substance: Floats,
    noise: Floats,
    risk: float,
    seed: int,
) -> dict[str, float]:
    """Cues that reviewers' own scores go with, with the size of the correlation.

    Whether they do so for good reasons, nobody independent says.
    """
    places = np.flatnonzero(noise.any(axis=0)).tolist() if substance.size else []
    pairs = [(cue, place) for cue in testable for place in places if names[cue] != POSITION]
    if not pairs:
        return {}
    products = np.column_stack([signs[:, cue] * substance[:, place] for cue, place in pairs])
    tested = flip_signs(by_cluster(products, codes), risk=risk, seed=seed)
    related: dict[str, float] = {}
    for (cue, place), p, total in zip(
        pairs, tested.adjusted.tolist(), products.sum(axis=0).tolist(), strict=True
    ):
        squares = float((signs[:, cue] ** 2).sum() * (substance[:, place] ** 2).sum())
        size = abs(total) / math.sqrt(max(squares, 1e-300))
        if p <= risk and size >= CORRELATION:
            related[names[cue]] = max(size, related.get(names[cue], 0.0))
    return related
