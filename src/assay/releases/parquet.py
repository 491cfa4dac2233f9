"""The Parquet files of a release: flat columns to look at, and the canonical JSON beside them.

The columns are part of the release format: `verify` derives them again from the facts. Writer
options are pinned, so that the same facts give the same bytes under the same pyarrow.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assay.records.candidate import candidate_text
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Abstained, Prefers
from assay.releases.item import ReleaseItem

ROWS_PER_GROUP = 5_000
"""Rows that are held in memory and written as one row group."""

RECORD_SCHEMA = pa.schema([
    pa.field("id", pa.string(), nullable=False),
    pa.field("kind", pa.string(), nullable=False),
    pa.field("key", pa.string()),
    pa.field("state", pa.string(), nullable=False),
    pa.field("standings", pa.list_(pa.string()), nullable=False),
    pa.field("source_classes", pa.list_(pa.string()), nullable=False),
    pa.field("capability", pa.string()),
    pa.field("taxonomy", pa.string(), nullable=False),
    pa.field("prompt", pa.string(), nullable=False),
    pa.field("candidates", pa.list_(pa.string()), nullable=False),
    pa.field("judgments", pa.int64(), nullable=False),
    pa.field("json", pa.string(), nullable=False),
])  # fmt: skip
"""Columns of records.parquet: one row for each record of the release."""

RECORD_SCHEMA_BEFORE_STANDINGS = RECORD_SCHEMA.remove(RECORD_SCHEMA.get_field_index("standings"))
"""Its columns in the release formats 1 to 3."""

JUDGMENT_SCHEMA = pa.schema([
    pa.field("id", pa.string(), nullable=False),
    pa.field("record", pa.string(), nullable=False),
    pa.field("reviewer", pa.string(), nullable=False),
    pa.field("reviewer_kind", pa.string(), nullable=False),
    pa.field("role", pa.string(), nullable=False),
    pa.field("occasion", pa.int64(), nullable=False),
    pa.field("verdict", pa.string(), nullable=False),
    pa.field("candidate", pa.int64()),
    pa.field("strength", pa.int64()),
    pa.field("abstained_because", pa.string()),
    pa.field("order", pa.list_(pa.int64())),
    pa.field("scores", pa.string(), nullable=False),
    pa.field("rubric", pa.string()),
    pa.field("guideline", pa.string()),
    pa.field("active_ms", pa.int64()),
    pa.field("judged_at", pa.string()),
    pa.field("supersedes", pa.string()),
    pa.field("json", pa.string(), nullable=False),
])  # fmt: skip
"""Columns of judgments.parquet: raw, one row for each judgment of each reviewer."""

RECORD_COLUMNS: dict[str, str] = {
    "id": "Id of the record: base32 of the SHA-256 of its canonical JSON.",
    "kind": "Which signal the record carries.",
    "key": "The source's own name for the record.",
    "state": "What the contract's rules made of it: accepted or disagreement_preserved.",
    "standings": "What its label says of each candidate: endorsed, rejected, mixed or unjudged.",
    "source_classes": "Source classes that the record draws on.",
    "capability": "The capability that the task calls on.",
    "taxonomy": "The task's values on the contract's axes, as a JSON object.",
    "prompt": "Content of the task's last message.",
    "candidates": "The responses as texts; their order carries no meaning.",
    "judgments": "How many judgments of it the release holds.",
    "json": "The whole record as canonical JSON.",
}
"""What each column of records.parquet means."""

JUDGMENT_COLUMNS: dict[str, str] = {
    "id": "Id of the judgment: base32 of the SHA-256 of its canonical JSON.",
    "record": "Id of the record that was judged.",
    "reviewer": "Pseudonym of the reviewer, or name of a model.",
    "reviewer_kind": "Human, model, or unknown.",
    "role": "The role in which the judgment was given.",
    "occasion": "How many judgments of this reviewer on this record came before it.",
    "verdict": "The overall answer; ties and abstentions have their own names.",
    "candidate": "The preferred candidate, from 0, where the verdict prefers one.",
    "strength": "How much better it is, where that was asked.",
    "abstained_because": "Why the reviewer declined to judge, where they did.",
    "order": "The candidates in the order they were presented, where it was recorded.",
    "scores": "Scores by dimension and candidate, as a JSON array.",
    "rubric": "Document id of the rubric in force.",
    "guideline": "Name of the foreign guideline, where it was not our rubric.",
    "active_ms": "Active time in milliseconds, where it was recorded.",
    "judged_at": "When, as the source says it.",
    "supersedes": "Id of the judgment that this one replaces.",
    "json": "The whole judgment as canonical JSON.",
}
"""What each column of judgments.parquet means."""

OFFSETS = np.int32
"""Numbers by which Arrow's `string` and `list` say where a value begins: up to 2 GiB."""

Row = dict[str, Any]
"""A row by column; a text may be given as its UTF-8 bytes."""

RecordFact = tuple[ReleaseItem, Record, bytes]
"""An item, its record, and the record's canonical bytes."""

JudgmentFact = tuple[str, Judgment, bytes]
"""A judgment's id, the judgment, and its canonical bytes."""

T = TypeVar("T")


def record_row(fact: RecordFact) -> Row:
    """The row of a record in records.parquet."""
    item, record, body = fact
    return {
        "id": item.id,
        "kind": item.kind,
        "key": record.key,
        "state": item.state,
        "standings": item.standings,
        "source_classes": item.source_classes,
        "capability": record.task.capability,
        "taxonomy": _json(record.task.taxonomy),
        "prompt": record.task.messages[-1].content if record.task.messages else "",
        "candidates": [candidate_text(candidate) for candidate in record.candidates],
        "judgments": item.judgments,
        "json": body,
    }


def judgment_row(fact: JudgmentFact) -> Row:
    """The row of a judgment in judgments.parquet."""
    identity, judgment, body = fact
    verdict = judgment.verdict
    return {
        "id": identity,
        "record": judgment.record,
        "reviewer": judgment.reviewer.pseudonym,
        "reviewer_kind": judgment.reviewer.kind,
        "role": judgment.reviewer.role,
        "occasion": judgment.occasion,
        "verdict": verdict.__struct_config__.tag,
        "candidate": verdict.candidate if isinstance(verdict, Prefers) else None,
        "strength": verdict.strength if isinstance(verdict, Prefers) else None,
        "abstained_because": verdict.reason if isinstance(verdict, Abstained) else None,
        "order": judgment.order,
        "scores": _json(judgment.scores),
        "rubric": judgment.rubric,
        "guideline": judgment.guideline,
        "active_ms": judgment.active_ms,
        "judged_at": judgment.judged_at,
        "supersedes": judgment.supersedes,
        "json": body,
    }


class TableWriter(Generic[T]):
    """Writes facts as rows, a row group at a time."""

    def __init__(self, file: Path, schema: pa.Schema, row: Callable[[T], Row]) -> None:
        self._schema = schema
        self._row = row
        self._rows: list[Row] = []
        self._writer = pq.ParquetWriter(
            file,
            schema,
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=3,
            use_dictionary=True,
            write_statistics=True,
            write_page_index=False,
            store_schema=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, fact: T) -> None:
        """Write a fact."""
        self._rows.append(self._row(fact))
        if len(self._rows) == ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(table_of(self._rows, self._schema))
            self._rows = []


class TableComparison:
    """Compares a Parquet file with the rows that it must hold, as they come."""

    def __init__(self, file: Path, schema: pa.Schema) -> None:
        """Open the file; one that cannot be read is a difference and no error.

        Args:
            file: the file.
            schema: the columns that it must have.
        """
        self._schema = schema
        self._rows: list[Row] = []
        self._group = 0
        self._difference: str | None = None
        self._table: pq.ParquetFile | None = None
        try:
            self._table = pq.ParquetFile(file)
            if not self._table.schema_arrow.equals(schema):
                self._difference = "the columns are not those of the format"
            self._groups: list[int] = [
                self._table.metadata.row_group(number).num_rows
                for number in range(self._table.num_row_groups)
            ]
        except (pa.ArrowException, OSError) as error:
            self._difference = _unreadable(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._table is not None:
            self._table.close()

    def add(self, row: Row) -> None:
        """Take in the next row."""
        self._pass_empty_groups()
        if self._difference is not None:
            return
        if self._group == len(self._groups):
            self._difference = "rows are missing at the end"
            return
        self._rows.append(row)
        if len(self._rows) == self._groups[self._group]:
            self._compare()

    def difference(self) -> str | None:
        """What is different, in one sentence, once every row was taken in; None if nothing is."""
        while self._difference is None and self._group < len(self._groups):
            self._compare()
        return self._difference

    def _pass_empty_groups(self) -> None:
        while self._difference is None and self._group < len(self._groups):
            if self._groups[self._group]:
                return
            self._compare()

    def _compare(self) -> None:
        """Compare the next row group with the rows that came since the last one."""
        number, rows = self._group, self._rows
        self._group, self._rows = number + 1, []
        if self._table is None:
            return
        try:
            group = self._table.read_row_group(number)
        except (pa.ArrowException, OSError) as error:
            self._difference = _unreadable(error)
            return
        if not group.equals(table_of(rows, self._schema)):
            self._difference = f"row group {number} does not say what the facts say"


def table_of(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    """Rows as a table, built column by column from buffers.

    `Table.from_pylist` and `pa.array` give the same and import pandas, if it is there, for a second.
    """
    columns = [_whole_column([row[field.name] for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _whole_column(values: Sequence[Any], kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    try:
        return _column(values, kind)
    except OverflowError:
        # More than 2 GiB of text in one row group: pyarrow makes several chunks of it.
        return pa.array(values, type=kind)


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    validity = None
    if None in values:
        present = np.fromiter((value is not None for value in values), bool, len(values))
        validity = pa.py_buffer(np.packbits(present, bitorder="little"))
    if pa.types.is_list(kind):
        items = list(chain.from_iterable(value or () for value in values))
        buffers = [validity, _offsets(len(value or ()) for value in values)]
        children = [_column(items, kind.value_type)]
        return pa.Array.from_buffers(kind, len(values), buffers, children=children)
    if pa.types.is_string(kind):
        texts = [value.encode() if isinstance(value, str) else value or b"" for value in values]
        buffers = [validity, _offsets(map(len, texts)), pa.py_buffer(b"".join(texts))]
        return pa.Array.from_buffers(kind, len(values), buffers)
    numbers = np.array([value or 0 for value in values], dtype=np.int64)
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(numbers)])


def _offsets(lengths: Iterable[int]) -> pa.Buffer:
    """Where each value begins, and the last one ends.

    Raises:
        OverflowError: if the values together are longer than an offset can say.
    """
    return pa.py_buffer(np.array([0, *accumulate(lengths)], dtype=OFFSETS))


def _unreadable(error: Exception) -> str:
    return f"the file cannot be read: {error}"


def _json(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
