"""Keys are made once, kept from others, and read as openssl writes them."""

import hashlib
import stat
import subprocess
from pathlib import Path

import pytest

from assay.core.errors import InputError, MachineError, UsageError
from assay.releases.keys import (
    key_id,
    make_key_pair,
    private_pem,
    public_pem,
    read_private_key,
    read_public_key,
)
from simulators.ferries import KEY


def test_a_pair_is_made_and_read_back(tmp_path: Path) -> None:
    """The two files hold one pair, whose id is the one that was returned."""
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    made = make_key_pair(private, public)
    key = read_private_key(private.read_bytes())
    assert key_id(key.public_key()) == made == key_id(read_public_key(public.read_bytes()))


def test_the_private_key_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody but the owner may read the file."""
    make_key_pair(tmp_path / "key.pem", tmp_path / "public.pem")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["key.pem", "public.pem"])
def test_a_key_is_never_overwritten(tmp_path: Path, there: str) -> None:
    """If one of the two files is there, nothing is written."""
    (tmp_path / there).write_text("mine")
    with pytest.raises(UsageError, match="never overwritten"):
        make_key_pair(tmp_path / "key.pem", tmp_path / "public.pem")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(there, "mine")]


def test_a_folder_that_is_not_there_is_the_machines_fault(tmp_path: Path) -> None:
    """A key that cannot be written says so."""
    with pytest.raises(MachineError, match="could not be written"):
        make_key_pair(tmp_path / "no" / "key.pem", tmp_path / "public.pem")


def test_a_key_made_by_openssl_is_read(tmp_path: Path) -> None:
    """What `openssl genpkey` writes signs, and its public half has the id of the raw bytes."""
    private = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
    shown = subprocess.run(
        ["openssl", "pkey", "-in", private, "-pubout", "-outform", "DER"],
        check=True,
        capture_output=True,
    )
    key = read_private_key(private.read_bytes())
    assert key_id(key.public_key()) == hashlib.sha256(shown.stdout[-32:]).hexdigest()


def test_other_keys_are_refused(tmp_path: Path) -> None:
    """Another algorithm, the wrong half and plain text are told apart from a key."""
    other = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "X25519"], check=True, capture_output=True
    )
    public = public_pem(KEY.public_key())
    for text in (other.stdout, public, b"key"):
        with pytest.raises(InputError, match="private key"):
            read_private_key(text, where="key.pem")
    for text in (private_pem(KEY), b"", b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"):
        with pytest.raises(InputError, match="public key"):
            read_public_key(text)
