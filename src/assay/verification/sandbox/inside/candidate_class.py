"""A class of the candidate as the tests hold it, and the state of a stand-in.

All of its code is ours: each operator is a question to the candidate whose answer is a value.
"""

import sys
from typing import Any, Literal, NoReturn, Protocol

from assay.verification.sandbox.inside import operations
from assay.verification.sandbox.inside.endings import EndingError, UnaskableError, UncarriedError
from assay.verification.sandbox.inside.syntax import TESTS_FILE
from assay.verification.sandbox.inside.wire import Report

Role = Literal["name", "class", "made", "operated", "part", "result", "attribute"]
"""What an object is to the tests: a name of the candidate's, or one that is written like a class;
what such a class made, what arithmetic with a value made of that, and what else comes of it; what a
function gave, and an attribute of that. With the last two nothing is compared or computed on the
candidate's side that a plain value would compute here."""

TRUST: tuple[Role, ...] = ("attribute", "result", "name", "part", "operated", "made", "class")
"""Roles from the one that is trusted least to the one that is trusted most."""
STATE = "_assay_stand_in_"
"""The attribute of a stand-in that holds its state."""
PLAIN = (bool, int, float, complex, str, bytes, tuple, frozenset)
"""Types of fixed values: an object of a subclass holds its value here and computes with it."""
_OF_VALUES = frozenset({"real", "imag", "days", "seconds", "microseconds", "numerator"})
"""Attributes that the difference of two values has."""
_INNER = frozenset({"__code__", "__globals__", "__closure__", "__signature__", "__subclasses__"})
"""Attributes of classes and functions that stay with the candidate, although it has them."""


class Questioner(Protocol):
    """Asks the candidate about its objects."""

    ending: EndingError | None
    """Why nothing more can be asked; None while it can."""

    def ask(
        self, target: Report, do: str, arguments: Any = (), named: Any = None,
        role: Role = "result", *, own: bool = False,
    ) -> Any:  # fmt: skip
        """Ask for an operation on an object; see `Questions.ask`."""


class State:
    """What is known of the object or class that a stand-in stands for."""

    __slots__ = ("checks", "has", "mutable", "questioner", "role", "target")

    def __init__(self, questioner: Questioner, number: int, role: Role) -> None:
        self.questioner = questioner
        self.target = {"object": number}
        """Its number, as the wire names it."""
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
        """The role of an object that an operation on this one gives."""
        if self.role == "name":
            return "result"
        if self.role in {"result", "attribute"}:
            return "attribute" if attribute else "result"
        return "part"

    def refuse(self, what: str) -> NoReturn:
        """End the check as `uncarried`.

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
    # Read past the stand-in's own operators: those of an error would ask the candidate for it.
    read = type.__getattribute__ if type(value) is CandidateClass else object.__getattribute__
    state: State = read(value, STATE)
    # A method of a plain type, such as `_replace` of a named tuple, makes an object of the class here.
    # It finds the state of the class, which is not its own.
    if type(value) is not CandidateClass and state is type.__getattribute__(type(value), STATE):
        raise AttributeError(STATE)
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
        return attribute_of(state_of(cls), name, own=True)

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
        if sys._getframe(1).f_code.co_filename == TESTS_FILE:  # noqa: SLF001  there is no other way to the caller
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


def attribute_of(state: State, name: str, *, own: bool = False) -> Any:
    """An attribute of an object of the candidate.

    Args:
        state: the state of what stands for the object.
        name: the attribute's name.
        own: whether an object comes back as itself even where it holds a value that can change.

    Raises:
        AttributeError: for a special name that no object is asked for.
        EndingError: if no answer came with which the tests can go on.
    """
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
    import dataclasses  # noqa: PLC0415  it is slow to load, and the caller has loaded it

    made: dict[str, Any] = {}
    for name, inits, compared in state.ask("fields"):
        made[name] = dataclasses.field(init=inits, compare=compared)
        made[name].name = name
        made[name]._field_type = dataclasses._FIELD  # type: ignore[attr-defined]  # noqa: SLF001  the library's own mark
    return made
