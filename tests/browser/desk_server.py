"""The real desk for a browser: a program's own application under uvicorn, on a free port."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from types import TracebackType
from typing import Self

import uvicorn

from assay.core.clock import Clock, system_clock
from assay.desk.service import LEASE_SECONDS, DeskService
from assay.program.program import Program
from assay.records.record import Record
from assay.web.app import create_app
from assay.web.connections import BoundedProtocol
from simulators.desk_program import opened, person, write_desk_program

PEOPLE = {
    "ana": ("reviewer", "policy_reviewer"),
    "ben": ("reviewer", "policy_reviewer"),
    "cleo": ("reviewer", "policy_reviewer"),
    "dan": ("reviewer", "policy_reviewer"),
    "lea": ("lead",),
    "sen": ("adjudicator",),
    "adm": ("administrator",),
}
"""Who may sign in, with the roles."""

START_SECONDS = 120


class DeskServer:
    """A program at the desk, with people who may review it."""

    def __init__(
        self,
        folder: Path,
        *,
        records: Sequence[Record] | None = None,
        lease_seconds: int = LEASE_SECONDS,
        sweep_seconds: float = 3600,
        edit: Callable[[Path], None] = lambda _: None,
        clock: Clock = system_clock,
    ) -> None:
        write_desk_program(folder, records)
        edit(folder)
        self._opening = opened(folder, clock)
        self.program: Program = self._opening.__enter__()
        """The open program; the tests look into its store."""
        if lease_seconds != LEASE_SECONDS:
            self.program.desk.close()
            vars(self.program)["desk"] = DeskService(
                self.program.context, lease_seconds=lease_seconds
            )
        self.people = {name: person(self.program, name, *roles) for name, roles in PEOPLE.items()}
        """Everybody who has an account."""
        app = create_app(self.program, sweep_seconds=sweep_seconds, rate=100_000)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                port=0,
                log_level="warning",
                http=BoundedProtocol,
                ws="none",
                server_header=False,
            )
        )
        self._thread = Thread(target=self._server.run)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        until = monotonic() + START_SECONDS
        while not self._server.started:
            if monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the desk does not start")
            sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._opening.__exit__(None, None, None)
