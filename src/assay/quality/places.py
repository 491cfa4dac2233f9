"""The places of records: each taxonomy and prompt family once, however many records share it."""

from array import array

import numpy as np
from numpy.typing import NDArray

from assay.quality.patterns import Integers


class Places:
    """The place of each record on the axes: every taxonomy once, and its number for each record."""

    def __init__(self) -> None:
        """Start without records."""
        self._numbers: dict[frozenset[tuple[str, str]], int] = {}
        self._of_record = array("i")

    def add(self, taxonomy: dict[str, str]) -> int:
        """Note the next record's place; returns the record's number."""
        place = frozenset(taxonomy.items())
        self._of_record.append(self._numbers.setdefault(place, len(self._numbers)))
        return len(self._of_record) - 1

    def inside(self, axis: str, value: str, records: Integers) -> NDArray[np.bool_]:
        """Whether each of these records has a value of an axis.

        Args:
            axis: the axis.
            value: the value.
            records: numbers of the records.
        """
        pair = frozenset([(axis, value)])
        has = np.array([pair <= place for place in self._numbers], dtype=np.bool_)
        inside: NDArray[np.bool_] = has[np.array(self._of_record, dtype=np.int64)[records]]
        return inside


class Clusters:
    """Prompt families numbered as they come; a record without one is a cluster of its own."""

    def __init__(self) -> None:
        """Start without clusters."""
        self._families: dict[str, int] = {}
        self._count = 0

    def of(self, family: str | None) -> int:
        """The number of a family's cluster, or a new one where there is no family."""
        number = self._families.get(family) if family else None
        if number is None:
            number, self._count = self._count, self._count + 1
            if family:
                self._families[family] = number
        return number
