"""A file on the disk as rows."""

import itertools
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import msgspec

from assay.bulk.json_rows import is_lines, rows_of_document, rows_of_lines, rows_of_list
from assay.bulk.parquet_rows import rows_of_parquet
from assay.bulk.rejects import SUFFIX, rows_of_rejects
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
}
"""Suffix of a file's name -> its layout."""


class DiskFile:
    """Implements `records.ports.RowFile`: JSON lines, JSON, CSV, TSV or Parquet; gzip or zstd."""

    def __init__(self, path: Path, layout: Layout | None = None) -> None:
        """Look at a file.

        Args:
            path: the file.
            layout: how to cut it; its name and first line settle what this leaves open.

        Raises:
            InputError: if the file is missing, empty, damaged in its packing or not UTF-8.
            UsageError: if neither the layout nor the name says how to cut it.
        """
        require_file(path)
        require_sound(path)
        self.path = path
        """Where it is."""
        self.name = path.name
        """Name of the file, without its folder."""
        self.layout = _settle_layout(path, layout or Layout())
        """How it is cut into rows."""
        self.sha256 = file_sha256(path)
        """SHA-256 of its bytes, hexadecimal."""

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
            yield from rows_of_parquet(self.path, after, limit)
            return
        with open_bytes(self.path) as stream:
            if is_rejects(self.path):
                yield from rows_of_rejects(rows_of_lines(stream, limit))
            elif layout.name in {"csv", "tsv"}:
                yield from rows_of_table(stream, layout)
            elif layout.name == "jsonl":
                yield from rows_of_lines(stream, limit)
            elif layout.each:
                yield from rows_of_list(stream, layout, layout.each)
            else:
                yield from rows_of_document(stream, limit)


def is_rejects(path: Path) -> bool:
    """Whether a file holds rows that an earlier import set aside."""
    return content_name(path).endswith(SUFFIX)


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
