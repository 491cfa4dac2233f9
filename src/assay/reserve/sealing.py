"""Facts that a sealing adds to the store: the sealing, and a keyed fingerprint of each item."""

from typing import ClassVar, Literal

from assay.core.fact import Fact
from assay.records.fields import Index


class Sealing(Fact):
    """One file of evaluation items that was moved into the vault."""

    prefix: ClassVar[str] = "sea"

    reserve: str
    """Name of the reserve, as the contract gives it."""
    items: Index
    """How many items were sealed."""
    commitment: str
    """RFC 6962 root over the keyed digests of the items, hexadecimal: what was sealed cannot
    be exchanged later without being noticed."""
    salt_check: str
    """`sha256:...` over the gate's key: a fingerprint made under another key compares with nothing."""
    method: str
    """How fingerprints are made, with its version, such as `words5-siphash/1`."""
    recipients: tuple[str, ...]
    """Public keys that the vault's data key is wrapped for."""


class Fingerprint(Fact):
    """What may be compared with a sealed item, or a part of it, without reading it."""

    prefix: ClassVar[str] = "fpr"

    sealing: str
    """Id of the sealing."""
    reserve: str
    """Name of the reserve."""
    item: str
    """The item's keyed name: the same item has the same name in every sealing of the program."""
    part: Literal["task", "reference", "attachment"]
    """What of the item it stands for: what is asked, the right answer, or a file that it shows."""
    words: Index
    """How many words that text has."""
    grams: str
    """Keyed hashes of its word groups, as a sorted set: base64 of little-endian 64-bit numbers."""
    slice: dict[str, str] = {}
    """Its place on the contract's axes, so that coverage can be shown without opening."""
