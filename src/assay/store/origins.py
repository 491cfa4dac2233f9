"""Origins in the store: one row for consecutive rows of a file that gave consecutive facts.

An import of new facts gives each row of its file the next number of its family, so that a thousand
origins are one row: the first fact, the first row, and how many. What follows no such pattern is a
row of its own. Every origin keeps its sequence number and its digest, so that the audit chain does
not depend on how they are joined.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.ports import Origin

MOST_JOINED = 1_000
"""Origins that one row joins at the most; a row of another release must not join more."""


class OriginRange(msgspec.Struct, kw_only=True):
    """Consecutive origins of one import: row `row + n` gave the fact with the number `fact + n`."""

    import_id: int
    """Number of the import."""
    row: int
    """Row of the file that gave the first of them, counted from 1."""
    family: str
    """The prefix of the facts' ids."""
    fact: int
    """Sequence number of the first fact in its family."""
    length: int
    """How many they are, from 1 to `MOST_JOINED`."""

    def is_followed_by(self, origin: Origin, fact: int) -> bool:
        """Whether an origin, whose fact has this number, comes right behind the last of these."""
        return (
            fact == self.fact + self.length
            and origin.row == self.row + self.length
            and origin.import_id == self.import_id
            and origin.fact.startswith(self.family)
        )

    def origin(self, fact: int, identity: str) -> Origin:
        """The origin of one of its facts, given by its number and its id."""
        return Origin(fact=identity, import_id=self.import_id, row=self.row + fact - self.fact)


def join_origins(origins: Iterable[Origin], numbers: Mapping[str, int]) -> list[OriginRange]:
    """Origins in their order as ranges.

    Args:
        origins: the origins.
        numbers: id of each fact -> its sequence number.
    """
    ranges: list[OriginRange] = []
    last: OriginRange | None = None
    for origin in origins:
        fact = numbers[origin.fact]
        if last and last.length < MOST_JOINED and last.is_followed_by(origin, fact):
            last.length += 1
            continue
        last = OriginRange(
            import_id=origin.import_id,
            row=origin.row,
            family=origin.fact.partition("_")[0],
            fact=fact,
            length=1,
        )
        ranges.append(last)
    return ranges


def origins_of(joined: OriginRange, identities: Sequence[str]) -> list[Origin]:
    """The origins of a range, given the ids of its facts in their order."""
    return [joined.origin(fact, identity) for fact, identity in enumerate(identities, joined.fact)]


def range_of(row: Mapping[Any, Any]) -> OriginRange:
    """A row of the table as a range."""
    return OriginRange(**{name: row[name] for name in OriginRange.__struct_fields__})
