"""The questions of the tests to the candidate over the wire: about its names and its objects."""

import _thread
import collections
import io
import os
import sys
import types
from collections.abc import Callable
from typing import Any

from assay.verification.sandbox.inside import wire
from assay.verification.sandbox.inside.candidate_class import (
    CandidateClass,
    Role,
    is_stand_in,
    state_of,
)
from assay.verification.sandbox.inside.candidate_name import Name, resolve_name
from assay.verification.sandbox.inside.endings import (
    CandidateError,
    EndingError,
    ForeignError,
    LackingError,
    SilentError,
    UnaskableError,
    UncarriedError,
)
from assay.verification.sandbox.inside.operations import ENDING
from assay.verification.sandbox.inside.stand_ins import StandIns
from assay.verification.sandbox.inside.wire import Report

SHOWN = 300
"""Characters of a candidate's text that are shown in a reason."""

_WATCHED = ("builtins", "sys", "time", "random", "os", "posixpath")
"""Modules whose attributes the tests may not replace: the candidate's process has its own, so the
replacement would have no effect there."""


class Questions:
    """What the candidate is asked over the wire."""

    def __init__(
        self, peer: int, report: Callable[[Report], None], *, reflects: bool = False
    ) -> None:
        self.peer = peer
        """The wire."""
        self._report = report
        self._reflects = reflects
        self._stand_ins = StandIns(self)
        self._alone = _thread.RLock()
        self._loaded: dict[str, Any] = {}
        self._begun = False
        self._streams = sys.stdin, sys.stdout, sys.stderr
        # Both processes have these, so that a change by the tests would not reach the candidate.
        self._world = {place: dict(_namespace(place)) for place in _WATCHED if place in sys.modules}
        self._world["os.environ"] = dict(os.environ)
        self.changed = False
        """Whether a call has changed an argument, or returned one."""
        self.answers = 0
        """Questions that were answered, without the look-ups of names."""
        self.names: set[str] = set()
        """Names of the candidate that were asked for."""
        self.raised: set[str] = set()
        """Names of the classes of the last error that the candidate raised."""
        self.ending: EndingError | None = None
        """Why nothing more can be asked; None while it can."""

    def load(self, name: str) -> Any:
        """What the candidate binds to a name: a value, or a stand-in of an object.

        Args:
            name: the name; empty for its last function.

        Raises:
            EndingError: if it binds nothing to it, or nothing that can be sent.
        """
        self.names.add(name)
        if name in self._loaded:
            return self._loaded[name]
        # What is written like a class is one to the tests: its methods are what is tested, so objects that
        # it makes may answer for themselves (decision 38).
        is_class = name[:1].isupper() and "_" not in name
        role: Role = "class" if is_class else "name"
        value = self.ask({"name": name}, "itself", role=role, own=True)
        if type(value) is CandidateClass:
            state_of(value).role = role
        # Any other name may be bound anew by a call, so it is looked up at each use.
        if type(value) is CandidateClass or isinstance(value, types.FunctionType):
            self._loaded[name] = value
        return value

    def name(self, name: str) -> Name:
        """A name that is looked up when it is used."""
        return Name(lambda: self.load(name))

    def ask(
        self,
        target: Report,
        do: str,
        arguments: Any = (),
        named: Any = None,
        role: Role = "result",
        *,
        own: bool = False,
    ) -> Any:
        """Ask about a name or an object of the candidate.

        Args:
            target: the name, or the number of the object.
            do: what is asked.
            arguments: what is asked with.
            named: the same by names.
            role: what an object is that comes back.
            own: whether an object comes back as itself even where it holds a value that can change.

        Raises:
            EndingError: if no answer came with which the tests can go on.
            StopIteration: if an iterator of the candidate is at its end.
            Exception: what the candidate raised.
        """
        # Threads of the tests ask one after another.
        with self._alone:
            if self.ending:
                raise self.ending
            try:
                self._require_same_world()
                values = [resolve_name(value) for value in arguments]
                more = {key: resolve_name(value) for key, value in (named or {}).items()}
                answer = self._exchange({**target, "do": do, "own": own}, values, more)
                self._write_streams(answer)
                if "changed" in answer:
                    self.changed = True
                    if self._reflects:
                        values += more.values()
                        self._reflect(values, answer["changed"], role)
                        if answer.get("same") in range(len(values)):
                            return values[answer["same"]]
                return self._value(do, answer, role)
            except EndingError as error:
                # Kept, so that tests which catch it cannot go on asking.
                self.ending = error
                raise

    def _require_same_world(self) -> None:
        """Refuse to go on where the tests have replaced what the candidate uses as well.

        Raises:
            UnaskableError: if they did.
        """
        for place, before in self._world.items():
            now = _namespace(place)
            if now == before:
                continue
            for name in now.keys() | before.keys():
                if now.get(name) != before.get(name) and not str(name).startswith("_"):
                    raise _replacement_error(f"{place}.{name}")
        mocks = sys.modules.get("unittest.mock")
        if mocks:
            self._require_no_mocks(mocks.NonCallableMock)

    @staticmethod
    def _require_no_mocks(kind: type) -> None:
        """The same for what the tests loaded later: a mock stands in a module of the library."""
        for place in sys.stdlib_module_names & sys.modules.keys():
            for name, value in list(getattr(sys.modules[place], "__dict__", {}).items()):
                if issubclass(type(value), kind):
                    raise _replacement_error(f"{place}.{name}")

    def _replaced_streams(self) -> Report:
        """The streams that the tests replaced, for the time of a call."""
        streams: Report = {}
        for name, before in zip(("stdin", "stdout", "stderr"), self._streams, strict=True):
            now = getattr(sys, name)
            if now is before:
                continue
            streams[name] = True
            if name == "stdin":
                if not isinstance(now, io.StringIO):
                    raise _replacement_error("sys.stdin")
                streams[name] = now.getvalue()[now.tell() :]
        return streams

    def _write_streams(self, answer: Report) -> None:
        for name in ("stdout", "stderr"):
            if type(answer.get(name)) is str and getattr(sys, name) is not None:
                getattr(sys, name).write(answer[name])
        if type(answer.get("unread")) is int and isinstance(sys.stdin, io.StringIO):
            whole = len(sys.stdin.getvalue())
            sys.stdin.seek(min(max(whole - answer["unread"], sys.stdin.tell()), whole))

    def _exchange(self, message: Report, arguments: Any, named: Any) -> Report:
        silent = SilentError("the candidate ended before the tests did")
        try:
            message |= self._replaced_streams()
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
            raise UncarriedError(f"an argument cannot be sent: {error}") from error
        try:
            answer = wire.receive(self.peer)
            self._stand_ins.define_classes(answer.get("kinds", []))
        except wire.ClosedError as error:
            raise silent from error
        except wire.WireError as error:
            raise LackingError(f"the candidate sent {error}") from error
        if not self._begun:
            self._begun = True
            self._report({"asked": True})
        self.answers += message["do"] != "itself"
        return answer

    def _number(self, value: Any, content: Any) -> int | None:
        """The number of one of the candidate's objects that goes back to it.

        Raises:
            ForeignError: for anything else.
        """
        value = resolve_name(value)
        try:
            if is_stand_in(value):
                return int(state_of(value).target["object"])
        except AttributeError:
            pass
        if isinstance(value, CandidateError) or value is CandidateError:
            raise wire.WireError("an error of the candidate that has no name in the tests")
        if content is None:
            raise ForeignError(f"a {wire.name_of(type(value))[:60]} of theirs cannot be sent")
        return None

    def _reflect(self, arguments: list[Any], changed: Any, role: Role) -> None:
        """Put into arguments what a call has left in them."""
        try:
            left = wire.unpack(changed, self._stand_ins.finder(role))
        except (wire.WireError, RecursionError) as error:
            raise LackingError(f"the candidate sent {error}") from error
        if left is None:
            return
        if type(left) is not list or len(left) != len(arguments):
            raise LackingError("the candidate answered with what is not an answer")
        for before, now in zip(arguments, left, strict=True):
            if type(before) is type(now) and type(before) in _REFILLED:
                before.clear()
                _REFILLED[type(before)](before, now)

    def _unpack(self, data: Any, role: Role) -> Any:
        try:
            return wire.unpack(data, self._stand_ins.finder(role))
        except (wire.WireError, RecursionError) as error:
            raise LackingError(f"the candidate sent {error}") from error

    def _value(self, do: str, answer: Report, role: Role) -> Any:
        if "value" in answer:
            return self._unpack(answer["value"], role)
        # Only in answer to these: in a call it would end a loop of the tests early.
        if "end" in answer and do in ENDING:
            if do == "__anext__":
                raise StopAsyncIteration
            raise StopIteration(self._unpack(answer["end"], role))
        if "raised" in answer:
            raise self._read_error(answer)
        if "unknown" in answer:
            raise LackingError(f"the candidate defines no {str(answer['unknown'])[:SHOWN]}")
        if "broken" in answer:
            names, text = _names_and_text(answer["broken"])
            self.raised = set(names)
            raise LackingError(f"the candidate does not load: {names[0]}: {text}")
        if type(answer.get("unfit")) is str:
            raise UncarriedError(f"the candidate's answer cannot be sent: {answer['unfit']}")
        raise LackingError("the candidate answered with what is not an answer")

    def _read_error(self, answer: Report) -> Exception:
        """The error that the candidate raised: a stand-in of it, Python's own, or one with its text."""
        names, text = _names_and_text(answer["raised"])
        self.raised = set(names)
        error = self._unpack(answer["error"], "result") if "error" in answer else None
        if not isinstance(error, Exception):
            kind = next((wire.ERRORS[name] for name in names if name in wire.ERRORS), Exception)
            try:
                error = CandidateError(f"{names[0]}: {text}") if kind is Exception else kind(text)
            except TypeError:
                error = CandidateError(f"{names[0]}: {text}")
        if type(answer.get("cause")) is dict and "raised" in answer["cause"]:
            error.__cause__ = self._read_error(answer["cause"])
            self.raised = set(names)
        return error


class CandidateModule(types.ModuleType):
    """The module `candidate`, for tests that import what they ask."""

    def __init__(self, questions: Questions) -> None:
        super().__init__("candidate")
        self.__dict__["_questions"] = questions

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__dict__["_questions"].load(name)

    def __setattr__(self, name: str, _: Any) -> None:
        questions = self.__dict__["_questions"]
        questions.ending = _replacement_error(f"candidate.{name}")
        raise questions.ending


def _replacement_error(what: str) -> UnaskableError:
    return UnaskableError(
        f"the tests cannot run apart from the candidate: they replace {what}, which it has of its own"
    )


def _namespace(place: str) -> dict[Any, Any]:
    if place == "os.environ":
        return dict(os.environ)
    return {"argv": list(sys.argv)} if place == "sys" else vars(sys.modules[place])


_REFILLED: dict[type, Callable[[Any, Any], None]] = {
    list: list.extend,
    bytearray: bytearray.extend,
    dict: dict.update,
    set: set.update,
    collections.deque: collections.deque.extend,
}
"""Types that can be changed in place, with the method that fills them after they were cleared."""


def _names_and_text(report: Any) -> tuple[list[str], str]:
    if (
        type(report) is list
        and len(report) == 2  # noqa: PLR2004  names and text
        and type(report[0]) is list
        and type(report[1]) is str
    ):
        names = [name for name in report[0] if type(name) is str]
        if names:
            return names, report[1]
    raise LackingError("the candidate answered with what is not an answer")
