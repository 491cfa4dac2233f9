"""The tests' side of a split check: it asks for values over the wire, and alone says the verdict.

Two shapes of tests are run: a function `check(candidate)`, and plain assertions that call the
functions under test by name. Names that the tests use and do not define are the candidate's.
"""

import builtins
import types
from collections.abc import Iterator
from typing import Any

from assay.verification.sandbox.inside import wire

FILE = "<tests>"
SHOWN = 300
"""Characters of a note."""

_RAISED = (
    ArithmeticError, AssertionError, AttributeError, EOFError, FloatingPointError, IndexError,
    KeyError, LookupError, NameError, NotImplementedError, OSError, OverflowError,
    PermissionError, FileNotFoundError, RecursionError, RuntimeError, TimeoutError, TypeError,
    UnicodeError, ValueError, ZeroDivisionError,
)  # fmt: skip
RAISED = {each.__name__: each for each in _RAISED}
"""Errors of the candidate that are raised again in the tests. None of those is here that steer a
loop or end a program: `StopIteration` in a call would end the tests' own loops early."""


LIMITS = frozenset({"memory", "process_limit", "file_limit"})
"""Limits that a candidate can say it ran into."""


class CandidateError(Exception):
    """The candidate raised an error that has no name here."""


class SilentError(BaseException):
    """The candidate gave no answer: what it did instead is for the fork server to say."""


class UnfitError(BaseException):
    """The candidate answered with what is not a plain value, or could not be loaded."""


class LimitError(BaseException):
    """The candidate ran into a limit, by its own word."""


class Asked:
    """Functions of the candidate, asked for over the wire."""

    def __init__(self, peer: int) -> None:
        self.peer = peer
        """The wire."""
        self.answers = 0
        """Calls that were answered."""
        self.names: set[str] = set()
        """Functions that were called."""

    def call(self, name: str, arguments: Any, named: Any) -> Any:
        """One call of the candidate.

        Raises:
            SilentError: if no answer came.
            UnfitError: if what came is not a value.
            LimitError: if the candidate ran into a limit.
            Exception: what the candidate raised.
        """
        self.names.add(name)
        message = {
            "name": name,
            "arguments": wire.pack(list(arguments)),
            "named": wire.pack(dict(named)),
        }
        try:
            wire.send(self.peer, message)
            answer = wire.receive(self.peer)
        except wire.ClosedError as error:
            raise SilentError from error
        except wire.WireError as error:
            raise UnfitError(f"the candidate sent {error}") from error
        return self._value(answer)

    def _value(self, answer: dict[str, Any]) -> Any:
        if "value" in answer:
            try:
                value = wire.unpack(answer["value"])
            except (wire.WireError, RecursionError) as error:
                raise UnfitError(f"the candidate sent {error}") from error
            self.answers += 1
            return value
        if "raised" in answer:
            self.answers += 1
            name, text = _pair(answer["raised"])
            raise RAISED.get(name, CandidateError)(text)
        if answer.get("limit") in LIMITS:
            raise LimitError(answer["limit"])
        if "unknown" in answer:
            raise UnfitError(f"the candidate defines no {str(answer['unknown'])[:SHOWN]}")
        if "broken" in answer:
            name, text = _pair(answer["broken"])
            raise UnfitError(f"the candidate does not load: {name}: {text}")
        raise UnfitError(
            f"the candidate's answer does not travel: {str(answer.get('unfit'))[:SHOWN]}"
        )


def _pair(told: Any) -> tuple[str, str]:
    if type(told) is list and len(told) == 2 and all(type(each) is str for each in told):  # noqa: PLR2004  name and text
        return told[0], told[1]
    raise UnfitError("the candidate answered with what is not an answer")


class Function:
    """One function of the candidate, as the tests see it."""

    def __init__(self, asked: Asked, name: str) -> None:
        self._asked = asked
        self.__name__ = name

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Ask the candidate."""
        return self._asked.call(self.__name__, arguments, named)


def judge(tests: str, context: str, entry: str | None, peer: int) -> dict[str, Any]:
    """Run the tests and say what they came to.

    Args:
        tests: the tests' source.
        context: trusted source whose names the tests may use.
        entry: the function under test; empty for the candidate's last one.
        peer: the wire to the candidate.

    Returns:
        `verdict`, `note` and `borrowed`; the verdict `silent` where the candidate gave no answer.
    """
    asked = Asked(peer)
    space: dict[str, Any] = {"__name__": "tests", "__builtins__": builtins}
    try:
        code = compile(tests, FILE, "exec")
        exec(compile(context, "<context>", "exec"), space)  # noqa: S102  the tests' own trusted source
    except Exception as error:  # noqa: BLE001  the tests' author must hear of it, whatever it is
        return _said("error", f"the tests do not load: {_where(error, tests)}")
    # What the tests define themselves takes the place of these.
    wanted = {name for name in names_in(code) if name not in space and not hasattr(builtins, name)}
    if entry:
        wanted.add(entry)
    space |= {name: Function(asked, name) for name in wanted}
    found = _run(code, tests, space, entry, asked)
    borrowed = sorted(asked.names - {entry or ""})
    if not entry and len(borrowed) == 1:
        borrowed = []
    return {**found, "borrowed": borrowed}


def _run(
    code: types.CodeType, tests: str, space: dict[str, Any], entry: str | None, asked: Asked
) -> dict[str, Any]:
    try:
        exec(code, space)  # noqa: S102  what the sandbox is for
        check = space.get("check")
        # Tests that call `check` themselves have asked by now.
        if callable(check) and not isinstance(check, Function) and not asked.names:
            check(Function(asked, entry or ""))
    except BaseException as error:  # noqa: BLE001  each kind of ending is a verdict of its own
        return _ended(error, tests)
    if not asked.answers:
        return _said("error", "the tests never called the candidate")
    return _said("pass", None)


def _ended(error: BaseException, tests: str) -> dict[str, Any]:
    """What it means that the tests did not run to their end."""
    for kinds, verdict, note in (
        (SilentError, "silent", "the candidate ended before the tests did"),
        (UnfitError, "fail", str(error)),
        (LimitError, str(error), None),
        (MemoryError, "memory", None),
        ((ImportError, SyntaxError), "error", f"the tests do not load: {_where(error, tests)}"),
        # Any other error is the tests' way to say no.
        (Exception, "fail", _where(error, tests)),
    ):
        if isinstance(error, kinds):
            return _said(verdict, note)
    return _said("error", f"the tests ended with {type(error).__name__}")


def _said(verdict: str, note: str | None) -> dict[str, Any]:
    return {"verdict": verdict, "note": note[:SHOWN] if note else None, "borrowed": []}


def _where(error: BaseException, tests: str) -> str:
    """The error with the line of the tests that it came from."""
    told = f"{type(error).__name__}: {error}".rstrip(": ")
    line, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    lines = tests.splitlines()
    if line is None or line > len(lines):
        return told
    return f"line {line} of the tests: {lines[line - 1].strip()[:160]}: {told}"


def names_in(code: types.CodeType) -> Iterator[str]:
    """Every name that code and the code within it use globally; names of attributes are among them."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from names_in(each)
