"""The candidate's side of a split check: it answers calls and never sees a test."""

import io
import sys
import types
from typing import Any

from assay.verification.sandbox.inside import wire
from assay.verification.sandbox.inside.operations import ENDING, MIMICKED, OPERATIONS, PROVIDED

SHOWN = 200
"""Characters of an error's text that are sent."""

MOST_TEXT = 10_000
"""Characters that are sent of the text of an error of the candidate's own class."""

MOST_OBJECTS = 100_000
"""Objects of one check that are kept for the tests to ask about."""

_CAUSES = 3
"""Causes of an error that are reported, one behind the other."""


def serve(source: str, peer: int) -> None:
    """Run the candidate's source, then answer calls until the other side closes the wire.

    Args:
        source: the candidate.
        peer: the wire to the tests.
    """
    module = types.ModuleType("candidate")
    # Dataclasses look their module up by its name.
    sys.modules["candidate"] = module
    objects = Objects()
    try:
        exec(compile(source, "<candidate>", "exec"), module.__dict__)  # noqa: S102  what the sandbox is for
    except BaseException as error:  # noqa: BLE001  whatever it raises is an answer
        _send_answer(peer, objects, _error_report("broken", error, objects))
        return
    while True:
        try:
            call = wire.receive(peer)
        except wire.ClosedError:
            return
        _send_answer(peer, objects, _answer_to(module, objects, call))


class Objects:
    """The objects that the candidate answered with; the tests ask about them by number."""

    def __init__(self) -> None:
        self._all: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._described: set[int] = set()
        self.kinds: list[dict[str, Any]] = []
        """Descriptions of classes that go to the tests with the next answer."""
        self.own: Any = None
        """An object that is kept even where it holds a plain value that can change."""

    def keep(self, value: Any, content: Any = None) -> dict[str, Any] | None:
        """What names an object, as `Keep` says: its number `n`, that of its class `k`, its content `c`.

        Raises:
            WireError: if too many are kept.
        """
        kind = type(value)
        if content is not None and issubclass(kind, wire.MUTABLE) and value is not self.own:
            return None
        if issubclass(kind, type):
            self._describe(value)
            return {"class": self._number(value)}
        self._describe(kind)
        named: dict[str, Any] = {"n": self._number(value), "k": self._number(kind)}
        if content is not None:
            named["c"] = content
        if issubclass(kind, BaseException):
            named["e"] = [_text(value, MOST_TEXT), self._parts(value)]
        return named

    def find(self, number: Any) -> Any:
        """The object of a number."""
        return self._all[number]

    def _parts(self, error: BaseException) -> Any:
        try:
            return wire.pack(error.args, self.keep)
        except (wire.WireError, RecursionError):
            return wire.pack((_text(error),))

    def _number(self, value: Any) -> int:
        """The number of an object; the same object has one number."""
        number = self._numbers.get(id(value))
        if number is None:
            number = len(self._all)
            if number >= MOST_OBJECTS:
                raise wire.WireError(f"more than {MOST_OBJECTS} objects are not plain values")
            self._all.append(value)
            self._numbers[id(value)] = number
        return number

    def _describe(self, kind: type) -> None:
        """Describe a class and its bases to the tests, where that was not done before."""
        number = self._number(kind)
        if number in self._described:
            return
        self._described.add(number)
        # Read past the metaclass, whose own attributes may raise or give something else.
        bases = type.__dict__["__bases__"].__get__(kind)
        has, own = _operators_of(kind)
        name = wire.name_of(kind)
        described = {
            "id": number, "name": name, "bases": [self._base(base) for base in bases], "has": has,
            "own": own,
            "checks": _has_own_instance_check(type(kind)),
            "library": [str(getattr(kind, "__module__", "")), name],
            "mimics": name if MIMICKED.get(name) is kind else None,
            "fields": wire.fields_of(kind),
        }  # fmt: skip
        self.kinds.append(described)

    def _base(self, base: type) -> Any:
        name = wire.name_of(base)
        if wire.TYPES.get(name) is base:
            return name
        self._describe(base)
        return self._number(base)


def _operators_of(kind: type) -> tuple[list[str], list[str]]:
    """The operators of a class's objects, and those among them that Python's own classes do not give."""
    order = type.__dict__["__mro__"].__get__(kind)
    spaces: list[tuple[type, Any]] = [
        (base, type.__dict__["__dict__"].__get__(base)) for base in order
    ]
    has, own = [], []
    nowhere: tuple[type, Any] = (object, {})
    for name in (*PROVIDED, "__hash__"):
        # An operator that is None in the first class that has it is switched off there.
        at, space = next(((at, space) for at, space in spaces if name in space), nowhere)
        if space.get(name) is None or (at is object and name != "__hash__"):
            continue
        has.append(name)
        # By identity: a class may claim to equal another, or have no hash.
        if not any(at is plain_kind for plain_kind in wire.TYPES.values()):
            own.append(name)
    return has, own


def _has_own_instance_check(meta: type) -> bool:
    """Whether classes of a metaclass decide by themselves what is an instance of them."""
    order = type.__dict__["__mro__"].__get__(meta)
    return any(
        "__instancecheck__" in type.__dict__["__dict__"].__get__(base)
        for base in order
        if base is not type and base is not object
    )


def _answer_to(module: types.ModuleType, objects: Objects, call: dict[str, Any]) -> dict[str, Any]:
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
        values = [*arguments, *named.values()]
        before = _content(values, objects)
        streams = _Streams(call)
        try:
            answer = _ask(call, target, arguments, named, objects)
        finally:
            written = streams.restore()
        after = _content(values, objects)
    except (wire.WireError, RecursionError) as error:
        return {"unfit": str(error)[:SHOWN]}
    except BaseException as error:  # noqa: BLE001  a value may raise while it is read
        return _error_report("raised", error, objects)
    if before != after or "same" in answer:
        answer["changed"] = after
    return {**answer, **written}


def _ask(
    call: dict[str, Any], target: Any, arguments: list[Any], named: dict[str, Any], objects: Objects
) -> dict[str, Any]:
    """The answer to a question: `value`, `raised` or `end`.

    Raises:
        WireError: if the value cannot be sent.
    """
    try:
        value = OPERATIONS[call["do"]](target, *arguments, **named)
    except (StopIteration, StopAsyncIteration) as error:
        if call["do"] not in ENDING:
            return _error_report("raised", error, objects)
        return {"end": wire.pack(getattr(error, "value", None), objects.keep)}
    except BaseException as error:  # noqa: BLE001  whatever it raises is an answer
        return _error_report("raised", error, objects)
    objects.own = value if call.get("own") else None
    answer: dict[str, Any] = {"value": wire.pack(value, objects.keep)}
    objects.own = None
    for number, argument in enumerate([*arguments, *named.values()]):
        if argument is value and isinstance(argument, wire.MUTABLE):
            answer["same"] = number
    return answer


class _Streams:
    """The tests' streams in place of the candidate's own, for one call."""

    def __init__(self, call: dict[str, Any]) -> None:
        self._kept = sys.stdin, sys.stdout, sys.stderr
        self._out = io.StringIO() if call.get("stdout") else None
        self._error = io.StringIO() if call.get("stderr") else None
        self._in = io.StringIO(call["stdin"]) if "stdin" in call else None
        if self._out:
            sys.stdout = self._out
        if self._error:
            sys.stderr = self._error
        if self._in:
            sys.stdin = self._in

    def restore(self) -> dict[str, Any]:
        """Give the candidate its own streams back; what it wrote, and how many characters are unread."""
        sys.stdin, sys.stdout, sys.stderr = self._kept
        report: dict[str, Any] = {}
        if self._out and self._out.getvalue():
            report["stdout"] = self._out.getvalue()
        if self._error and self._error.getvalue():
            report["stderr"] = self._error.getvalue()
        if self._in:
            report["unread"] = len(self._in.read())
        return report


def _content(values: list[Any], objects: Objects) -> Any:
    """What arguments hold, where a call could change it; None where it could not."""
    if all(type(value) in _FIXED for value in values):
        return None
    return wire.pack(values, objects.keep)


_FIXED = frozenset({bool, bytes, complex, float, int, str, type(None)})


def _last_function(module: types.ModuleType) -> str | None:
    names = [name for name, value in vars(module).items() if isinstance(value, types.FunctionType)]
    return names[-1] if names else None


def _error_report(
    how: str, error: BaseException, objects: Objects, depth: int = 0
) -> dict[str, Any]:
    """An error by the names of its classes, its own first, and its text; `error` names it whole."""
    kinds = type.__dict__["__mro__"].__get__(type(error))
    names = [wire.name_of(kind)[:SHOWN] for kind in kinds[:20]]
    report: dict[str, Any] = {how: [names, _text(error)]}
    try:
        report["error"] = wire.pack(error, objects.keep)
        if error.__cause__ and depth < _CAUSES:
            report["cause"] = _error_report("raised", error.__cause__, objects, depth + 1)
    except BaseException:  # noqa: BLE001  what it holds cannot be sent, or raises
        report.pop("error", None)
    return report


def _text(error: BaseException, most: int = SHOWN) -> str:
    try:
        return str.__str__(str(error))[:most]
    except BaseException:  # noqa: BLE001  an error may raise in its own `__str__`
        return ""


def _send_answer(peer: int, objects: Objects, message: dict[str, Any]) -> None:
    kinds, objects.kinds = objects.kinds, []
    more = {"kinds": kinds} if kinds else {}
    try:
        wire.send(peer, {**message, **more})
    except wire.ClosedError:
        return
    except wire.WireError as error:
        _send_answer(peer, objects, {"unfit": str(error), **more})
