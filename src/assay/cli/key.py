"""`assay key`: make the keys that sign releases."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Make the keys that sign releases."""


@app.command()
def new(
    private: Annotated[Path, typer.Argument(help="File of the private key.")],
    public: Annotated[
        Path | None, typer.Option(help="File of the public key; beside the private one.")
    ] = None,
) -> None:
    """Write a new Ed25519 key pair: the private key readable by you alone.

    Example: assay key new .assay/signing.key
    """
    from assay.releases.keys import make_key_pair

    private.parent.mkdir(parents=True, exist_ok=True)
    target = public or private.with_suffix(".pub")
    identity = make_key_pair(private, target)
    typer.echo(f"private  {private}\npublic   {target}\nkey id   {identity}")
    typer.echo("Publish the public key where readers of your releases will look for it.")
