"""What a reader of a foreign format is: a pure map from one row to records and judgments."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from assay.records.judgment import Judgment
from assay.records.record import Record


class RowContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader may know besides the row."""

    kind: str
    """The kind that the caller asked for (`--as`)."""
    source_class: str
    """The source class that the caller named (`--source`)."""
    pseudonym: Callable[[str], str]
    """Turns a raw person id into a pseudonym: a keyed digest; raw ids go no further."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What one row gave: a record, and the judgments that the row holds of it."""

    record: Record
    """The record."""
    judgments: Sequence[Judgment] = ()
    """Judgments about it, each naming the record's id; `occasion` is set by the import."""


class Reader(Protocol):
    """A foreign format. Readers hold no state between rows and open no file."""

    name: str
    """The name by which `--format` asks for it."""
    kinds: tuple[str, ...]
    """The record kinds that it can give; the first is the default."""
    summary: str
    """One sentence for the help."""

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Args:
            row: the row as parsed: a JSON object, or column name -> value of a table.
            context: kind, source class and the pseudonymiser.

        Raises:
            InputError: if the row is not of this format; `where` names the field. The row is
                then set aside with this reason, and the import goes on.
        """
