"""Ids: a short prefix and the digest of the content in base32, such as `rec_mfrggzdf...`.

An id is derived, never given: the same content has the same id on every machine. Any unique
prefix of an id is accepted where an id is asked for.
"""

import re
from collections.abc import Sequence

_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567"
_TO_LETTERS = bytes.maketrans(bytes(range(32)), _LETTERS)
_TO_INTEGER = bytes.maketrans(_LETTERS, b"0123456789abcdefghijklmnopqrstuv")
"""Letters of base32 -> those with which Python writes an integer to the base of 32."""

_FEW = 8
"""Ids below which arrays cost more than they save."""

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


def make_ids(prefix: str, digests: Sequence[bytes]) -> list[str]:
    """The ids of many facts of one family, by their digests: a tenth of the time one by one."""
    if len(digests) < _FEW:
        return [make_id(prefix, digest) for digest in digests]
    import numpy as np  # noqa: PLC0415  a command that makes a few ids starts without it

    # Five bytes are eight letters. A digest has 32 bytes, and three of zero make them 56 letters.
    padded = np.zeros((len(digests), 35), dtype=np.uint8)
    padded[:, :32] = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 32)
    fives = padded.reshape(-1, 5).astype(np.uint64)
    numbers = np.zeros(len(fives), dtype=np.uint64)
    for place in range(5):
        numbers = numbers << np.uint64(8) | fives[:, place]
    values = numbers[:, None] >> np.arange(35, -1, -5, dtype=np.uint64) & np.uint64(31)
    letters = np.frombuffer(_LETTERS, dtype=np.uint8)[values].tobytes().decode()
    return [f"{prefix}_{letters[at : at + 52]}" for at in range(0, len(letters), 56)]


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
