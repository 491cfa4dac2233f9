"""`assay next`: where a program stands in the guide's eight steps, and the command that goes on."""

import typer

from assay.cli.following import placeholders
from assay.cli.output import AsJson, Folder, print_json, say, say_wrapped
from assay.cli.reading import open_to_read

app = typer.Typer(add_completion=False)

MARKS = {"done": "+", "open": "-", "unknown": "?"}
LEGEND = "+ done, - open, ? unknown: stated, and shown by nothing"


@app.command()
def next_(program: Folder = ".", as_json: AsJson = False) -> None:
    """Show which of the guide's eight steps is next, why, and the one command that does it.

    Example: assay next
    """
    from assay.program.guide import program_progress

    with open_to_read(program) as opened:
        standing = program_progress(opened)
    if as_json:
        print_json(standing)
        return
    say(f"The guide's eight steps ({LEGEND})")
    for step in standing.steps:
        say_wrapped(f"  {MARKS[step.state]} {step.number} {step.title}: {step.reason}")
        if step.evidence:
            say_wrapped(f"       by {', '.join(identity[:16] for identity in step.evidence)}")
    say()
    if standing.next is None:
        say("all eight steps are done: the next round begins at step 1")
        return
    say_wrapped(
        f"next: {standing.next.number}. {standing.next.title}, because {standing.next.reason}"
    )
    if standing.next.command:
        say(f"  {standing.next.command}")
        for line in placeholders(standing.next.command):
            say_wrapped(f"    {line}")
