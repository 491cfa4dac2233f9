"""The test of cues: which of them go with the answers once substance is adjusted for, at one risk.

Each cue is examined on its own, by its sign: which of two candidates has more of it. The score of
a logit that knows substance alone is summed over the reviewers of one record, and signs are
flipped (`sign_flips.py`); the same interval that can exclude "no effect" can exclude every effect
that matters, so that too little data excludes neither.
"""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from assay.quality.probability import logistic
from assay.quality.shortcuts.firth import Floats, fit_firth
from assay.quality.shortcuts.logit import independent_columns
from assay.quality.shortcuts.noisy_substance import (
    CORRELATION,
    INSEPARABLE,
    MATTERS,
    POSITION,
    calibrate,
    related_cues,
    reliability_of,
    with_signs,
)
from assay.quality.shortcuts.sign_flips import by_cluster, flip_signs

Integers = npt.NDArray[np.int64]

RISK = 0.02
"""Probability with which the alarm is raised over sound data, all cues and questions together."""

POWER_QUANTILE = 0.8416
"""Normal quantile of a power of 80 %."""

LEAST_ROWS = 20
"""Rows in which a cue must differ to be tested (a convention)."""

LEAST_PROMPTS = 12
"""Prompts in which it must: with fewer, no flip of signs is rare enough."""

RELIABLE = 0.9
"""Reliability of substance from which it is kept apart from a cue that goes with it (a convention)."""

APART = 1e-3
"""Part of a cue that substance does not make up, below which its effect is undefined."""

COMMON = 0.1
"""Share of the rows in which a cue must differ for its absence to be part of `clear`."""


class CueEffect(msgspec.Struct, frozen=True, kw_only=True):
    """How far one cue goes with the answers."""

    cue: str
    """The cue, or `shown_first`."""
    effect: float
    """Share of decisions for the candidate with more of it, or a correlation with scores."""
    low: float
    """Lower end of the interval that holds for all cues together."""
    high: float
    """Upper end of it."""
    p: float
    """p-value adjusted for all cues."""
    smallest: float
    """Smallest effect that would have been found with a probability of 80 %."""
    rows: int
    """Rows in which the cue differs."""


class CueTest(msgspec.Struct, frozen=True, kw_only=True):
    """All cues against one kind of answer."""

    question: str
    """`preferences`, or the dimension or section that single candidates were judged on."""
    measure: Literal["share", "correlation"]
    """What an effect is."""
    rows: int
    """Answers that the test rests on, one row each."""
    prompts: int
    """Prompts that they come from."""
    substance: tuple[str, ...]
    """What is held equal; empty: nothing is known of it."""
    risk: float
    """Probability with which any cue is found by chance."""
    effects: tuple[CueEffect, ...]
    """The cues that could be tested, the strongest first."""
    untested: tuple[str, ...]
    """Cues that differ in too few rows."""
    confounded: tuple[str, ...]
    """Cues that go with substance itself, where only reviewers say what substance is."""
    inseparable: tuple[str, ...]
    """Of these, the ones that go with it so closely that they may stand for what scores miss."""
    reliability: float
    """Least part of a substance column's spread that is not an error of its scorers; 1 if all exact."""
    seed: int
    """Seed of the flips."""

    @property
    def null(self) -> float:
        """The effect of a cue that does nothing."""
        return 0.5 if self.measure == "share" else 0.0

    def matters(self, effect: CueEffect) -> float:
        """How far from that a cue's effect matters: the rarer the cue, the stronger it must be.

        It grows with the root of the rarity, so that every cue is held to the same evidence.
        """
        if self.measure == "correlation":
            return CORRELATION
        return min(0.5, (MATTERS - 0.5) * math.sqrt(self.rows / max(1, effect.rows)))

    def is_found(self, effect: CueEffect) -> bool:
        """Whether a cue is beyond chance, and not surely smaller than what matters.

        Scores that are mostly error hold substance only partly equal: a cue that goes with them
        would then stand for the rest of it, and is not found.
        """
        blurred = effect.cue in self.inseparable or (
            effect.cue in self.confounded and self.reliability < RELIABLE
        )
        return effect.p <= self.risk and not blurred and not self.is_small(effect)

    def is_small(self, effect: CueEffect) -> bool:
        """Whether every effect that matters is excluded."""
        most = self.matters(effect)
        return self.null - most < effect.low <= effect.high < self.null + most


def examine_preferences(
    signs: Floats,
    names: Sequence[str],
    wins: Integers,
    clusters: Integers,
    *,
    substance: Floats,
    noise: Floats,
    held: Sequence[str],
    risk: float,
    seed: int,
) -> CueTest:
    """Test which cues the preferred candidates have more of, adjusted for substance.

    Args:
        signs: rows x cues: 1 where the first candidate has more, -1 where the second, 0.
        names: the cues.
        wins: 1 where the first candidate is preferred.
        clusters: the prompt of each row.
        substance: rows x columns, how far the first candidate exceeds the second.
        noise: rows x columns, error variance of each of these; 0 where it is exact.
        held: names of the columns of substance.
        risk: probability with which any cue may be found by chance.
        seed: seed of the flips.
    """
    testable, untested = _testable(signs, names, clusters)
    codes = np.unique(clusters, return_inverse=True)[1]
    effects: list[CueEffect] = []
    if testable:
        chosen = signs[:, testable]
        named = [names[place] for place in testable]
        effects = _logit_effects(
            chosen, named, wins, codes, with_signs(substance), risk=risk, seed=seed
        )
        if substance.size and noise.any():
            # Noisy scores hold substance only partly equal: both views must show the cue.
            related = chosen * (np.array(named) != POSITION)
            exact = calibrate(substance, noise, related, codes)
            again = _logit_effects(chosen, named, wins, codes, exact, risk=risk, seed=seed)
            effects = [_wider(*both) for both in zip(effects, again, strict=True)]
    related = related_cues(
        signs, names, testable, codes, substance=substance, noise=noise, risk=risk, seed=seed
    )
    return CueTest(
        question="preferences",
        measure="share",
        rows=len(wins),
        prompts=len(np.unique(clusters)),
        substance=tuple(held),
        risk=risk,
        effects=tuple(sorted(effects, key=lambda effect: (effect.p, -abs(effect.effect - 0.5)))),
        untested=untested,
        reliability=reliability_of(substance, noise),
        confounded=tuple(related),
        inseparable=tuple(name for name, size in related.items() if size >= INSEPARABLE),
        seed=seed,
    )


def examine_marks(
    question: str,
    levels: Floats,
    names: Sequence[str],
    values: Floats,
    *,
    independent: Floats,
    clusters: Integers,
    risk: float,
    seed: int,
) -> CueTest:
    """Test which cues go with scores or rulings on single candidates.

    Args:
        question: the dimension or section.
        levels: rows x cues.
        names: the cues.
        values: the score of each row.
        independent: what a verifier or an adjudicator says to the same question; NaN: nothing.
        clusters: the prompt of each row.
        risk: probability with which any cue may be found by chance.
        seed: seed of the flips.
    """
    has_evidence = ~np.isnan(independent)
    held = ("verifiers and adjudications",) if has_evidence.mean() >= 0.9 else ()  # noqa: PLR2004
    if held:
        levels, values, clusters = (
            levels[has_evidence],
            values[has_evidence],
            clusters[has_evidence],
        )
    design = np.column_stack([np.ones(len(values)), *([independent[has_evidence]] if held else [])])
    testable, untested = _testable(levels - np.median(levels, axis=0), names, clusters)
    codes = np.unique(clusters, return_inverse=True)[1]
    residuals = np.column_stack([values, levels[:, testable]])
    # Both sides are freed of what is explained elsewhere before they are correlated (Frisch and
    # Waugh 1933), which makes the correlation a partial one.
    residuals = residuals - design @ np.linalg.lstsq(design, residuals, rcond=None)[0]
    norms = np.sqrt((residuals**2).sum(axis=0))
    usable = [place for place, norm in enumerate(norms[1:], 1) if norm > 1e-9 and norms[0] > 1e-9]  # noqa: PLR2004
    effects: list[CueEffect] = []
    if usable:
        residuals = residuals / np.maximum(norms, 1e-300)
        products = residuals[:, [0]] * residuals[:, usable]
        effects = _effects(
            [names[testable[place - 1]] for place in usable], by_cluster(products, codes),
            by_cluster(residuals[:, usable] ** 2, codes), np.ones(len(usable)), risk=risk, seed=seed,
            null=0.0, scale=1.0, possible=(-1.0, 1.0), counts=[len(values)] * len(usable),
        )  # fmt: skip
    return CueTest(
        question=question,
        measure="correlation",
        rows=len(values),
        prompts=len(np.unique(clusters)),
        substance=held,
        risk=risk,
        effects=tuple(sorted(effects, key=lambda effect: (effect.p, -abs(effect.effect)))),
        untested=untested,
        confounded=(),
        inseparable=(),
        reliability=1.0,
        seed=seed,
    )


def _testable(
    signs: Floats, names: Sequence[str], clusters: Integers
) -> tuple[list[int], tuple[str, ...]]:
    differs = signs != 0
    testable = [
        place
        for place in range(len(names))
        if differs[:, place].sum() >= LEAST_ROWS
        and len(np.unique(clusters[differs[:, place]])) >= LEAST_PROMPTS
    ]
    return testable, tuple(
        name
        for place, name in enumerate(names)
        if place not in testable and differs[:, place].any()
    )


def _logit_effects(
    signs: Floats,
    names: Sequence[str],
    wins: Integers,
    codes: Integers,
    substance: Floats,
    *,
    risk: float,
    seed: int,
) -> list[CueEffect]:
    """Effects by one step from the logit of substance alone, on the scale of shares."""
    spread = np.sqrt((substance**2).mean(axis=0)) if substance.size else np.zeros(0)
    use = (
        independent_columns(substance, np.flatnonzero(spread > 0).tolist()) if spread.any() else []
    )
    adjusters = substance[:, use] / spread[use]
    chance = np.full(len(wins), 0.5)
    if adjusters.shape[1]:
        fitted = fit_firth(adjusters, wins.astype(np.float64))
        chance = logistic(adjusters @ fitted.coefficients)
    weights = chance * (1 - chance)
    residuals = signs
    if adjusters.shape[1]:
        weighted = adjusters * weights[:, None]
        residuals = (
            signs
            - adjusters @ np.linalg.lstsq(weighted.T @ adjusters, weighted.T @ signs, rcond=None)[0]
        )
    scores = residuals * (wins - chance)[:, None]
    information = residuals**2 * weights[:, None]
    # A cue that substance makes up nearly whole leaves rounding noise behind, and a test of noise
    # would find effects.
    apart = (residuals**2).sum(axis=0) > APART * (signs**2).sum(axis=0)
    effects = _effects(
        names, by_cluster(scores * apart, codes), by_cluster(information, codes),
        information.sum(axis=0), risk=risk, seed=seed, null=0.5, scale=0.25,
        possible=(0.0, 1.0), counts=(signs != 0).sum(axis=0).tolist(),
    )  # fmt: skip
    return [
        effect
        if apart[place]
        else msgspec.structs.replace(effect, effect=0.5, low=0.0, high=1.0, p=1.0, smallest=1.0)
        for place, effect in enumerate(effects)
    ]


def _effects(
    names: Sequence[str],
    scores: Floats,
    information: Floats,
    total: Floats,
    *,
    risk: float,
    seed: int,
    null: float,
    scale: float,
    possible: tuple[float, float],
    counts: Sequence[int],
) -> list[CueEffect]:
    """Effects with intervals; an interval ends where the measure does, at the `possible` values."""
    n_clusters = len(scores)
    slope = scores.sum(axis=0) / np.maximum(total, 1e-12)
    # The error is taken around the estimate and not around zero, or a strong effect would widen
    # its own interval.
    centred = scores - information * slope
    error = np.sqrt((centred**2).sum(axis=0) * n_clusters / max(1, n_clusters - 1)) / np.maximum(
        total, 1e-12
    )
    tested = flip_signs(scores, risk=risk, seed=seed)
    margin = tested.critical * error
    low, high, smallest = (
        np.clip(null + scale * ends, *possible)
        for ends in (slope - margin, slope + margin, margin + POWER_QUANTILE * error)
    )
    return [
        CueEffect(
            cue=name,
            effect=float(null + scale * slope[place]),
            low=float(low[place]),
            high=float(high[place]),
            p=float(tested.adjusted[place]),
            smallest=float(smallest[place]),
            rows=int(counts[place]),
        )
        for place, name in enumerate(names)
    ]


def _wider(first: CueEffect, second: CueEffect) -> CueEffect:
    """Two views of one cue as one that is as careful as either."""
    return msgspec.structs.replace(
        first,
        low=min(first.low, second.low),
        high=max(first.high, second.high),
        p=max(first.p, second.p),
        smallest=max(first.smallest, second.smallest),
    )
