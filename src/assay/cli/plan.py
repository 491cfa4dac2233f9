"""`assay plan`: findings, root causes, the next sampling plan."""

import typer

app = typer.Typer(no_args_is_help=True)
