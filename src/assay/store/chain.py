"""The audit chain: one entry for each change, each holding the hash of the one before it.

An entry says who did what, when, and for every append-only table which rows came with it: the
first sequence number, how many, and one digest over the digests of the rows in their order.
"""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection, Table, select

from assay.core.canonical import encode_fact
from assay.core.digest import sha256, sha256_hex
from assay.core.fact import Value
from assay.core.lineage import Edge
from assay.core.ports import Checkpoint, Import, Origin


class Share(Value):
    """The rows of one table that came with one entry."""

    first: int
    """Sequence number of the first of them; the others follow without a gap."""
    count: int
    """How many they are, from 1."""
    digest: str
    """`core.digest.chain` over the rows' digests in their order, hexadecimal."""


class Entry(Value):
    """One link of the chain. Its hash is the SHA-256 of its canonical bytes."""

    number: int
    """Its place, counted from 1 without gaps."""
    previous: str
    """Hash of the entry before it, hexadecimal; empty for the first."""
    at: str
    """When, as UTC in ISO 8601: information, never an order."""
    actor: str
    """Name under which the person or program that acted is recorded."""
    action: str
    """What was done, as `resource.verb`."""
    rows: Mapping[str, Share]
    """What came with it: table -> share."""
    subject: str = ""
    """What it was done to."""
    documents: Mapping[str, str] = {}
    """Ids of the documents in force."""
    imports: Mapping[str, str] = {}
    """Imports that it moved on: number -> SHA-256 of the import as it was then, hexadecimal."""


class ShareTally:
    """Counts the rows of one share and digests them as they come."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.count = 0
        self._state = hashlib.sha256()

    @property
    def next(self) -> int:
        """The sequence number of the row that would come next."""
        return self.first + self.count

    def add(self, digest: bytes) -> None:
        """Take in the 32-byte digest of the next row."""
        self.count += 1
        self._state.update(digest)

    def share(self) -> Share:
        """What the rows so far amount to."""
        return Share(first=self.first, count=self.count, digest=self._state.hexdigest())


def row_digest(row: Edge | Origin) -> bytes:
    """The digest of an edge or an origin: SHA-256 of its canonical bytes."""
    return sha256(encode_fact(row))


def import_digest(imported: Import) -> str:
    """The digest of an import as far as it has come: its file, its way and its counts."""
    return sha256_hex(encode_fact(imported))


def seal(entry: Entry) -> tuple[bytes, Checkpoint]:
    """The canonical bytes of an entry, and the head of a chain that ends with it."""
    body = encode_fact(entry)
    return body, Checkpoint(number=entry.number, hash=sha256_hex(body))


def read_head(connection: Connection, entries: Table) -> Checkpoint:
    """The newest entry as the database has it."""
    columns = entries.c
    newest = select(columns.number, columns.hash).order_by(columns.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return Checkpoint(number=row[0], hash=row[1]) if row else Checkpoint(number=0, hash="")


def read_hash(connection: Connection, entries: Table, number: int) -> str | None:
    """The hash of the entry with this number; None if it is not there."""
    return connection.execute(
        select(entries.c.hash).where(entries.c.number == number)
    ).scalar_one_or_none()


def first_behind(connection: Connection, table: Table, entry: int) -> int | None:
    """The sequence number of the first row that came after an entry; None where none did.

    Rows are in the order of their entries, so it is sought by the key: in steps that double from the
    newest row, then by halves. No index on the entry is needed, which each write would pay for.
    """
    columns = table.c
    newest_first = select(columns.seq, columns.entry).order_by(columns.seq.desc()).limit(1)
    newest = connection.execute(newest_first).first()
    if newest is None or newest.entry <= entry:
        return None
    behind, step = int(newest.seq), 1
    before = 0
    while behind - step > 0:
        row = connection.execute(newest_first.where(columns.seq <= behind - step)).first()
        if row is None or row.entry <= entry:
            before = behind - step
            break
        behind, step = int(row.seq), step * 2
    while behind - before > 1:
        middle = (before + behind) // 2
        row = connection.execute(newest_first.where(columns.seq <= middle)).first()
        if row is None or row.entry <= entry:
            before = middle
        else:
            behind = int(row.seq)
    return behind
