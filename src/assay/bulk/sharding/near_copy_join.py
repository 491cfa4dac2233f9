"""The join of near copies: records that share a key, in whole groups, as segments to be compared.

It is the one place where records of different shards meet, and DuckDB does it: on one machine, in
little memory, with the rest on its disk.
"""

import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from assay.bulk.sharding.contract import WorkPlan
from assay.bulk.sharding.place import WorkPlace
from assay.bulk.sharding.segment import RECORDS, keep_segment, read_segment
from assay.core.errors import missing_extra

MEMORY = "2GB"
"""Memory that DuckDB may use before it writes to the disk."""

BATCH_ROWS = 8_192
"""Rows that are fetched at once."""


def join_candidates(place: WorkPlace, signatures: WorkPlan, *, size: int) -> tuple[str, ...]:
    """Cut the records that share a key with another one into segments.

    Records that are linked by keys, over others too, are in one segment: comparing within segments
    gives the clusters that comparing all records would.

    Args:
        place: where everything is.
        signatures: the plan whose results hold the keys; all of them are there.
        size: records from which a segment ends behind a group.

    Returns:
        The digests of the segments, in the order of their first records.

    Raises:
        MachineError: if the extra `duckdb` is missing.
    """
    try:
        duckdb = import_module("duckdb")
    except ImportError as error:
        raise missing_extra("duckdb", "the join of near copies") from error
    # The folder is private, and gone at the end: candidates' texts are in it.
    with tempfile.TemporaryDirectory(prefix="assay-join-") as folder:
        path = Path(folder) / "join.duckdb"
        with duckdb.connect(
            str(path), config={"memory_limit": MEMORY, "preserve_insertion_order": False}
        ) as database:
            starts = _enter_keys(database, place, signatures)
            _link(database)
            _enter_candidates(database, place, signatures, starts)
            return tuple(keep_segment(place, part) for part in _groups(database, size))


def _enter_keys(database: Any, place: WorkPlace, signatures: WorkPlan) -> list[int]:
    """Enter all keys with the number of their record; gives the number with which each shard begins."""
    database.execute("CREATE TABLE record_keys (record BIGINT, key BIGINT)")
    starts, start = [], 0
    for result in signatures.results(place):
        keys = result.column("keys").combine_chunks()
        part = pa.table({"number": keys.value_parent_indices(), "key": keys.flatten()})
        database.register("part", part)
        database.execute("INSERT INTO record_keys SELECT number + ?, key FROM part", [start])
        database.unregister("part")
        starts.append(start)
        start += result.num_rows
    return starts


def _link(database: Any) -> None:
    """Give each record that shares a key the number of the first one that it is linked with."""
    database.execute(
        "CREATE TABLE firsts AS SELECT key, min(record) AS record FROM record_keys "
        "GROUP BY key HAVING count(*) > 1"
    )
    database.execute(
        "CREATE TABLE links AS SELECT DISTINCT record_keys.record AS record, firsts.record AS other "
        "FROM record_keys JOIN firsts USING (key)"
    )
    database.execute("INSERT INTO links SELECT other, record FROM links WHERE record <> other")
    database.execute("DROP TABLE record_keys")
    database.execute(
        "CREATE TABLE linked AS SELECT record, min(other) AS first FROM links GROUP BY record"
    )
    # Each round carries the least number one link on; groups of copies are a few links across.
    while True:
        database.execute(
            "CREATE OR REPLACE TABLE next_linked AS SELECT links.record AS record, "
            "min(linked.first) AS first FROM links JOIN linked ON linked.record = links.other "
            "GROUP BY links.record"
        )
        [changed] = database.execute(
            "SELECT count(*) FROM next_linked JOIN linked USING (record) "
            "WHERE next_linked.first < linked.first"
        ).fetchone()
        database.execute("CREATE OR REPLACE TABLE linked AS SELECT * FROM next_linked")
        if not changed:
            return


def _enter_candidates(
    database: Any, place: WorkPlace, signatures: WorkPlan, starts: list[int]
) -> None:
    """Enter the texts of the linked records, shard by shard."""
    database.execute(
        "CREATE TABLE candidates (first BIGINT, number BIGINT, record VARCHAR, body BLOB)"
    )
    for shard, start in zip(signatures.shards, starts, strict=True):
        segment = read_segment(place, shard)
        end = start + segment.num_rows
        linked = database.execute(
            "SELECT record, first FROM linked WHERE record >= ? AND record < ? ORDER BY record",
            [start, end],
        ).fetchall()
        if not linked:
            continue
        rows = segment.take(pa.array([number - start for number, _ in linked]))
        part = rows.append_column("number", pa.array([number for number, _ in linked]))
        part = part.append_column("first", pa.array([first for _, first in linked]))
        database.register("part", part)
        database.execute("INSERT INTO candidates SELECT first, number, record, body FROM part")
        database.unregister("part")


def _groups(database: Any, size: int) -> Iterator[pa.Table]:
    """The candidates in segments that end between groups."""
    cursor = database.execute("SELECT first, record, body FROM candidates ORDER BY first, number")
    part: list[tuple[str, bytes]] = []
    last = -1
    while rows := cursor.fetchmany(BATCH_ROWS):
        for first, record, body in rows:
            if len(part) >= size and first != last:
                yield _segment(part)
                part = []
            part.append((record, body))
            last = first
    if part:
        yield _segment(part)


def _segment(part: list[tuple[str, bytes]]) -> pa.Table:
    return pa.table([[record for record, _ in part], [body for _, body in part]], schema=RECORDS)
