"""Known answers for sequential exams."""

from math import comb

import numpy as np
import pytest

from assay.review.sequential_test import (
    ExamPlan,
    lines,
    mean_items,
    pass_probability,
    plan_error,
    sit,
)


def test_the_lines_of_the_handbooks_sequential_plan() -> None:
    """Defects 1 against 10 in 100 with risks .05 and .10: x = -0.939 + 0.0397n and 1.205 + 0.0397n.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 6.2.6. Ours count right answers
    instead of defects, so the slope is the rest to 1, and accepting lies above.
    """
    found = lines(
        ExamPlan(unqualified=9000, qualified=9900, false_pass=1000, false_fail=500, most=500)
    )
    assert found.above == pytest.approx(0.9388616026, abs=1e-9)
    assert found.below == pytest.approx(1.205378646, abs=1e-9)
    assert 1 - found.slope == pytest.approx(0.03974743221, abs=1e-9)


def test_a_plan_whose_lines_are_out_of_reach_is_the_exact_binomial_test() -> None:
    """Ten items at 1/2 against 3/5 with an error of 1 in 100: pass at 10 of 10, with 1 in 1024.

    Neither line can be crossed in ten items, and 9 or more of 10 have probability 11/1024 > .01.
    """
    plan = ExamPlan(unqualified=5000, qualified=6000, false_pass=100, false_fail=100, most=10)
    error = plan_error(plan)
    assert error.pass_mark == 10
    assert error.false_pass == pytest.approx(1 / 1024, abs=1e-12)
    assert error.false_fail == pytest.approx(1 - 0.6**10, abs=1e-12)
    assert error.items_if_qualified == 10


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.62, 1.0])
def test_at_the_end_of_a_fixed_exam_stands_a_binomial_tail(share: float) -> None:
    """With an accepted error of 6 in 100, 8 of 10 pass: the operating characteristic is P(X >= 8)."""
    plan = ExamPlan(unqualified=5000, qualified=5100, false_pass=600, false_fail=600, most=10)
    tail = sum(comb(10, k) * share**k * (1 - share) ** (10 - k) for k in (8, 9, 10))
    assert plan_error(plan).pass_mark == 8
    assert pass_probability(plan, share) == pytest.approx(tail, abs=1e-12)


def test_a_walk_of_equal_steps_has_the_gamblers_ruin_as_its_closed_form() -> None:
    """At 1/3 against 2/3 the ratio steps by 2 or 1/2: Wald's bounds are met without overshoot.

    With risks of 1/33 the walk ends at 5 steps up or down; from p, the gambler passes with
    r^5 / (1 + r^5), r = p/q, after 5 (2P - 1) / (p - q) items (Feller 1968, XIV.2-3).
    """
    plan = ExamPlan(unqualified=3333, qualified=6667, false_pass=303, false_fail=303, most=1000)
    p = 0.6
    ruin = (p / (1 - p)) ** 5
    passes = ruin / (1 + ruin)
    assert pass_probability(plan, p) == pytest.approx(passes, abs=1e-9)
    assert mean_items(plan, p) == pytest.approx(5 * (2 * passes - 1) / (2 * p - 1), abs=1e-6)


def test_the_exact_figures_agree_with_a_simulation() -> None:
    """10,000 simulated exams pass as often, and take as long, as the exact computation says."""
    plan = ExamPlan(unqualified=7000, qualified=8500, false_pass=500, false_fail=1000, most=60)
    draw = np.random.default_rng(11)
    for share in (0.7, 0.8, 0.85):
        sittings = [sit(row.tolist(), plan) for row in draw.random((10_000, 60)) < share]
        passed = np.mean([each.decision == "passed" for each in sittings])
        items = np.array([each.trials for each in sittings])
        exact = pass_probability(plan, share)
        assert abs(passed - exact) < 4 * np.sqrt(exact * (1 - exact) / 10_000)
        assert abs(items.mean() - mean_items(plan, share)) < 4 * items.std() / np.sqrt(10_000)


def test_walds_bounds_on_the_errors_hold_for_a_long_exam() -> None:
    """An exam that hardly ever reaches its end errs within alpha/(1-beta) and beta/(1-alpha).

    Source: Wald 1947, section 3.2.
    """
    plan = ExamPlan(unqualified=8000, qualified=9000, false_pass=1000, false_fail=500, most=1000)
    error = plan_error(plan)
    assert error.false_pass <= 0.1 / 0.95
    assert error.false_fail <= 0.05 / 0.9
    # Wald 1947, section 3.5: without overshoot the mean number of items at a share is E(Z_n)/E(z).
    assert error.items_if_qualified > 54
    assert error.items_if_qualified < 60
