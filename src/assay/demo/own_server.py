"""A server of one's own: `assay serve` in a process beside this one, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from assay.core.errors import MachineError, missing_extra

try:
    import httpx
except ImportError as error:
    raise missing_extra("client", "the client of a served desk") from error

START_SECONDS = 60.0
"""How long a server may take until it answers."""

STOP_SECONDS = 15.0
"""How long it may take to end; it is killed then."""

STEP_SECONDS = 0.05
"""How often it is asked whether it answers."""

QUOTED = 2000
"""Characters of a server's last output that an error quotes."""


class OwnServer:
    """A server process and its address."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str, log: IO[bytes]) -> None:
        self.process = process
        self.url = url
        self._log = log

    def last_words(self) -> str:
        """The end of what it wrote to its error output."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-QUOTED:].strip()

    def wait_until_ready(self, *, sleep_seconds: float = STEP_SECONDS) -> None:
        """Wait until it answers.

        Raises:
            MachineError: if it ends before, or takes too long.
        """
        with httpx.Client(trust_env=False, timeout=START_SECONDS) as asking:
            for _ in range(int(START_SECONDS / sleep_seconds)):
                if self.process.poll() is not None:
                    break
                try:
                    if asking.get(f"{self.url}/ready").is_success:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(sleep_seconds)
        raise MachineError(
            code="no-server",
            message=f"the server did not start: {self.last_words() or 'it printed nothing'}",
            where=self.url,
            hint="run `assay serve` to see what is wrong",
        )

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it with all its workers at once, as a cut of the power would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def own_server(folder: Path, *options: str, port: int | None = None) -> Iterator[OwnServer]:
    """A server of a program, ready to answer; it is gone when the block ends.

    Args:
        folder: the program. Nobody else may have a SQLite store open at the same time.
        options: further options of `assay serve`.
        port: port of this machine; a free one where absent.

    Raises:
        MachineError: if it does not start.
    """
    port = port or free_port()
    command = _command(folder, port, options)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603  our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # so that it can be ended with its workers
        )
        server = OwnServer(process, f"http://127.0.0.1:{port}", log)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _command(folder: Path, port: int, options: Sequence[str]) -> list[str]:
    serve = [sys.executable, "-m", "assay", "serve", "--program", str(folder)]
    return [*serve, "--port", str(port), *options]
