"""The logit: odds ratios of surface cues adjusted for substance, robust to separation.

A preference between two candidates is a conditional logit with two alternatives: a logit without
intercept on the differences of the candidates' features. The fit is Firth's (`firth.py`); where
rows of one prompt go together, an interval is widened by the design effect: the likelihood ratio
is compared with the normal quantile times the root of robust over model variance (Rao and Scott
1984, Annals of Statistics 12:46-60).
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from assay.quality.probability import logistic
from assay.quality.shortcuts.firth import FirthFit, Floats, fit_firth, profile_interval

Integers = npt.NDArray[np.int64]

MIN_ROWS = 30
"""Preferences below which no coefficient is given (a convention)."""

PROFILED = 1500
"""Rows up to which intervals are profiled; with more, Wald's differ in the third digit."""

QUANTILE = 1.959964
"""Normal quantile of a two-sided 95 % interval."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one feature does to the odds of being preferred."""

    feature: str
    """The feature, or `shown_first`."""
    odds: float | None
    """Odds ratio for one standard deviation more of it; None where it is undefined."""
    low: float | None
    """Lower end of the 95 % interval, 0 where it is unbounded."""
    high: float | None
    """Upper end of the 95 % interval; None with a value of `odds`: unbounded."""
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
    reason: str
    """Why there is no fit; empty where there is one."""


def fit(
    columns: Floats,
    names: Sequence[str],
    wins: Integers,
    clusters: Integers,
    *,
    report: Sequence[str],
) -> Fitted:
    """Fit the preference on columns.

    Args:
        columns: one row a preference, the first candidate against the second.
        names: names of the columns.
        wins: 1 where the first candidate is preferred.
        clusters: the prompt of each row.
        report: columns whose effects are wanted; the others are controlled for.
    """
    prompts = len(np.unique(clusters))
    if len(wins) < MIN_ROWS:
        return _no_fit(len(wins), prompts, f"fewer than {MIN_ROWS} preferences")
    spread = np.sqrt((columns**2).mean(axis=0))
    use = independent_columns(columns, np.flatnonzero(spread > 0).tolist())
    if not any(names[place] in report for place in use):
        return _no_fit(len(wins), prompts, "no surface feature varies")
    scaled = columns[:, use] / spread[use]
    outcome = wins.astype(np.float64)
    fitted = fit_firth(scaled, outcome)
    if not fitted.settled:
        return _no_fit(len(wins), prompts, "the fit does not settle")
    # The root, because it scales a standard error; the design effect itself is a ratio of
    # variances.
    effects_of_design = np.sqrt(design_effects(scaled, outcome, fitted, clusters))
    effects = {
        names[place]: _effect(
            names[place],
            scaled,
            outcome,
            fitted,
            at=at,
            cut=QUANTILE * float(effects_of_design[at]),
        )
        for at, place in enumerate(use)
        if names[place] in report
    }
    return Fitted(
        rows=len(wins),
        prompts=prompts,
        effects=tuple(effects.get(name) or _undefined_effect(name) for name in report),
        reason="",
    )


def independent_columns(columns: Floats, use: Sequence[int]) -> list[int]:
    """The columns that no earlier ones make up."""
    independent: list[int] = []
    gram = columns.T @ columns
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    # On correlations, so that the threshold means the same for a column of counts and a column of
    # shares.
    correlation = gram / np.outer(scale, scale)
    for place in use:
        chosen = [*independent, place]
        if np.linalg.eigvalsh(correlation[np.ix_(chosen, chosen)])[0] > 1e-9:  # noqa: PLR2004
            independent.append(int(place))
    return independent


def design_effects(
    columns: Floats, outcome: Floats, fitted: FirthFit, clusters: Integers
) -> Floats:
    """By column: variance with rows of one cluster together over that of rows apart, at least 1."""
    chance = logistic(columns @ fitted.coefficients)
    inverse = np.linalg.inv((columns * (chance * (1 - chance))[:, None]).T @ columns)
    single = (columns * (outcome - chance)[:, None]) @ inverse
    codes = np.unique(clusters, return_inverse=True)[1]
    together = np.column_stack(
        [np.bincount(codes, weights=single[:, place]) for place in range(columns.shape[1])]
    )
    apart = np.maximum((single**2).sum(axis=0), 1e-300)
    effects: Floats = np.maximum(1.0, (together**2).sum(axis=0) / apart)
    return effects


def _effect(
    name: str, columns: Floats, outcome: Floats, fitted: FirthFit, *, at: int, cut: float
) -> Effect:
    estimate, error = float(fitted.coefficients[at]), float(fitted.errors[at])
    low, high = estimate - cut * error, estimate + cut * error
    if len(outcome) <= PROFILED:
        low, high = profile_interval(columns, outcome, fitted, at, cut)
    return Effect(
        feature=name,
        odds=_round_odds(np.exp(estimate)),
        low=_round_odds(np.exp(low)),
        high=_round_odds(np.exp(high)) if np.isfinite(high) else None,
        reason="",
    )


def _round_odds(odds: float) -> float:
    """Odds to the digits that the search settles: beyond them machines need not agree."""
    return float(f"{odds:.5g}")


def _undefined_effect(name: str) -> Effect:
    return Effect(feature=name, odds=None, low=None, high=None, reason="does not vary on its own")


def _no_fit(rows: int, prompts: int, reason: str) -> Fitted:
    return Fitted(rows=rows, prompts=prompts, effects=(), reason=reason)
