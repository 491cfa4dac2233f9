"""`assay serve`: the reviewer's desk, on this machine."""

import os
import sys
from pathlib import Path
from typing import Any

import typer

import assay
from assay.cli.output import print_held_back, say
from assay.core.errors import UsageError

app = typer.Typer(
    add_completion=False,
    help="Serve the reviewer's desk and its REST API.",
    epilog="Example: assay serve -p my-program",
)

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Hosts that only this machine reaches."""


@app.callback(invoke_without_command=True)
def serve(
    program: Path = typer.Option(Path(), "--program", "-p", help="Folder of the program."),
    host: str = typer.Option("127.0.0.1", "--host", help="Address to listen on."),
    port: int = typer.Option(8087, "--port", min=0, max=65535, help="Port to listen on."),
    workers: int = typer.Option(
        1, "--workers", min=1, max=64, help="Processes; more than one needs PostgreSQL."
    ),
    behind_tls: bool = typer.Option(
        False,
        "--behind-tls",
        help="A proxy in front terminates TLS; needed to listen beyond this machine.",
    ),
) -> None:
    """Serve the reviewer's desk; the first time it prints the link that makes an administrator."""
    from assay.web.app import BEHIND_TLS, PROGRAM, create_app  # names the extra where it is missing
    from assay.web.connections import BoundedProtocol

    import uvicorn  # isort: skip

    if host not in LOOPBACK and not behind_tls:
        raise UsageError(
            code="not-loopback",
            message=f"{host} can be reached from other machines, and this server does not use TLS",
            where="--host",
            hint="put a TLS proxy in front and pass --behind-tls",
        )
    opened = assay.open(program)
    if workers > 1 and opened.store.url.startswith("sqlite"):
        opened.close()
        raise UsageError(
            code="one-process",
            message="a SQLite store is served by one process",
            where="--workers",
            hint="name PostgreSQL in assay.toml, or leave --workers out",
        )
    filled = opened.desk.fill()
    opened.desk.seat(
        [
            (account.pseudonym, account.roles)
            for account in opened.accounts.list()
            if account.active
        ],
        by=opened.actor,
    )
    address = f"http://{'[::1]' if host == '::1' else host}:{port}"
    say(f"queues          {filled.queued} records new")
    print_held_back(filled.held_back)
    link = opened.accounts.first_link()
    if link:
        say(f"administrator   {address}/invitation/{link}")
        say("                (this link works once, for a day)")
    say(f"desk            {address}")
    # The server takes the process from here on: what is buffered would show only at its end.
    sys.stdout.flush()
    settings: dict[str, Any] = {
        "host": host,
        "port": port,
        "log_level": "warning",
        "server_header": False,
        "proxy_headers": behind_tls,
        "http": BoundedProtocol,
        "ws": "none",
    }
    if workers == 1:
        uvicorn.run(create_app(opened, behind_tls=behind_tls), **settings)
        return
    # Each worker opens the program itself: a connection does not survive the start of a process.
    opened.close()
    os.environ[PROGRAM] = str(program.resolve())
    if behind_tls:
        os.environ[BEHIND_TLS] = "yes"
    uvicorn.run("assay.web.app:from_environment", factory=True, workers=workers, **settings)
