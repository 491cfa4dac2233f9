"""Running tests so that none of their assertions is left out: functions, cases and `check`."""

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from assay.verification.sandbox.inside.assertions import Assertions

_SET_UP = ("setup_method", "setup_class", "teardown_method", "teardown_class")


class UnrunnableError(BaseException):
    """A test has to run and cannot be run here."""


def run_rest(space: dict[str, Any], found: Assertions, candidate: Callable[..., Any]) -> None:
    """Run what loading the tests has not run: `check`, functions `test*`, classes of cases.

    Args:
        space: the namespace in which the tests were loaded.
        found: their assertions.
        candidate: what `check(candidate)` is given.

    Raises:
        UnrunnableError: if a test has to run and cannot.
        BaseException: what a test raises.
    """
    for name, value in list(space.items()):
        unit = found.unit(name)
        if unit and unit.is_test and not unit.entered and isinstance(value, types.FunctionType):
            value(*_arguments(value, candidate, is_check=name == "check"))
        elif isinstance(value, type) and _is_waiting(name, found):
            _run_class(name, value)


def _arguments(function: Any, candidate: Callable[..., Any], *, is_check: bool) -> list[Any]:
    """What a test function is given: the candidate where it asks for it, else nothing."""
    code, defaults = function.__code__, len(function.__defaults__ or ())
    needed = code.co_varnames[: code.co_argcount - defaults]
    if needed and (is_check or needed == ("candidate",)):
        return [candidate]
    if needed:
        raise UnrunnableError(f"{function.__name__} takes {', '.join(needed)}")
    return []


def _is_waiting(name: str, found: Assertions) -> bool:
    """Whether a class of the tests has test methods that have not run."""
    return any(
        each.path.startswith(f"{name}.test") and not each.entered and each.path.count(".") == 1
        for each in found.units
    )


def _run_class(name: str, kind: type) -> None:
    cases = sys.modules.get("unittest")
    if cases and issubclass(kind, cases.TestCase):
        _run_cases(cases, kind)
        return
    if not name.startswith("Test"):
        return  # not a class of tests by its name: what it asserts is found not to have run
    lacking = [each for each in _SET_UP if hasattr(kind, each)]
    if lacking or "__init__" in {name for each in kind.__mro__[:-1] for name in vars(each)}:
        raise UnrunnableError(f"{name} has {', '.join(lacking) or 'an __init__'}")
    for method in _methods(kind):
        if method.__code__.co_argcount > 1:
            raise UnrunnableError(f"{name}.{method.__name__} takes arguments")
        method(kind())


def _methods(kind: type) -> Iterator[Any]:
    for name in dir(kind):
        method = getattr(kind, name)
        if name.startswith("test") and isinstance(method, types.FunctionType):
            yield method


def _run_cases(cases: Any, kind: type) -> None:
    """Run a `unittest` class; the first error of any of its tests is raised again."""
    raised: list[BaseException] = []

    class Result(cases.TestResult):  # type: ignore[misc]  # the module is the tests' own
        """Keeps errors as they are."""

        def _keep(self, _: Any, error: Any) -> None:
            raised.append(error[1])
            self.stop()

        addError = addFailure = _keep  # noqa: N815  the names that unittest calls

        def addSubTest(self, test: Any, _: Any, error: Any) -> None:  # noqa: N802  the same
            if error is not None:
                self._keep(test, error)

        def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802  the same
            self._keep(test, (None, AssertionError(f"{test} succeeded unexpectedly"), None))

    cases.TestLoader().loadTestsFromTestCase(kind).run(Result())
    if raised:
        raise raised[0]
