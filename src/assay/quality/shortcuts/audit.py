"""The audit: does a surface cue win where substance is equal?

Four views of one question. (1) Each cue for itself, adjusted for substance, tested by flipping signs with
one family-wise risk: this view decides the alarm. (2) Firth's logit of the preference on all cues
adjusted for substance, which distinguishes one cue from another (style control: LMArena 2024; length:
Dubois et al. 2024). (3) The same on pairs whose substance ties. (4) How well style predicts the
preference on prompts not seen, alone and added to substance. Substance is what other people,
adjudicators and verifiers say, never the judgment's own scores.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from assay.quality.estimate import Rate, rate
from assay.quality.probability import student_quantile
from assay.quality.shortcuts.cue_test import (
    RISK,
    CueTest,
    examine_marks,
    examine_preferences,
)
from assay.quality.shortcuts.gathering import PreferenceColumns, ShortcutGathering
from assay.quality.shortcuts.logit import Fitted, fit
from assay.quality.shortcuts.noisy_substance import POSITION, with_signs
from assay.quality.shortcuts.predictor import MIN_DECIDED, Predictor, predict

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

KNOWN_SHARE = 0.9
"""Share of the preferences of which a column of substance must be known, to be used with style."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """How often the place in which a candidate was shown wins; the cue test says if by chance."""

    first: int
    """Preferences for the candidate shown first."""
    second: int
    """Preferences for the candidate shown second."""
    unrecorded: int
    """Preferences whose order is not recorded."""
    share: float | None
    """Share of the first place; None without recorded orders."""
    low: float | None
    """Lower end of the 95 % interval, with preferences of one prompt kept together."""
    high: float | None
    """Upper end of the interval."""


class LongerRate(msgspec.Struct, frozen=True, kw_only=True):
    """How often one reviewer prefers the longer answer."""

    reviewer: str
    """Pseudonym of the reviewer."""
    longer: Rate
    """Preferences for the longer answer, among those between answers of different length."""


class ShortcutAudit(msgspec.Struct, frozen=True, kw_only=True):
    """What surface cues do to the answers of one group of reviewers."""

    group: str
    """`people`, `model NAME`, or `unnamed labels`."""
    decided: int
    """Preferences: the rows of every figure below, unless it says otherwise."""
    undecided: dict[str, int]
    """Verdicts that prefer neither, by kind; they are not preferences."""
    prompts: int
    """Prompts that the preferences come from."""
    substance: tuple[str, ...]
    """What is used with style; empty where too little is known of substance."""
    cues: CueTest
    """Each cue for itself, at one family-wise risk."""
    marks: tuple[CueTest, ...]
    """The same for scores and rulings on single candidates, by question; of people alone."""
    style: Fitted
    """The logit on style, adjusted for substance."""
    equal_substance: Fitted
    """The logit on the pairs whose substance ties in every column."""
    longer_of_equals: Rate
    """Preferences for the longer answer among pairs of equal substance and different length."""
    predictor: Predictor
    """How well style predicts the preference, alone and added to substance."""
    position: Position
    """First place against second."""
    reviewers: tuple[LongerRate, ...]
    """Preference for the longer answer by reviewer; no ranking of people."""


def audit(data: ShortcutGathering, *, seed: int = 0) -> tuple[ShortcutAudit, ...]:
    """Audit every group of reviewers, people first.

    Args:
        data: the preferences, scores and rulings.
        seed: seed of flips, folds and bootstrap.
    """
    names = set(data.groups) | ({"people"} if data.marks else set())
    order = sorted(names, key=lambda name: (name != "people", name))
    marked = {
        question for question, marks in data.marks.items() if len(marks.values) >= MIN_DECIDED
    }
    # Groups of people and questions share the risk; a model's audit raises nothing.
    views = sum(not name.startswith("model ") for name in data.groups) + len(marked)
    risk = RISK / max(1, views)
    return tuple(_audit(name, data, sorted(marked), risk, seed) for name in order)


def _audit(
    name: str, data: ShortcutGathering, marked: Sequence[str], risk: float, seed: int
) -> ShortcutAudit:
    rows = data.groups.get(name, PreferenceColumns())
    n = len(rows.wins)
    wins, clusters = np.array(rows.wins, dtype=np.int64), np.array(rows.clusters, dtype=np.int64)
    styles = np.array(rows.styles, dtype=np.float64).reshape(n, len(data.features))
    # The place in which a candidate was shown is tested like a cue, so that its test shares the
    # one risk.
    columns = np.column_stack([styles, np.array(rows.placed, dtype=np.float64)])
    names = (*data.features, POSITION)
    names_of_substance, substance, noise = _substance(rows, data)
    whole = ~np.isnan(substance).any(axis=1)
    complete, known_substance = np.flatnonzero(whole), substance[whole]
    tested = examine_preferences(
        np.sign(columns[complete]), names, wins[complete], clusters[complete],
        substance=known_substance, noise=noise[complete], held=names_of_substance, risk=risk, seed=seed,
    )  # fmt: skip
    shaped = with_signs(known_substance)
    adjusted = fit(
        np.hstack([columns[complete], shaped]), (*names, *names_of_substance, *(f"sign of {column}" for column in names_of_substance)),
        wins[complete], clusters[complete], report=names,
    )  # fmt: skip
    # A tie in every column: unknown substance (NaN) is set to 1 first, since what is not known to
    # tie must not count as a tie.
    equal = whole & (np.nan_to_num(substance, nan=1.0) == 0).all(axis=1) & bool(names_of_substance)
    differ = equal & (styles[:, 0] != 0)
    chose = ((styles[:, 0] > 0) == (wins == 1)) & differ
    return ShortcutAudit(
        group=name,
        decided=n,
        undecided=dict(sorted(rows.undecided.items())),
        prompts=len(np.unique(clusters)),
        substance=tuple(names_of_substance),
        cues=tested,
        marks=_marks(data, marked, risk, seed) if name == "people" else (),
        style=adjusted,
        equal_substance=fit(columns[equal], names, wins[equal], clusters[equal], report=names),
        longer_of_equals=rate(int(chose.sum()), int(differ.sum())),
        predictor=predict(styles[complete], shaped, wins[complete], clusters[complete], seed),
        position=_position(rows, wins, clusters),
        reviewers=_longer(rows, styles[:, 0], wins, data.names),
    )


def _substance(
    rows: PreferenceColumns, data: ShortcutGathering
) -> tuple[list[str], Floats, Floats]:
    """Names, values and error variances of the columns that nearly all preferences have."""
    shape = len(rows.wins), len(data.dimensions)
    scores = np.array(rows.scores, dtype=np.float64).reshape(shape)
    scorers = np.array(rows.scorers, dtype=np.float64).reshape(shape)
    verified = np.array(rows.verified, dtype=np.float64).reshape(shape)
    columns: list[str] = []
    values: list[Floats] = []
    errors: list[Floats] = []
    for place, dimension in enumerate(data.dimensions):
        if _is_known(verified[:, place]):
            columns.append(f"{dimension} (verified)")
            values.append(verified[:, place])
            errors.append(np.zeros(shape[0]))
        if _is_known(scores[:, place]):
            freedom = data.freedom[place]
            variance = data.squares[place] / freedom if freedom else 0.0
            columns.append(dimension)
            values.append(scores[:, place])
            errors.append(variance / np.maximum(scorers[:, place], 1.0))
    if not columns:
        return [], np.zeros((shape[0], 0)), np.zeros((shape[0], 0))
    return columns, np.column_stack(values), np.column_stack(errors)


def _is_known(column: Floats) -> bool:
    return bool(len(column)) and 1 - np.isnan(column).mean() >= KNOWN_SHARE


def _marks(
    data: ShortcutGathering, marked: Sequence[str], risk: float, seed: int
) -> tuple[CueTest, ...]:
    tests = []
    for question in marked:
        marks = data.marks[question]
        n = len(marks.values)
        tests.append(
            examine_marks(
                question,
                np.array(marks.styles, dtype=np.float64).reshape(n, len(data.features)),
                data.features,
                np.array(marks.values, dtype=np.float64),
                independent=np.array(marks.independent, dtype=np.float64),
                clusters=np.array(marks.clusters, dtype=np.int64),
                risk=risk,
                seed=seed,
            )
        )
    return tuple(tests)


def _position(rows: PreferenceColumns, wins: Integers, clusters: Integers) -> Position:
    """The first place's share, with a cluster-robust interval (Student, prompts less one)."""
    first, second = rows.first_shown["first"], rows.first_shown["second"]
    placed = np.array(rows.placed, dtype=np.int64)
    share = low = high = None
    if first + second:
        share = first / (first + second)
        seen = placed != 0
        off = ((placed[seen] > 0) == (wins[seen] == 1)) - share
        codes = np.unique(clusters[seen], return_inverse=True)[1]
        sums = np.bincount(codes, weights=off)
        if len(sums) > 1:
            error = np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)) / seen.sum()
            margin = float(student_quantile(0.975, len(sums) - 1) * error)
            low, high = max(0.0, share - margin), min(1.0, share + margin)
    return Position(
        first=first,
        second=second,
        unrecorded=len(rows.wins) - first - second,
        share=share,
        low=low,
        high=high,
    )


def _longer(
    rows: PreferenceColumns, lengths: Floats, wins: Integers, names: Sequence[str]
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
