"""What the tests ask of a candidate over the wire: its functions, and objects that are no values."""

import collections
from collections.abc import Callable
from typing import Any, Literal, NoReturn

from assay.verification.sandbox.inside import wire

SHOWN = 300
"""Characters of what a candidate says that are shown."""

_RAISED = (
    ArithmeticError, AssertionError, AttributeError, EOFError, FloatingPointError, IndexError,
    KeyError, LookupError, NameError, NotImplementedError, OSError, OverflowError,
    PermissionError, FileNotFoundError, RecursionError, RuntimeError, TimeoutError, TypeError,
    UnicodeError, ValueError, ZeroDivisionError,
)  # fmt: skip
RAISED = {each.__name__: each for each in _RAISED}
"""Errors of the candidate that are raised again in the tests. None of those is here that steer a
loop, end a program or say that the tests themselves met a limit: `StopIteration` in a call would end
the tests' own loops early."""

Report = dict[str, Any]
Role = Literal["name", "made", "result", "attribute"]
"""A name of the candidate's; what the tests made from a class of such a name, and all that comes of
it; what a function gave; an attribute of that."""


class CandidateError(Exception):
    """The candidate raised an error that has no name here."""


class EndingError(BaseException):
    """The candidate gave no answer that the tests can go on with.

    It ends the check even where the tests catch it.
    """

    verdict: str
    """What it means for the check."""


class SilentError(EndingError):
    """The candidate gave no answer: what it did instead is for the fork server to say."""

    verdict = "silent"


class LackingError(EndingError):
    """The candidate could not be loaded, lacks a name, or broke the rules of the wire."""

    verdict = "fail"


class UncarriedError(EndingError):
    """The candidate's answer cannot be carried to the tests, so nothing is known about it."""

    verdict = "uncarried"


class UnaskableError(EndingError):
    """The tests give the candidate an object of their own, which no candidate has a part in."""

    verdict = "error"


class ForeignError(wire.WireError):
    """An object of the tests, which stays with them."""


class Questions:
    """What the candidate is asked over the wire."""

    def __init__(
        self, peer: int, report: Callable[[Report], None], *, reflects: bool = False
    ) -> None:
        self.peer = peer
        """The wire."""
        self._report = report
        self._reflects = reflects
        self.changed = False
        """Whether a call has changed an argument."""
        self.answers = 0
        """Questions that were answered."""
        self.names: set[str] = set()
        """Names of the candidate that were asked for."""
        self.raised: set[str] = set()
        """Names of the classes of the last error that the candidate raised."""
        self.ending: EndingError | None = None
        """Why nothing more can be asked; None while it can."""

    def ask(
        self, target: Report, do: str, arguments: Any = (), named: Any = None, role: Role = "result"
    ) -> Any:
        """Ask about a name or an object of the candidate.

        Args:
            target: the name, or the number of the object.
            do: what is asked.
            arguments: what is asked with.
            named: the same by names.
            role: what an object is that comes back.

        Raises:
            EndingError: if no answer came with which the tests can go on.
            StopIteration: if an iterator of the candidate is at its end.
            Exception: what the candidate raised.
        """
        if self.ending:
            raise self.ending
        if "name" in target:
            self.names.add(target["name"])
        try:
            answer = self._sent({**target, "do": do}, arguments, named or {})
            if "changed" in answer:
                self.changed = True
                if self._reflects:
                    self._reflect(arguments, answer["changed"], role)
            return self._value(do, answer, role)
        except EndingError as error:
            self.ending = error
            raise

    def _sent(self, message: Report, arguments: Any, named: Any) -> Report:
        silent = SilentError("the candidate ended before the tests did")
        try:
            message["arguments"] = wire.pack(list(arguments), self._number)
            message["named"] = wire.pack(dict(named), self._number)
            wire.send(self.peer, message)
        except wire.ClosedError as error:
            raise silent from error
        except ForeignError as error:
            raise UnaskableError(
                f"the tests cannot run apart from the candidate: {error}"
            ) from error
        except (wire.WireError, RecursionError) as error:
            raise UncarriedError(f"an argument does not travel: {error}") from error
        try:
            answer = wire.receive(self.peer)
        except wire.ClosedError as error:
            raise silent from error
        except wire.WireError as error:
            raise LackingError(f"the candidate sent {error}") from error
        if not self.answers:
            self._report({"asked": True})
        self.answers += 1
        return answer

    @staticmethod
    def _number(value: Any) -> int:
        """The number of one of the candidate's objects that goes back to it.

        Raises:
            ForeignError: for anything else.
        """
        number = value._target.get("object") if isinstance(value, Remote) else None  # noqa: SLF001  one module
        if number is None:
            raise ForeignError(f"a {type(value).__name__[:60]} of theirs does not travel")
        return int(number)

    def _reflect(self, arguments: Any, changed: Any, role: Role) -> None:
        """Put into arguments what a call has left in them."""
        try:
            left = wire.unpack(changed, self._remote(role))
        except (wire.WireError, RecursionError) as error:
            raise LackingError(f"the candidate sent {error}") from error
        if type(left) is not list or len(left) != len(arguments):
            raise LackingError("the candidate answered with what is not an answer")
        for given, now in zip(arguments, left, strict=True):
            if type(given) is type(now) and type(given) in _REFILLED:
                given.clear()
                _REFILLED[type(given)](given, now)

    def _remote(self, role: Role) -> Callable[[int], "Remote"]:
        return lambda number: Remote(self, {"object": number}, role)

    def _value(self, do: str, answer: Report, role: Role) -> Any:
        if "value" in answer:
            try:
                return wire.unpack(answer["value"], self._remote(role))
            except (wire.WireError, RecursionError) as error:
                raise LackingError(f"the candidate sent {error}") from error
        # In a call it would end a loop of the tests early.
        if "end" in answer and do == "next":
            raise StopIteration
        if "raised" in answer:
            names, text = _error(answer["raised"])
            self.raised = set(names)
            kind = next((RAISED[each] for each in names if each in RAISED), None)
            raise kind(text) if kind else CandidateError(f"{names[0]}: {text}")
        if "unknown" in answer:
            raise LackingError(f"the candidate defines no {str(answer['unknown'])[:SHOWN]}")
        if "broken" in answer:
            names, text = _error(answer["broken"])
            self.raised = set(names)
            raise LackingError(f"the candidate does not load: {names[0]}: {text}")
        if type(answer.get("unfit")) is str:
            raise UncarriedError(f"the candidate's answer does not travel: {answer['unfit']}")
        raise LackingError("the candidate answered with what is not an answer")


_REFILLED: dict[type, Callable[[Any, Any], None]] = {
    list: list.extend,
    bytearray: bytearray.extend,
    dict: dict.update,
    set: set.update,
    collections.deque: collections.deque.extend,
}
"""What can be changed in place, and how it is filled anew."""


def _error(told: Any) -> tuple[list[str], str]:
    if type(told) is list and len(told) == 2 and type(told[0]) is list and type(told[1]) is str:  # noqa: PLR2004  names and text
        names = [each for each in told[0] if type(each) is str]
        if names:
            return names, told[1]
    raise LackingError("the candidate answered with what is not an answer")


class Remote:  # noqa: PLW1641  its hash refuses, as set below
    """A name or an object of the candidate, as the tests see it.

    What it is asked are questions whose answers come by value: whether it is true, how long it is,
    its items, attributes and results. Another value is never sent to it to be compared with: neither
    by an operator nor, where a function gave it, by a method such as `startswith`, which would be
    told what is expected and could say yes. Of a class that the tests call by its name the methods
    are what is tested.
    """

    __slots__ = ("_asked", "_role", "_target")

    def __init__(self, asked: Questions, target: Report, role: Role) -> None:
        object.__setattr__(self, "_asked", asked)
        object.__setattr__(self, "_target", target)
        object.__setattr__(self, "_role", role)

    def _next(self, attribute: bool = False) -> Role:
        """What an object is that comes of this one."""
        if self._role == "name":
            return "made" if self._target["name"][:1].isupper() else "result"
        if self._role == "made":
            return "made"
        return "attribute" if attribute else "result"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Ask what a call of it gives."""
        if self._role == "attribute" and (arguments or named):
            self._refuse("be asked about a value by a method")
        return self._asked.ask(self._target, "call", arguments, named, self._next())

    def __bool__(self) -> bool:
        return self._asked.ask(self._target, "truth") is True

    def __len__(self) -> int:
        found = self._asked.ask(self._target, "length")
        return found if type(found) is int else 0

    def __str__(self) -> str:
        return str(self._asked.ask(self._target, "text"))

    def __repr__(self) -> str:
        return "<an object of the candidate>"

    def __iter__(self) -> Any:
        return self._asked.ask(self._target, "iterate", role=self._next())

    def __next__(self) -> Any:
        return self._asked.ask(self._target, "next", role=self._next())

    def __getitem__(self, key: Any) -> Any:
        if self._role in {"result", "attribute"} and type(key) is not int:
            self._refuse("be asked for a value by a key")
        return self._asked.ask(self._target, "item", (key,), role=self._next())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._asked.ask(self._target, "get", (name,), role=self._next(attribute=True))

    def __setattr__(self, name: str, value: Any) -> None:
        self._asked.ask(self._target, "set", (name, value))

    def __eq__(self, other: object) -> bool:
        """Whether two of the candidate's own objects are equal, by the candidate's word."""
        if not isinstance(other, Remote):
            self._refuse("be compared with a value")
        if self._target == other._target:
            return True
        if "object" not in other._target:
            self._refuse("be compared with a name")
        return self._asked.ask(self._target, "same", (other,)) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __instancecheck__(self, value: object) -> bool:
        self._refuse("say whether a value is of its class")

    def _refuse(self, what: str) -> NoReturn:
        self._asked.ending = UncarriedError(f"an object of the candidate cannot {what} here")
        raise self._asked.ending


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(self: Remote, *_: Any) -> NoReturn:
        self._refuse(f"be used by {name}")

    return refuse


for _name in (
    "hash", "lt", "le", "gt", "ge", "int", "float", "complex", "index", "round", "abs", "neg",
    "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv",
    "mod", "rmod", "pow", "rpow", "and", "rand", "or", "ror", "xor", "rxor", "enter", "exit",
):  # fmt: skip
    setattr(Remote, f"__{_name}__", _refusing(f"__{_name}__"))
