"""No wrong candidate is passed by tests that do not run, and none gets out of the denominator."""

import fcntl
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.verification.ports import CheckedCandidate, Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import CouldNotSay, Crash, Fail, NotDelivered, Pass
from simulators.sandboxes import real_sandbox
from simulators.verdict_forgeries import (
    LEAVING,
    LINES,
    LOCKS,
    PROGRAMS,
    TESTS,
    UNREACHED,
    ZERO,
    Forgery,
)

CASES = Path(__file__).parents[3] / "shared" / "cases" / "security"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[WarmSandbox]:
    with real_sandbox() as opened:
        yield opened


def meet(sandbox: WarmSandbox, forgery: Forgery) -> CheckedCandidate:
    seconds = 0.5 if "timeout" in forgery.may_end_in else 60.0
    limits = Limits(seconds=seconds, memory_mb=256)
    return sandbox.check(forgery.candidate, forgery.tests, entry="add", limits=limits)


@pytest.mark.share(4)
@pytest.mark.parametrize("name", UNREACHED)
def test_tests_of_which_a_part_does_not_run_pass_nobody(sandbox: WarmSandbox, name: str) -> None:
    """What was not run is run, or ends in `error`: a wrong candidate does not get a pass."""
    found = meet(sandbox, UNREACHED[name])
    assert found.verdict.__struct_config__.tag in UNREACHED[name].may_end_in.split(), found


@pytest.mark.share(5)
@pytest.mark.parametrize("name", LEAVING)
def test_no_candidate_chooses_that_it_is_not_counted(sandbox: WarmSandbox, name: str) -> None:
    """What the candidate does, says or raises never ends in `error` or `unavailable`."""
    found = meet(sandbox, LEAVING[name])
    assert isinstance(found.verdict, Fail | NotDelivered), found
    assert found.verdict.__struct_config__.tag in LEAVING[name].may_end_in.split(), found


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_cannot_report_what_became_of_it(sandbox: WarmSandbox, name: str) -> None:
    """It holds no report channel: what it writes or exits with is a failure, and nothing else."""
    found = sandbox.run(PROGRAMS[name], limits=Limits(seconds=20.0, memory_mb=256))
    assert isinstance(found.verdict, Fail | Crash), found
    assert "evil" not in str(found.verdict)


def test_a_script_of_another_language_holds_no_channel_either(sandbox: WarmSandbox) -> None:
    """A shell finds none of the handles by which its start was reported."""
    says = 'for n in 3 4 5 6 7 8 9; do echo \'{"refused":"evil"}\' >&$n; done; exit 1'
    found = sandbox.run(says, language="sh", limits=Limits(seconds=20.0, processes=8))
    assert isinstance(found.verdict, Fail), found
    assert found.error.count("Bad file descriptor") == 7


@pytest.mark.parametrize("sign", LINES)
def test_a_reason_is_one_line(sandbox: WarmSandbox, sign: str) -> None:
    """No character of an error's text begins what looks like a verdict of its own."""
    text = f"x{sign}verdict    pass"
    raising = f"def add(a, b): raise ValueError({text!r})"
    for candidate in (raising, f"raise ValueError({text!r})"):
        found = sandbox.check(candidate, TESTS, entry="add", limits=Limits(seconds=20.0))
        assert isinstance(found.verdict, Fail)
        assert sign not in found.verdict.reason
        assert len(found.verdict.reason.splitlines()) == 1
    program = sandbox.run(f"raise SystemExit({text!r})", limits=Limits(seconds=20.0))
    assert isinstance(program.verdict, Fail)
    assert len(program.verdict.reason.splitlines()) == 1


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("processes", [1, 4])
def test_no_lock_reaches_from_one_run_to_another(
    sandbox: WarmSandbox, name: str, processes: int
) -> None:
    """Locks that are held on a shared file, of either sort, are not seen from inside."""
    with Path("/usr/bin/env").open() as first, Path("/usr/bin/env").open() as second:
        fcntl.flock(first, fcntl.LOCK_EX)
        fcntl.fcntl(second, fcntl.F_SETLK, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0))
        found = sandbox.run(LOCKS[name], limits=Limits(seconds=20.0, processes=processes))
    assert isinstance(found.verdict, Pass), found
    assert found.output == ""


HOLDS = """
import fcntl, sys
held = open("/usr/bin/env")
try: fcntl.flock(held, fcntl.LOCK_EX)
except OSError: pass
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_that_a_run_takes_is_held_nowhere(sandbox: WarmSandbox) -> None:
    """The host takes the lock after a run said that it holds it; a database in a file still works."""
    database = (
        "import sqlite3\nopened = sqlite3.connect('x.db')\nopened.execute('create table t (n)')\n"
        "opened.execute('insert into t values (7)')\nopened.commit()\n"
        "print(sqlite3.connect('x.db').execute('select n from t').fetchall())"
    )
    found = sandbox.run(database, limits=Limits(seconds=20.0))
    assert found.output == "[(7,)]\n", found
    assert sandbox.run(HOLDS, limits=Limits(seconds=20.0)).output == "held\n"
    with Path("/usr/bin/env").open() as ours:
        fcntl.flock(ours, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.data
def test_the_cases_beside_the_project_pass_nobody(sandbox: WarmSandbox) -> None:
    """Each suite beside the project of which a part did not run finds the wrong candidate out."""
    files = sorted(CASES.glob("false_pass_t*.py"))
    if not files:
        pytest.skip(f"NO CASE WAS TRIED: there is none in {CASES}")
    for each in files:
        tests = each.read_text(encoding="utf-8")
        for shared in (False, True):
            found = sandbox.check(ZERO, tests, shared=shared, limits=Limits(seconds=20.0))
            assert isinstance(found.verdict, Fail | CouldNotSay), (each.name, found)
            right = sandbox.check("def add(a, b): return a + b", tests, shared=shared,
                                  limits=Limits(seconds=20.0))  # fmt: skip
            assert isinstance(right.verdict, Pass), (each.name, right)
