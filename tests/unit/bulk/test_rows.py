"""Rows of files: every layout and packing, and each defect a fault of its row alone."""

import gzip
import itertools
import json
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.bulk.rows import DiskFile
from assay.bulk.stream import BUFFER, require_file
from assay.core.errors import InputError, UsageError
from assay.records.ports import Layout, Row

LINES = b'{"a": 1}\n{"a": "two"}\n{"a": [3]}\n'


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rows(path: Path, layout: Layout | None = None, after: int = 0) -> list[Row]:
    return list(DiskFile(path, layout).rows(after))


def codes(found: list[Row]) -> list[str]:
    return [row.fault.code if row.fault else "" for row in found]


def zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.jsonl", bytes), ("a.jsonl.gz", gzip.compress), ("a.ndjson.zst", zstd)],
)
def test_lines_come_out_of_every_packing(tmp_path: Path, name: str, pack: object) -> None:
    """The same lines are read from a plain, a gzip and a zstd file."""
    found = rows(write(tmp_path, name, pack(LINES)))  # type: ignore[operator]
    assert [row.text for row in found] == LINES.splitlines()
    assert [row.number for row in found] == [1, 2, 3]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """A UTF-8 byte order mark before the first row is left out."""
    assert rows(write(tmp_path, "a.jsonl", b"\xef\xbb\xbf" + LINES))[0].text == b'{"a": 1}'
    table = rows(write(tmp_path, "a.csv", b"\xef\xbb\xbfa,b\n1,2\n"))
    assert table[0].values == {"a": "1", "b": "2"}


def test_another_encoding_is_named(tmp_path: Path) -> None:
    """A file in UTF-16 is refused as a whole, with its encoding's name."""
    path = write(tmp_path, "a.csv", "a,b\n1,2\n".encode("utf-16"))
    with pytest.raises(InputError, match="UTF-16"):
        rows(path)


@pytest.mark.parametrize(
    ("content", "packed"),
    [
        (gzip.compress(LINES, mtime=0), "gzip"),
        (b"\x28\xb5\x2f\xfd rest", "zstd"),
        (b"PK\x03\x04 rest", "zip"),
    ],
)
def test_a_packed_file_under_another_name_is_named(
    tmp_path: Path, content: bytes, packed: str
) -> None:
    """Its bytes are no rows in a wrong encoding, so the file is refused as what it is."""
    with pytest.raises(InputError, match=packed) as caught:
        rows(write(tmp_path, "a.jsonl", content))
    assert caught.value.code == "packed-file"


def test_blank_lines_are_no_rows_but_count(tmp_path: Path) -> None:
    """Blank lines give no row, and the rows after them keep their line numbers."""
    found = rows(write(tmp_path, "a.jsonl", b'{"a":1}\n\n   \n{"a":2}\n\n'))
    assert [row.number for row in found] == [1, 4]


def test_an_over_long_line_is_set_aside_alone(tmp_path: Path) -> None:
    """A line beyond the limit is a fault with its number; the lines around it are read."""
    path = write(tmp_path, "a.jsonl", b'{"a":1}\n' + b"x" * 5000 + b'\n{"a":2}\n')
    found = rows(path, Layout(max_row_bytes=100))
    assert codes(found) == ["", "row-too-long", ""]
    assert found[1].text is None
    assert "5000" in str(found[1].fault)
    assert "--max-row-mb" in str(found[1].fault)


def test_an_over_long_last_line_without_end_is_set_aside(tmp_path: Path) -> None:
    """The limit holds for a last line that no line feed ends."""
    path = write(tmp_path, "a.jsonl", b'{"a":1}\n' + b"x" * 5000)
    assert codes(rows(path, Layout(max_row_bytes=100))) == ["", "row-too-long"]


def test_a_giant_line_is_skipped_in_flat_memory(tmp_path: Path) -> None:
    """A line of 200 MB costs no more memory than its limit and the read buffer."""
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(b"x" * 10**6)
        file.write(b'\n{"a":2}\n')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = rows(path, Layout(max_row_bytes=2 * BUFFER))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert codes(found) == ["row-too-long", ""]
    assert grown * 1024 < 20 * BUFFER


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz", "a.json.gz"])
def test_a_truncated_gzip_gives_the_rows_before_the_cut(tmp_path: Path, name: str) -> None:
    """Rows before the place where a packed file is cut are read; the cut is one fault."""
    draw = random.Random(1)
    if ".csv" in name:
        content = b"a,b\n" + b"".join(b"%d,%d\n" % (i, draw.getrandbits(64)) for i in range(9000))
    else:
        items = [json.dumps({"a": draw.getrandbits(64)}) for _ in range(9000)]
        content = (
            "[" + ",\n".join(items) + "]" if ".json.gz" in name else "\n".join(items)
        ).encode()
    packed = gzip.compress(content)
    found = rows(write(tmp_path, name, packed[: len(packed) * 3 // 4]))
    assert len(found) > 1000
    assert codes(found)[-1] == "damaged-file"
    assert set(codes(found)[:-2]) == {""}


def flipped(packed: bytes, place: int) -> bytes:
    return packed[:place] + bytes([packed[place] ^ 1]) + packed[place + 1 :]


def test_a_gzip_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    """A flipped byte that unpacks to another row refuses the file before any row is given."""
    packed = gzip.compress(b'{"a":1}\n{"a":2}\n', compresslevel=0)
    damaged = write(tmp_path, "a.jsonl.gz", flipped(packed, packed.index(b"1}")))
    with pytest.raises(InputError, match="damaged: CRC check failed"):
        DiskFile(damaged)


def test_a_zstd_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    """A frame as `zstd` writes it is read whole, and refused once a byte of a row is flipped."""
    packed = bytes.fromhex(
        "28b52ffd04588100007b2261223a317d0a7b2261223a327d0aeeedacf2"  # two lines, stored as they are
    )
    assert len(rows(write(tmp_path, "a.jsonl.zst", packed))) == 2
    with pytest.raises(InputError, match="damaged"):
        DiskFile(write(tmp_path, "a.jsonl.zst", flipped(packed, packed.index(b"2}"))))


@pytest.mark.parametrize(("name", "pack"), [("a.jsonl.gz", gzip.compress), ("a.jsonl.zst", zstd)])
def test_a_packed_file_that_is_wrong_in_the_middle_is_refused(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    """A hole in the packed bytes refuses the whole file, though rows before it could be read."""
    draw = random.Random(1)
    packed = pack(b"".join(b'{"a": %d}\n' % draw.getrandbits(64) for _ in range(90_000)))
    half = len(packed) // 2
    damaged = packed[:half] + packed[half + 400 :]
    with pytest.raises(InputError, match="is damaged") as refused:
        DiskFile(write(tmp_path, name, damaged))
    assert refused.value.code == "damaged-file"


def test_the_checksum_of_a_later_gzip_member_counts(tmp_path: Path) -> None:
    """A file of several members is refused for damage in the last of them."""
    last = gzip.compress(b'{"a":2}\n', compresslevel=0)
    members = gzip.compress(b'{"a":1}\n') + flipped(last, last.index(b"2}"))
    with pytest.raises(InputError, match="damaged"):
        DiskFile(write(tmp_path, "a.jsonl.gz", members))


def test_a_packed_file_is_proved_in_flat_memory(tmp_path: Path) -> None:
    """A small gzip that unpacks to 200 MB is looked through without holding it."""
    path = write(tmp_path, "a.jsonl.gz", gzip.compress(b'{"a": 1}\n' * 22_000_000, 1))
    code = (
        "import resource, sys, pathlib; from assay.bulk.rows import DiskFile\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak(); DiskFile(pathlib.Path(sys.argv[1])); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True)
    assert int(done.stdout) * 1024 < 32 * BUFFER


def test_a_truncated_zstd_is_a_fault(tmp_path: Path) -> None:
    """A cut zstd file ends in a fault that says so."""
    packed = zstd(b"".join(b'{"a": %d}\n' % i for i in range(50_000)))
    found = rows(write(tmp_path, "a.jsonl.zst", packed[: len(packed) // 2]))
    assert [row.fault.code for row in found if row.fault][-1] == "damaged-file"


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_garbage_named_packed_is_refused(tmp_path: Path, name: str) -> None:
    """Bytes that are neither gzip nor zstd are one clear error."""
    with pytest.raises(InputError, match="damaged"):
        DiskFile(write(tmp_path, name, b"not packed at all"))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """An empty file is a clear error, and so is one that is not there."""
    with pytest.raises(InputError, match="empty"):
        DiskFile(write(tmp_path, "a.jsonl", b""))
    with pytest.raises(InputError, match="no such file"):
        DiskFile(tmp_path / "b.jsonl")


def test_a_name_that_says_nothing_is_refused(tmp_path: Path) -> None:
    """A file whose name tells no layout is refused, with the names that do."""
    with pytest.raises(UsageError, match="cut into rows") as refused:
        DiskFile(write(tmp_path, "a.data", LINES))
    assert "--layout" in refused.value.hint
    assert len(rows(tmp_path / "a.data", Layout(name="jsonl"))) == 3


@pytest.mark.parametrize(
    "content",
    [
        b'[{"a": 1}, {"a": "two"},\n {"a": [3]}]',
        b'{"a": 1}\n{"a": "two"}\n{"a": [3]}\n',
        b'{\n "a": 1\n}\n{\n "a": "two"}\n{"a": [3]}',
    ],
)
def test_json_is_cut_into_rows(tmp_path: Path, content: bytes) -> None:
    """An array, JSON lines and objects one after another give the same rows."""
    found = rows(write(tmp_path, "a.json", content))
    assert [json.loads(row.text or b"")["a"] for row in found] == [1, "two", [3]]


def test_json_items_across_read_buffers_stay_whole(tmp_path: Path) -> None:
    """Items, texts and escapes that lie across the edge of a read buffer come out unchanged."""
    items = [{"text": '\\"][{},' * n, "n": n} for n in range(0, 4000, 7)]
    content = json.dumps(items).encode()
    assert len(content) > 2 * BUFFER
    found = rows(write(tmp_path, "a.json", content))
    assert [json.loads(row.text or b"") for row in found] == items


def test_a_broken_item_of_an_array_leaves_the_others(tmp_path: Path) -> None:
    """An item that is not JSON is a row of its own, and the items after it are read."""
    found = rows(write(tmp_path, "a.json", b'[{"a": 1}, {"a": nope}, {"a": 3}]'))
    assert [row.text for row in found] == [b'{"a": 1}', b'{"a": nope}', b'{"a": 3}']


def test_an_array_that_ends_early_is_a_fault(tmp_path: Path) -> None:
    """An array whose end is missing gives its whole items and one fault with the rest."""
    found = rows(write(tmp_path, "a.json", b'[{"a": 1},\n {"a": 2'))
    assert codes(found) == ["", "broken-json"]
    assert (found[1].line, found[1].text) == (2, b'{"a": 2')


def test_an_over_long_item_of_an_array_is_set_aside(tmp_path: Path) -> None:
    """An array's item beyond the limit is one fault; the items around it are read."""
    content = b'[{"a": 1}, {"a": "' + b"x" * 5000 + b'"}, {"a": 3}]'
    assert codes(rows(write(tmp_path, "a.json", content), Layout(max_row_bytes=100))) == [
        "", "row-too-long", "",
    ]  # fmt: skip


def test_a_list_inside_one_object_gives_rows(tmp_path: Path) -> None:
    """The items of a named list are rows, each beside the rest of the document."""
    path = write(tmp_path, "a.json", b'{"run": "x", "items": [{"n": 1}, {"n": 2}]}')
    found = rows(path, Layout(each="items"))
    assert [row.values for row in found] == [
        {"rest": {"run": "x"}, "item": {"n": 1}},
        {"rest": {"run": "x"}, "item": {"n": 2}},
    ]


def test_nan_is_null_only_where_the_format_says_so(tmp_path: Path) -> None:
    """A layout may read NaN as a missing value; without that it refuses the document."""
    path = write(tmp_path, "a.json", b'{"mean": NaN, "items": [{"n": NaN}]}')
    (found,) = rows(path, Layout(each="items", nan_is_null=True))
    assert found.values == {"rest": {"mean": None}, "item": {"n": None}}
    with pytest.raises(InputError, match="NaN is not JSON"):
        rows(path, Layout(each="items"))


def test_cells_keep_their_line_feeds(tmp_path: Path) -> None:
    """A quoted cell may hold line feeds, returns and doubled quotes; its line is where it starts."""
    found = rows(write(tmp_path, "a.csv", b'a,b\r\n"one\r\ntwo",2\r\n"say ""hi""",3\r\n'))
    assert [row.values for row in found] == [
        {"a": "one\r\ntwo", "b": "2"}, {"a": 'say "hi"', "b": "3"},
    ]  # fmt: skip
    assert [(row.number, row.line) for row in found] == [(1, 2), (2, 4)]


def test_a_wrong_number_of_cells_is_set_aside(tmp_path: Path) -> None:
    """A row with too few or too many cells is a fault that keeps all its cells."""
    found = rows(write(tmp_path, "a.csv", b"a,b\n1\n1,2\n1,2,3\n"))
    assert codes(found) == ["wrong-column-count", "", "wrong-column-count"]
    assert found[2].values == {"a": "1", "b": "2", "surplus cells": ["3"]}


def test_a_quote_that_never_closes_spoils_one_line(tmp_path: Path) -> None:
    """An open quote sets its own line aside; the lines after it are read as rows."""
    found = rows(write(tmp_path, "a.csv", b'a,b\n1,"open\n3,4\n5,6\n'))
    assert codes(found) == ["broken-csv", "", ""]
    assert [row.values for row in found[1:]] == [{"a": "3", "b": "4"}, {"a": "5", "b": "6"}]


def test_an_open_quote_takes_in_a_bounded_number_of_lines(tmp_path: Path) -> None:
    """An open quote over millions of short lines spoils one of them, in bounded memory."""
    path = write(tmp_path, "a.csv", b'a,b\n1,"open\n' + b"3,4\n" * 1_500_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    damaged, second = itertools.islice(DiskFile(path).rows(), 2)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert damaged.fault
    assert "does not close it" in damaged.fault.message
    assert second.values == {"a": "3", "b": "4"}
    assert grown * 1024 < 64 * BUFFER


def test_quotes_can_be_mere_characters(tmp_path: Path) -> None:
    """With quoting none, a stray quote is a character of its cell."""
    path = write(tmp_path, "a.tsv", b'a\tb\n"x\ty\n')
    assert rows(path, Layout(quoting="none"))[0].values == {"a": '"x', "b": "y"}


def test_a_table_without_header_takes_its_columns(tmp_path: Path) -> None:
    """Columns that the layout names stand in for a header line."""
    path = write(tmp_path, "a.csv", b"1,2\n3,4\n")
    assert rows(path, Layout(columns=("x", "y")))[0].values == {"x": "1", "y": "2"}


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    """A header with one name twice is refused, since either cell could be meant."""
    with pytest.raises(InputError, match="more than once"):
        rows(write(tmp_path, "a.csv", b"a,a\n1,2\n"))


def test_a_row_in_another_encoding_is_set_aside(tmp_path: Path) -> None:
    """A CSV row that is not UTF-8 is a fault; the rows around it are read."""
    assert codes(rows(write(tmp_path, "a.csv", b"a,b\n1,2\n\xe4,4\n5,6\n"))) == [
        "", "wrong-encoding", "",
    ]  # fmt: skip


def test_formulas_are_text(tmp_path: Path) -> None:
    """A cell that a spreadsheet would run is read as the text that it is."""
    found = rows(write(tmp_path, "a.csv", b"a\n=1+1\n@SUM(A1)\n"))
    assert [row.values for row in found] == [{"a": "=1+1"}, {"a": "@SUM(A1)"}]


def test_a_very_long_cell_is_read(tmp_path: Path) -> None:
    """A cell may be longer than the csv module's own default of 128 KiB."""
    found = rows(write(tmp_path, "a.csv", b"a\n" + b"x" * 300_000 + b"\n"))
    assert len((found[0].values or {})["a"]) == 300_000


def test_parquet_rows_are_plain_values(tmp_path: Path) -> None:
    """Parquet gives JSON values: structs, lists, times as ISO 8601, decimals as text."""
    table = pa.table(
        {
            "n": [1, 2],
            "s": [{"x": "a"}, None],
            "l": [["p", "q"], []],
            "t": pa.array([0, 1], pa.timestamp("s")),
            "d": pa.array(["1.50", "2.25"]).cast(pa.decimal128(5, 2)),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert rows(tmp_path / "a.parquet")[0].values == {
        "n": 1, "s": {"x": "a"}, "l": ["p", "q"], "t": "1970-01-01T00:00:00", "d": "1.50",
    }  # fmt: skip


def test_parquet_that_is_none_is_refused(tmp_path: Path) -> None:
    """Bytes that are not Parquet are one clear error."""
    with pytest.raises(InputError, match="not Parquet"):
        rows(write(tmp_path, "a.parquet", b"PAR1 or not"))


def test_a_damaged_row_group_leaves_the_others(tmp_path: Path) -> None:
    """A row group that cannot be read is one fault; the groups after it are read."""
    path = tmp_path / "a.parquet"
    table = pa.table({"a": [f"{n:040d}" for n in range(3000)]})
    pq.write_table(table, path, row_group_size=1000, compression="gzip", use_dictionary=False)
    start = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content = bytearray(path.read_bytes())
    content[start + 40 : start + 400] = b"\0" * 360
    path.write_bytes(content)
    found = rows(path)
    assert [row.number for row in found if row.fault] == [1001]
    assert [row.number for row in found if not row.fault] == [*range(1, 1001), *range(2001, 3001)]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.json", "a.parquet"])
def test_reading_goes_on_after_a_row(tmp_path: Path, name: str) -> None:
    """Rows after a number are the same rows with the same numbers as in a whole run."""
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(pa.table({"a": list(range(50))}), path, row_group_size=7)
    elif name.endswith("csv"):
        path.write_text("a\n" + "".join(f"{n}\n" for n in range(50)))
    else:
        items = [json.dumps({"a": n}) for n in range(50)]
        path.write_text("\n".join(items) if name == "a.jsonl" else "[" + ",\n".join(items) + "]")
    assert rows(path, after=23) == rows(path)[23:]


def test_a_folder_is_named_as_one(tmp_path: Path) -> None:
    """An import reads one file; a folder is there, so it is not missing."""
    with pytest.raises(InputError, match="this is a folder, and an import reads one file"):
        require_file(tmp_path)
