"""`assay demo`: every step on a small program."""

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.output import say_text

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    directory: Annotated[Path, typer.Argument(help="Folder to work in.")] = Path("demo"),
    brief: Annotated[
        bool, typer.Option("--brief", help="Leave out the eight planted failure modes.")
    ] = False,
) -> None:
    """Run every step on a small program: contract, release, validation, next plan.

    Example: assay demo
    """
    from assay.demo.story import tell

    tell(directory, say_text, failures=not brief)
