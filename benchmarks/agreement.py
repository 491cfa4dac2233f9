"""Agreement beside evalica: alpha with its interval on 10^6 and 10^7 ratings.

Prints a Markdown table. Ours is the whole way from long-form ratings: checks (duplicates
included), patterns, alpha, and the item bootstrap. The peer gets a compact matrix (three columns
an item) that is built outside its time. Seconds are medians of three runs in one process.
"""

import argparse
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import evalica
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assay.quality.agreement import krippendorff_alpha
from assay.quality.bootstrap import Resampling
from assay.quality.patterns import AnswerScale, ScaleKind, ratings, reduce

RATINGS_PER_ITEM = 3
N_RATERS = 48
N_VALUES = 5
REPLICATES = 2000
PEER_BOOTSTRAP_LIMIT = 1_000_000
TOLERANCE = 1e-12
RUNS = 3


@dataclass(frozen=True)
class Timed:
    """The median seconds of some runs, and what the last of them gave."""

    cpu: float
    wall: float
    result: object


def measure(work: Callable[[], object]) -> Timed:
    """Run some work `RUNS` times."""
    cpu, wall, result = [], [], None
    for _ in range(RUNS):
        before_cpu, before_wall = time.process_time(), time.perf_counter()
        result = work()
        cpu.append(time.process_time() - before_cpu)
        wall.append(time.perf_counter() - before_wall)
    return Timed(statistics.median(cpu), statistics.median(wall), result)


def simulate(n_ratings: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Items, raters and values of about `n_ratings`: truth with noise, a tenth of it missing."""
    generator = np.random.default_rng(n_ratings)
    n_items = -(-n_ratings * 10 // (9 * RATINGS_PER_ITEM))
    items = np.repeat(np.arange(n_items), RATINGS_PER_ITEM)
    start = np.repeat(generator.integers(0, N_RATERS, n_items), RATINGS_PER_ITEM)
    raters = (start + np.tile(np.arange(RATINGS_PER_ITEM), n_items)) % N_RATERS
    truth = np.repeat(generator.integers(0, N_VALUES, n_items), RATINGS_PER_ITEM)
    noisy = generator.random(items.size) < 0.4
    values = np.where(noisy, generator.integers(0, N_VALUES, items.size), truth)
    given = generator.random(items.size) >= 0.1
    return items[given], raters[given], values[given]


def compact(items: NDArray[np.int64], values: NDArray[np.int64]) -> pd.DataFrame:
    """The peer's input: the ratings of each item in the first free of three rows."""
    n_items = int(items[-1]) + 1
    starts = np.searchsorted(items, np.arange(n_items))
    matrix = np.full((RATINGS_PER_ITEM, n_items), np.nan)
    matrix[np.arange(items.size) - starts[items], items] = values
    return pd.DataFrame(matrix)


def compare(n_ratings: int, kind: ScaleKind) -> str:
    """One row of the table.

    Raises:
        SystemExit: if the two alphas differ by more than the tolerance.
    """
    items, raters, values = simulate(n_ratings)
    matrix = compact(items, values)
    resampling = Resampling(replicates=REPLICATES, seed=1)
    ours = measure(
        lambda: krippendorff_alpha(
            reduce(ratings(items, raters, values, AnswerScale(kind, N_VALUES))), resampling
        )
    )
    peer = measure(lambda: evalica.alpha(matrix, kind).alpha)
    difference = abs(ours.result.value - peer.result)
    if difference > TOLERANCE:
        raise SystemExit(f"{kind}, {n_ratings} ratings: alpha differs by {difference:.1e}")
    bootstrap, bootstrap_ratio = f"not run above {PEER_BOOTSTRAP_LIMIT:.0e} ratings", "-"
    if n_ratings <= PEER_BOOTSTRAP_LIMIT:
        slow = measure(
            lambda: evalica.alpha_bootstrap(matrix, kind, n_resamples=REPLICATES, random_state=1)
        )
        bootstrap = f"{slow.cpu:.3f} / {slow.wall:.3f}"
        bootstrap_ratio = f"{slow.cpu / ours.cpu:.0f}x"
    return (
        f"| {kind} | {items.size:,} | {ours.result.value:.4f} "
        f"[{ours.result.low:.4f}, {ours.result.high:.4f}] "
        f"| {ours.cpu:.3f} / {ours.wall:.3f} | {peer.cpu:.3f} / {peer.wall:.3f} "
        f"| {peer.cpu / ours.cpu:.1f}x | {bootstrap} | {bootstrap_ratio} | {difference:.0e} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10^4 and 10^5 ratings only")
    sizes = (10_000, 100_000) if parser.parse_args().quick else (1_000_000, 10_000_000)
    print("## Agreement\n")
    print(
        f"{RATINGS_PER_ITEM} ratings an item less a tenth, {N_VALUES} values, {N_RATERS} raters, "
        f"{REPLICATES} replicates in both bootstraps; evalica {version('evalica')}, "
        f"numpy {version('numpy')}, Python {platform.python_version()}, {os.cpu_count()} cores. "
        "Ours includes the checks, alpha and the item-bootstrap interval; evalica's alpha has no "
        "interval, and its `alpha_bootstrap` resamples pairs, not items. Seconds are CPU / wall; "
        f"`x` is evalica's CPU seconds over ours. Alphas must be equal to {TOLERANCE:.0e}.\n"
    )
    print(
        "| scale | ratings | alpha [95% interval] | ours | evalica `alpha` | x "
        "| evalica `alpha_bootstrap` | x | difference |"
    )
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        for kind in ("nominal", "ordinal"):
            print(compare(size, kind), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of the whole run, data and the peer included: {peak:,.0f} MiB.")


if __name__ == "__main__":
    main()
