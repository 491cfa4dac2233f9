"""Weighted round robin: whose turn it is among queues, so that each gets claims in proportion to its weight."""

from collections.abc import Collection, Mapping


class WeightedRoundRobin:
    """Smooth weighted round-robin over queues; it spreads a queue's turns evenly over time."""

    def __init__(self) -> None:
        self._credit: dict[int, float] = {}

    def order(self, queues: Collection[int], weights: Mapping[int, int]) -> list[int]:
        """The queues in the order in which they are tried; the first one pays for its turn.

        Args:
            queues: numbers of the queues that may be tried.
            weights: items that wait in each; one that is not named counts as one item.
        """
        if not queues:
            return []
        total = 0
        for queue in queues:
            weight = max(1, weights.get(queue, 1))
            total += weight
            # Every queue earns its weight at each turn and the one that is served pays for all:
            # turns are spread evenly, not in runs.
            self._credit[queue] = self._credit.get(queue, 0) + weight
        ranked = sorted(queues, key=lambda queue: (-self._credit[queue], queue))
        self._credit[ranked[0]] -= total
        return ranked
