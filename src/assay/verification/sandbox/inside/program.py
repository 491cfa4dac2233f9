"""Programs that run as a whole: a script, a script of another language, a suite with its subject."""

import atexit
import errno
import os
import sys
import types
from typing import Any

from assay.verification.sandbox.inside.assertions import Assertions
from assay.verification.sandbox.inside.running_tests import UnrunnableError, run_all
from assay.verification.sandbox.inside.syntax import TESTS_FILE
from assay.verification.sandbox.inside.tests_side import (
    tally,
    verdict_of,
    verdict_report,
    where,
)


def run_script(source: str) -> int:
    """Run Python source as a script, and give its exit code."""
    module = types.ModuleType("__main__")
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    try:
        exec(compile(source, "program.py", "exec"), module.__dict__)  # noqa: S102  what the sandbox is for
        code = 0
    except SystemExit as ended:
        code = _exit_code(ended.code)
    except BaseException as error:  # noqa: BLE001  as the interpreter itself does
        # The first frame is this function, which is not part of the program.
        _print_error(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))
        code = 1
    atexit._run_exitfuncs()  # noqa: SLF001  the one way to run them without ending the interpreter
    _flush()
    return code


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
    """Run tests in one process with their subject, which can forge their result.

    Functions named `test*`, `unittest` cases, `check(candidate)` and plain assertions are run; the
    subject is the module `candidate`, and its names are the tests' names too.
    """
    subject, suite = types.ModuleType("candidate"), types.ModuleType("tests")
    sys.modules |= {"candidate": subject, "tests": suite}
    try:
        exec(compile(candidate, "<candidate>", "exec"), subject.__dict__)  # noqa: S102  what the sandbox is for
    except BaseException as error:  # noqa: BLE001  the candidate's fault, whatever it is
        return verdict_report("fail", f"the candidate does not load: {error!r}")
    names = {key: value for key, value in vars(subject).items() if not key.startswith("__")}
    try:
        assertions = Assertions(tests)
        code = compile(assertions.tree, TESTS_FILE, "exec")
    except Exception as error:  # noqa: BLE001  whatever it is, the tests' author has to see it
        return verdict_report("error", f"the tests do not load: {where(error, tests)}")
    suite.__dict__.update({**names, **assertions.names})
    raised = run_all(code, suite.__dict__, assertions, names.get(entry or "") or _last(names))
    if raised is None:
        report = verdict_of(assertions, {*names, "candidate"})
    elif isinstance(raised, UnrunnableError | ImportError | SyntaxError):
        report = verdict_report("error", f"the tests do not run: {where(raised, tests)}")
    else:
        report = verdict_report("fail", where(raised, tests))
    return {**report, **tally(assertions)}


def run_pytest(candidate: str, tests: str) -> dict[str, Any]:
    """Run a pytest suite in one process with its subject, the module `candidate`."""
    import pytest  # noqa: PLC0415  it is there only where it was loaded before the fork

    for name, source in (("candidate.py", candidate), ("test_suite.py", tests)):
        with open(name, "w", encoding="utf-8", errors="surrogateescape") as written:  # noqa: PTH123  pathlib is not loaded in here
            written.write(source)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path.insert(0, os.getcwd())  # noqa: PTH109  the same
    outcomes = _TestOutcomes()
    options = ["-q", "-p", "no:cacheprovider", "--rootdir=.", "test_suite.py"]
    code = int(pytest.main(options, plugins=[outcomes]))
    if code == 0 and outcomes.passed:
        return {"verdict": "pass", "note": f"{outcomes.passed} tests"}
    if code == 1 and outcomes.failures:
        return {"verdict": "fail", "note": outcomes.failures[0][:300]}
    failure = (
        outcomes.failures[0] if outcomes.failures else f"no test passed or failed, exit code {code}"
    )
    return {"verdict": "error", "note": f"the suite did not run: {failure}"[:300]}


class _TestOutcomes:
    """A pytest plug-in that counts passed tests and keeps the text of failures."""

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


def _last(names: dict[str, Any]) -> Any:
    functions = [value for value in names.values() if isinstance(value, types.FunctionType)]
    return functions[-1] if functions else None


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
