"""Agreement against published values and values worked by hand."""

import numpy as np
import pytest

from assay.core.errors import InputError, UsageError
from assay.quality.agreement import (
    abstention,
    agreement,
    alpha_without_one_rater,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from assay.quality.bootstrap import Resampling
from assay.quality.coefficient import Weights
from assay.quality.estimate import rate
from assay.quality.patterns import AnswerScale, Ratings, ScaleKind, ratings, reduce

Table = list[list[int | None]]

TWELVE_UNITS: Table = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
"""Krippendorff 2011, Computing Krippendorff's Alpha-Reliability: 4 coders x 12 units."""

FIFTEEN_UNITS: Table = [
    [None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3],
    [1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None],
    [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4],
]
"""Wikipedia, Krippendorff's alpha, worked example: 3 coders x 15 units."""

ESTIMATE_ONLY = Resampling(replicates=0)


def from_table(table: Table, kind: ScaleKind = "nominal", n_values: int = 5) -> Ratings:
    """Ratings from a table of raters x items whose values are 1..V."""
    triples = [
        (item, rater, value - 1)
        for rater, row in enumerate(table)
        for item, value in enumerate(row)
        if value is not None
    ]
    items, raters, values = zip(*triples, strict=True)
    numbers = tuple(float(n + 1) for n in range(n_values)) if kind == "interval" else ()
    scale = AnswerScale(kind, n_values, numbers)
    return ratings(items, raters, values, scale, n_items=len(table[0]))


def two_raters(counts: list[list[int]]) -> Ratings:
    """Ratings of two raters from their contingency table."""
    pairs = [
        (first, second)
        for first, row in enumerate(counts)
        for second, times in enumerate(row)
        for _ in range(times)
    ]
    items = np.repeat(np.arange(len(pairs)), 2)
    raters = np.tile([0, 1], len(pairs))
    return ratings(items, raters, np.ravel(pairs), AnswerScale("nominal", len(counts)))


@pytest.mark.parametrize(
    ("table", "kind", "expected"),
    [
        (TWELVE_UNITS, "nominal", 0.7434210526),
        (TWELVE_UNITS, "ordinal", 0.8153875038),
        (TWELVE_UNITS, "interval", 0.8491071429),
        (FIFTEEN_UNITS, "nominal", 0.6913580247),
        (FIFTEEN_UNITS, "ordinal", 0.8067214199),
        (FIFTEEN_UNITS, "interval", 0.8108448928),
    ],
)
def test_alpha_is_the_published_one(table: Table, kind: ScaleKind, expected: float) -> None:
    """Alpha equals Krippendorff 2011 (.743, .815, .849) and Wikipedia's example (.691, .811)."""
    estimate = krippendorff_alpha(reduce(from_table(table, kind)), ESTIMATE_ONLY)
    assert estimate.value == pytest.approx(expected, abs=1e-9)
    assert estimate.method == f"krippendorff-alpha/{kind}"


@pytest.mark.parametrize(
    ("weights", "value", "error", "method"),
    [
        ("identity", 0.7754440681, 0.1429499506, "gwet-ac1/identity"),
        ("linear", 0.8587391364, 0.1173290219, "gwet-ac2/linear"),
        ("quadratic", 0.9140007236, 0.1039622446, "gwet-ac2/quadratic"),
    ],
)
def test_gwet_is_the_published_one(
    weights: Weights, value: float, error: float, method: str
) -> None:
    """AC1, AC2 and their standard errors equal Gwet's on the 12 units (Handbook; irrCAC 0.4.4)."""
    patterns = reduce(from_table(TWELVE_UNITS, "ordinal"))
    estimate = gwet_ac(patterns, weights, ESTIMATE_ONLY)
    assert estimate.value == pytest.approx(value, abs=1e-7)
    assert estimate.standard_error == pytest.approx(error, abs=1e-7)
    assert estimate.method == method


def test_every_number_has_its_denominators() -> None:
    """Alpha leaves out the unit with one rating, AC keeps it, and both say so (Gwet 2014)."""
    found = agreement(from_table(TWELVE_UNITS), Resampling(replicates=50))
    assert found.percent.value == pytest.approx(0.8181818182, abs=1e-9)
    alpha, ac = found.alpha, found.ac
    assert (alpha.n_items, alpha.n_items_total, alpha.n_raters) == (11, 12, 4)
    assert (alpha.n_ratings, alpha.n_ratings_total) == (40, 41)
    assert (ac.n_items, ac.n_ratings) == (12, 41)


def test_prevalence_makes_kappa_like_numbers_fall_where_ac_stays() -> None:
    """On [[118, 5], [2, 0]] agreement is .944, alpha -.025, AC1 .941 (Gwet 2002, the paradox)."""
    found = agreement(two_raters([[118, 5], [2, 0]]), ESTIMATE_ONLY)
    assert found.percent.value == pytest.approx(0.944, abs=1e-9)
    assert found.alpha.value == pytest.approx(-0.02469135802, abs=1e-9)
    assert found.ac.value == pytest.approx(0.9407763376, abs=1e-9)


def test_constant_ratings_have_no_chance_corrected_agreement() -> None:
    """Where all ratings are equal, alpha and AC are 0/0 and undefined; raw agreement is 1."""
    found = agreement(two_raters([[30, 0], [0, 0]]))
    for estimate in (found.alpha, found.ac):
        assert (estimate.value, estimate.low, estimate.high) == (None, None, None)
        assert estimate.reason == "no_variation"
        assert estimate.n_items == 30
    assert found.percent.value == 1.0
    assert found.percent.cautions == ("zero_width_interval",)
    assert found.without_one.reason == "no_variation"


def test_a_scale_of_one_value_has_no_agreement() -> None:
    """With one value to give, nothing can vary."""
    found = agreement(ratings([0, 0], [0, 1], [0, 0], AnswerScale("ordinal", 1)))
    assert found.alpha.reason == found.ac.reason == "no_variation"


def test_one_rating_an_item_has_nothing_to_compare() -> None:
    """Without an item rated twice every coefficient is undefined, and the ratings are counted."""
    found = agreement(ratings([0, 1, 2], [0, 1, 0], [0, 1, 1], AnswerScale("nominal", 2)))
    for estimate in (found.alpha, found.ac, found.percent):
        assert (estimate.value, estimate.reason) == (None, "no_pairable_values")
        assert estimate.n_ratings_total == 3
    assert found.without_one.reason == "no_pairable_values"


@pytest.mark.parametrize("clusters", [None, [0, 0, 1]])
def test_nothing_judged_is_not_zero(clusters: list[int] | None) -> None:
    """Without a rating every number is undefined, with the items still counted."""
    found = agreement(ratings([], [], [], AnswerScale("nominal", 2), n_items=3, clusters=clusters))
    for estimate in (found.alpha, found.ac, found.percent):
        assert (estimate.value, estimate.reason) == (None, "no_ratings")
        assert (estimate.n_items, estimate.n_items_total) == (0, 3)
    assert found.without_one.reason == "no_ratings"


def test_one_item_has_a_value_but_no_interval() -> None:
    """An interval needs two items to draw from; by hand, alpha of {0, 1} alone is 0."""
    found = agreement(ratings([0, 0], [0, 1], [0, 1], AnswerScale("nominal", 2)))
    assert found.alpha.value == 0.0
    assert (found.alpha.low, found.alpha.high) == (None, None)
    assert found.alpha.reason == "too_few_blocks"


def test_one_cluster_has_a_value_but_no_interval() -> None:
    """Items of one prompt family say nothing about other families."""
    given = from_table(TWELVE_UNITS)
    one = ratings(given.items, given.raters, given.values, given.scale, clusters=[0] * 12)
    estimate = krippendorff_alpha(reduce(one), Resampling())
    assert estimate.value == pytest.approx(0.7434210526, abs=1e-9)
    assert (estimate.low, estimate.reason, estimate.n_clusters) == (None, "too_few_blocks", 1)


def test_perfect_agreement_is_one_with_a_caution() -> None:
    """Where nobody disagrees the bootstrap cannot either, and the estimate says so."""
    estimate = agreement(two_raters([[40, 0], [0, 40]])).alpha
    assert (estimate.value, estimate.low, estimate.high) == (1.0, 1.0, 1.0)
    assert estimate.cautions == ("zero_width_interval",)


def test_an_interval_on_a_single_disagreement_is_refused() -> None:
    """With one disagreement in 200 items a third of the replicates are 0/0; AC1 has an interval."""
    found = agreement(two_raters([[199, 1], [0, 0]]))
    assert found.alpha.value == pytest.approx(0.0, abs=1e-12)
    assert (found.alpha.low, found.alpha.reason) == (None, "unstable_replicates")
    assert found.alpha.replicates_undefined > 0.3 * found.alpha.replicates
    assert found.ac.low is not None
    assert found.ac.low < 1.0


def test_a_few_undefined_replicates_are_counted() -> None:
    """Replicates that are 0/0 are left out of the interval and reported."""
    estimate = agreement(two_raters([[96, 2], [2, 0]])).alpha
    assert 0 < estimate.replicates_undefined < 0.025 * estimate.replicates
    assert estimate.cautions == ("undefined_replicates",)


def test_a_repeated_rating_is_the_callers_decision() -> None:
    """Two ratings of one rater on one item are refused with the choice that has to be made."""
    with pytest.raises(InputError, match="which occasion counts") as caught:
        ratings([0, 0, 1], [3, 3, 3], [0, 1, 1], AnswerScale("nominal", 2))
    assert caught.value.code == "duplicate-rating"


@pytest.mark.parametrize(
    ("items", "raters", "values", "clusters", "code"),
    [
        ([0, 1], [0], [0, 1], None, "unequal-lengths"),
        ([0, 1], [0, 1], [0, 1], [0], "unequal-lengths"),
        ([0, 1], [0, 1], [0, 2], None, "code-out-of-range"),
        ([0, 1], [0, 1], [0, -1], None, "code-out-of-range"),
        ([0, 2], [0, 1], [0, 1], None, "code-out-of-range"),
        ([0, 1], [0, 1], [0.0, 1.0], None, "not-codes"),
    ],
)
def test_codes_that_mean_nothing_are_refused(
    items: list[int], raters: list[int], values: list[int], clusters: list[int] | None, code: str
) -> None:
    """Wrong lengths, codes outside the scale and numbers that are no codes are each named."""
    with pytest.raises(InputError) as caught:
        ratings(items, raters, values, AnswerScale("nominal", 2), n_items=2, clusters=clusters)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("kind", "n_values", "numbers"),
    [
        ("nominal", 0, ()),
        ("nominal", 2, (0.0, 1.0)),
        ("interval", 2, ()),
        ("interval", 2, (1.0, 1.0)),
        ("interval", 2, (0.0, float("nan"))),
    ],
)
def test_an_impossible_scale_is_refused(
    kind: ScaleKind, n_values: int, numbers: tuple[float, ...]
) -> None:
    """A scale has values, and an interval scale one finite rising number each."""
    with pytest.raises(UsageError, match="scale"):
        AnswerScale(kind, n_values, numbers)


def test_categories_have_no_distance() -> None:
    """Weighted AC2 is refused on a nominal scale."""
    with pytest.raises(UsageError, match="quadratic weights"):
        gwet_ac(reduce(from_table(TWELVE_UNITS)), "quadratic", ESTIMATE_ONLY)


def test_the_range_without_one_rater_names_the_raters() -> None:
    """By hand: without the odd third rater alpha is 1, without either of the others it is 1/8."""
    table: Table = [[1, 1, 2, 2], [1, 1, 2, 2], [1, 2, 1, 2]]
    given = from_table(table, n_values=2)
    found = alpha_without_one_rater(given, reduce(given))
    assert (found.high, found.high_without) == (1.0, 2)
    assert found.low == pytest.approx(1 - 7 * 2 / 16)
    assert found.n_raters == 3


def test_the_range_says_when_it_was_skipped() -> None:
    """With more raters than asked for there is no range, and the reason says so."""
    given = from_table(TWELVE_UNITS)
    found = alpha_without_one_rater(given, reduce(given), max_raters=3)
    assert (found.low, found.high, found.reason) == (None, None, "too_many_raters")
    assert found.n_raters == 4


@pytest.mark.parametrize(
    ("count", "trials", "low", "high"),
    [
        (81, 263, 0.2552885199, 0.366209577),
        (0, 20, 0.0, 0.1611251581),
        (1, 29, 0.006113214293, 0.1717552188),
    ],
)
def test_wilson_is_the_published_one(count: int, trials: int, low: float, high: float) -> None:
    """The interval of a rate equals Newcombe 1998, Statistics in Medicine 17:857, Table I."""
    found = rate(count, trials)
    assert found.value == count / trials
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_a_rate_over_nothing_is_undefined() -> None:
    """Nothing out of nothing is no rate."""
    found = rate(0, 0)
    assert (found.value, found.low, found.high, found.reason) == (None, None, None, "no_trials")


@pytest.mark.parametrize(("count", "trials", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_an_impossible_rate_is_refused(count: int, trials: int, level: float) -> None:
    """More hits than trials, fewer than none, or certainty are refused."""
    with pytest.raises(UsageError):
        rate(count, trials, level=level)


def test_abstaining_is_measured_beside_judging() -> None:
    """By hand: 3 of 8 answers abstain, on items (yes, yes), (yes, no), (no, no), (no, no)."""
    flags = np.array([True, True, True, False, False, False, False, False])
    found = abstention(np.repeat(np.arange(4), 2), np.tile([0, 1], 4), flags)
    assert (found.rate.count, found.rate.trials) == (3, 8)
    assert found.agreement.alpha.value == pytest.approx(1 - 7 * 1 / 15)


def test_percent_agreement_weighs_items_equally() -> None:
    """By hand: items {0,0,0,1} (pairs agreeing: 3 of 6) and {1,1} (1 of 1) average to .75."""
    given = ratings(
        [0, 0, 0, 0, 1, 1], [0, 1, 2, 3, 0, 1], [0, 0, 0, 1, 1, 1], AnswerScale("nominal", 2)
    )
    assert percent_agreement(reduce(given), ESTIMATE_ONLY).value == pytest.approx(0.75)
