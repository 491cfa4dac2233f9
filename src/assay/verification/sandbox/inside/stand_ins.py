"""What the tests hold in place of the candidate's classes and objects.

A class of the candidate is a class here, of the same name and over the same bases, with the
operators that the candidate's class has; so `isinstance`, `callable`, `except` and `type` answer as
in an ordinary run. All of its code is ours: each operator is a question whose answer is a value.
"""

from collections.abc import Callable
from typing import Any

from assay.verification.sandbox.inside import operations, wire
from assay.verification.sandbox.inside.candidate_class import (
    PLAIN,
    STATE,
    TRUST,
    CandidateClass,
    Questioner,
    Role,
    State,
    state_of,
)
from assay.verification.sandbox.inside.stand_in_operators import (
    COROUTINE,
    GENERATOR,
    OF_ERRORS,
    OF_OBJECTS,
    OF_PLAIN_VALUES,
    PROVIDED,
    binary_operator,
    hash_of,
)
from assay.verification.sandbox.inside.wire import MUTABLE, Report


class StandIns:
    """The classes and objects of one candidate that the tests have received."""

    def __init__(self, questioner: Questioner) -> None:
        self._questioner = questioner
        self._kinds: dict[int, CandidateClass] = {}
        self._objects: dict[int, Any] = {}

    def define_classes(self, described: Any) -> None:
        """Make classes by their descriptions.

        Raises:
            WireError: for what describes no class.
        """
        try:
            for description in described:
                self._kinds[int(description["id"])] = self._kind(description)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise wire.WireError(f"no class is described like this: {error}"[:200]) from error

    def _kind(self, description: Report) -> CandidateClass:
        # The candidate may send any text as a name.
        name = description["name"] if str.isidentifier(description["name"]) else "Object"
        bases = [
            wire.TYPES[base] if type(base) is str else self._kinds[base]
            for base in description["bases"]
        ]
        state = State(self._questioner, description["id"], "class")
        state.has = frozenset(name for name in description["has"] if type(name) is str)
        state.checks = description["checks"] is True
        inherited = [kind for base in bases for kind in base.__mro__]
        state.mutable = _mutable_type(inherited)
        if description["fields"] and bases == [tuple]:
            bases = [wire.named_kind(name, description["fields"])]
        # Without the types that can change: the content stays with the candidate, and an empty list
        # here would answer in its place.
        bases = [base for base in bases if base not in {object, *MUTABLE}]
        bases = wire.library_error(description["library"]) or bases
        space = self._space(state, {**description, "name": name}, [*bases, *inherited])
        space |= {"__module__": "candidate", "__qualname__": name, STATE: state}
        try:
            return type.__new__(CandidateClass, name, tuple(bases), space)
        except TypeError:
            # No class can have these bases together.
            is_error = any(issubclass(base, Exception) for base in bases)
            return type.__new__(CandidateClass, name, (Exception,) if is_error else (), space)

    def _space(self, state: State, description: Report, inherited: list[type]) -> dict[str, Any]:
        """The operators of a class."""
        plain = next((kind for kind in inherited if kind in PLAIN), None)
        if plain:
            own = set(description["own"]) & operations.BINARY.keys()
            return {
                **OF_PLAIN_VALUES,
                **{name: binary_operator(name, getattr(plain, name, None)) for name in own},
            }
        space = {name: PROVIDED[name] for name in state.has if name in PROVIDED}
        if any(issubclass(kind, BaseException) for kind in inherited):
            return {**space, **OF_ERRORS}
        space |= {**OF_OBJECTS, "__hash__": hash_of if "__hash__" in state.has else None}
        name = description["name"]
        mimicked = operations.MIMICKED.get(description["mimics"] or "")
        if description["mimics"] in {"generator", "coroutine"}:
            space |= GENERATOR if description["mimics"] == "generator" else COROUTINE
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
            raise wire.WireError("no object is written like this")
        if "class" in named:
            return self._kinds[named["class"]]
        number, kind = named["n"], self._kinds[named["k"]]
        stand_in = self._objects.get(number)
        if stand_in is None:
            stand_in = self._objects[number] = self._make(kind, named, role)
            object.__setattr__(stand_in, STATE, State(self._questioner, int(number), role))
        state = state_of(stand_in)
        # The same object from a source that is trusted less is trusted less.
        state.role = min(state.role, role, key=TRUST.index)
        return stand_in

    def _make(self, kind: Any, named: Report, role: Role) -> Any:
        if issubclass(kind, BaseException):
            text, parts = named["e"]
            arguments = wire.unpack(parts, self.finder(role))
            made = kind.__new__(kind)
            object.__setattr__(made, "args", arguments if type(arguments) is tuple else ())
            object.__setattr__(made, STATE + "text", str(text))
            return made
        plain = next((base for base in kind.__mro__ if base in PLAIN), None)
        if plain is None:
            return object.__new__(kind)
        value = wire.unpack(named["c"], self.finder(role))
        if not isinstance(value, plain):
            raise wire.WireError("an object holds another value than its class says")
        return plain.__new__(kind, value)


def _mutable_type(inherited: list[type]) -> type | None:
    """The plain type that can change among the classes that a class derives from; None without one."""
    plain = next((kind for kind in inherited if kind in MUTABLE), None)
    # Stand-ins of its bases have lost that base, and their states keep it.
    states = (state_of(kind) for kind in inherited if type(kind) is CandidateClass)
    return plain or next((state.mutable for state in states if state.mutable), None)
