"""`assay agents`: what an agent that uses Assay should know, as the wheel brings it."""

from importlib.resources import files

import typer

from assay.cli.output import say_text

app = typer.Typer(add_completion=False)


@app.command()
def agents() -> None:
    """Print AGENTS.md: commands, JSON output, exit codes, permissions.

    Example: assay agents > AGENTS.md
    """
    say_text((files("assay") / "AGENTS.md").read_text(encoding="utf-8"))
