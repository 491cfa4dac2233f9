"""The answer table: who answered what on which item, and alpha of any set of reviewers."""

from collections.abc import Mapping
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

Scale = Literal["signed", "ordinal", "nominal"]
"""`signed`: one side, undecided, the other; `ordinal`: a scale; `nominal`: categories."""

MOST_LEVELS = 7
"""Levels of a scale that are distinguished; longer scales are cut into as many equal parts."""


class AnswerColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Answers to one question as columns, and each rater's name and declared groups."""

    items: Integers
    """The item of each answer."""
    raters: Integers
    """The rater of each answer."""
    values: Integers
    """The value of each answer, from 0."""
    groups: Mapping[str, Mapping[int, str]]
    """Name of a grouping -> rater -> group."""
    records: Integers | None = None
    """The record of each answer, whose items one rater answers together; absent: each item is one."""
    names: tuple[str, ...] = ()
    """Pseudonym of each rater; empty where raters are numbers alone."""
    question: str = "preferences"
    """Name of the question, as alarms and reports print it."""
    scale: Scale = "signed"
    """What the values are."""

    def name(self, rater: int) -> str:
        """A rater's pseudonym."""
        return self.names[rater] if rater < len(self.names) else f"rater {rater}"


class AnswerTable:
    """The answers, ready to be counted for any set of raters."""

    def __init__(self, answers: AnswerColumns) -> None:
        """Renumber the items, without gaps."""
        self.items: Integers = np.unique(answers.items, return_inverse=True)[1]
        """The item of each answer, from 0."""
        self.raters = answers.raters
        """The rater of each answer."""
        self.values = answers.values
        """The value of each answer."""
        self.n_items = int(self.items.max()) + 1 if len(self.items) else 0
        """How many items there are."""
        self.n_values = int(self.values.max()) + 1 if len(self.values) else 0
        """How many values there are."""
        self.n_raters = int(self.raters.max()) + 1 if len(self.raters) else 0
        """How many raters there are."""
        together = self.items if answers.records is None else answers.records
        span = max(self.n_raters, 1)
        # One number for each (record, rater) pair: a shuffle moves all that a rater answered
        # about a record as one block, or correlated answers would look like a split.
        slots, self._slot = np.unique(together * span + self.raters, return_inverse=True)
        self._slot_rater = slots % span
        records = np.unique(slots // span, return_inverse=True)[1]
        # The record is the upper part of a key whose lower part is drawn: one sort of whole numbers
        # shuffles within every record, several times as fast as a sort by two columns.
        self._drawn_bits = min(53, 62 - int(records.max(initial=0)).bit_length())
        self._slot_key = records << self._drawn_bits
        places = np.arange(self.n_values, dtype=np.float64)
        self.distance: Floats = (places[:, None] != places).astype(np.float64)
        """How far two values differ, from 0 to 1."""
        if answers.scale == "ordinal" and self.n_values > 1:
            self.distance = ((places[:, None] - places) / (self.n_values - 1)) ** 2

    def counts(
        self,
        chosen: npt.NDArray[np.bool_],
        *,
        raters: Integers | None = None,
        values: Integers | None = None,
    ) -> Floats:
        """Label counts by item of the raters chosen.

        Args:
            chosen: whether each rater is.
            raters: other raters in the place of those who answered.
            values: other values in the place of those answered.
        """
        keep = chosen[self.raters if raters is None else raters]
        codes = self.values if values is None else values
        cells = self.items[keep] * self.n_values + codes[keep]
        flat = np.bincount(cells, minlength=self.n_items * self.n_values)
        return flat.reshape(self.n_items, self.n_values).astype(np.float64)

    def everyone(self) -> Floats:
        """Label counts by item of all raters."""
        return self.counts(np.ones(self.n_raters, dtype=np.bool_))

    def shuffled_raters(self, draw: np.random.Generator) -> Integers:
        """The rater of each answer, permuted among those of its record.

        What one rater answered about a record stays together.

        Args:
            draw: where the shuffles come from.
        """
        drawn = draw.random(len(self._slot_key))
        drawn *= 1 << self._drawn_bits
        order = np.argsort(self._slot_key | drawn.astype(np.int64))
        raters: Integers = self._slot_rater[order][self._slot]
        return raters


def alpha_of(counts: Floats, distance: Floats) -> float | None:
    """Krippendorff's alpha from label counts by item; None where it is undefined.

    Args:
        counts: items x values.
        distance: values x values, how far two values differ.
    """
    sizes = counts.sum(axis=1)
    pairable = counts[sizes > 1]
    sizes = sizes[sizes > 1]
    total = sizes.sum()
    if not len(pairable):
        return None
    margins = pairable.sum(axis=0)
    expected = float(margins @ distance @ margins)
    # All answers equal: there is no disagreement by chance to compare with, and 1 would claim an
    # agreement that nothing could have refuted.
    if expected <= 0:
        return None
    observed = float((((pairable @ distance) * pairable).sum(axis=1) / (sizes - 1)).sum())
    return 1 - observed * float(total - 1) / expected


def cross_reliability(
    first: Floats, second: Floats, distance: Floats | None = None
) -> float | None:
    """Cross-replication reliability of two groups of raters; None where it is undefined.

    Source: Wong, Paritosh, Aroyo 2021, ACL, section 3 (kappa_x with missing answers).

    Args:
        first: label counts of the first group, items x values.
        second: label counts of the second, over the same items.
        distance: values x values, how far two values differ; nominal where absent.
    """
    apart = 1 - np.eye(first.shape[1]) if distance is None else distance
    both = (first.sum(axis=1) > 0) & (second.sum(axis=1) > 0)
    x, y = first[both], second[both]
    if not len(x):
        return None
    rows, columns = x.sum(axis=1), y.sum(axis=1)
    differing = ((x @ apart) * y).sum(axis=1) / (rows * columns)
    # An item counts by its answers, so that one with a single answer on each side does not weigh
    # as much as one with ten.
    weights = rows + columns
    observed = float((weights * differing).sum() / weights.sum())
    expected = float(x.sum(axis=0) @ apart @ y.sum(axis=0) / (rows.sum() * columns.sum()))
    return None if expected == 0 else 1 - observed / expected
