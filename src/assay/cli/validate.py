"""`assay validate`: import evaluation results and compare checkpoints."""

import typer

app = typer.Typer(no_args_is_help=True)
