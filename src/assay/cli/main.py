"""The root command: stages are imported only when they are called."""

import os
import select
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

from assay.cli.commands import PARSING_ERROR, CommandGroup, load_stage, usage_error
from assay.cli.output import say, say_text, say_wrapped
from assay.core.errors import AssayError, CheckError, MachineError, UsageError

STAGES = {
    "init": "Write a new program from a template.",
    "demo": "Run every step on a small program, in a minute or two.",
    "next": "Show where the program stands in the guide's eight steps, and what is next.",
    "contract": "1. Check, show and compare the documents of a program.",
    "record": "2. Import, sample, list, show and export records.",
    "review": "3. Assign passes, exchange judgments, adjudicate.",
    "serve": "3. Serve the reviewer's desk and its REST API.",
    "verify": "4. Run verifiers on records, and show what they cover.",
    "reserve": "Seal evaluation data, compare records with it, open it.",
    "quality": "5. Dispositions, agreement, shortcuts, the quality report.",
    "release": "6. Build, verify, compare, export and withdraw releases.",
    "validate": "7. Import evaluation results and compare checkpoints.",
    "plan": "8. Findings, root causes, the next sampling plan.",
    "run": "Import, verify, dispose, report and release what assay.toml lists, by one command.",
    "work": "Work on all records in shards, on this machine, Ray or Slurm.",
    "lineage": "Trace any fact to what it was made from, and to what was made with it.",
    "audit": "Verify the audit chain of the store.",
    "status": "Show the program's status: checklist, failure modes, coverage, queue.",
    "key": "Make the keys that sign releases and open the vault.",
    "mcp": "Offer tools to agents over the Model Context Protocol.",
    "agents": "Print what an agent should know: commands, output, exit codes, permissions.",
}
"""Every command with its one sentence, in the order of the data flow. Names are modules next to this one."""


class _Stages(CommandGroup):
    """Shows every stage at once and imports only the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  the base class's shape
        return list(STAGES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  the base class's shape
        if cmd_name not in STAGES:
            return None
        return TyperCommand(cmd_name, help=STAGES[cmd_name])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_stage(name) if name in STAGES else command, rest


app = typer.Typer(
    cls=_Stages,
    name="assay",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The system of record for engineered alignment data: "
    "a data contract goes in, a provable release comes out.",
    epilog="Start with: assay demo. Where a program stands: assay next",
)


def _print_version(is_requested: bool) -> None:
    if is_requested:
        from assay import __version__

        say(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and stop.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    """Hold the options of the command itself."""


def main() -> None:
    """Run the command line; errors become one clear line and the exit code of their family."""
    # For plug-ins of its own pydantic reads the metadata of every installed package before the first
    # document; none of them has a say in what a document is.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        code = app(prog_name="assay", standalone_mode=False)
    except AssayError as error:
        _refuse(error)
    except PARSING_ERROR as error:
        # Help that was asked for by no arguments at all is printed already, or is the message.
        if type(error).__name__ == "NoArgsIsHelpError":
            say_text(error.format_message(), nl=False)
            sys.exit(UsageError.exit_code)
        _refuse(usage_error(error))
    except typer.Abort:
        say("assay: broken off", err=True, fg="red")
        sys.exit(1)
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _reader_is_gone():
            # As `| head` does: nothing is wrong. What is still buffered goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        # A folder that may not be written to, a full disk: the machine, and no fault of ours.
        place = f"{error.filename}: " if error.filename else ""
        say(f"assay: {place}{error.strerror or error}", err=True, fg="red")
        sys.exit(MachineError.exit_code)
    if code:
        sys.exit(code)


def _refuse(error: AssayError) -> NoReturn:
    # What checks is a person's text, and a refusal names several places; a wrong call is one line.
    tell = say_wrapped if isinstance(error, CheckError) else say
    tell(f"assay: {error}", err=True, fg="red")
    sys.exit(error.exit_code)


def _reader_is_gone() -> bool:
    """Whether nobody reads our output any more; another pipe or socket may have broken, too."""
    try:
        handle = sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    poll = select.poll()
    poll.register(handle, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))
