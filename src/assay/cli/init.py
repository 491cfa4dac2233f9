"""`assay init`: write a new program from a template, a data file, answers, or nothing at all."""

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.output import say

if TYPE_CHECKING:
    from assay.program.starting import DataProposal

app = typer.Typer(add_completion=False)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Folder of the new program.")],
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            "-t",
            help="preference, code, math, safety or tools.",
            show_default="preference",
        ),
    ] = None,
    blank: Annotated[
        bool, typer.Option("--blank", help="Invent nothing: every open question is marked.")
    ] = False,
    guided: Annotated[
        bool,
        typer.Option(
            "--guided",
            help="Ask five questions; answers may also be lines of standard input.",
        ),
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option("--from", help="Propose kind, mapping, axes and languages from a data file."),
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--id", help="Short name of the program.", show_default="the folder's name"),
    ] = None,
) -> None:
    """Write a new program: a template that teaches by its comments, or one of your own.

    Example: assay init my-program --from votes.csv --guided
    """
    if not (blank or guided or data):
        _write_template(directory, template, identity)
        return
    _refuse_template(template)
    import msgspec

    from assay.contracts.draft import ProgramDraft
    from assay.program.starting import start_program

    draft = ProgramDraft(id=identity or _name_of(directory))
    if guided:
        draft = msgspec.structs.replace(draft, **_ask_questions())
    started = start_program(directory, draft, data)
    for name in started.files:
        say(f"  {directory / name}")
    if started.proposal is not None:
        _print_proposal(started.proposal)
    _print_questions(directory)


def _write_template(directory: Path, template: str | None, identity: str | None) -> None:
    from assay.contracts import service
    from assay.core.errors import UsageError

    if identity is not None:
        raise UsageError(
            code="id-of-a-template",
            message="a template has an id of its own",
            where="--id",
            hint="add --blank, --guided or --from FILE, or change the id in the files afterwards",
        )
    for name in service.init(directory, template or "preference"):
        say(f"  {directory / name}")
    say()
    say(f"Read contract.yaml, then: assay contract check {shlex.quote(str(directory))}")


def _refuse_template(template: str | None) -> None:
    from assay.core.errors import UsageError

    if template is not None:
        raise UsageError(
            code="template-and-draft",
            message="a template is filled in already",
            where="--template",
            hint="leave it out, or leave out --blank, --guided and --from",
        )


def _name_of(directory: Path) -> str:
    """The folder's name as an id."""
    return re.sub(r"[^a-z0-9_-]+", "-", directory.resolve().name.lower()).strip("-_")


def _ask_questions() -> dict[str, str]:
    """The answers, by the field that they fill; an empty line, or no line, leaves a question open."""
    from assay.contracts.draft import QUESTIONS

    answers = {}
    for number, question in enumerate(QUESTIONS, start=1):
        say(f"{number}. {question.text}")
        answers[question.field] = sys.stdin.readline().strip()
    say()
    return answers


def _print_proposal(proposal: "DataProposal") -> None:
    from assay.core.wording import count_phrase

    way = f"the reader {proposal.reader}" if proposal.reader else "mapping.yaml"
    say()
    if proposal.kind is None:
        say(
            f"{count_phrase(proposal.rows, 'row')} looked at: no column says what a record would be."
        )
        _print_recognised(proposal.unplaced)
    else:
        say(
            f"{count_phrase(proposal.rows, 'row')} looked at, {proposal.read} of them read as {proposal.kind} "
            f"records by {way}."
        )
    for column, field in proposal.placed.items():
        say(f"  {column} -> {field}")
    for column in proposal.unplaced:
        say(f"  {column} is not placed: see the description in sources.yaml")
    if proposal.languages:
        say(f"  languages: {', '.join(proposal.languages)}")


def _print_recognised(columns: Sequence[str]) -> None:
    """Say which names would have been recognised, and how a table with semicolons is read."""
    from assay.records.mapping.proposal import RECOGNISED

    say("Recognised are columns named:")
    for part, names in RECOGNISED.items():
        say(f"  {part}: {', '.join(names)}")
    if len(columns) == 1 and ";" in columns[0]:
        say('The cells are parted by semicolons: a mapping reads them with rows: {delimiter: ";"}.')
    say("Rename the columns, or write a mapping: docs/formats/mapping-cookbook.md has examples.")


def _print_questions(directory: Path) -> None:
    from assay.contracts.open_question import NOT_ANSWERED
    from assay.program.checking import check_documents

    issues = check_documents(directory).issues
    count = sum(issue.code == NOT_ANSWERED for issue in issues)
    say()
    say(
        f"Questions that are marked TODO: {count}. To list them: assay contract check "
        f"{shlex.quote(str(directory))}"
    )
