"""A program served over real HTTP on a free port of this machine, in a thread of the test."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from litestar import Litestar

from assay.program.program import Program
from assay.web.app import create_app
from simulators.desk_program import PASSWORD, person


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


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
    """The address of a server of this program; both are closed when the block ends."""
    port = free_port()
    app = create_app(program, sweep_seconds=3600, rate=rate)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def token_of(program: Program, name: str, *roles: str) -> str:
    """An API token of a new person with these roles, who sits in every queue that they open."""
    who = person(program, name, *roles)
    return program.accounts.make_token(who, name=PASSWORD[:10], scopes=["review:work"])
