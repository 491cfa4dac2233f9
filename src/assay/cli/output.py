"""How commands print: tables for people, JSON for machines, progress where it can last."""

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any, Protocol

import typer

Folder = Annotated[
    str, typer.Option("--program", "-p", help="Folder of the program.", show_default="this folder")
]
"""The option that names the program; commands act on the current folder by default."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
"""The option for machines."""


_ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that a terminal acts on or does not show: control, direction, zero width."""


_BREAKS = re.compile("[\n\t]")
"""What `inert` leaves, and what could begin a line or a cell of its own."""


def inert(text: str) -> str:
    """Foreign text that a terminal shows and does not obey; line breaks and tabs stay."""
    return _ACTIVE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    """The character as JSON and people write it; one beyond 16 bits is two escapes."""
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def on_one_line(text: str) -> str:
    """Foreign text that can begin no line and no cell of its own."""
    return _BREAKS.sub(lambda match: ascii(match[0])[1:-1], inert(text))


def say(text: str = "", *, fg: str | None = None, err: bool = False) -> None:
    """Print one line. Whatever foreign text is in it begins no line of its own and is not obeyed."""
    typer.secho(on_one_line(text), fg=fg, err=err)


WIDTH = 100
"""Most characters of a line of running text."""


def say_wrapped(text: str, *, fg: str | None = None, err: bool = False) -> None:
    """Print running text as lines of at most `WIDTH` characters; a longer word is not broken.

    Every line but the first is indented by two more than the text, so that foreign text begins none.
    """
    line = on_one_line(text)
    indent = " " * (len(line) - len(line.lstrip(" ")) + 2)
    wrapped = textwrap.wrap(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    for part in wrapped or [""]:
        typer.secho(part, fg=fg, err=err)


def say_text(text: str, *, nl: bool = True) -> None:
    """Print a document of ours with its lines; foreign text in it is shown and not obeyed."""
    typer.echo(inert(text), nl=nl)


def print_json(value: Any) -> None:
    """Print a value as indented JSON; structs by their fields, and nothing that a terminal obeys."""
    import msgspec

    plain = _with_flat_verdicts(msgspec.to_builtins(value))
    typer.echo(inert(json.dumps(plain, indent=2, ensure_ascii=False)))


def _with_flat_verdicts(value: Any) -> Any:
    """The same JSON, with a machine's verdict as a word and its reason beside it.

    A person's verdict stays a tagged object: it may name a candidate and a strength.
    """
    if isinstance(value, list | tuple):
        return [_with_flat_verdicts(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {key: _with_flat_verdicts(item) for key, item in value.items()}
    verdict = value.get("verdict")
    if not isinstance(verdict, dict) or verdict.get("verdict") not in _machine_verdicts():
        return plain
    return {
        name: item
        for key, old in plain.items()
        for name, item in (verdict.items() if key == "verdict" else ((key, old),))
    }


@cache
def _machine_verdicts() -> frozenset[str]:
    from assay.verification.verification import MachineVerdict, tags_of

    return frozenset(tags_of(MachineVerdict))


def print_held_back(held_back: Any) -> None:
    """Print what was held back, by reason; nothing where nothing was."""
    if held_back.records:
        say(held_back.line, fg="yellow")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """Print a table: aligned for people, tab-separated where the output is piped."""
    if not sys.stdout.isatty():
        typer.echo("\t".join(map(on_one_line, columns)))
        for row in rows:
            typer.echo("\t".join(on_one_line(_cell(value)) for value in row))
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    heads = (Column(header=Text(on_one_line(column))) for column in columns)
    named = Text(on_one_line(title)) if title else None
    table = Table(*heads, title=named, title_justify="left", header_style="bold")
    for row in rows:
        table.add_row(*(Text(inert(_cell(value))) for value in row))
    Console().print(table)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


class Tick(Protocol):
    """Tells how far the work has come."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Say that `done` units (of `total`, where known) are finished."""


def _silent(done: int, total: int | None = None) -> None:
    """Say nothing: nobody watches."""


@contextmanager
def progress(what: str) -> Iterator[Tick]:
    """A progress bar on standard error while people watch; silence where output is piped."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total=None: bar.update(task, completed=done, total=total)
