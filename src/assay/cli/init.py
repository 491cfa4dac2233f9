"""`assay init`: write a new program from a template."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.output import say

app = typer.Typer(add_completion=False)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Folder of the new program.")],
    template: Annotated[
        str, typer.Option("--template", "-t", help="preference, code, math, safety or tools.")
    ] = "preference",
) -> None:
    """Write a new program that checks clean and teaches by its comments.

    Example: assay init my-program --template safety
    """
    from assay.contracts import service

    for name in service.init(directory, template):
        say(f"  {directory / name}")
    say()
    say(f"Read contract.yaml, then: assay contract check {directory}")
