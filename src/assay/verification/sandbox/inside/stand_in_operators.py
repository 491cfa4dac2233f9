"""The operators of stand-ins: what the tests do with an object of the candidate, as questions to it.

What a function of the candidate gave is told no value by an operator that a plain value would have:
the candidate could answer so that every comparison holds (decisions 24 and 38).
"""

import opcode
from collections.abc import Callable, Generator
from typing import Any, NoReturn

from assay.verification.sandbox.inside import operations, wire
from assay.verification.sandbox.inside.candidate_class import (
    PLAIN,
    STATE,
    Role,
    State,
    attribute_of,
    is_stand_in,
    state_of,
)
from assay.verification.sandbox.inside.endings import EndingError

_NUMERIC = frozenset({
    "__bool__", "__int__", "__float__", "__complex__", "__index__", "__round__",
    "__abs__", "__trunc__", "__floor__", "__ceil__",
})  # fmt: skip
_NATIVE_OF_ERRORS = frozenset({"args", "with_traceback", "add_note"})


def _own_attribute(self: Any, name: str) -> Any:
    return attribute_of(state_of(self), name)


def _set(self: Any, name: str, value: Any) -> None:
    state_of(self).ask("__setattr__", name, value)


def _delete(self: Any, name: str) -> None:
    state_of(self).ask("__delattr__", name)


def _of_error(self: Any, name: str) -> Any:
    """An attribute of an error: its own ones are the candidate's, whatever Python's errors have."""
    if name.startswith("__") or name in _NATIVE_OF_ERRORS:
        return object.__getattribute__(self, name)
    return attribute_of(state_of(self), name)


def _unary(name: str) -> Callable[..., Any]:
    def operate(self: Any, *arguments: Any) -> Any:
        state = state_of(self)
        if state.role != "operated":
            return state.ask(name, *arguments)
        if name in _NUMERIC:
            state.refuse(f"be asked for {name} after it was computed with a value")
        return state.ask(name, *arguments, role="operated")

    return operate


def _truth(self: Any) -> bool:
    state = state_of(self)
    if state.role == "operated":
        state.refuse("be asked for its truth after it was computed with a value")
    if not {"__bool__", "__len__"} & state_of(type(self)).has:
        return True
    return state.ask("__bool__") is True


def _text(name: str) -> Callable[[Any], str]:
    def text(self: Any) -> str:
        return str.__str__(state_of(self).ask(name))

    return text


def binary_operator(name: str, native: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """An arithmetic operator; with a value it may give an object alone, never another value.

    Args:
        name: its name.
        native: what a plain type that the object is of computes; None where it is of none.
    """

    def operate(self: Any, other: Any, *more: Any) -> Any:
        state = state_of(self)
        if is_stand_in(other):
            if name not in state_of(type(self)).has:
                return NotImplemented
            roles = {state.role, state_of(other).role}
            made: Role = "made" if "made" in roles else "part"
            return state.ask(name, other, *more, role="operated" if "operated" in roles else made)
        # What a function gave computes with its own content, as a plain value would: the candidate is
        # told no value that its answer is computed with.
        if native and state.role != "made":
            return native(self, other, *more)
        if state.role not in {"made", "operated"}:
            state.refuse(f"be used by {name} with a value")
        if name not in state_of(type(self)).has:
            return NotImplemented
        # A value could be chosen after what it is computed with: `abs(area() - 12.5) < 0.1` would be
        # passed by an object whose difference from everything is zero (decision 38).
        result = state.ask(name, other, *more, role="operated")
        if not is_stand_in(result) or isinstance(result, PLAIN):
            state.refuse(f"be used by {name} to compute a value with another")
        return result

    return operate


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    def compare(self: Any, other: Any) -> Any:
        state = state_of(self)
        if is_stand_in(other):
            if isinstance(other, PLAIN):
                state.refuse(f"be compared with a value by {name}")
            return state.ask(name, other)
        if other is None and name in {"__eq__", "__ne__"}:
            return name == "__ne__"
        mutable = state_of(type(self)).mutable
        if mutable:
            # It holds a plain value, which is compared here, whatever its class defines.
            return getattr(mutable, name)(state.ask("itself"), other)
        return state.refuse(f"be compared with a value by {name}")

    return compare


def hash_of(self: Any) -> int:
    """The hash that an object of the candidate gives itself."""
    return int(state_of(self).ask("__hash__"))


def _holds(self: Any, item: Any) -> bool:
    """Whether it holds an item: as its class says where a class made it, else by its items as well."""
    state, kind = state_of(self), state_of(type(self))
    if (state.role == "made" and not kind.mutable) or is_stand_in(item):
        return state.ask("__contains__", item) is True
    if "__iter__" not in kind.has:
        state.refuse("be asked whether it holds a value")
    is_item = any(own_item is item or own_item == item for own_item in self)
    if is_item or state.ask("__contains__", item) is not True:
        return is_item
    return state.refuse("say that it holds a value which is none of its items")


def _item(self: Any, key: Any) -> Any:
    state = state_of(self)
    parts = (key.start, key.stop, key.step) if type(key) is slice else (key,)
    if state.role in {"result", "attribute"} and any(
        type(part) not in {int, type(None)} for part in parts
    ):
        state.refuse("be asked for a value by a key")
    return state.ask("__getitem__", key)


def _question(name: str) -> Callable[..., Any]:
    return lambda self, *arguments: state_of(self).ask(name, *arguments)


def _call(self: Any, *arguments: Any, **named: Any) -> Any:
    state = state_of(self)
    if state.role == "attribute" and (arguments or named):
        state.refuse("be asked about a value by a method")
    role: Role = "made" if state.role == "class" else state.next()
    return state.questioner.ask(state.target, "__call__", arguments, named, role)


def _enter(self: Any) -> Any:
    state = state_of(self)
    return state.ask("__enter__", role=state.role)


def _exit(self: Any, kind: Any, error: Any, _: Any) -> bool:
    """Leave its block; it may suppress an error that the tests or the candidate raised by `raise`."""
    if isinstance(error, EndingError):
        return False
    return _suppresses(state_of(self), "__exit__", kind, error)


def _suppresses(state: State, name: str, kind: Any, error: BaseException | None) -> bool:
    if error is not None and not (is_stand_in(error) or kind in wire.TYPES.values()):
        state.refuse(f"be asked for {name} after {kind.__name__}")
    suppresses = state.ask(name, kind, error, None)
    if error is None or not suppresses:
        return False
    if not (is_stand_in(error) or _is_raised(error)):
        state.refuse("suppress an error of the tests")
    return True


def _is_raised(error: BaseException) -> bool:
    """Whether an error comes of a statement `raise`, and of no assertion and no fault in the tests.

    A context manager that suppressed another error would hide that an assertion did not hold.
    """
    if isinstance(error, AssertionError):
        return False
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return False
    return trace.tb_frame.f_code.co_code[trace.tb_lasti] == opcode.opmap["RAISE_VARARGS"]


class _FinishedAwaitable:
    """The awaitable of a question, which is asked when it is awaited and never waits."""

    def __init__(self, question: Callable[[], Any]) -> None:
        self._question = question

    def __await__(self) -> Generator[None, None, Any]:
        return self._question()
        yield  # so that it is a generator, which ends at once


def _awaitable(name: str) -> Callable[..., Any]:
    def begin(self: Any, *arguments: Any) -> Any:
        state = state_of(self)
        role = state.role if name == "__aenter__" else None
        return _FinishedAwaitable(lambda: state.ask(name, *arguments, role=role))

    return begin


def _exit_later(self: Any, kind: Any, error: Any, _: Any) -> Any:
    def question() -> bool:
        if isinstance(error, EndingError):
            return False
        return _suppresses(state_of(self), "__aexit__", kind, error)

    return _FinishedAwaitable(question)


def _waiting(self: Any) -> Generator[None, None, Any]:
    return state_of(self).ask("__await__")
    yield  # so that it is a generator, which ends at once


def _step(self: Any, _: Any) -> NoReturn:
    raise StopIteration(state_of(self).ask("__await__"))


def _throw(_: Any, kind: Any, error: Any = None, __: Any = None) -> NoReturn:
    raise error or kind


def _refuse_reduction(self: Any, *_: Any) -> NoReturn:
    state_of(self).refuse("be copied by its parts")


OF_OBJECTS: dict[str, Any] = {
    # Even where the candidate's object has none: without a comparison Python would compare by identity,
    # and without arithmetic it would raise in the tests, though nothing is known of the answer.
    **{name: binary_operator(name) for name in operations.BINARY if not name.startswith("__i")},
    **{name: _comparison(name) for name in operations.COMPARED},
    "__bool__": _truth, "__getattr__": _own_attribute, "__setattr__": _set, "__delattr__": _delete,
    "__dict__": property(lambda self: state_of(self).ask("__getattr__", "__dict__")),
    "__doc__": property(lambda self: state_of(self).ask("__getattr__", "__doc__")),
    "__dir__": _question("__dir__"), "__str__": _text("__str__"), "__repr__": _text("__repr__"),
    "__format__": lambda self, spec: str.__str__(state_of(self).ask("__format__", spec)),
    "__copy__": _question("copy"), "__deepcopy__": lambda self, _: state_of(self).ask("deepcopy"),
    "__reduce_ex__": _refuse_reduction, "__reduce__": _refuse_reduction,
}  # fmt: skip
"""The operators of every object that is no plain value and no error."""

OF_PLAIN_VALUES: dict[str, Any] = {
    name: OF_OBJECTS[name]
    for name in ("__getattr__", "__setattr__", "__str__", "__repr__", "__reduce_ex__", "__doc__")
}
"""The operators of an object that is a plain value as well; the others are Python's own."""


def _set_error(self: Any, name: str, value: Any) -> None:
    if name.startswith("__") or name in _NATIVE_OF_ERRORS:
        object.__setattr__(self, name, value)
    else:
        _set(self, name, value)


OF_ERRORS: dict[str, Any] = {
    "__getattribute__": _of_error, "__setattr__": _set_error,
    "__str__": lambda self: str(object.__getattribute__(self, STATE + "text")),
    "__repr__": _text("__repr__"),
}  # fmt: skip

PROVIDED: dict[str, Any] = {
    **{name: _unary(name) for name in operations.UNARY},
    **{name: binary_operator(name) for name in operations.BINARY},
    "__getitem__": _item, "__contains__": _holds,
    "__setitem__": _question("__setitem__"), "__delitem__": _question("__delitem__"),
    "__call__": _call, "__enter__": _enter, "__exit__": _exit, "__await__": _waiting,
    "__aiter__": _question("__aiter__"), "__anext__": _awaitable("__anext__"),
    "__aenter__": _awaitable("__aenter__"), "__aexit__": _exit_later,
}  # fmt: skip

GENERATOR = {name: _question(name) for name in ("send", "throw", "close")}
COROUTINE = {"send": _step, "throw": _throw, "close": lambda _: None}
