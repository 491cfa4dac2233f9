"""Records that repeated rows share: each is built once, however many votes stand on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.records.mapping.about import About
from assay.records.reader import RowContext

MAX_CHARACTERS = 16 << 20
"""Characters of the cells whose records are held; beyond them all are dropped."""

_MISSING = object()
"""Stands in a key for a cell that the row does not have."""

_HASHED = frozenset({str, object})


class RecordCache:
    """The records of recent rows, by the cells that they were built from.

    A record is a function of these cells and of the import's context: nothing is approximate.
    """

    def __init__(self, columns: Sequence[str] | None) -> None:
        """Begin empty.

        Args:
            columns: the columns that the record is built from; None where that is not known, and
                nothing is held.
        """
        self._columns = columns
        self._context: RowContext | None = None
        self._records: dict[tuple[Any, ...], About] = {}
        self._characters = 0

    def key(self, row: Mapping[str, Any], context: RowContext) -> tuple[Any, ...] | None:
        """The key of a row; None where it holds more than texts in these columns."""
        if self._columns is None:
            return None
        if context is not self._context:
            self._context = context
            self._drop_all()
        cells = tuple([row.get(column, _MISSING) for column in self._columns])
        # Only texts: `1`, `1.0` and `true` are equal in Python and are different values here.
        return cells if _HASHED.issuperset(map(type, cells)) else None

    def get(self, key: tuple[Any, ...] | None) -> About | None:
        """The record under a key."""
        return None if key is None else self._records.get(key)

    def put(self, key: tuple[Any, ...] | None, about: About) -> None:
        """Hold a record."""
        if key is None:
            return
        size = sum(len(cell) for cell in key if cell is not _MISSING)
        if self._characters + size > MAX_CHARACTERS:
            self._drop_all()
        if size <= MAX_CHARACTERS:
            self._records[key] = about
            self._characters += size

    def _drop_all(self) -> None:
        self._records.clear()
        self._characters = 0
