"""Shards: all records, or all rows of a file, cut into segments in their order."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pyarrow as pa

from assay.bulk.sharding.place import WorkPlace
from assay.bulk.sharding.segment import RECORDS, ROWS, keep_segment
from assay.core.canonical import parse_json
from assay.core.errors import InputError, UsageError
from assay.records.ports import Row
from assay.records.record import Record

SHARD_ROWS = 10_000
"""Records or rows of one shard, where no other number is given."""

SHARD_BYTES = 256 * 2**20
"""Bytes of texts with which a shard ends, however few its rows: a worker holds one shard at once."""


class ShardSet(msgspec.Struct, frozen=True, kw_only=True):
    """The shards of one input, in its order."""

    name: str
    """Name of the set, such as `records`."""
    rows: int
    """Records or rows in all shards."""
    shards: tuple[str, ...]
    """Digest of each shard."""
    sizes: tuple[int, ...]
    """Records or rows of each."""


def shard_records(
    place: WorkPlace, name: str, records: Iterable[Record], *, size: int = SHARD_ROWS
) -> ShardSet:
    """Cut records into shards of so many, in the order in which they come.

    In the order of the store earlier shards stay as they are when records are added: only the last
    one, and what is new, is worked on again.
    """
    rows = ((record.id, record.canonical()) for record in records)
    return _keep_set(place, name, rows, RECORDS, size)


def shard_rows(
    place: WorkPlace, name: str, rows: Iterable[Row], *, size: int = SHARD_ROWS
) -> ShardSet:
    """Cut the rows of a foreign file into shards; a row that cannot be read goes with its fault."""
    return _keep_set(place, name, map(_row_columns, rows), ROWS, size)


def _row_columns(row: Row) -> tuple[int, int, str, bytes]:
    try:
        return row.number, row.line, "", _row_text(row)
    except InputError as error:
        fault = {"code": error.code, "message": error.message, "hint": error.hint}
        return row.number, row.line, msgspec.json.encode(fault).decode(), b""


def _row_text(row: Row) -> bytes:
    if row.fault:
        raise row.fault
    if row.values is None:
        return row.text or b""
    text = msgspec.json.encode(row.values)
    if parse_json(text) != row.values:
        raise InputError(
            code="not-json",
            message="a cell of this row is no JSON value, and would be another after the journey",
            hint="import the file on this machine: assay record import",
        )
    return text


def _keep_set(
    place: WorkPlace, name: str, rows: Iterable[tuple[Any, ...]], schema: pa.Schema, size: int
) -> ShardSet:
    shards, sizes = [], []
    for part in _parts(rows, size):
        columns = [list(column) for column in zip(*part, strict=True)]
        shards.append(keep_segment(place, pa.table(columns, schema=schema)))
        sizes.append(len(part))
    shard_set = ShardSet(name=name, rows=sum(sizes), shards=tuple(shards), sizes=tuple(sizes))
    with place.draft(_set_name(name)) as draft:
        draft.finish(msgspec.json.encode(shard_set))
    return shard_set


def _parts(rows: Iterable[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    part: list[tuple[Any, ...]] = []
    part_bytes = 0
    for row in rows:
        part.append(row)
        part_bytes += len(row[-1])
        if len(part) >= size or part_bytes >= SHARD_BYTES:
            yield part
            part, part_bytes = [], 0
    if part:
        yield part


def read_set(place: WorkPlace, name: str) -> ShardSet:
    """The shards of a name.

    Raises:
        UsageError: if none were cut.
    """
    if not place.has(_set_name(name)):
        raise UsageError(
            code="no-shards",
            message=f"there are no shards {name!r} here",
            where=place.address,
            hint="cut them with `assay work shard`",
        )
    return msgspec.json.decode(place.read(_set_name(name)), type=ShardSet)


def _set_name(name: str) -> str:
    return f"sets/{name}.json"
