"""Derived results: what was computed from the facts up to an audit entry, kept to be continued.

They are no evidence and in no audit entry: each can be dropped, and is made again from the facts,
to the same bytes. One that may be stale is not given out: its entry must still be in the chain as
it was, and its bytes must be those that were kept. Whether its version and its documents are those
in force is for the reader to say.
"""

from typing import Any

import msgspec
from sqlalchemy import Engine, Table, delete, select

from assay.core.digest import sha256_hex
from assay.core.errors import MachineError
from assay.core.ports import Checkpoint
from assay.store.connection import unwaiting
from assay.store.store import Store


class DerivedResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result, and what it was derived from."""

    name: str
    """What it is, such as `coverage`."""
    version: int
    """Version of the rule that made it, from 1."""
    documents: str
    """Digest of all that it depends on beside the facts: the documents in force, the release."""
    head: Checkpoint
    """The last audit entry whose facts it counts."""
    body: bytes
    """The result, as its stage encodes it."""


class DerivedResults:
    """Reads and keeps derived results."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._table = store.schema.derived

    def read(self, name: str) -> DerivedResult | None:
        """The result of this name; None where there is none, or none that the chain still bears out."""
        columns, entries = self._table.c, self._store.schema.entries.c
        query = (
            select(self._table)
            .join(self._store.schema.entries, entries.number == columns.entry)
            .where(columns.name == name, entries.hash == columns.hash)
        )
        row = next(iter(self._store.ask(query, {})), None)
        if row is None or sha256_hex(row.body) != row.digest:
            return None
        return DerivedResult(
            name=row.name,
            version=row.version,
            documents=row.documents,
            head=Checkpoint(number=row.entry, hash=row.hash),
            body=row.body,
        )

    def keep(self, result: DerivedResult) -> bool:
        """Keep a result in place of the one before it.

        Returns:
            Whether it was kept. Where another process writes, or the store cannot be written, it is
            not: nobody waits for what can be made again.
        """
        row = {
            "name": result.name,
            "version": result.version,
            "documents": result.documents,
            "entry": result.head.number,
            "hash": result.head.hash,
            "digest": sha256_hex(result.body),
            "body": result.body,
        }
        engine = self._store.engine
        replacing = _insert(engine, self._table).values(row)
        replacing = replacing.on_conflict_do_update(index_elements=["name"], set_=row)
        try:
            with unwaiting(engine) as connection:
                connection.execute(replacing)
        except MachineError:
            return False
        return True

    def drop(self) -> int:
        """Drop every result; how many there were."""
        with self._store.session() as session:
            return session.connection.execute(delete(self._table)).rowcount


def _insert(engine: Engine, table: Table) -> Any:
    """An insert that may replace, in the database's own dialect; the other is not loaded."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415  SQLite needs none of it

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415  beside the other

    return sqlite.insert(table)
