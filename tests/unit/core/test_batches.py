"""Batches of a stream."""

import itertools

import pytest

from assay.core.batches import batches


@pytest.mark.parametrize(
    ("count", "found"), [(0, []), (2, [[0, 1]]), (3, [[0, 1, 2]]), (4, [[0, 1, 2], [3]])]
)
def test_batches_hold_everything_once_and_in_order(count: int, found: list[list[int]]) -> None:
    """No batch is longer than asked, none is empty, and only the last is shorter."""
    assert list(batches(range(count), 3)) == found


def test_a_batch_is_read_when_it_is_asked_for() -> None:
    """A stream without an end gives its first batch."""
    assert next(batches(itertools.count(), 2)) == [0, 1]
