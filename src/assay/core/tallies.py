"""Counters as rows: what JSON has no dictionary for, in one order, so that equal counts are equal bytes."""

from collections import Counter
from collections.abc import Iterable
from typing import Any


def to_rows(counts: Counter[Any]) -> list[tuple[Any, int]]:
    """Key and count of everything that was counted, sorted by key; what counts zero is left out."""
    return sorted((key, count) for key, count in counts.items() if count)


def from_rows(rows: Iterable[tuple[Any, int]]) -> Counter[Any]:
    """The counter that rows were made of; a key that is a list in JSON is a tuple."""
    return Counter({tuple(key) if isinstance(key, list) else key: count for key, count in rows})
