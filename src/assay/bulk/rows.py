"""A file on the disk as rows."""

import itertools
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from assay.bulk.eval_archive import rows_of_eval_log
from assay.bulk.json_rows import is_lines, rows_of_document, rows_of_lines, rows_of_list
from assay.bulk.rejects import FORMER_SUFFIX, SUFFIX, rows_of_rejects
from assay.bulk.stream import (
    BUFFER,
    DAMAGED,
    content_name,
    file_sha256,
    open_bytes,
    require_file,
    require_sound,
)
from assay.bulk.table_rows import rows_of_table
from assay.core.errors import UsageError
from assay.records.ports import Layout, LayoutName, Row

SUFFIXES: Mapping[str, LayoutName] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".eval": "eval",
}
"""Suffix of a file's name -> its layout."""


class DiskFile:
    """Implements `records.ports.RowFile`: JSON lines, JSON, CSV, TSV, Parquet or `.eval`; gzip or zstd."""

    def __init__(
        self,
        path: Path,
        layout: Layout | None = None,
        reads_column: Callable[[str], bool] | None = None,
    ) -> None:
        """Look at a file.

        Args:
            path: the file.
            layout: how to cut it; its name and first line settle what this leaves open.
            reads_column: whether a table's column of this name is read; no other one is decoded.
                All are where absent.

        Raises:
            InputError: if the file is missing, empty, damaged in its packing or not UTF-8.
            UsageError: if neither the layout nor the name says how to cut it.
        """
        require_file(path)
        require_sound(path)
        self.path = path
        """Where it is."""
        # The bytes of a name that are not UTF-8 are written as escapes: a store has only text.
        self.name = path.name.encode("utf-8", "backslashreplace").decode()
        """Name of the file, without its folder."""
        self.layout = _settle_layout(path, layout or Layout())
        """How it is cut into rows."""
        self.sha256 = file_sha256(path)
        """SHA-256 of its bytes, hexadecimal."""
        self.unread_columns: tuple[str, ...] = ()
        """Columns that are not decoded; known once rows are read."""
        self._reads_column = reads_column

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows whose number is greater than `after`, streamed.

        Raises:
            InputError: if the file as a whole cannot be used.
        """
        with closing(self._all_rows(after)) as rows:
            yield from itertools.dropwhile(lambda row: row.number <= after, rows)

    def _all_rows(self, after: int) -> Generator[Row, None, None]:
        layout, limit = self.layout, self.layout.max_row_bytes
        if layout.name == "parquet":
            # Arrow takes a while to load, and most files are lines.
            from assay.bulk.parquet_rows import parquet_columns, rows_of_parquet  # noqa: PLC0415

            columns = self._columns(parquet_columns(self.path))
            yield from rows_of_parquet(self.path, after, limit, columns)
            return
        if layout.name == "eval":
            yield from rows_of_eval_log(self.path, layout)
            return
        with open_bytes(self.path) as stream:
            if is_rejects(self.path):
                yield from rows_of_rejects(rows_of_lines(stream, limit))
            elif layout.name in {"csv", "tsv"}:
                yield from rows_of_table(stream, layout, self._columns)
            elif layout.name == "jsonl":
                yield from rows_of_lines(stream, limit)
            elif layout.each:
                yield from rows_of_list(stream, layout, layout.each)
            else:
                yield from rows_of_document(stream, limit)

    def _columns(self, columns: Sequence[str]) -> list[str] | None:
        """Those of a table's columns that are read; None for all, also where none would be."""
        if self._reads_column is None:
            return None
        read = [column for column in columns if self._reads_column(column)]
        if not read or len(read) == len(columns):
            return None
        self.unread_columns = tuple(column for column in columns if column not in read)
        return read


def is_rejects(path: Path) -> bool:
    """Whether a file holds rows that an earlier import set aside."""
    return content_name(path).endswith((SUFFIX, FORMER_SUFFIX))


def _settle_layout(path: Path, layout: Layout) -> Layout:
    if is_rejects(path):
        return msgspec.structs.replace(layout, name="jsonl")
    name = layout.name or SUFFIXES.get(Path(content_name(path)).suffix)
    if name is None:
        raise UsageError(
            code="unknown-layout",
            message="the file's name does not say how it is cut into rows",
            where=path.name,
            hint=f"rename it so that it ends with one of {', '.join(SUFFIXES)}; a command that has --layout also "
            "takes the layout's name",
        )
    if name == "json" and not layout.each:
        try:
            with open_bytes(path) as stream:
                name = "jsonl" if is_lines(stream.read(BUFFER)) else "json"
        except DAMAGED:
            name = "jsonl"
    return msgspec.structs.replace(layout, name=name)
