"""Writers: rows into one JSON Lines, JSON or Parquet file, streamed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from assay.releases.exporters.columns import arrow_schema
from assay.releases.exporters.exporter import Column, Storage

BATCH_ROWS = 1000
"""Rows that a Parquet writer holds in memory."""

_encode = msgspec.json.Encoder().encode


class RowWriter(Protocol):
    """A file that takes rows one by one."""

    def add(self, values: Mapping[str, Any]) -> None:
        """Write one row."""

    def close(self) -> None:
        """Write the end and close the file."""


class JsonLines:
    """One JSON object a line."""

    def __init__(self, file: Path) -> None:
        # Mode `x` fails where the file is there: an export never writes into another one.
        self._stream = file.open("xb")

    def add(self, values: Mapping[str, Any]) -> None:
        """Write one row."""
        self._stream.write(_encode(values) + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class JsonArray:
    """One JSON array, a row a line."""

    def __init__(self, file: Path) -> None:
        self._stream = file.open("xb")
        self._before = b"[\n"

    def add(self, values: Mapping[str, Any]) -> None:
        """Write one row."""
        self._stream.write(self._before + _encode(values))
        self._before = b",\n"

    def close(self) -> None:
        """Write the end and close the file."""
        self._stream.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")
        self._stream.close()


class Parquet:
    """A Parquet file with the columns that the format states."""

    def __init__(self, file: Path, columns: Sequence[Column]) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415  loaded only where Parquet is written

        self._schema = arrow_schema(columns)
        self._writer = pq.ParquetWriter(file, self._schema)
        self._rows: list[Mapping[str, Any]] = []

    def add(self, values: Mapping[str, Any]) -> None:
        """Write one row, with its batch."""
        self._rows.append(values)
        if len(self._rows) == BATCH_ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last batch and the end, and close the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa  # noqa: PLC0415

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def open_writer(file: Path, storage: Storage, columns: Sequence[Column]) -> RowWriter:
    """A writer for a file that does not exist yet."""
    match storage:
        case "jsonl":
            return JsonLines(file)
        case "json":
            return JsonArray(file)
        case "parquet":
            return Parquet(file, columns)
