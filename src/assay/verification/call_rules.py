"""Rules about tool calls that a record or a rubric declares: values, order, numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from assay.records.fields import Index
from assay.verification.calls import MadeCall
from assay.verification.json_value import same, show
from assay.verification.verification import Fail, Timeout, Uncarried, VerifierError


class CallRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is declared about calls beyond schemas and permissions, as JSON text gives it."""

    permitted: dict[str, dict[str, list[Any]]] = {}
    """Tool -> argument -> values that it may have; an argument that is left out is not a fault."""
    before: tuple[tuple[str, str], ...] = ()
    """Pairs of tools: no call of the second without a call of the first before it."""
    at_most: dict[str, Index] = {}
    """Tool -> how many calls of it there may be."""
    never: tuple[str, ...] = ()
    """Tools that are not called."""
    required: tuple[str, ...] = ()
    """Tools that are called at least once."""


class CallFault(NamedTuple):
    """One thing that is wrong with the calls (`fail`), or that cannot be determined (`error`, `timeout`)."""

    verdict: Fail | Uncarried | VerifierError | Timeout
    """Which of the two, and why."""
    step: int | None
    """The step of work where it is; None for a message, or where it is in no one call."""


def value_fault(name: str, arguments: dict[str, Any], rules: CallRules) -> str | None:
    """The first argument of a call whose value is not permitted; None where all are."""
    for argument, values in rules.permitted.get(name, {}).items():
        if argument in arguments and not any(same(arguments[argument], value) for value in values):
            return (
                f"{show(name)}: the argument {show(argument)} is {show(arguments[argument])}, "
                f"permitted: {show(values)}"
            )
    return None


def order_faults(made: Sequence[MadeCall], rules: CallRules) -> Iterator[CallFault]:
    """What is wrong with the calls as a series."""
    never, needs = set(rules.never), _needs(rules)
    count: Counter[str] = Counter()
    for made_call in made:
        name = made_call.call.name
        if name in never:
            yield _fault(f"{show(name)} must never be called", made_call.step)
        for first in needs.get(name, ()):
            if not count[first]:
                yield _fault(f"{show(name)} is called before {show(first)}", made_call.step)
        count[name] += 1
        # Reported once, at the first call too many.
        if count[name] == rules.at_most.get(name, len(made)) + 1:
            reason = f"{show(name)} is called more than {rules.at_most[name]} times"
            yield _fault(reason, made_call.step)
    for name in rules.required:
        if not count[name]:
            yield _fault(f"{show(name)} is never called", None)


def _needs(rules: CallRules) -> dict[str, list[str]]:
    needs: dict[str, list[str]] = {}
    for first, then in rules.before:
        needs.setdefault(then, []).append(first)
    return needs


def _fault(reason: str, step: int | None) -> CallFault:
    return CallFault(Fail(reason=reason), step)
