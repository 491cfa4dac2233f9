"""Signing keys: Ed25519 in PEM, as openssl reads and writes them."""

import os
from pathlib import Path
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from assay.core.digest import sha256_hex
from assay.core.errors import InputError, MachineError, UsageError
from assay.core.private import FILE_MODE

_HINTS = {
    "private": "make a pair: assay key new",
    "public": "name the public key that the maker of the release published, such as assay.pub",
}


def make_key_pair(private_file: Path, public_file: Path) -> str:
    """Write a new key pair: the private key readable by its owner alone.

    Returns:
        The key's id.

    Raises:
        UsageError: if one of the files is there already; a key is never overwritten.
    """
    for file in (private_file, public_file):
        if file.exists() or file.is_symlink():
            raise UsageError(
                code="key-exists",
                message="a key is there already and is never overwritten",
                where=str(file),
                hint="name another file, or move the old key away and keep it",
            )
    key = Ed25519PrivateKey.generate()
    write_new(private_file, private_pem(key), mode=FILE_MODE)
    write_new(public_file, public_pem(key.public_key()), mode=0o644)
    return key_id(key.public_key())


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """A private key as PKCS 8 PEM without a passphrase."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: Ed25519PublicKey) -> bytes:
    """A public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_private_key(pem: bytes, *, where: str = "") -> Ed25519PrivateKey:
    """The private key in a PEM text.

    Raises:
        InputError: if it holds no Ed25519 private key, or one behind a passphrase.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    # A TypeError means that the key is behind a passphrase.
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _not_a_key("private", where) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _not_a_key("private", where)
    return key


def read_public_key(pem: bytes, *, where: str = "") -> Ed25519PublicKey:
    """The public key in a PEM text.

    Raises:
        InputError: if it holds no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _not_a_key("public", where) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _not_a_key("public", where)
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """The key's id: SHA-256 of its 32 raw bytes, hexadecimal."""
    return sha256_hex(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _not_a_key(sort: Literal["private", "public"], where: str) -> InputError:
    return InputError(
        code="not-a-key",
        message=f"this is not an Ed25519 {sort} key in PEM without a passphrase",
        where=where,
        hint=_HINTS[sort],
    )


def write_new(file: Path, content: bytes, *, mode: int) -> None:
    """Write a new file that only these permissions open; one that is there is never replaced.

    Raises:
        MachineError: if it cannot be written, or is there already.
    """
    # The mode is set when the file is made: a change afterwards would leave a moment in which
    # others could open it. O_EXCL also refuses a link that somebody placed there.
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except OSError as error:
        raise MachineError(
            code="key-not-written",
            message=f"the key could not be written: {error.strerror}",
            where=str(file),
        ) from error
