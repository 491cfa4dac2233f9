"""The opening: one logged look into the vault."""

from typing import ClassVar, Literal

from assay.core.fact import Fact
from assay.records.fields import Index

Gives = Literal["items", "count", "fingerprints"]
"""What an opening gives: the items themselves, only that they can be read, or new fingerprints."""


class Opening(Fact):
    """One opening of a reserve, committed before anything was decrypted."""

    prefix: ClassVar[str] = "opn"

    reserve: str
    """Name of the reserve."""
    number: Index
    """Number of this opening among those of the reserve, from 1."""
    opener: str
    """Pseudonym of the person who opened it."""
    role: str
    """In which role; the contract says which may."""
    purpose: str
    """Why, in the opener's words."""
    gives: Gives
    """What the opening gave: the items, only that they can be read, or new fingerprints."""
    items: Index
    """How many items came out."""
