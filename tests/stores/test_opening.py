"""A store is made whole, opened only if this release can read it, and refused with a reason."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from assay.core.clock import fixed_clock
from assay.core.errors import AssayError, MachineError, UsageError
from assay.records.record import Record
from assay.store import migrations, versions
from assay.store.store import Store
from assay.store.tables import SCHEMA
from stores.facts import ACTOR, MOMENT, record

CLOCK = fixed_clock(MOMENT)


def refusal(url: str, *, create: bool = False) -> str:
    """The code of the error that opening gives."""
    with pytest.raises(MachineError) as refused:
        Store.open(url, CLOCK, create=create)
    assert refused.value.hint
    return refused.value.code


def add(store: Store, *records: Record) -> None:
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add(records)


@contextmanager
def revision_set(url: str, revision: str) -> Iterator[None]:
    """The store says another revision while the block lasts."""
    with Store.open(url, CLOCK) as store:
        _say_revision(store, revision)
        yield
        _say_revision(store, versions.REVISIONS[-1])


def _say_revision(store: Store, revision: str) -> None:
    with store.snapshot() as connection:
        said = text("UPDATE alembic_version SET version_num = :revision")
        connection.execute(said, {"revision": revision})
        connection.commit()


def test_migrations_make_exactly_the_declared_tables(empty_url: str) -> None:
    """A store made by the migrations has the tables, columns, types and indexes declared."""
    with Store.open(empty_url, CLOCK, create=True) as store, store.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMA.metadata) == []


def test_the_known_revisions_are_the_migrations(tmp_path: Path) -> None:
    """The list that opening goes by is that of the migration files, oldest first."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    found = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(found)) == versions.REVISIONS


def test_making_a_store_again_keeps_what_is_there(empty_url: str) -> None:
    """Opening with `create` a second time changes nothing."""
    with Store.open(empty_url, CLOCK, create=True) as store:
        add(store, record(1))
    with Store.open(empty_url, CLOCK, create=True) as store:
        assert list(store.scan(Record)) == [record(1)]


def test_several_that_make_one_store_at_once_all_get_it(empty_url: str) -> None:
    """Simultaneous first openings make the tables once and none fails."""

    def make(number: int) -> None:
        with Store.open(empty_url, CLOCK, create=True) as store:
            add(store, record(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    with Store.open(empty_url, CLOCK) as store:
        assert store.count(Record) == 4


def test_a_place_without_a_store_is_refused_and_stays_empty(empty_url: str) -> None:
    """Opening what is not there neither makes a file nor a table."""
    assert refusal(empty_url) == "no-store"
    assert refusal(empty_url) == "no-store"
    if empty_url.startswith("sqlite"):
        assert not Path(empty_url.removeprefix("sqlite:///")).exists()


def test_a_store_of_a_newer_release_is_refused(url: str) -> None:
    """An unknown revision is a newer one; neither opening nor making touches it."""
    with revision_set(url, "9999"):
        assert refusal(url) == "store-newer"
        assert refusal(url, create=True) == "store-newer"


def test_a_store_of_an_older_release_says_how_to_go_on(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store behind this release is not read as if it were not."""
    monkeypatch.setattr(versions, "REVISIONS", (*versions.REVISIONS, "9999"))
    assert refusal(url) == "store-older"


@pytest.mark.postgres
def test_a_postgresql_database_that_is_not_there_is_unreachable(server: str) -> None:
    """The server's own words are in the error."""
    assert refusal(server.replace("/postgres?", "/nowhere?")) == "store-unreachable"


def test_a_postgresql_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    """No server behind the socket gives the machine's error, with a hint."""
    assert refusal(f"postgresql://postgres@/store?host={tmp_path}") == "store-unreachable"


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A text file, an empty file and a foreign database are each refused, unchanged."""
    prose, empty, foreign = (tmp_path / name for name in ("prose", "empty", "foreign"))
    prose.write_text("not a database, but long enough to have a header " * 20)
    empty.touch()
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE other (id)")
    connection.close()
    before = prose.read_bytes()
    assert refusal(f"sqlite:///{prose}") == "store-corrupt"
    assert refusal(f"sqlite:///{empty}") == "no-store"
    assert refusal(f"sqlite:///{foreign}") == "no-store"
    assert prose.read_bytes() == before


def test_a_damaged_page_is_said_to_be_damage(
    sqlite_url: str, open_store: Callable[[str], Store]
) -> None:
    """Reading over a broken page of the file is the machine's error, not a traceback."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    schema = file.stat().st_size
    with Store.open(sqlite_url, CLOCK) as store:
        add(store, *(record(number) for number in range(500)))
    content = bytearray(file.read_bytes())
    for page in range(schema, len(content), 8192):
        content[page : page + 200] = b"\xff" * 200
    file.write_bytes(content)
    store = open_store(sqlite_url)
    with pytest.raises(MachineError) as refused:
        list(store.scan(Record))
    assert refused.value.code == "store-corrupt"


@pytest.mark.parametrize(
    "url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "store.db", "", "postgres:x"]
)
def test_an_address_of_no_store_is_refused(url: str) -> None:
    """What is neither a SQLite file nor a PostgreSQL database is a wrong call, with the forms."""
    with pytest.raises(UsageError) as refused:
        Store.open(url, CLOCK)
    assert "sqlite:///path/to/file" in refused.value.hint


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file in the place of the store's folder gives an error that names the folder."""
    (tmp_path / "taken").touch()
    with pytest.raises(AssayError, match="folder cannot be made") as refused:
        Store.open(f"sqlite:///{tmp_path}/taken/store.db", CLOCK, create=True)
    assert refused.value.where.endswith("taken")


def test_a_sqlite_store_flushes_keeps_readers_free_and_wipes(sqlite_url: str) -> None:
    """The settings that the promises rest on are in force on every connection."""
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
    with Store.open(sqlite_url, CLOCK) as store, store.snapshot() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 2, 1, 1, 30_000]


def test_the_witness_of_a_sqlite_store_lies_beside_it(sqlite_url: str) -> None:
    """By default the head of the chain is kept in a file named after the store's."""
    with Store.open(sqlite_url, CLOCK) as store:
        add(store, record(1))
        file = Path(f"{sqlite_url.removeprefix('sqlite:///')}.audit.head")
        assert file.read_text() == f"{1:020d} {store.head().hash}\n"
