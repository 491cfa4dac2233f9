"""Known answers for differences between checkpoints."""

import numpy as np
import pytest
import statsmodels.api as sm

from assay.validation.difference import bounds, compare, detectable, spread_of, tango


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
    draw = np.random.default_rng(4)
    families = [f"f{number // 3}" for number in range(1200)]
    noise = np.repeat(draw.normal(size=400), 3) + draw.normal(size=1200)
    fit = sm.OLS(noise, np.ones(1200)).fit(
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
