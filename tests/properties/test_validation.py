"""Properties of comparisons: they are symmetric, never a point, and blind to the order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.contract import AcceptanceTest
from assay.validation.acceptance import run_tests
from assay.validation.comparison import Arms
from assay.validation.difference import bounds, compare, spread_of, tango
from assay.validation.evaluation import ItemResult
from simulators.small_program import contract

SHARES = st.sampled_from([0.0, 0.25, 0.5, 1.0])
ITEMS = st.lists(st.tuples(SHARES, SHARES, st.integers(0, 30)), min_size=2, max_size=60)
BINARY = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60)


@given(ITEMS)
def test_swapped_arms_turn_the_difference_round(items: list[tuple[float, float, int]]) -> None:
    """Candidate against base is base against candidate with the other sign."""
    before, after, families = zip(*items, strict=True)
    names = [str(each) for each in families]
    there = compare(before, after, names, rate=True)
    back = compare(after, before, names, rate=True)
    assert there.difference == pytest.approx(-(back.difference or 0.0))
    assert (there.low is None) == (back.high is None)
    if there.low is not None and back.high is not None:
        assert there.low == pytest.approx(-back.high, abs=1e-9)
    assert there.p == pytest.approx(back.p) if there.p is not None else back.p is None


@given(ITEMS)
def test_an_interval_of_a_rate_holds_its_difference_and_is_never_a_point(
    items: list[tuple[float, float, int]],
) -> None:
    """Two clusters or more give an interval between -1 and 1; the smallest detectable is above 0."""
    before, after, families = zip(*items, strict=True)
    found = compare(before, after, [str(each) for each in families], rate=True)
    if found.clusters == 1:
        assert found.method == "undefined: one cluster"
        return
    assert found.difference is not None
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.difference + 1e-9
    assert found.difference - 1e-9 <= found.high <= 1
    assert found.high - found.low > 1e-6
    assert found.detectable is not None
    assert found.detectable > 0
    assert found.before_low is not None
    assert found.before_high is not None
    assert 0 <= found.before_low < found.before_high <= 1


@given(ITEMS, st.floats(0.001, 0.2), st.floats(1.1, 2))
def test_more_risk_never_gives_a_wider_interval(
    items: list[tuple[float, float, int]], risk: float, more: float
) -> None:
    """A bound at a larger risk lies within the bound at a smaller one."""
    before, after, families = zip(*items, strict=True)
    spread = spread_of(
        np.array(after) - np.array(before), [str(each) for each in families], rate=True
    )
    wide, narrow = bounds(spread, risk), bounds(spread, risk * more)
    assert (wide is None) == (narrow is None)
    if wide and narrow:
        assert wide[0] <= narrow[0] + 1e-9
        assert narrow[1] <= wide[1] + 1e-9


@given(st.integers(1, 300), st.data())
def test_any_table_of_single_pairs_has_an_interval(pairs: int, data: st.DataObject) -> None:
    """Tango's interval holds the difference, is never a point, and turns round with the arms."""
    gained = data.draw(st.integers(0, pairs))
    lost = data.draw(st.integers(0, pairs - gained))
    low, high = tango(gained, lost, pairs)
    centre = (gained - lost) / pairs
    assert -1 <= low <= centre <= high <= 1
    assert high - low > 1e-6
    turned = tango(lost, gained, pairs)
    assert (low, high) == pytest.approx((-turned[1], -turned[0]), abs=1e-6)


@given(BINARY, st.randoms(use_true_random=False))
def test_the_order_of_results_changes_nothing(pairs: list[tuple[bool, bool]], draw: object) -> None:
    """Every test comes to the same, in the same words, whatever the order of the rows."""
    tests = [
        {"id": "t", "metric": "error_rate", "direction": "decrease", "margin": 0.1},
        {"id": "h", "metric": "accuracy", "direction": "hold", "margin": 0.1},
    ]
    asked = contract(acceptance_tests=tests)
    assert isinstance(asked.acceptance_tests[0], AcceptanceTest)
    arms = [
        [
            ItemResult(
                evaluation=f"evl_{arm}",
                item=f"i{number}",
                family=f"f{number // 3}",
                measures={"correct": str(int(pair[arm]))},
            )
            for number, pair in enumerate(pairs)
        ]
        for arm in (0, 1)
    ]
    sets = {"evl_0": "reserve", "evl_1": "reserve"}
    first = run_tests(Arms(arms[0], arms[1], sets), asked, None)
    for arm in arms:
        draw.shuffle(arm)  # type: ignore[attr-defined]
    assert run_tests(Arms(arms[0], arms[1], sets), asked, None) == first
