"""The store itself: facts in, facts out, on SQLite or PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, Self, TypeVar, TypeVarTuple, cast

import msgspec
from sqlalchemy import Connection, Engine, Row, Select, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from assay.core.clock import Clock
from assay.core.digest import sha256
from assay.core.errors import MachineError, UsageError
from assay.core.fact import Fact
from assay.core.identity import is_id, make_id
from assay.core.lineage import Edge
from assay.core.ports import Checkpoint, Import, Origin, Stamp, Touched
from assay.store.chain import Entry, first_behind, read_hash, read_head
from assay.store.connection import (
    among,
    keep_private,
    open_engine,
    reading,
    require_file,
    single_reads,
    sqlite_file,
    writing,
)
from assay.store.damage import STREAMED, reading_anything
from assay.store.faults import unreadable_schema
from assay.store.origins import MOST_JOINED, OriginRange, range_of
from assay.store.tables import SCHEMA, FamilyTable, Schema
from assay.store.versions import bring_up_to_date, require_current
from assay.store.witness import Witness, cut_error
from assay.store.writing import AuditedOperation, WriteTransaction, WriteUnit

F = TypeVar("F", bound=Fact)
Columns = TypeVarTuple("Columns")


class Store:
    """Append-only facts on one database; implements `core.ports.FactStore`.

    It may be shared between threads. A transaction opened by `write` belongs to its thread, and
    no second one can be opened inside it: there is one writer at a time.
    """

    def __init__(
        self,
        engine: Engine,
        schema: Schema,
        clock: Clock,
        witness: Witness | None,
        naming: Callable[[str], str] = str,
    ) -> None:
        """Use `Store.open`."""
        self.schema = schema
        """The tables."""
        self.witness = witness
        """Where the head of the audit chain is kept outside the database."""
        self._engine = engine
        self._single_reads = single_reads(engine)
        self._clock = clock
        self._naming = naming
        self.until: int | None = None
        """The last audit entry whose facts scans and counts read; None where they read all."""

    @classmethod
    def open(
        cls,
        url: str,
        clock: Clock,
        *,
        create: bool = False,
        witness: Path | None = None,
        schema: Schema = SCHEMA,
        naming: Callable[[str], str] = str,
    ) -> Self:
        """Open a store.

        Args:
            url: `sqlite:///path/to/file` or `postgresql://user@host/database`.
            clock: gives the time for stamps.
            create: make the store if it is not there, and bring an older one up to date.
            witness: file that keeps the head of the audit chain outside the database; by
                default next to a SQLite file (its name and `.audit.head`), and nowhere for
                PostgreSQL.
            schema: the tables; the whole of this release's unless a test has its own.
            naming: actor -> the name under which the audit log records them; by default the same.

        Raises:
            UsageError: if the URL names no store.
            MachineError: if the store is missing, damaged, older, newer or out of reach.
        """
        engine = open_engine(url)
        try:
            keep_private(engine, create=create)
            if create:
                bring_up_to_date(engine)
            else:
                require_file(engine)
                require_current(engine)
        except BaseException as error:
            engine.dispose()
            if isinstance(error, SQLAlchemyError | LookupError | ValueError):
                raise unreadable_schema(error) from error
            raise
        return cls(engine, schema, clock, _witness(engine, witness), naming)

    @classmethod
    def open_damaged(cls, url: str, clock: Clock, *, witness: Path | None = None) -> Self:
        """Open a store that `open` refuses as damaged, for an audit alone: it cannot be written.

        Args:
            url: as for `open`.
            clock: as for `open`.
            witness: as for `open`.
        """
        engine = open_engine(url, damaged=True)
        require_file(engine)
        return cls(engine, SCHEMA, clock, _witness(engine, witness))

    @property
    def engine(self) -> Engine:
        """The database."""
        return self._engine

    @property
    def url(self) -> str:
        """Where the store is, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def write(
        self, action: str, *, actor: str, subject: str = "", documents: Mapping[str, str] = {}
    ) -> Iterator[WriteUnit]:
        """Open a transaction that commits its facts and one audit entry together.

        A transaction that adds nothing new commits no entry.

        Args:
            action: what is done, as `resource.verb`, such as `record.import`.
            actor: who does it.
            subject: what it is done to, such as a file name or a release version.
            documents: ids of the documents in force.

        Raises:
            MachineError: if the disk is full, the store is locked or damaged, or the audit
                chain was cut; nothing of the transaction is stored then.
        """
        operation = AuditedOperation(
            action=action, actor=actor, subject=subject, documents=documents
        )
        with self.session() as session, session.unit(operation) as unit:
            yield unit

    @contextmanager
    def session(self) -> Iterator[WriteTransaction]:
        """Open a transaction for several units of work, each with its own audit entry."""
        with writing(self._engine, self.schema.entries) as connection:
            session = WriteTransaction(connection, self.schema, self._clock, self._naming)
            before = session.head
            if self.witness:
                _refuse_cut_chain(session, self.witness)
            yield session
        # After the commit: a witness that lags is harmless, one that runs ahead of a transaction
        # that was undone would refuse every later write.
        if self.witness and session.head != before:
            self.witness.write(session.head)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one state of the whole store until the block ends."""
        with reading(self._engine) as connection:
            yield connection

    @contextmanager
    def damaged_snapshot(self) -> Iterator[Connection]:
        """A snapshot for an audit: text that is not UTF-8 is escaped rather than refused."""
        with reading_anything(self._engine) as connection:
            yield connection

    def ask(
        self, statement: Select[*Columns], parameters: Mapping[str, Any]
    ) -> Sequence[Row[*Columns]]:
        """The rows of one statement that finds few."""
        with self._single_reads.connect() as connection:
            return connection.execute(statement, parameters).all()

    def get(self, family: type[F], identity: str) -> F:
        """The fact with this id or unique prefix of an id.

        Raises:
            UsageError: if no fact, or more than one, matches, or the id is no text.
        """
        if not isinstance(identity, str):
            raise UsageError(
                code="bad-id",
                message=f"an id is text, not {type(identity).__name__}",
                where=repr(identity),
                hint="write the id, such as rec_..., or the first characters of it",
            )
        family_table = self.schema.of_class(family)
        rows = self.ask(*_query_for(family_table, identity))
        if not rows:
            raise _no_such_fact(identity)
        if len(rows) > 1:
            raise UsageError(
                code="ambiguous-id",
                message=f"{identity!r} is the beginning of more than one id",
                hint=f"write more of it: {rows[0][0]} and {rows[1][0]} both begin like this",
            )
        return cast("F", _decode(family_table, *rows[0]))

    def stamp(self, identity: str) -> Stamp:
        """The stamp of a fact given by its whole id.

        Raises:
            UsageError: if there is no such fact.
        """
        family_table = self.schema.of_id(identity)
        facts, entries = family_table.table.c, self.schema.entries.c
        query = (
            select(facts.seq, facts.entry, entries.body)
            .join(self.schema.entries, entries.number == facts.entry)
            .where(facts.id == identity)
        )
        with self.snapshot() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _no_such_fact(identity)
        entry = msgspec.json.decode(row.body, type=Entry)
        return Stamp(
            sequence=row.seq,
            entry=row.entry,
            actor=entry.actor,
            at=entry.at,
            documents=entry.documents,
        )

    def subjects_of(self, action: str) -> list[str]:
        """The subject of each audit entry of an action, such as `release.export`, oldest first."""
        entries = self.schema.entries.c
        with self.snapshot() as connection:
            bodies = connection.execute(select(entries.body).order_by(entries.number))
            logged = (msgspec.json.decode(row.body, type=Entry) for row in bodies)
            return [entry.subject for entry in logged if entry.action == action]

    def documents_of(self, identities: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """The documents in force when facts of one family were added: fact id -> kind -> id."""
        by_fact: dict[str, Mapping[str, str]] = {}
        if not identities:
            return by_fact
        family_table = self.schema.of_id(identities[0])
        facts, entries = family_table.table.c, self.schema.entries.c
        by_entry: dict[int, Mapping[str, str]] = {}
        with self.snapshot() as connection:
            rows = (
                select(facts.id, facts.entry, entries.body)
                .join(self.schema.entries, entries.number == facts.entry)
                .where(among(connection, facts.id, identities))
            )
            for identity, number, body in connection.execute(rows):
                if number not in by_entry:
                    by_entry[number] = msgspec.json.decode(body, type=Entry).documents
                by_fact[identity] = by_entry[number]
        return by_fact

    def scan(self, family: type[F], **where: str | Sequence[str]) -> Iterator[F]:
        """All facts of a family in their order of entry, streamed; `where` names index columns.

        Each name takes one value or several; `id` may be named too.

        Raises:
            UsageError: if the family has no such index column.
        """
        family_table = self.schema.of_class(family)
        columns = family_table.table.c
        conditions = _known_columns(family_table, where)
        with self.snapshot() as connection:
            query = _filter(select(columns.id, columns.body), family_table, conditions, connection)
            query = self._bounded(connection, query, family_table)
            yield from self._stream(connection, family_table, query)

    def since(self, family: type[F], place: int) -> Iterator[F]:
        """The facts of a family behind a place in their order of entry, counted from 1; streamed."""
        family_table = self.schema.of_class(family)
        columns = family_table.table.c
        with self.snapshot() as connection:
            query = select(columns.id, columns.body).where(columns.seq > place)
            yield from self._stream(
                connection, family_table, self._bounded(connection, query, family_table)
            )

    def new_since(self, family: type[F], entry: int) -> Iterator[F]:
        """The facts of a family that came after an audit entry, in their order of entry, streamed."""
        table = self.schema.of_class(family).table
        with self.snapshot() as connection:
            first = first_behind(connection, table, entry)
        if first is not None:
            yield from self.since(family, first - 1)

    @staticmethod
    def _stream(
        connection: Connection, family_table: FamilyTable, query: Select[Any]
    ) -> Iterator[Any]:
        streaming = connection.execution_options(yield_per=STREAMED)
        for identity, body in streaming.execute(query.order_by(family_table.table.c.seq)):
            yield _decode(family_table, identity, body)

    def count(self, family: type[Fact], **where: str | Sequence[str]) -> int:
        """How many facts `scan` would give."""
        family_table = self.schema.of_class(family)
        conditions = _known_columns(family_table, where)
        with self.snapshot() as connection:
            counted = _filter(
                select(func.count()).select_from(family_table.table),
                family_table,
                conditions,
                connection,
            )
            counted = self._bounded(connection, counted, family_table)
            return int(connection.execute(counted).scalar_one())

    def _first_unread(self, connection: Connection, family_table: FamilyTable) -> int | None:
        """The sequence number of the first fact that this store does not read; None if it reads all."""
        if self.until is None:
            return None
        return first_behind(connection, family_table.table, self.until)

    def _bounded(
        self, connection: Connection, query: Select[Any], family_table: FamilyTable
    ) -> Select[Any]:
        """The query without facts that came after the entry up to which this store reads."""
        unread = self._first_unread(connection, family_table)
        return query if unread is None else query.where(family_table.table.c.seq < unread)

    def parents(self, identity: str) -> list[Edge]:
        """Edges from this fact to what it was made from, by role.

        Raises:
            UsageError: if there is no such fact.
        """
        family_table = self.schema.of_id(identity)
        named = {
            name: column.role for name, column in family_table.family.columns.items() if column.role
        }
        facts, edges = family_table.table.c, self.schema.edges.c
        own = select(facts.id, *(facts[name] for name in named)).where(facts.id == identity)
        linked = select(edges.role, edges.parent).where(edges.child == identity)
        with self.snapshot() as connection:
            row = connection.execute(own).mappings().first()
            if row is None:
                raise _no_such_fact(identity)
            pairs = {(role, parent) for role, parent in connection.execute(linked)}
        pairs |= {(role, row[name]) for name, role in named.items() if row[name]}
        return [Edge(child=identity, role=role, parent=parent) for role, parent in sorted(pairs)]

    def children(self, identity: str) -> list[Edge]:
        """Edges to this fact from what was made with it, by role."""
        edges = self.schema.edges.c
        linked = select(edges.role, edges.child).where(edges.parent == identity)
        with self.snapshot() as connection:
            pairs = {(role, child) for role, child in connection.execute(linked)}
            for family_table in self.schema.families:
                for name, column in family_table.family.columns.items():
                    if column.role:
                        ids = select(family_table.table.c.id).where(
                            family_table.table.c[name] == identity
                        )
                        children = connection.execute(ids).scalars()
                        pairs |= {(column.role, child) for child in children}
        return [Edge(child=child, role=role, parent=identity) for role, child in sorted(pairs)]

    def origins(self, identity: str) -> list[Origin]:
        """The rows that this fact came from, in their order of entry."""
        family_table = self.schema.of_id(identity)
        columns = self.schema.origins.c
        with self.snapshot() as connection:
            row = connection.execute(family_table.number_by_id, {"of": identity}).first()
            if row is None:
                return []
            number = int(row.seq)
            joined = select(columns.seq, *(columns[name] for name in OriginRange.__struct_fields__))
            joined = joined.where(
                columns.family == family_table.prefix,
                columns.fact.between(number - MOST_JOINED + 1, number),
                columns.fact + columns.length > number,
            )
            rows = connection.execute(joined).mappings().all()
        # In their order of entry: a row has the number of the first origin that it joins.
        return [
            range_of(row).origin(number, identity)
            for row in sorted(rows, key=lambda row: row["seq"] + number - row["fact"])
        ]

    def begin_import(
        self,
        *,
        file: str,
        sha256: str,
        reader: str,
        source: str,
        mapping: str = "",
        actor: str,
    ) -> Import:
        """The unfinished import of the same bytes in the same way, to resume, or a new one.

        Args:
            file: name of the file, without its folder.
            sha256: SHA-256 of its bytes, hexadecimal.
            reader: name of the reader.
            source: id of the source class.
            mapping: digest of the mapping file, or nothing.
            actor: who imports.
        """
        table = self.schema.imports
        way = {"sha256": sha256, "reader": reader, "source": source, "mapping": mapping}
        same = [table.c[name] == value for name, value in way.items()]
        same.append(table.c.state == "running")
        with writing(self._engine, self.schema.entries) as connection:
            row = connection.execute(select(table).where(*same).limit(1)).mappings().first()
            if row is not None:
                return Import(**row)
            newest = connection.execute(select(func.max(table.c.id))).scalar() or 0
            begun = Import(
                id=newest + 1,
                file=file,
                sha256=sha256,
                reader=reader,
                source=source,
                mapping=mapping,
                actor=self._naming(actor),
                started=self._clock(),
            )
            connection.execute(insert(table), [msgspec.structs.asdict(begun)])
        return begun

    def subjects(self, action: str) -> list[str]:
        """Subjects of the audit entries of one action, such as `release.push`, oldest first."""
        entries = self.schema.entries.c
        with self.snapshot() as connection:
            bodies = connection.execute(select(entries.body).order_by(entries.number)).scalars()
            logged = (msgspec.json.decode(body, type=Entry) for body in bodies)
            return [entry.subject for entry in logged if entry.action == action]

    def imports(self) -> list[Import]:
        """All imports in the order of their start."""
        table = self.schema.imports
        with self.snapshot() as connection:
            rows = connection.execute(select(table).order_by(table.c.id)).mappings()
            return [Import(**row) for row in rows]

    def head(self) -> Checkpoint:
        """The head of the audit chain."""
        with self.snapshot() as connection:
            return read_head(connection, self.schema.entries)

    def as_of(self, entry: int) -> Self:
        """The facts as they were when an audit entry was the newest: for scans and counts.

        Everything else reads the store as it is.
        """
        bounded = copy(self)
        bounded.until = entry
        return bounded

    def touched_since(self, entry: int) -> Touched:
        """What the facts that came after an audit entry are about, up to where this store reads.

        It costs a few look-ups by key for each family that has new facts, and nothing for the others.
        """
        families: set[type[Fact]] = set()
        records: dict[type[Fact], frozenset[str]] = {}
        with self.snapshot() as connection:
            for family_table in self.schema.families:
                first = first_behind(connection, family_table.table, entry)
                if first is None or first == self._first_unread(connection, family_table):
                    continue
                family = family_table.family.fact
                families.add(family)
                if family_table.record is not None:
                    query = select(family_table.record).where(family_table.table.c.seq >= first)
                    named = connection.execute(
                        self._bounded(connection, query, family_table)
                    ).scalars()
                    records[family] = frozenset(name for name in named if name)
        return Touched(families=frozenset(families), records=records)


def _witness(engine: Engine, named: Path | None) -> Witness | None:
    file = sqlite_file(engine)
    if named is None and file is not None:
        named = file.with_name(f"{file.name}.audit.head")
    return Witness(named) if named else None


def _refuse_cut_chain(session: WriteTransaction, witness: Witness) -> None:
    """Stop before a new entry would bury that older ones were cut or rewritten."""
    witnessed = witness.read()
    if witnessed is None or witnessed == session.head:
        return
    if read_hash(session.connection, session.schema.entries, witnessed.number) != witnessed.hash:
        raise cut_error(witnessed, witness.file)


def _query_for(
    family_table: FamilyTable, identity: str
) -> tuple[Select[str, bytes], dict[str, str]]:
    """The statement that finds the fact of an id, or the first two that begin so."""
    columns = family_table.table.c
    if is_id(identity, family_table.prefix):
        return family_table.by_id, {"of": identity}
    if not identity.startswith(f"{family_table.prefix}_"):
        raise UsageError(
            code="not-an-id",
            message=f"{identity!r} is not the id of a {family_table.family.fact.__name__.lower()}",
            hint=f"these ids start with {family_table.prefix}_",
        )
    # A range on the id uses its index on both databases; `~` sorts above every character of an id.
    begins = (columns.id >= identity) & (columns.id < f"{identity}~")
    return select(columns.id, columns.body).where(begins).order_by(columns.id).limit(2), {}


def _no_such_fact(identity: str) -> UsageError:
    return UsageError(
        code="no-such-fact",
        message=f"the store holds no fact {identity!r}",
        hint="check the id, or list what is there",
    )


def _known_columns(
    family_table: FamilyTable, where: Mapping[str, str | Sequence[str]]
) -> Mapping[str, str | Sequence[str]]:
    unknown = sorted(set(where) - set(family_table.family.columns) - {"id"})
    if unknown:
        names = ", ".join(["id", *family_table.family.columns])
        raise UsageError(
            code="unknown-column",
            message=f"{family_table.family.table} cannot be found by {', '.join(unknown)}",
            hint=f"they can be found by {names}",
        )
    return where


def _filter(
    query: Select[Any],
    family_table: FamilyTable,
    conditions: Mapping[str, str | Sequence[str]],
    connection: Connection,
) -> Select[Any]:
    for name, value in conditions.items():
        column = family_table.table.c[name]
        one = isinstance(value, str)
        query = query.where(column == value if one else among(connection, column, value))
    return query


def _decode(family_table: FamilyTable, identity: str, body: bytes | str) -> Fact:
    """The fact in a row, whose bytes must be those that its id is a digest of."""
    # An edit by hand leaves text where there were bytes.
    if (
        make_id(family_table.prefix, sha256(body if isinstance(body, bytes) else body.encode()))
        != identity
    ):
        raise MachineError(
            code="fact-changed",
            message="the store is damaged: the content of this fact does not have the digest in its id",
            where=identity,
            hint="`assay audit verify` lists all damage; restore the store from a backup",
        )
    try:
        return family_table.decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MachineError(
            code="fact-unreadable",
            message=f"the stored bytes are not a fact that this release can read: {error}",
            where=identity,
            hint="run `assay audit verify`; if it finds nothing, a newer Assay wrote this fact",
        ) from error
