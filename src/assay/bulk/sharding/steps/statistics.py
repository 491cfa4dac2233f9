"""Statistics of a segment: counts that add up over segments."""

from collections import Counter

import msgspec
import pyarrow as pa

from assay.bulk.sharding.contract import Prepared
from assay.core.keys import Purpose
from assay.core.strings import strings_of
from assay.records.record import Record

COUNTS = pa.schema([("figure", pa.string()), ("value", pa.string()), ("count", pa.int64())])
"""A figure, the value that it counts (empty where there is one), and the count."""

_decoder = msgspec.json.Decoder(Record)


class StatisticsStep:
    """Records, bytes, characters and candidates, and records by kind, source class and axis."""

    name = "statistics"
    version = 1
    key: Purpose | None = None

    def prepare(self, context: bytes, key: bytes | None) -> Prepared:  # noqa: ARG002  no settings
        """See `contract.ShardStep`."""
        return _statistics


def _statistics(segment: pa.Table) -> pa.Table:
    counts: Counter[tuple[str, str]] = Counter()
    for body in segment.column("body").to_pylist():
        record = _decoder.decode(body)
        counts["records", ""] += 1
        counts["bytes", ""] += len(body)
        counts["characters", ""] += sum(len(text) for _, text in strings_of(record))
        counts["candidates", ""] += len(record.candidates)
        counts["kind", record.kind] += 1
        for source in record.source_classes:
            counts["source", source] += 1
        for axis, value in record.task.taxonomy.items():
            counts[f"axis {axis}", value] += 1
    return _table(counts)


def add_statistics(tables: list[pa.Table]) -> pa.Table:
    """The statistics of several segments as those of one."""
    counts: Counter[tuple[str, str]] = Counter()
    for table in tables:
        columns = (table.column(name).to_pylist() for name in COUNTS.names)
        for figure, value, count in zip(*columns, strict=True):
            counts[figure, value] += count
    return _table(counts)


def _table(counts: Counter[tuple[str, str]]) -> pa.Table:
    lines = sorted((figure, value, count) for (figure, value), count in counts.items())
    columns = [list(column) for column in zip(*lines, strict=True)] or [[], [], []]
    return pa.table(columns, schema=COUNTS)
