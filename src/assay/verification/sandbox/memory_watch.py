"""The memory of several processes together, for which the kernel has no limit here."""

from collections.abc import Iterable
from pathlib import Path

_HELD = ("RssAnon:", "RssShmem:")


def memory_kb(pids: Iterable[int]) -> int:
    """KiB of memory that processes hold together, without what is mapped from files.

    What forks share counts once for each of them, so that the sum is never too small.
    """
    return sum(_held_kb(pid) for pid in pids)


def ended_for_memory() -> int:
    """Processes that the kernel has ended since it started because there was no memory left."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    pids, place = [pid], 0
    while place < len(pids):
        pids += _children(pids[place])
        place += 1
    return pids


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(word) for word in text.split()]


def _held_kb(pid: int) -> int:
    try:
        lines = (
            Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
        )
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(_HELD))
