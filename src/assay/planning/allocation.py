"""Allocation: how many records each slice of the next batch gets, in whole numbers."""

import math
from collections.abc import Sequence
from heapq import heapify, heapreplace

POWER = 0.5
"""Bankier's power: 1 serves the total, 0 serves every slice alike; one half is between."""


def whole_numbers(weights: Sequence[float], total: int, least: int = 1) -> list[int]:
    """Whole numbers of this sum that minimise the variance for these weights exactly.

    Source: Wright 2012, The American Statistician 66:217-224, by priority values: the next unit
    goes to the slice with the largest w / sqrt(n (n + 1)).

    Args:
        weights: weight of each slice, above 0; size times spread for Neyman's allocation.
        total: how many to allot; at least `least` times the number of slices.
        least: what every slice gets, at least 1.
    """
    # Rounding shares of a total would not add up to it, and is not the minimum of the variance.
    counts = [least] * len(weights)
    queue = [
        (-weight / math.sqrt(least * (least + 1)), place) for place, weight in enumerate(weights)
    ]
    heapify(queue)
    for _ in range(total - least * len(weights)):
        # The heap holds negated priorities, so its first entry is the slice that gains most from
        # one more record.
        _, place = queue[0]
        counts[place] += 1
        n = counts[place]
        heapreplace(queue, (-weights[place] / math.sqrt(n * (n + 1)), place))
    return counts


def shrunken_spread(failures: int, items: int, prior: float) -> float:
    """The standard deviation of failing, its rate shrunk to the prior: 0 of 10 is not never.

    Args:
        failures: items that failed.
        items: items of the slice.
        prior: failure rate over all slices, between 0 and 1; it weighs two items.
    """
    rate = (failures + 2 * prior) / (items + 2)
    return math.sqrt(rate * (1 - rate))
