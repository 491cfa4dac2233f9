"""Connections: two databases, one behaviour.

Readers see one snapshot; a writer holds the store's one write lock from its first statement to
its commit, and a commit is on the disk before it returns.
"""

import importlib.util
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    QueuePool,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from assay.core.errors import MachineError, UsageError, missing_extra
from assay.core.private import FOLDER_MODE, narrow, private_opener
from assay.store.faults import fault, translate

WAIT_SECONDS = 30
"""How long a writer waits for the writer before it."""

_SQLITE_SETTINGS: Sequence[str] = (
    f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}",
    # Seven records of a kilobyte in a page instead of three: a seventh of the file less. A file that
    # is there keeps its pages; the setting must come before the log.
    "PRAGMA page_size = 8192",
    # Readers go on reading the last commit while somebody writes.
    "PRAGMA journal_mode = WAL",
    # With NORMAL, a power cut may lose commits that were acknowledged.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Deleted drafts and sessions are overwritten, instead of staying in free pages of the file.
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 4000",
)
_DAMAGED_SQLITE_SETTINGS: Sequence[str] = (
    f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}",
    "PRAGMA query_only = ON",
    # Read what can be read of the list of tables, instead of refusing all of it.
    "PRAGMA writable_schema = ON",
)
_POSTGRES_SETTINGS: Sequence[str] = (
    f"SET lock_timeout = '{WAIT_SECONDS}s'",
    "SET synchronous_commit = on",
)


class _Cursor(Protocol):
    def execute(self, statement: str, /) -> Any: ...
    def close(self) -> Any: ...


class _DriverConnection(Protocol):
    def cursor(self) -> _Cursor: ...
    def commit(self) -> None: ...
    def close(self) -> None: ...


def open_engine(url: str, *, damaged: bool = False) -> Engine:
    """An engine with the settings that the store's guarantees rest on. It opens no connection.

    Args:
        url: where the store is.
        damaged: read what can be read of a damaged SQLite file, and write nothing.

    Raises:
        UsageError: if the URL names neither SQLite with a file nor PostgreSQL.
        MachineError: if PostgreSQL's driver is not installed.
    """
    address = _address(url)
    if is_sqlite(address):
        engine = create_engine(
            address,
            poolclass=QueuePool,
            max_overflow=-1,
            connect_args={"isolation_level": None, "timeout": WAIT_SECONDS},
        )
        event.listen(engine, "begin", _begin_sqlite)
        settings = _DAMAGED_SQLITE_SETTINGS if damaged else _SQLITE_SETTINGS
    else:
        engine = create_engine(address, max_overflow=-1)
        settings = _POSTGRES_SETTINGS
    translate(engine)

    def configure(connection: _DriverConnection, _: object) -> None:
        _configure(connection, settings)

    event.listen(engine, "connect", configure)
    return engine


def is_sqlite(url: URL) -> bool:
    """Whether the URL names a SQLite file."""
    return url.get_backend_name() == "sqlite"


def sqlite_file(engine: Engine) -> Path | None:
    """The file of a SQLite store; None for PostgreSQL."""
    return Path(engine.url.database or "") if is_sqlite(engine.url) else None


def keep_private(engine: Engine, *, create: bool) -> None:
    """Let nobody else read a SQLite store: its file, its write-ahead log and its index.

    SQLite gives the two that it makes itself the permissions of the database file.

    Args:
        engine: the store's engine.
        create: make the file, and its folder, where they are not there.

    Raises:
        MachineError: if the file cannot be made.
    """
    file = sqlite_file(engine)
    if file is None:
        return
    if create and not file.exists():
        _make_file(file)
    for suffix in ("", "-wal", "-shm", "-journal"):
        narrow(file.with_name(f"{file.name}{suffix}"))


def _make_file(file: Path) -> None:
    with _making("the store's folder", file.parent):
        file.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with _making("the store", file):
        os.close(private_opener(str(file), os.O_RDWR | os.O_CREAT))


@contextmanager
def _making(what: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MachineError(
            code="store-read-only",
            message=f"{what} cannot be made: {error.strerror}",
            where=str(path),
            hint="check the permissions of the folder above it",
        ) from error


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise _unknown_url(url) from None
    if is_sqlite(address) and address.database not in {None, "", ":memory:"}:
        return address.set(drivername="sqlite+pysqlite")
    if address.get_backend_name() == "postgresql":
        if importlib.util.find_spec("psycopg") is None:
            raise missing_extra("postgres", "a store on PostgreSQL")
        return address.set(drivername="postgresql+psycopg")
    raise _unknown_url(url)


def _unknown_url(url: str) -> UsageError:
    return UsageError(
        code="unknown-store",
        message=f"{url.partition(':')[0]!r} is not a store that Assay knows, or names no file",
        hint="write sqlite:///path/to/file or postgresql://user@host/database",
    )


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("single"):
        return
    # A writer takes the lock at once. A transaction that begins by reading and writes later is
    # refused without waiting, where another one has written in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def _configure(connection: _DriverConnection, settings: Sequence[str]) -> None:
    cursor = connection.cursor()
    try:
        for setting in settings:
            cursor.execute(setting)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        raise fault(error) or error from error
    cursor.close()
    connection.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one snapshot of the store until it is closed."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def single_reads(engine: Engine) -> Engine:
    """The engine for reads of one statement, which needs no transaction to see one snapshot."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.execution_options(single=True)


@contextmanager
def unwaiting(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements commit one by one, and on SQLite wait for no other writer."""
    with single_reads(engine).connect() as connection:
        if engine.dialect.name == "postgresql":
            yield connection
            return
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            yield connection
        finally:
            # The connection goes back to the pool of those that wait.
            connection.exec_driver_sql(_SQLITE_SETTINGS[0])


@contextmanager
def writing(engine: Engine, lock: Table) -> Iterator[Connection]:
    """A transaction that holds the store's write lock and commits when the block ends.

    Args:
        engine: the store's engine.
        lock: the table that every writer locks on PostgreSQL; readers go on reading it.
    """
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"LOCK TABLE {lock.name} IN EXCLUSIVE MODE"))
        yield connection


def among(connection: Connection, column: ColumnElement[str], values: Sequence[str]) -> Any:
    """The condition that a column holds one of the values, however many there are.

    They travel as one JSON parameter, which neither database limits as it limits parameters.
    """
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB  # noqa: PLC0415  SQLite needs none of it

        parameter = bindparam(None, list(values), JSONB)
        listed = select(func.jsonb_array_elements_text(parameter).column_valued("given"))
    else:
        parameter = bindparam(None, msgspec.json.encode(list(values)).decode(), Text)
        listed = select(func.json_each(parameter).table_valued("value").c.value)
    return column.in_(listed)


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows of values that the driver takes as they are; there is at least one.

    Compiled and processed by SQLAlchemy, a row of a large import costs half as much again.

    Args:
        connection: the transaction.
        table: the table.
        columns: the columns, in the order of the values.
        rows: the values of each row.
    """
    quote = connection.dialect.identifier_preparer.quote
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    names, marks = ", ".join(map(quote, columns)), ", ".join([mark] * len(columns))
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"  # noqa: S608  names of our schema
    connection.exec_driver_sql(statement, list(rows))


def require_file(engine: Engine) -> None:
    """Refuse a SQLite store whose file is not there, rather than make an empty one.

    Raises:
        MachineError: if the file is missing.
    """
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        raise MachineError(
            code="no-store",
            message="there is no store here",
            where=str(file),
            hint="make one with `assay init`, or correct the store's address in assay.toml",
        )
