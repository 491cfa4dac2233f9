"""`assay mcp`: offer a program's tools to agents, and make the tokens that they need."""

import os
import sys
from pathlib import Path

import typer

import assay
from assay.cli.commands import CommandGroup
from assay.cli.output import say
from assay.core.errors import UsageError

TOKEN = "ASSAY_TOKEN"  # noqa: S105  the variable's name
"""Variable that holds an agent's token; never an argument, which other users of a machine can read."""

app = typer.Typer(cls=CommandGroup, add_completion=False)


@app.callback(invoke_without_command=True)
def mcp(
    ctx: typer.Context,
    program: Path = typer.Option(Path(), "--program", "-p", help="Folder of the program."),
    allow_writes: bool = typer.Option(
        False, "--allow-writes", help="Offer tools that change the program; needs a token."
    ),
) -> None:
    """Offer tools over the Model Context Protocol, on standard input and output; they only read.

    The token of the agent is in the variable ASSAY_TOKEN.

    Example: assay mcp --program my-program
    """
    ctx.obj = program
    if ctx.invoked_subcommand is not None:
        return
    from assay.mcp.server import serve_tools  # names the extra where it is missing

    token = os.environ.get(TOKEN)
    if allow_writes and not token:
        raise UsageError(
            code="no-token",
            message="an agent that may change the program needs a token",
            where=TOKEN,
            hint="make one: assay mcp token NAME --role ROLE --scope SCOPE",
        )
    with assay.open(program) as opened:
        principal = opened.accounts.bearer(token) if token else None
        name = principal.name if principal else None
    # Opened again under the account's name, by which the audit log tells agents apart.
    with assay.open(program, who=name) as opened:
        serve_tools(opened, token, writes=allow_writes)


@app.command()
def token(
    ctx: typer.Context,
    name: str = typer.Argument(help="Name of the agent's account."),
    role: list[str] = typer.Option(..., "--role", help="Role of the account; may be repeated."),
    scope: list[str] = typer.Option(
        ..., "--scope", help="What the token is limited to; may be repeated."
    ),
    days: int = typer.Option(30, "--days", min=1, max=365, help="Days for which it holds."),
) -> None:
    """Make an account for an agent, and print its one token; nobody can sign in to it.

    Example: assay mcp --program my-program token reader --role lead --scope review:oversee
    """
    with assay.open(ctx.obj) as opened:
        account, secret = opened.accounts.add_program(
            name, role, scopes=scope, days=days, by=opened.actor
        )
        opened.desk.seat([(account.pseudonym, account.roles)], by=opened.actor)
    say(secret)
    say(f"Shown this once. Give it to the agent as {TOKEN}.", err=True)
    sys.stdout.flush()
