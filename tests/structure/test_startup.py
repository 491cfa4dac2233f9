"""The command line starts light."""

import subprocess
import sys
from pathlib import Path

import pytest

import assay
from assay.contracts.service import init
from assay.program.status import program_status
from stores.facts import record as stored_record

HEAVY = {
    "numpy", "pyarrow", "pandas", "scipy", "sqlalchemy", "alembic", "pydantic", "msgspec",
    "cryptography", "jinja2", "httpx", "ruamel", "datasets", "assay.program",
}  # fmt: skip


def test_help_loads_no_heavy_library() -> None:
    """`assay --help` imports no numerical, database, web or document library."""
    program = (
        "import sys; sys.argv = ['assay', '--help']\n"
        "from assay.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('LOADED', *sorted(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.rsplit("LOADED", 1)[1].split())
    assert HEAVY & loaded == set()
    assert "assay.cli.main" in loaded


UNUSED_BY_READERS = {
    "numpy", "pyarrow", "pandas", "scipy", "sklearn", "statsmodels", "alembic", "jinja2", "httpx",
    "datasets", "matplotlib", "assay.quality.service", "assay.quality.gathering",
    "assay.bulk.imports", "assay.records.mapping.record_map", "assay.reserve.contamination",
    "assay.validation.comparison", "assay.releases.service", "assay.program.releases",
}  # fmt: skip
"""What no command loads that only reads counts and single facts."""


@pytest.mark.parametrize(
    "command",
    ["status", "record list", "review status", "lineage {record}", "audit verify"],
    ids=lambda command: command.split(" {")[0],
)
def test_a_command_that_reads_loads_no_statistics(program: Path, command: str) -> None:
    """The status, lists and lineage of a program load no numerical library, reader or exporter."""
    with assay.open(program) as opened:
        identity = next(opened.records.list()).id
    _, loaded = _run(program, command.format(record=identity).split())
    assert UNUSED_BY_READERS & loaded == set()
    assert "assay.store.store" in loaded


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with a record."""
    folder = tmp_path_factory.mktemp("light") / "program"
    init(folder)
    with assay.open(folder) as opened:
        with opened.store.write("record.import", actor="lead") as writing:
            writing.add([stored_record(1, source=opened.documents.sources.classes[-1].id)])
        opened.quality.dispose()
        program_status(opened)
    return folder


def _run(folder: Path, arguments: list[str]) -> tuple[str, set[str]]:
    """What a command prints, and every module that it loads."""
    program = (
        f"import sys; sys.argv = ['assay', *{arguments!r}, '-p', {str(folder)!r}]\n"
        "from assay.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('LOADED', *sorted(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    printed, loaded = result.stdout.rsplit("LOADED", 1)
    return printed, set(loaded.split())
