"""Splits: two groups of reviewers who each agree within themselves and not with each other.

Groups differ for good reasons only where each agrees within itself and not with the other:
within-group alpha against cross-replication reliability (Wong, Paritosh, Aroyo 2021). A declared
grouping is tested first, and where none explains the answers a split is searched for in the answers
themselves. Chance is answers permuted among the raters of each record.
"""

from statistics import NormalDist
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from assay.quality.answer_table import (
    AnswerColumns,
    AnswerTable,
    Floats,
    Integers,
    alpha_of,
    cross_reliability,
)

WITHIN = 0.5
"""Alpha that each group needs within itself, for its view to be one (a convention)."""

MATTERS = 0.2
"""Share of the items on which two groups answer the opposite way, from which a split matters."""

POWER = 0.8
"""Share of planted splits that must be found, for the absence of one to mean something."""

LEAST_ANSWERS = 15
"""Answers of a rater who can be put on a side that nobody declared (a convention)."""

LEAST_RATERS = 6
"""Number of such raters below which no undeclared split is searched for."""

LEAST_SIDE = 3
"""Raters that a side must have that nobody declared: two who differ from all are two who err."""

LEAST_PART = 0.2
"""Part of the raters that it must have."""

MAX_HIDDEN_RATERS = 60
"""Raters among whom an undeclared split is searched for: the most active ones."""

MANY_PAIRS = 64
"""Pairs of answers an item from which a whole table of raters and items is quicker than the pairs."""

ROUGH, FULL = 99, 999
"""Shuffles: the first number always, the second where the first leave a split possible."""

PLANTED = 25
"""Splits that are planted to see whether one would be found."""

HIDDEN = "found in the answers"
"""Name of a split that nobody declared."""


class GroupSplit(msgspec.Struct, frozen=True, kw_only=True):
    """Two groups of raters against each other."""

    name: str
    """The declared grouping, such as `region`, or `found in the answers`."""
    groups: tuple[str, str]
    """Names of the two groups, in the order of `raters`, `sides` and `within`."""
    raters: tuple[int, int]
    """How many raters each of them has."""
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    """Pseudonyms of the raters of each."""
    within: tuple[float | None, float | None]
    """Alpha within each; None where it is undefined."""
    across: float | None
    """Cross-replication reliability between them; None where it is undefined."""
    association: float | None
    """Mean alpha within divided by reliability across; None where that is not above 0."""
    p: float
    """Probability of as much by chance, adjusted for all groupings that were tested."""

    @property
    def is_coherent(self) -> bool:
        """Whether each group agrees within itself."""
        return all(alpha is not None and alpha >= WITHIN for alpha in self.within)


class SplitSearch(NamedTuple):
    """What was searched for, and what would have been found."""

    split: GroupSplit | None
    """The split that explains the answers, or else the likeliest; None where none could be."""
    is_found: bool
    """Whether it is beyond chance and coherent."""
    shuffles: int
    """Shuffles that chance was drawn from."""
    power: float
    """Share of planted splits over `MATTERS` of the items that would have been found."""


class _Candidate(NamedTuple):
    name: str
    groups: tuple[str, str]
    code: Integers


def search_split(answers: AnswerColumns, draw: np.random.Generator, *, risk: float) -> SplitSearch:
    """Test every declared grouping, and search for one that nobody declared.

    Args:
        answers: the answers.
        draw: where shuffles come from.
        risk: probability with which any split may be found by chance.
    """
    table = AnswerTable(answers)
    declared = _declared_candidates(table, answers)
    active = _active_raters(table)
    n_tests = len(declared) + (len(active) > 0)
    if not n_tests:
        return SplitSearch(None, is_found=False, shuffles=0, power=0.0)
    null: list[Floats] = []
    residuals = _Residuals(table, active) if len(active) else None
    observed = _statistics(table, declared, residuals, table.raters)
    for shuffles in (ROUGH, FULL):
        null += [
            _statistics(table, declared, residuals, table.shuffled_raters(draw))
            for _ in range(shuffles - len(null))
        ]
        beyond = (np.array(null) >= observed - 1e-12).sum(axis=0)
        p = np.minimum(1.0, n_tests * (1 + beyond) / (1 + len(null)))
        # The first 99 shuffles already rule a split out where the observed one is an ordinary
        # shuffle; only doubtful cases pay for 999.
        if p.min() > 5 * n_tests / (1 + ROUGH):
            break
    splits = [
        _measure_split(table, answers, candidate, float(p[place]), table.values)
        for place, candidate in enumerate(declared)
    ]
    if len(active):
        hidden = _hidden_split(table, active, table.values)
        if hidden is not None:
            splits.append(_measure_split(table, answers, hidden, float(p[-1]), table.values))
    # The split that decides must be beyond chance and coherent: groups that do not agree within
    # themselves hold no view.
    good = [split for split in splits if split.p <= risk and split.is_coherent]
    power = _power(table, answers, active, np.array(null), risk=risk / n_tests, draw=draw)
    best = good[0] if good else min(splits, key=lambda split: split.p, default=None)
    return SplitSearch(best, bool(good), len(null), power)


def _declared_candidates(table: AnswerTable, answers: AnswerColumns) -> list[_Candidate]:
    """For each grouping its two largest groups, where each has two raters."""
    candidates = []
    for name, groups in sorted(answers.groups.items()):
        sizes: dict[str, int] = {}
        for group in groups.values():
            sizes[group] = sizes.get(group, 0) + 1
        largest = sorted(sizes, key=lambda group: (-sizes[group], group))[:2]
        if len(largest) == 2 and min(sizes[group] for group in largest) >= 2:  # noqa: PLR2004  two against two
            code = np.full(table.n_raters, -1)
            for rater, group in groups.items():
                if group in largest:
                    code[rater] = largest.index(group)
            candidates.append(_Candidate(name, (largest[0], largest[1]), code))
    return candidates


def _active_raters(table: AnswerTable) -> Integers:
    """The raters who can be put on a side, the most active ones."""
    counts = np.bincount(table.raters, minlength=table.n_raters)
    active = np.flatnonzero(counts >= LEAST_ANSWERS)
    if len(active) < LEAST_RATERS:
        return np.zeros(0, dtype=np.int64)
    return np.sort(active[np.argsort(-counts[active], kind="stable")][:MAX_HIDDEN_RATERS])


def _statistics(
    table: AnswerTable,
    declared: list[_Candidate],
    residuals: "_Residuals | None",
    raters: Integers,
) -> Floats:
    """How far groups differ: one number for each declared grouping, and for the hidden one."""
    statistics = [
        _contrast(table, candidate.code, raters, table.values)[2] for candidate in declared
    ]
    if residuals is not None:
        statistics.append(residuals.leading_value(raters))
    return np.array(statistics)


class _Residuals:
    """What each answer differs from its item's mean, for the leading direction of any raters.

    A shuffle moves raters between answers and no answer between items. So the residuals are computed
    once, and the products of two answers to one item as well.
    """

    def __init__(self, table: AnswerTable, active: Integers) -> None:
        self._place = _places(table, active)
        self._items = table.items
        self._values = _residuals(table, table.values)
        self._squares = self._values**2
        self._n_active = len(active)
        self._pairs: tuple[Integers, Integers] | None = None
        sizes = np.bincount(table.items, minlength=table.n_items)
        if (sizes * (sizes - 1)).sum() <= 2 * MANY_PAIRS * table.n_items:
            first, second = _pairs_within(table.items, sizes)
            self._pairs, self._products = (
                (first, second),
                self._values[first] * self._values[second],
            )

    def leading_value(self, rater_of: Integers) -> float:
        """The largest eigenvalue of the raters' correlation, where these are the answers' raters."""
        place = self._place[rater_of]
        if self._pairs is None:
            keep = place >= 0
            correlation = _correlation(
                self._values[keep], place[keep], self._items[keep], self._n_active
            )
        else:
            correlation = self._of_pairs(place)
        return float(np.linalg.eigvalsh(correlation)[-1])

    def _of_pairs(self, place: Integers) -> Floats:
        # Raters who are not active are numbered -1, and counted in a last row and column of their
        # own, which are cut off.
        n_cells = self._n_active + 1
        place = np.where(place < 0, self._n_active, place)
        first, second = self._pairs if self._pairs is not None else (place, place)
        cells = np.bincount(
            place[first] * n_cells + place[second],
            weights=self._products,
            minlength=n_cells * n_cells,
        )
        norms = np.sqrt(np.bincount(place, weights=self._squares, minlength=n_cells)[:-1])
        products = cells.reshape(n_cells, n_cells)[:-1, :-1]
        products = products + products.T
        np.fill_diagonal(products, norms**2)
        norms[norms == 0] = 1.0
        return np.asarray(products / np.outer(norms, norms), dtype=np.float64)


def _pairs_within(items: Integers, sizes: Integers) -> tuple[Integers, Integers]:
    """Every two answers to one item, once: places of the first and of the second."""
    order = np.argsort(items, kind="stable")
    ends = np.cumsum(sizes)[items[order]]
    later = ends - np.arange(len(order)) - 1
    first = np.repeat(np.arange(len(order)), later)
    before = np.cumsum(later) - later
    second = first + 1 + np.arange(len(first)) - np.repeat(before, later)
    return order[first], order[second]


def _contrast(
    table: AnswerTable, code: Integers, raters: Integers, values: Integers
) -> tuple[tuple[float | None, float | None], float | None, float]:
    """Alpha within each group, reliability across, and how far the first exceed the second."""
    first = table.counts(code == 0, raters=raters, values=values)
    second = table.counts(code == 1, raters=raters, values=values)
    within = alpha_of(first, table.distance), alpha_of(second, table.distance)
    across = cross_reliability(first, second, table.distance)
    inside = [alpha for alpha in within if alpha is not None]
    if not inside or across is None:
        return within, across, -np.inf
    return within, across, sum(inside) / len(inside) - across


def _hidden_split(table: AnswerTable, active: Integers, values: Integers) -> _Candidate | None:
    """Two groups found in the answers: the signs of the leading direction of raters' residuals."""
    direction = _leading_direction(table, active, table.raters, values)[1]
    code = np.full(table.n_raters, -1)
    code[active] = (direction > 0).astype(int)
    # Some direction always leads, if only by one eccentric rater; a side of that size is not a
    # group.
    if min((code == 0).sum(), (code == 1).sum()) < max(LEAST_SIDE, LEAST_PART * len(active)):
        return None
    return _Candidate(HIDDEN, ("one side", "the other"), code)


def _leading_direction(
    table: AnswerTable, active: Integers, rater_of: Integers, values: Integers
) -> tuple[float, Floats]:
    """The largest eigenvalue of the raters' correlation once each item's mean is taken out."""
    place = _places(table, active)[rater_of]
    keep = place >= 0
    eigenvalues, vectors = np.linalg.eigh(
        _correlation(_residuals(table, values)[keep], place[keep], table.items[keep], len(active))
    )
    return float(eigenvalues[-1]), vectors[:, -1]


def _places(table: AnswerTable, active: Integers) -> Integers:
    """The number of each active rater among them; -1 of the others."""
    place = np.full(table.n_raters, -1)
    place[active] = np.arange(len(active))
    return place


def _residuals(table: AnswerTable, values: Integers) -> Floats:
    """How far each value is from the mean of its item."""
    sums = np.bincount(table.items, weights=values, minlength=table.n_items)
    sizes = np.bincount(table.items, minlength=table.n_items)
    return np.asarray(values - (sums / np.maximum(sizes, 1))[table.items], dtype=np.float64)


def _correlation(values: Floats, raters: Integers, items: Integers, n_raters: int) -> Floats:
    """Raters x raters: the sum, over items, of the products of two raters' scaled residuals."""
    norms = np.sqrt(np.bincount(raters, weights=values**2, minlength=n_raters))
    norms[norms == 0] = 1.0
    # At most MAX_HIDDEN_RATERS raters, so the whole table is small; a loop over pairs of answers
    # took a hundred times as long where everybody rates everything.
    n_items = int(np.max(items, initial=-1)) + 1
    sums = np.bincount(
        raters * n_items + items, weights=values / norms[raters], minlength=n_raters * n_items
    )
    table = np.asarray(sums, dtype=np.float64).reshape(n_raters, n_items)
    return np.asarray(table @ table.T, dtype=np.float64)


def _measure_split(
    table: AnswerTable, answers: AnswerColumns, candidate: _Candidate, p: float, values: Integers
) -> GroupSplit:
    within, across, _ = _contrast(table, candidate.code, table.raters, values)
    inside = [alpha for alpha in within if alpha is not None]
    mean = sum(inside) / len(inside) if inside else None
    first, second = (np.flatnonzero(candidate.code == side).tolist() for side in (0, 1))
    return GroupSplit(
        name=candidate.name,
        groups=candidate.groups,
        raters=(len(first), len(second)),
        sides=(
            tuple(answers.name(rater) for rater in first),
            tuple(answers.name(rater) for rater in second),
        ),
        within=within,
        across=across,
        association=mean / across if mean is not None and across and across > 0 else None,
        p=p,
    )


def _power(
    table: AnswerTable,
    answers: AnswerColumns,
    active: Integers,
    null: Floats,
    *,
    risk: float,
    draw: np.random.Generator,
) -> float:
    """Share of splits found that are planted in these answers.

    Half of the raters answer the opposite way on `MATTERS` of the items, and the whole decision is
    made again.
    """
    if not len(active) or not len(null):
        return 0.0
    # Few shuffles have no far quantile: the normal one of their spread, a tenth wider.
    finite = null[:, -1]
    critical = finite.mean() + 1.1 * NormalDist().inv_cdf(1 - risk) * finite.std()
    n_found = 0
    for _ in range(PLANTED):
        side: npt.NDArray[np.bool_] = np.zeros(table.n_raters, dtype=np.bool_)
        side[draw.permutation(active)[: len(active) // 2]] = True
        items = draw.random(table.n_items) < MATTERS
        turned = side[table.raters] & items[table.items]
        values = np.where(turned, table.n_values - 1 - table.values, table.values)
        hidden = _hidden_split(table, active, values)
        if hidden is None or _leading_direction(table, active, table.raters, values)[0] < critical:
            continue
        n_found += _measure_split(table, answers, hidden, 0.0, values).is_coherent
    return n_found / PLANTED
