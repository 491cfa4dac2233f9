"""Coverage: the sampling distribution that the contract asks for, against what is there."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from assay.contracts.contract import Quota, Sampling
from assay.core.data_frame import cross_frame, data_frame
from assay.records.record import Record

if TYPE_CHECKING:
    from pandas import DataFrame

MISSING = "(missing)"
"""Stands for the value of an axis that a record does not name."""

Taxonomy = Mapping[str, str]
"""A slice of the distribution: axis -> value."""

Place = frozenset[tuple[str, str]]
"""The place of one record on the axes: pairs of axis and value."""


class ValueCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many records have one value of an axis."""

    value: str
    """The value, or `(missing)`."""
    records: int
    """Records that have it."""
    accepted: int
    """Accepted records that have it."""
    declared: bool
    """Whether the contract's axis names this value."""


class AxisCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One axis: its declared values in the contract's order, then undeclared and missing ones."""

    axis: str
    values: tuple[ValueCount, ...]
    """Every value with its counts; they add up to all records."""


class QuotaCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One quota against what is there."""

    slice: dict[str, str]
    """The slice: axis -> value."""
    records: int
    """Records in the slice."""
    accepted: int
    """Accepted records in the slice."""
    distinct: int
    """Accepted records in the slice, near copies counted once."""
    share: float | None
    """Least share of the contract's total; None where none is asked for."""
    minimum: int | None
    """Least number of accepted records; None where none is asked for."""
    needed: int
    """Distinct accepted records that the slice must have, by the stricter of the two."""
    met: bool
    """Whether it has them."""


class CrossTable(msgspec.Struct, frozen=True, kw_only=True):
    """How many records are at each pair of values of two axes: what a heat map draws."""

    rows: str
    """Axis of the rows."""
    columns: str
    """Axis of the columns."""
    row_values: tuple[str, ...]
    """Values of the rows."""
    column_values: tuple[str, ...]
    """Values of the columns."""
    counts: tuple[tuple[int, ...], ...]
    """Records by row and column; they add up to all records."""

    def to_frame(self) -> "DataFrame":
        """One row a value of the rows' axis, one column a value of the columns' axis.

        Raises:
            MachineError: if pandas is not installed.
        """
        return cross_frame(self.counts, self.row_values, self.column_values)


class DistributionCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """The sampling distribution, as it is and as it should be."""

    wanted: int
    """Accepted records that the contract asks for: its total."""
    aim: bool = False
    """Whether that number is only an aim."""
    records: int
    """Records that are there."""
    accepted: int
    """Records that may be released: accepted, or with their disagreement preserved."""
    axes: tuple[AxisCoverage, ...]
    """Every axis of the contract, whether or not a quota names it."""
    quotas: tuple[QuotaCoverage, ...]
    """Every quota of the contract, in its order."""
    hard: tuple[QuotaCoverage, ...]
    """The contract's hard slices, each of which needs at least one accepted record."""

    def to_frame(self) -> "DataFrame":
        """The quotas, one row each.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(self.quotas, QuotaCoverage)


class CellCounts(ABC):
    """Records counted by their place on the axes."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._records: Counter[Place] = Counter()
        self._accepted: Counter[Place] = Counter()

    def count(self, place: Place, *, accepted: bool, times: int = 1) -> None:
        """Count records at a place; a negative number takes them out again."""
        for counts, change in ((self._records, times), (self._accepted, times * accepted)):
            counts[place] += change
            if not counts[place]:
                del counts[place]

    @property
    def n_records(self) -> int:
        """All records."""
        return self._records.total()

    @property
    def n_accepted(self) -> int:
        """Accepted records."""
        return self._accepted.total()

    def inside(self, target: Taxonomy) -> tuple[int, int]:
        """Records and accepted records that are in a slice."""
        pairs = frozenset(target.items())
        places = [place for place in self._records if pairs <= place]
        return (
            sum(self._records[place] for place in places),
            sum(self._accepted[place] for place in places),
        )

    def along(self, axis: str) -> dict[str, tuple[int, int]]:
        """Records and accepted records by the value of an axis, missing values included."""
        totals: dict[str, tuple[int, int]] = {}
        for place, count in self._records.items():
            value = dict(place).get(axis, MISSING)
            records, accepted = totals.get(value, (0, 0))
            totals[value] = (records + count, accepted + self._accepted[place])
        return totals

    def across(self, rows: str, columns: str) -> Counter[tuple[str, str]]:
        """Records by the values of two axes."""
        counts: Counter[tuple[str, str]] = Counter()
        for place, count in self._records.items():
            named = dict(place)
            counts[named.get(rows, MISSING), named.get(columns, MISSING)] += count
        return counts

    @abstractmethod
    def distinct(self, target: Taxonomy) -> int:
        """Accepted records in a slice of the distribution, near copies counted once."""


def place_of(record: Record) -> Place:
    """The place of a record on the axes."""
    return frozenset(record.task.taxonomy.items())


def slices_with_copies(sampling: Sampling) -> frozenset[Place]:
    """The slices in which near copies count once: those that must have records."""
    slices = (*(quota.slice for quota in sampling.quotas), *sampling.hard_slices())
    return frozenset(frozenset(target.items()) for target in slices)


def coverage(
    cells: CellCounts, sampling: Sampling, *, copies_count: bool = False
) -> DistributionCoverage:
    """The sampling distribution against what is there.

    A quota's share is a share of the contract's total, rounded up, and its minimum a number of
    records; both are compared with distinct accepted records: what waits or stays out cannot be
    released, and near copies of one item show no more than one.

    Args:
        cells: the records, counted for the same quotas and hard slices.
        sampling: the distribution that the contract asks for.
        copies_count: whether near copies count one by one in quotas, as they did up to release
            format 4.
    """
    return DistributionCoverage(
        wanted=sampling.total,
        aim=sampling.aim,
        records=cells.n_records,
        accepted=cells.n_accepted,
        axes=tuple(_axis(cells, axis, values) for axis, values in sampling.axes.items()),
        quotas=tuple(
            _quota(cells, quota, sampling.total, copies_count=copies_count)
            for quota in sampling.quotas
        ),
        hard=tuple(
            _quota(
                cells,
                Quota(slice=target, minimum=1),
                sampling.total,
                copies_count=copies_count,
            )
            for target in sampling.hard_slices()
        ),
    )


def required_slices(covered: DistributionCoverage) -> tuple[QuotaCoverage, ...]:
    """Every slice that a quota or its hardness asks records of, once, with the most asked of it."""
    most: dict[frozenset[tuple[str, str]], QuotaCoverage] = {}
    for quota in (*covered.quotas, *covered.hard):
        place = frozenset(quota.slice.items())
        if place not in most or most[place].needed < quota.needed:
            most[place] = quota
    return tuple(most.values())


def cross_table(cells: CellCounts, sampling: Sampling, rows: str, columns: str) -> CrossTable:
    """The pairwise table of two axes; the contract's values come first, in its order."""
    counts = cells.across(rows, columns)
    row_values = _in_contract_order(sampling.axes.get(rows, ()), {row for row, _ in counts})
    column_values = _in_contract_order(
        sampling.axes.get(columns, ()), {column for _, column in counts}
    )
    return CrossTable(
        rows=rows,
        columns=columns,
        row_values=row_values,
        column_values=column_values,
        counts=tuple(tuple(counts[row, column] for column in column_values) for row in row_values),
    )


def _axis(cells: CellCounts, axis: str, declared: tuple[str, ...]) -> AxisCoverage:
    totals = cells.along(axis)
    return AxisCoverage(
        axis=axis,
        values=tuple(
            ValueCount(
                value=value,
                records=totals.get(value, (0, 0))[0],
                accepted=totals.get(value, (0, 0))[1],
                declared=value in declared,
            )
            for value in _in_contract_order(declared, set(totals))
        ),
    )


def _in_contract_order(declared: tuple[str, ...], present: set[str]) -> tuple[str, ...]:
    """Declared values in their order, then the others by name, and the missing value last."""
    others = sorted(present - set(declared), key=lambda value: (value == MISSING, value))
    return (*declared, *others)


def _quota(cells: CellCounts, quota: Quota, total: int, *, copies_count: bool) -> QuotaCoverage:
    records, accepted = cells.inside(quota.slice)
    distinct = accepted if copies_count else cells.distinct(quota.slice)
    needed = quota.records_needed(total)
    return QuotaCoverage(
        slice=dict(quota.slice),
        records=records,
        accepted=accepted,
        distinct=distinct,
        share=quota.share,
        minimum=quota.minimum,
        needed=needed,
        met=distinct >= needed,
    )
