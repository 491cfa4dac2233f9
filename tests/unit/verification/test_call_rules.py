"""Rules about tool calls: values, order and numbers, each fault at its step."""

import pytest

from assay.records.task import ToolCall
from assay.verification.call_rules import CallRules, order_faults, value_fault
from assay.verification.calls import MadeCall


def _made(*names: str) -> list[MadeCall]:
    return [
        MadeCall(ToolCall(name=name, arguments="{}"), step, 0, None)
        for step, name in enumerate(names)
    ]


def _faults(rules: CallRules, *names: str) -> list[tuple[str, int | None]]:
    return [(fault.verdict.reason, fault.step) for fault in order_faults(_made(*names), rules)]


def test_a_value_that_is_not_permitted_is_named() -> None:
    """An argument that is left out, or that no rule is about, is no fault."""
    rules = CallRules(permitted={"pay": {"currency": ["EUR", "CHF"]}})
    assert value_fault("pay", {"currency": "EUR", "sum": 3}, rules) is None
    assert value_fault("pay", {"sum": 3}, rules) is None
    assert value_fault("show", {"currency": "USD"}, rules) is None
    assert '"currency" is "USD"' in str(value_fault("pay", {"currency": "USD"}, rules))


@pytest.mark.parametrize(
    ("rules", "names", "faults"),
    [
        (CallRules(never=("drop",)), ("read", "drop"), [('"drop" must never be called', 1)]),
        (CallRules(required=("read",)), ("pay",), [('"read" is never called', None)]),
        (CallRules(required=("read",)), ("read",), []),
        (CallRules(before=(("login", "pay"),)), ("login", "pay", "pay"), []),
        (
            CallRules(before=(("login", "pay"),)),
            ("pay", "login", "pay"),
            [('"pay" is called before "login"', 0)],
        ),
        (CallRules(at_most={"pay": 2}), ("pay", "pay"), []),
        (
            CallRules(at_most={"pay": 1}),
            ("pay", "read", "pay", "pay"),
            [('"pay" is called more than 1 times', 2)],
        ),
        (CallRules(at_most={"pay": 0}), ("pay",), [('"pay" is called more than 0 times', 0)]),
    ],
)
def test_a_series_of_calls_is_checked(
    rules: CallRules, names: tuple[str, ...], faults: list[tuple[str, int | None]]
) -> None:
    """What is too many is told once, at the first call too many."""
    assert _faults(rules, *names) == faults
