"""The audit: does a surface cue win where substance is equal?

Three views of one question. (1) A logit of the preference on style, with the judgment's own
scores beside it where they are given, and standard errors clustered by prompt (style control:
LMArena 2024; length: Dubois et al. 2024). (2) The same on the pairs of equal substance, whose
scores tie: there style should win nothing, so this view tells "longer because more complete" from
"longer wins". (3) How well style alone predicts the preference on prompts it has not seen.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from assay.governance.failure_modes import Alarm
from assay.quality.estimate import Rate, rate
from assay.quality.shortcuts.features import FEATURES
from assay.quality.shortcuts.gathering import Rows, ShortcutGathering
from assay.quality.shortcuts.logit import Fitted, fit

Level = Literal["clear", "amber", "red", "unknown"]
"""How loud the sign is; `unknown`: too little to look at."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MIN_DECIDED = 40
"""Preferences below which nothing is said (a convention)."""

SCORED_SHARE = 0.9
"""Share of the preferences that must be scored on a dimension for it to stand beside style."""

LEAST_EQUAL = 20
"""Preferences between equals below which their lengths are not counted (a convention)."""

FOLDS = 5
REPLICATES = 200
"""Bootstrap replicates over prompts for the interval of the surface predictor."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sign becomes loud. All are conventions, held against bounds of intervals."""

    amber_odds: float = 1.2
    """Odds ratio for one standard deviation of a feature."""
    red_odds: float = 1.5
    """The same, red."""
    amber_auc: float = 0.55
    """Area under the curve of style alone."""
    red_auc: float = 0.60
    """The same, red."""
    shift: float = 0.02
    """Distance of the first place's share from one half."""


class Surface(msgspec.Struct, frozen=True, kw_only=True):
    """How well style alone predicts the preference on prompts that it has not seen."""

    auc: float | None
    """Area under the curve, 0.5 for chance; None where it is undefined."""
    low: float | None
    """Lower end of the 95 % interval, drawn over prompts."""
    high: float | None
    """Upper end of the interval."""
    rows: int
    """Preferences."""
    prompts: int
    """Prompts that they come from."""
    reason: str
    """Why it is undefined; empty where it is not."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the place in which a candidate was shown wins."""

    first: int
    """Preferences for the candidate shown first."""
    second: int
    """Preferences for the candidate shown second."""
    unrecorded: int
    """Preferences whose order is not recorded."""
    share: float | None
    """Share of the first place; None without recorded orders."""
    low: float | None
    """Lower end of the exact 95 % interval (Clopper and Pearson 1934)."""
    high: float | None
    """Upper end of the interval."""
    p: float | None
    """Exact two-sided binomial p-value against one half."""


class LongerRate(msgspec.Struct, frozen=True, kw_only=True):
    """How often one reviewer prefers the longer answer."""

    reviewer: str
    """Pseudonym."""
    longer: Rate
    """Preferences for the longer answer, among those between answers of different length."""


class ShortcutAudit(msgspec.Struct, frozen=True, kw_only=True):
    """What surface cues do to the preferences of one group of reviewers."""

    group: str
    """`people`, `model NAME`, or `unnamed labels`."""
    decided: int
    """Preferences: the rows of every figure below, unless it says otherwise."""
    undecided: dict[str, int]
    """Verdicts that prefer neither, by kind; they are no preferences."""
    prompts: int
    """Prompts that the preferences come from."""
    adjusted_for: tuple[str, ...]
    """Dimensions whose scores stand beside style; empty where too few were scored."""
    style: Fitted
    """The logit on style, with scores beside it where there are any."""
    equal_substance: Fitted
    """The logit on the pairs whose scores tie on every scored dimension."""
    longer_of_equals: Rate
    """Preferences for the longer answer among pairs of equal substance and different length."""
    surface: Surface
    """Style alone."""
    position: Position
    """First place against second."""
    reviewers: tuple[LongerRate, ...]
    """Preference for the longer answer by reviewer; no ranking of people."""
    level: Level
    """The loudest sign."""
    signs: tuple[str, ...]
    """What is loud, in words."""


def audit(
    gathered: ShortcutGathering, *, thresholds: Thresholds | None = None, seed: int = 0
) -> tuple[ShortcutAudit, ...]:
    """Audit every group of reviewers, people first.

    Args:
        gathered: the preferences.
        thresholds: where a sign becomes loud.
        seed: seed of the folds and of the bootstrap.
    """
    order = sorted(gathered.groups, key=lambda name: (name != "people", name))
    chosen = thresholds or Thresholds()
    return tuple(_audit(name, gathered, chosen, seed) for name in order)


def _audit(
    name: str, gathered: ShortcutGathering, thresholds: Thresholds, seed: int
) -> ShortcutAudit:
    rows = gathered.groups[name]
    wins = np.array(rows.wins, dtype=np.int64)
    clusters = np.array(rows.clusters, dtype=np.int64)
    styles = np.array(rows.styles, dtype=np.float64).reshape(len(wins), len(FEATURES))
    scores = np.array(rows.scores, dtype=np.float64).reshape(len(wins), len(gathered.dimensions))
    placed = np.array(rows.placed, dtype=np.float64)
    scored = _scored(scores)
    beside = scores[:, scored]
    whole = ~np.isnan(beside).any(axis=1)
    columns = np.column_stack([styles, placed])
    names = (*FEATURES, "shown_first")
    dimensions = tuple(gathered.dimensions[place] for place in scored)
    adjusted = fit(
        np.column_stack([columns, beside])[whole],
        (*names, *dimensions),
        wins[whole],
        clusters[whole],
        report=names,
    )
    equal = whole & (np.nan_to_num(beside, nan=1.0) == 0).all(axis=1) & bool(scored)
    tied = fit(columns[equal], names, wins[equal], clusters[equal], report=names)
    differ = equal & (styles[:, 0] != 0)
    chose = ((styles[:, 0] > 0) == (wins == 1)) & differ
    longer = rate(int(chose.sum()), int(differ.sum()))
    surface = _surface(styles, wins, clusters, seed)
    position = _position(rows)
    level, signs = _signs(
        adjusted, tied, surface, position, thresholds, longer=longer, adjusted_for=dimensions
    )
    return ShortcutAudit(
        group=name,
        decided=len(wins),
        undecided=dict(sorted(rows.undecided.items())),
        prompts=len(np.unique(clusters)),
        adjusted_for=dimensions,
        style=adjusted,
        equal_substance=tied,
        longer_of_equals=longer,
        surface=surface,
        position=position,
        reviewers=_longer(rows, styles[:, 0], wins, gathered.names),
        level=level,
        signs=signs,
    )


def _scored(scores: Floats) -> list[int]:
    """Dimensions that nearly all preferences are scored on."""
    if not len(scores):
        return []
    given = 1 - np.isnan(scores).mean(axis=0)
    return [int(place) for place in np.flatnonzero(given >= SCORED_SHARE)]


def _surface(styles: Floats, wins: Integers, clusters: Integers, seed: int) -> Surface:
    prompts = len(np.unique(clusters))
    if len(wins) < MIN_DECIDED or prompts < 2 * FOLDS:
        return _no_surface(len(wins), prompts, "too few preferences or prompts")
    # A pair has no first candidate: each stands in both orders, so the model has no intercept.
    both = np.vstack([styles, -styles])
    outcome = np.concatenate([wins, 1 - wins])
    prompt = np.concatenate([clusters, clusters])
    predicted = np.zeros(len(outcome))
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(
        both, outcome, prompt
    ):
        model = LogisticRegression(C=np.inf, fit_intercept=False, max_iter=500)
        predicted[test] = model.fit(both[train], outcome[train]).decision_function(both[test])
    auc = _auc(predicted, outcome)
    low, high = _auc_interval(predicted[: len(wins)], wins, clusters, seed)
    return Surface(auc=auc, low=low, high=high, rows=len(wins), prompts=prompts, reason="")


def _auc_interval(
    predicted: Floats, wins: Integers, clusters: Integers, seed: int
) -> tuple[float, float]:
    """Percentiles over draws of whole prompts."""
    _, codes = np.unique(clusters, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(codes.max() + 2))
    draw = np.random.default_rng(seed)
    replicates = REPLICATES if len(wins) < 20_000 else REPLICATES // 4  # noqa: PLR2004  the interval is narrow there
    found = []
    for _ in range(replicates):
        chosen = draw.integers(0, codes.max() + 1, codes.max() + 1)
        sizes = starts[chosen + 1] - starts[chosen]
        offsets = np.repeat(starts[chosen] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
        rows = order[np.arange(sizes.sum()) + offsets]
        p, w = predicted[rows], wins[rows]
        found.append(_auc(np.concatenate([p, -p]), np.concatenate([w, 1 - w])))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _auc(predicted: Floats, outcome: Integers) -> float:
    """Area under the curve by ranks (Mann and Whitney 1947)."""
    ranks = stats.rankdata(predicted)
    positive = int(outcome.sum())
    negative = len(outcome) - positive
    above = ranks[outcome == 1].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def _no_surface(rows: int, prompts: int, reason: str) -> Surface:
    return Surface(auc=None, low=None, high=None, rows=rows, prompts=prompts, reason=reason)


def _position(rows: Rows) -> Position:
    first, second = rows.first_shown["first"], rows.first_shown["second"]
    placed = first + second
    test = stats.binomtest(first, placed) if placed else None
    interval = test.proportion_ci(0.95) if test else None
    return Position(
        first=first,
        second=second,
        unrecorded=len(rows.wins) - placed,
        share=first / placed if placed else None,
        low=float(interval.low) if interval else None,
        high=float(interval.high) if interval else None,
        p=float(test.pvalue) if test else None,
    )


def _longer(
    rows: Rows, lengths: Floats, wins: Integers, names: Sequence[str]
) -> tuple[LongerRate, ...]:
    reviewers = np.array(rows.reviewers, dtype=np.int64)
    differ = lengths != 0
    chose = (lengths > 0) == (wins == 1)
    counts = np.bincount(reviewers[differ & chose], minlength=len(names))
    trials = np.bincount(reviewers[differ], minlength=len(names))
    order = sorted(
        np.flatnonzero(trials).tolist(), key=lambda place: (-trials[place], names[place])
    )
    return tuple(
        LongerRate(reviewer=names[place], longer=rate(int(counts[place]), int(trials[place])))
        for place in order
    )


def _signs(
    style: Fitted,
    equal: Fitted,
    surface: Surface,
    position: Position,
    thresholds: Thresholds,
    *,
    longer: Rate,
    adjusted_for: Sequence[str],
) -> tuple[Level, tuple[str, ...]]:
    """The loudest sign, and all of them in words."""
    if surface.rows < MIN_DECIDED:
        return "unknown", ()
    found: list[tuple[Level, str]] = []
    views = [(equal, "among pairs of equal substance")]
    if adjusted_for:
        views.append((style, "with scores held equal"))
    for fitted, where in views:
        for each in fitted.effects:
            if each.feature == "shown_first" or each.low is None or each.high is None:
                continue
            least = max(each.low, 1 / each.high)
            level = _level(least, thresholds.amber_odds, thresholds.red_odds)
            if level != "clear":
                way = "more" if each.low > 1 else "less"
                text = (
                    f"{way} {each.feature} wins {where} (odds ratio per SD {each.odds:.2f}, "
                    f"{each.low:.2f} to {each.high:.2f}, n = {fitted.rows})"
                )
                found.append((level, text))
    if surface.low is not None:
        level = _level(surface.low, thresholds.amber_auc, thresholds.red_auc)
        if level != "clear" and not adjusted_for:
            text = (
                f"style alone predicts the preference (AUC {surface.auc:.2f}, at least "
                f"{surface.low:.2f}); substance could not be held equal"
            )
            found.append((level, text))
    found += _lengths(longer, thresholds)
    found += _placed(position, thresholds)
    levels = {level for level, _ in found}
    loudest: Level = "red" if "red" in levels else "amber" if levels else "clear"
    return loudest, tuple(text for _, text in found)


def _lengths(longer: Rate, thresholds: Thresholds) -> list[tuple[Level, str]]:
    """Length among equals, counted: it speaks where a logit has too few rows or separates."""
    if longer.low is None or longer.high is None or longer.trials < LEAST_EQUAL:
        return []
    least = max(longer.low, 1 - longer.high)
    level = _level(least, thresholds.amber_auc, thresholds.red_auc)
    if level == "clear":
        return []
    way = "longer" if longer.low > 1 - longer.high else "shorter"
    text = (
        f"the {way} of two answers of equal substance wins: the longer has {longer.count} of "
        f"{longer.trials} ({longer.low:.1%} to {longer.high:.1%})"
    )
    return [(level, text)]


def _placed(position: Position, thresholds: Thresholds) -> list[tuple[Level, str]]:
    share, low, high = position.share, position.low, position.high
    if share is None or low is None or high is None or low <= 0.5 <= high:  # noqa: PLR2004  one half
        return []
    if abs(share - 0.5) < thresholds.shift:
        return []
    place = "first" if share > 0.5 else "second"  # noqa: PLR2004  one half
    placed = position.first + position.second
    text = (
        f"the {place} place wins: the first has {position.first} of {placed} "
        f"({low:.1%} to {high:.1%})"
    )
    return [("red", text)]


def _level(least: float, amber: float, red: float) -> Level:
    return "red" if least > red else "amber" if least > amber else "clear"


def surface_cue_alarm(audits: Sequence[ShortcutAudit]) -> Alarm:
    """Whether a surface cue wins among people, or labels whose author is not named.

    Models are audited beside them; their verdicts decide nothing, so they raise nothing.
    """
    people = [each for each in audits if not each.group.startswith("model ")]
    looked = [each for each in people if each.level != "unknown"]
    if not looked:
        decided = sum(each.decided for each in people)
        return _alarm("unknown", f"{decided} preferences between two answers are too few to tell")
    if not any(each.adjusted_for or _placed(each.position, Thresholds()) for each in looked):
        signs = "; ".join(sign for each in looked for sign in each.signs) or "no sign is loud"
        return _alarm("unknown", f"nothing is scored, so substance cannot be held equal; {signs}")
    loud = [each for each in looked if each.level in {"amber", "red"}]
    if loud:
        text = "; ".join(f"{each.group}: {sign}" for each in loud for sign in each.signs[:3])
        return _alarm("raised", text)
    decided = sum(each.decided for each in looked)
    equal = sum(each.equal_substance.rows for each in looked)
    return _alarm(
        "clear",
        f"no surface cue wins beyond the thresholds in {decided} preferences, {equal} of them "
        "between answers of equal substance",
    )


def _alarm(state: Literal["raised", "clear", "unknown"], reason: str) -> Alarm:
    remedy = "ask for reasons tied to dimensions, show both answers in one form, and retrain reviewers on equal pairs"
    return Alarm(
        mode="surface_cue_preference",
        state=state,
        stage="quality",
        reason=reason,
        remedy=remedy if state == "raised" else "",
    )
