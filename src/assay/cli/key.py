"""`assay key`: make and derive keys."""

import json
from pathlib import Path
from typing import Annotated

import typer

from assay.cli.commands import command_group
from assay.cli.output import Folder, say
from assay.core.keys import Purpose
from assay.core.private import FILE_MODE, FOLDER_MODE

_NAMES = {"pseudonyms": "pseudonym_key", "gate": "gate_key", "desk": "desk_key"}

app = command_group()


@app.callback()
def keys() -> None:
    """Make the keys that sign releases and open the vault; derive those of single purposes."""


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

    private.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    target = public or private.with_suffix(".pub")
    identity = make_key_pair(private, target)
    say(f"private  {private}")
    say(f"public   {target}")
    say(f"key id   {identity}")
    say("Publish the public key where readers of your releases will look for it.")
    say("Put this line into assay.toml, above the first [table]:")
    say(f"signing_key = {_reference(private)}")


def _reference(private: Path) -> str:
    """How assay.toml names a file: as it was written in the program's folder, else in full."""
    from assay.contracts.reading import FILES

    path = private if Path(FILES["program"]).exists() else private.resolve()
    return json.dumps(f"file:{path.as_posix()}")


@app.command()
def derive(
    purpose: Annotated[Purpose, typer.Argument(help="pseudonyms, gate or desk.")],
    out: Annotated[Path, typer.Option("--out", help="File to write the key to.")],
    program: Folder = ".",
) -> None:
    """Write the key of one purpose, for a machine that needs no other one.

    A desk needs the keys for pseudonyms and the desk, an importing machine that for pseudonyms, and
    whoever seals, checks or builds that of the gate.

    Example: assay key derive gate --out gate.key
    """
    import assay
    from assay.releases.keys import write_new

    with assay.open(program) as opened:
        write_new(out, getattr(opened.context.keys, purpose) + b"\n", mode=FILE_MODE)
    say(f"{out}  (readable by you alone)")
    say(f'Name it in assay.toml, above the first [table]: {_NAMES[purpose]} = "file:..."')


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
    private.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    write_new(private, f"{identity}\n".encode(), mode=FILE_MODE)
    say(f"private  {private}")
    say(f'vault_recipients = ["{identity.to_public()}"]')
    say("Put that line into assay.toml, above the first [table].")
    say("Keep the private key only on the machines of openers.")
