"""A file behind an address: whole, of one version, within its budget, and without a secret."""

import sys
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from assay.bulk.fetch import fetch
from assay.core.clock import fixed_clock
from assay.core.errors import AssayError, InputError, MachineError, UsageError
from simulators.file_server import ROWS, FileServer, serving

OTHER = ROWS.replace(b"row", b"cow")
CLOCK = fixed_clock("2026-01-01T00:00:00Z")


@pytest.fixture
def web() -> Iterator[FileServer]:
    with serving() as server:
        yield server


def test_an_object_in_memory_is_fetched_as_it_is(tmp_path: Path) -> None:
    """An object of `memory://` is fetched byte for byte, under its own name."""
    fsspec.filesystem("memory").pipe("/fetch/rows.jsonl", ROWS)
    fetched = fetch("memory://fetch/rows.jsonl", tmp_path, CLOCK)
    assert fetched.path.name == "rows.jsonl"
    assert fetched.path.read_bytes() == ROWS
    assert fetched.origin == "memory://fetch/rows.jsonl, fetched 2026-01-01T00:00:00Z"


def test_an_object_that_is_not_there_is_a_fault_of_the_input(tmp_path: Path) -> None:
    """An address that leads to nothing is refused by name."""
    with pytest.raises(InputError, match="no such file"):
        fetch("memory://fetch/nothing.jsonl", tmp_path, CLOCK)


@pytest.mark.parametrize("takes_range", [True, False])
def test_a_file_is_fetched_whole_though_it_is_cut(
    web: FileServer, tmp_path: Path, takes_range: bool
) -> None:
    """A file that is cut in the middle goes on by Range, and starts over where there is none."""
    web.takes_range, web.cuts = takes_range, [9_000]
    fetched = fetch(web.address, tmp_path, CLOCK, allow_private=True)
    assert fetched.path.read_bytes() == ROWS
    assert any(web.ranges) == takes_range
    assert bool(fetched.revision) == takes_range


def test_a_file_that_changes_in_between_is_of_one_version(web: FileServer, tmp_path: Path) -> None:
    """Content that changes between two connections is fetched anew, never mixed."""
    web.cuts = [9_000]
    web.after_cut = lambda: setattr(web, "content", OTHER)
    assert fetch(web.address, tmp_path, CLOCK, allow_private=True).path.read_bytes() == OTHER


def test_a_later_run_goes_on_where_the_first_one_ended(web: FileServer, tmp_path: Path) -> None:
    """What an earlier run left is gone on from; a whole file costs one byte."""
    web.cuts = [9_000, 0, 0, 0, 0, 0]
    with pytest.raises(MachineError, match="without progress"):
        fetch(web.address, tmp_path, CLOCK, allow_private=True)
    web.cuts = []
    web.ranges.clear()
    for _ in range(2):
        assert fetch(web.address, tmp_path, CLOCK, allow_private=True).path.read_bytes() == ROWS
    assert web.ranges[0].startswith("bytes=")
    assert web.ranges[1] == f"bytes={len(ROWS) - 1}-"


def test_a_budget_bounds_what_is_fetched(web: FileServer, tmp_path: Path) -> None:
    """A file larger than its budget is refused, on the web and in a store of objects."""
    fsspec.filesystem("memory").pipe("/fetch/large.jsonl", ROWS)
    for address in (web.address, "memory://fetch/large.jsonl"):
        with pytest.raises(InputError, match="more than 1000 bytes"):
            fetch(address, tmp_path, CLOCK, max_bytes=1_000, allow_private=True)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "localhost"]
)
def test_a_private_address_is_refused(tmp_path: Path, host: str) -> None:
    """An address inside a network is refused before any connection."""
    with pytest.raises(UsageError, match="not public"):
        fetch(f"https://{host}/rows.jsonl", tmp_path, CLOCK)


def test_plain_http_is_refused(tmp_path: Path) -> None:
    """An address of `http://` is refused unless private addresses are permitted."""
    with pytest.raises(UsageError, match="not https"):
        fetch("http://127.0.0.1/rows.jsonl", tmp_path, CLOCK)


def test_a_redirect_to_another_scheme_is_refused(web: FileServer, tmp_path: Path) -> None:
    """A server cannot lead a fetch to another scheme."""
    web.redirect = "file:///etc/passwd"
    with pytest.raises(InputError, match="another scheme"):
        fetch(web.address, tmp_path, CLOCK, allow_private=True)


def test_a_query_is_neither_recorded_nor_shown(web: FileServer, tmp_path: Path) -> None:
    """The secret of a signed address is in no origin, no file and no error."""
    fetched = fetch(f"{web.address}?sig=hush", tmp_path, CLOCK, allow_private=True)
    assert "hush" not in fetched.origin
    assert not [path for path in tmp_path.rglob("*") if b"hush" in str(path).encode()]
    assert not [path for path in tmp_path.rglob("*.json*") if b"hush" in path.read_bytes()]
    web.redirect = "file:///x"
    with pytest.raises(AssayError) as refused:
        fetch(f"{web.address}?sig=hush", tmp_path, CLOCK, allow_private=True)
    assert "hush" not in str(refused.value)


def test_credentials_in_an_address_are_refused(tmp_path: Path) -> None:
    """An address with a password is refused, and the error does not repeat it."""
    with pytest.raises(UsageError, match="user name or a password") as refused:
        fetch("s3://key:hush@bucket/rows.jsonl", tmp_path, CLOCK)
    assert "hush" not in str(refused.value)


def test_a_missing_library_is_named_with_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the library of a protocol the error names the extra and how to install it."""
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MachineError) as missing:
        fetch("s3://bucket/rows.jsonl", tmp_path, CLOCK)
    assert "pip install 'assay[remote]'" in str(missing.value)
