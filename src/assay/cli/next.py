"""`assay next`: where a program stands in the guide's eight steps, and the command that goes on."""

import typer

from assay.cli.output import AsJson, Folder, print_json, say
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
        found = program_progress(opened)
    if as_json:
        print_json(found)
        return
    say(f"The guide's eight steps ({LEGEND})")
    for step in found.steps:
        say(f"  {MARKS[step.state]} {step.number} {step.title}: {step.reason}")
        if step.evidence:
            say(f"       by {', '.join(identity[:16] for identity in step.evidence)}")
    say()
    if found.next is None:
        say("all eight steps are done: the next round begins at step 1")
        return
    say(f"next: {found.next.number}. {found.next.title}, because {found.next.reason}")
    if found.next.command:
        say(f"  {found.next.command}")
