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


UNUSED_ON_SQLITE = {"sqlalchemy.dialects.postgresql", "sqlalchemy.ext.asyncio", "psycopg"}
"""What a store on SQLite has no use for."""

UNUSED_WITHOUT_DOCUMENTS = {
    "assay.contracts.service", "assay.contracts.checks", "assay.contracts.checklist", "assay.context",
    "assay.governance.claims", "license_expression", "assay.reserve.service",
}  # fmt: skip
"""What no command loads that reads a fact and none of the documents."""


def test_a_command_on_sqlite_loads_nothing_of_another_database(program: Path) -> None:
    """No declaration of a table names an option that makes SQLAlchemy import PostgreSQL's dialect."""
    _, loaded = _run(program, ["record", "list"])
    assert UNUSED_ON_SQLITE & loaded == set()
    assert "sqlalchemy.dialects.sqlite" in loaded


def test_lineage_reads_no_document(program: Path) -> None:
    """A fact is traced by the store alone, which assay.toml names."""
    with assay.open(program) as opened:
        identity = next(opened.records.list()).id
    _, loaded = _run(program, ["lineage", identity])
    assert UNUSED_WITHOUT_DOCUMENTS & loaded == set()
    assert "assay.contracts.program" in loaded


@pytest.mark.parametrize("command", ["record list", "review status"])
def test_lists_and_counts_load_no_text_comparison(program: Path, command: str) -> None:
    """The canonical words of the reserve are for commands that compare with it."""
    _, loaded = _run(program, command.split())
    assert {"assay.reserve.service", "assay.reserve.canonical_text"} & loaded == set()


def test_no_command_asks_installed_packages_for_plug_ins_of_pydantic(program: Path) -> None:
    """They would be read before the first document, and could change what it means."""
    printed, _ = _run(program, ["record", "list"], also="pydantic.plugin._loader._plugins")
    assert printed.endswith("None\n")


def test_no_field_of_a_document_is_read_from_its_source_before_a_schema_is_asked_for(
    program: Path,
) -> None:
    """The literals under the fields are described by `core.describe`, for the schema alone."""
    printed, _ = _run(
        program,
        ["record", "list"],
        also="assay.core.describe.field_descriptions.cache_info().misses",
    )
    assert printed.endswith("0\n")


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


def _run(folder: Path, arguments: list[str], also: str = "''") -> tuple[str, set[str]]:
    """What a command prints, with the value of a name when it ended, and every module that it loads."""
    program = (
        f"import sys; sys.argv = ['assay', *{arguments!r}, '-p', {str(folder)!r}]\n"
        "from assay.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "loaded = sorted(sys.modules)\n"
        "import pydantic.plugin._loader, assay.core.describe\n"
        f"print({also})\n"
        "print('LOADED', *loaded)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    printed, loaded = result.stdout.rsplit("LOADED", 1)
    return printed, set(loaded.split())
