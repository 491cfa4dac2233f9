"""A program served over real HTTP on a free port of this machine, in a thread of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn
from litestar import Litestar

from assay.program.program import Program
from assay.web.app import create_app
from simulators.desk_program import PASSWORD, person

START_SECONDS = 120
"""How long a server may take until it answers; nothing waits so long where one starts."""


class ThreadServer:
    """An application under uvicorn in a thread of this process, on a free port.

    Uvicorn's own logging settings are left out: to apply them is to close every handler of the
    process, and with it whatever file a library's handler writes to, such as pytest's capture.
    """

    def __init__(self, app: Litestar, **settings: Any) -> None:
        config = uvicorn.Config(
            app, port=0, log_config=None, log_level="warning", ws="none", **settings
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run)

    def start(self) -> None:
        """Return when it answers.

        Raises:
            RuntimeError: if it ends before, or does not start in time.
        """
        self._thread.start()
        for _ in range(START_SECONDS * 100):
            if self._server.started or not self._thread.is_alive():
                break
            self._thread.join(0.01)
        if not self._server.started:
            self.stop()
            raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Return when it has ended."""
        self._server.should_exit = True
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens."""
        found: int = self._server.servers[0].sockets[0].getsockname()[1]
        return found


@contextmanager
def serving(app: Litestar, **settings: Any) -> Iterator[int]:
    """The port of a server of this application; it has ended when the block ends."""
    server = ThreadServer(app, **settings)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


_shared: list[Litestar] = []


def shared_app(program: Program) -> Litestar:
    """The application of a program: its routes are built once, and then serve one program after another."""
    if not _shared:
        _shared.append(create_app(program, sweep_seconds=3600, rate=10**9))
    [app] = _shared
    app.state.program = program
    return app


@contextmanager
def served(program: Program, *, rate: int = 10**9) -> Iterator[str]:
    """The address of a server of this program; it has ended when the block ends."""
    with serving(create_app(program, sweep_seconds=3600, rate=rate)) as port:
        yield f"http://127.0.0.1:{port}"


def token_of(program: Program, name: str, *roles: str) -> str:
    """An API token of a new person with these roles, who sits in every queue that they open."""
    who = person(program, name, *roles)
    return program.accounts.make_token(who, name=PASSWORD[:10], scopes=["review:work"])
