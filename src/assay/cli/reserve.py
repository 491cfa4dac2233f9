"""`assay reserve`: seal evaluation data, compare with it, open it."""

import typer

app = typer.Typer(no_args_is_help=True)
