"""How a process confines itself before it runs foreign code; no step can be undone."""

import ctypes
import os
import resource
import struct
from typing import NamedTuple

from assay.verification.sandbox.inside.seccomp import filter_program
from assay.verification.sandbox.inside.syscalls import CHECKED, REFUSED

_libc = ctypes.CDLL(None, use_errno=True)
# Calls through this one keep the interpreter's lock: the child of a raw clone has no other
# thread that could give it back.
_raw = ctypes.PyDLL(None, use_errno=True)

MIB = 1 << 20
HANDLES = 128
"""Open files of one process."""

_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWPID, _SIGCHLD = 0x20000, 0x08000000, 0x20000000, 17
_MS_NOSUID, _MS_NODEV, _MS_PRIVATE_ALL = 2, 4, 0x4000 | 0x40000
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_FILTER = 4, 22, 38, 2
_CAPABILITY_VERSION = 0x20080522
_LANDLOCK_READ = 0b1101
"""Execute a file, read a file, list a folder."""
_LANDLOCK_FILES = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
"""Rights over files that a version of Landlock knows; later versions know those of the fifth."""
_LANDLOCK_LAST_WITH_FILES = 5
_LANDLOCK_WITH_NET, _LANDLOCK_WITH_SCOPES = 4, 6


class Bounds(NamedTuple):
    """What one run may take."""

    seconds: float
    """Seconds on the clock and of processor time."""
    memory_mb: int
    """MiB of memory of one process."""
    files_mb: int
    """MiB that its private folder holds."""
    files: int
    """Files and folders that its private folder holds."""
    processes: int
    """Processes and threads at a time, itself among them."""
    commands: bool
    """Whether it starts another program, such as an interpreter of another language."""


class ConfinementError(Exception):
    """A step of the confinement was refused; no foreign code may run."""


def fork_apart() -> int:
    """Fork into new process, mount and IPC namespaces; 0 in the child, which is process 1 there."""
    column = 0 if os.uname().machine == "x86_64" else 1
    flags = _CLONE_NEWNS | _CLONE_NEWIPC | _CLONE_NEWPID | _SIGCHLD
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = int(_raw.syscall(CHECKED["clone"][column], flags, 0, 0, 0, 0))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    failed = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise ConfinementError(f"clone: {os.strerror(failed)}")
    return pid


def make_mounts_private() -> None:
    """Keep mounts of children from showing anywhere else."""
    _call("mount", _libc.mount(None, b"/", None, _MS_PRIVATE_ALL, None))


def private_files(bounds: Bounds) -> int:
    """Give the process an empty folder of its own, in memory and of limited size, at /tmp.

    Returns:
        A handle of the folder, which shows how much room it has.
    """
    # One entry is the folder itself.
    options = f"size={bounds.files_mb}m,nr_inodes={bounds.files + 1},mode=0777".encode()
    flags = _MS_NOSUID | _MS_NODEV
    _call("mount", _libc.mount(b"none", b"/tmp", b"tmpfs", flags, options))
    os.chdir("/tmp")  # noqa: S108  the folder that was mounted a moment ago
    return os.open(".", os.O_PATH | os.O_CLOEXEC)


def bound_resources(bounds: Bounds) -> None:
    """Set the kernel's limits on this process and all that it starts."""
    memory = bounds.memory_mb * MIB
    # The hard limit of processor time only ends what the clock of the fork server did not.
    cpu = int(bounds.seconds) + 2
    # Two processes of the sandbox itself belong to the same user.
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, HANDLES),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NPROC, bounds.processes + 2),
    ):
        resource.setrlimit(limit, (value, value))


def drop_capabilities() -> None:
    """Give up every capability, ambient ones with them, and the ways to win one back."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _call("capset", _libc.capset(header, bytes(24)))
    _call("prctl", _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _call("prctl", _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))


def prepare_filter(*, many: bool, only_pid: int | None = None) -> bytes:
    """The system call filter of this machine.

    Raises:
        ConfinementError: on a machine that the tables do not know.
    """
    try:
        return filter_program(os.uname().machine, many=many, only_pid=only_pid)
    except KeyError as error:
        raise ConfinementError(f"no system call table for {error}") from error


def install_filter(program: bytes) -> None:
    """Hand the filter to the kernel. It holds for all that this process becomes."""
    text = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, then where they are, aligned.
    head = struct.pack("=H6xQ", len(program) // 8, ctypes.addressof(text))
    _call("seccomp", _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, head, 0, 0))


def landlock_version() -> int:
    """The kernel's version of Landlock; 0 where it has none."""
    return max(0, int(_landlock("create_ruleset", None, 0, 1)))


def restrict_files(readable: list[str]) -> None:
    """Forbid this process, by Landlock, every file that is not below these folders.

    Args:
        readable: folders that may be read and run from; nothing may be written.

    Raises:
        ConfinementError: if the kernel refuses.
    """
    version = landlock_version()
    files = _LANDLOCK_FILES[min(version, _LANDLOCK_LAST_WITH_FILES)] if version else 0
    net = 0b11 if version >= _LANDLOCK_WITH_NET else 0
    scopes = 0b11 if version >= _LANDLOCK_WITH_SCOPES else 0
    attributes = struct.pack("=QQQ", files, net, scopes)
    size = 24 if scopes else 16 if net else 8
    ruleset = _call("landlock", _landlock("create_ruleset", attributes, size, 0))
    for folder in readable:
        opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", _LANDLOCK_READ, opened)
        _call("landlock", _landlock("add_rule", ruleset, 1, rule, 0))
        os.close(opened)
    _call("prctl", _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _call("landlock", _landlock("restrict_self", ruleset, 0))
    os.close(ruleset)


def keep_only(handles: list[int]) -> None:
    """Put these open files at 0, 1, 2, ... and close every other one."""
    # Copies above all targets first, so that no copy lands on one that is still to be copied.
    copies = [os.dup2(handle, 64 + place) for place, handle in enumerate(handles)]
    for place, copy in enumerate(copies):
        os.dup2(copy, place)
    os.closerange(len(handles), 4096)


def _landlock(name: str, *arguments: object) -> int:
    return int(_libc.syscall(REFUSED[f"landlock_{name}"][0], *arguments))


def _call(name: str, result: int) -> int:
    if result < 0:
        raise ConfinementError(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result
