"""What holds for agreement on any ratings: invariance, definitions, peers, coverage."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.quality.agreement import agreement, alpha_without_one_rater, krippendorff_alpha
from assay.quality.bootstrap import Resampling
from assay.quality.patterns import AnswerScale, Ratings, ScaleKind, ratings, reduce

N_VALUES = 4
NUMBERS = (-1.0, 0.0, 2.5, 7.0)
KINDS: tuple[ScaleKind, ...] = ("nominal", "ordinal", "interval")
ESTIMATE_ONLY = Resampling(replicates=0)

Table = list[list[int | None]]
tables = st.integers(2, 5).flatmap(
    lambda n_raters: st.lists(
        st.lists(st.none() | st.integers(0, N_VALUES - 1), min_size=n_raters, max_size=n_raters),
        min_size=1,
        max_size=12,
    )
)
"""Items x raters, None where a rater did not rate an item."""


def scale_of(kind: ScaleKind) -> AnswerScale:
    """The scale of this kind on which the tables are read."""
    return AnswerScale(kind, N_VALUES, NUMBERS if kind == "interval" else ())


def from_table(table: Table, scale: AnswerScale, clusters: list[int] | None = None) -> Ratings:
    """Ratings in long form from a table of items x raters."""
    triples = [
        (item, rater, value)
        for item, row in enumerate(table)
        for rater, value in enumerate(row)
        if value is not None
    ]
    items, raters, values = np.array(triples, dtype=np.int64).reshape(-1, 3).T
    return ratings(items, raters, values, scale, n_items=len(table), clusters=clusters)


def alpha_of(table: Table, kind: ScaleKind) -> float | None:
    """Our alpha of a table, without an interval."""
    return krippendorff_alpha(reduce(from_table(table, scale_of(kind))), ESTIMATE_ONLY).value


def alpha_by_definition(table: Table, kind: ScaleKind) -> float | None:
    """Alpha pair by pair, as Krippendorff 2011 defines it; None where it is 0/0."""
    units = [[value for value in row if value is not None] for row in table]
    units = [unit for unit in units if len(unit) > 1]
    pool = [value for unit in units for value in unit]
    often = Counter(pool)

    def distance(a: int, b: int) -> float:
        if kind == "nominal":
            return float(a != b)
        if kind == "interval":
            return (NUMBERS[a] - NUMBERS[b]) ** 2
        between = sum(often[value] for value in range(min(a, b), max(a, b) + 1))
        return (between - (often[a] + often[b]) / 2) ** 2

    observed = sum(
        distance(a, b) / (len(unit) - 1)
        for unit in units
        for a, b in itertools.permutations(unit, 2)
    )
    expected = sum(distance(a, b) for a, b in itertools.permutations(pool, 2))
    return 1 - (len(pool) - 1) * observed / expected if expected else None


def simulated(
    n_items: int, n_raters: int, seed: int, noise: float = 0.4
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Items x raters in long form: each rating is the item's truth or, with `noise`, random."""
    generator = np.random.default_rng(seed)
    items = np.repeat(np.arange(n_items), n_raters)
    raters = np.tile(np.arange(n_raters), n_items)
    truth = generator.integers(0, N_VALUES, n_items)[items]
    random = generator.integers(0, N_VALUES, items.size)
    return items, raters, np.where(generator.random(items.size) < noise, random, truth)


@given(table=tables, kind=st.sampled_from(KINDS))
def test_alpha_by_patterns_is_alpha_by_definition(table: Table, kind: ScaleKind) -> None:
    """The patterns give what comparing every pair of ratings gives, undefined cases included."""
    expected = alpha_by_definition(table, kind)
    found = alpha_of(table, kind)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-12))


@given(table=tables)
def test_ac1_and_percent_are_what_gwet_defines(table: Table) -> None:
    """Item by item, AC1 and percent agreement are Gwet's (2008) formulas with missing ratings."""
    units = [[value for value in row if value is not None] for row in table]
    rated = [unit for unit in units if unit]
    pairs = [list(itertools.combinations(unit, 2)) for unit in rated if len(unit) > 1]
    found = agreement(from_table(table, scale_of("nominal")), ESTIMATE_ONLY)
    if not pairs:
        assert found.percent.value is found.ac.value is None
        return
    observed = np.mean([np.mean([a == b for a, b in group]) for group in pairs])
    shares = np.mean(
        [[unit.count(value) / len(unit) for value in range(N_VALUES)] for unit in rated], axis=0
    )
    by_chance = float((shares * (1 - shares)).sum()) / (N_VALUES - 1)
    assert found.percent.value == pytest.approx(observed, abs=1e-12)
    if len(set(itertools.chain(*rated))) == 1:
        assert found.ac.value is None
    else:
        assert found.ac.value == pytest.approx((observed - by_chance) / (1 - by_chance), abs=1e-12)


@given(table=tables, kind=st.sampled_from(KINDS))
def test_alpha_equals_evalicas(table: Table, kind: ScaleKind) -> None:
    """Where both are defined, alpha equals evalica's to 1e-12."""
    import evalica
    import pandas as pd

    found = alpha_of(table, kind)
    assume(found is not None)
    rows = [[np.nan if value is None else NUMBERS[value] for value in row] for row in table]
    assert found == pytest.approx(evalica.alpha(pd.DataFrame(rows).T, kind).alpha, abs=1e-12)


@given(data=st.data(), table=tables, kind=st.sampled_from(KINDS))
def test_names_and_order_do_not_matter(data: st.DataObject, table: Table, kind: ScaleKind) -> None:
    """Renaming or reordering raters and items changes no number, nor does the order of rows."""
    scale = scale_of(kind)
    plain = from_table(table, scale)
    rows = data.draw(st.permutations(range(plain.items.size)))
    new_item = np.array(data.draw(st.permutations(range(len(table)))))
    new_rater = np.array(data.draw(st.permutations(range(len(table[0])))))
    order = np.array(rows, dtype=np.int64)
    renamed = ratings(
        new_item[plain.items[order]],
        new_rater[plain.raters[order]],
        plain.values[order],  # noqa: PD011  # a field of ours, no data frame
        scale,
        n_items=len(table),
    )
    resampling = Resampling(replicates=20, seed=5)
    before, after = agreement(plain, resampling), agreement(renamed, resampling)
    assert (after.alpha, after.ac, after.percent) == (before.alpha, before.ac, before.percent)


@given(table=tables, names=st.permutations(range(N_VALUES)))
def test_categories_may_be_renamed(table: Table, names: list[int]) -> None:
    """On a nominal scale another numbering of the values changes no coefficient."""
    renamed = [[None if value is None else names[value] for value in row] for row in table]
    before = agreement(from_table(table, scale_of("nominal")), ESTIMATE_ONLY)
    after = agreement(from_table(renamed, scale_of("nominal")), ESTIMATE_ONLY)
    for old, new in ((before.alpha, after.alpha), (before.ac, after.ac)):
        assert new.reason == old.reason
        assert new.value == (None if old.value is None else pytest.approx(old.value, abs=1e-12))


@given(table=tables)
def test_an_ordinal_scale_may_be_turned_round(table: Table) -> None:
    """Counting the values from the other end leaves ordinal alpha as it was."""
    turned = [[None if value is None else N_VALUES - 1 - value for value in row] for row in table]
    before, after = alpha_of(table, "ordinal"), alpha_of(turned, "ordinal")
    assert after == (None if before is None else pytest.approx(before, abs=1e-12))


@given(table=tables, kind=st.sampled_from(KINDS))
def test_the_range_without_one_rater_is_alpha_recomputed(table: Table, kind: ScaleKind) -> None:
    """Each end of the range is alpha computed anew without the named rater, and no rater exceeds it."""
    given_ratings = from_table(table, scale_of(kind))
    found = alpha_without_one_rater(given_ratings, reduce(given_ratings))
    present = sorted(set(given_ratings.raters.tolist()))
    alphas = {
        gone: alpha_of(
            [[v if rater != gone else None for rater, v in enumerate(row)] for row in table], kind
        )
        for gone in present
    }
    defined = [value for value in alphas.values() if value is not None]
    assert found.n_undefined == (len(alphas) - len(defined))
    if not defined:
        assert found.low is found.high is None
        assert found.reason is not None
        return
    assert (found.low, found.high) == pytest.approx((min(defined), max(defined)), abs=1e-12)
    assert found.low_without is not None
    assert alphas[found.low_without] == pytest.approx(found.low, abs=1e-12)


@given(
    cells=st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 20), st.integers(0, 119)), min_size=1
    )
)
def test_a_wide_scale_is_packed_without_loss(cells: list[tuple[int, int, int]]) -> None:
    """On 120 values, which no single key can hold, each item's pattern is its own count vector."""
    unique = {(item, rater): value for item, rater, value in cells}
    items, raters = np.array(list(unique), dtype=np.int64).T
    values = np.array(list(unique.values()), dtype=np.int64)
    patterns = reduce(ratings(items, raters, values, AnswerScale("nominal", 120), n_items=31))
    expected = np.zeros((31, 120), dtype=np.int64)
    np.add.at(expected, (items, values), 1)
    rated = expected.any(axis=1)
    assert (patterns.of_item[~rated] == -1).all()
    assert (patterns.counts[patterns.of_item[rated]] == expected[rated]).all()
    assert (np.bincount(patterns.of_item[rated]) == patterns.multiplicity).all()
    assert len(np.unique(patterns.counts, axis=0)) == len(patterns.counts)


@given(table=tables, seed=st.integers(0, 2**32), clustered=st.booleans())
def test_a_seed_fixes_the_interval(table: Table, seed: int, clustered: bool) -> None:
    """The same ratings and seed give the same estimate to the last bit."""
    clusters = [item // 2 for item in range(len(table))] if clustered else None
    resampling = Resampling(replicates=30, seed=seed)
    first = agreement(from_table(table, scale_of("ordinal"), clusters), resampling)
    assert agreement(from_table(table, scale_of("ordinal"), clusters), resampling) == first


@given(table=tables, kind=st.sampled_from(KINDS), clustered=st.booleans())
def test_no_number_is_nan_and_every_gap_has_a_reason(
    table: Table, kind: ScaleKind, clustered: bool
) -> None:
    """A value is at most 1, an interval is ordered, and what is missing says why."""
    clusters = [item // 3 for item in range(len(table))] if clustered else None
    found = agreement(from_table(table, scale_of(kind), clusters), Resampling(replicates=30))
    for estimate in (found.alpha, found.ac, found.percent):
        assert (estimate.reason is None) == (None not in (estimate.value, estimate.low))
        assert estimate.value is None or estimate.value <= 1
        assert estimate.low is None or estimate.low <= estimate.high <= 1
        assert estimate.n_ratings <= estimate.n_ratings_total


def test_another_seed_draws_another_interval() -> None:
    """The interval comes from the draws that the seed names."""
    patterns = reduce(ratings(*simulated(200, 3, seed=1), scale_of("nominal")))
    first, second = (krippendorff_alpha(patterns, Resampling(seed=seed)) for seed in (1, 2))
    assert first.value == second.value
    assert (first.low, first.high) != (second.low, second.high)


def test_copies_in_a_cluster_are_no_new_evidence() -> None:
    """Ten copies of each item narrow the item interval, but not the cluster interval."""
    items, raters, values = simulated(80, 3, seed=2)
    copies = np.concatenate([items + 80 * copy for copy in range(10)])
    many = (copies, np.tile(raters, 10), np.tile(values, 10))
    scale, resampling = scale_of("ordinal"), Resampling(replicates=1000)
    once = krippendorff_alpha(reduce(ratings(items, raters, values, scale)), resampling)
    naive = krippendorff_alpha(reduce(ratings(*many, scale)), resampling)
    honest = krippendorff_alpha(
        reduce(ratings(*many, scale, clusters=np.arange(800) % 80)), resampling
    )
    width = {
        name: found.high - found.low
        for name, found in (("once", once), ("naive", naive), ("honest", honest))
    }
    assert honest.n_clusters == 80
    assert honest.value == pytest.approx(naive.value, abs=1e-12)
    assert width["naive"] < 0.5 * width["once"]
    assert width["honest"] == pytest.approx(width["once"], rel=0.15)


def test_the_interval_covers_what_it_claims() -> None:
    """Of 300 simulated programs the nominal 95% interval holds the true alpha in 91% to 98%."""
    scale, noise = scale_of("nominal"), 0.4
    truth = (1 - noise) ** 2  # two ratings agree beyond chance when neither is random
    covered = 0
    for seed in range(300):
        patterns = reduce(ratings(*simulated(100, 3, seed=seed, noise=noise), scale))
        found = krippendorff_alpha(patterns, Resampling(replicates=400, seed=seed))
        assert found.low is not None
        covered += found.low <= truth <= found.high
    assert 0.91 <= covered / 300 <= 0.98
