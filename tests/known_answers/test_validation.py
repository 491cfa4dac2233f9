"""Known answers for differences between checkpoints."""

import numpy as np
import pytest

from assay.validation.comparison import Arms, adjusted_p, claim_shares
from assay.validation.difference import (
    bounds,
    compare,
    detectable,
    level,
    p_value,
    spread_of,
    tango,
)
from assay.validation.evaluation import ClaimCounts, ItemResult


def test_tango_reproduces_the_published_interval() -> None:
    """Bentur's airway data: 1 and 7 discordant of 21 pairs give -0.517 to -0.026.

    Source: Fagerland, Lydersen, Laake 2014, Statistics in Medicine 33:2850-2875, table IV.
    """
    low, high = tango(1, 7, 21)
    assert low == pytest.approx(-0.517, abs=5e-4)
    assert high == pytest.approx(-0.026, abs=5e-4)


def test_no_significant_difference_is_not_no_regression() -> None:
    """3 gained and 6 lost of 60 leave a loss of more than 3 points open.

    Source: the guidance on non-inferiority of Tango 1998; McNemar's exact p is .51 here.
    """
    low, high = tango(3, 6, 60, risk=0.05)
    assert low < -0.03
    assert high > 0


def test_many_clusters_give_the_clustered_error_of_the_mean() -> None:
    """With 400 clusters CR2 differs from the library's CR1 by less than one part in a hundred."""
    from statsmodels.api import OLS

    draw = np.random.default_rng(4)
    families = [f"f{number // 3}" for number in range(1200)]
    noise = np.repeat(draw.normal(size=400), 3) + draw.normal(size=1200)
    fit = OLS(noise, np.ones(1200)).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(np.arange(400), 3)}
    )
    spread = spread_of(noise, families, rate=False)
    assert spread.error == pytest.approx(float(fit.bse[0]), rel=0.01)
    assert spread.mean == pytest.approx(float(fit.params[0]))


def test_equal_clusters_have_one_degree_of_freedom_less_than_clusters() -> None:
    """For balanced clusters Satterthwaite's degrees are G - 1, and the error is that of their means."""
    draw = np.random.default_rng(5)
    values = draw.normal(size=60)
    spread = spread_of(values, [str(number // 6) for number in range(60)], rate=False)
    means = values.reshape(10, 6).mean(axis=1)
    assert spread.degrees == pytest.approx(9)
    assert spread.error == pytest.approx(means.std(ddof=1) / np.sqrt(10))


def test_the_clustered_interval_covers_where_the_naive_one_does_not() -> None:
    """30 clusters of 10 correlated items: the naive 95 % interval covers about 68 %, this one 95 %.

    Source: simulation in the manner of Miller 2024, section 2.
    """
    draw = np.random.default_rng(6)
    families = [str(number // 10) for number in range(300)]
    covered = naive = 0
    runs = 400
    for _ in range(runs):
        values = np.repeat(draw.normal(size=30), 10) + 0.9 * draw.normal(size=300)
        found = bounds(spread_of(values, families, rate=False), 0.025)
        assert found is not None
        covered += found[0] <= 0 <= found[1]
        naive += abs(values.mean()) <= 1.96 * values.std(ddof=1) / np.sqrt(300)
    assert covered / runs > 0.92
    assert naive / runs < 0.8


def test_the_detectable_difference_falls_with_the_root_of_the_items() -> None:
    """At a discordance of .2 it is about 12.5 points for 100 items and 4 for 1000.

    Source: power of the paired difference (Connor 1987), 80 % at two-sided 5 %.
    """
    for items, expected in ((100, 0.125), (1000, 0.040)):
        changes = np.array(
            [1.0] * (items // 10) + [-1.0] * (items // 10) + [0.0] * (items * 8 // 10)
        )
        spread = spread_of(changes, [str(number) for number in range(items)], rate=True)
        assert detectable(spread) == pytest.approx(expected, rel=0.03)


def test_equal_differences_never_give_a_point() -> None:
    """Forty items that all stayed right leave a change of 9 points open; one cluster says nothing."""
    found = compare([1.0] * 40, [1.0] * 40, [str(n // 1) for n in range(40)], rate=True)
    assert found.difference == 0
    assert found.low is not None
    assert found.low < -0.05
    alone = compare([1.0] * 4, [0.0] * 4, ["one"] * 4, rate=True)
    assert alone.low is None
    assert "one cluster" in alone.method


def test_the_mid_p_of_single_pairs_is_the_published_one() -> None:
    """1 gained and 7 lost of 21 give a mid-p of .0390625; nothing discordant gives 1.

    Source: Fagerland, Lydersen, Laake 2013, BMC Medical Research Methodology 13:91 (Bentur's
    airway data).
    """
    changes = np.array([1.0] + [-1.0] * 7 + [0.0] * 13)
    names = [str(number) for number in range(21)]
    assert p_value(spread_of(changes, names, rate=True)) == pytest.approx(0.0390625)
    assert p_value(spread_of(np.zeros(21), names, rate=True)) == 1


def test_two_safety_rates_have_their_own_wilson_intervals() -> None:
    """3 of 120 gives .0085 to .0709, and 14 of 200 gives .0422 to .1141.

    Source: Wilson 1927, as statsmodels 0.15 computes it.
    """
    for count, trials, low, high in (
        (3, 120, 0.00853817477, 0.07093003333),
        (14, 200, 0.04215217183, 0.1140548089),
    ):
        values = [1.0] * count + [0.0] * (trials - count)
        found = level(values, [str(number) for number in range(trials)], rate=True)
        assert found == pytest.approx((low, high), abs=1e-9)


def test_four_shares_of_claims_have_simultaneous_intervals() -> None:
    """140, 30, 10 and 20 of 200 claims.

    Source: Goodman 1965, Technometrics 7:247-254, as statsmodels 0.15 computes it.
    """
    claims = ClaimCounts(supported=140, unsupported=30, contradictory=10, unverifiable=20)
    one = [ItemResult(evaluation="evl_x", item="c", claims=claims)]
    shares = [each for each in claim_shares(Arms(one, one)) if each.arm == "base"]
    assert [each.share for each in shares] == [0.7, 0.15, 0.05, 0.1]
    expected = (
        (0.6140194947, 0.7738808602),
        (0.09758837629, 0.2235860027),
        (0.02333652323, 0.1038876783),
        (0.05853826385, 0.1656610264),
    )
    for each, ends in zip(shares, expected, strict=True):
        assert (each.low, each.high) == pytest.approx(ends, abs=1e-9)


def test_the_slices_are_corrected_as_benjamini_and_hochberg_did() -> None:
    """The fifteen p-values of their example: the four smallest stay at or below .05.

    Source: Benjamini and Hochberg 1995, JRSS B 57:289-300, section 3.2.
    """
    published = [
        .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
        .0459, .3240, .4262, .5719, .6528, .7590, 1.0,
    ]  # fmt: skip
    adjusted = adjusted_p([*published[:7], None, *published[7:]])
    assert adjusted.pop(7) is None
    assert sum(p is not None and p <= 0.05 for p in adjusted) == 4
    assert adjusted[0] == pytest.approx(0.0015)
    assert adjusted[3] == pytest.approx(0.035625)


def test_a_rare_change_is_not_bounded_by_its_own_small_error() -> None:
    """One of 60 families changed: the interval is at least as wide as 0 of 60 would be.

    Source: the exact bound for no event, 1 - risk^(1/60) (Clopper and Pearson 1934).
    """
    changes = np.array([0.5] + [0.0] * 119)
    families = [str(number // 2) for number in range(120)]
    found = bounds(spread_of(changes, families, rate=True), 0.025)
    assert found is not None
    assert found[1] - found[0] >= 2 * (1 - 0.025 ** (1 / 60))
    few = [0.01, 0.02, 0.03, 0.04]  # four families that all differ are not a rare change
    found = bounds(spread_of(np.array(few), list("abcd"), rate=True), 0.025)
    assert found is not None
    assert found[1] - found[0] < 0.1


def test_rare_changes_are_covered() -> None:
    """50 families of two runs each, of which about 3 change: 95 % intervals cover in 95 % or more.

    The plain clustered interval covers the loss in fewer.
    """
    draw = np.random.default_rng(8)
    families, truth, runs = [str(number // 2) for number in range(100)], 0.03, 300
    missed = plainly = 0
    for _ in range(runs):
        values = np.repeat((draw.random(50) < 0.06).astype(float), 2) * np.tile([0.0, 1.0], 50)
        spread = spread_of(values, families, rate=True)
        found = bounds(spread, 0.025)
        assert found is not None
        missed += not found[0] <= truth <= found[1]
        plainly += not abs(spread.mean - truth) <= 2.01 * spread.error
    assert missed / runs <= 0.05
    assert plainly > missed
