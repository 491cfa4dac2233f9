"""Firth's logit: penalised likelihood whose estimates exist even where a column separates outcomes.

The log-likelihood gets half the log determinant of the information as a penalty (Jeffreys' prior;
Firth 1993, Biometrika 80:27-38). Intervals are profile likelihood intervals of the penalised
likelihood (Heinze and Schemper 2002, Statistics in Medicine 21:2409-2419): where a column
separates, one end is far out, and the other still excludes what the data exclude.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay.quality.probability import log_logistic, logistic

Floats = npt.NDArray[np.float64]

ITERATIONS = 300
"""Most steps: scoring leaves the penalty's curvature out, so a table of single rows settles slowly."""

TOLERANCE = 1e-8
"""Largest modified score, per row, at which a fit has settled."""

SINGULAR = -600.0
"""Log determinant of the information below which it cannot be inverted in double precision."""

FLAT = 1e-10
"""Difference of two penalised log-likelihoods that says nothing: rounding."""

LONGEST_STEP = 3.0
"""Longest step of one coefficient, in log odds."""

FURTHEST = 60.0
"""Log odds at which the search for the end of an interval gives up: it is unbounded in effect."""


class FirthFit(NamedTuple):
    """A fitted logit."""

    coefficients: Floats
    """Log odds for one unit of each column."""
    errors: Floats
    """Standard errors from the information at the estimate."""
    penalised: float
    """The penalised log-likelihood at the estimate."""
    settled: bool
    """Whether the iteration converged."""


class _At(NamedTuple):
    penalised: float
    score: Floats
    information: Floats
    inverse: Floats


def fit_firth(
    columns: Floats, outcome: Floats, *, start: Floats | None = None, fixed: int | None = None
) -> FirthFit:
    """Maximise the penalised likelihood by scoring with step halving.

    Args:
        columns: rows x columns, of full column rank; an intercept is a column of ones.
        outcome: 0 or 1 a row.
        start: coefficients to start from; zeros by default.
        fixed: a column whose coefficient stays as it starts; the penalty still counts it.

    Raises:
        numpy.linalg.LinAlgError: if the columns are not independent.
    """
    beta = np.zeros(columns.shape[1]) if start is None else start.copy()
    free = np.array([place != fixed for place in range(len(beta))])
    at = _evaluate(columns, outcome, beta)
    settled = not free.any()
    for _ in range(ITERATIONS):
        if np.abs(at.score[free]).max(initial=0.0) < TOLERANCE * max(1, len(outcome)):
            settled = True
            break
        step = np.zeros(len(beta))
        try:
            step[free] = np.linalg.solve(at.information[np.ix_(free, free)], at.score[free])
        except np.linalg.LinAlgError:
            # Far out all chances are 0 or 1 to the last digit: there is no way up from here.
            break
        step *= min(1.0, LONGEST_STEP / max(np.abs(step).max(), 1e-300))
        for _ in range(30):
            tried = _evaluate(columns, outcome, beta + step)
            # At the top the likelihood is flat to the last digit, and the score still tells.
            nearer = np.abs(tried.score[free]).max() < np.abs(at.score[free]).max()
            higher = tried.penalised - at.penalised
            if higher > FLAT or (nearer and higher > -FLAT):
                break
            step /= 2
        beta, at = beta + step, tried
    errors = np.sqrt(np.diag(at.inverse))
    return FirthFit(beta, errors, at.penalised, settled)


def profile_interval(
    columns: Floats, outcome: Floats, fitted: FirthFit, column: int, cut: float
) -> tuple[float, float]:
    """The coefficients whose penalised log-likelihood is within `cut`**2 / 2 of the largest.

    Args:
        columns: rows x columns.
        outcome: 0 or 1 a row.
        fitted: the fit on them.
        column: place of the column.
        cut: the normal quantile of the coverage, such as 1.96; larger where rows are not
            independent. Infinite ends stand for a likelihood that stays above to `FURTHEST`.
    """
    return (
        _end(columns, outcome, fitted, column, cut=cut, side=-1),
        _end(columns, outcome, fitted, column, cut=cut, side=1),
    )


def _end(
    columns: Floats, outcome: Floats, fitted: FirthFit, column: int, *, cut: float, side: int
) -> float:
    """One end, by the secant rule on the signed root of the likelihood ratio, kept in a bracket."""
    estimate, error = float(fitted.coefficients[column]), float(fitted.errors[column])
    start = fitted.coefficients.copy()

    def root(distance: float) -> float:
        start[column] = estimate + side * distance
        at = fit_firth(columns, outcome, start=start, fixed=column)
        start[:] = at.coefficients
        return float(np.sqrt(max(0.0, 2 * (fitted.penalised - at.penalised)))) - cut

    low, low_value = 0.0, -cut
    high = cut * error
    while (high_value := root(high)) < 0:
        low, low_value, high = high, high_value, 2 * high
        if high > FURTHEST:
            return side * float("inf")
    for _ in range(40):
        middle = low - low_value * (high - low) / (high_value - low_value)
        # The secant may land next to an old end and stall; at least a twentieth of the bracket is
        # cut off each time.
        middle = min(max(middle, low + 0.05 * (high - low)), high - 0.05 * (high - low))
        value = root(middle)
        if abs(value) < 1e-6:  # noqa: PLR2004  far below the digits shown
            return estimate + side * middle
        low, low_value, high, high_value = (
            (middle, value, high, high_value) if value < 0 else (low, low_value, middle, value)
        )
    return estimate + side * (low + high) / 2


def _evaluate(columns: Floats, outcome: Floats, beta: Floats) -> _At:
    """The penalised likelihood, its modified score, and the inverse of the information."""
    index = columns @ beta
    chance = logistic(index)
    weighted = columns * np.sqrt(chance * (1 - chance))[:, None]
    information = weighted.T @ weighted
    sign, determinant = np.linalg.slogdet(information)
    # Minus infinity refuses the step: halving leads back to where the information can be
    # inverted.
    if sign <= 0 or determinant < SINGULAR:
        return _At(-np.inf, np.zeros(len(beta)), information, np.eye(len(beta)))
    inverse: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
    leverage = np.einsum("ij,jk,ik->i", weighted, inverse, weighted, optimize=True)
    score = columns.T @ (outcome - chance + leverage * (0.5 - chance))
    likelihood = float(log_logistic(np.where(outcome > 0.5, index, -index)).sum())  # noqa: PLR2004
    return _At(likelihood + determinant / 2, score, information, inverse)
