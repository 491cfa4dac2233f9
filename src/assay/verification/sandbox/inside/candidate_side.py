"""The candidate's side of a split check: it answers calls and never sees a test."""

import types
from collections.abc import Callable
from typing import Any

from assay.verification.sandbox.inside import wire

SHOWN = 200
"""Characters of an error's text that travel."""

MOST_OBJECTS = 10_000
"""Objects of one check that are kept for the tests to ask about."""


def serve(source: str, peer: int) -> None:
    """Run the candidate's source, then answer calls until the other side closes the wire.

    Args:
        source: the candidate.
        peer: the wire to the tests.
    """
    module = types.ModuleType("candidate")
    try:
        exec(compile(source, "<candidate>", "exec"), module.__dict__)  # noqa: S102  what the sandbox is for
    except BaseException as error:  # noqa: BLE001  whatever it raises is an answer
        _answer(peer, _failed("broken", error))
        return
    objects = Objects()
    while True:
        try:
            call = wire.receive(peer)
        except wire.ClosedError:
            return
        _answer(peer, _called(module, objects, call))


class Objects:
    """What the candidate answered that is no value; the tests ask for it by its number."""

    def __init__(self) -> None:
        self._all: list[Any] = []

    def keep(self, value: Any) -> int:
        """The number of an object; the same object has one number.

        Raises:
            WireError: if too many are kept.
        """
        for number, each in enumerate(self._all):
            if each is value:
                return number
        if len(self._all) >= MOST_OBJECTS:
            raise wire.WireError(f"more than {MOST_OBJECTS} objects are not plain values")
        self._all.append(value)
        return len(self._all) - 1

    def find(self, number: int) -> Any:
        """The object of a number."""
        return self._all[number]


def _called(module: types.ModuleType, objects: Objects, call: dict[str, Any]) -> dict[str, Any]:
    """The answer to one call: `value`, `raised`, `end`, `unknown` or `unfit`."""
    if "object" in call:
        target = objects.find(call["object"])
    else:
        name = call["name"] or _last_function(module)
        target = getattr(module, name, module) if name else module
        if target is module:
            return {"unknown": name or "any function"}
    try:
        arguments = wire.unpack(call["arguments"], objects.find)
        named = wire.unpack(call["named"], objects.find)
        before = _content(arguments, objects)
        value = ASKED[call["do"]](target, *arguments, **named)
    except StopIteration as error:
        return {"end": True} if call["do"] == "next" else _failed("raised", error)
    except BaseException as error:  # noqa: BLE001  whatever it raises is an answer
        return _failed("raised", error)
    try:
        after = _content(arguments, objects)
        told = {} if before == after else {"changed": after}
        return {"value": wire.pack(value, objects.keep), **told}
    except (wire.WireError, RecursionError) as error:
        return {"unfit": str(error)[:SHOWN]}
    except BaseException as error:  # noqa: BLE001  a value may raise while it is read
        return _failed("raised", error)


def _content(arguments: list[Any], objects: Objects) -> Any:
    """What arguments hold, where a call could change it; None where it could not."""
    if all(type(each) in _FIXED for each in arguments):
        return None
    return wire.pack(arguments, objects.keep)


_FIXED = frozenset({bool, bytes, complex, float, int, str, type(None)})

ASKED: dict[str, Callable[..., Any]] = {
    "call": lambda target, *arguments, **named: target(*arguments, **named),
    "truth": bool,
    "length": len,
    "text": str,
    "iterate": iter,
    "next": next,
    "item": lambda target, key: target[key],
    "get": getattr,
    "set": setattr,
    "same": lambda target, other: bool(target == other),
}
"""What the tests may ask about an object. None of it tells the candidate what is expected."""


def _last_function(module: types.ModuleType) -> str | None:
    names = [name for name, each in vars(module).items() if isinstance(each, types.FunctionType)]
    return names[-1] if names else None


def _failed(how: str, error: BaseException) -> dict[str, Any]:
    """An error by the names of its classes, its own first, and its text."""
    kinds = type.__dict__["__mro__"].__get__(type(error))
    names = [wire.name_of(each)[:SHOWN] for each in kinds[:20]]
    try:
        text = str.__str__(str(error))[:SHOWN]
    except BaseException:  # noqa: BLE001  an error may lie about its text, too
        text = ""
    return {how: [names, text]}


def _answer(peer: int, message: dict[str, Any]) -> None:
    try:
        wire.send(peer, message)
    except wire.ClosedError:
        return
    except wire.WireError as error:
        _answer(peer, {"unfit": str(error)})
