"""Axis values of imported records that the contract does not name: counted, never refused."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from assay.core.choices import nearest
from assay.records.record import Record


class OutsideValue(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a record's taxonomy that the contract's sampling axes do not have."""

    axis: str
    """The axis, as the records name it."""
    value: str | None = None
    """The value; absent where the axis itself looks like a misspelling of one in the contract."""
    records: int
    """How many records of the import hold it."""
    nearest: str | None = None
    """The nearest value of the axis, or the nearest axis, that the contract has; absent where
    none is near."""


class AxisValues:
    """Counts the axis values of an import that the contract does not define.

    An axis that the contract does not have is not reported, unless its name is near to that of
    a contract's axis that the record lacks.
    """

    def __init__(self, axes: Mapping[str, Sequence[str]]) -> None:
        """Prepare.

        Args:
            axes: the contract's axes with their values; without any, nothing is outside.
        """
        self._axes = axes
        self._near_axes: dict[str, str | None] = {}
        self._holders: dict[tuple[str, str | None], set[int]] = defaultdict(set)

    def add(self, record: Record, identity: str) -> None:
        """Count the axis values of one record; the same record again counts once."""
        taxonomy = record.task.taxonomy
        for axis, value in taxonomy.items():
            if axis in self._axes:
                if value not in self._axes[axis]:
                    # Hashes, not ids: an import may have millions of records.
                    self._holders[axis, value].add(hash(identity))
            elif (meant := self._nearest_axis(axis)) and meant not in taxonomy:
                self._holders[axis, None].add(hash(identity))

    def _nearest_axis(self, axis: str) -> str | None:
        if axis not in self._near_axes:
            self._near_axes[axis] = nearest(axis, self._axes)
        return self._near_axes[axis]

    def outside(self) -> tuple[OutsideValue, ...]:
        """What is outside the contract, held by most records first."""
        ordered = sorted(
            self._holders.items(), key=lambda item: (-len(item[1]), item[0][0], item[0][1] or "")
        )
        return tuple(
            OutsideValue(
                axis=axis,
                value=value,
                records=len(holders),
                nearest=self._nearest_axis(axis)
                if value is None
                else nearest(value, self._axes[axis]),
            )
            for (axis, value), holders in ordered
        )
