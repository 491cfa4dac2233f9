"""The demo's documents and keys, and the moment when it takes place."""

from importlib.resources import files
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.core.digest import sha256
from assay.core.private import FILE_MODE, make_private_folder
from assay.releases.keys import private_pem, public_pem, write_new

MOMENT = "2026-01-05T09:00:00Z"
"""When the demo takes place."""

SECRET = "the demo's secret is no secret: everyone may repeat it\n"  # noqa: S105  as it says
"""What the demo's pseudonyms, draws, fingerprints and signing key depend on."""

VAULT_KEY = "AGE-SECRET-KEY-1GWP4G6Q3QK9FUCYMLA85TERDWSKNJXPL004J75ALST5J5W0WSXGQVYR699"
"""Opens the demo's vault; as little a secret as the other. A real one is never kept next to the vault."""


def write_program(folder: Path) -> None:
    """Write the demo's documents and keys into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in (files("assay.demo") / "program").iterdir():
        (folder / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    private = folder / ".assay"
    make_private_folder(private)
    key = Ed25519PrivateKey.from_private_bytes(sha256(SECRET.encode()))
    write_new(private / "master.key", SECRET.encode(), mode=FILE_MODE)
    write_new(private / "vault.key", VAULT_KEY.encode(), mode=FILE_MODE)
    write_new(private / "signing.key", private_pem(key), mode=FILE_MODE)
    (folder / "assay.pub").write_bytes(public_pem(key.public_key()))
