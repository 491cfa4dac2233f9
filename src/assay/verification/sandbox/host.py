"""The host's side of a fork server: it starts runs, reads what they report, and ends them."""

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from typing import Any, Self

import msgspec

from assay.contracts.contract import IsolationLevel
from assay.core.errors import MachineError
from assay.verification.ports import Limits
from assay.verification.sandbox.launching import Bubblewrap, launch
from assay.verification.sandbox.memory_watch import ended_for_memory, memory_kb, tree

START_SECONDS = 60.0
"""Seconds that a fork server may take to be ready: large libraries load slowly on busy machines."""

GRACE_SECONDS = 5.0
"""Seconds after a deadline that a fork server may take to report before it counts as broken."""

WATCH_SECONDS = 0.02
"""Seconds between two readings of the memory of several processes."""

REPORT_BYTES = 1 << 20
"""Bytes that a run may report to the host."""

KEPT_BYTES = 64 << 10
"""Bytes of each output that are kept."""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended, as the fork server reported it."""

    stopped: str | None
    """`time`, `asked`, `memory` or `output` where it was stopped."""
    code: int | None
    """Its exit code; None where a signal ended it."""
    signal: int | None
    """The signal that ended it; None where it exited."""
    wall_ms: int
    """Milliseconds on the clock."""
    cpu_ms: int
    """Milliseconds of processor time."""
    memory_kb: int
    """Largest resident memory in KiB."""
    unconfined: str
    """Why it could not be confined, so that nothing foreign ran; empty where it was."""
    files_full: bool
    """Whether its private folder had no room left."""
    run: int
    """The number of the run, from 1 on each fork server."""
    processes: int = 1
    """The most processes that it was seen to have."""
    machine_full: bool = False
    """Whether the kernel ended a process meanwhile because this machine ran out of memory."""


class RunOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of a run."""

    ending: Ending
    """How it ended, and what it used."""
    texts: tuple[bytes, ...]
    """The beginning of what each pipe carried."""
    sizes: tuple[int, ...]
    """How many bytes each pipe carried."""


class BrokenError(Exception):
    """The fork server itself failed; nothing is known about the run."""


class ForkServer:
    """One warm fork server in its sandbox."""

    def __init__(
        self,
        side: str,
        level: IsolationLevel,
        wrap: Bubblewrap | None,
        modules: Sequence[str] = (),
        *,
        packages: bool = False,
    ) -> None:
        """Start it and wait until it is ready; nothing may run in it before it is probed.

        Raises:
            MachineError: if it does not become ready; the message says why.
        """
        try:
            self._launched = launch(level, wrap, modules, packages=packages)
        except OSError as error:
            raise _not_started(str(error)) from error
        self._control = self._launched.control
        greeting = self._ready()
        if "ready" not in greeting:
            self.close()
            raise _not_started(str(greeting.get("refused")))
        self.side = side
        """What it serves, such as `candidate`."""
        self.broken = False
        """Whether it failed and must be replaced."""
        self._runs = 0
        self._ended_for_memory = 0
        self._own = len(tree(self.process_id))
        """Processes of the sandbox itself."""

    def _ready(self) -> dict[str, Any]:
        self._control.settimeout(START_SECONDS)
        try:
            text = self._control.recv(1 << 16)
        except OSError as error:
            text, why = b"", str(error)
        else:
            why = ""
        if text:
            greeting: dict[str, Any] = json.loads(text)
            return greeting
        self._launched.process.kill()
        _, error_output = self._launched.process.communicate()
        return {
            "refused": error_output.decode(errors="replace").strip()[:400]
            or why
            or "it ended at once"
        }

    def start(
        self,
        role: str,
        job: dict[str, Any],
        handles: Sequence[int],
        limits: Limits,
        *,
        commands: bool = False,
    ) -> None:
        """Fork a child that takes on a role.

        Args:
            role: what it becomes.
            job: what it reads; the fork server does not.
            handles: open files that it gets, in the role's order.
            limits: what it may take.
            commands: whether it becomes another program.

        Raises:
            BrokenError: if the fork server is gone.
        """
        bounds = {
            "seconds": limits.seconds,
            "memory_mb": limits.memory_mb,
            "files_mb": limits.files_mb,
            "files": limits.files,
            "processes": limits.processes,
            "commands": commands,
        }
        self._runs += 1
        self._ended_for_memory = ended_for_memory()
        request = {"role": role, "bounds": bounds, "run": self._runs}
        # The job goes by an open file: the fork server, which forks candidates, never reads it.
        job_file = os.memfd_create("job", os.MFD_CLOEXEC)
        try:
            with os.fdopen(os.dup(job_file), "wb") as written:
                written.write(json.dumps(job).encode())
            os.lseek(job_file, 0, os.SEEK_SET)
            socket.send_fds(self._control, [json.dumps(request).encode()], [job_file, *handles])
        except OSError as error:
            raise self._break(str(error)) from error
        finally:
            os.close(job_file)

    def stop(self) -> None:
        """End the run that is under way."""
        try:
            self._control.send(b'{"stop":true}')
        except OSError:
            self.broken = True

    @property
    def process_id(self) -> int:
        """The process that holds the sandbox; all that runs in it descends from it."""
        return self._launched.process.pid

    def fileno(self) -> int:
        """The control socket: it can be read when a run has ended."""
        return self._control.fileno()

    def ending(self, seconds: float = GRACE_SECONDS) -> Ending:
        """How the run ended.

        Raises:
            BrokenError: if the fork server does not report, or could not confine the run.
        """
        self._control.settimeout(seconds)
        try:
            report = json.loads(self._control.recv(1 << 16) or b"{}")
        except (OSError, ValueError) as error:
            raise self._break(str(error)) from error
        if "refused" in report or not report:
            raise self._break(report.get("refused", "it ended"))
        # A report on an earlier run, whose end nobody saw, must never be taken for this one's.
        if report["run"] != self._runs:
            raise self._break(f"it reported run {report['run']} after run {self._runs}")
        full = ended_for_memory() > self._ended_for_memory
        return msgspec.structs.replace(msgspec.convert(report, Ending), machine_full=full)

    def collect(
        self, pipes: Sequence[int], limits: Limits, *, most: int | None = None
    ) -> RunOutput:
        """Read pipes until the run has ended, and end it where it writes or holds too much.

        Args:
            pipes: reading ends; they are closed.
            limits: what the run may take.
            most: bytes that the pipes may carry together; unlimited where absent.

        Raises:
            BrokenError: if the fork server failed.
        """
        reader = _PipeReader(pipes)
        try:
            limit_met, processes = self._watch(reader, limits, most)
            ending = self.ending()
            reader.drain()
        finally:
            reader.close()
        # A run may write its last bytes and end before anybody saw that they are too many.
        if most is not None and sum(reader.sizes) > most:
            limit_met = "output"
        # What the fork server stopped by itself, at the deadline, stays what it was stopped for.
        if limit_met and ending.stopped in {"asked", None}:
            ending = msgspec.structs.replace(ending, stopped=limit_met)
        ending = msgspec.structs.replace(ending, processes=processes)
        return RunOutput(
            ending=ending, texts=tuple(map(bytes, reader.texts)), sizes=tuple(reader.sizes)
        )

    def _watch(
        self, reader: "_PipeReader", limits: Limits, most: int | None
    ) -> tuple[str | None, int]:
        """Read until the run has ended, and stop it at a limit.

        Returns:
            The limit that it was stopped for, `output` or `memory`; the most processes that it was
            seen to have.
        """
        deadline = time.monotonic() + limits.seconds + GRACE_SECONDS
        # One process has a limit of memory in the kernel; the memory of several has to be added up.
        several = limits.processes > 1
        limit_met: str | None = None
        processes = 1
        while not reader.wait(self.fileno(), WATCH_SECONDS if several else 0.5):
            if time.monotonic() > deadline:
                raise self._break("it did not end a run in time")
            if limit_met is None and most is not None and sum(reader.sizes) > most:
                limit_met = "output"
                self.stop()
            if several:
                pids = tree(self.process_id)
                processes = max(processes, len(pids) - self._own)
                if limit_met is None and memory_kb(pids) > limits.memory_mb * 1024:
                    limit_met = "memory"
                    self.stop()
        return limit_met, processes

    def _break(self, why: str) -> BrokenError:
        self.broken = True
        return BrokenError(why)

    def close(self) -> None:
        """End the fork server, all that runs in it, and remove what it needed."""
        self._control.close()
        process = self._launched.process
        try:
            process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        if process.stderr:
            process.stderr.close()
        self._launched.stage.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _PipeReader:
    """Reads pipes and keeps the beginning of what each carries."""

    def __init__(self, pipes: Sequence[int]) -> None:
        self.texts = [bytearray() for _ in pipes]
        self.sizes = [0 for _ in pipes]
        self._open = {pipe: place for place, pipe in enumerate(pipes)}
        self._poll = select.poll()
        for pipe in pipes:
            self._poll.register(pipe, select.POLLIN)

    def wait(self, control: int, seconds: float) -> bool:
        """Wait for something to read; whether it was the control socket."""
        self._poll.register(control, select.POLLIN)
        ready = [handle for handle, _ in self._poll.poll(int(seconds * 1000))]
        for handle in ready:
            if handle != control:
                self._read_pipe(handle)
        return control in ready

    def drain(self) -> None:
        """Read what is left; every writer is gone."""
        while self._open:
            for pipe in list(self._open):
                self._read_pipe(pipe)

    def _read_pipe(self, pipe: int) -> None:
        place = self._open[pipe]
        text = os.read(pipe, 1 << 16)
        if not text:
            self._forget(pipe)
            return
        self.sizes[place] += len(text)
        beginning = self.texts[place]
        beginning += text[: max(0, _KEPT - len(beginning))]

    def _forget(self, pipe: int) -> None:
        self._poll.unregister(pipe)
        del self._open[pipe]
        os.close(pipe)

    def close(self) -> None:
        """Close what is still open."""
        for pipe in list(self._open):
            self._forget(pipe)


_KEPT = max(KEPT_BYTES, REPORT_BYTES)


def _not_started(why: str) -> MachineError:
    return MachineError(
        code="sandbox-unavailable", message=f"the sandbox does not start: {why}", hint=remedy(why)
    )


def remedy(why: str) -> str:
    """What to do about a sandbox that does not start."""
    for symptom, advice in _REMEDIES:
        if symptom in why:
            return advice
    return "`assay verify prove` shows what holds here; nothing runs until it does"


_REMEDIES = (
    (
        "No permissions to creat",
        (
            "this system forbids user namespaces: on Ubuntu add an AppArmor profile for bwrap that "
            "allows `userns`; on Debian set kernel.unprivileged_userns_clone=1; in a container allow "
            "unshare, clone and mount in its seccomp profile; or ask for the weaker --isolation landlock"
        ),
    ),
    ("read by root alone", "install Python where every user can read it, or run as another user"),
    ("no system call table", "run on x86-64 or aarch64"),
    ("landlock", "this needs Linux 5.13 or newer with Landlock switched on (lsm=landlock,...)"),
)
