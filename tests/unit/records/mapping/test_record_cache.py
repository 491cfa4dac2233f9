"""Rows that share their record share it whole; rows that differ anywhere never do."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.records.mapping.load import require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import RowContext
from assay.records.record import Record

Context = Callable[[str], RowContext]

TEXT = """mapping: 1
kind: outcome
record:
  key: "{id}"
  messages: [{user: "{ask}"}]
  candidates: [{name: answer, content: CONTENT, unknown: not said}]
judgments:
  - reviewer: {person: "{who}"}
    scores: [{dimension: right, candidate: answer, number: "{score}"}]
"""
ROW = {"id": "1", "ask": "Why?", "text": "So.", "who": "ann", "score": "1"}


def records(content: str, rows: list[dict[str, Any]], context: Context) -> list[Record | None]:
    reader = MappingReader(require_mapping("m.yaml", TEXT.replace("CONTENT", content).encode()), {})
    own = context("outcome")
    return [reader.read(row, own)[0].record for row in rows]


def test_the_votes_on_one_record_share_it(context: Context) -> None:
    """What only judgments read does not matter to the record."""
    first, second = records('"{text}"', [ROW, ROW | {"who": "bo", "score": "2"}], context)
    assert first is second


@pytest.mark.parametrize("change", [{"id": "2"}, {"ask": "Who?"}, {"text": "No."}])
def test_another_cell_is_another_record(change: dict[str, str], context: Context) -> None:
    """Every column that the record reads counts."""
    first, second = records('"{text}"', [ROW, ROW | change], context)
    assert first != second


@pytest.mark.parametrize(
    "content",
    ["{path: $.text}", "{at: [text]}", "{at: ['{name}']}", "{column: text, strip: true}",
     '"{text} of {name}"', "{column: text, values: {So.: a}, otherwise: b}", '[{assistant: "{text}"}]',
     "{columns: te.t, json: true}"],
)  # fmt: skip
def test_a_cell_counts_however_it_is_read(content: str, context: Context) -> None:
    """By path, way, template, step, table or pattern: the reused record is the one built anew."""
    rows = [ROW | {"name": "text"}, ROW | {"text": "No.", "name": "text"}]
    together = records(content, [rows[0], rows[1], rows[0]], context)
    alone = [records(content, [row], context)[0] for row in (rows[0], rows[1], rows[0])]
    assert together == alone


def test_values_that_are_equal_in_python_are_not_taken_for_each_other(context: Context) -> None:
    """`1`, `1.0` and `true` are different texts."""
    values: list[Any] = [1, True, "1", "true"]
    keys = [
        record and record.key
        for record in records('"{text}"', [ROW | {"id": v} for v in values], context)
    ]
    assert keys == ["1", "true", "1", "true"]


def test_another_context_shares_nothing(context: Context) -> None:
    """Pseudonyms and source classes belong to one import."""
    reader = MappingReader(
        require_mapping("m.yaml", TEXT.replace("CONTENT", '"{text}"').encode()), {}
    )
    other = RowContext(kind="outcome", source_class="other", pseudonym=str)
    first = reader.read(ROW, context("outcome"))[0].record
    second = reader.read(ROW, other)[0].record
    assert first is not None
    assert second is not None
    assert [source.source_class for source in (*first.sources, *second.sources)] == [
        "own-texts",
        "other",
    ]
