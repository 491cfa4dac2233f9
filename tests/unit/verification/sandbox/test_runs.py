"""A program runs to a verdict of its own, and each limit to that limit's verdict."""

import os
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from assay.verification.ports import Limits, Run
from assay.verification.sandbox import WarmSandbox
from assay.verification.sandbox.memory_watch import tree
from assay.verification.verification import (
    Crash,
    Fail,
    FileLimit,
    Memory,
    OutputLimit,
    Pass,
    ProcessLimit,
    Timeout,
    Unavailable,
    VerifierError,
)
from simulators.sandboxes import real_sandbox

PATIENT = Limits(seconds=60.0, memory_mb=256, files_mb=2, files=20, output_kb=256)
SHORT = Limits(seconds=1.0, memory_mb=256, files_mb=2, files=20, output_kb=256)


def run(sandbox: WarmSandbox, program: str, limits: Limits = SHORT, **more: object) -> Run:
    return sandbox.run(program, limits=limits, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("program", "verdict"),
    [
        ("print('well')", Pass),
        ("raise SystemExit(3)", Fail),
        ("raise SystemExit('no')", Fail),
        ("1 / 0", Fail),
        ("this is no Python", Fail),
        ("x = 1\x00", Fail),
        ("import os; os._exit(9)", Fail),
        ("while True: pass", Timeout),
        ("import time; time.sleep(60)", Timeout),
        ("10 ** 10 ** 10", Timeout),
        ("import ctypes; ctypes.string_at(0)", Crash),
        ("import os; os.abort()", Crash),
        ("held = bytearray(1 << 30)", Fail),
        ("held = []\nwhile True: held.append(bytearray(1 << 20))", Memory),
        ("import os; os.fork()", Fail),
        ("import threading; threading.Thread(target=print).start()", Fail),
        ("import subprocess; subprocess.run(['/bin/true'])", Fail),
        ("f = open('f', 'wb')\nwhile True: f.write(bytes(1 << 16)); f.flush()", FileLimit),
        ("for n in range(100): open(str(n), 'w').close()", FileLimit),
        ("held = [open('/dev/null') for _ in range(1000)]", Fail),
        ("while True: print('x' * 4096)", OutputLimit),
        ("import sys\nwhile True: sys.stderr.write('x' * 4096)", OutputLimit),
    ],
)
def test_a_program_ends_in_the_verdict_of_what_ended_it(
    sandbox: WarmSandbox, program: str, verdict: type
) -> None:
    """A limit has its own verdict where it was seen; what a program only says of itself is `fail`."""
    found = run(sandbox, program, SHORT if verdict is Timeout else PATIENT)
    assert isinstance(found.verdict, verdict), found
    assert found.isolation == "namespaces"


def test_a_limit_of_processes_is_named_where_it_was_seen(sandbox: WarmSandbox) -> None:
    """A program that fails because it has all the processes it may have met that limit."""
    # It stays at its limit for a while, so that a busy machine sees it there.
    program = """
import os, time
for _ in range(9):
    try:
        child = os.fork()
    except BlockingIOError:
        time.sleep(3)
        raise
    if child == 0:
        time.sleep(60)
"""
    limits = Limits(seconds=60.0, memory_mb=256, processes=4)
    assert isinstance(run(sandbox, program, limits).verdict, ProcessLimit)
    says = "raise BlockingIOError(11, 'Resource temporarily unavailable')"
    assert isinstance(run(sandbox, says, limits).verdict, Fail)


def test_the_limit_of_memory_holds_for_several_processes_together(sandbox: WarmSandbox) -> None:
    """Eight processes that each hold less than the limit are ended when together they hold more."""
    program = """
import os, time
for _ in range(7):
    if os.fork() == 0:
        break
held = bytearray(b"x") * (60 << 20)
time.sleep(120)
"""
    # Long enough that no busy machine comes to the end of the time before that of the memory.
    limits = Limits(seconds=120.0, memory_mb=256, processes=8)
    found = run(sandbox, program, limits)
    assert isinstance(found.verdict, Memory), found


def test_nothing_of_a_run_is_left_for_the_next(sandbox: WarmSandbox) -> None:
    """A file, a changed module and a running child of one run are not there in the next one."""
    run(sandbox, "import math; math.pi = 3; open('left', 'w').write('x')")
    after = run(sandbox, "import math, os; print(math.pi > 3, os.listdir('.'), os.getpid())")
    assert after.output == "True [] 1\n"


def test_output_is_data(sandbox: WarmSandbox) -> None:
    """Bytes that are no UTF-8 stand as escapes; what is kept has an end, and is counted whole."""
    found = run(
        sandbox, "import sys; sys.stdout.buffer.write(b'\\xff\\x1b[31m\\x00' + 'ü'.encode())"
    )
    assert found.output == "\\xff\x1b[31m\x00ü"
    long = run(sandbox, "print('x' * 100_000)")
    assert isinstance(long.verdict, Pass)
    assert len(long.output) == 64 << 10
    assert long.usage.output_bytes == 100_001


def test_a_program_reads_its_input(sandbox: WarmSandbox) -> None:
    """Standard input is what was given, byte for byte."""
    found = run(sandbox, "print(input()[::-1])", stdin="straße\n".encode())
    assert found.output == "eßarts\n"


def test_other_languages_run_where_their_interpreter_is(sandbox: WarmSandbox) -> None:
    """A shell script runs confined; a language that nobody knows is unavailable, not failed."""
    found = run(sandbox, 'read line; echo "got $line"; ls /etc', stdin=b"it\n", language="sh",
                limits=Limits(seconds=5.0, processes=8))  # fmt: skip
    assert found.output == "got it\n"
    assert isinstance(found.verdict, Fail)
    assert isinstance(run(sandbox, "x", language="klingon").verdict, Unavailable)


def test_the_host_keeps_no_handle_of_a_run(sandbox: WarmSandbox) -> None:
    """A hundred runs leave as many open files in the host as there were."""
    run(sandbox, "pass")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(100):
        run(sandbox, "pass")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_sandbox_outlives_the_thread_that_opened_it() -> None:
    """A fork server that one thread started serves another after the first has ended."""
    with real_sandbox() as sandbox:
        for _ in range(2):
            with ThreadPoolExecutor(1) as pool:
                found = pool.submit(run, sandbox, "print(1)").result()
            assert isinstance(found.verdict, Pass), found


HOST = """
import sys
from assay.verification.ports import Limits
from assay.verification.sandbox import open_sandbox
from assay.verification.sandbox.memory_watch import tree
with open_sandbox() as sandbox:
    sandbox.run("pass", limits=Limits())
    print(*(pid for held in sandbox.processes for pid in tree(held)), flush=True)
    sandbox.run("while True: pass", limits=Limits(seconds=600))
"""


def test_a_host_that_is_killed_leaves_no_process(sandbox: WarmSandbox) -> None:
    """When the host dies in the middle of a run, the sandbox and the run end with it."""
    host = subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, text=True)
    assert host.stdout
    held = [int(each) for each in host.stdout.readline().split()]
    assert len(held) > 2
    time.sleep(0.3)
    host.kill()
    host.wait()
    host.stdout.close()
    deadline = time.monotonic() + 120
    while any(Path(f"/proc/{each}").exists() for each in held):
        assert time.monotonic() < deadline, "a sandbox outlived its host"
        time.sleep(0.05)


def test_a_word_about_an_earlier_run_is_not_taken_for_the_next(sandbox: WarmSandbox) -> None:
    """A run whose end nobody heard leaves its word behind; the next run does not pass by it."""
    server = sandbox._server("candidate")
    nowhere = os.open(os.devnull, os.O_RDWR)
    server.start("script", {"source": "pass", "command": None}, [nowhere] * 4, SHORT)
    os.close(nowhere)
    select.select([server], [], [], 120)  # the word has come
    assert isinstance(run(sandbox, "raise SystemExit(1)").verdict, VerifierError)
    assert isinstance(run(sandbox, "raise SystemExit(1)").verdict, Fail)


def test_a_fork_server_that_is_killed_is_replaced() -> None:
    """The run under way is an `error`, and the next one runs."""
    with real_sandbox() as sandbox:
        run(sandbox, "pass")
        for each in [pid for held in sandbox.processes for pid in tree(held)]:
            with suppress(ProcessLookupError):  # it went with its parent
                os.kill(each, 9)
        assert isinstance(run(sandbox, "pass").verdict, VerifierError)
        assert isinstance(run(sandbox, "pass").verdict, Pass)
