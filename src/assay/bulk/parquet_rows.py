"""Parquet as rows: read by row group in small batches, so memory stays flat."""

import datetime as dt
import decimal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from assay.bulk.stream import too_long
from assay.core.errors import InputError
from assay.records.ports import Row

MOST_VALUES = 50_000_000
"""Values of a list column that one row group may hold: one row may hold all of them."""

_DELTA = "DELTA_BYTE_ARRAY"
_BATCH = 1000
_BATCH_BYTES = 256 << 20
"""Bytes that the rows of one batch may have together, as far as the file's own figures say."""


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The names of the columns.

    Raises:
        InputError: if the file is not Parquet.
    """
    try:
        return tuple(pq.read_schema(path, memory_map=False).names)
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(path, error) from error


def rows_of_parquet(
    path: Path, after: int, limit: int, columns: Sequence[str] | None = None
) -> Iterator[Row]:
    """One row a record; a row group that cannot be read is set aside as one fault.

    Times become ISO 8601 text, decimals become text; both keep every digit.

    Args:
        path: the file.
        after: rows to leave out; whole row groups before it are not read.
        limit: the longest row that is taken, in bytes; a longer one is set aside.
        columns: the columns to decode; all where absent.

    Raises:
        InputError: if the file is not Parquet.
    """
    try:
        file = _open_keeping_dictionaries(path)
    except (pa.ArrowException, OSError) as error:
        raise _not_parquet(path, error) from error
    with file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            if end > after:
                yield from _group_rows(file, group, start, limit, columns)
            start = end


def _not_parquet(path: Path, error: Exception) -> InputError:
    return InputError(
        code="not-parquet",
        message=f"the file is not Parquet: {_first_line(error)}",
        where=path.name,
        hint="check the file's name, or fetch it again",
    )


def _group_rows(
    file: pq.ParquetFile, group: int, start: int, limit: int, columns: Sequence[str] | None
) -> Iterator[Row]:
    number = start
    about = file.metadata.row_group(group)
    end = start + about.num_rows
    places = _read_places(file, about, columns)
    crowded = _crowded_column(file, about, places)
    if crowded:
        fault = InputError(
            code="row-group-too-large",
            message=f"rows {number + 1} to {end} are not read: their column {crowded} holds more than "
            f"{MOST_VALUES} values in lists",
            hint="write the file again with smaller row groups",
        )
        yield Row(number=number + 1, fault=fault)
        return
    # One batch is decoded at once, so its rows are as many as fit by the file's own figures.
    size = max(1, min(_BATCH, _BATCH_BYTES // _widest(file, about, places)))
    try:
        # The file's figures may be wrong or forged: what was decoded is measured and cut again
        # before it becomes Python objects, which take several times as much memory.
        for batch in file.iter_batches(
            size, row_groups=[group], columns=columns, use_threads=False
        ):
            for part, length in _parts(batch, max(limit, _BATCH_BYTES)):
                for row in _rows_of_part(part, length, number, limit):
                    number = row.number
                    yield row
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        fault = InputError(
            code="damaged-file",
            message=f"rows {number + 1} to {end} cannot be read: {_first_line(error)}",
            hint="fetch the file again and import it again; the other rows are imported",
        )
        yield Row(number=number + 1, fault=fault)


def _open_keeping_dictionaries(path: Path) -> pq.ParquetFile:
    """Open a file so that texts stay in their dictionaries: 6 kB of them can expand to 8 GB."""
    with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as first:
        about, schema = first.metadata, first.metadata.schema
    texts = [
        schema.column(place).path
        for place in range(len(schema))
        if schema.column(place).physical_type == "BYTE_ARRAY"
        and schema.column(place).logical_type.type != "DECIMAL"
        # The library cannot keep a dictionary of these; `_widest` bounds them.
        and not any(
            _DELTA in about.row_group(group).column(place).encodings
            for group in range(about.num_row_groups)
        )
    ]
    return pq.ParquetFile(path, memory_map=False, pre_buffer=False, read_dictionary=texts)


def _read_places(
    file: pq.ParquetFile, about: pq.RowGroupMetaData, columns: Sequence[str] | None
) -> list[int]:
    """The leaf columns that are decoded: those of the named columns, or all."""
    paths = [str(file.metadata.schema.column(place).path) for place in range(about.num_columns)]
    return [
        place
        for place, path in enumerate(paths)
        if columns is None
        or any(path == column or path.startswith(f"{column}.") for column in columns)
    ]


def _crowded_column(
    file: pq.ParquetFile, about: pq.RowGroupMetaData, places: Sequence[int]
) -> str | None:
    """The first list column of a row group with more values than are read."""
    schema = file.metadata.schema
    for place in places:
        is_list = schema.column(place).max_repetition_level > 0
        if is_list and about.column(place).num_values > MOST_VALUES:
            return str(schema.column(place).path)
    return None


def _widest(file: pq.ParquetFile, about: pq.RowGroupMetaData, places: Sequence[int]) -> int:
    """Bytes that a row may take when it is decoded, as far as the file's own figures say.

    That is the mean of the rows, and more where a value can be longer than its bytes in the file:
    one that repeats the beginning of the value before it, or one of fixed length from a dictionary.
    """
    schema, wide, size = file.metadata.schema, 0, 0
    for place in places:
        column = about.column(place)
        size += column.total_uncompressed_size
        if _DELTA in column.encodings:
            wide += column.total_uncompressed_size
        if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
            wide += int(schema.column(place).length)
    return int(max(1, wide, size // max(1, about.num_rows)))


def _parts(batch: pa.RecordBatch, most: int) -> Iterator[tuple[pa.RecordBatch, int]]:
    """A batch in parts that have at most so many bytes each when written out, or one row."""
    length = sum(_expanded_size(column) for column in batch.columns)
    if length <= most or batch.num_rows == 1:
        yield batch, length
        return
    half = batch.num_rows // 2
    yield from _parts(batch.slice(0, half), most)
    yield from _parts(batch.slice(half), most)


def _expanded_size(array: pa.Array) -> int:
    """Bytes of an array whose dictionaries are written out."""
    if pa.types.is_dictionary(array.type):
        lengths = pc.binary_length(array.dictionary)
        return int(pc.sum(lengths.take(array.indices)).as_py() or 0) + len(array)
    if pa.types.is_struct(array.type) or pa.types.is_union(array.type):
        return sum(_expanded_size(child) for child in array.flatten())
    if pa.types.is_map(array.type):
        held = slice(array.offsets[0].as_py(), array.offsets[-1].as_py())
        return _expanded_size(array.keys[held]) + _expanded_size(array.items[held])
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        return _expanded_size(array.flatten())
    return int(array.nbytes)


def _rows_of_part(part: pa.RecordBatch, length: int, after: int, limit: int) -> Iterator[Row]:
    """The rows of a part; one that is too long is set aside, unread if its part is one huge row."""
    if length > max(limit, _BATCH_BYTES):
        yield Row(number=after + 1, fault=too_long(length, limit))
        return
    for number, values in enumerate(part.to_pylist(), start=after + 1):
        own = _size(values) if length > limit else 0
        yield (
            Row(number=number, fault=too_long(own, limit)) if own > limit else _row(number, values)
        )


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
        return {key: _plain_member(key, inner) for key, inner in value.items()}
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


def _plain_member(key: str, value: Any) -> Any:
    """A member of a struct; the bytes of an image or a sound stay bytes, as `datasets` stores them."""
    return value if key == "bytes" and isinstance(value, bytes) else _plain(value)


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", maxsplit=1)[0]
