"""Running tests so that none of their assertions is left out: functions, cases and `check`."""

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from assay.verification.sandbox.inside.assertions import Assertions
from assay.verification.sandbox.inside.syntax import TESTS_FILE

_SET_UP = ("setup_method", "setup_class", "teardown_method", "teardown_class")
_SKIPS = frozenset({"SkipTest", "Skipped"})


class UnrunnableError(BaseException):
    """A test has to run and cannot be run here."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name = name
        """The name of the function or class."""


def run_all(
    code: types.CodeType,
    space: dict[str, Any],
    assertions: Assertions,
    candidate: Callable[..., Any],
) -> BaseException | None:
    """Load tests and run those that loading has not run; what they raised, if they did.

    Tests that end or skip themselves are no error: what they leave out is found not to be reached.

    Args:
        code: the tests with their marking calls.
        space: the namespace in which they are loaded.
        assertions: their assertions.
        candidate: what `check(candidate)` is given.
    """
    try:
        _unless_left(lambda: exec(code, space))  # noqa: S102  what the sandbox is for
        _run_rest(space, assertions, candidate)
    except BaseException as error:  # noqa: BLE001  each kind of ending is a verdict of its own
        return error
    return None


def _unless_left(run: Callable[[], Any]) -> None:
    """Run a test, which may end or skip itself without saying no."""
    try:
        run()
    except SystemExit as error:
        if error.code:
            raise
    except BaseException as error:
        if type(error).__name__ not in _SKIPS:
            raise


def _run_rest(space: dict[str, Any], assertions: Assertions, candidate: Callable[..., Any]) -> None:
    """Run what loading the tests has not run: `check`, functions `test*`, classes of cases.

    Raises:
        UnrunnableError: if a test has to run and cannot.
        BaseException: what a test raises.
    """
    cases = sys.modules.get("unittest")
    _run_functions(space, assertions, candidate)
    _run_classes(cases, space, assertions)


def _run_functions(
    space: dict[str, Any], assertions: Assertions, candidate: Callable[..., Any]
) -> None:
    waiting = [
        (name, value) for name, value in space.items()
        if _is_test(name, value) and not _has_run(value, assertions)
    ]  # fmt: skip
    for name, function in waiting:
        unit = assertions.unit_of(function.__code__)
        if unit and unit.name == name and unit.entered:
            continue  # another test has run it meanwhile
        arguments = _arguments(name, function, candidate)
        _unless_left(lambda run=function, arguments=arguments: run(*arguments))  # type: ignore[misc]


def _run_classes(cases: Any, space: dict[str, Any], assertions: Assertions) -> None:
    kinds = {value: name for name, value in space.items() if isinstance(value, type)}
    methods = {kind: list(_methods(kind)) for kind in kinds}
    classes = [
        kind for kind in kinds if any(not _has_run(method, assertions) for method in methods[kind])
    ]  # fmt: skip
    case_classes = [kind for kind in classes if cases and issubclass(kind, cases.TestCase)]
    if case_classes:
        _run_cases(cases, case_classes, space, assertions)
    for kind in classes:
        # Assertions of other classes are found later not to have run.
        if kind not in case_classes and kinds[kind].startswith("Test"):
            _run_class(kinds[kind], kind, methods[kind])


def _is_test(name: str, value: Any) -> bool:
    """Whether it is a test function by its name, and no method of a class that is made by hand."""
    named = name == "check" or name.startswith("test")
    return (
        named
        and isinstance(value, types.FunctionType)
        and value.__code__.co_varnames[: value.__code__.co_argcount][:1] != ("self",)
    )


def _has_run(function: Any, assertions: Assertions) -> bool:
    """Whether a function is one of the tests and has run, or is none of theirs."""
    function = getattr(function, "__wrapped__", function)
    code = getattr(function, "__code__", None)
    if code is None or code.co_filename != TESTS_FILE:
        return True
    unit = assertions.unit_of(code)
    return unit is not None and unit.entered


def _arguments(name: str, function: Any, candidate: Callable[..., Any]) -> list[Any]:
    """What a test function is given: the candidate where it asks for it, else nothing."""
    code, defaults = function.__code__, len(function.__defaults__ or ())
    needed = code.co_varnames[: code.co_argcount - defaults]
    if needed and (name == "check" or needed == ("candidate",)):
        return [candidate]
    if needed:
        raise UnrunnableError(name, f"takes {', '.join(needed)}")
    return []


def _run_class(name: str, kind: type, methods: list[Any]) -> None:
    lacking = [name for name in _SET_UP if hasattr(kind, name)]
    if lacking or "__init__" in {name for base in kind.__mro__[:-1] for name in vars(base)}:
        raise UnrunnableError(name, f"has {', '.join(lacking) or 'an __init__'}")
    for method in methods:
        if method.__code__.co_argcount > 1:
            raise UnrunnableError(name, f"has {method.__name__}, which takes arguments")
        _unless_left(lambda run=method: run(kind()))  # type: ignore[misc]


def _methods(kind: type) -> Iterator[Any]:
    for name in dir(kind):
        method = getattr(kind, name, None) if name.startswith("test") else None
        if isinstance(method, types.FunctionType):
            yield method


def _run_cases(
    cases: Any, kinds: list[type], space: dict[str, Any], assertions: Assertions
) -> None:
    """Run `unittest` classes; the first error of any of their tests is raised again."""
    raised: list[BaseException] = []

    class Result(cases.TestResult):  # type: ignore[misc]  # the module is the tests' own
        """Keeps errors as they are."""

        begun = 0

        def startTest(self, test: Any) -> None:  # noqa: N802  the names that unittest calls
            self.begun = assertions.depth
            super().startTest(test)

        def _keep(self, _: Any, error: Any) -> None:
            raised.append(error[1])
            self.stop()

        addError = addFailure = _keep  # noqa: N815  the same

        def addSubTest(self, test: Any, _: Any, error: Any) -> None:  # noqa: N802  the same
            if error is not None:
                self._keep(test, error)

        def addExpectedFailure(self, test: Any, error: Any) -> None:  # noqa: N802  the same
            # It is an assertion of the tests that is expected not to hold, and not just any error.
            if not isinstance(error[1], AssertionError) or not _is_own(error[1]):
                self._keep(test, error)
            assertions.forgive(self.begun)

        def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802  the same
            self._keep(test, (None, AssertionError(f"{test} succeeded unexpectedly"), None))

    # Where unittest looks for `setUpModule`.
    module = types.ModuleType(str(space.get("__name__", "tests")))
    module.__dict__.update(space)
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    loader = cases.TestLoader()
    cases.TestSuite([loader.loadTestsFromTestCase(kind) for kind in kinds]).run(Result())
    if before is not None:
        sys.modules[module.__name__] = before
    if raised:
        raise raised[0]


def _is_own(error: BaseException) -> bool:
    """Whether the tests raised an error themselves, and not the candidate that they asked."""
    trace, last = error.__traceback__, ""
    while trace:
        last, trace = trace.tb_frame.f_code.co_filename, trace.tb_next
    return last == TESTS_FILE or "unittest" in last
