"""Inspect's packed logs as rows: what is read, and where reading ends."""

import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from assay.bulk import eval_archive
from assay.bulk.rows import DiskFile
from assay.core.errors import InputError
from assay.records.ports import Layout, Row, row_values

HEADER = {"version": 2, "status": "success", "eval": {"task": "depth"}}
SAMPLE = {"id": 1, "epoch": 1, "scores": {"match": {"value": "C"}}}

Members = dict[str, bytes]
Write = Callable[[Path, Members], None]


def _log(**samples: Any) -> Members:
    members = {"_journal/start.json": b"{}", "header.json": json.dumps(HEADER).encode()}
    return members | {
        f"samples/{name}.json": value if isinstance(value, bytes) else json.dumps(value).encode()
        for name, value in samples.items()
    }


def _deflated(path: Path, members: Members) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _zstandard(path: Path, members: Members) -> None:
    """An archive as today's Inspect packs it; the standard library cannot write one."""
    body, directory = b"", b""
    for name, content in members.items():
        packed = pa.compress(content, codec="zstd", asbytes=True)
        common = struct.pack(
            "<HHHHHIIIHH", 20, 0, 93, 0, 0, zlib.crc32(content), len(packed), len(content),
            len(name), 0,
        )  # fmt: skip
        directory += (
            b"PK\x01\x02" + struct.pack("<H", 20) + common
            + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        )  # fmt: skip
        body += b"PK\x03\x04" + common + name.encode() + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    path.write_bytes(body + directory + b"PK\x05\x06" + end)


def _rows(path: Path, **layout: Any) -> list[Row]:
    return list(DiskFile(path, Layout(nan_is_null=True, **layout)).rows())


@pytest.mark.parametrize("write", [_deflated, _zstandard])
def test_each_sample_stands_beside_its_log(write: Write, tmp_path: Path) -> None:
    """The same row as from the log in JSON, whichever way the members are packed."""
    path = tmp_path / "run.eval"
    write(path, _log(one=SAMPLE, two=b'{"id": 2, "scores": {"m": {"value": NaN}}}'))
    first, second = _rows(path)
    assert row_values(first) == {"rest": HEADER, "item": SAMPLE}
    assert row_values(second)["item"]["scores"] == {"m": {"value": None}}
    assert (first.number, second.number) == (1, 2)


@pytest.mark.parametrize("write", [_deflated, _zstandard])
def test_a_sample_beyond_the_limit_costs_only_itself(write: Write, tmp_path: Path) -> None:
    """What is unpacked is counted; a size that an archive states is not relied on."""
    path = tmp_path / "run.eval"
    write(path, _log(long={"id": 1, "text": "x" * 9000}, short=SAMPLE))
    long, short = _rows(path, max_row_bytes=2000)
    assert long.fault is not None
    assert long.fault.code == "row-too-long"
    assert row_values(short)["item"] == SAMPLE


@pytest.mark.parametrize("write", [_deflated, _zstandard])
def test_a_damaged_member_costs_only_itself(write: Write, tmp_path: Path) -> None:
    """Its checksum shows that its bytes are not those that were packed."""
    path = tmp_path / "run.eval"
    write(path, _log(bad={"id": 1, "text": "abcdefgh" * 40}, good=SAMPLE))
    content = bytearray(path.read_bytes())
    place = content.index(b"samples/bad.json") + len("samples/bad.json") + 20
    content[place] ^= 0xFF
    path.write_bytes(bytes(content))
    bad, good = _rows(path)
    assert bad.fault is not None
    assert bad.fault.where == "samples/bad.json"
    assert row_values(good)["item"] == SAMPLE


def test_a_log_without_its_end_says_that_it_did_not_finish(tmp_path: Path) -> None:
    """Of an unfinished evaluation the start alone was written."""
    path = tmp_path / "run.eval"
    start = json.dumps({"eval": {"task": "depth"}}).encode()
    _deflated(path, {"_journal/start.json": start, "samples/one.json": json.dumps(SAMPLE).encode()})
    (row,) = _rows(path)
    assert row_values(row)["rest"]["status"] == "started"


@pytest.mark.parametrize(
    ("members", "code"),
    [({"samples/one.json": b"{}"}, "not-an-eval-log"), ({"header.json": b"[]"}, "not-an-object")],
)
def test_an_archive_that_is_no_log_is_refused(members: Members, code: str, tmp_path: Path) -> None:
    """Each fault has its code."""
    path = tmp_path / "run.eval"
    _deflated(path, members)
    with pytest.raises(InputError) as caught:
        _rows(path)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("budget", "code"), [("MAX_MEMBERS", "too-many-members"), ("MAX_UNPACKED", "too-much-unpacked")]
)
def test_an_archive_has_a_budget(
    budget: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes can state any number of members and unpack to any size."""
    path = tmp_path / "run.eval"
    _deflated(path, _log(one=SAMPLE, two=SAMPLE))
    monkeypatch.setattr(eval_archive, budget, 3)
    with pytest.raises(InputError) as caught:
        _rows(path)
    assert caught.value.code == code
