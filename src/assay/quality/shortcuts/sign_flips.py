"""Sign flips: a test of many cues at once that keeps one family-wise rate of false alarms.

Which of two candidates comes first in a record means nothing, so under no effect a cue's
contribution could as well have the other sign. Signs are flipped for a whole record, whose
reviewers share texts and often the order, and the largest statistic over all cues is compared
(Westfall and Young 1993, max-T; score contributions: Hemerik, Goeman, Finos 2020, JRSS B 82).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FLIPS = 1999
"""Random flips: with the data itself 2,000, so that p-values are whole multiples of 1/2000."""

CHUNK = 250
"""Flips that are drawn at once, a byte for each cluster."""

CELLS = 1 << 18
"""Signs that are multiplied at once, eight bytes each: they stay near the processor."""


class FlipTest(NamedTuple):
    """Sums of columns, over the root of their sums of squares, against the largest under flips."""

    adjusted: Floats
    """p-value of each column, adjusted for looking at all of them (two-sided)."""
    critical: float
    """The value that the largest statistic exceeds by chance with the probability asked for."""


def flip_signs(contributions: Floats, *, risk: float, seed: int) -> FlipTest:
    """Test every column of contributions for a sum of zero.

    Args:
        contributions: clusters x columns.
        risk: probability, from 0 to 1, with which any column may be found by chance.
        seed: seed of the flips.
    """
    norms = np.sqrt((contributions**2).sum(axis=0))
    scaled = contributions / np.maximum(norms, 1e-300)
    statistics = scaled.sum(axis=0)
    draw = np.random.default_rng(seed)
    largest = [
        _largest(draw.integers(0, 2, (min(CHUNK, FLIPS - at), len(scaled)), dtype=np.int8), scaled)
        for at in range(0, FLIPS, CHUNK)
    ]
    null = np.sort(np.concatenate(largest))
    # The margin counts a flip that equals the data up to rounding as reaching it; dropping it
    # would make p too small.
    beyond = FLIPS - np.searchsorted(null, np.abs(statistics) - 1e-9)
    # With the data itself there are FLIPS + 1 equally likely arrangements, so this order
    # statistic keeps the risk.
    place = int(np.ceil((1 - risk) * (FLIPS + 1))) - 1
    critical = float(null[place]) if place < FLIPS else float("inf")
    return FlipTest((1 + beyond) / (1 + FLIPS), critical)


def _largest(kept: npt.NDArray[np.int8], scaled: Floats) -> Floats:
    """The largest statistic of each flip, where 1 leaves a cluster's sign and 0 turns it."""
    rows = max(1, CELLS // max(1, len(scaled)))
    return np.concatenate(
        [
            np.abs((2.0 * kept[at : at + rows] - 1) @ scaled).max(axis=1)
            for at in range(0, len(kept), rows)
        ]
    )


def by_cluster(values: Floats, codes: npt.NDArray[np.int64]) -> Floats:
    """Sums of each column over the rows of one prompt, whose number is in `codes`."""
    return np.column_stack(
        [np.bincount(codes, weights=values[:, place]) for place in range(values.shape[1])]
    )
