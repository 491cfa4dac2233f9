"""The probe: it tries, from inside, what no program may do, and prints the result of each try."""

import ctypes
import json
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.verification.sandbox.inside.syscalls import REFUSED

_MIB = 1 << 20
_HIDDEN = ("/etc/shadow", "/etc/passwd", "/root", "/home", "/proc/1/environ")
_GET_NO_NEW_PRIVS, _GET_SECCOMP, _FILTERING = 39, 21, 2
_CAPABILITY_VERSION = 0x20080522
_CLONE_NEWUSER = 0x10000000


def main(targets: dict[str, Any]) -> None:
    """Try everything and print one JSON object a try: `name`, `held`, `seen`.

    Args:
        targets: `port` and `unix` of listeners, a `canary` file and its `folder`, the `process`
            that must not be reached, the names of the `environment` that may be seen, and
            `apart`: whether the run has namespaces of its own.
    """
    for name, attempt in TRIES.items():
        if name in _APART and not targets["apart"]:
            continue
        try:
            held, seen = attempt(targets)
        except OSError as error:
            held, seen = True, os.strerror(error.errno or 0)
        print(json.dumps({"name": name, "held": held, "seen": seen}))  # noqa: T201  the host reads it


Seen = tuple[bool, str]


def _network(targets: dict[str, Any]) -> Seen:
    with socket.create_connection(("127.0.0.1", targets["port"]), 1) as reached:
        reached.send(b"reached")
    return False, "a listener of the host was reached"


def _host_sockets(targets: dict[str, Any]) -> Seen:
    with socket.socket(socket.AF_UNIX) as reached:
        reached.connect("\0" + targets["unix"])
    return False, "an abstract socket of the host was reached"


def _files_hidden(targets: dict[str, Any]) -> Seen:
    read = [path for path in (targets["canary"], *_HIDDEN) if _readable(path)]
    return not read, f"read: {', '.join(read)}" if read else "no file of the host was found"


def _readable(path: str) -> bool:
    try:
        with open(path, "rb") as opened:  # noqa: PTH123  as foreign code would
            return bool(opened.read(1))
    except OSError:
        return False


def _files_unwritten(targets: dict[str, Any]) -> Seen:
    written = []
    for folder in ("/usr", "/usr/lib", "/", "/code", "/dev", targets["folder"]):
        try:
            Path(folder, "assay-probe").write_bytes(b"x")
            written.append(folder)
        except OSError:
            continue
    return not written, f"wrote: {', '.join(written)}" if written else "nothing could be written"


def _files_bounded(targets: dict[str, Any]) -> Seen:
    most = targets["files_mb"] * _MIB
    with open("/tmp/large", "wb") as opened:  # noqa: PTH123, S108  the private folder of a run
        for _ in range(2 * targets["files_mb"]):
            opened.write(bytes(_MIB))
            opened.flush()
    return False, f"more than {most} bytes were written"


def _processes_hidden(targets: dict[str, Any]) -> Seen:
    if os.getpgrp() != os.getpid():
        return False, "it is in the process group of another process, which it can signal"
    os.kill(targets["process"], 0)
    return False, "a process of the host can be signalled"


def _processes_bounded(_: dict[str, Any]) -> Seen:
    child = os.fork()
    if child == 0:
        os._exit(0)
    return False, "a second process was started"


def _environment(targets: dict[str, Any]) -> Seen:
    foreign = sorted(set(os.environ) - set(targets["environment"]))
    return not foreign, f"of the host: {', '.join(foreign)}" if foreign else "none of the host's"


def _handles(_: dict[str, Any]) -> Seen:
    open_handles = [handle for handle in range(5, 256) if _is_open(handle)]
    return (
        not open_handles,
        f"open files: {open_handles}" if open_handles else "no open file was left over",
    )


def _is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


def _privileges(_: dict[str, Any]) -> Seen:
    libc = ctypes.CDLL(None, use_errno=True)
    held = ctypes.create_string_buffer(24)
    libc.capget(struct.pack("=Ii", _CAPABILITY_VERSION, 0), held)
    can_gain = libc.prctl(_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1
    root = 0 in os.getresuid() + os.getresgid()
    fine = not any(held.raw) and not can_gain and not root
    return (
        fine,
        "no capability, and none can be won" if fine else "capabilities, root, or a way to them",
    )


def _filter(_: dict[str, Any]) -> Seen:
    state = ctypes.CDLL(None).prctl(_GET_SECCOMP, 0, 0, 0, 0)
    return state == _FILTERING, "system calls are filtered" if state == _FILTERING else "no filter"


def _kernel(_: dict[str, Any]) -> Seen:
    machine = 0 if os.uname().machine == "x86_64" else 1
    libc = ctypes.CDLL(None, use_errno=True)
    taken = []
    for name in _SURFACE:
        number = REFUSED[name][machine]
        if libc.syscall(number, *_ARGUMENTS.get(name, (0, 0, 0, 0, 0))) >= 0:
            taken.append(name)
    return not taken, f"taken: {', '.join(taken)}" if taken else f"{len(_SURFACE)} calls refused"


_SURFACE = (
    "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "ptrace", "process_vm_readv",
    "process_vm_writev", "keyctl", "add_key", "bpf", "perf_event_open", "io_uring_setup",
    "userfaultfd", "memfd_create", "seccomp", "clone3",
)  # fmt: skip
_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "unshare": (_CLONE_NEWUSER,),
    "mount": (b"none", b"/tmp", b"tmpfs", 0, None),
    "chroot": (b"/",),
    "memfd_create": (b"x", 0),
    "keyctl": (0, -3, 1),
}


def _memory(targets: dict[str, Any]) -> Seen:
    try:
        bytearray(2 * targets["memory_mb"] * _MIB)
    except MemoryError:
        return True, f"no more than {targets['memory_mb']} MiB could be had"
    return False, "more memory was had than is allowed"


TRIES: dict[str, Callable[[dict[str, Any]], Seen]] = {
    "network": _network,
    "host sockets": _host_sockets,
    "files hidden": _files_hidden,
    "files unwritten": _files_unwritten,
    "files bounded": _files_bounded,
    "processes hidden": _processes_hidden,
    "processes bounded": _processes_bounded,
    "environment": _environment,
    "open files": _handles,
    "privileges": _privileges,
    "system calls": _filter,
    "kernel surface": _kernel,
    "memory": _memory,
}
"""The tries, by the name of the protection that each of them tests."""

_APART = frozenset({"files bounded"})
"""Tries that apply only where a run has a folder of its own."""
