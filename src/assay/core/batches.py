"""Batches: a stream in pieces, so that memory and transactions stay bounded."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(given: Iterable[T], size: int) -> Iterator[list[T]]:
    """The given things in their order, in lists of `size`; the last may be shorter."""
    iterator = iter(given)
    while batch := list(islice(iterator, size)):
        yield batch
