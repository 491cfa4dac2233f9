"""Programs that run as a whole: a script, a script of another language, a suite beside its subject."""

import atexit
import errno
import os
import sys
import types
from typing import Any


def run_script(source: str) -> tuple[int, str | None]:
    """Run Python source as a script.

    Returns:
        The exit code, and the limit that it ran into by its own error, if it did.
    """
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    limit = None
    try:
        exec(compile(source, "program.py", "exec"), module.__dict__)  # noqa: S102  what the sandbox is for
        code = 0
    except SystemExit as ended:
        code = _exit_code(ended.code)
    except BaseException as error:  # noqa: BLE001  as the interpreter itself does
        limit = limit_of(error)
        # The first frame is this function, which is not part of the program.
        _print_error(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))
        code = 1
    atexit._run_exitfuncs()  # noqa: SLF001  the one way to run them without ending the interpreter
    _flush()
    return code, limit


def run_command(command: list[str], source: str) -> str:
    """Become another interpreter that runs a source; it comes back only if that fails.

    Args:
        command: program and arguments; the source's path is added.
        source: what it runs.
    """
    with open("program", "w", encoding="utf-8", errors="surrogateescape") as written:  # noqa: PTH123  pathlib is not loaded in here
        written.write(source)
    try:
        os.execv(command[0], [*command, "program"])  # noqa: S606  no shell is wanted
    except OSError as error:
        return f"the program cannot be started: {command[0]}: {error.strerror}"


def run_suite(candidate: str, tests: str, entry: str | None) -> dict[str, Any]:
    """Run tests in one process with their subject, which can forge what they say.

    Functions named `test_*`, `unittest` cases, `check(candidate)` and plain assertions are run;
    the subject is the module `candidate`, and its names are the tests' names too.
    """
    subject, suite = types.ModuleType("candidate"), types.ModuleType("tests")
    sys.modules |= {"candidate": subject, "tests": suite}
    try:
        exec(compile(candidate, "<candidate>", "exec"), subject.__dict__)  # noqa: S102  what the sandbox is for
    except BaseException as error:  # noqa: BLE001  the candidate's fault, whatever it is
        return {"verdict": "fail", "note": f"the candidate does not load: {error!r}"[:300]}
    names = {key: value for key, value in vars(subject).items() if not key.startswith("__")}
    suite.__dict__.update(names)
    try:
        exec(compile(tests, "<tests>", "exec"), suite.__dict__)  # noqa: S102  what the sandbox is for
        ran = _run_cases(suite, names, entry)
    except (ImportError, SyntaxError) as error:
        return {"verdict": "error", "note": f"the tests do not load: {error!r}"[:300]}
    except BaseException as error:  # noqa: BLE001  any error is the tests' way to say no
        limit = limit_of(error)
        return {"verdict": limit or "fail", "note": f"{type(error).__name__}: {error}"[:300]}
    if not ran and not _asserts(tests):
        return {"verdict": "error", "note": "no test of the suite ran"}
    return {"verdict": "pass", "note": f"{ran} test functions" if ran else None}


def _asserts(tests: str) -> bool:
    """Whether assertions are outside functions and classes, so that loading runs them."""
    # Loaded before the first fork it would make every fork dearer, and suites are rare.
    import ast  # noqa: PLC0415

    waiting: list[ast.AST] = [ast.parse(tests)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Assert):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False


def run_pytest(candidate: str, tests: str) -> dict[str, Any]:
    """Run a pytest suite in one process with its subject, the module `candidate`."""
    import pytest  # noqa: PLC0415  it is there only where it was loaded before the fork

    for name, source in (("candidate.py", candidate), ("test_suite.py", tests)):
        with open(name, "w", encoding="utf-8", errors="surrogateescape") as written:  # noqa: PTH123  pathlib is not loaded in here
            written.write(source)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path.insert(0, os.getcwd())  # noqa: PTH109  the same
    heard = _Heard()
    options = ["-q", "-p", "no:cacheprovider", "--rootdir=.", "test_suite.py"]
    code = int(pytest.main(options, plugins=[heard]))
    if code == 0 and heard.passed:
        return {"verdict": "pass", "note": f"{heard.passed} tests"}
    if code == 1 and heard.failures:
        return {"verdict": "fail", "note": heard.failures[0][:300]}
    told = heard.failures[0] if heard.failures else f"no test passed or failed, exit code {code}"
    return {"verdict": "error", "note": f"the suite did not run: {told}"[:300]}


class _Heard:
    """A pytest plug-in that keeps what became of each test."""

    def __init__(self) -> None:
        self.passed = 0
        self.failures: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test, its set-up or its end has a result."""
        self.passed += report.when == "call" and report.outcome == "passed"
        self._keep(report)

    def pytest_collectreport(self, report: Any) -> None:
        """A file was read, or could not be."""
        self._keep(report)

    def _keep(self, report: Any) -> None:
        if report.outcome == "failed":
            last = str(report.longrepr).strip().splitlines()[-1:]
            self.failures.append(f"{report.nodeid}: {' '.join(last)}")


def _run_cases(suite: types.ModuleType, given: dict[str, Any], entry: str | None) -> int:
    own = {key: value for key, value in vars(suite).items() if given.get(key) is not value}
    functions = [
        each
        for key, each in own.items()
        if key.startswith("test") and isinstance(each, types.FunctionType)
    ]
    ran = len(functions)
    check = own.get("check")
    if callable(check):
        check(given[entry] if entry else _last(given))
        ran += 1
    for each in functions:
        each()
    # As `ast` above.
    import unittest  # noqa: PLC0415

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromModule(suite).run(result)
    for _, told in (*result.errors, *result.failures):
        raise AssertionError(told.strip().splitlines()[-1])
    return ran + result.testsRun - len(result.skipped)


def _last(given: dict[str, Any]) -> Any:
    return [each for each in given.values() if isinstance(each, types.FunctionType)][-1]


def limit_of(error: BaseException) -> str | None:
    """The limit that an error names; None where it names none."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return "process_limit"
    if not isinstance(error, OSError):
        return None
    if error.errno == errno.EAGAIN:
        return "process_limit"
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EMFILE}:
        return "file_limit"
    return "memory" if error.errno == errno.ENOMEM else None


def _exit_code(code: Any) -> int:
    if code is None or isinstance(code, int):
        return int(code or 0) & 0xFF
    print(code, file=sys.stderr)  # noqa: T201  as the interpreter itself does
    return 1


def _print_error(error: BaseException) -> None:
    try:
        sys.__excepthook__(type(error), error, error.__traceback__)
    except BaseException:  # noqa: BLE001  its text may raise, or memory may be gone
        os.write(2, b"an error that cannot be shown\n")


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
