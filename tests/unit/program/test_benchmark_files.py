"""A public benchmark of assay.toml is read whole, or the build says why it is not."""

from pathlib import Path

import pytest

import assay
from assay.contracts import service as contracts
from assay.contracts.checks.context import CheckContext
from assay.core.clock import fixed_clock
from assay.core.errors import InputError
from assay.demo.documents import write_program
from assay.demo.evaluation import build_reserve
from assay.program.benchmark_files import read_benchmark
from assay.program.program import Program

ITEMS = build_reserve()[:3]


def program(folder: Path) -> Program:
    """A program with a public benchmark of three items."""
    write_program(folder)
    lines = b"".join(item.canonical() + b"\n" for item in ITEMS)
    (folder / "test-part.jsonl").write_bytes(lines)
    with (folder / "assay.toml").open("a") as settings:
        settings.write('\n[[benchmarks]]\nname = "Test part"\npath = "test-part.jsonl"\n')
    return assay.open(folder, clock=fixed_clock("2026-01-05T09:00:00Z"), who="test")


def test_a_benchmark_is_compared_under_its_name_and_the_digest_of_its_file(tmp_path: Path) -> None:
    """Nothing of it is stored."""
    opened = program(tmp_path / "p")
    [file] = opened.documents.program.benchmarks
    benchmark = read_benchmark(opened.context, file)
    assert (benchmark.name, benchmark.items.items) == ("Test part", 3)
    assert benchmark.digest.startswith("sha256:")
    assert not list(opened.records.list())


def test_a_benchmark_with_a_row_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Part of it would show less than there is."""
    opened = program(tmp_path / "p")
    with (tmp_path / "p" / "test-part.jsonl").open("a") as lines:
        lines.write('{"no": "record"}\n')
    [file] = opened.documents.program.benchmarks
    with pytest.raises(InputError, match="1 rows of the benchmark 'Test part' cannot be read"):
        read_benchmark(opened.context, file)


def test_a_benchmark_that_is_not_there_is_named_by_the_check(tmp_path: Path) -> None:
    """As a data file is."""
    opened = program(tmp_path / "p")
    (tmp_path / "p" / "test-part.jsonl").unlink()
    here = CheckContext(folder=opened.folder)
    issues = [
        issue
        for issue in contracts.check(opened.folder, here).issues
        if "test-part" in issue.message
    ]
    assert [issue.code for issue in issues] == ["no-data-file"]
