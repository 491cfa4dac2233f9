"""The ledger of failed sign-ins: one small file that every server process of a machine shares.

It is no part of the store: a try costs no flush of the disk, and a machine that stops may forget
some. What is in it are counts under keyed digests.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from assay.core.errors import MachineError
from assay.core.private import private_opener
from assay.governance.failed_sign_ins import MOST_NAMES, OpenLedger, Tries

_WAIT_SECONDS = 30
_PAUSE_SECONDS = 0.01
_TABLE = """
CREATE TABLE IF NOT EXISTS tries (
    key TEXT PRIMARY KEY, body BLOB NOT NULL, changed REAL NOT NULL
) WITHOUT ROWID
"""
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    # Counts that a power cut loses cost less than a flush of the disk for every wrong password.
    "PRAGMA synchronous = OFF",
    _TABLE,
    "CREATE INDEX IF NOT EXISTS tries_changed ON tries (changed)",
)


class FileLedger:
    """A ledger in a SQLite file; implements `governance.failed_sign_ins.Ledger`."""

    def __init__(self, file: Path) -> None:
        """Name the file; it is made when something is first counted.

        Args:
            file: where it is; nobody else of the machine may read it.
        """
        self._file = file

    @contextmanager
    def open(self) -> Iterator[OpenLedger]:
        """The ledger, while no other process and no other thread changes it.

        Raises:
            MachineError: if the file cannot be used; then no password is looked at.
        """
        try:
            connection = self._connect()
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error
        try:
            # A count is read and raised under one lock: of tries at the same time, whichever
            # process they come to, none is lost.
            connection.execute("BEGIN IMMEDIATE")
            yield _Open(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._opened_file()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in {
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
            }:
                raise
        # A machine that stopped may have left it torn. Counts of before are then forgotten.
        for suffix in ("", "-wal", "-shm"):
            self._file.with_name(f"{self._file.name}{suffix}").unlink(missing_ok=True)
        return self._opened_file()

    def _opened_file(self) -> sqlite3.Connection:
        if not self._file.exists():
            os.close(private_opener(str(self._file), os.O_RDWR | os.O_CREAT))
        connection = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            _apply_settings(connection)
        except BaseException:
            # Whatever ended it, an interruption too: nobody else would close the file.
            connection.close()
            raise
        return connection

    def _unusable(self, error: Exception) -> MachineError:
        return MachineError(
            code="sign-ins-uncounted",
            message=f"failed sign-ins cannot be counted, so no password is looked at: {error}",
            where=str(self._file),
            hint="free some space, or check the permissions of the file; it may be removed",
        )


def _apply_settings(connection: sqlite3.Connection) -> None:
    """Run the settings, trying again while another process switches the same new file to WAL.

    SQLite answers "database is locked" to the second one at once: its busy timeout does not cover
    the change of the journal's mode.
    """
    last_try = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            for statement in _SETTINGS:
                connection.execute(statement)
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > last_try:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


class _Open:
    """The ledger inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> Tries | None:
        """What is counted under a key."""
        row = self._connection.execute("SELECT body FROM tries WHERE key = ?", (key,)).fetchone()
        return msgspec.json.decode(row[0], type=Tries) if row else None

    def put(self, key: str, tries: Tries) -> None:
        """Count this under a key from now on; the oldest key beyond the most is dropped."""
        row = (key, msgspec.json.encode(tries), tries.tried_at)
        self._connection.execute("INSERT OR REPLACE INTO tries VALUES (?, ?, ?)", row)
        [count] = self._connection.execute("SELECT count(*) FROM tries").fetchone()
        self._connection.execute(
            "DELETE FROM tries WHERE key IN (SELECT key FROM tries ORDER BY changed LIMIT ?)",
            (max(0, count - MOST_NAMES),),
        )

    def drop(self, key: str) -> None:
        """Delete what is counted under a key."""
        self._connection.execute("DELETE FROM tries WHERE key = ?", (key,))

    def under(self, beginning: str) -> list[tuple[str, Tries]]:
        """Every key that begins so."""
        rows = self._connection.execute(
            "SELECT key, body FROM tries WHERE substr(key, 1, ?) = ?", (len(beginning), beginning)
        )
        return [(key, msgspec.json.decode(body, type=Tries)) for key, body in rows]
