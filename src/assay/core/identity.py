"""Ids: a short prefix and the digest of the content in base32, such as `rec_mfrggzdf...`.

An id is derived, never given: the same content has the same id on every machine. Any unique
prefix of an id is accepted where an id is asked for.
"""

import base64
import re

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
"""Two letters of base32 for each value of ten bits."""

_SHIFTS = range(250, -1, -10)
"""Where the ten-bit groups of a digest begin, once four zero bits have made it 260 bits long."""

_ID = re.compile(r"^([a-z]{3})_([a-z2-7]{52})$")


def make_id(prefix: str, digest: bytes) -> str:
    """The id of the fact with this digest (32 bytes).

    Base32 (RFC 4648) two letters at a time: the standard library's loop takes twice as long, and
    every fact that is stored, released or verified needs its id.
    """
    bits = int.from_bytes(digest) << 4
    return f"{prefix}_{''.join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])}"


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
