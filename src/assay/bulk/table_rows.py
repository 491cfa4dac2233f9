"""CSV and TSV as rows: cells by column, a bad row set aside alone."""

import csv
import re
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from io import BufferedReader
from typing import Any

from assay.bulk.stream import BLANK_TABLE_ROWS, DAMAGED, Line, broken_off, lines, too_long
from assay.core.errors import InputError
from assay.records.ports import Layout, Row

_WRONG_ENCODING = "wrong-encoding"

SURPLUS = "surplus cells"
"""The key under which a reject keeps cells that no column names."""

MAX_LINES = 100_000
"""Most lines of one row: a quote that never closes would take in the whole rest of the file."""


def rows_of_table(
    stream: BufferedReader,
    layout: Layout,
    columns_read: Callable[[Sequence[str]], Collection[str] | None] = lambda _: None,
) -> Iterator[Row]:
    """The rows under the header (or under `layout.columns`), cells as text.

    A quote that never closes affects only its own line: reading goes on at the
    next one.

    Args:
        stream: the table's bytes.
        layout: how to cut it.
        columns_read: of all columns, those that are read, or None for all; in another one, bytes
            that are not UTF-8 cost only their cell.

    Raises:
        InputError: if the header cannot be used.
    """
    records = _Records(stream, layout)
    try:
        columns = layout.columns or _header(records, layout.header_comment)
        read = columns_read(columns)
        for number, record in enumerate(records, start=1):
            if read is not None:
                _drop_broken_cells(record, columns, read)
            yield _row(number, record, columns)
    except DAMAGED as error:
        number = records.given + (1 if layout.columns else 0)
        yield Row(number=number, line=records.line, fault=broken_off(error))


class _Record:
    """The cells of one row, or its fault."""

    __slots__ = ("cells", "fault", "line")

    def __init__(self, line: int, cells: list[str], fault: InputError | None = None) -> None:
        self.line = line
        self.cells = cells
        self.fault = fault


class _Records:
    """Cuts lines into rows of cells."""

    def __init__(self, stream: BufferedReader, layout: Layout) -> None:
        self.line = 0
        """The line that has been reached."""
        self.given = 0
        """Rows given, the header included."""
        self._limit = layout.max_row_bytes
        self._waiting: deque[Line] = deque()
        self._taken: list[Line] = []
        self._lines = lines(stream, self._limit, BLANK_TABLE_ROWS, between=lambda: not self._taken)
        self._size = 0
        self._options = _csv_options(layout)
        # The limit is one for the whole process, so it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), self._limit))

    def __iter__(self) -> Iterator[_Record]:
        cells = csv.reader(self._texts(), **self._options)
        while True:
            self._taken.clear()
            self._size = 0
            try:
                row_cells = next(cells)
            except StopIteration:
                if not (self._taken and self._size > self._limit):
                    return
                record = self._set_first_line_aside(too_long(self._size, self._limit))
            except csv.Error as error:
                record = self._set_first_line_aside(_broken(error))
            else:
                record = self._record_of(row_cells)
                if not record.cells and not record.fault:
                    continue
            self.given += 1
            # The parser stands in the middle of the faulty row: a new one begins at the next line.
            if record.fault:
                cells = csv.reader(self._texts(), **self._options)
            yield record

    def _record_of(self, cells: list[str]) -> _Record:
        first = self._taken[0]
        if self._size > self._limit:
            return self._set_first_line_aside(too_long(self._size, self._limit))
        if not _is_utf8("".join(cells)):
            return _Record(first.number, cells, _wrong_encoding())
        return _Record(first.number, cells)

    def _set_first_line_aside(self, fault: InputError) -> _Record:
        """A faulty row of its first line alone; its other lines are read again as rows."""
        first, *rest = self._taken
        self._waiting.extendleft(reversed(rest))
        text = first.content.decode(errors="replace")
        return _Record(first.number, [text] if first.is_whole else [], fault)

    def _texts(self) -> Iterator[str]:
        """Lines for the parser, noted as they are taken; stops where a row grows too long."""
        while self._size <= self._limit and len(self._taken) < MAX_LINES:
            line = self._waiting.popleft() if self._waiting else next(self._lines, None)
            if line is None:
                return
            self.line = line.number
            self._taken.append(line)
            self._size += line.length + 1
            yield (line.content + line.end).decode(errors="surrogateescape")


def _csv_options(layout: Layout) -> dict[str, Any]:
    delimiter = layout.delimiter or ("\t" if layout.name == "tsv" else ",")
    if layout.quoting == "none":
        return {"delimiter": delimiter, "quoting": csv.QUOTE_NONE, "quotechar": None}
    return {"delimiter": delimiter, "strict": True}


def _is_utf8(text: str) -> bool:
    """Whether a text holds none of the characters that stand for bytes that are not UTF-8."""
    return text.isascii() or _NOT_UTF8.search(text) is None


_NOT_UTF8 = re.compile("[\udc80-\udcff]")


def _header(records: _Records, comment: str | None) -> tuple[str, ...]:
    record = next(iter(records), None)
    if record is None or record.fault:
        raise InputError(
            code="no-header", message="the table has no header line that can be read",
            hint="a file without a header needs its `columns` in a mapping's `rows`",
        ) from (record.fault if record else None)  # fmt: skip
    columns = _without_comment(tuple(cell.strip() for cell in record.cells), comment)
    twice = sorted(name for name, times in Counter(columns).items() if times > 1)
    if twice:
        raise InputError(
            code="duplicate-column",
            message=f"the header names {', '.join(map(repr, twice))} more than once",
            hint="rename one of them",
        )
    return columns


def _drop_broken_cells(record: _Record, columns: Sequence[str], read: Collection[str]) -> None:
    """Empty the unread cells that are not UTF-8; the row's fault goes with the last of them."""
    if (
        record.fault is None
        or record.fault.code != _WRONG_ENCODING
        or len(record.cells) != len(columns)
    ):
        return
    record.cells = [
        cell if name in read or _is_utf8(cell) else ""
        for name, cell in zip(columns, record.cells, strict=True)
    ]
    if all(map(_is_utf8, record.cells)):
        record.fault = None


def _without_comment(columns: tuple[str, ...], comment: str | None) -> tuple[str, ...]:
    """The columns up to the first in which a comment begins."""
    for place, column in enumerate(columns):
        if comment and comment in column:
            last = column.partition(comment)[0].strip()
            return (*columns[:place], last) if last else columns[:place]
    return columns


def _row(number: int, record: _Record, columns: Sequence[str]) -> Row:
    cells: dict[str, Any] = dict(zip(columns, record.cells, strict=False))
    fault = record.fault
    if fault:
        cells = {SURPLUS: record.cells}
    elif len(record.cells) != len(columns):
        surplus = record.cells[len(columns) :]
        if surplus:
            cells[SURPLUS] = surplus
        fault = InputError(
            code="wrong-column-count",
            message=f"the row has {len(record.cells)} cells, the header names {len(columns)}",
            hint="check the delimiter and the quotes around cells",
        )
    return Row(number=number, line=record.line, values=cells, fault=fault)


_UNCLOSED = "unexpected end of data"
"""How the parser says that the lines ended inside quotes."""


def _broken(error: csv.Error) -> InputError:
    return InputError(
        code="broken-csv",
        message="a quote opens a cell here and does not close it"
        if str(error) == _UNCLOSED
        else f"not a row of the table: {error}",
        hint="if quotes are ordinary characters here, set `quoting: none` in a mapping's `rows`",
    )


def _wrong_encoding() -> InputError:
    return InputError(
        code=_WRONG_ENCODING,
        message="the row is not UTF-8",
        hint="convert the file to UTF-8 first",
    )
