"""Reading on past damage: every row of a table that can still be read, and where some cannot.

SQLite keeps a table as a tree of pages in the order of its key. A page whose bytes were changed
ends a scan at the first of its rows, though the pages behind it are sound. So the scan goes on at
the next key that can be read, which is found by doubling steps and then by halving.
"""

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Engine, RowMapping, Table, select

from assay.core.errors import MachineError
from assay.store.connection import reading

STREAMED = 500
"""Rows that a scan holds in memory at once; also how many are read one by one behind damage."""

LAST_KEY = 2**62
"""No key of a table is greater."""

CORRUPT = "store-corrupt"
"""The code of errors that a damaged file causes."""


@contextmanager
def reading_anything(engine: Engine) -> Iterator[Connection]:
    """A snapshot in which text that is not UTF-8 is escaped rather than refused."""
    with reading(engine) as connection:
        driver = connection.connection.dbapi_connection
        if not isinstance(driver, sqlite3.Connection):
            yield connection
            return
        driver.text_factory = _escape_non_utf8
        try:
            yield connection
        finally:
            driver.text_factory = str


def rows_past_damage(
    connection: Connection,
    table: Table,
    key: Column[int],
    skipped: Callable[[int, int], None],
    *,
    behind: int = 0,
) -> Iterator[RowMapping]:
    """Every row of a table that can be read, in the order of its key, streamed.

    Args:
        connection: a snapshot.
        table: the table.
        key: its integer primary key.
        skipped: called for every stretch that cannot be read, with the last key before it and the
            last key that was tried in vain.
        behind: the key behind which rows are read.
    """
    scan = _Scan(connection, table, key, skipped)
    after: int | None = behind
    while after is not None:
        try:
            for row in scan.stream(after):
                after = max(after, row[key.name])
                yield row
        except MachineError as error:
            _require_corrupt(error)
        else:
            return
        after = yield from scan.one_by_one(after)


def faults_of_the_file(connection: Connection, most: int) -> list[str]:
    """What SQLite itself finds wrong with the file's structure; nothing on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return []
    try:
        rows = connection.exec_driver_sql(f"PRAGMA quick_check({most})").scalars().all()
    except MachineError as error:
        _require_corrupt(error)
        return [error.message]
    return [str(row) for row in rows if row != "ok"]


@dataclass(frozen=True)
class _Scan:
    """One table, read in the order of its key."""

    connection: Connection
    table: Table
    key: Column[int]
    skipped: Callable[[int, int], None]

    def stream(self, after: int) -> Iterator[RowMapping]:
        """The rows behind a key, many at a time."""
        query = select(self.table).where(self.key > after).order_by(self.key)
        streaming = self.connection.execution_options(yield_per=STREAMED)
        return iter(streaming.execute(query).mappings())

    def one_by_one(self, after: int) -> Generator[RowMapping, None, int | None]:
        """Some rows behind a key, past what cannot be read; gives the last key, None at the end."""
        for _ in range(STREAMED):
            try:
                row = self._first(after)
            except MachineError as error:
                _require_corrupt(error)
                beyond = self._readable_beyond(after)
                self.skipped(after, beyond)
                if beyond >= LAST_KEY:
                    return None
                after = beyond
                continue
            if row is None:
                return None
            after = row[self.key.name]
            yield row
        return after

    def _first(self, after: int) -> RowMapping | None:
        query = select(self.table).where(self.key > after).order_by(self.key).limit(1)
        row = self.connection.execute(query).mappings().first()
        # A damaged page can give keys that were asked for already; going on would never end.
        if row is not None and row[self.key.name] <= after:
            raise MachineError(code=CORRUPT, message="its rows are not in the order of their keys")
        return row

    def _readable_beyond(self, after: int) -> int:
        """The least key found behind which a row, or the end, can be read again."""
        # Doubling first: a damaged page hides few keys in a small table and very many in a large
        # one, and each try costs a read.
        step = 1
        while not self._is_readable(after + step):
            step *= 2
            if after + step >= LAST_KEY:
                return LAST_KEY
        low = step // 2
        while step - low > 1:
            middle = (low + step) // 2
            if self._is_readable(after + middle):
                step = middle
            else:
                low = middle
        return after + step

    def _is_readable(self, after: int) -> bool:
        try:
            self._first(after)
        except MachineError as error:
            _require_corrupt(error)
            return False
        return True


def _require_corrupt(error: MachineError) -> None:
    """Let any other fault of the machine end the scan."""
    if error.code != CORRUPT:
        raise error


def _escape_non_utf8(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")
