"""A parsed row of our own facts is the fact that its JSON line is, with the same bytes."""

from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.bulk.imports import preview_file
from assay.bulk.rows import DiskFile
from assay.core.canonical import encode_json
from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.records.attachment import Attachment
from assay.records.formats.assay import READER
from assay.records.judgment import Judgment
from assay.records.kinds import Preference
from assay.records.ports import row_values
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.task import Message, Task
from assay.records.verdict import Prefers
from builders import judgment_by, small_record

RECORD = small_record(Preference(), "Which?", "short", "longer", key="r")
JUDGMENT = judgment_by("rvr_a", RECORD, Prefers(candidate=1), active_ms=900)


def plain(fact: Record | Judgment) -> dict[str, Any]:
    return dict(msgspec.json.decode(fact.canonical()))


@pytest.mark.parametrize(
    "row",
    [
        plain(RECORD),
        plain(JUDGMENT),
        {**plain(RECORD), "lineage": None},
        {**plain(RECORD), "schema_version": 1.0},
        {**plain(JUDGMENT), "active_ms": 900.0},
    ],
)
def test_a_row_and_its_line_are_one_fact(row: dict[str, Any]) -> None:
    """Absent values and whole numbers that a column store widened change nothing."""
    encoded = READER.fact_of_row(row)
    assert encoded == READER.fact_of_line(encode_json(row))
    assert encoded.id in {RECORD.id, JUDGMENT.id}


@pytest.mark.parametrize(
    "row",
    [
        {**plain(RECORD), "colour": "red"},
        {**plain(RECORD), "schema_version": 2},
        {**plain(RECORD), "key": 7},
        {**plain(JUDGMENT), "active_ms": 1.5},
        {**plain(JUDGMENT), "active_ms": 2**60},
        {**plain(JUDGMENT), "reviewer": {"pseudonym": "Ada", "kind": "human", "role": "reviewer"}},
        {"prompt": "Why?"},
    ],
)
def test_a_row_is_refused_for_the_reason_of_its_line(row: dict[str, Any]) -> None:
    """Unknown fields, wrong types, numbers that JSON readers lose and names of people."""
    reasons = []
    for read in (lambda: READER.fact_of_row(row), lambda: READER.fact_of_line(encode_json(row))):
        with pytest.raises(InputError) as refused:
            read()
        reasons.append((refused.value.code, refused.value.message))
    assert reasons[0] == reasons[1]


def test_a_row_whose_attachment_is_not_at_hand_is_set_aside(tmp_path: Path) -> None:
    """As a line is: a record whose attachment is nowhere must not be stored."""
    picture = Attachment(at=0, digest=labelled_digest(b"x"), media_type="image/png", bytes=1)
    task = Task(messages=(Message(role="user", content="", attachments=(picture,)),))
    path = tmp_path / "own.parquet"
    pq.write_table(
        pa.Table.from_pylist([plain(small_record(Preference(), task, "a cat", "a dog"))]), path
    )
    context = RowContext(kind="preference", source_class="", pseudonym=str)
    preview = preview_file(path, READER, context)
    assert preview.reads == ()
    assert "are not at hand" in preview.reasons[0][1]


def test_records_of_a_parquet_file_keep_their_ids(tmp_path: Path) -> None:
    """Columns that one record lacks are null in its row, and its bytes are those of its line."""
    records = [RECORD, small_record(Preference(), "And now?", "yes", "no")]
    path = tmp_path / "own.parquet"
    pq.write_table(pa.Table.from_pylist([plain(record) for record in records]), path)
    encoded = [READER.fact_of_row(row_values(row)) for row in DiskFile(path).rows()]
    assert [fact.body for fact in encoded] == [record.canonical() for record in records]
