"""Assertions over an environment's state, as JSON before and after: declared, never evaluated."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from assay.core.errors import InputError
from assay.records.fields import Pointer
from assay.verification.json_value import (
    ABSENT,
    differences,
    is_number,
    parts,
    same,
    show,
    value_at,
)

MAX_ASSERTIONS = 500
"""Assertions of one verification."""

Op = Literal[
    "equals",
    "differs_from_before",
    "unchanged",
    "exists",
    "absent",
    "contains",
    "at_least",
    "at_most",
    "length",
    "only_changed",
]
"""What an assertion says of the place."""

_WITH_VALUE = frozenset(["equals", "contains", "at_least", "at_most", "length", "only_changed"])
_WITH_BEFORE = frozenset(["differs_from_before", "unchanged", "only_changed"])


class Assertion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that must hold of a state."""

    op: Op
    """The condition: see `assertion_fault`."""
    path: Pointer = ""
    """The place, as an RFC 6901 JSON pointer into the state; empty for the whole."""
    value: Any = ABSENT
    """What the place is compared with, where `op` compares."""

    @property
    def needs_before(self) -> bool:
        """Whether it is about the state before."""
        return self.op in _WITH_BEFORE


Assertions = Annotated[list[Assertion], msgspec.Meta(min_length=1, max_length=MAX_ASSERTIONS)]
"""Assertions as they are declared; all of them must hold."""


def refuse_bad_assertion(assertion: Assertion) -> None:
    """Refuse an assertion that says too little, too much, or nothing that can be compared.

    Raises:
        InputError: naming the assertion.
    """
    op, value = assertion.op, assertion.value
    parts(assertion.path)
    if (value is not ABSENT) != (op in _WITH_VALUE):
        need = "needs a value" if op in _WITH_VALUE else "takes no value"
        raise _bad(assertion, need)
    if op in {"at_least", "at_most"} and not is_number(value):
        raise _bad(assertion, "needs a number")
    if op == "length" and not (is_number(value) and value >= 0 and value == int(value)):
        raise _bad(assertion, "needs a whole number from 0")
    if op == "only_changed":
        if not isinstance(value, list) or not all(isinstance(pointer, str) for pointer in value):
            raise _bad(assertion, "needs a list of JSON pointers")
        for pointer in value:
            parts(pointer)


def assertion_fault(assertion: Assertion, before: Any, after: Any) -> str | None:
    """Why an assertion does not hold; None where it holds.

    At the place, `equals` wants the value; `exists` and `absent` something and nothing (null is
    something); `contains` a text, item or key of what is there; `at_least` and `at_most` a number
    within the bound; `length` so many characters, items or keys; `unchanged` and
    `differs_from_before` the state before, where nothing to nothing is unchanged. `only_changed`
    wants every difference to be at one of the pointers of its value, from the place on, or below:
    where an object came or went, that object's own pointer must be named, or one above it.

    Args:
        assertion: one that `refuse_bad_assertion` lets pass.
        before: the state before; `ABSENT` where there is none.
        after: the state after.
    """
    was, now = value_at(before, assertion.path), value_at(after, assertion.path)
    if assertion.op in {"unchanged", "only_changed"}:
        allowed = assertion.value if assertion.op == "only_changed" else []
        return _first_elsewhere(assertion.path, was, now, allowed)
    if _holds(assertion.op, assertion.value, was, now):
        return None
    expectation = _expectation(assertion, was)
    return f"at {_place(assertion.path)}: expected {expectation}, found {show(now)}"


def state_fault(expected: Any, actual: Any) -> tuple[str, int] | None:
    """The first place where a state is not the expected one, in words, and how many there are."""
    places = list(differences(expected, actual))
    if not places:
        return None
    first = places[0]
    expected_value, stands = value_at(expected, first), value_at(actual, first)
    return f"at {_place(first)}: expected {show(expected_value)}, found {show(stands)}", len(places)


def _holds(op: Op, value: Any, was: Any, now: Any) -> bool:
    if op in {"exists", "absent"}:
        return (now is ABSENT) == (op == "absent")
    if op == "differs_from_before":
        return not _same(was, now)
    if op in {"at_least", "at_most"}:
        return is_number(now) and bool(now >= value if op == "at_least" else now <= value)
    if op == "length":
        return isinstance(now, str | list | dict) and len(now) == value
    return _contains(now, value) if op == "contains" else _same(value, now)


def _same(one: Any, other: Any) -> bool:
    # Nothing is the same as nothing alone; null is something.
    if one is ABSENT or other is ABSENT:
        return one is other
    return same(one, other)


def _contains(container: Any, value: Any) -> bool:
    if isinstance(container, list):
        return any(same(item, value) for item in container)
    return isinstance(container, str | dict) and isinstance(value, str) and value in container


def _first_elsewhere(path: Pointer, was: Any, now: Any, pointers: list[str]) -> str | None:
    """The first difference that is at none of some pointers, nor below one."""
    # Part by part, since as texts `/items` is also the beginning of `/items2`.
    allowed = [parts(pointer) for pointer in pointers]
    for place in _changes(was, now):
        at = parts(place)
        if any(at[: len(prefix)] == prefix for prefix in allowed):
            continue
        old, new = value_at(was, place), value_at(now, place)
        return f"at {_place(path + place)}: expected {show(old)} as before, found {show(new)}"
    return None


def _changes(was: Any, now: Any) -> Iterator[str]:
    if was is ABSENT or now is ABSENT:
        return iter(() if was is now else ("",))
    return differences(was, now)


def _expectation(assertion: Assertion, was: Any) -> str:
    if assertion.op == "differs_from_before":
        return f"another value than {show(was)}"
    if assertion.value is ABSENT:
        return "something" if assertion.op == "exists" else "nothing"
    op = "" if assertion.op == "equals" else f"{assertion.op.replace('_', ' ')} "
    return f"{op}{show(assertion.value)}"


def _place(pointer: str) -> str:
    """A pointer as a reason shows it."""
    return show(pointer) if pointer else "the whole"


def _bad(assertion: Assertion, need: str) -> InputError:
    return InputError(
        code="bad-declaration",
        message=f"the assertion {assertion.op} at {_place(assertion.path)} {need}",
    )
