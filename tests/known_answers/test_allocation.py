"""Known answers for allotting records to slices."""

import pytest

from assay.planning.allocation import shrunken_spread, whole_numbers


def test_whole_numbers_have_the_least_variance() -> None:
    """No other split of 20 over three slices has a smaller sum of w^2 / n.

    Source: exact optimality of priority values, Wright 2012, The American Statistician 66:217.
    """
    weights = [5.0, 3.0, 1.5]
    given = whole_numbers(weights, 20)
    assert sum(given) == 20

    def variance(split: list[int]) -> float:
        return sum(w * w / n for w, n in zip(weights, split, strict=True))

    best = min(variance([a, b, 20 - a - b]) for a in range(1, 19) for b in range(1, 20 - a))
    assert variance(given) == pytest.approx(best)


def test_a_slice_without_a_failure_keeps_some_spread() -> None:
    """Nought of ten is drawn towards the rate of all."""
    assert 0 < shrunken_spread(0, 10, 0.3) < shrunken_spread(3, 10, 0.3)
