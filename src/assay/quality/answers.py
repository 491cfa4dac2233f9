"""Answers: what reviewers said about one thing, gathered into the codes that agreement reads.

One series holds one question (the verdict, a dimension, the step labels, the rulings). Items are
records, or candidates, steps and sections within records; each rater answers an item once.
"""

from array import array
from collections.abc import Hashable, Sequence
from fractions import Fraction

import numpy as np

from assay.contracts.rubric import Dimension
from assay.core.errors import UsageError
from assay.quality.agreement import Abstention, Agreement, abstention, agreement
from assay.quality.bootstrap import Resampling
from assay.quality.patterns import AnswerScale, Integers, Ratings, ratings

ABSTAINED = -1
"""Stands for the value of an answer that declined."""

ORDINAL_VALUES = 20
"""A numeric scale of more values than this is read as an interval scale, for its cost."""


class Codes:
    """Keys numbered in the order in which they first came."""

    def __init__(self) -> None:
        """Start without keys."""
        self.numbers: dict[Hashable, int] = {}
        """Number of each key, from 0."""

    def __len__(self) -> int:
        return len(self.numbers)


class AnswerSeries:
    """A series of answers to one question.

    Answers are kept as codes in arrays, about 20 bytes each; items are distinguished only while
    their own record is gathered, so that memory does not grow with their names.
    """

    def __init__(self) -> None:
        """Start without answers."""
        self.raters = Codes()
        """Reviewers who answered."""
        self.not_applicable = 0
        """Answers that the question does not apply."""
        self._values = Codes()
        self._record = -1
        self._items_of_record: dict[Hashable, int] = {}
        self._clusters = array("i")
        self._records = array("i")
        self._item_of = array("i")
        self._rater_of = array("i")
        self._value_of = array("i")

    def add(
        self, item: Hashable, rater: str, value: str | None, *, record: int, cluster: int
    ) -> None:
        """Add one answer; all answers about one record come before those about the next.

        Args:
            item: what was judged, unlike any other item of its record.
            rater: the reviewer.
            value: the answer; None for an abstention.
            record: number of the item's record; never falls from one answer to the next.
            cluster: number of the item's prompt family, or of its record without one.

        Raises:
            UsageError: if the record comes before the last one.
        """
        if record != self._record:
            if record < self._record:
                raise UsageError(
                    code="answers-out-of-order",
                    message=f"an answer about record {record} follows one about {self._record}",
                )
            self._record, self._items_of_record = record, {}
        code = self._items_of_record.get(item)
        if code is None:
            code = self._items_of_record[item] = len(self._records)
            self._records.append(record)
            self._clusters.append(cluster)
        raters, values = self.raters.numbers, self._values.numbers
        self._item_of.append(code)
        self._rater_of.append(raters.setdefault(rater, len(raters)))
        self._value_of.append(ABSTAINED if value is None else values.setdefault(value, len(values)))

    @property
    def counts(self) -> dict[str, int]:
        """How often each value was given, abstentions left out; sorted by name."""
        codes = _integers(self._value_of)
        tally = np.bincount(codes[codes != ABSTAINED], minlength=len(self._values)).tolist()
        return dict(sorted((str(value), tally[at]) for value, at in self._values.numbers.items()))

    @property
    def n_answers(self) -> int:
        """Answers with a value."""
        return len(self._value_of) - self.n_abstained

    @property
    def n_abstained(self) -> int:
        """Answers that declined."""
        return self._value_of.count(ABSTAINED)

    @property
    def items(self) -> int:
        """Items that somebody answered."""
        return len(self._records)

    def records(self) -> Integers:
        """Number of each item's record."""
        return _integers(self._records)

    def on_scale(self, scale: AnswerScale, codes: dict[str, int]) -> Ratings:
        """The answers as ratings, abstentions left out as missing.

        Args:
            scale: what the codes mean.
            codes: code of each value on the scale; every value that was given is there.
        """
        has_value = np.asarray(self._value_of) != ABSTAINED
        return ratings(
            _integers(self._item_of)[has_value],
            _integers(self._rater_of)[has_value],
            self._value_codes(codes, ABSTAINED)[has_value],
            scale,
            n_items=self.items,
            clusters=self.clusters(),
        )

    def codes(self, code_of: dict[str, int], abstained: int) -> tuple[Integers, Integers, Integers]:
        """Items, raters and codes of all answers, with one code for abstentions."""
        return (
            _integers(self._item_of),
            _integers(self._rater_of),
            self._value_codes(code_of, abstained),
        )

    def _value_codes(self, code_of: dict[str, int], abstained: int) -> Integers:
        """The code of each answer; an abstention, -1, reads the last place of the table."""
        table = [code_of[str(value)] for value in self._values.numbers]
        coded: Integers = np.asarray([*table, abstained], dtype=np.int64)[self._value_of]
        return coded

    def clusters(self) -> Integers | None:
        """Cluster of each item; None where every item is a cluster of its own."""
        clusters = _integers(self._clusters)
        return None if np.unique(clusters).size == self.items else clusters

    def abstention(self, resampling: Resampling) -> Abstention | None:
        """Who declined, and whether on the same items; None where nobody did."""
        if not self.n_abstained:
            return None
        items, raters, declined = self.codes(dict.fromkeys(self.counts, 0), abstained=1)
        return abstention(
            items,
            raters,
            declined == 1,
            n_items=self.items,
            clusters=self.clusters(),
            resampling=resampling,
        )

    def agreement(
        self, scale: AnswerScale, codes: dict[str, int], resampling: Resampling
    ) -> Agreement:
        """Agreement among the answers on a scale."""
        return agreement(self.on_scale(scale, codes), resampling)


def _integers(codes: "array[int]") -> Integers:
    """A copy, so that the array may grow while the copy is used."""
    return np.array(codes, dtype=np.int64)


def only(source: Ratings, keep: Integers) -> Ratings:
    """The ratings of some items, renumbered.

    Args:
        source: the ratings.
        keep: codes of the items to keep, rising.
    """
    # Items that are dropped map to -1, so one look-up both renumbers the rest and finds the
    # ratings to drop.
    place = np.full(source.n_items, -1, dtype=np.int64)
    place[keep] = np.arange(keep.size)
    rows = place[source.items] >= 0
    return ratings(
        place[source.items[rows]],
        source.raters[rows],
        source.values[rows],
        source.scale,
        n_items=int(keep.size),
        clusters=None if source.clusters is None else source.clusters[keep],
    )


def dimension_scale(
    values: Sequence[str], dimension: Dimension | None
) -> tuple[AnswerScale, dict[str, int], bool]:
    """The scale that scores were given on, and the code of each value.

    Args:
        values: the values that were given.
        dimension: the rubric's dimension; None where the rubric does not have it.

    Returns:
        The scale, the codes, and whether they are the rubric's. Scores that are not on the
        rubric's scale are read on a scale made of the values given: numbers in their order, or
        else categories.
    """
    if dimension is not None and set(values) <= set(dimension.values):
        codes = {value: code for code, value in enumerate(dimension.values)}
        return _scale(dimension.values, numeric=dimension.scale_kind == "ordinal"), codes, True
    numeric = all(_number(value) is not None for value in values)
    ordered = sorted(set(values), key=lambda value: (_number(value) or Fraction(0), value))
    distinct = ordered if numeric else sorted(set(values))
    codes = {value: code for code, value in enumerate(distinct)}
    return _scale(distinct, numeric=numeric), codes, False


def _scale(values: Sequence[str], *, numeric: bool) -> AnswerScale:
    n_values = max(len(values), 1)
    if not numeric or n_values == 2:  # noqa: PLR2004  two values have no order to speak of
        return AnswerScale("nominal", n_values)
    numbers = [_number(value) for value in values]
    distinct = len(set(numbers)) == len(numbers)
    if n_values > ORDINAL_VALUES and distinct:
        return AnswerScale("interval", n_values, tuple(float(number or 0) for number in numbers))
    return AnswerScale("ordinal", n_values)


def _number(value: str) -> Fraction | None:
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        return None
