"""The fork server: a warm interpreter inside the sandbox that forks one confined child a run.

It reads requests, never sources: a child reads its own job from an open file that only it was
given, so no candidate and no test has ever been in this process's memory.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any

from assay.verification.sandbox.inside import candidate_side, confine, program, tests_side

WARM = (
    "bisect", "collections", "copy", "functools", "heapq", "itertools", "math", "operator",
    "random", "re", "string", "typing",
)  # fmt: skip
"""Modules that candidates like to import. Loaded once they cost a run nothing; each one more makes
every fork a little slower."""

REQUEST_BYTES = 1 << 16
HANDLES = 8
"""Open files that come with a request, at the most."""


class Server:
    """How the children of a fork server are forked and confined."""

    def __init__(self, level: str, readable: list[str]) -> None:
        self.apart = level == "namespaces"
        """Whether children get namespaces of their own."""
        self.readable = readable
        """Folders that may be read, where Landlock alone confines."""
        self.filters = {many: confine.prepare_filter(many=many) for many in (False, True)}
        """The system call filter for one process, and for several."""

    def fork(self) -> int:
        """Fork a child, isolated where the level requires it."""
        return confine.fork_apart() if self.apart else os.fork()

    def confine(self, bounds: confine.Bounds, channel: socket.socket) -> None:
        """Confine this process for good.

        Args:
            bounds: what it may take.
            channel: takes a handle of the private folder to the fork server, which sees whether it is full.

        Raises:
            ConfinementError: if any step was refused.
        """
        many = bounds.processes > 1 or bounds.commands
        if self.apart:
            folder = confine.private_files(bounds)
            socket.send_fds(channel, [FOLDER], [folder])
            os.close(folder)
            confine.bound_resources(bounds)
            confine.drop_capabilities()
            confine.install_filter(self.filters[many])
            return
        if many:
            raise confine.ConfinementError("this level cannot hold more than one process")
        confine.bound_resources(bounds)
        confine.restrict_files(self.readable)
        confine.install_filter(confine.prepare_filter(many=False, only_pid=os.getpid()))


def main() -> None:
    """Serve until the host closes the control socket."""
    settings = json.loads(sys.argv[1])
    # A program that reads its arguments, as `unittest.main()` does, finds none.
    sys.argv = ["program"]
    control = socket.socket(fileno=settings["control"])
    sys.setrecursionlimit(5000)
    for name in (*WARM, *settings["modules"]):
        importlib.import_module(name)
    try:
        server = Server(settings["level"], settings["readable"])
        if server.apart:
            confine.make_mounts_private()
    except confine.ConfinementError as error:
        control.send(json.dumps({"refused": str(error)}).encode())
        return
    # What is frozen is touched by no collection in a child, so that its memory stays shared.
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"ready": sys.version}).encode())
    while _serve_one(server, control):
        pass


def _serve_one(server: Server, control: socket.socket) -> bool:
    text, handles, _, _ = socket.recv_fds(control, REQUEST_BYTES, HANDLES)
    if not text:
        return False
    request = json.loads(text)
    if "role" not in request:
        return True  # a request to stop that came after the run had ended by itself
    started = time.monotonic()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        child = server.fork()
    except (confine.ConfinementError, OSError) as error:
        control.send(json.dumps({"refused": str(error), "run": request["run"]}).encode())
        return True
    if child == 0:
        _become(server, request, handles, theirs)
    theirs.close()
    for handle in handles:
        os.close(handle)
    ending = _wait(child, control, started + request["bounds"]["seconds"], started)
    with ours:
        control.send(
            json.dumps({**ending, **_confinement_report(ours), "run": request["run"]}).encode()
        )
    return True


def _confinement_report(ours: socket.socket) -> dict[str, Any]:
    """What an ended child reported before it ran anything foreign, and whether its folder is full."""
    # A child that reports nothing counts as not confined, whatever else is known of it.
    unconfined, full = "it ended before it was confined", False
    while True:
        text, handles, _, _ = socket.recv_fds(ours, REQUEST_BYTES, 1)
        for handle in handles:
            held = os.fstatvfs(handle)
            full = held.f_bavail == 0 or held.f_favail == 0
            os.close(handle)
        if not text:
            return {"unconfined": unconfined, "files_full": full}
        if text != FOLDER:
            unconfined = "" if text == CONFINED else text.decode(errors="replace")


def _wait(child: int, control: socket.socket, deadline: float, started: float) -> dict[str, Any]:
    """Wait for a child, kill it at the deadline or at the host's request, and report how it ended."""
    stopped = None
    handle = os.pidfd_open(child)
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    waiting.register(control.fileno(), select.POLLIN)
    events = waiting.poll(max(0, int((deadline - time.monotonic()) * 1000)))
    if not any(event_handle == handle for event_handle, _ in events):
        stopped = "asked" if events else "time"
        if events and not control.recv(REQUEST_BYTES):
            os.kill(child, signal.SIGKILL)
            os._exit(0)
        os.kill(child, signal.SIGKILL)
    os.close(handle)
    _, status, usage = os.wait4(child, 0)
    return {
        "stopped": stopped,
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "wall_ms": int((time.monotonic() - started) * 1000),
        "cpu_ms": int((usage.ru_utime + usage.ru_stime) * 1000),
        "memory_kb": usage.ru_maxrss,
    }


FULL = b'{"verdict": "memory"}\n'
"""What the tests' side reports where it has no memory left for another report."""

FOLDER, CONFINED = b"folder", b"confined"
"""What a child sends to the fork server before it runs anything foreign. Afterwards it has no channel to
it: the exit code is the program's own."""


def _become(
    server: Server, request: dict[str, Any], handles: list[int], theirs: socket.socket
) -> None:
    """Turn this new child into what was requested; it never returns."""
    code = 1
    try:
        # A signal to a process group reaches its members in outer namespaces too, so the child leaves ours.
        os.setsid()
        job = _take(request["role"], handles, theirs.detach())
        with socket.socket(fileno=CHANNEL) as channel:
            try:
                server.confine(confine.Bounds(**request["bounds"]), channel)
            except (confine.ConfinementError, OSError, ValueError) as error:
                channel.send(str(error).encode())
                return
            channel.send(CONFINED)
        code = ROLES[request["role"]](job, REPORT)
    finally:
        os._exit(code)


PEER, REPORT, CHANNEL = 3, 4, 5
"""Where a child finds the wire to the other side, its channel to the host, and to the fork server."""


def _take(role: str, handles: list[int], channel: int) -> dict[str, Any]:
    """Read the job and put the open files where the role expects them."""
    job_handle, *rest = handles
    if role == "script":
        *streams, report = rest
        arranged = [*streams, report, report, channel]
    else:
        *peer, report = rest
        quiet = os.open("/dev/null", os.O_RDWR)
        arranged = [quiet, quiet, quiet, *(peer or [report]), report, channel]
    with os.fdopen(job_handle, "rb") as opened:
        job: dict[str, Any] = json.loads(opened.read())
    confine.keep_only(arranged)
    return job


def _script(job: dict[str, Any], report: int) -> int:
    os.close(PEER)
    if not job["command"]:
        # The program must hold no channel to the host, by which it could report a verdict.
        os.close(report)
        return program.run_script(job["source"])
    os.set_inheritable(report, False)  # noqa: FBT003  its own parameter
    _tell(report, {"refused": program.run_command(job["command"], job["source"])})
    return 1


def _candidate(job: dict[str, Any], report: int) -> int:
    os.close(report)
    candidate_side.serve(job["source"], PEER)
    return 0


def _tests(job: dict[str, Any], report: int) -> int:
    def tell(message: dict[str, Any]) -> None:
        _tell(report, message)

    try:
        tests_side.judge(job, PEER, tell)
    except MemoryError:
        # What fills the memory may still be held, so that no new report can be built here.
        os.write(report, FULL)
    return 0


def _suite(job: dict[str, Any], report: int) -> int:
    if job["pytest"]:
        outcome = program.run_pytest(job["source"], job["tests"])
    else:
        outcome = program.run_suite(job["source"], job["tests"], job["entry"])
    _tell(report, outcome)
    return 0


def _evaluate(job: dict[str, Any], report: int) -> int:
    module, _, name = job["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    try:
        outcome = {"value": function(job["payload"])}
    except Exception as error:  # noqa: BLE001  hostile data may break a library in any way
        limit = program.limit_of(error)
        outcome = (
            {"limit": limit} if limit else {"raised": f"{type(error).__name__}: {error}"[:300]}
        )
    _tell(report, outcome)
    return 0


ROLES = {
    "script": _script,
    "candidate": _candidate,
    "tests": _tests,
    "suite": _suite,
    "evaluate": _evaluate,
}
"""What a child can be asked to become."""


def _tell(report: int, message: dict[str, Any]) -> None:
    text = memoryview(json.dumps(message).encode() + b"\n")
    while text:
        text = text[os.write(report, text) :]
