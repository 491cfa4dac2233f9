"""`assay key`: make the keys that sign releases and open the vault."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Make the keys that sign releases and open the vault."""


@app.command()
def new(
    private: Annotated[Path, typer.Argument(help="File of the private key.")],
    public: Annotated[
        Path | None,
        typer.Option(help="File of the public key; next to the private one by default."),
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


@app.command("new-vault")
def new_vault(
    private: Annotated[Path, typer.Argument(help="File of the opener's private key.")],
) -> None:
    """Write a new key that opens the reserve, and print its public half for assay.toml.

    Example: assay key new-vault ~/opener.key
    """
    import pyrage

    from assay.releases.keys import write_new

    identity = pyrage.x25519.Identity.generate()
    private.parent.mkdir(parents=True, exist_ok=True)
    write_new(private, f"{identity}\n".encode(), mode=0o600)
    typer.echo(f"private  {private}")
    typer.echo(f'vault_recipients = ["{identity.to_public()}"]')
    typer.echo("Put that line into assay.toml; keep the private key on openers' machines alone.")
