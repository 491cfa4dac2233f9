"""What a reader of a foreign format is: a pure map from one row to records and judgments."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from assay.core.errors import InputError
from assay.core.fact import EncodedFact
from assay.records.attachment import MAX_ATTACHMENT_BYTES, Load
from assay.records.judgment import Judgment
from assay.records.ports import Layout, Lookup
from assay.records.record import Record


class FieldOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with fields that a format does not have."""

    keep: tuple[str, ...] = ()
    """Fields of the row to keep as taxonomy axes, by their names."""
    ignore: tuple[str, ...] = ()
    """Fields to leave unread, known ones included; they are not counted."""
    strict: bool = False
    """Whether any other field that the format does not have sets its row aside."""
    drop_null_arguments: bool = False
    """Whether null arguments that the called tool's schema does not have are left out: a column
    store gives each call the arguments of all tools."""


NO_FIELD_OPTIONS = FieldOptions()
"""Other fields are kept where a record has a place for them, or ignored and counted."""


class RowContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader is given besides the row."""

    kind: str
    """The kind that the caller asked for (`--kind`)."""
    source_class: str
    """The source class that the caller named (`--source`); empty where the rows name theirs."""
    pseudonym: Callable[[str], str]
    """Turns a raw person id into a pseudonym: a keyed digest; raw ids go no further."""
    known_sources: frozenset[str] | None = None
    """The source classes of sources.yaml: a record of any other is set aside. None: not checked."""
    axes: Mapping[str, Sequence[str]] = {}
    """The contract's sampling axes with their values; empty where values are not checked."""
    scales: Mapping[str, Sequence[str]] = {}
    """The rubric's dimensions with the values of their scales; empty where they are not checked."""
    sections: tuple[str, ...] | None = None
    """Ids of the policy's sections; None where they are not checked."""
    fields: FieldOptions = NO_FIELD_OPTIONS
    """What to do with fields that the format does not have."""
    load_attachment: Load | None = None
    """Gives the bytes of an attachment's path or address; None: no file is looked at."""
    max_attachment_bytes: int = MAX_ATTACHMENT_BYTES
    """The largest attachment that is taken; a row with a larger one is set aside."""


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """What a mapping states about repetition: one vote on several rows, or a later judgment."""

    once: str = ""
    """The columns and values that name the vote, where several rows repeat it; else empty."""
    numbered: bool = False
    """Whether the mapping says which occasion it is."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """The result of reading one row: a record, and the judgments that the row holds of it."""

    record: Record | None
    """The record; absent where the row holds only judgments of a record given before."""
    judgments: Sequence[Judgment] = ()
    """Judgments about it, each naming the record's id."""
    redacted: Mapping[str, int] = {}
    """Kind of secret or address -> how many were taken out of the row before it was read."""
    set_aside: Sequence[InputError] = ()
    """Why further judgments of the row cannot be used; the record and the others can."""
    recurrences: Sequence[Recurrence] = ()
    """One for each judgment, in their order; empty where nothing more is stated."""


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


@runtime_checkable
class LayoutReader(Reader, Protocol):
    """A reader that knows how its files are cut into rows."""

    layout: Layout
    """The settings that the format fixes; the file's name determines the rest."""


@runtime_checkable
class RedactingReader(Reader, Protocol):
    """A reader of recorded runs, whose rows are redacted wherever they are stored."""

    redacts: Literal[True]
    """Redaction cannot be switched off."""


@runtime_checkable
class PeopleReader(Reader, Protocol):
    """A reader that knows where its rows name people, beyond the names in `people_mask.KEYS`."""

    people: Mapping[str, str]
    """Column or key -> the text with `{column}` in it that is the raw id."""


@runtime_checkable
class ColumnReader(Reader, Protocol):
    """A reader that knows which fields a row may have, so that no other column is decoded."""

    columns: Mapping[str, Sequence[str]]
    """Kind of record -> the fields that the format has for it; any may be there where none are named."""


@runtime_checkable
class CompanionReader(Reader, Protocol):
    """A reader whose format keeps a part of each row in a second file."""

    companion_key: str
    """The field by which a row of the second file is found."""

    def companions(self, file: str) -> Sequence[str]:
        """Where the second file of a file may be, relative to its folder; the first that is there counts."""

    def joined(self, table: Lookup) -> Reader:
        """The reader that finds the other part of a row in this table."""


@runtime_checkable
class FactReader(Reader, Protocol):
    """A reader of our own facts: they are taken as they are, `occasion` included."""

    def fact_of_line(self, text: bytes) -> EncodedFact:
        """The record or the judgment that one line of JSON text is; raises as `read` does."""

    def fact_of_row(self, row: Mapping[str, Any]) -> EncodedFact:
        """The record or the judgment that one parsed row is; raises as `read` does."""


@runtime_checkable
class GroupReader(Reader, Protocol):
    """A reader for files in which several rows may be one judgment."""

    group_columns: tuple[str, ...]
    """The columns that identify a row's group; empty where rows are not grouped."""
    anywhere: bool
    """Whether the rows of a group may be apart from each other in the file."""
    names_votes: bool
    """Whether a judgment can carry the columns that name its vote (`Recurrence.once`)."""

    def group_of(self, row: Mapping[str, Any]) -> tuple[str, ...] | None:
        """What rows of one group have in common; None where rows are not grouped.

        The rows of a group are read as one: the first row's values, and all of them as `rows`.

        Raises:
            InputError: if the row lacks a column that identifies its group.
        """
