"""The real desk for a browser: a program's own application under uvicorn, on a free port."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from assay.core.clock import Clock, system_clock
from assay.desk.service import LEASE_SECONDS, DeskService
from assay.program.program import Program
from assay.records.record import Record
from assay.web.app import create_app
from assay.web.connections import BoundedProtocol
from simulators.desk_program import opened, person, write_desk_program
from simulators.served import ThreadServer

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
        self._server = ThreadServer(app, http=BoundedProtocol, server_header=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._opening.__exit__(None, None, None)
