"""Ratings reduced to patterns: equal vectors of label counts are kept once, with how often.

Agreement forgets who said what: it depends on an item only through its count vector, how many
raters gave each value. Three ratings on five values leave at most 55 different vectors whatever
the number of items, so everything after this reduction costs next to nothing.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.core.errors import InputError, UsageError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
ScaleKind = Literal["nominal", "ordinal", "interval"]

SLICE = 1 << 20
"""Ratings that are handled at once; bounds the memory of every pass."""

DENSE_KEYS = 1 << 22
"""Keys below this are counted in a table; larger ones are sorted."""

EXACT_BITS = 62
"""Bits of one packed key."""

MAX_RATERS = 1 << 24
"""Rater codes stay below this: raters are numbered without large gaps."""


@dataclass(frozen=True, slots=True)
class AnswerScale:
    """What the value codes 0..V-1 mean."""

    kind: ScaleKind
    """`nominal`, `ordinal` (codes in their order) or `interval` (codes stand for `numbers`)."""
    n_values: int
    """How many values the scale offers, V, whether or not all were given; at least 1."""
    numbers: tuple[float, ...] = ()
    """For `interval`: the number that each code stands for, finite and rising."""

    def __post_init__(self) -> None:
        """Refuse a scale that cannot be.

        Raises:
            UsageError: without values, or if numbers are missing, unasked for or not rising.
        """
        expected = self.n_values if self.kind == "interval" else 0
        rising = all(a < b for a, b in zip(self.numbers, self.numbers[1:], strict=False))
        finite = all(math.isfinite(number) for number in self.numbers)
        if self.n_values < 1 or len(self.numbers) != expected or not rising or not finite:
            raise UsageError(
                code="impossible-scale",
                message=f"{self.n_values} values and {len(self.numbers)} numbers are no "
                f"{self.kind} scale",
                hint="an interval scale has one finite number a value, rising; others have none",
            )

    def positions(self) -> Floats:
        """Where each value is on the scale: its number, or else its code."""
        return np.asarray(self.numbers or range(self.n_values), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Checked ratings in long form; make them with `ratings`."""

    items: Integers
    """Item code of each rating, 0 to `n_items - 1`."""
    raters: Integers
    """Rater code of each rating, from 0."""
    values: Integers
    """Value code of each rating, 0 to `scale.n_values - 1`."""
    scale: AnswerScale
    """What the value codes mean."""
    n_items: int
    """How many items there are, judged or not."""
    clusters: Integers | None
    """Cluster code of each item, from 0, such as its prompt family; None without clusters."""

    @property
    def n_rater_codes(self) -> int:
        """One more than the largest rater code."""
        return int(self.raters.max()) + 1 if self.raters.size else 0


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Distinct count vectors of ratings, in the order of their packed keys."""

    counts: Integers
    """Patterns x values: how many raters gave each value; rows differ, and none is all zero."""
    multiplicity: Integers
    """How many items have each pattern; at least 1."""
    of_item: Integers
    """Row of each item's pattern; -1 for an item without ratings."""
    scale: AnswerScale
    """What the value codes mean."""
    clusters: Integers | None
    """Cluster code of each item; None without clusters."""
    n_raters: int
    """Raters with at least one rating."""


def ratings(
    items: ArrayLike,
    raters: ArrayLike,
    values: ArrayLike,
    scale: AnswerScale,
    *,
    n_items: int | None = None,
    clusters: ArrayLike | None = None,
) -> Ratings:
    """Check ratings in long form, one entry per (item, rater). Missing ratings are left out.

    Args:
        items: item codes from 0, length N.
        raters: rater codes from 0, length N.
        values: value codes 0 to `scale.n_values - 1`, length N.
        scale: what the value codes mean.
        n_items: how many items there are; one more than the largest code if not given.
        clusters: cluster code from 0 of each item, length `n_items`.

    Raises:
        InputError: if the arrays differ in length, are not integers, hold a code out of range, or
            rate one item twice by one rater.
    """
    item_codes = _codes(items, "items")
    rater_codes = _codes(raters, "raters", below=MAX_RATERS)
    value_codes = _codes(values, "values", below=scale.n_values)
    if not item_codes.size == rater_codes.size == value_codes.size:
        raise InputError(
            code="unequal-lengths", message="items, raters and values differ in length"
        )
    total = int(item_codes.max(initial=-1)) + 1 if n_items is None else n_items
    if item_codes.size and int(item_codes.max()) >= total:
        raise InputError(
            code="code-out-of-range", message=f"an item code is not below {total}", where="items"
        )
    cluster_codes = None if clusters is None else _codes(clusters, "clusters")
    if cluster_codes is not None and cluster_codes.size != total:
        raise InputError(
            code="unequal-lengths",
            message=f"{cluster_codes.size} cluster codes for {total} items",
            where="clusters",
            hint="give one cluster code per item, judged or not",
        )
    _refuse_duplicates(item_codes, rater_codes)
    return Ratings(item_codes, rater_codes, value_codes, scale, total, cluster_codes)


def _codes(codes: ArrayLike, name: str, below: int | None = None) -> Integers:
    array = np.asarray(codes)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise InputError(code="not-codes", message="codes must be one row of integers", where=name)
    low, high = int(array.min(initial=0)), int(array.max(initial=0))
    if low < 0 or (below is not None and array.size and high >= below):
        raise InputError(
            code="code-out-of-range",
            message=f"codes run from {low} to {high}, not from 0"
            + ("" if below is None else f" to {below - 1}"),
            where=name,
            hint="leave a missing rating out; it has no code",
        )
    return array.astype(np.int64, copy=False)


def _refuse_duplicates(items: Integers, raters: Integers) -> None:
    pairs = items * (int(raters.max(initial=0)) + 1)
    pairs += raters
    pairs.sort()
    repeated = int(np.count_nonzero(pairs[1:] == pairs[:-1]))
    if repeated:
        raise InputError(
            code="duplicate-rating",
            message=f"{repeated} ratings repeat a rater on an item",
            hint="decide first which occasion counts: a second rating by the same rater is "
            "agreement with oneself, not between raters",
        )


def reduce(ratings: Ratings) -> Patterns:
    """Reduce ratings to their distinct count vectors, in one pass over the ratings."""
    n_values, n_items = ratings.scale.n_values, ratings.n_items
    per_item = np.zeros(n_items, dtype=np.int64)
    for part in slices(ratings.items.size):
        np.add.at(per_item, ratings.items[part], 1)
    base = int(per_item.max(initial=0)) + 1
    # As many counts as fit exactly into one integer key; a scale with more values is packed in
    # several passes below.
    width = min(n_values, max(1, int(EXACT_BITS / math.log2(max(base, 2)))))
    rows = np.zeros(n_items, dtype=np.int64)
    counts = np.zeros((min(n_items, 1), 0), dtype=np.int64)
    for first in range(0, n_values, width):
        n_digits = min(width, n_values - first)
        keys = _packed_keys(ratings, first, n_digits, base)
        distinct, of_item = distinct_keys(keys, base**n_digits)
        digits = distinct[:, None] // base ** np.arange(n_digits, dtype=np.int64) % base
        # Patterns of this pass are joined to those before as pairs of row numbers, which never
        # outgrow 64 bits as the whole key would.
        pairs, rows = distinct_keys(rows * len(distinct) + of_item, len(counts) * len(distinct))
        old, new = np.divmod(pairs, max(len(distinct), 1))
        counts = np.hstack([counts[old], digits[new]])
    return _without_empty(ratings, counts, rows)


def _packed_keys(ratings: Ratings, first: int, n_digits: int, base: int) -> Integers:
    """Per item, the counts of the values `first` to `first + n_digits - 1` as digits of a number."""
    powers = np.zeros(ratings.scale.n_values, dtype=np.int64)
    powers[first : first + n_digits] = base ** np.arange(n_digits, dtype=np.int64)
    keys = np.zeros(ratings.n_items, dtype=np.int64)
    for part in slices(ratings.items.size):
        np.add.at(keys, ratings.items[part], powers[ratings.values[part]])
    return keys


def distinct_keys(keys: Integers, bound: int) -> tuple[Integers, Integers]:
    """The distinct keys in rising order, and the place of each key among them.

    Args:
        keys: numbers from 0 to `bound - 1`.
        bound: one more than the largest possible key.
    """
    if bound > DENSE_KEYS:
        distinct, places = np.unique(keys, return_inverse=True)
        return distinct, places
    present = np.flatnonzero(np.bincount(keys, minlength=bound))
    place = np.zeros(bound, dtype=np.int64)
    place[present] = np.arange(present.size)
    return present, place[keys]


def _without_empty(ratings: Ratings, counts: Integers, rows: Integers) -> Patterns:
    rated = counts.sum(axis=1) > 0
    place = np.where(rated, np.cumsum(rated) - 1, -1)
    multiplicity = np.bincount(rows, minlength=len(counts))
    return Patterns(
        counts=counts[rated],
        multiplicity=multiplicity[rated],
        of_item=place[rows],
        scale=ratings.scale,
        clusters=ratings.clusters,
        n_raters=int(np.count_nonzero(np.bincount(ratings.raters))),
    )


def slices(length: int) -> Iterator[slice]:
    """Consecutive slices of at most `SLICE` entries that cover `length` entries."""
    return (slice(start, start + SLICE) for start in range(0, length, SLICE))
