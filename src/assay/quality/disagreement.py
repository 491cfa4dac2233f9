"""Disagreement diagnosed: plural viewpoints, a reviewer who stands out, unclear items, or nothing.

A cause is named where figures point to it. Where they point to none, that is what is reported, with
what would have shown. A few bad raters who sit in one group look like a difference between groups,
but their group does not agree within itself (`splits.py`).
"""

from typing import Literal

import msgspec
import numpy as np

from assay.quality.answer_table import AnswerColumns, AnswerTable, Floats, alpha_of
from assay.quality.splits import HIDDEN, MATTERS, GroupSplit, SplitSearch, search_split

Cause = Literal[
    "agreement", "bad_raters", "plural_viewpoints", "ambiguous_items", "no_pattern", "unknown"
]
"""What the figures point to; only people's reasons distinguish missing context from an unclear
guideline.

`no_pattern`: enough answers, disagreement, and no reviewer, group or item that stands out;
`unknown`: too few answers to tell.
"""

MIN_ITEMS = 30
"""Items with two answers below which nothing is concluded (a convention)."""

MIN_RATERS = 5
"""Raters that a group needs before its figures say something of others (a convention)."""

RELIABLE = 0.8
"""Alpha from which agreement is not looked into further (Krippendorff 2004)."""

GAIN = 0.05
"""Rise of alpha without one rater from which that rater stands out (a convention)."""

RISK = 0.02
"""Probability with which any split is found by chance, over all questions."""

UNEVEN = 2.0
"""Standard errors by which unanimous items exceed what one skill for all items would give, from
which some items are clear and others are not (a convention)."""

MAX_RATERS = 200
"""Raters who are left out one by one; with more, no single one moves alpha."""

MAX_RATINGS = 30_000
"""Ratings that are examined; of more, whole items are drawn."""


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the disagreement on one question points to."""

    question: str
    """`preferences`, a dimension, or another question."""
    cause: Cause
    """What it points to."""
    reason: str
    """Why, with its figures."""
    items: int
    """Items with two answers."""
    raters: int
    """Raters with an answer, after a very long table was cut to whole items."""
    alpha: float | None
    """Alpha over all raters, nominal or by the scale; None where it is undefined."""
    gain: float | None
    """Largest rise of alpha when one rater is left out; None where it is undefined."""
    unanimous: float | None
    """Share of the items with two answers on which all agree."""
    uneven: float | None
    """By how many standard errors that exceeds what one skill for all items would give."""
    split: GroupSplit | None
    """The split that was tested; None where no two groups could be."""
    power: float
    """Share of planted splits over a fifth of the items that would have been found."""
    permutations: int
    """Shuffles that chance was drawn from."""
    seed: int
    """Seed of the shuffles and of the planted splits."""


def diagnose(answers: AnswerColumns, *, seed: int = 0, risk: float = RISK) -> Disagreement:
    """What the disagreement points to.

    Args:
        answers: one answer a row.
        seed: seed of the shuffles.
        risk: probability with which any split may be found by chance.
    """
    draw = np.random.default_rng(seed)
    sample = _draw_items(answers, draw)
    table = AnswerTable(sample)
    alpha = alpha_of(table.everyone(), table.distance) if table.n_items else None
    items = int((np.bincount(table.items) > 1).sum()) if len(sample.items) else 0
    diagnosis = Disagreement(
        question=answers.question,
        cause="unknown",
        reason="",
        items=items,
        raters=len(np.unique(sample.raters)),
        alpha=alpha,
        gain=None,
        unanimous=None,
        uneven=None,
        split=None,
        power=0.0,
        permutations=0,
        seed=seed,
    )
    # Too few answers end the search before any split is tested: with them a significant one is
    # more often luck than a view.
    if items < MIN_ITEMS:
        reason = f"{items} items with two answers are too few, {MIN_ITEMS} are needed"
        return msgspec.structs.replace(diagnosis, reason=reason)
    if alpha is None:
        reason = f"all answers to {items} items are equal, so nothing can differ"
        return msgspec.structs.replace(diagnosis, reason=reason)
    search = search_split(sample, draw, risk=risk)
    gain, worst = _gain(table, alpha)
    unanimous, uneven = _unevenness(table) if answers.scale != "ordinal" else (None, None)
    diagnosis = msgspec.structs.replace(
        diagnosis, gain=gain, unanimous=unanimous, uneven=uneven, split=search.split,
        power=search.power, permutations=search.shuffles,
    )  # fmt: skip
    cause, reason = _cause(diagnosis, search, sample.name(worst))
    return msgspec.structs.replace(diagnosis, cause=cause, reason=reason)


def _cause(diagnosis: Disagreement, search: SplitSearch, worst: str) -> tuple[Cause, str]:
    alpha = diagnosis.alpha or 0.0
    # A split is asked first. A minority with a view of its own lowers alpha like a careless
    # reviewer does, and must not be reported as one.
    if search.is_found and search.split is not None:
        return "plural_viewpoints", _split_in_words(search.split)
    shown = _power_in_words(search)
    if alpha >= RELIABLE:
        return "agreement", (
            f"alpha {alpha:.2f} on {diagnosis.items} items by {diagnosis.raters} reviewers; {shown}"
        )
    if diagnosis.gain is not None and diagnosis.gain >= GAIN:
        return "bad_raters", f"alpha rises by {diagnosis.gain:.2f} without reviewer {worst}"
    if (
        diagnosis.unanimous is not None
        and diagnosis.uneven is not None
        and diagnosis.uneven >= UNEVEN
    ):
        return "ambiguous_items", (
            f"{diagnosis.unanimous:.0%} of the items unite their reviewers and the rest divide them, "
            f"{diagnosis.uneven:.1f} standard errors more than one skill for all items would"
        )
    return "no_pattern", (
        f"alpha {alpha:.2f} on {diagnosis.items} items by {diagnosis.raters} reviewers, and no reviewer, "
        f"group or item stands out; {shown}"
    )


def _power_in_words(search: SplitSearch) -> str:
    if search.split is None:
        return "with so few reviewers or answers of each, no split could have shown"
    return (
        f"a split over {MATTERS:.0%} of the items would have shown in {search.power:.0%} of cases"
    )


def _split_in_words(split: GroupSplit) -> str:
    low, high = (f"{alpha:.2f}" if alpha is not None else "undefined" for alpha in split.within)
    across = f"{split.across:.2f}" if split.across is not None else "undefined"
    names = [
        f"{group!r} ({count} reviewers{_who(split, side)})"
        for side, (group, count) in enumerate(zip(split.groups, split.raters, strict=True))
    ]
    text = (
        f"reviewers split by {split.name}: alpha {low} within {names[0]}, {high} within "
        f"{names[1]}, reliability across {across}, p = {split.p:.3f}"
    )
    small = min(split.raters) < MIN_RATERS
    return text + (
        f"; groups of fewer than {MIN_RATERS} represent only themselves" if small else ""
    )


def _who(split: GroupSplit, side: int) -> str:
    """The first names of a side that nobody declared."""
    if split.name != HIDDEN:
        return ""
    names = split.sides[side]
    return f": {', '.join(names[:3])}{' ...' if len(names) > 3 else ''}"  # noqa: PLR2004


def _draw_items(answers: AnswerColumns, draw: np.random.Generator) -> AnswerColumns:
    if len(answers.items) <= MAX_RATINGS:
        return answers
    distinct_items = np.unique(answers.items)
    share = MAX_RATINGS / len(answers.items)
    keep = np.isin(
        answers.items, draw.choice(distinct_items, int(len(distinct_items) * share), replace=False)
    )
    return msgspec.structs.replace(
        answers,
        items=answers.items[keep],
        raters=answers.raters[keep],
        values=answers.values[keep],
        records=None if answers.records is None else answers.records[keep],
    )


def _gain(table: AnswerTable, alpha: float) -> tuple[float | None, int]:
    """The largest rise of alpha without one rater who answered often enough to weigh."""
    counts = np.bincount(table.raters, minlength=table.n_raters)
    active = np.flatnonzero(counts >= MIN_ITEMS // 2)
    # Among three raters, leaving one out makes two, and their alpha says more about the pair than
    # about the third.
    if len(active) < 4 or len(active) > MAX_RATERS:  # noqa: PLR2004  three must remain
        return None, 0
    rises = []
    for rater in active.tolist():
        chosen = np.ones(table.n_raters, dtype=np.bool_)
        chosen[rater] = False
        without = alpha_of(table.counts(chosen), table.distance)
        rises.append(-1.0 if without is None else without - alpha)
    best = int(np.argmax(rises))
    return float(rises[best]), int(active[best])


def _unevenness(table: AnswerTable) -> tuple[float, float]:
    """Unanimous items, and how far they exceed what one skill for all items would give.

    If reviewers merely erred, each item would be as hard as any other; unclear items split their
    reviewers while clear ones unite them, so that both extremes are too frequent.
    """
    counts: Floats = table.everyone()
    sizes = counts.sum(axis=1)
    counts, sizes = counts[sizes > 1], sizes[sizes > 1]
    pairs = (counts * (counts - 1)).sum(axis=1) / (sizes * (sizes - 1))
    # Two raters of skill s agree with probability s^2 + (1 - s)^2; this is that equation solved
    # for s, on two values. Below chance there is no such skill, and 0.5 is the nearest one.
    skill = 0.5 + np.sqrt(max(0.0, 2 * pairs.mean() - 1)) / 2
    expected = float((skill**sizes + (1 - skill) ** sizes).mean())
    unanimous = float((counts.max(axis=1) == sizes).mean())
    error = np.sqrt(max(expected * (1 - expected), 1e-9) / len(sizes))
    return unanimous, float((unanimous - expected) / error)
