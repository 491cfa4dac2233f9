"""Parquet as rows: read by row group in small batches, so memory stays flat."""

import datetime as dt
import decimal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assay.bulk.stream import too_long
from assay.core.errors import InputError
from assay.records.ports import Row

_BATCH = 1000
_BATCH_BYTES = 256 << 20
"""Bytes that the rows of one batch may have together, as far as the file's own figures say."""


def rows_of_parquet(path: Path, after: int, limit: int) -> Iterator[Row]:
    """One row a record; a row group that cannot be read is set aside as one fault.

    Times become ISO 8601 text, decimals become text; both keep every digit.

    Args:
        path: the file.
        after: rows to leave out; whole row groups before it are not read.
        limit: the longest row that is taken, in bytes; a longer one is set aside.

    Raises:
        InputError: if the file is not Parquet.
    """
    try:
        file = pq.ParquetFile(path, memory_map=False, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            code="not-parquet", message=f"the file is not Parquet: {_first_line(error)}",
            where=path.name, hint="check the file's name, or fetch it again",
        ) from error  # fmt: skip
    with file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            if end > after:
                yield from _group_rows(file, group, start, limit)
            start = end


def _group_rows(file: pq.ParquetFile, group: int, start: int, limit: int) -> Iterator[Row]:
    number = start
    about = file.metadata.row_group(group)
    end = start + about.num_rows
    mean = max(1, about.total_byte_size // max(1, about.num_rows))
    size = max(1, min(_BATCH, _BATCH_BYTES // mean))
    try:
        for batch in file.iter_batches(size, row_groups=[group], use_threads=False):
            for values in batch.to_pylist():
                number += 1
                length = _size(values) if batch.nbytes > limit else 0
                fault = too_long(length, limit) if length > limit else None
                yield Row(number=number, fault=fault) if fault else _row(number, values)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        fault = InputError(
            code="damaged-file",
            message=f"rows {number + 1} to {end} cannot be read: {_first_line(error)}",
            hint="fetch the file again and import it again; the other rows are imported",
        )
        yield Row(number=number + 1, fault=fault)


def _size(value: Any) -> int:
    """About how many bytes a value has."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(len(key) + _size(inner) for key, inner in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else 8


def _row(number: int, values: dict[str, Any]) -> Row:
    try:
        return Row(number=number, values={key: _plain(value) for key, value in values.items()})
    except InputError as error:
        return Row(number=number, fault=error)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, tuple):
        return {str(key): _plain(inner) for key, inner in [value]}
    raise InputError(
        code="unreadable-cell",
        message=f"a cell holds {type(value).__name__}, which has no form in JSON",
        hint="store text, numbers, lists or structs",
    )


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", maxsplit=1)[0]
