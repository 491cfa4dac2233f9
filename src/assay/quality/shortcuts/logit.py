"""The logit: odds ratios of surface features, with standard errors clustered by prompt.

A preference between two candidates is a conditional logit with two alternatives: a logit without
intercept on the differences of the candidates' features.
"""

import warnings
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    HessianInversionWarning,
    PerfectSeparationWarning,
)

MIN_ROWS = 30
"""Preferences below which no coefficient is given (a convention)."""

ROWS_A_COLUMN = 5
"""Of the rarer outcome, rows for each column; a column more would fit noise (a convention)."""

MAX_EFFECT = 15.0
"""Log odds for one standard deviation beyond which a column separates the outcomes."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one feature does to the odds of being preferred."""

    feature: str
    """The feature, or `shown_first`."""
    odds: float | None
    """Odds ratio for one standard deviation more of it; None where it is undefined."""
    low: float | None
    """Lower end of the 95 % interval."""
    high: float | None
    """Upper end of the 95 % interval."""
    reason: str
    """Why it is undefined; empty where it is not."""


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """A logit, or why there is none."""

    rows: int
    """Preferences that it rests on."""
    prompts: int
    """Prompts that they come from."""
    effects: tuple[Effect, ...]
    """Effects of the features asked for; empty where there is no fit."""
    held: tuple[str, ...]
    """Columns that decide the outcome alone; their rows were left out, so that the others show."""
    reason: str
    """Why there is no fit; empty where there is one."""


def fit(
    columns: npt.NDArray[np.float64],
    names: Sequence[str],
    wins: npt.NDArray[np.int64],
    clusters: npt.NDArray[np.int64],
    *,
    report: Sequence[str],
) -> Fitted:
    """Fit the preference on columns.

    Args:
        columns: one row a preference, the first candidate against the second.
        names: names of the columns.
        wins: 1 where the first candidate is preferred.
        clusters: the prompt of each row.
        report: columns whose effects are wanted; the others stand beside them.
    """
    columns, wins, clusters, held = _without_deciders(columns, names, wins, clusters, report)
    prompts = len(np.unique(clusters))
    if len(wins) < MIN_ROWS:
        return _none(len(wins), prompts, f"fewer than {MIN_ROWS} preferences", held)
    spread = columns.std(axis=0)
    use = [place for place in np.flatnonzero(spread > 0).tolist() if names[place] not in held]
    use = _independent(columns, use)
    if not use:
        return _none(len(wins), prompts, "no column varies", held)
    if min(int(wins.sum()), int((1 - wins).sum())) < ROWS_A_COLUMN * len(use):
        return _none(len(wins), prompts, "too few preferences for so many columns", held)
    scaled = columns[:, use] / spread[use]
    try:
        estimates = _estimate(scaled, wins, clusters)
    except (np.linalg.LinAlgError, ConvergenceError) as error:
        return _none(len(wins), prompts, f"no fit: {error}", held)
    known = {names[place]: each for place, each in zip(use, estimates, strict=True)}
    effects = tuple(_effect(name, known.get(name)) for name in report)
    return Fitted(rows=len(wins), prompts=prompts, effects=effects, held=held, reason="")


class ConvergenceError(Exception):
    """The fit does not settle: some column separates the outcomes."""


def _without_deciders(
    columns: npt.NDArray[np.float64],
    names: Sequence[str],
    wins: npt.NDArray[np.int64],
    clusters: npt.NDArray[np.int64],
    report: Sequence[str],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64], tuple[str, ...]]:
    """Leave out the rows that a score decides alone, such as a veto on wrong answers.

    A column whose sign gives the outcome in every row where it is not 0 has no finite
    coefficient. What is decided so says nothing of style: the rows go, and are counted out.
    """
    held = []
    for place, name in enumerate(names):
        if name in report or not len(wins):
            continue
        differs = columns[:, place] != 0
        agrees = (columns[differs, place] > 0) == (wins[differs] == 1)
        if differs.any() and (agrees.all() or not agrees.any()):
            held.append(name)
            columns, wins, clusters = columns[~differs], wins[~differs], clusters[~differs]
    return columns, wins, clusters, tuple(held)


def _independent(columns: npt.NDArray[np.float64], use: Sequence[int]) -> list[int]:
    """The columns that no earlier ones make up."""
    kept: list[int] = []
    for place in use:
        if np.linalg.matrix_rank(columns[:, [*kept, place]]) > len(kept):
            kept.append(int(place))
    return kept


def _estimate(
    scaled: npt.NDArray[np.float64],
    wins: npt.NDArray[np.int64],
    clusters: npt.NDArray[np.int64],
) -> list[tuple[float, float]]:
    """Log odds and standard error of every column."""
    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, PerfectSeparationWarning, HessianInversionWarning):
            warnings.simplefilter("error", kind)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            fitted = sm.Logit(wins, scaled).fit(
                disp=0, maxiter=60, cov_type="cluster", cov_kwds={"groups": clusters}
            )
        except Warning as warning:
            raise ConvergenceError("style separates the outcomes") from warning
    if np.abs(fitted.params).max() > MAX_EFFECT:
        raise ConvergenceError("style separates the outcomes")
    return list(zip(fitted.params.tolist(), fitted.bse.tolist(), strict=True))


def _effect(name: str, known: tuple[float, float] | None) -> Effect:
    if known is None:
        return Effect(
            feature=name, odds=None, low=None, high=None, reason="does not vary on its own"
        )
    estimate, error = known
    low, high = estimate - 1.959964 * error, estimate + 1.959964 * error
    return Effect(
        feature=name,
        odds=float(np.exp(estimate)),
        low=float(np.exp(low)),
        high=float(np.exp(min(high, 700.0))),
        reason="",
    )


def _none(rows: int, prompts: int, reason: str, held: tuple[str, ...]) -> Fitted:
    return Fitted(rows=rows, prompts=prompts, effects=(), held=held, reason=reason)
