"""Tables are written in row groups of one size and compared row by row, across their borders."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.releases import parquet
from assay.releases.parquet import ROWS_PER_GROUP, Row, TableComparison, TableWriter, table_of

SCHEMA = pa.schema([
    pa.field("number", pa.int64(), nullable=False), pa.field("parts", pa.list_(pa.string()))
])  # fmt: skip


def _row(number: int) -> Row:
    return {"number": number, "parts": None if number % 3 else [str(number), "x"]}


def _rows(count: int) -> Iterator[Row]:
    return map(_row, range(count))


def _difference(file: Path, rows: Iterable[Row]) -> str | None:
    with TableComparison(file, SCHEMA) as table:
        for row in rows:
            table.add(row)
        return table.difference()


def _write(file: Path, count: int) -> None:
    with TableWriter[int](file, SCHEMA, _row) as table:
        for number in range(count):
            table.add(number)


@pytest.mark.parametrize("count", [0, 1, ROWS_PER_GROUP, 2 * ROWS_PER_GROUP + 1])
def test_what_was_written_matches_its_rows(tmp_path: Path, count: int) -> None:
    """Empty, whole and broken last groups all compare equal, and one row more or less does not."""
    file = tmp_path / "t.parquet"
    _write(file, count)
    assert pq.ParquetFile(file).num_row_groups == -(-count // ROWS_PER_GROUP)
    assert _difference(file, _rows(count)) is None
    assert _difference(file, _rows(count + 1)) == "rows are missing at the end"
    if count:
        assert _difference(file, _rows(count - 1)) is not None


def test_a_row_that_differs_is_found_in_its_group(tmp_path: Path) -> None:
    """The report names the row group."""
    file = tmp_path / "t.parquet"
    _write(file, ROWS_PER_GROUP + 5)
    rows = [*_rows(ROWS_PER_GROUP + 5)]
    rows[-1]["parts"] = []
    difference = _difference(file, rows)
    assert difference == "row group 1 does not say what the facts say"


def test_other_columns_are_told(tmp_path: Path) -> None:
    """A table with another type, or without a column, is not of the format."""
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"number": pa.array([0], pa.int32())}), file)
    assert _difference(file, _rows(1)) == "the columns are not those of the format"


def test_a_table_is_the_same_to_the_byte_each_time(tmp_path: Path) -> None:
    """Two writers give the same bytes."""
    for name in "ab":
        _write(tmp_path / name, 1000)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.int64(), pa.list_(pa.string()), pa.list_(pa.int64())]
)
@pytest.mark.parametrize("with_nulls", [False, True])
def test_a_column_is_what_pyarrow_makes_of_the_values(kind: pa.DataType, with_nulls: bool) -> None:
    """Built from buffers, with and without nulls, empty values and letters of several bytes."""
    values = {
        pa.string(): ["", "ferry", "\u2013 \U0001f6a2"],
        pa.int64(): [0, -1, 2**53 - 1],
        pa.list_(pa.string()): [[], ["a", ""], ["\u00e9"]],
        pa.list_(pa.int64()): [[], [1, 0], [7]],
    }[kind]
    own = [None, *values, None] if with_nulls else values
    schema = pa.schema([pa.field("x", kind)])
    rows = [{"x": value} for value in own]
    built = table_of(rows, schema)
    built.validate(full=True)
    assert built.equals(pa.Table.from_pylist(rows, schema=schema))


def test_a_text_may_be_given_as_its_bytes() -> None:
    """The canonical JSON is not decoded to be encoded again."""
    schema = pa.schema([pa.field("x", pa.string())])
    assert table_of([{"x": "\u00e9".encode()}], schema).equals(table_of([{"x": "\u00e9"}], schema))


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more"])
def test_a_file_that_cannot_be_read_is_a_difference(tmp_path: Path, content: bytes) -> None:
    """The report says that it cannot be read, and why, whatever rows there should be."""
    file = tmp_path / "t.parquet"
    file.write_bytes(content)
    difference = _difference(file, _rows(3))
    assert difference is not None
    assert difference.startswith("the file cannot be read: ")


def test_a_column_longer_than_its_offsets_is_built_by_pyarrow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shown with offsets of one byte, since two gigabytes of text are no test."""
    schema = pa.schema([pa.field("x", pa.string()), pa.field("y", pa.list_(pa.string()))])
    rows = [{"x": "ferry" * 40, "y": ["pier" * 40, ""]}, {"x": b"noon", "y": []}]
    expected = table_of(rows, schema)
    monkeypatch.setattr(parquet, "OFFSETS", np.int8)
    assert table_of(rows, schema).equals(expected)
