"""The registry of metrics, and the smallest changes that a reserve can show."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts import reach
from assay.contracts.metrics import NAMED, describe_metric, failure_class, nearest_metric
from assay.contracts.rubric import Dimension, Rubric
from assay.validation import metrics as computed

RUBRIC = Rubric(
    apiVersion="assay/v1", kind="rubric", id="r", version="1.0.0", status="draft", title="r",
    dimensions=(
        Dimension(id="harm", question="?", scale="0..2", better="lower", judged_by="expert"),
        Dimension(id="fit", question="?", scale="1..5", judged_by="expert"),
        Dimension(id="tone", question="?", scale=("curt", "warm"), judged_by="expert"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "low", "high", "worse"),
    [
        ("error_rate", 0, 1, "higher"),
        ("accuracy", 0, 1, "lower"),
        ("failure_rate", 0, 1, "higher"),
        ("failure_rate:wrong_sum", 0, 1, "higher"),
        ("unverifiable_claim_rate", 0, 1, "either"),
        ("mean_fit", 1, 5, "lower"),
        ("fit", 1, 5, "lower"),
        ("mean_harm", 0, 2, "higher"),
        ("mean_tone", None, None, "either"),
        ("hidden_pass_rate", 0, 1, "either"),
        ("mean_words", None, None, "either"),
        ("calls_per_hundred", None, None, "either"),
    ],
)
def test_range_and_direction_follow_from_the_name(
    name: str, low: float | None, high: float | None, worse: str
) -> None:
    """A metric's range and its bad direction come from the registry, the rubric or its ending."""
    metric = describe_metric(name, RUBRIC)
    assert (metric.low, metric.high, metric.worse) == (low, high, worse)


def test_validation_computes_each_named_metric() -> None:
    """The registry of the check and the metrics that validation computes are the same."""
    assert {*NAMED, "failure_rate"} == computed.TAKEN
    assert all(computed.worse(name, None) == worse for name, worse in NAMED.items())
    assert set(computed._COMPUTED) == set(NAMED)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("eror_rate", "error_rate"),
        ("Over-Refusal-Rate", "over_refusal_rate"),
        ("mean_fitt", "mean_fit"),
        ("failure-rate", "failure_rate"),
        ("error_rate", None),
        ("missed_interaction_rate", None),
        ("mean_words", None),
    ],
)
def test_a_slip_is_told_from_a_measure_of_ones_own(name: str, near: str | None) -> None:
    """A name that is nearly a known one has a nearest name; a name of one's own has none."""
    assert nearest_metric(name, ["fit", "harm"]) == near


def test_a_failure_class_is_read_from_a_name() -> None:
    """Only `failure_rate:CLASS` names a class."""
    assert failure_class("failure_rate:wrong_sum") == "wrong_sum"
    assert failure_class("failure_rate") is None
    assert failure_class("error_rate") is None


def test_the_rule_of_three() -> None:
    """Known answer: 0 of 100 leaves 3 % open at 95 % (Hanley and Lippman-Hand 1983: 3/n)."""
    assert reach.smallest_loss_excluded(100, 0.05) == pytest.approx(0.0295, abs=5e-5)
    assert reach.items_for_hold(0.01, 0.05) == 299
    assert reach.items_for_hold(0.02, 0.05) == 149


def test_the_smallest_gain() -> None:
    """Known answers at one-sided 5 % and power 80 %: (1.645 + 0.842)^2 = 6.183 over n + 6.183."""
    assert reach.smallest_gain(40, 0.05) == pytest.approx(6.1826 / 46.1826, rel=1e-4)
    assert reach.items_for_gain(0.05, 0.05) == 118
    assert reach.items_for_gain(0.1, 0.05) == 56


@given(st.floats(0.005, 0.5), st.floats(0.01, 0.2))
def test_items_and_change_are_inverse(margin: float, risk: float) -> None:
    """With as many items as are said to be needed the margin shows, with one fewer it does not."""
    for needed, smallest in (
        (reach.items_for_gain(margin, risk), reach.smallest_gain),
        (reach.items_for_hold(margin, risk), reach.smallest_loss_excluded),
    ):
        assert smallest(needed, risk) <= margin + 1e-9
        if needed > 1:
            assert smallest(needed - 1, risk) > margin - 1e-9


@given(st.integers(5, 400), st.floats(0.01, 0.2))
def test_a_loss_that_is_excluded_would_have_been_seen(items: int, risk: float) -> None:
    """At the excluded loss, no loss at all is seen with just the accepted probability."""
    loss = reach.smallest_loss_excluded(items, risk)
    unseen = comb(items, 0) * (1 - loss) ** items
    assert unseen == pytest.approx(risk)
