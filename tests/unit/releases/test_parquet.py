"""Tables are written in row groups of one size and compared row by row, across their borders."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.releases.parquet import ROWS_PER_GROUP, Row, TableWriter, matches

SCHEMA = pa.schema([
    pa.field("number", pa.int64(), nullable=False), pa.field("parts", pa.list_(pa.string()))
])  # fmt: skip


def _row(number: int) -> Row:
    return {"number": number, "parts": None if number % 3 else [str(number), "x"]}


def _rows(count: int) -> Iterator[Row]:
    return map(_row, range(count))


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
    assert matches(file, SCHEMA, _rows(count)) is None
    assert matches(file, SCHEMA, _rows(count + 1)) == "rows are missing at the end"
    if count:
        assert matches(file, SCHEMA, _rows(count - 1)) is not None


def test_a_row_that_differs_is_found_in_its_group(tmp_path: Path) -> None:
    """The report names the row group."""
    file = tmp_path / "t.parquet"
    _write(file, ROWS_PER_GROUP + 5)
    rows = [*_rows(ROWS_PER_GROUP + 5)]
    rows[-1]["parts"] = []
    difference = matches(file, SCHEMA, iter(rows))
    assert difference == "row group 1 does not say what the facts say"


def test_other_columns_are_told(tmp_path: Path) -> None:
    """A table with another type, or without a column, is not of the format."""
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"number": pa.array([0], pa.int32())}), file)
    assert matches(file, SCHEMA, _rows(1)) == "the columns are not those of the format"


def test_a_table_is_the_same_to_the_byte_each_time(tmp_path: Path) -> None:
    """Two writers give the same bytes."""
    for name in "ab":
        _write(tmp_path / name, 1000)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
