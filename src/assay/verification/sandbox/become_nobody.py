"""A program: give up root for good, then become a command.

Without this, a sandbox that root starts confines nothing: inside, it would be the host's root.
Folders that the command needs and only root can reach are first shown at their own places, in a
mount namespace that ends with this process.
"""

import ctypes
import json
import os
import sys

_CLONE_NEWNS = 0x20000
_MS_BIND, _MS_PRIVATE_ALL = 0x1000, 0x4000 | 0x40000


def main() -> None:
    """Do what the first argument says, a JSON object.

    `closed`: folder -> the first folder on its path that only root may pass through; `identity`: the
    user and group to become; `command`: program and arguments.
    """
    order = json.loads(sys.argv[1])
    if order["closed"]:
        _open_up(order["closed"])
    identity = order["identity"]
    os.setgroups([])
    os.setresgid(identity, identity, identity)
    os.setresuid(identity, identity, identity)
    if {*os.getresuid(), *os.getresgid()} != {identity} or os.getgroups():
        sys.exit("the identity of root could not be given up")
    try:
        os.execv(order["command"][0], order["command"])  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.exit(f"{order['command'][0]} cannot be run: {error.strerror}")


def _open_up(closed: dict[str, str]) -> None:
    """Cover each closed folder with an empty one, and mount in it what is needed and nothing else."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(source: str, target: str, kind: bytes | None, flags: int) -> None:
        options = b"mode=0755" if kind else None
        if libc.mount(source.encode(), target.encode(), kind, flags, options):
            reason = os.strerror(ctypes.get_errno())
            sys.exit(f"{target} can be read by root alone, and it cannot be mounted: {reason}")

    if libc.unshare(_CLONE_NEWNS) or libc.mount(None, b"/", None, _MS_PRIVATE_ALL, None):
        sys.exit(f"{', '.join(closed)} can be read by root alone, and mounts are refused here")
    opened = {folder: os.open(folder, os.O_PATH | os.O_DIRECTORY) for folder in closed}
    for wall in sorted(set(closed.values())):
        mount("none", wall, b"tmpfs", 0)
    for folder, handle in opened.items():
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103  pathlib is not loaded here
        mount(f"/proc/self/fd/{handle}", folder, None, _MS_BIND)
        os.close(handle)


if __name__ == "__main__":
    main()
