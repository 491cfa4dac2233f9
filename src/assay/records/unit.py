"""The unit of an import: rows that are read as one, and the facts or refusals that result."""

from collections.abc import Mapping, Sequence

import msgspec

from assay.core.errors import InputError
from assay.core.fact import EncodedFact
from assay.records.extra_fields import Fate
from assay.records.ports import Row
from assay.records.reader import Recurrence


class RowGroup(msgspec.Struct):
    """Rows that are read as one: a single row, or a group that a mapping names."""

    rows: list[Row]
    """The rows; ones with a fault may be among them."""
    set_aside: list[tuple[Row, InputError]] = []
    """Rows of the unit that cannot be used, each with its reason."""
    group: str = ""
    """The group's columns and values, for messages; empty where rows are not grouped."""
    facts: Sequence[EncodedFact] = ()
    """The facts that the other rows gave, a record before its judgments."""
    redacted: Mapping[str, int] = {}
    """Kind of secret or address -> how many were taken out of the rows."""
    judgments_set_aside: Sequence[InputError] = ()
    """Why some judgments of usable rows cannot be used."""
    recurrences: Mapping[str, Recurrence] = {}
    """Judgment id -> what the mapping states about it beyond its content."""
    extras: Mapping[str, Fate] = {}
    """Fields that the format does not read as they stand -> what becomes of them."""

    attachments: Mapping[str, bytes] = {}
    """Bytes of the rows' attachments, by their digest."""

    @property
    def usable_rows(self) -> list[Row]:
        """The rows that the facts came from."""
        if not self.set_aside:
            return self.rows
        refused_numbers = {row.number for row, _ in self.set_aside}
        return [row for row in self.rows if row.number not in refused_numbers]

    def refuse(self, reason: InputError) -> None:
        """Set every row aside that is not set aside yet, and drop their facts."""
        self.set_aside = [*self.set_aside, *((row, reason) for row in self.usable_rows)]
        self.facts, self.recurrences, self.extras = (), {}, {}
        self.judgments_set_aside, self.redacted, self.attachments = (), {}, {}


def refused_group(rows: Sequence[Row], reason: InputError) -> RowGroup:
    """A unit none of whose rows can be used."""
    return RowGroup(list(rows), [(row, reason) for row in rows])
