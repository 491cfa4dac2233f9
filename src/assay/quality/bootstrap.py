"""The percentile bootstrap over items, or over clusters of items.

A replicate draws as many items (or clusters) as there are, with replacement. Equal ones are kept
once with their number, so one replicate is one multinomial draw over the distinct ones (Efron and Tibshirani 1993,
An Introduction to the Bootstrap, chapters 6 and 13). Items share raters; the interval therefore
applies to these raters, which is why the range without one rater is given with it.
"""

from collections.abc import Callable

import msgspec
import numpy as np

from assay.core.errors import UsageError
from assay.quality.estimate import Caution, Reason, check_level
from assay.quality.patterns import Floats, Integers, Patterns, distinct_keys

DRAWN_CELLS = 1 << 21
"""Numbers that one batch of replicates may hold; bounds the memory of the bootstrap."""

REPEATED = 4
"""Blocks a row from which one multinomial draw is cheaper than drawing the blocks one by one."""


class Resampling(msgspec.Struct, frozen=True, kw_only=True):
    """How an interval is drawn."""

    replicates: int = 2000
    """Replicates to draw, from 0; with 0 there is no interval."""
    seed: int = 0
    """Seed of the draws, from 0; the same seed gives the same interval."""
    level: float = 0.95
    """Nominal coverage, strictly between 0 and 1."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            UsageError: for a negative number of replicates or seed, or an impossible level.
        """
        check_level(self.level)
        if self.replicates < 0 or self.seed < 0:
            raise UsageError(
                code="impossible-resampling", message="replicates and seed are counted from 0"
            )


class BootstrapInterval(msgspec.Struct, frozen=True, kw_only=True):
    """What the bootstrap says about one coefficient."""

    low: float | None = None
    """Lower bound; None where there is none."""
    high: float | None = None
    """Upper bound; None where there is none."""
    reason: Reason | None = None
    """Why there are no bounds although they were asked for."""
    cautions: tuple[Caution, ...] = ()
    """What to know before the bounds are used."""
    drawn: int = 0
    """Replicates that were drawn."""
    undefined: int = 0
    """Replicates in which the coefficient was undefined."""


class Blocks(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: distinct rows of sums, and how many items or clusters have each."""

    sums: Floats
    """Distinct blocks x columns: what one block adds to the coefficient's totals."""
    multiplicity: Integers
    """How many blocks have each row."""

    @property
    def n_blocks(self) -> int:
        """How many items or clusters there are to draw from."""
        return int(self.multiplicity.sum())


def item_blocks(patterns: Patterns, table: Floats) -> Blocks:
    """Every item that adds something is a block; `table` holds a row for each pattern."""
    adds = table.any(axis=1)
    return Blocks(sums=table[adds], multiplicity=patterns.multiplicity[adds])


def cluster_blocks(clusters: Integers, patterns: Patterns, table: Floats) -> Blocks:
    """Every cluster that adds something is a block: the sum over its items.

    Args:
        clusters: cluster code of each item.
        patterns: the patterns of the items.
        table: patterns x columns, what an item of each pattern adds.
    """
    rated = patterns.of_item >= 0
    rows = patterns.of_item[rated]
    codes, places = distinct_keys(clusters[rated], int(clusters.max(initial=0)) + 1)
    sums: Floats = np.column_stack(
        [np.bincount(places, weights=column[rows], minlength=codes.size) for column in table.T]
    )
    distinct: Floats
    # Clusters with equal sums are one row with a count: the draw is then over the distinct rows,
    # and a data set of many small clusters stays small.
    distinct, multiplicity = np.unique(sums[sums.any(axis=1)], axis=0, return_counts=True)
    return Blocks(sums=distinct, multiplicity=multiplicity)


def percentile_interval(
    blocks: Blocks, coefficient: Callable[[Floats], Floats], resampling: Resampling
) -> BootstrapInterval:
    """The percentile interval of a coefficient that depends on sums over blocks.

    Args:
        blocks: what is drawn.
        coefficient: replicates x columns of totals to one value each, NaN where undefined.
        resampling: replicates, seed and level.
    """
    if not resampling.replicates:
        return BootstrapInterval()
    if blocks.n_blocks < 2:  # noqa: PLR2004  # one block can only be drawn as itself
        return BootstrapInterval(reason="too_few_blocks")
    values = _replicate_values(blocks, coefficient, resampling)
    defined = values[~np.isnan(values)]
    undefined = values.size - defined.size
    tail = (1 - resampling.level) / 2
    # A tail of the interval holds this many replicates: with more of them undefined the bound
    # itself could be one of those, and no quantile of the rest stands for it.
    if undefined > tail * values.size:
        return BootstrapInterval(
            reason="unstable_replicates", drawn=values.size, undefined=undefined
        )
    low, high = np.quantile(defined, [tail, 1 - tail])
    cautions: list[Caution] = []
    if defined.min() == defined.max():
        cautions.append("zero_width_interval")
    if undefined:
        cautions.append("undefined_replicates")
    return BootstrapInterval(
        low=float(low),
        high=float(high),
        cautions=tuple(cautions),
        drawn=values.size,
        undefined=undefined,
    )


def _replicate_values(
    blocks: Blocks, coefficient: Callable[[Floats], Floats], resampling: Resampling
) -> Floats:
    generator = np.random.default_rng(resampling.seed)
    batch = max(1, DRAWN_CELLS // max(blocks.sums.shape))
    values = []
    for start in range(0, resampling.replicates, batch):
        size = min(batch, resampling.replicates - start)
        values.append(coefficient(_draws(blocks, size, generator) @ blocks.sums))
    return np.concatenate(values)


def _draws(blocks: Blocks, size: int, generator: np.random.Generator) -> Integers:
    """Replicates x rows: how often each row is drawn; every replicate sums to the blocks."""
    n_blocks, n_rows = blocks.n_blocks, blocks.multiplicity.size
    # Both ways draw the same distribution. A multinomial costs by the row and single draws by the
    # block, so the cheaper one depends on how often rows repeat.
    if n_blocks >= REPEATED * n_rows:
        return generator.multinomial(n_blocks, blocks.multiplicity / n_blocks, size=size)
    row_of = np.repeat(np.arange(n_rows), blocks.multiplicity)
    return np.stack(
        [
            np.bincount(row_of[generator.integers(n_blocks, size=n_blocks)], minlength=n_rows)
            for _ in range(size)
        ]
    )
