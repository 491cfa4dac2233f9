"""The Parquet files of a release: flat columns to look at, and the canonical JSON beside them.

The columns are part of the release format: `verify` derives them again from the facts. Writer
options are pinned, so that the same facts give the same bytes under the same pyarrow.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec
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

Row = dict[str, Any]

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
        "json": body.decode(),
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
        "json": body.decode(),
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
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def matches(file: Path, schema: pa.Schema, rows: Iterator[Row]) -> str | None:
    """Compare a Parquet file with the rows that it must hold.

    Args:
        file: the file.
        schema: the columns that it must have.
        rows: the rows, in order.

    Returns:
        What is different, in one sentence; None if nothing is.

    Raises:
        pyarrow.ArrowException: if the file is not Parquet.
    """
    with pq.ParquetFile(file) as table:
        if not table.schema_arrow.equals(schema):
            return "the columns are not those of the format"
        for number in range(table.num_row_groups):
            group = table.read_row_group(number)
            expected = list(islice(rows, group.num_rows))
            if not group.equals(pa.Table.from_pylist(expected, schema=schema)):
                return f"row group {number} does not say what the facts say"
    if next(rows, None) is not None:
        return "rows are missing at the end"
    return None


def _json(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
