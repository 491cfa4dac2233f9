"""What is compared with the reserve: the texts of one thing, each with its place in it."""

from collections.abc import Sequence
from typing import NamedTuple

from assay.core.strings import strings_of

DIGESTS = "words/2:"
"""Prefix of digests of texts; those of earlier versions have no prefix and match none of today's."""

Strings = Sequence[tuple[str, str]]
"""Texts with their JSON pointers, in their order."""


class Compared(NamedTuple):
    """One thing to compare: a fact, a document, a file."""

    holder: str
    """What its overlaps name; see `Overlap.holder`."""
    strings: Strings
    """Every text in it."""

    @classmethod
    def of(cls, holder: str, value: object, pointer: str = "") -> "Compared":
        """Every string of a value."""
        return cls(holder, list(strings_of(value, pointer)))
