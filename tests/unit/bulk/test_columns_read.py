"""Columns that a reader does not read are not decoded, so what is wrong in them costs nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.bulk.imports import open_mapping, preview_file
from assay.bulk.rows import DiskFile
from assay.plugins import load
from assay.records.mapping.columns_read import column_filter
from assay.records.mapping.load import require_mapping
from assay.records.pseudonym import pseudonymiser
from assay.records.reader import FieldOptions, Reader, RowContext
from assay.records.service import Preview

MAPPING = """mapping: 1
kind: demonstration
record:
  key: "{name}"
  messages: [{user: "{ask.text}"}]
  candidates: [{content: {path: $.answer}, model: one}]
"""


def context(**options: Any) -> RowContext:
    named = pseudonymiser(b"a key for the tests only")
    fields = FieldOptions(**options)
    return RowContext(
        kind="demonstration", source_class="own-texts", pseudonym=named, fields=fields
    )


def parquet(folder: Path) -> Path:
    """Two demonstrations with an id, and a column whose cells no reader can take."""
    path = folder / "rows.parquet"
    columns = {
        "prompt": ["Say hi", "Say bye"],
        "completion": ["Hi", "Bye"],
        "prompt_id": ["a", "b"],
        "colour": pa.array([b"\xff\xfe", b"\xff"], pa.binary()),
    }
    pq.write_table(pa.table(columns), path)
    return path


def fates(preview: Preview) -> dict[str, tuple[str, int]]:
    return {field.name: (field.fate, field.rows) for field in preview.extra_fields}


def test_an_unread_column_of_parquet_is_not_decoded(tmp_path: Path) -> None:
    """A cell of an unread column that has no form in JSON costs no row, and the column is counted."""
    preview = preview_file(parquet(tmp_path), load("readers", "trl"), context())
    assert (len(preview.reads), preview.reasons) == (2, ())
    assert [read.record.key for read in preview.reads if read.record] == ["a", "b"]
    assert fates(preview) == {"prompt_id": ("key", 2), "colour": ("ignored", 2)}


def test_a_column_to_keep_is_decoded(tmp_path: Path) -> None:
    """Asked for, and under strict, the column is read: its cells then set their rows aside."""
    path, reader = parquet(tmp_path), load("readers", "trl")
    for options in ({"keep": ("colour",)}, {"strict": True, "keep": ("prompt_id",)}):
        assert len(preview_file(path, reader, context(**options)).reasons) == 2
    strict = context(strict=True, ignore=("colour", "prompt_id"))
    assert preview_file(path, reader, strict).extra_fields == ()


def test_bytes_in_an_unread_column_of_csv_cost_their_cell(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 set a row aside only in a column that is read."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"prompt,completion,colour\nSay hi,Hi,\xff\nSay bye,\xff,red\n")
    preview = preview_file(path, load("readers", "trl"), context())
    assert len(preview.reads) == 1
    assert [place for place, _ in preview.reasons] == ["row 2, line 3"]


def test_a_mapping_reads_the_columns_that_it_names(tmp_path: Path) -> None:
    """Columns that stand nowhere in the mapping are not decoded; they are its own choice, uncounted."""
    (tmp_path / "m.yaml").write_text(MAPPING)
    path = tmp_path / "rows.parquet"
    table = {
        "name": ["x"],
        "ask": [{"text": "How deep?"}],
        "answer": ["Four."],
        "colour": pa.array([b"\xff"], pa.binary()),
    }
    pq.write_table(pa.table(table), path)
    reader: Reader = open_mapping(tmp_path / "m.yaml", path)
    preview = preview_file(path, reader, context())
    assert (len(preview.reads), preview.reasons, preview.extra_fields) == (1, (), ())


@pytest.mark.parametrize(
    "content",
    [
        {"path": "$..answer"},
        {"path": "$[?@.x]"},
        {"at": ["{name}"]},
        {"one_hot": {"answer": "x"}},
    ],
)
def test_a_column_that_may_be_found_is_read(content: dict[str, Any]) -> None:
    """A path without a name and a name that is made can find any column; one that is named is read."""
    candidate = {"content": content, "model": "one"}
    record = {"messages": [{"user": "{ask}"}], "candidates": [candidate]}
    text = json.dumps({"mapping": 1, "kind": "demonstration", "record": record})
    document = require_mapping("m.yaml", text.encode())
    reads: Callable[[str], bool] = column_filter(document)
    assert reads("answer")
    assert reads("ask")


def test_a_table_without_a_column_that_is_read_is_decoded_whole(tmp_path: Path) -> None:
    """Where no column would be read, the rows are whole, so that their faults can be named."""
    file = DiskFile(parquet(tmp_path), reads_column=lambda _: False)
    assert [row.fault is not None for row in file.rows()] == [True, True]
    assert file.unread_columns == ()
    assert msgspec.structs.asdict(next(file.rows()))["values"] is None
