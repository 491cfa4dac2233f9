"""Keyed handles: names of facts for people who may not see all of their content."""

import base64
import hmac
from hashlib import sha256

HANDLE_BYTES = 15
"""Bytes of a handle: 120 bits, 24 characters of base32."""

JUDGMENT_HANDLE, DECISION_HANDLE, GAP_HANDLE, ROUND_HANDLE = "jdh", "dch", "gph", "rdh"
RECORD_HANDLE = "rch"
"""Prefixes of the handles of facts whose ids may not leave.

An id is a digest of the fact's content: anybody who knows the
rest of it could try values for the hidden parts until the digest matches.
"""

WORK_HANDLE = r"^asn_[a-z2-7]{24}$"
"""The pattern of the handle of a reviewer's assignment, and of the record that an adjudicator took."""


def opaque(key: bytes, prefix: str, *parts: str) -> str:
    """An opaque name for use outside: a keyed digest under a prefix."""
    digest = hmac.digest(key, "\x1f".join((prefix, *parts)).encode(), sha256)[:HANDLE_BYTES]
    return f"{prefix}_{base64.b32encode(digest).decode().lower()}"
