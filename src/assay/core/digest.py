"""Digests: SHA-256 everywhere, shown as lower-case hexadecimal with its algorithm's name."""

import hashlib
import re
from collections.abc import Iterable

_LABELLED = re.compile(r"sha256:[0-9a-f]{64}")


def sha256(content: bytes) -> bytes:
    """The 32-byte SHA-256 of some content."""
    return hashlib.sha256(content).digest()


def sha256_hex(content: bytes) -> str:
    """The SHA-256 of some content as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def labelled_digest(content: bytes) -> str:
    """The digest as documents cite it: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{sha256_hex(content)}"


def is_labelled(text: str) -> bool:
    """Whether a text is a digest as documents cite it."""
    return _LABELLED.fullmatch(text) is not None


def chain(digests: Iterable[bytes]) -> bytes:
    """One digest over an ordered series of 32-byte digests."""
    state = hashlib.sha256()
    for digest in digests:
        state.update(digest)
    return state.digest()
