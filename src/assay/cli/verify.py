"""`assay verify`: run verifiers on records, and show what they cover."""

import typer

app = typer.Typer(no_args_is_help=True)
