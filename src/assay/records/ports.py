"""What an import needs from outside: rows, a place for rejects, and tables to join.

The package `bulk` implements these over files.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import InputError

LayoutName = Literal["jsonl", "json", "csv", "tsv", "parquet", "eval"]
"""How a file is cut into rows; `eval` is Inspect's packed log, one sample a row."""

MAX_ROW_BYTES = 64 * 2**20
"""The longest row that is read unless the caller says otherwise; a longer one is set aside."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How to cut a file into rows, where its name does not determine it."""

    name: LayoutName | None = None
    """The layout; by the file's name where absent."""
    delimiter: str | None = None
    """The character between cells; a comma for CSV and a tab for TSV where absent."""
    quoting: Literal["minimal", "none"] = "minimal"
    """`minimal`: double quotes hold a cell together; `none`: a quote is an ordinary character."""
    columns: tuple[str, ...] | None = None
    """The columns of a table without a header line."""
    header_comment: str | None = None
    """The text with which a comment begins that follows the last column in the header."""
    each: str | None = None
    """In a JSON file that is one object: the key of the list whose items are the rows."""
    nan_is_null: bool = False
    """With `each`: whether NaN and infinity, which are not JSON, stand for a missing value."""
    max_row_bytes: int = MAX_ROW_BYTES
    """The longest row that is read."""

    def over(self, other: "Layout") -> "Layout":
        """This layout, with the other's value wherever this one has the default."""
        defaults = Layout()
        set_fields = {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(self, name)) != getattr(defaults, name)
        }
        return msgspec.structs.replace(other, **set_fields)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a file: parsed values, or JSON text still to be parsed, or what is wrong."""

    number: int
    """Place in the file, counted from 1: the line of JSON lines, else the row after the header."""
    line: int = 0
    """The line on which it starts, counted from 1; 0 where the layout has no lines."""
    text: bytes | None = None
    """The row's JSON text, for layouts of JSON."""
    values: Mapping[str, Any] | None = None
    """Column -> cell, for tables; a JSON object that is parsed already."""
    fault: InputError | None = None
    """Why the row cannot be read; `text` or `values` hold what there is of it."""

    @property
    def where(self) -> str:
        """The row's place for people, such as `row 4, line 9`."""
        if self.line in {0, self.number}:
            return f"row {self.number}"
        return f"row {self.number}, line {self.line}"


def row_values(row: Row, *, exact: bool = False) -> Mapping[str, Any]:
    """The row's cells or fields, parsed.

    Args:
        row: the row.
        exact: as in `core.canonical.parse_json`.

    Raises:
        InputError: the row's fault, or that it is not a JSON object.
    """
    if row.fault:
        raise row.fault
    value = row.values if row.values is not None else parse_json(row.text or b"", exact=exact)
    if isinstance(value, Mapping):
        return value
    raise InputError(
        code="not-an-object",
        message="the row is not a JSON object",
        hint="one object a row; a file that is one JSON document is read with `--layout json`",
    )


class RowFile(Protocol):
    """A file that can be read as rows, from the start or from where an earlier run stopped."""

    name: str
    """Name of the file, without its folder."""
    sha256: str
    """SHA-256 of its bytes, hexadecimal."""
    layout: Layout
    """How it is cut into rows, after all options are resolved."""
    unread_columns: tuple[str, ...]
    """Columns that are not decoded, since the reader does not read them; known once rows are read."""

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows whose number is greater than `after`, streamed."""


class EarlierReject(msgspec.Struct, frozen=True, kw_only=True):
    """A row that an earlier, killed run of the same import set aside."""

    row: int
    """Its number in the file."""
    where: str
    """Its place for people."""
    reason: InputError
    """Why it was set aside."""


class Rejects(Protocol):
    """Where rows that were set aside are kept, so that they can be fixed and imported again."""

    name: str
    """Name for people, such as `votes.set-aside.jsonl`."""

    def resume(self, after: int) -> Sequence[EarlierReject]:
        """Forget what was kept of rows beyond this number: they will be read again.

        At 0 a new run starts: rejects of an earlier import are set aside, not forgotten.

        Returns:
            Every row that stays kept.
        """

    def put(self, row: Row, error: InputError) -> None:
        """Keep a row with its reason."""

    def flush(self) -> None:
        """Make sure that what was put is on the disk."""

    def settle(self) -> str | None:
        """End a run whose last row is committed.

        Returns:
            The name under which rejects of an earlier import are kept; None where there were
            none, or where this run gave them again.
        """


class AttachmentStore(Protocol):
    """Where the bytes of attachments are kept, under their digest."""

    def put(self, digest: str, content: bytes) -> None:
        """Keep bytes durably; the same ones again change nothing.

        Args:
            digest: `sha256:...` of the bytes.
            content: the bytes.
        """


class Lookup(Protocol):
    """Another file, to be joined by a key."""

    def find(self, key: str) -> Mapping[str, Any] | None:
        """The one row with this key, or nothing.

        Raises:
            InputError: if the row with this key cannot be read.
        """
