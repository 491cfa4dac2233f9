"""Acceptance: the result of each test of the contract; passed, failed, or undecided.

A test of an increase or decrease passes when the one-sided bound at the test's risk clears its
margin, and fails when the other bound shows that the margin is not reached. A test to hold passes
when a loss beyond the margin is ruled out, and fails when it is shown. All of a contract's tests
must pass, so no correction for their number is due (intersection-union test, Berger 1982).
"""

import math

import msgspec
import numpy as np

from assay.contracts.contract import AcceptanceTest, Contract
from assay.contracts.metrics import Worse
from assay.contracts.reach import RISK
from assay.contracts.rubric import Rubric
from assay.validation import metrics
from assay.validation.comparison import Arms, Pairs
from assay.validation.difference import Spread, bounds, detectable, spread_of
from assay.validation.validation import TestResult, TestState

PLACES = 4
"""Decimals of the figures that the fact keeps."""


def run_tests(
    arms: Arms, contract: Contract, rubric: Rubric | None, scope: str = ""
) -> tuple[TestResult, ...]:
    """Every acceptance test of the contract, in its order.

    Args:
        arms: the results of both checkpoints.
        contract: holds the tests.
        rubric: says which end of a dimension is the good one.
        scope: what the results apply to, in words; it ends each reason.
    """
    results = (_run(test, arms, rubric) for test in contract.acceptance_tests)
    if not scope:
        return tuple(results)
    return tuple(
        msgspec.structs.replace(result, reason=f"{result.reason}; {scope}") for result in results
    )


def _run(test: AcceptanceTest, arms: Arms, rubric: Rubric | None) -> TestResult:
    pairs = arms.pairs_of(test.metric, test.slice, test.dataset)
    if not pairs.before:
        return _result(test, "undecided", _unmeasured_reason(test, arms, pairs), None)
    changes = np.array(pairs.after) - np.array(pairs.before)
    is_rate = metrics.is_rate(test.metric, (*pairs.before, *pairs.after))
    spread = spread_of(changes, pairs.families, rate=is_rate)
    state, reason = _judge_test(test, spread, rubric)
    means = f"{_number(np.mean(pairs.before))} before, {_number(np.mean(pairs.after))} after; "
    return _result(test, state, means + reason + _left_out(pairs), spread)


def _unmeasured_reason(test: AcceptanceTest, arms: Arms, pairs: Pairs) -> str:
    names = ", ".join(arms.measured_metrics()) or "nothing"
    return (
        f"no item of the slice in the set {test.dataset!r} has {test.metric} from both "
        f"checkpoints; measured: {names}{_left_out(pairs)}"
    )


def _left_out(pairs: Pairs) -> str:
    if not pairs.left_out:
        return ""
    return f"; left out: {pairs.left_out} items that only one checkpoint has a value for"


def _judge_test(
    test: AcceptanceTest, spread: Spread, rubric: Rubric | None
) -> tuple[TestState, str]:
    risk, margin = test.risk or RISK, test.margin or 0.0
    interval = bounds(spread, risk)
    if interval is None:
        return "undecided", "one cluster, or no spread at all, gives no bound"
    low, high = interval
    if test.direction == "hold":
        return _judge_hold(test, spread, interval, metrics.worse(test.metric, rubric))
    least, most = (low, high) if test.direction == "increase" else (-high, -low)
    # With a margin of 0 the bound must still be above 0: no change is no increase.
    if least >= margin and least > 0:
        return "passed", f"the {test.direction} is at least {_number(least)}, margin {margin:g}"
    if most < margin or most <= 0:
        return "failed", f"the {test.direction} is at most {_number(most)}, margin {margin:g}"
    gain = spread.mean if test.direction == "increase" else -spread.mean
    return "undecided", (
        f"the {test.direction} lies between {_number(least)} and {_number(most)}, margin "
        f"{margin:g}{_more_needed(gain - margin, spread, risk)}"
    )


def _judge_hold(
    test: AcceptanceTest, spread: Spread, interval: tuple[float, float], worse: Worse
) -> tuple[TestState, str]:
    """Whether a loss beyond the margin is ruled out; either way counts where neither is worse."""
    (low, high), margin = interval, test.margin or 0.0
    losses = {
        "higher": (low, spread.mean, high),
        "lower": (-high, -spread.mean, -low),
        "either": (max(low, -high), abs(spread.mean), max(high, -low)),
    }
    least, loss, most = losses[worse]
    if most <= margin:
        return "passed", f"a loss above {_number(max(most, 0.0))} is ruled out, margin {margin:g}"
    if least > margin:
        return "failed", f"the loss is at least {_number(least)}, margin {margin:g}"
    more = _more_needed(margin - loss, spread, test.risk or RISK)
    return "undecided", f"a loss of {_number(most)} is not ruled out, margin {margin:g}{more}"


def _more_needed(beyond: float, spread: Spread, risk: float) -> str:
    """About how many items would show what the mean suggests."""
    # The interval narrows with the root of the items, so the number grows with the square of the
    # ratio.
    reach = detectable(spread, risk)
    if beyond <= 0 or not reach:
        return ""
    return f"; about {math.ceil(spread.items * (reach / beyond) ** 2)} items would decide it"


def _result(
    test: AcceptanceTest, state: TestState, reason: str, spread: Spread | None
) -> TestResult:
    risk = test.risk or RISK
    interval = bounds(spread, risk) if spread else None
    reach = detectable(spread, risk) if spread else None
    return TestResult(
        test=test.id,
        metric=test.metric,
        direction=test.direction,
        state=state,
        reason=reason,
        items=spread.items if spread else 0,
        clusters=spread.clusters if spread else 0,
        slice=dict(test.slice),
        difference=_number(spread.mean) if spread else None,
        low=_number(interval[0]) if interval else None,
        high=_number(interval[1]) if interval else None,
        detectable=None if reach is None else _number(reach),
    )


def _number(value: float | np.floating) -> str:
    # Rounding leaves "-0.0000" of a tiny loss, and facts hold one text for one number.
    text = f"{value:.{PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
