"""Known answers for Firth's penalised logit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.shortcuts.firth import fit_firth, profile_interval


def table(a: int, b: int, c: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a 2 x 2 table: a of a + b without the factor succeed, c of c + d with it."""
    factor = np.array([0.0] * (a + b) + [1.0] * (c + d))
    outcome = np.array([1.0] * a + [0.0] * b + [1.0] * c + [0.0] * d)
    return np.column_stack([np.ones(len(factor)), factor]), outcome


counts = st.integers(0, 12)


@given(counts, counts, counts, counts)
def test_a_saturated_table_gets_one_half_in_each_cell(a: int, b: int, c: int, d: int) -> None:
    """In a 2 x 2 table Firth's estimate is the log odds with 1/2 added to each cell.

    Source: Firth 1993, Biometrika 80, section 3.4 (as in Haldane 1956); empty cells included.
    """
    if a + b == 0 or c + d == 0:
        return
    columns, outcome = table(a, b, c, d)
    found = fit_firth(columns, outcome)
    base = math.log((a + 0.5) / (b + 0.5))
    with_factor = math.log((c + 0.5) / (d + 0.5))
    assert found.settled
    assert found.coefficients == pytest.approx([base, with_factor - base], abs=1e-5)
    errors = math.sqrt(sum(1 / ((a + b) * p * (1 - p)) for p in [(a + 0.5) / (a + b + 1)]))
    assert found.errors[0] == pytest.approx(errors, abs=1e-5)


def test_one_column_without_an_intercept_is_a_share_with_one_half_added() -> None:
    """30 of 40 pairs won by the one with more: log odds of 30.5 to 10.5, whatever stands first."""
    signs = np.array([1.0, -1.0] * 20)
    wins = np.array([1.0] * 30 + [0.0] * 10)
    outcome = np.where(signs > 0, wins, 1 - wins)
    found = fit_firth(signs[:, None], outcome)
    assert found.coefficients[0] == pytest.approx(math.log(30.5 / 10.5), abs=1e-6)
    turned = fit_firth(-signs[:, None], 1 - outcome)
    assert turned.coefficients[0] == pytest.approx(found.coefficients[0], abs=1e-9)


def test_separated_data_have_finite_estimates_and_a_bound() -> None:
    """20 of 20 against 0 of 20: the odds ratio is (20.5 / .5) squared, and its lower end is far up.

    The end is where the penalised likelihood, maximised over the intercept, falls by 1.92; it is
    found here on a grid, beside the search that the code makes.
    """
    columns, outcome = table(0, 20, 20, 0)
    found = fit_firth(columns, outcome)
    assert found.coefficients[1] == pytest.approx(2 * math.log(41), abs=1e-5)
    low, high = profile_interval(columns, outcome, found, 1, 1.959964)
    grid = np.arange(3.0, 7.0, 0.01)
    inside = [
        value
        for value in grid
        if 2
        * (
            found.penalised
            - fit_firth(columns, outcome, start=np.array([0.0, value]), fixed=1).penalised
        )
        <= 1.959964**2
    ]
    assert low == pytest.approx(min(inside), abs=0.011)
    assert high > found.coefficients[1]


def test_a_profile_interval_is_walds_where_there_are_many_rows() -> None:
    """With 4,000 rows the two intervals agree to two digits."""
    draw = np.random.default_rng(3)
    x = draw.choice([-1.0, 1.0], 4000)
    outcome = (draw.random(4000) < 1 / (1 + np.exp(-0.3 * x))).astype(float)
    found = fit_firth(x[:, None], outcome)
    low, high = profile_interval(x[:, None], outcome, found, 0, 1.959964)
    wald = found.coefficients[0] + np.array([-1, 1]) * 1.959964 * found.errors[0]
    assert (low, high) == pytest.approx(tuple(wald), abs=2e-3)
