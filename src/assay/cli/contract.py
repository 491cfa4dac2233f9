"""`assay contract`: check, show, compare and describe the documents of a program."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.output import AsJson, Folder, print_json, say, say_text, say_wrapped

if TYPE_CHECKING:
    from assay.contracts.diff import DocumentDifferences

app = command_group()

Directory = Annotated[
    Path | None, typer.Argument(help="Folder of the program.", show_default="this folder")
]

MARKS = {"shown": "+", "claimed": ".", "missing": "-", "refuted": "!"}
LEGEND = "+ shown by facts, . claimed by the documents, - missing, ! refuted"


@app.command()
def check(directory: Directory = None, program: Folder = ".", as_json: AsJson = False) -> None:
    """Report every fault of the documents at once, and the fourteen-point checklist.

    Example: assay contract check my-program --json
    """
    from assay.contracts.opening import require_program
    from assay.contracts.reading import FILES
    from assay.program.checking import check_documents

    folder = directory or Path(program)
    # Where one document is there, the check names those that are missing, each as a fault.
    if folder.is_dir() and not any((folder / name).exists() for name in FILES.values()):
        require_program(folder)
    report = check_documents(folder)
    if as_json:
        print_json(report.to_json())
    else:
        for issue in report.issues:
            colour = "red" if issue.severity == "error" else "yellow"
            place = f"{issue.file}:{issue.line}"
            say_wrapped(f"{issue.severity}: {place}: {issue.message}", fg=colour)
            say_wrapped(f"    at {issue.path or 'the whole file'}  [{issue.code}]")
            say_wrapped(f"    {issue.hint}")
        say()
        say_wrapped(f"Operating checklist ({LEGEND}; `assay status` compares it with the facts)")
        for number, point in enumerate(report.checklist, start=1):
            say_wrapped(f"  {MARKS[point.state]} {number:2} {point.point}")
            say_wrapped(f"       {point.evidence}")
        errors = sum(issue.severity == "error" for issue in report.issues)
        warnings = len(report.issues) - errors
        say()
        say(f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}")
    raise typer.Exit(0 if report.ok else 1)


@app.command()
def show(directory: Directory = None, program: Folder = ".") -> None:
    """Render the contract and its rubric for people, as Markdown.

    Example: assay contract show my-program | less
    """
    from assay.contracts import service

    say_text(service.show(directory or Path(program)))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the older program.")],
    new: Annotated[Path, typer.Argument(help="Folder of the newer program.")],
    as_json: AsJson = False,
) -> None:
    """Say what changed, and which changes alter the meaning of labels already given.

    Example: assay contract diff ../last-month .
    """
    from assay.contracts import service

    difference = service.diff(old, new)
    if as_json:
        print_json(difference)
        return
    print_difference(difference)


def print_difference(difference: "DocumentDifferences") -> None:
    """Print what changed between two versions of the documents."""
    for change in difference.changes:
        mark = "*" if change.alters_meaning else " "
        say(f"{mark} {change.document}: {change.path}")
        say(f"      was {change.old!r}")
        say(f"      is  {change.new!r}")
    if not difference.changes:
        say("No difference in meaning or wording.")
    if difference.re_review:
        say()
        say(f"* alters meaning: judgments on {', '.join(difference.re_review)}")
        say("  need a re-review.")
    for document in difference.versions_not_raised:
        say(f"{document}: the content changed, the version did not", fg="yellow")


@app.command()
def schema(
    kind: Annotated[
        str, typer.Argument(help="program, contract, rubric, policy or sources.")
    ] = "contract",
) -> None:
    """Print the JSON Schema of a document, for editors and other tools.

    Example: assay contract schema rubric > rubric.schema.json
    """
    from assay.contracts import service
    from assay.core.errors import UsageError

    schemas = {str(name): document_schema for name, document_schema in service.schema().items()}
    if kind not in schemas:
        raise UsageError(
            code="unknown-document",
            message=f"there is no document {kind!r}",
            hint=f"documents: {', '.join(schemas)}",
        )
    print_json(schemas[kind])
