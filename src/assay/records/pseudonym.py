"""Pseudonyms: a keyed digest stands for a person; the raw id is never stored."""

import base64
import hmac
import re
import unicodedata
from collections.abc import Callable
from hashlib import sha256

from assay.core.errors import InputError
from assay.core.keys import LEAST_KEY_BYTES

PREFIX = "rvr_"
"""How the pseudonym of a person starts."""

_PSEUDONYM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]+")

_DIGEST_BYTES = 15
"""120 bits: 24 base32 characters, and no two of a billion people alike."""


def pseudonymiser(key: bytes) -> Callable[[str], str]:
    """The function that turns a raw person id into `rvr_` and 24 base32 characters.

    HMAC-SHA256 (RFC 2104) under the program's secret key, cut to 120 bits: the same id gives
    the same pseudonym within a program, also in another Unicode form or with white space around
    it, another one elsewhere, and nobody without the key can
    try ids until one fits.

    Args:
        key: the program's secret, at least 16 bytes.

    Raises:
        ValueError: if the key is too short; the function itself raises InputError for an id that
            is empty, since everybody without an id would be one person.
    """
    if len(key) < LEAST_KEY_BYTES:
        msg = f"the pseudonym key has {len(key)} bytes, it needs {LEAST_KEY_BYTES}"
        raise ValueError(msg)

    def pseudonym(raw: str) -> str:
        if not raw.strip():
            raise InputError(
                code="no-person",
                message="the name or id of a person is empty",
                hint="name the person as other files and commands do",
            )
        # One name in two encodings of its accents, or with a space behind it, is one person.
        name = unicodedata.normalize("NFC", raw).strip()
        digest = hmac.digest(key, name.encode(), sha256)[:_DIGEST_BYTES]
        return PREFIX + base64.b32encode(digest).decode().lower()

    return pseudonym


def is_pseudonym(text: str) -> bool:
    """Whether this can be the pseudonym of a person: `rvr_` and letters, digits, `_` or `-`."""
    return _PSEUDONYM.fullmatch(text) is not None
