"""The look at a store before figures are computed from it: cheap, bounded, and named in its errors.

An audit reads every row, which takes seconds for a hundred thousand of them. The look reads what
a lost page, a lost table, cut rows or an older copy leaves behind: the structure of the file, the
list of tables, the newest entries of the chain, and how many rows each table holds. A fact whose
bytes were changed is refused where it is read (`store.Store`). What neither sees is a changed index
column, which an audit finds.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Table, inspect, select

from assay.core.digest import sha256_hex
from assay.core.errors import MachineError
from assay.core.ports import Checkpoint
from assay.store.audit import AuditFinding, as_bytes, verify
from assay.store.chain import Entry, read_hash
from assay.store.connection import sqlite_file
from assay.store.damage import CORRUPT, faults_of_the_file
from assay.store.store import Store
from assay.store.tables import last_number
from assay.store.witness import cut_error

MOST_BYTES = 256 << 20
"""A file above this size is not checked page by page; below it that takes less than a second."""

NEWEST = 200
"""Entries at the end of the chain that are compared with their hashes and their tables."""

MOST_COUNTED = 1_000_000
"""Rows of a table above which they are not counted one by one."""

MOST_AUDITED = 20_000
"""Rows of a store above which it is not audited whole before its figures are printed."""

_SHOWN_FAULTS = 5
"""Faults of the file that are read; one is enough to refuse it."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at a store saw."""

    rows: int
    """Append-only rows of all tables, by their last numbers."""
    entries: int
    """Newest entries of the chain that were compared with their hashes."""
    structure: bool
    """Whether the file was checked page by page: it is a SQLite file that is small enough."""
    findings: tuple[AuditFinding, ...]
    """What is not as it was written."""

    @property
    def extent(self) -> str:
        """What was looked at, in words."""
        pages = "every page of the file, " if self.structure else ""
        return (
            f"{pages}the list of tables, the newest {self.entries} audit entries and the number of "
            f"rows in each table ({self.rows} in all)"
        )


def look(store: Store) -> Look:
    """Look at a store, within the limits of this module.

    Raises:
        MachineError: if the store is out of reach, or older than what was witnessed of it.
    """
    # Read before the snapshot is taken: another process may write on meanwhile.
    witnessed = store.witness.read() if store.witness else None
    with store.snapshot() as connection:
        structure = _is_small(store)
        faults = faults_of_the_file(connection, _SHOWN_FAULTS) if structure else []
        findings = [_file_damaged(fault) for fault in faults]
        findings += _missing_tables(store, connection)
        if findings:
            return Look(rows=0, entries=0, structure=structure, findings=tuple(findings))
        if witnessed is not None:
            _refuse_older(store, connection, witnessed)
        newest = _newest_entries(store, connection)
        findings += _faults_of_the_chain(newest)
        sizes = _sizes(connection, _tables(store))
        findings += _faults_of_sizes(newest, sizes)
    return Look(
        rows=sum(last for _, last in sizes.values()),
        entries=len(newest),
        structure=structure,
        findings=tuple(findings),
    )


def require_sound(store: Store) -> Look:
    """Refuse a store at which a look finds damage.

    Returns:
        What was looked at.

    Raises:
        MachineError: with the first finding, its place, and how many there are.
    """
    try:
        seen = look(store)
    except (ArithmeticError, LookupError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise damage_error(
            store, [AuditFinding(code="unreadable", where="the store", message=f"{error}")]
        ) from error
    if seen.findings:
        raise damage_error(store, seen.findings)
    return seen


def require_audited(store: Store, seen: Look) -> int:
    """Refuse a damaged store before its figures are printed: after a look, an audit if it is small.

    Args:
        store: the store.
        seen: what `require_sound` saw of it.

    Returns:
        How many rows were not read, because the store holds more than `MOST_AUDITED`; 0 if all were.

    Raises:
        MachineError: with the first finding, its place, and how many there are.
    """
    if seen.rows > MOST_AUDITED:
        return seen.rows
    findings = findings_of_an_audit(store)
    if findings:
        raise damage_error(store, findings)
    return 0


def is_large(store: Store) -> bool:
    """Whether a store holds more rows than `MOST_AUDITED`, by the last number of each table."""
    with store.snapshot() as connection:
        return sum(_lasts(connection, _tables(store)).values()) > MOST_AUDITED


def findings_of_an_audit(store: Store) -> list[AuditFinding]:
    """What an audit finds wrong; that no head is kept outside the database is no damage."""
    return [finding for finding in verify(store).findings if finding.code != "no-witness"]


def damage_error(
    store: Store, findings: "list[AuditFinding] | tuple[AuditFinding, ...]"
) -> MachineError:
    """The refusal of a damaged store: where, what, and what to do."""
    first = findings[0]
    noun = "finding" if len(findings) == 1 else "findings"
    return MachineError(
        code=CORRUPT,
        message=f"the store is damaged: {first.where}: {first.message} [{first.code}]; "
        f"{len(findings)} {noun} so far",
        where=store.url,
        hint="`assay audit verify` lists all damage; restore the store from a backup",
    )


def _is_small(store: Store) -> bool:
    file = sqlite_file(store.engine)
    return file is not None and file.stat().st_size <= MOST_BYTES


def _file_damaged(fault: str) -> AuditFinding:
    return AuditFinding(code="file-damaged", where="the database file", message=fault)


def _missing_tables(store: Store, connection: Connection) -> list[AuditFinding]:
    there = set(inspect(connection).get_table_names())
    return [
        AuditFinding(code="table-missing", where=name, message="the store has no such table")
        for name in sorted(store.schema.metadata.tables)
        if name not in there
    ]


def _refuse_older(store: Store, connection: Connection, witnessed: Checkpoint) -> None:
    assert store.witness is not None
    if read_hash(connection, store.schema.entries, witnessed.number) != witnessed.hash:
        raise cut_error(witnessed, store.witness.file)


def _newest_entries(store: Store, connection: Connection) -> list[tuple[int, str, bytes]]:
    """Number, hash and bytes of the newest entries, newest first."""
    columns = store.schema.entries.c
    query = select(columns.number, columns.hash, columns.body)
    rows = connection.execute(query.order_by(columns.number.desc()).limit(NEWEST))
    return [(number, stored_hash, as_bytes(body)) for number, stored_hash, body in rows]


def _faults_of_the_chain(newest: list[tuple[int, str, bytes]]) -> Iterator[AuditFinding]:
    follower: Entry | None = None
    for number, stored_hash, body in newest:
        where = f"entry {number}"
        if sha256_hex(body) != stored_hash:
            yield AuditFinding(
                code="entry-changed", where=where,
                message="its bytes do not have the hash kept with them",
            )  # fmt: skip
            return
        if follower and (follower.previous != stored_hash or follower.number != number + 1):
            yield AuditFinding(
                code="chain-broken",
                where=f"entry {follower.number}",
                message=f"it does not follow entry {number}, the one before it",
            )
        follower = msgspec.json.decode(body, type=Entry)


def _faults_of_sizes(
    newest: list[tuple[int, str, bytes]], sizes: dict[str, tuple[int | None, int]]
) -> Iterator[AuditFinding]:
    """Tables that do not end where the chain says, or have gaps."""
    ends: dict[str, tuple[int, int]] = {}
    for number, _, body in newest:
        for name, share in msgspec.json.decode(body, type=Entry).rows.items():
            ends.setdefault(name, (number, share.first + share.count - 1))
    for name, (count, last) in sizes.items():
        number, end = ends.get(name, (0, last))
        if end != last:
            yield AuditFinding(
                code="rows-differ",
                where=name,
                message=f"its last row is {last}, and by entry {number} of the chain it is {end}",
            )
        elif count is not None and count != last:
            yield AuditFinding(
                code="rows-missing",
                where=name,
                message=f"it holds {count} rows, and the last of them is row {last}",
            )


def _tables(store: Store) -> list[Table]:
    schema = store.schema
    return [*(family_table.table for family_table in schema.families), schema.edges, schema.origins]


def _sizes(connection: Connection, tables: Sequence[Table]) -> dict[str, tuple[int | None, int]]:
    """How many rows a table has, None where they are too many to count; and the number of its last."""
    lasts = _lasts(connection, tables)
    counted = [table for table in tables if lasts[table.name] <= MOST_COUNTED]
    # A row of origins joins as many as its length says.
    counts = _figures(
        connection,
        counted,
        lambda table: (
            f"SELECT {'sum(length)' if 'length' in table.c else 'count(*)'} FROM {table.name}"  # noqa: S608
        ),
    )
    return {name: (counts.get(name), last) for name, last in lasts.items()}


def _lasts(connection: Connection, tables: Sequence[Table]) -> dict[str, int]:
    """The last number of each table, 0 of one without rows."""
    return _figures(
        connection,
        tables,
        lambda table: (
            f"SELECT {last_number(table)} FROM {table.name} ORDER BY seq DESC LIMIT 1"  # noqa: S608
        ),
    )


def _figures(
    connection: Connection, tables: Sequence[Table], figure: Callable[[Table], str]
) -> dict[str, int]:
    """A figure of each table, 0 of one without rows."""
    if not tables:
        return {}
    # One statement, and in plain text: every command looks here first, and composing thirty
    # statements took longer than running them.
    parts = ", ".join(f"({figure(table)})" for table in tables)
    values = connection.exec_driver_sql(f"SELECT {parts}").one()
    return {table.name: value or 0 for table, value in zip(tables, values, strict=True)}
