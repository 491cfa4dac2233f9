"""Disagreement diagnosed: bad raters, plural viewpoints, ambiguous items, or weak expertise.

A few bad raters who sit in one group look like a difference between groups, but their group does
not agree within itself. Groups differ for good reasons only where each agrees within itself and
not with the other: within-group alpha against cross-replication reliability (Wong, Paritosh,
Aroyo 2021), with a permutation of raters, not of ratings, between the groups (Prabhakaran et al.
2023). Where no groups are declared, a split is sought in the raters' own answers.
"""

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

Cause = Literal[
    "agreement", "bad_raters", "plural_viewpoints", "ambiguous_items", "weak_expertise", "unknown"
]
"""What the figures point to; only people's reasons tell missing context from an unclear guideline."""

MIN_ITEMS = 30
"""Items with two answers below which nothing is said (a convention)."""

MIN_RATERS = 5
"""Raters that a group needs before its figures say something of others (a convention)."""

RELIABLE = 0.8
"""Alpha from which agreement is not looked into further (Krippendorff 2004)."""

WITHIN = 0.5
"""Alpha that each group needs within itself, for its view to be one (a convention)."""

GAIN = 0.05
"""Rise of alpha without one rater from which that rater stands out (a convention)."""

RISK = 0.05
"""Accepted probability that a split of the raters is chance."""

UNEVEN = 2.0
"""Standard errors by which unanimous items exceed what one skill for all items would give, from
which some items are clear and others are not (a convention)."""

MAX_RATERS = 200
"""Raters who are left out one by one; with more, no single one moves alpha."""

MAX_HIDDEN_RATERS = 60
"""Raters among whom a split is sought that nobody declared: the most active ones."""

PERMUTATIONS = 200
MAX_RATINGS = 60_000
"""Ratings that are looked at; of more, whole items are drawn."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Two groups of raters against each other."""

    name: str
    """The declared group, such as `region`, or `found in the answers`."""
    groups: tuple[str, str]
    """The two groups."""
    raters: tuple[int, int]
    """Raters in each."""
    within: tuple[float | None, float | None]
    """Alpha within each; None where it is undefined."""
    across: float | None
    """Cross-replication reliability between them; None where it is undefined."""
    association: float | None
    """Mean alpha within divided by reliability across; None where that is not above 0."""
    p: float
    """Permutation p-value: how often chance groups differ as much."""


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """What the disagreement on preferences between two candidates points to."""

    cause: Cause
    """What it points to."""
    reason: str
    """Why, with its figures."""
    items: int
    """Items with two answers."""
    raters: int
    """Raters."""
    alpha: float | None
    """Nominal alpha over all raters; None where it is undefined."""
    gain: float | None
    """Largest rise of alpha when one rater is left out; None where it is undefined."""
    unanimous: float | None
    """Share of the items with two answers on which all agree."""
    uneven: float | None
    """By how many standard errors that exceeds what one skill for all items would give."""
    split: Split | None
    """The split that was tested; None where no two groups could be."""
    permutations: int
    """Permutations."""
    seed: int
    """Their seed."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Answers as columns: item, rater and value, and each rater's declared groups."""

    items: Integers
    """The item of each answer."""
    raters: Integers
    """The rater of each answer."""
    values: Integers
    """The value of each answer, from 0."""
    groups: dict[str, dict[int, str]]
    """Name of a grouping -> rater -> group."""


def nominal_alpha(counts: Floats) -> float | None:
    """Krippendorff's nominal alpha from label counts by item; None where it is undefined.

    Args:
        counts: items x values.
    """
    sizes = counts.sum(axis=1)
    pairable = counts[sizes > 1]
    sizes = sizes[sizes > 1]
    total = sizes.sum()
    if not len(pairable):
        return None
    expected = total**2 - (pairable.sum(axis=0) ** 2).sum()
    if expected == 0:
        return None
    observed = ((sizes**2 - (pairable**2).sum(axis=1)) / (sizes - 1)).sum()
    return float(1 - observed * (total - 1) / expected)


def cross_reliability(first: Floats, second: Floats) -> float | None:
    """Cross-replication reliability of two groups of raters, nominal; None where undefined.

    Source: Wong, Paritosh, Aroyo 2021, ACL, section 3 (kappa_x with missing answers).

    Args:
        first: label counts of the first group, items x values.
        second: label counts of the second, over the same items.
    """
    both = (first.sum(axis=1) > 0) & (second.sum(axis=1) > 0)
    x, y = first[both], second[both]
    rows, columns = x.sum(axis=1), y.sum(axis=1)
    if not len(x):
        return None
    agreement = (x * y).sum(axis=1) / (rows * columns)
    weights = rows + columns
    observed = 1 - (weights * agreement).sum() / weights.sum()
    expected = 1 - (x.sum(axis=0) * y.sum(axis=0)).sum() / (rows.sum() * columns.sum())
    return None if expected == 0 else float(1 - observed / expected)


def diagnose(answers: Answers, *, seed: int = 0) -> Disagreement:
    """What the disagreement points to.

    Args:
        answers: one answer a row.
        seed: seed of the permutations.
    """
    draw = np.random.default_rng(seed)
    drawn = _bounded(answers, draw)
    table = _Table(drawn)
    n_raters = len(np.unique(drawn.raters))
    alpha = nominal_alpha(table.counts(np.ones(table.n_raters, dtype=bool)))
    items = int((np.bincount(drawn.items) > 1).sum()) if len(drawn.items) else 0
    if items < MIN_ITEMS or alpha is None:
        reason = f"{items} items with two answers, or answers that do not vary, tell nothing"
        return _found("unknown", reason, items, n_raters, alpha, seed=seed)
    if alpha >= RELIABLE:
        reason = f"alpha {alpha:.2f} on {items} items by {n_raters} reviewers"
        return _found("agreement", reason, items, n_raters, alpha, seed=seed)
    gain, worst = _gain(table, alpha)
    split = _declared(table, drawn, draw) or _hidden(table, draw)
    unanimous, uneven = _unevenness(table)
    cause, reason = _cause(gain, worst, split, unanimous, uneven)
    found = _found(cause, reason, items, n_raters, alpha, gain=gain, split=split, seed=seed)
    return msgspec.structs.replace(found, unanimous=unanimous, uneven=uneven)


def _found(
    cause: Cause,
    reason: str,
    items: int,
    raters: int,
    alpha: float | None,
    *,
    gain: float | None = None,
    split: Split | None = None,
    seed: int,
) -> Disagreement:
    return Disagreement(
        cause=cause,
        reason=reason,
        items=items,
        raters=raters,
        alpha=alpha,
        gain=gain,
        unanimous=None,
        uneven=None,
        split=split,
        permutations=PERMUTATIONS,
        seed=seed,
    )


class _Table:
    """The answers, ready to be counted for any set of raters."""

    def __init__(self, answers: Answers) -> None:
        self.items = np.unique(answers.items, return_inverse=True)[1]
        self.raters = answers.raters
        self.values = answers.values
        self.n_items = int(self.items.max()) + 1 if len(self.items) else 0
        self.n_values = int(self.values.max()) + 1 if len(self.values) else 0
        self.n_raters = int(self.raters.max()) + 1 if len(self.raters) else 0

    def counts(self, chosen: npt.NDArray[np.bool_]) -> Floats:
        """Label counts by item of the raters chosen."""
        keep = chosen[self.raters]
        cells = self.items[keep] * self.n_values + self.values[keep]
        flat = np.bincount(cells, minlength=self.n_items * self.n_values)
        return flat.reshape(self.n_items, self.n_values).astype(np.float64)


def _bounded(answers: Answers, draw: np.random.Generator) -> Answers:
    if len(answers.items) <= MAX_RATINGS:
        return answers
    known = np.unique(answers.items)
    share = MAX_RATINGS / len(answers.items)
    keep = np.isin(answers.items, draw.choice(known, int(len(known) * share), replace=False))
    return Answers(
        items=answers.items[keep],
        raters=answers.raters[keep],
        values=answers.values[keep],
        groups=answers.groups,
    )


def _gain(table: _Table, alpha: float) -> tuple[float | None, int]:
    """The largest rise of alpha without one rater who answered often enough to weigh."""
    counts = np.bincount(table.raters, minlength=table.n_raters)
    able = np.flatnonzero(counts >= MIN_ITEMS // 2)
    if len(able) < 4 or len(able) > MAX_RATERS:  # noqa: PLR2004  three must remain
        return None, -1
    rises = []
    for rater in able.tolist():
        chosen = np.ones(table.n_raters, dtype=bool)
        chosen[rater] = False
        without = nominal_alpha(table.counts(chosen))
        rises.append(-1.0 if without is None else without - alpha)
    best = int(np.argmax(rises))
    return float(rises[best]), int(able[best])


def _declared(table: _Table, answers: Answers, draw: np.random.Generator) -> Split | None:
    """The declared grouping whose two largest groups differ the most beyond chance."""
    found = []
    for name, groups in sorted(answers.groups.items()):
        sizes: dict[str, int] = {}
        for group in groups.values():
            sizes[group] = sizes.get(group, 0) + 1
        largest = sorted(sizes, key=lambda each: (-sizes[each], each))[:2]
        if len(largest) == 2 and min(sizes[each] for each in largest) >= 2:  # noqa: PLR2004  two against two
            code = np.full(table.n_raters, -1)
            for rater, group in groups.items():
                if group in largest:
                    code[rater] = largest.index(group)
            found.append(_split(table, code, name, (largest[0], largest[1]), draw))
    return min(found, key=lambda each: each.p) if found else None


def _split(
    table: _Table, code: Integers, name: str, groups: tuple[str, str], draw: np.random.Generator
) -> Split:
    within, across, observed = _contrast(table, code)
    beyond = 0
    members = np.flatnonzero(code >= 0)
    for _ in range(PERMUTATIONS):
        shuffled = code.copy()
        shuffled[members] = draw.permutation(code[members])
        beyond += _contrast(table, shuffled)[2] >= observed
    inside = [each for each in within if each is not None]
    mean = sum(inside) / len(inside) if inside else None
    return Split(
        name=name,
        groups=groups,
        raters=(int((code == 0).sum()), int((code == 1).sum())),
        within=within,
        across=across,
        association=mean / across if mean is not None and across and across > 0 else None,
        p=(1 + beyond) / (1 + PERMUTATIONS),
    )


def _contrast(
    table: _Table, code: Integers
) -> tuple[tuple[float | None, float | None], float | None, float]:
    """Alpha within each group, reliability across, and how far the first exceed the second."""
    first, second = table.counts(code == 0), table.counts(code == 1)
    within = nominal_alpha(first), nominal_alpha(second)
    across = cross_reliability(first, second)
    inside = [each for each in within if each is not None]
    if not inside or across is None:
        return within, across, -np.inf
    return within, across, sum(inside) / len(inside) - across


def _hidden(table: _Table, draw: np.random.Generator) -> Split | None:
    """Two groups found in the answers: the signs of the leading direction of raters' residuals.

    Its strength is held against answers that were shuffled among the raters of each item.
    """
    counts = np.bincount(table.raters, minlength=table.n_raters)
    able = np.flatnonzero(counts >= MIN_ITEMS // 2)
    if len(able) < 2 * 3:
        return None
    able = np.sort(able[np.argsort(-counts[able], kind="stable")][:MAX_HIDDEN_RATERS])
    place = np.full(table.n_raters, -1)
    place[able] = np.arange(len(able))
    strength, direction = _leading(table, place, len(able), table.values)
    beyond = 0
    order = np.argsort(table.items, kind="stable")
    for _ in range(PERMUTATIONS // 2):
        shuffled = table.values.copy()
        keys = draw.random(len(order))
        mixed = order[np.lexsort((keys[order], table.items[order]))]
        shuffled[order] = table.values[mixed]
        beyond += _leading(table, place, len(able), shuffled)[0] >= strength
    p = (1 + beyond) / (1 + PERMUTATIONS // 2)
    code = np.full(table.n_raters, -1)
    code[able] = (direction > 0).astype(int)
    if min((code == 0).sum(), (code == 1).sum()) < 2:  # noqa: PLR2004  two against two
        return None
    within, across, _ = _contrast(table, code)
    inside = [each for each in within if each is not None]
    mean = sum(inside) / len(inside) if inside else None
    return Split(
        name="found in the answers",
        groups=("one side", "the other"),
        raters=(int((code == 0).sum()), int((code == 1).sum())),
        within=within,
        across=across,
        association=mean / across if mean is not None and across and across > 0 else None,
        p=p,
    )


def _leading(table: _Table, place: Integers, n: int, values: Integers) -> tuple[float, Floats]:
    """The largest eigenvalue of the raters' correlation once each item's mean is taken out."""
    sums = np.bincount(table.items, weights=values, minlength=table.n_items)
    sizes = np.bincount(table.items, minlength=table.n_items)
    residual = values - (sums / np.maximum(sizes, 1))[table.items]
    keep = place[table.raters] >= 0
    raters, items, residual = place[table.raters[keep]], table.items[keep], residual[keep]
    norms = np.sqrt(np.bincount(raters, weights=residual**2, minlength=n))
    norms[norms == 0] = 1.0
    # Loaded here: it takes longer than the rest of the desk's imports, which never come this far.
    from scipy.sparse import csr_array

    # Few raters see one item, so nearly all of raters x items is empty.
    scaled = csr_array((residual / norms[raters], (raters, items)), shape=(n, table.n_items))
    found, vectors = np.linalg.eigh((scaled @ scaled.T).toarray())
    return float(found[-1]), vectors[:, -1]


def _unevenness(table: _Table) -> tuple[float, float]:
    """Unanimous items, and how far they exceed what one skill for all items would give.

    If reviewers merely erred, each item would be as hard as any other; unclear items split their
    reviewers while clear ones unite them, so that both extremes are too frequent.
    """
    counts = table.counts(np.ones(table.n_raters, dtype=bool))
    sizes = counts.sum(axis=1)
    counts, sizes = counts[sizes > 1], sizes[sizes > 1]
    pairs = (counts * (counts - 1)).sum(axis=1) / (sizes * (sizes - 1))
    skill = 0.5 + np.sqrt(max(0.0, 2 * pairs.mean() - 1)) / 2
    expected = float((skill**sizes + (1 - skill) ** sizes).mean())
    unanimous = float((counts.max(axis=1) == sizes).mean())
    error = np.sqrt(max(expected * (1 - expected), 1e-9) / len(sizes))
    return unanimous, float((unanimous - expected) / error)


def _cause(
    gain: float | None, worst: int, split: Split | None, unanimous: float, uneven: float
) -> tuple[Cause, str]:
    if (
        split
        and split.p <= RISK
        and all(each is not None and each >= WITHIN for each in split.within)
    ):
        return "plural_viewpoints", _text(split)
    if gain is not None and gain >= GAIN:
        return "bad_raters", f"alpha rises by {gain:.2f} without reviewer {worst}"
    if uneven >= UNEVEN:
        return "ambiguous_items", (
            f"{unanimous:.0%} of the items unite their reviewers and the rest divide them, "
            f"{uneven:.1f} standard errors more than one skill for all items would"
        )
    return "weak_expertise", "no reviewer, group or item stands out, so skill or care may lack"


def _text(split: Split) -> str:
    low, high = (f"{each:.2f}" if each is not None else "undefined" for each in split.within)
    across = f"{split.across:.2f}" if split.across is not None else "undefined"
    text = (
        f"reviewers split by {split.name}: alpha {low} within {split.groups[0]!r} "
        f"({split.raters[0]} reviewers), {high} within {split.groups[1]!r} ({split.raters[1]}), "
        f"reliability across {across}, p = {split.p:.3f}"
    )
    small = min(split.raters) < MIN_RATERS
    return text + (
        f"; groups of fewer than {MIN_RATERS} speak for themselves alone" if small else ""
    )
