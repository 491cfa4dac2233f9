"""Ids: a short prefix and the digest of the content in base32, such as `rec_mfrggzdf...`.

An id is derived, never given: the same content has the same id on every machine. Any unique
prefix of an id is accepted where an id is asked for.
"""

import re

_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567"
_TO_LETTERS = bytes.maketrans(bytes(range(32)), _LETTERS)
_TO_INTEGER = bytes.maketrans(_LETTERS, b"0123456789abcdefghijklmnopqrstuv")
"""Letters of base32 -> those with which Python writes an integer to the base of 32."""

_ID = re.compile(r"^([a-z]{3})_([a-z2-7]{52})$")


def _halvings() -> tuple[tuple[int, int, int], ...]:
    """How 64 groups of five bits come to lie in a byte each: six times, every block is halved.

    Each step gives the bits that stay, those that move, and how far.
    """
    steps = []
    for groups in (32, 16, 8, 4, 2, 1):
        places = range(0, 512, 16 * groups)
        half = (1 << 5 * groups) - 1
        low = sum(half << place for place in places)
        steps.append((low, low << 5 * groups, 3 * groups))
    return tuple(steps)


_HALVINGS = _halvings()


def make_id(prefix: str, digest: bytes) -> str:
    """The id of the fact with this digest (32 bytes).

    Base32 (RFC 4648) of all letters at once: the standard library's loop takes four times as long,
    and every fact that is stored, released or verified needs its id.
    """
    # 256 bits of the digest, and 64 zeros to make 64 groups of five.
    bits = int.from_bytes(digest) << 64
    for low, high, shift in _HALVINGS:
        bits = bits & low | (bits & high) << shift
    return f"{prefix}_{bits.to_bytes(64)[:52].translate(_TO_LETTERS).decode()}"


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
    # The last letter holds one bit of the digest and four zeros.
    return (int(match[2].encode().translate(_TO_INTEGER), 32) >> 4).to_bytes(32)
