"""What the tests hold in place of the candidate's classes and objects.

A class of the candidate is a class here, of the same name and over the same bases, with the
operators that the candidate's class has; so `isinstance`, `callable`, `except` and `type` answer as
in an ordinary run. All of its code is ours: each operator is a question whose answer is a value.
"""

import opcode
import sys
from collections.abc import Callable, Generator
from typing import Any, Literal, NoReturn, Protocol

from assay.verification.sandbox.inside import operations, wire
from assay.verification.sandbox.inside.endings import EndingError, UnaskableError, UncarriedError

FILE = "<tests>"
"""The name of the tests' own code in traces and frames."""

Report = dict[str, Any]
Role = Literal["name", "class", "made", "operated", "part", "result", "attribute"]
"""What an object is to the tests: a name of the candidate's, or one that is written like a class;
what such a class made, what arithmetic with a value made of that, and what else comes of it; what a
function gave, and an attribute of that. With the last two nothing is compared or computed on the
candidate's side that a plain value would compute here."""

_TRUST: tuple[Role, ...] = ("attribute", "result", "name", "part", "operated", "made", "class")
_STATE = "_assay_stand_in_"
_PLAIN = (bool, int, float, complex, str, bytes, tuple, frozenset)
_MUTABLE = (list, dict, set, bytearray)
_OF_VALUES = frozenset({"real", "imag", "days", "seconds", "microseconds", "numerator"})
"""Attributes that the difference of two values has."""
_NUMERIC = frozenset({
    "__bool__", "__int__", "__float__", "__complex__", "__index__", "__round__",
    "__abs__", "__trunc__", "__floor__", "__ceil__",
})  # fmt: skip
_INNER = frozenset({"__code__", "__globals__", "__closure__", "__signature__", "__subclasses__"})
"""Attributes of classes and functions that stay with the candidate, although it has them."""
_NATIVE_OF_ERRORS = frozenset({"args", "with_traceback", "add_note"})


class Questioner(Protocol):
    """Who asks the candidate."""

    ending: EndingError | None
    """Why nothing more can be asked; None while it can."""

    def ask(
        self, target: Report, do: str, arguments: Any = (), named: Any = None,
        role: Role = "result", *, own: bool = False,
    ) -> Any:  # fmt: skip
        """Ask about an object."""


class State:
    """What a stand-in knows of itself."""

    __slots__ = ("checks", "has", "mutable", "questioner", "role", "target")

    def __init__(self, questioner: Questioner, number: int, role: Role) -> None:
        self.questioner = questioner
        self.target = {"object": number}
        """Its number."""
        self.role = role
        self.has: frozenset[str] = frozenset()
        """Of a class: the operators of its objects."""
        self.checks = False
        """Of a class: whether it says itself what is an instance of it."""
        self.mutable: type | None = None
        """Of a class: the plain type that can change and that it is a subclass of."""

    def ask(self, do: str, *arguments: Any, role: Role | None = None, own: bool = False) -> Any:
        """Ask about the object itself."""
        return self.questioner.ask(self.target, do, arguments, None, role or self.next(), own=own)

    def next(self, *, attribute: bool = False) -> Role:
        """What an object is that comes of this one."""
        if self.role == "name":
            return "result"
        if self.role in {"result", "attribute"}:
            return "attribute" if attribute else "result"
        return "part"

    def refuse(self, what: str) -> NoReturn:
        """End the check: nothing can be said.

        Raises:
            UncarriedError: always.
        """
        self.questioner.ending = UncarriedError(f"an object of the candidate cannot {what} here")
        raise self.questioner.ending


def is_stand_in(value: Any) -> bool:
    """Whether a value stands for a class or an object of the candidate."""
    return type(value) is CandidateClass or type(type(value)) is CandidateClass


def state_of(value: Any) -> State:
    """The state of a stand-in.

    Raises:
        AttributeError: for a value that was made of a stand-in here.
    """
    read = type.__getattribute__ if type(value) is CandidateClass else object.__getattribute__
    state: State = read(value, _STATE)
    if type(value) is not CandidateClass and state is type.__getattribute__(type(value), _STATE):
        raise AttributeError(_STATE)
    return state


class CandidateClass(type):
    """A class of the candidate."""

    def __new__(cls, name: str, bases: Any, _: Any, **__: Any) -> Any:
        """Refuse to derive a class of the tests from it."""
        state = next(state_of(base) for base in bases if type(base) is CandidateClass)
        state.questioner.ending = UnaskableError(
            f"the tests cannot run apart from the candidate: their class {name} derives from its own"
        )
        raise state.questioner.ending

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        """Ask the candidate for an object."""
        state = state_of(cls)
        role: Role = "made" if state.role == "class" else "result"
        return state.questioner.ask(state.target, "__call__", arguments, named, role, own=True)

    def __getattr__(cls, name: str) -> Any:
        return _attribute(state_of(cls), name, own=True)

    def __setattr__(cls, name: str, value: Any) -> None:
        state_of(cls).ask("__setattr__", name, value)

    def __delattr__(cls, name: str) -> None:
        state_of(cls).ask("__delattr__", name)

    @property
    def __doc__(cls) -> Any:  # type: ignore[override]
        return state_of(cls).ask("__getattr__", "__doc__")

    @property  # type: ignore[misc]  # it is final in type, which nobody asks in the tests' place
    def __dict__(cls) -> Any:  # type: ignore[override]
        # Abstract classes of the library look there for the operators that a class has.
        if sys._getframe(1).f_code.co_filename == FILE:  # noqa: SLF001  there is no other way to the caller
            state_of(cls).refuse("show all attributes of a class")
        return type.__dict__["__dict__"].__get__(cls)

    def __bool__(cls) -> bool:
        return True

    def __len__(cls) -> int:
        return int(state_of(cls).ask("__len__"))

    def __iter__(cls) -> Any:
        return state_of(cls).ask("__iter__")

    def __reversed__(cls) -> Any:
        return state_of(cls).ask("__reversed__")

    def __getitem__(cls, key: Any) -> Any:
        return state_of(cls).ask("__getitem__", key, own=True)

    def __contains__(cls, value: Any) -> bool:
        return state_of(cls).ask("__contains__", value) is True

    def __dir__(cls) -> Any:
        return state_of(cls).ask("__dir__")

    def __repr__(cls) -> str:
        return str(state_of(cls).ask("__repr__"))

    def __instancecheck__(cls, value: Any) -> bool:
        if type.__instancecheck__(cls, value):
            return True
        state = state_of(cls)
        if not is_stand_in(value) and (state.checks or state.mutable is type(value)):
            state.refuse("say whether a value is of its class")
        return state.checks and state.ask("instance", value) is True

    def __subclasscheck__(cls, kind: type) -> bool:
        if type.__subclasscheck__(cls, kind):
            return True
        state = state_of(cls)
        if state.checks and type(kind) is not CandidateClass:
            state.refuse("say whether another class is derived from it")
        return state.checks and state.ask("subclass", kind) is True


def _attribute(state: State, name: str, *, own: bool = False) -> Any:
    if name == "__dataclass_fields__":
        return _fields(state)
    if name in _INNER:
        state.refuse(f"be asked for {name}")
    if name.startswith("__") and name.endswith("__") and name not in operations.READABLE:
        raise AttributeError(name)
    if state.role == "operated" and name in _OF_VALUES:
        state.refuse(f"be asked for {name} after it was computed with a value")
    return state.questioner.ask(
        state.target, "__getattr__", (name,), None, state.next(attribute=True), own=own
    )


def _fields(state: State) -> dict[str, Any]:
    """The fields of a dataclass, as the library looks for them.

    Raises:
        AttributeError: if it is none.
    """
    import dataclasses  # noqa: PLC0415  it is dear to load, and who asks has loaded it

    made: dict[str, Any] = {}
    for name, inits, compared in state.ask("fields"):
        made[name] = dataclasses.field(init=inits, compare=compared)
        made[name].name = name
        made[name]._field_type = dataclasses._FIELD  # type: ignore[attr-defined]  # noqa: SLF001  the library's own mark
    return made


def _own_attribute(self: Any, name: str) -> Any:
    return _attribute(state_of(self), name)


def _set(self: Any, name: str, value: Any) -> None:
    state_of(self).ask("__setattr__", name, value)


def _delete(self: Any, name: str) -> None:
    state_of(self).ask("__delattr__", name)


def _of_error(self: Any, name: str) -> Any:
    """An attribute of an error: its own ones are the candidate's, whatever Python's errors have."""
    if name.startswith("__") or name in _NATIVE_OF_ERRORS:
        return object.__getattribute__(self, name)
    return _attribute(state_of(self), name)


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


def _binary(name: str, native: Callable[..., Any] | None = None) -> Callable[..., Any]:
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
        if native and state.role != "made":
            return native(self, other, *more)
        if state.role not in {"made", "operated"}:
            state.refuse(f"be used by {name} with a value")
        if name not in state_of(type(self)).has:
            return NotImplemented
        result = state.ask(name, other, *more, role="operated")
        if not is_stand_in(result) or isinstance(result, _PLAIN):
            state.refuse(f"be used by {name} to compute a value with another")
        return result

    return operate


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    def compare(self: Any, other: Any) -> Any:
        state = state_of(self)
        if is_stand_in(other):
            if isinstance(other, _PLAIN):
                state.refuse(f"be compared with a value by {name}")
            return state.ask(name, other)
        if other is None and name in {"__eq__", "__ne__"}:
            return name == "__ne__"
        mutable = state_of(type(self)).mutable
        if mutable:
            # It holds a plain value, which is compared here, whatever its class says.
            return getattr(mutable, name)(state.ask("itself"), other)
        return state.refuse(f"be compared with a value by {name}")

    return compare


def _hash(self: Any) -> int:
    return int(state_of(self).ask("__hash__"))


def _holds(self: Any, item: Any) -> bool:
    """Whether it holds an item: by the word of what a class made, else by its items as well."""
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
    """Leave its block; that it takes an error back is believed of an error that was raised to see it."""
    if isinstance(error, EndingError):
        return False
    return _takes_back(state_of(self), "__exit__", kind, error)


def _takes_back(state: State, name: str, kind: Any, error: BaseException | None) -> bool:
    if error is not None and not (is_stand_in(error) or kind in wire.TYPES.values()):
        state.refuse(f"be asked for {name} after {kind.__name__}")
    takes_back = state.ask(name, kind, error, None)
    if error is None or not takes_back:
        return False
    if not (is_stand_in(error) or _is_raised(error)):
        state.refuse("take back an error of the tests")
    return True


def _is_raised(error: BaseException) -> bool:
    """Whether a statement `raise` raised an error, or the candidate did; no assertion, no fault."""
    if isinstance(error, AssertionError):
        return False
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return False
    return trace.tb_frame.f_code.co_code[trace.tb_lasti] == opcode.opmap["RAISE_VARARGS"]


class _FinishedAwaitable:
    """What an awaited question comes to: it is asked at once, and never waits."""

    def __init__(self, question: Callable[[], Any]) -> None:
        self._questioner = question

    def __await__(self) -> Generator[None, None, Any]:
        return self._questioner()
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
        return _takes_back(state_of(self), "__aexit__", kind, error)

    return _FinishedAwaitable(question)


def _waiting(self: Any) -> Generator[None, None, Any]:
    return state_of(self).ask("__await__")
    yield  # so that it is a generator, which ends at once


def _step(self: Any, _: Any) -> NoReturn:
    raise StopIteration(state_of(self).ask("__await__"))


def _throw(_: Any, kind: Any, error: Any = None, __: Any = None) -> NoReturn:
    raise error or kind


def _refuse_reduction(self: Any, *_: Any) -> NoReturn:
    state_of(self).refuse("be taken to pieces")


_OBJECT: dict[str, Any] = {
    # Even where the object has none: what a function gave is no reason for an error of the tests.
    **{name: _binary(name) for name in operations.BINARY if not name.startswith("__i")},
    **{name: _comparison(name) for name in operations.COMPARED},
    "__bool__": _truth, "__getattr__": _own_attribute, "__setattr__": _set, "__delattr__": _delete,
    "__dict__": property(lambda self: state_of(self).ask("__getattr__", "__dict__")),
    "__doc__": property(lambda self: state_of(self).ask("__getattr__", "__doc__")),
    "__dir__": _question("__dir__"), "__str__": _text("__str__"), "__repr__": _text("__repr__"),
    "__format__": lambda self, spec: str.__str__(state_of(self).ask("__format__", spec)),
    "__copy__": _question("copy"), "__deepcopy__": lambda self, _: state_of(self).ask("deepcopy"),
    "__reduce_ex__": _refuse_reduction, "__reduce__": _refuse_reduction,
}  # fmt: skip
"""What every object has."""

_VALUE: dict[str, Any] = {
    name: _OBJECT[name]
    for name in ("__getattr__", "__setattr__", "__str__", "__repr__", "__reduce_ex__", "__doc__")
}
"""What an object has that is a plain value as well."""


def _set_error(self: Any, name: str, value: Any) -> None:
    if name.startswith("__") or name in _NATIVE_OF_ERRORS:
        object.__setattr__(self, name, value)
    else:
        _set(self, name, value)


_ERROR: dict[str, Any] = {
    "__getattribute__": _of_error, "__setattr__": _set_error,
    "__str__": lambda self: str(object.__getattribute__(self, _STATE + "text")),
    "__repr__": _text("__repr__"),
}  # fmt: skip

_PROVIDED: dict[str, Any] = {
    **{name: _unary(name) for name in operations.UNARY},
    **{name: _binary(name) for name in operations.BINARY},
    "__getitem__": _item, "__contains__": _holds,
    "__setitem__": _question("__setitem__"), "__delitem__": _question("__delitem__"),
    "__call__": _call, "__enter__": _enter, "__exit__": _exit, "__await__": _waiting,
    "__aiter__": _question("__aiter__"), "__anext__": _awaitable("__anext__"),
    "__aenter__": _awaitable("__aenter__"), "__aexit__": _exit_later,
}  # fmt: skip

_GENERATOR = {name: _question(name) for name in ("send", "throw", "close")}
_COROUTINE = {"send": _step, "throw": _throw, "close": lambda _: None}


class StandIns:
    """The classes and objects of one candidate that the tests have met."""

    def __init__(self, questioner: Questioner) -> None:
        self._questioner = questioner
        self._kinds: dict[int, CandidateClass] = {}
        self._objects: dict[int, Any] = {}

    def define_classes(self, described: Any) -> None:
        """Make classes after their descriptions.

        Raises:
            WireError: for what describes none.
        """
        try:
            for description in described:
                self._kinds[int(description["id"])] = self._kind(description)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise wire.WireError(f"no class is described like this: {error}"[:200]) from error

    def _kind(self, description: Report) -> CandidateClass:
        name = description["name"] if str.isidentifier(description["name"]) else "Object"
        bases = [
            wire.TYPES[base] if type(base) is str else self._kinds[base]
            for base in description["bases"]
        ]
        state = State(self._questioner, description["id"], "class")
        state.has = frozenset(name for name in description["has"] if type(name) is str)
        state.checks = description["checks"] is True
        held = [kind for base in bases for kind in base.__mro__]
        state.mutable = next((kind for kind in held if kind in _MUTABLE), None)
        state.mutable = state.mutable or next(
            (
                state_of(kind).mutable
                for kind in held
                if type(kind) is CandidateClass and state_of(kind).mutable
            ),
            None,
        )
        if description["fields"] and bases == [tuple]:
            bases = [wire.named_kind(name, description["fields"])]
        bases = [base for base in bases if base not in {object, *_MUTABLE}]
        bases = wire.library_error(description["library"]) or bases
        space = self._space(state, {**description, "name": name}, [*bases, *held])
        space |= {"__module__": "candidate", "__qualname__": name, _STATE: state}
        try:
            return type.__new__(CandidateClass, name, tuple(bases), space)
        except TypeError:
            is_error = any(issubclass(base, Exception) for base in bases)
            return type.__new__(CandidateClass, name, (Exception,) if is_error else (), space)

    def _space(self, state: State, description: Report, held: list[type]) -> dict[str, Any]:
        """The operators of a class."""
        plain = next((kind for kind in held if kind in _PLAIN), None)
        if plain:
            own = set(description["own"]) & operations.BINARY.keys()
            return {
                **_VALUE,
                **{name: _binary(name, getattr(plain, name, None)) for name in own},
            }
        space = {name: _PROVIDED[name] for name in state.has if name in _PROVIDED}
        if any(issubclass(kind, BaseException) for kind in held):
            return {**space, **_ERROR}
        space |= {**_OBJECT, "__hash__": _hash if "__hash__" in state.has else None}
        name = description["name"]
        mimicked = operations.MIMICKED.get(description["mimics"] or "")
        if description["mimics"] in {"generator", "coroutine"}:
            space |= _GENERATOR if description["mimics"] == "generator" else _COROUTINE
        if mimicked or state.mutable:
            twin = mimicked or type(name, (state.mutable or object,), {})
            space["__class__"] = property(lambda _: twin)
        return space

    def finder(self, role: Role) -> Callable[[Any], Any]:
        """What finds the stand-in for what names an object.

        Args:
            role: what the object is to the tests.
        """
        return lambda named: self._find(named, role)

    def _find(self, named: Any, role: Role) -> Any:
        if type(named) is not dict:
            raise wire.WireError("an object does not travel")
        if "class" in named:
            return self._kinds[named["class"]]
        number, kind = named["n"], self._kinds[named["k"]]
        stand_in = self._objects.get(number)
        if stand_in is None:
            stand_in = self._objects[number] = self._make(kind, named, role)
            object.__setattr__(stand_in, _STATE, State(self._questioner, int(number), role))
        state = state_of(stand_in)
        # The same object from a source that is trusted less is trusted less.
        state.role = min(state.role, role, key=_TRUST.index)
        return stand_in

    def _make(self, kind: Any, named: Report, role: Role) -> Any:
        if issubclass(kind, BaseException):
            text, parts = named["e"]
            arguments = wire.unpack(parts, self.finder(role))
            made = kind.__new__(kind)
            object.__setattr__(made, "args", arguments if type(arguments) is tuple else ())
            object.__setattr__(made, _STATE + "text", str(text))
            return made
        plain = next((base for base in kind.__mro__ if base in _PLAIN), None)
        if plain is None:
            return object.__new__(kind)
        value = wire.unpack(named["c"], self.finder(role))
        if not isinstance(value, plain):
            raise wire.WireError("an object holds another value than its class says")
        return plain.__new__(kind, value)


class Name:
    """A name of the candidate's that is looked up each time that it is used."""

    def __init__(self, load: Callable[[], Any]) -> None:
        object.__setattr__(self, "_load", load)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call what has the name."""
        return resolve_name(self)(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(resolve_name(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(resolve_name(self), name, value)

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, resolve_name(self))

    def __subclasscheck__(self, kind: Any) -> bool:
        return issubclass(kind, resolve_name(self))

    def __eq__(self, other: object) -> bool:
        return bool(resolve_name(self) == resolve_name(other))

    def __hash__(self) -> int:
        return hash(resolve_name(self))


def resolve_name(value: Any) -> Any:
    """What has a name, where a value is one."""
    return object.__getattribute__(value, "_load")() if type(value) is Name else value


def _delegate(name: str) -> Callable[..., Any]:
    operation = operations.OPERATIONS[name]
    return lambda self, *arguments: operation(resolve_name(self), *arguments)


for _name in (*operations.UNARY, *operations.BINARY, *operations.ITEMS, "__str__", "__repr__"):
    setattr(Name, _name, _delegate(_name))
