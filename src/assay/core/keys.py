"""Keys by purpose: from one master a key for each use; none reveals anything about another."""

from typing import Literal

Purpose = Literal["pseudonyms", "gate", "desk", "records"]
"""What a key is for: the names of people, the fingerprints of the reserve, the desk's handles, draws
and orders, or the handles of records whose content a reader may not see."""

KEY_BYTES = 32

LEAST_KEY_BYTES = 16
"""A shorter key could be found by trying."""


def derive(master: bytes, purpose: Purpose) -> bytes:
    """The key of one purpose: 64 hexadecimal digits, so that a file or variable can hold it.

    They are 32 bytes by HKDF-SHA256 (RFC 5869) without salt.

    Args:
        master: the program's master key.
        purpose: goes into the derivation.
    """
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  loaded where a key is derived
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415  as above

    function = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"assay/1 {purpose}".encode())
    return function.derive(master).hex().encode()
