"""Known answers for allotting records to slices."""

import pytest

from assay.planning.allocation import power_shares, shrunken_spread, whole_numbers


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        (0.0, [17.64705882, 26.47058824, 20.58823529, 35.29411765]),
        (0.5, [24.24832604, 31.49949952, 20.0038484, 24.24832604]),
        (1.0, [31.16883117, 35.06493506, 18.18181818, 15.58441558]),
    ],
)
def test_power_allocation(power: float, expected: list[float]) -> None:
    """Four strata of 4000, 3000, 2000, 1000 with 100 to give.

    Source: closed form of Bankier 1988, The American Statistician 42:174.
    """
    shares = power_shares([4000, 3000, 2000, 1000], [0.6, 0.9, 0.7, 1.2], power)
    assert [100 * share for share in shares] == pytest.approx(expected, abs=1e-7)


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
