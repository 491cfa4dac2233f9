"""Acceptance: what each test of the contract came to; passed, failed, or undecided.

A test of an increase or decrease passes when the one-sided bound at the test's risk clears its
margin, and fails when the other bound shows that the margin is not reached. A test to hold passes
when a loss beyond the margin is ruled out, and fails when it is shown. All of a contract's tests
must pass, so no correction for their number is due (intersection-union test, Berger 1982).
"""

import math

import numpy as np

from assay.contracts.contract import AcceptanceTest, Contract
from assay.contracts.rubric import Rubric
from assay.validation import metrics
from assay.validation.comparison import Arms
from assay.validation.difference import Spread, bounds, detectable, spread_of
from assay.validation.validation import TestResult, TestState

RISK = 0.05
"""Accepted probability of a pass by chance, where the test states none (a convention)."""

PLACES = 4
"""Decimals of the figures that the fact keeps."""


def run_tests(arms: Arms, contract: Contract, rubric: Rubric | None) -> tuple[TestResult, ...]:
    """Every acceptance test of the contract, in its order."""
    return tuple(_run(test, arms, rubric) for test in contract.acceptance_tests)


def _run(test: AcceptanceTest, arms: Arms, rubric: Rubric | None) -> TestResult:
    before, after, families = arms.paired(test.metric, test.slice)
    if not before:
        given = [each for item in arms.base.values() for each in item]
        known = ", ".join(metrics.measured(given)) or "nothing"
        reason = f"no item of the slice has {test.metric} from both checkpoints; measured: {known}"
        return _result(test, "undecided", reason, None, items=0)
    changes = np.array(after) - np.array(before)
    is_rate = metrics.is_rate(test.metric, (*before, *after))
    spread = spread_of(changes, families, rate=is_rate)
    state, reason = _judged(test, spread, rubric, len(before))
    means = f"{_number(np.mean(before))} before, {_number(np.mean(after))} after; "
    return _result(test, state, means + reason, spread, items=len(before))


def _judged(
    test: AcceptanceTest, spread: Spread, rubric: Rubric | None, items: int
) -> tuple[TestState, str]:
    risk, margin = test.risk or RISK, test.margin or 0.0
    found = bounds(spread, risk)
    if found is None:
        return "undecided", "one cluster, or no spread at all, gives no bound"
    low, high = found
    if test.direction == "hold":
        return _held(test, low, high, metrics.worse(test.metric, rubric), margin)
    least, most = (low, high) if test.direction == "increase" else (-high, -low)
    if least >= margin and least > 0:
        return "passed", f"the {test.direction} is at least {_number(least)}, margin {margin:g}"
    if most < margin or most <= 0:
        return "failed", f"the {test.direction} is at most {_number(most)}, margin {margin:g}"
    gain = spread.mean if test.direction == "increase" else -spread.mean
    return "undecided", (
        f"the {test.direction} lies between {_number(least)} and {_number(most)}, margin "
        f"{margin:g}{_more_needed(gain - margin, spread, risk, items)}"
    )


def _held(
    test: AcceptanceTest, low: float, high: float, worse: metrics.Worse, margin: float
) -> tuple[TestState, str]:
    """Whether a loss beyond the margin is ruled out; either way counts where neither is worse."""
    losses = {"higher": (low, high), "lower": (-high, -low)}
    least, most = losses.get(worse, (max(low, -high), max(high, -low)))
    if most <= margin:
        return "passed", f"a loss above {_number(max(most, 0.0))} is ruled out, margin {margin:g}"
    if least > margin:
        return "failed", f"the loss is at least {_number(least)}, margin {margin:g}"
    return "undecided", f"a loss of {_number(most)} is not ruled out, margin {test.margin or 0:g}"


def _more_needed(beyond: float, spread: Spread, risk: float, items: int) -> str:
    """About how many items would show what the mean suggests."""
    reach = detectable(spread, risk)
    if beyond <= 0 or not reach:
        return ""
    return f"; about {math.ceil(items * (reach / beyond) ** 2)} items would decide it"


def _result(
    test: AcceptanceTest, state: TestState, reason: str, spread: Spread | None, *, items: int
) -> TestResult:
    risk = test.risk or RISK
    found = bounds(spread, risk) if spread else None
    reach = detectable(spread, risk) if spread else None
    return TestResult(
        test=test.id,
        metric=test.metric,
        direction=test.direction,
        state=state,
        reason=reason,
        items=items,
        clusters=spread.clusters if spread else 0,
        slice=dict(test.slice),
        difference=_number(spread.mean) if spread else None,
        low=_number(found[0]) if found else None,
        high=_number(found[1]) if found else None,
        detectable=None if reach is None else _number(reach),
    )


def _number(value: float | np.floating) -> str:
    text = f"{value:.{PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
