"""A host that is watched from outside while hostile programs run: what reaches it, it tells."""

import hashlib
import os
import socket
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Self

SECRET = "SBX_SECRET"


class WatchedHost:
    """Listeners, a canary folder, a reserve, a secret and a victim, each of which must stay untouched."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self._tcp = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._udp = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._udp.bind(("127.0.0.1", 0))
        self._abstract = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        self._name = f"assay-watched-{os.getpid()}-{id(self)}"
        self._abstract.bind("\0" + self._name)
        self._abstract.listen()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._folder.chmod(0o777)
        self._path = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        self._path.bind(str(self._folder / "socket"))
        self._path.listen()
        (self._folder / "socket").chmod(0o777)
        (self._folder / "reserve").write_text("the reserve", encoding="utf-8")
        for each in (self._tcp, self._udp, self._abstract, self._path):
            each.settimeout(0)
        os.environ[SECRET] = "TOP-SECRET"
        self._stack.callback(os.environ.pop, SECRET, None)
        self._victim = subprocess.Popen(["/bin/sleep", "600"])
        self._stack.callback(self._end_victim)
        self._before = self._seen()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _end_victim(self) -> None:
        self._victim.kill()
        self._victim.wait()

    def fill(self, program: str) -> str:
        """A program with its `@TOKENS@` replaced by what there is to attack."""
        for token, value in {
            "PORT": self._tcp.getsockname()[1],
            "UDP": self._udp.getsockname()[1],
            "ABS": self._name,
            "SOCK": self._folder / "socket",
            "CANARY": self._folder,
            "RESERVE": self._folder / "reserve",
            "VICTIM": self._victim.pid,
            "MARK": self._name,
        }.items():
            program = program.replace(f"@{token}@", str(value))
        return program

    def harm(self) -> list[str]:
        """All that the outside saw; empty where everything held."""
        found = [
            name
            for name, listener in (
                ("tcp", self._tcp), ("abstract", self._abstract), ("path socket", self._path),
            )
            if _called(listener)
        ]  # fmt: skip
        if _heard(self._udp):
            found.append("udp")
        if self._seen() != self._before:
            found.append("the canary folder changed")
        if self._victim.poll() is not None:
            found.append("the victim is dead")
        found += [f"process {pid} was left behind" for pid in self._marked()]
        return found

    def _seen(self) -> dict[str, str]:
        return {
            each.name: hashlib.sha256(each.read_bytes()).hexdigest() if each.is_file() else "other"
            for each in self._folder.iterdir()
        }

    def _marked(self) -> list[int]:
        """Processes that bear the mark in their command line, and are not the sandbox's host."""
        mark, found = self._name.encode(), []
        for each in Path("/proc").iterdir():
            if each.name.isdigit() and int(each.name) != os.getpid():
                try:
                    if mark in (each / "cmdline").read_bytes():
                        found.append(int(each.name))
                except OSError:
                    continue
        return found


def _called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _heard(receiver: socket.socket) -> bool:
    try:
        return bool(receiver.recv(1))
    except BlockingIOError:
        return False
