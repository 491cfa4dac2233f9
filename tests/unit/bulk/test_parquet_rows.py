"""Parquet that expands: a small file with gigabytes of rows takes no more memory than its bytes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.bulk import parquet_rows
from assay.bulk.parquet_rows import rows_of_parquet

MB = 1 << 20

READ = """
import resource, sys
from pathlib import Path
from assay.bulk.parquet_rows import rows_of_parquet
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
kept, faults = 0, []
for row in rows_of_parquet(Path(sys.argv[1]), 0, 64 << 20):
    kept += row.fault is None
    faults += [] if row.fault is None else [row.fault.code]
print(kept, *faults[:3])
"""


def _read_in_little_memory(file: Path) -> str:
    """What reading a file with 3 GiB of address space comes to: rows, and the first faults."""
    command = [sys.executable, "-c", READ, str(file), str(3 << 30)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr[-500:]


def _repeated(length: int, times: int) -> pa.Array:
    """One text many times; in a file it is there once."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), ["x" * length])


def _written(file: Path, column: Any, **how: Any) -> Path:
    table = pa.table({"prompt": column, "n": list(range(len(column)))})
    pq.write_table(table, file, compression="zstd", store_schema=False, **how)
    return file


def test_a_dictionary_that_expands_to_gigabytes_is_read_row_by_row(tmp_path: Path) -> None:
    """2,000 rows of one text of 4 MB are 8 GB in a file of some kilobytes; all are read."""
    file = _written(tmp_path / "bomb.parquet", _repeated(4 * MB, 2000))
    assert file.stat().st_size < 10_000
    assert _read_in_little_memory(file) == "2000"


def test_a_row_whose_list_expands_to_gigabytes_is_set_aside_unread(tmp_path: Path) -> None:
    """One row that names a text of 4 MB a thousand times is too long; the rows beside it are read."""
    lists = pa.ListArray.from_arrays([0, 1, 1001, 1002], _repeated(4 * MB, 1002))
    file = _written(tmp_path / "lists.parquet", lists)
    assert _read_in_little_memory(file) == "2 row-too-long"


@pytest.mark.long
def test_values_that_share_their_beginning_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    """A delta encoding keeps a text of 4 MB once for 1,000 rows that differ in their end."""
    texts = pa.array([f"{'x' * (4 * MB)}{number:04}" for number in range(60)])
    file = _written(
        tmp_path / "delta.parquet", texts, use_dictionary=False,
        column_encoding={"prompt": "DELTA_BYTE_ARRAY", "n": "PLAIN"},
    )  # fmt: skip
    assert file.stat().st_size < MB
    assert _read_in_little_memory(file) == "60"


def test_a_row_group_with_too_many_values_in_lists_is_set_aside_with_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of its rows may hold them all; the row groups beside it are read."""
    monkeypatch.setattr(parquet_rows, "MOST_VALUES", 10)
    lists = pa.array([["a"], ["b"], ["c"] * 30, ["d"]])
    file = _written(tmp_path / "crowded.parquet", lists, row_group_size=2)
    first, second, fault = rows_of_parquet(file, 0, MB)
    assert [first.values, second.values] == [{"prompt": ["a"], "n": 0}, {"prompt": ["b"], "n": 1}]
    assert fault.fault is not None
    assert fault.fault.code == "row-group-too-large"
    assert "rows 3 to 4" in fault.fault.message
    assert "prompt.list.element" in fault.fault.message


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["one", "two", None, "one"], None),
        ([b"\x00".hex(), "", "å", "x" * 5000], None),
        ([["a", None], [], None, ["b"]], None),
        ([{"role": "user", "content": "hi"}, None, {"role": "a", "content": None}, {}], None),
        ([[{"content": "a"}], [{"content": "b"}, {"content": "a"}], [], None], None),
        ([[("k", "v")], [], None, [("k", "w")]], pa.map_(pa.string(), pa.string())),
        (["a", "b", "a", None], pa.large_string()),
        (["a", "b", "a", None], pa.dictionary(pa.int32(), pa.string())),
    ],
    ids=["texts", "long", "lists", "structs", "turns", "maps", "large", "dictionary"],
)
@pytest.mark.parametrize("with_schema", [True, False])
def test_ordinary_columns_come_out_as_they_went_in(
    values: list[Any], type_: pa.DataType | None, with_schema: bool, tmp_path: Path
) -> None:
    """Reading texts by their dictionaries changes no value, whatever they are nested in."""
    table = pa.table({"c": pa.array(values, type_)})
    pq.write_table(table, tmp_path / "t.parquet", store_schema=with_schema)
    rows = list(rows_of_parquet(tmp_path / "t.parquet", 0, MB))
    plain = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert [row.fault for row in rows] == [None] * 4
    assert [row.values for row in rows] == [{"c": parquet_rows._plain(each["c"])} for each in plain]
