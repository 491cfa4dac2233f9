"""Commands and their groups: suggestions, one form for usage errors, the line that names the next one."""

import shlex
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from assay.cli.following import next_command, placeholders
from assay.cli.output import say, say_wrapped
from assay.core.errors import AssayError, UsageError

PARSING_ERROR: type[Any] = typer.BadParameter.__mro__[1]
"""What Typer raises for a call that it cannot read; it exports only this class's children."""

_QUIET = frozenset({"--json", "--dry-run", "--plan", "--suggest"})
"""Options after which no next command is named: the output is for a machine, nothing was done, or the
command names one itself."""


class CommandGroup(TyperGroup):
    """A group that suggests the nearest command, and ends by naming the next one."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; a name that is none is refused with the nearest one."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            names = self.list_commands(ctx)
            raise _unknown(ctx.command_path, "command", name, names, _deeper_commands(ctx, name))
        ctx.meta["arguments"] = args[1:]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command, and name the next one where it changed something."""
        try:
            result = super().invoke(ctx)
        except PARSING_ERROR as error:
            if error.ctx is None and ctx.invoked_subcommand:
                raise _unreadable(error, f"{ctx.command_path} {ctx.invoked_subcommand}") from error
            raise
        _name_next(f"{ctx.command_path} {ctx.invoked_subcommand or ''}".strip(), ctx.meta)
        return result


def command_group(**settings: Any) -> typer.Typer:
    """A Typer app of one stage."""
    return typer.Typer(cls=CommandGroup, no_args_is_help=True, add_completion=False, **settings)


def load_stage(name: str) -> Any:
    """The command of a stage, its arguments named in capitals.

    Args:
        name: a module next to this one that holds an `app`.
    """
    command: Any = typer.main.get_command(import_module(f"assay.cli.{name}").app)
    command.name = name
    for part in (command, *getattr(command, "commands", {}).values()):
        for parameter in part.params:
            if parameter.param_type_name == "argument":
                parameter.metavar = (parameter.metavar or parameter.name).upper()
    return command


def usage_error(error: Any) -> AssayError:
    """A call that Typer could not read, as an error of ours: one line with what to do.

    Args:
        error: a `PARSING_ERROR`.
    """
    path = error.ctx.command_path if error.ctx else "assay"
    name = getattr(error, "option_name", None)
    if name is None or not hasattr(error, "possibilities"):
        return _unreadable(error, path)
    options = [text for spellings in _options(error.ctx.command) for text in spellings]
    elsewhere = _spelt_elsewhere(error.ctx.find_root(), name)
    right = [text for text in options if text in elsewhere][:1]
    return _unknown(path, "option", name, [*options, "--help"], right)


def _options(command: Any) -> Iterator[list[str]]:
    """The spellings of each option of a command."""
    for parameter in command.params:
        if parameter.param_type_name == "option":
            yield [*parameter.opts, *parameter.secondary_opts]


def _spelt_elsewhere(root: Any, name: str) -> set[str]:
    """What an option of this spelling is also called where another command has it.

    `--to` and `--format` are one option of `release export`; on `record import` only one of them is.
    """
    commands = _all_commands(root).values()
    spellings = (some for command in commands for some in _options(command))
    return {text for some in spellings if name in some for text in some}


def _deeper_commands(ctx: Any, name: str) -> list[str]:
    """The whole calls of the stages' commands of this name, for one that was called without its stage."""
    if ctx.parent is not None:
        return []
    calls = [call for call in _all_commands(ctx) if call.endswith(f" {name}")]
    return [f"{ctx.command_path} {call}" for call in calls][:_PROPOSED]


_PROPOSED = 3
"""Most commands that are proposed in place of one that there is not."""


def _all_commands(root: Any) -> dict[str, Any]:
    """Every command by its call without `assay`: the stages, each followed by its own commands."""
    commands = {}
    for name in root.command.list_commands(root):
        stage = load_stage(name)
        commands[name] = stage
        commands |= {
            f"{name} {own}": below for own, below in getattr(stage, "commands", {}).items()
        }
    return commands


def _unreadable(error: Any, path: str) -> AssayError:
    text = error.format_message().rstrip(".")
    return UsageError(
        code="bad-call",
        message=f"{text[:1].lower()}{text[1:]}",
        where="" if path == "assay" else path,
        hint=f"`{path} --help` shows how to call it",
    )


def _unknown(path: str, what: str, name: str, names: list[str], right: list[str]) -> AssayError:
    """The error for a name that is none, with the right ones where they are known, else the nearest."""
    from assay.core.choices import nearest_few, proposal

    # Compared without their dashes, which would make any two short options alike.
    by_word = {text.lstrip("-"): text for text in names}
    near = right or [by_word[word] for word in nearest_few(name.lstrip("-"), by_word, 1)]
    return UsageError(
        code=f"unknown-{what}",
        message=f"there is no {what} {name!r}",
        where="" if path == "assay" else path,
        hint=proposal(near) or f"`{path} --help` lists them",
    )


def _name_next(path: str, meta: Any) -> None:
    """Say on standard error which command is next, for the same program."""
    arguments: list[str] = meta.get("arguments", [])
    following = next_command(path)
    if following is None or _QUIET & set(arguments):
        return
    folder = _program_of(arguments) if following.in_program else None
    place = f" -p {shlex.quote(folder)}" if folder else ""
    say(f"next: {following.command}{place}", err=True)
    for line in placeholders(following.command):
        say_wrapped(f"  {line}", err=True)


def _program_of(arguments: list[str]) -> str | None:
    """The folder that the call named with --program or -p; None where it named none."""
    for at, text in enumerate(arguments):
        if text in {"-p", "--program"} and at + 1 < len(arguments):
            return arguments[at + 1]
        if text.startswith("--program="):
            return text.removeprefix("--program=")
    return None
