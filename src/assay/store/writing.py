"""Writing: units of work, each with one audit entry, inside one database transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, count
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert, select, update

from assay.core.batches import batches
from assay.core.clock import Clock
from assay.core.errors import MachineError, UsageError
from assay.core.fact import EncodedFact, Fact
from assay.core.lineage import Edge
from assay.core.ports import Added, Import, Origin
from assay.store.chain import Entry, ShareTally, import_digest, read_head, row_digest, seal
from assay.store.connection import among, insert_rows
from assay.store.origins import MOST_JOINED, OriginRange, join_origins
from assay.store.passes import NOTED, PassKeeper
from assay.store.tables import FamilyTable, Schema, last_number

BATCH = 1000
"""Rows that are looked up and inserted at once; bounds the memory of a large write."""


@dataclass(frozen=True)
class AuditedOperation:
    """What an audit entry says about a change before it is known what comes with it."""

    action: str
    """What is done, as `resource.verb`."""
    actor: str
    """Who does it, before the store's naming is applied."""
    subject: str = ""
    """What it is done to."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """Ids of the documents in force."""


class WriteTransaction:
    """One transaction under the store's write lock: any number of units, one commit."""

    def __init__(
        self,
        connection: Connection,
        schema: Schema,
        clock: Clock,
        naming: Callable[[str], str],
    ) -> None:
        self.connection = connection
        self.schema = schema
        self.head = read_head(connection, schema.entries)
        """The head of the chain, with the units of this session that are done."""
        self.clock = clock
        """What time it is."""
        self.naming = naming
        """Actor -> the name under which the audit log records them."""
        self._next: dict[str, int] = {}

    @contextmanager
    def unit(self, operation: AuditedOperation) -> Iterator["WriteUnit"]:
        """A unit of work; when the block ends well, its entry closes the chain."""
        unit = WriteUnit(self, self.head.number + 1)
        yield unit
        if unit.tallies or unit.imports or unit.acted:
            self._append_entry(operation, unit)

    @contextmanager
    def guarded_unit(self, operation: AuditedOperation) -> Iterator["WriteUnit"]:
        """A unit whose failure undoes itself and leaves the units before it.

        Raises:
            MachineError: if the transaction is lost, with every unit of the session.
        """
        savepoint = self.connection.begin_nested()
        try:
            with self.unit(operation) as unit:
                yield unit
        except MachineError:
            # The database may have undone the whole transaction, savepoints and all.
            raise
        except BaseException:
            savepoint.rollback()
            raise
        savepoint.commit()

    def next_sequence(self, table: Table) -> int:
        """The sequence number of the next row of a table."""
        next_number = self._next.get(table.name)
        if next_number is not None:
            return next_number
        newest = select(last_number(table)).order_by(table.c.seq.desc()).limit(1)
        return int(self.connection.execute(newest).scalar() or 0) + 1

    def _append_entry(self, operation: AuditedOperation, unit: "WriteUnit") -> None:
        entry = Entry(
            number=unit.number,
            previous=self.head.hash,
            at=self.clock(),
            actor=self.naming(operation.actor),
            action=operation.action,
            subject=operation.subject,
            documents=dict(operation.documents),
            rows={name: tally.share() for name, tally in unit.tallies.items()},
            imports=unit.imports,
        )
        body, head = seal(entry)
        row = {"number": head.number, "hash": head.hash, "body": body}
        self.connection.execute(insert(self.schema.entries), [row])
        self.head = head
        # Only now: a unit that was rolled back must leave no gap in the sequences.
        self._next |= {name: tally.next for name, tally in unit.tallies.items()}


class WriteUnit:
    """One open unit of work; implements `core.ports.Writing`."""

    def __init__(self, session: WriteTransaction, number: int) -> None:
        self.number = number
        """Number that the unit's audit entry will have."""
        self.tallies: dict[str, ShareTally] = {}
        """What was added so far, by table."""
        self.imports: dict[str, str] = {}
        """Imports that were moved on: number -> digest of the import as it is now."""
        self.acted = False
        """Whether working tables were changed in a way that the audit log must name."""
        self._session = session
        self._connection = session.connection
        self._schema = session.schema
        self._numbers: dict[str, int] = {}
        """Id of each fact that was added in this unit, new or not -> its sequence number."""
        self._passes = PassKeeper(session.connection, session.schema)

    @property
    def connection(self) -> Connection:
        """The transaction, for changes of the working tables."""
        return self._connection

    @property
    def passes(self) -> PassKeeper:
        """The register of passes in this transaction."""
        return self._passes

    def add(self, facts: Sequence[Fact]) -> Added:
        """Add facts of any families; one that is there already is left as it is.

        What somebody's judgment, assignment or decision makes of the desk's items is written in
        the same transaction, by any route the fact comes.
        """
        new: set[str] = set()
        for start in range(0, len(facts), BATCH):
            encoded = [fact.encode() for fact in facts[start : start + BATCH]]
            new.update(self._add_batch(encoded, are_readable=False))
        return Added(stored=len(new), already_there=len(facts) - len(new), new=frozenset(new))

    def add_encoded(self, facts: Sequence[EncodedFact]) -> Added:
        """Add facts whose bytes were decoded to them, so that they can be read back; as `add` does."""
        new: set[str] = set()
        for start in range(0, len(facts), BATCH):
            new.update(self._add_batch(facts[start : start + BATCH], are_readable=True))
        return Added(stored=len(new), already_there=len(facts) - len(new), new=frozenset(new))

    def link(self, edges: Iterable[Edge]) -> None:
        """Add lineage edges that the facts themselves do not name."""
        table = self._schema.edges
        for batch in batches(edges, BATCH):
            new_edges = {(edge.child, edge.role, edge.parent): edge for edge in batch}
            children = sorted({edge.child for edge in batch})
            parents = sorted({edge.parent for edge in batch})
            condition = among(self._connection, table.c.child, children)
            condition &= among(self._connection, table.c.parent, parents)
            columns = (table.c.child, table.c.role, table.c.parent)
            for row in self._connection.execute(select(*columns).where(condition)):
                new_edges.pop(tuple(row), None)
            self._append_structs(table, list(new_edges.values()))

    def trace(self, origins: Iterable[Origin]) -> None:
        """Add where facts came from; an origin that is there already is left as it is.

        Raises:
            UsageError: if a fact is not in the store.
        """
        for batch in batches(origins, MOST_JOINED):
            numbers = self._numbers_of({origin.fact for origin in batch})
            stored = self._stored_origins(batch)
            new_origins = dict.fromkeys(batch)
            for origin in batch if stored else ():
                family = origin.fact.partition("_")[0]
                if (family, numbers[origin.fact], origin.import_id, origin.row) in stored:
                    new_origins.pop(origin, None)
            joined = join_origins(new_origins, numbers)
            self._append(
                self._schema.origins,
                OriginRange.__struct_fields__,
                [msgspec.structs.astuple(run) for run in joined],
                [row_digest(origin) for origin in new_origins],
                [run.length for run in joined],
            )

    def _numbers_of(self, identities: set[str]) -> Mapping[str, int]:
        """Id of each fact -> its sequence number; those of this unit are at hand."""
        missing: dict[str, list[str]] = {}
        for identity in identities - self._numbers.keys():
            missing.setdefault(identity.partition("_")[0], []).append(identity)
        for members in missing.values():
            self._stored_ids(self._schema.of_id(members[0]), members)
            for identity in members:
                if identity not in self._numbers:
                    raise UsageError(
                        code="no-such-fact",
                        message=f"the store holds no fact {identity!r}, so it has no origin",
                        hint="add the fact first",
                    )
        return self._numbers

    def _stored_origins(self, origins: Sequence[Origin]) -> set[tuple[str, int, int, int]]:
        """Stored origins that may be among these: the fact's family and number, import and row.

        A run of an import never comes back to a row, so there usually are none.
        """
        columns = self._schema.origins.c
        stored: set[tuple[str, int, int, int]] = set()
        for import_id in {origin.import_id for origin in origins}:
            rows = [origin.row for origin in origins if origin.import_id == import_id]
            query = select(columns.family, columns.fact, columns.row, columns.length).where(
                columns.import_id == import_id,
                columns.row.between(min(rows) - MOST_JOINED + 1, max(rows)),
                columns.row + columns.length > min(rows),
            )
            for family, fact, row, length in self._connection.execute(query):
                stored.update(
                    (family, fact + place, import_id, row + place) for place in range(length)
                )
        return stored

    def progress(
        self,
        imported: Import,
        *,
        position: int,
        read: int,
        stored: int,
        already_there: int,
        set_aside: int,
        finished: bool = False,
    ) -> Import:
        """Save how far an import has come; it commits with the facts of the same rows.

        Raises:
            UsageError: if another run has moved the same import on.
        """
        changes: dict[str, Any] = {
            "position": position,
            "read": read,
            "stored": stored,
            "already_there": already_there,
            "set_aside": set_aside,
        }
        if finished:
            changes |= {"state": "finished", "finished": self._session.clock()}
        columns = self._schema.imports.c
        # The position is part of the condition: of two runs that resumed the same import, the
        # second finds no row and stores nothing twice.
        moved = self._connection.execute(
            update(self._schema.imports)
            .where(columns.id == imported.id, columns.position == imported.position)
            .where(columns.state == "running")
            .values(changes)
        )
        if moved.rowcount != 1:
            raise UsageError(
                code="import-moved",
                message=f"import {imported.id} of {imported.file} was moved on by another run",
                hint="let that run end; then import again, and what is stored counts as already there",
            )
        # The digest goes into the entry, because the import's row is changed in place and no
        # append-only table would show it.
        now = msgspec.structs.replace(imported, **changes)
        self.imports[str(now.id)] = import_digest(now)
        return now

    def _add_batch(self, facts: Sequence[EncodedFact], *, are_readable: bool) -> set[str]:
        """Add facts of any families; the ids of the new ones."""
        by_class: dict[type[Fact], dict[str, EncodedFact]] = {}
        for encoded in facts:
            by_class.setdefault(type(encoded.fact), {}).setdefault(encoded.id, encoded)
        new: set[str] = set()
        noted: list[Fact] = []
        for family, members in by_class.items():
            family_table = self._schema.of_class(family)
            # A fact that is there keeps its bytes and its stamp: adding it again changes nothing.
            for identity in self._stored_ids(family_table, list(members)):
                del members[identity]
            added = list(members.values())
            if not are_readable:
                for encoded in added:
                    _require_readable(family_table, encoded.body)
            self._append_facts(family_table, added)
            new.update(members)
            if issubclass(family, NOTED):
                noted += [encoded.fact for encoded in added]
        self._passes.note_facts(noted)
        return new

    def _append_facts(self, family_table: FamilyTable, facts: Sequence[EncodedFact]) -> None:
        family = family_table.family
        columns = [column.extract for column in family.columns.values()]
        rows = [
            (encoded.id, encoded.body, *[extract(encoded.fact) for extract in columns])
            for encoded in facts
        ]
        names = ("id", "body", *family.columns)
        digests = [encoded.digest for encoded in facts]
        first = self._append(family_table.table, names, rows, digests)
        self._numbers.update(zip([encoded.id for encoded in facts], count(first), strict=False))
        self.link(
            Edge(child=encoded.id, role=role, parent=parent)
            for encoded in facts
            for role, parent in family.names(encoded.fact)
        )

    def _stored_ids(self, family_table: FamilyTable, identities: list[str]) -> list[str]:
        """Which of these the store has; their numbers are then at hand."""
        if len(identities) == 1:
            rows = self._connection.execute(family_table.number_by_id, {"of": identities[0]})
        else:
            ids = family_table.table.c.id
            rows = self._connection.execute(
                select(ids, family_table.table.c.seq).where(
                    among(self._connection, ids, identities)
                )
            )
        numbers = {row[0]: row[1] for row in rows}
        self._numbers |= numbers
        return list(numbers)

    def _append_structs(self, table: Table, structs: Sequence[Edge]) -> None:
        if structs:
            names = structs[0].__struct_fields__
            rows = [msgspec.structs.astuple(struct) for struct in structs]
            self._append(table, names, rows, [row_digest(struct) for struct in structs])

    def _append(
        self,
        table: Table,
        columns: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
        digests: Sequence[bytes],
        lengths: Sequence[int] | None = None,
    ) -> int:
        """Append rows with the next sequence numbers, and take their digests into the table's share.

        Args:
            table: the table.
            columns: its columns behind the sequence number and the entry.
            rows: their values.
            digests: one for each sequence number.
            lengths: how many sequence numbers each row takes; one where absent.

        Returns:
            The first of the numbers.
        """
        if not rows:
            return 0
        tally = self.tallies.get(table.name)
        if tally is None:
            tally = self.tallies[table.name] = ShareTally(self._session.next_sequence(table))
        first = tally.next
        for digest in digests:
            tally.add(digest)
        places = accumulate(lengths, initial=first) if lengths else count(first)
        numbered = [(seq, self.number, *row) for seq, row in zip(places, rows, strict=False)]
        insert_rows(self._connection, table, ("seq", "entry", *columns), numbered)
        return first


def _require_readable(family_table: FamilyTable, body: bytes) -> None:
    """Refuse a fact that could not be read back: Python checks no field of a fact that it makes.

    Stored, it would be damage that only a backup repairs.

    Raises:
        UsageError: with the field and what it must be.
    """
    try:
        family_table.decoder.decode(body)
    except msgspec.ValidationError as error:
        raise UsageError(
            code="unreadable-fact",
            message=f"this {family_table.family.fact.__name__.lower()} cannot be stored: {error}",
            hint="correct the value; nothing was stored",
        ) from error
