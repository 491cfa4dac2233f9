"""Trusted functions on foreign data, whose time cannot be predicted, in one limited child process.

The child is one warm process a program. It takes and returns JSON; each call has its own limit
of processor time and of memory, set in the kernel, so that native code that never returns to
Python is ended too. It dies with the process that started it, and an interruption (Ctrl-C) of the
caller ends the call at once. It isolates nothing: foreign code runs in `verification.sandbox`.
"""

import atexit
import ctypes
import importlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from assay.core.budget import BudgetError
from assay.core.errors import AssayError, InputError, MachineError

WALL_FACTOR = 30
"""Seconds on the clock for each second of processor time: a busy machine must not decide."""

_MAIN = "from assay.core.bounded import serve; serve()"
_PR_SET_PDEATHSIG = 1


class CallLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that one call may use."""

    seconds: int = 2
    """Seconds of processor time, rounded up by at most one."""
    memory_mb: int = 1024
    """MiB of memory beyond what the child has at its start."""


def call(
    function: Callable[[Any], Any], payload: Any, limits: CallLimits | None = None, *, what: str
) -> Any:
    """Call a function of a module in the bounded child.

    Args:
        function: a function at the top of a module: JSON in, JSON out.
        payload: its argument, as JSON can hold it.
        limits: what the call may take.
        what: what is done, for messages, such as `checking a value against its schema`.

    Raises:
        BudgetError: if it takes more time or memory than it may.
        InputError: the one that the function raised, or if it ended without an answer.
        MachineError: if no child can be started.
    """
    bounds = limits or CallLimits()
    request = {
        "function": f"{function.__module__}:{function.__name__}",
        "payload": payload,
        "seconds": bounds.seconds,
        "memory_mb": bounds.memory_mb,
    }
    with _calls.lock:
        answer = _ask_worker(json.dumps(request).encode(), bounds, what)
    if "value" in answer:
        return answer["value"]
    if "over" in answer:
        raise _over(what, bounds, answer["over"])
    raise InputError(**answer["raised"])


def _ask_worker(request: bytes, bounds: CallLimits, what: str) -> dict[str, Any]:
    try:
        return _calls.worker().ask(request, bounds, what)
    except BaseException:
        # After any interruption, Ctrl-C included, an answer that comes late would be taken for that
        # of the next call.
        _calls.drop()
        raise


class _Worker:
    """One child, seen from the process that started it."""

    def __init__(self, starter: ThreadPoolExecutor) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = starter.submit(_start, theirs.fileno()).result()
            except OSError as error:
                ours.close()
                raise MachineError(
                    code="no-child-process",
                    message=f"no child process can be started: {error}",
                    hint="raise the limit on processes, or free memory",
                ) from error
        self._wire = Connection(ours.detach())

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(self, request: bytes, bounds: CallLimits, what: str) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        try:
            self._wire.send_bytes(request)
            if not self._wire.poll(bounds.seconds * WALL_FACTOR):
                raise _over(what, bounds, "time")
            answer: dict[str, Any] = json.loads(self._wire.recv_bytes())
        except (EOFError, OSError) as error:
            code = self._process.wait()
            if code == -signal.SIGXCPU:
                raise _over(what, bounds, "time") from error
            raise InputError(
                code="evaluation-ended",
                message=f"{what} ended without an answer ({_ending(code)})",
                hint="the data made the library fail; leave it out, or simplify it",
            ) from error
        return answer

    def close(self) -> None:
        """End it."""
        self._wire.close()
        self._process.kill()
        self._process.wait()


class _Calls:
    """The child of this process, and what is needed to start and call it."""

    def __init__(self) -> None:
        self.lock = Lock()
        """Held during a call."""
        self.workers: list[_Worker] = []
        """The child, once there is one."""
        # A child that asks to die with its parent dies with the thread that started it, so one
        # thread that lives as long as the program starts them all.
        self.starter = ThreadPoolExecutor(1, thread_name_prefix="bounded")

    def worker(self) -> "_Worker":
        """The child; a new one where there is none, or the last one ended."""
        if self.workers and not self.workers[0].alive:
            self.drop()
        if not self.workers:
            self.workers.append(_Worker(self.starter))
        return self.workers[0]

    def drop(self) -> None:
        """End the child."""
        while self.workers:
            self.workers.pop().close()


_calls = _Calls()


def _begin_anew() -> None:
    """A fork has neither the thread nor the child of its parent."""
    global _calls  # noqa: PLW0603  there is one for each process
    _calls = _Calls()


def _end() -> None:
    _calls.drop()


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(_end)


def _start(wire: int) -> subprocess.Popen[bytes]:
    # The child imports from where its parent does: `-P` adds no folder, and an empty entry means
    # the folder in which the parent runs.
    search = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
    return subprocess.Popen(  # noqa: S603  the arguments hold no foreign text
        [sys.executable, "-P", "-c", _MAIN, str(wire), str(os.getpid())],
        env={**os.environ, "PYTHONPATH": search},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[wire],
        start_new_session=True,
    )


def _over(what: str, bounds: CallLimits, kind: str) -> BudgetError:
    limit = f"{bounds.seconds} s of processor time"
    if kind == "memory":
        limit = f"{bounds.memory_mb} MiB of memory"
    return BudgetError(
        code="over-budget",
        message=f"{what} takes more than {limit}",
        hint="simplify the data or the rule that reads it; the rest went on",
    )


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def serve() -> None:
    """Answer requests until the parent closes the connection: the child does nothing else."""
    wire, parent = Connection(int(sys.argv[1])), int(sys.argv[2])
    die_with(parent)
    # A core dump would write the foreign data to the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            request = json.loads(wire.recv_bytes())
        except EOFError:
            return
        wire.send_bytes(json.dumps(_answer(request)).encode())


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, however that happens.

    Args:
        parent: the process that should be the parent; if it is gone already, this one ends now.

    Raises:
        OSError: if the kernel refuses.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        os._exit(1)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    module, _, name = request["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    _set_limits(request["seconds"], request["memory_mb"])
    try:
        return {"value": function(request["payload"])}
    except MemoryError:
        return {"over": "memory"}
    except AssayError as error:
        fields = {"code": error.code, "message": error.message}
        return {"raised": {**fields, "where": error.where, "hint": error.hint}}
    except RecursionError:
        return {"raised": {"code": "too-deep", "message": "the data is nested too deeply"}}
    except Exception as error:  # noqa: BLE001  hostile data may break a library in any way
        message = f"{type(error).__name__}: {error}"[:300]
        return {"raised": {"code": "evaluation-failed", "message": message}}


def _set_limits(seconds: int, memory_mb: int) -> None:
    """Set the kernel's limits for the next call, from what this process has used so far."""
    # Soft limits alone: the next call raises them again, which a hard limit would forbid.
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, most))
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        size = pages * resource.getpagesize() + (memory_mb << 20)
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size, most))
