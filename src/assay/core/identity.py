"""Ids: a short prefix and the digest of the content in base32, such as `rec_mfrggzdf...`.

An id is derived, never given: the same content has the same id on every machine. Any unique
prefix of an id is accepted where an id is asked for.
"""

import base64
import re

DIGEST_CHARACTERS = 52
"""Base32 characters of a 32-byte digest without padding."""

_ID = re.compile(r"^([a-z]{3})_([a-z2-7]{52})$")


def make_id(prefix: str, digest: bytes) -> str:
    """The id of the fact with this digest (32 bytes)."""
    return f"{prefix}_{base64.b32encode(digest).decode().rstrip('=').lower()}"


def is_id(text: str, prefix: str | None = None) -> bool:
    """Whether the text is a whole id (of the given family, if one is named)."""
    match = _ID.match(text)
    return match is not None and (prefix is None or match[1] == prefix)


def digest_of(identity: str) -> bytes:
    """The 32-byte digest that a whole id was made from.

    Raises:
        ValueError: if the text is not a whole id.
    """
    match = _ID.match(identity)
    if not match:
        msg = f"{identity!r} is not a whole id"
        raise ValueError(msg)
    return base64.b32decode(match[2].upper() + "====")
