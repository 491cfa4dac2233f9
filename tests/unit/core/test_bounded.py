"""The bounded child: native code that never comes back is ended, and the child outlives nobody."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core import bounded
from assay.core.bounded import CallLimits, call
from assay.core.budget import BudgetError, WorkBudget
from assay.core.errors import InputError
from assay.core.patterns import Pattern

SHORT = CallLimits(seconds=1, memory_mb=256)


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Functions that misbehave, in a module that the child can import as well."""
    (tmp_path / "misbehaving.py").write_text(
        textwrap.dedent(
            """
            import os, re
            from assay.core.errors import InputError
            def double(payload): return payload * 2
            def backtrack(payload): return bool(re.match("^(a+)+$", "a" * 60 + "!"))
            def hoard(payload): return len(bytearray(1 << 31))
            def refuse(payload): raise InputError(code="odd", message="not even", where="row 1", hint="add one")
            def crash(payload): os.kill(os.getpid(), 11)
            def surprise(payload): raise KeyError("x")
            def dig(payload): return dig(payload)
            def process(payload): return os.getpid()
            """
        )
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    bounded._calls.drop()
    yield
    bounded._calls.drop()
    sys.modules.pop("misbehaving", None)


def asked(name: str, payload: object = None) -> object:
    """What a misbehaving function comes to in the child."""
    import misbehaving  # the fixture writes it

    return call(getattr(misbehaving, name), payload, SHORT, what="trying it")


def test_a_value_comes_back() -> None:
    """JSON goes in and JSON comes out."""
    assert asked("double", [1, "å"]) == [1, "å", 1, "å"]


def test_native_code_that_never_ends_is_ended_and_the_next_call_works() -> None:
    """A pattern that backtracks for ever holds the interpreter, and is ended by the kernel."""
    with pytest.raises(BudgetError, match="trying it takes more than 1 s of processor time"):
        asked("backtrack")
    assert asked("double", 2) == 4


def test_memory_is_bounded() -> None:
    """Two GiB are not given to a call that may have 256 MiB."""
    with pytest.raises(BudgetError, match="256 MiB of memory"):
        asked("hoard")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("refuse", "row 1: not even \\(add one\\)"),
        ("crash", "ended without an answer \\(SIGSEGV\\)"),
        ("surprise", "KeyError: 'x'"),
        ("dig", "nested too deeply"),
    ],
)
def test_whatever_goes_wrong_is_an_input_error(name: str, message: str) -> None:
    """A fault, a crash and a surprise each end in a named error, and the next call works."""
    with pytest.raises(InputError, match=message):
        asked(name)
    assert asked("double", 1) == 2


def test_the_child_survives_the_thread_that_first_called() -> None:
    """It is started by a thread that lives as long as the program, so a worker's end is not its."""
    found: list[object] = []
    worker = threading.Thread(target=lambda: found.append(asked("process")))
    worker.start()
    worker.join()
    assert asked("process") == found[0]


def test_a_fork_has_a_child_of_its_own() -> None:
    """A process that was forked has neither the thread nor the child of its parent, and can call."""
    ours = asked("process")
    reading, writing = os.pipe()
    fork = os.fork()
    if fork == 0:
        try:
            os.write(writing, str(asked("process")).encode())
            bounded._calls.drop()
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(fork, 0)
    theirs = os.read(reading, 100).decode()
    os.close(reading)
    assert theirs
    assert theirs != str(ours)
    assert asked("process") == ours


CALLER = """
import os, signal, sys
# A program that was started in the background ignores interruptions unless it says otherwise.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {folder!r})
import misbehaving
from assay.core.bounded import CallLimits, call
print(call(misbehaving.process, None, what="x"), flush=True)
call(misbehaving.backtrack, None, CallLimits(seconds=600), what="x")
"""


def start_caller(tmp_path: Path) -> tuple[subprocess.Popen[str], int]:
    """A program in the middle of a call that does not end, and its child's process id."""
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER.format(folder=str(tmp_path))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert caller.stdout is not None
    return caller, int(caller.stdout.readline())


def is_gone(process: int) -> bool:
    """Whether a process has ended, or is about to be cleared away."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return re.search(r"\) ([ZX])", state) is not None


def wait_until_gone(process: int) -> bool:
    """Wait for a process to end; it has five minutes, so that a busy machine does not decide."""
    for _ in range(3000):
        if is_gone(process):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal is Linux's")
def test_the_child_dies_with_a_caller_that_is_killed(tmp_path: Path) -> None:
    """SIGKILL leaves a caller no time to end anything: the kernel ends its child, even at work."""
    caller, child = start_caller(tmp_path)
    assert not is_gone(child)
    caller.kill()
    caller.communicate()
    assert wait_until_gone(child)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_interruption_ends_the_call_at_once(tmp_path: Path) -> None:
    """Ctrl-C ends a caller that waits for native code of its child, and the child with it."""
    caller, child = start_caller(tmp_path)
    caller.send_signal(signal.SIGINT)
    _, said = caller.communicate(timeout=300)
    assert "KeyboardInterrupt" in said
    assert wait_until_gone(child)


def test_a_child_whose_parent_is_gone_already_does_not_stay() -> None:
    """The parent is looked at once more after the kernel was asked: it may have ended before."""
    code = "from assay.core.bounded import die_with; die_with(1 << 22); print('stayed')"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, "")


def plenty() -> WorkBudget:
    """A budget that these tests do not use up."""
    return WorkBudget(1 << 30, "a test")


def test_a_pattern_means_what_it_means_in_python() -> None:
    """Digits, letters and space of all scripts, the first group, and the end of the text."""
    assert Pattern(r"\w+").first("Größe 3", plenty()) == "Größe"
    assert list(Pattern(r"\d").every("٣a3", plenty())) == ["٣", "3"]
    assert list(Pattern(r"(a)|b").every("ab", plenty())) == ["a", ""]
    assert Pattern(r"[\w-]+").is_whole("naïve-ß", plenty())
    assert Pattern(r"\s").is_whole("\u3000", plenty())
    assert Pattern(r"a\Z").is_in("ba", plenty())
    assert Pattern(r"[[]\]?").is_in("[", plenty())
    assert not Pattern(r"\D").is_in("٣3", plenty())
    assert Pattern(r"x.").is_in("x\ud800", plenty())


def test_a_pattern_that_backtracks_elsewhere_is_linear_here() -> None:
    """Two million letters are one pass: the budget counts it before it is made."""
    text = "a" * 2_000_000 + "!"
    budget = WorkBudget(len(text) * 3 // 2, "a test")
    assert Pattern("^(a+)+$").first(text, budget) is None
    with pytest.raises(BudgetError, match="a test takes more than"):
        Pattern("^(a+)+$").first(text, budget)


def test_many_matches_that_look_to_the_end_are_counted() -> None:
    """Each match may search the rest of the text again, so many of them use the budget up."""
    with pytest.raises(BudgetError):
        list(Pattern("a(?:.*c)?").every("a" * 50_000, WorkBudget(1 << 24, "a test")))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("x(?!y)", "look-ahead `(?!` at character 2"),
        ("(?<=y)x", "look-behind `(?<=` at character 1"),
        (r"(a)\1", r"the back-reference `\1` at character 4"),
        (r"[\W]", r"`\W` inside a class at character 2"),
        ("(?>a)", "the atomic group `(?>`"),
        ("(a", "'(a' is not a regular expression: missing )"),
        ("a{2000}", "invalid repetition size"),
        (r"(\w{0,900}){0,900}", "is not a regular expression"),
        ("x" * 6000, "longer than 5000 characters"),
        ("\ud800", "is not a regular expression"),
    ],
)
def test_what_linear_time_does_not_permit_is_named(pattern: str, message: str) -> None:
    """Look-around, back-references and patterns without bound are refused, with their place."""
    with pytest.raises(ValueError, match=re.escape(message)):
        Pattern(pattern)
