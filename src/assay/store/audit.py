"""The audit of the store: is everything there, in its place, as it was written?

One pass over one snapshot reads the chain and, in step with it, every append-only table in order of
entry. Memory is bounded however long the tables are. What is damaged is a finding; the pass goes on
behind it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Column, Connection, RowMapping, Table, select
from sqlalchemy.exc import SQLAlchemyError

from assay.core.digest import sha256, sha256_hex
from assay.core.errors import AssayError, MachineError
from assay.core.identity import digest_of, is_id, make_id
from assay.core.lineage import Edge
from assay.core.ports import Checkpoint, Import
from assay.store.chain import (
    Entry,
    Share,
    ShareTally,
    first_behind,
    import_digest,
    read_hash,
    row_digest,
)
from assay.store.damage import LAST_KEY, faults_of_the_file, rows_past_damage
from assay.store.origins import origins_of, range_of
from assay.store.store import Store
from assay.store.tables import FamilyTable

UNREADABLE = (AssayError, ArithmeticError, LookupError, TypeError, ValueError, msgspec.MsgspecError)
"""What reading a row of another shape can raise."""

MOST_FINDINGS = 1000
"""Findings that a report spells out; beyond them it only counts."""


class AuditFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was written."""

    code: str
    """Stable short name of the kind of finding, such as `fact-changed`."""
    where: str
    """The audit entry, the fact or the row."""
    message: str
    """What is wrong, in one sentence."""
    hint: str = ""
    """What to do about it, where that is known."""


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit read and found."""

    entries: int
    """How many audit entries were read."""
    facts: int
    """How many facts of all families were read."""
    edges: int
    """How many edges of lineage were read."""
    origins: int
    """How many origins of facts in imported rows were read."""
    witnesses: int
    """Heads from outside the database that the chain was compared with."""
    head: Checkpoint
    """The newest entry as its bytes give it."""
    since: Checkpoint | None = None
    """The entry up to which an earlier audit found nothing: nothing up to it was read again."""
    found: int
    """How many findings there are."""
    findings: tuple[AuditFinding, ...]
    """The first of them, at most `MOST_FINDINGS`."""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was written."""
        return self.found == 0


def verify(
    store: Store, witnesses: Iterable[Checkpoint] = (), since: Checkpoint | None = None
) -> AuditReport:
    """Audit a store, whole or from an entry on.

    The store's own witness is used as well, if it has one. Without any witness a chain that was cut
    at its end or rewritten as a whole looks sound, so this is a finding.

    Args:
        store: the store.
        witnesses: heads of the chain that were kept elsewhere, such as in signed releases.
        since: the entry up to which an earlier audit found nothing. Entries and rows behind it are
            read; of what lies before, and of the file's pages, nothing is. Where the chain no longer
            holds this entry, everything is read.
    """
    with store.damaged_snapshot() as connection:
        audit = _Audit(store, connection, witnesses)
        if since is not None and _is_held(store, connection, since):
            audit.resume(since)
        return audit.run()


def _is_held(store: Store, connection: Connection, entry: Checkpoint) -> bool:
    """Whether the chain holds an entry with the bytes that it had."""
    entries = store.schema.entries
    try:
        body = connection.execute(
            select(entries.c.body).where(entries.c.number == entry.number)
        ).scalar_one_or_none()
    except MachineError:
        return False
    return body is not None and sha256_hex(as_bytes(body)) == entry.hash


def with_findings(report: AuditReport, further: Iterable[AuditFinding]) -> AuditReport:
    """A report with further findings behind its own."""
    added = tuple(further)
    return msgspec.structs.replace(
        report, found=report.found + len(added), findings=(*report.findings, *added)
    )


@dataclass
class _Table:
    """One append-only table, read in order of entry and in step with the chain."""

    name: str
    rows: Iterator[RowMapping]
    digests: Callable[[RowMapping], Sequence[bytes]]
    unreadable: Callable[[str, str], None]
    waiting: RowMapping | None = None
    read: int = 0

    def advance(self) -> None:
        """Go to the next row whose place in the chain can be read; the others are findings."""
        for row in self.rows:
            if isinstance(row["entry"], int):
                self.waiting = row
                return
            self.read += 1
            self.unreadable(_place(self, row), "it does not say which entry it came with")
        self.waiting = None

    def digests_of_waiting(self) -> Sequence[bytes]:
        """The digests of the waiting row, one for each number that it takes.

        A row that cannot be read is a finding.
        """
        row = self.waiting
        assert row is not None
        try:
            digests = self.digests(row)
        except UNREADABLE as error:
            self.unreadable(_place(self, row), f"its bytes cannot be read: {_first_line(error)}")
            digests = [b""]
        self.read += len(digests)
        return digests


class _Audit:
    def __init__(
        self, store: Store, connection: Connection, witnesses: Iterable[Checkpoint]
    ) -> None:
        self._store = store
        self._connection = connection
        self._findings: list[AuditFinding] = []
        self._found = 0
        self._head = Checkpoint(number=0, hash="")
        self._entries = 0
        self._last_moment = ""
        self._imports: dict[str, str] = {}
        self._since: Checkpoint | None = None
        self._witnesses = self._collect(witnesses)

    def resume(self, since: Checkpoint) -> None:
        """Read only what lies behind an entry; what is witnessed before it is held by its hash."""
        self._since = self._head = since
        entries = self._store.schema.entries
        for witness in self._witnesses:
            if witness.number < since.number and witness.hash != read_hash(
                self._connection, entries, witness.number
            ):
                self._report_rewritten(witness.number)

    def run(self) -> AuditReport:
        if self._since is None:
            for fault in faults_of_the_file(self._connection, MOST_FINDINGS):
                self._report("file-damaged", "the database file", fault)
        tables = self._tables()
        for table in tables:
            table.advance()
        entries = self._store.schema.entries
        for row in self._rows(entries, entries.c.number):
            self._check_entry(row["number"], row["hash"], as_bytes(row["body"]), tables)
        for table in tables:
            self._check_strays(table, None)
        self._check_imports()
        for witness in self._witnesses:
            if witness.number > self._head.number:
                self._report_older(witness)
        return self._summary(tables)

    def _collect(self, from_caller: Iterable[Checkpoint]) -> list[Checkpoint]:
        witnesses = list(from_caller)
        own = self._store.witness
        try:
            own_head = own.read() if own else None
        except MachineError as error:
            self._report(error.code, error.where, error.message)
            own_head = None
        return [*witnesses, own_head] if own_head else witnesses

    def _summary(self, tables: list[_Table]) -> AuditReport:
        if self._entries and not self._witnesses:
            self._report(
                "no-witness",
                "audit chain",
                "no head of the chain was kept outside the database, so a cut would not show",
            )
        read = {table.name: table.read for table in tables}
        edges, origins = read.pop("edges"), read.pop("origins")
        return AuditReport(
            entries=self._entries,
            facts=sum(read.values()),
            edges=edges,
            origins=origins,
            witnesses=len(self._witnesses),
            head=self._head,
            since=self._since,
            found=self._found,
            findings=tuple(self._findings),
        )

    def _tables(self) -> list[_Table]:
        schema = self._store.schema
        facts = [
            self._table(
                family_table.table, family_table.table.c.seq, self._fact_digests(family_table)
            )
            for family_table in schema.families
        ]
        edges, origins = schema.edges, schema.origins
        return [
            *facts,
            self._table(edges, edges.c.seq, _edge_digests),
            self._table(origins, origins.c.seq, self._origin_digests),
        ]

    def _table(
        self, table: Table, key: Column[int], digests: Callable[[RowMapping], Sequence[bytes]]
    ) -> _Table:
        return _Table(table.name, self._rows(table, key), digests, self._report_unreadable)

    def _rows(self, table: Table, key: Column[int]) -> Iterator[RowMapping]:
        def report_damage(after: int, tried: int) -> None:
            end = f"up to {tried}" if tried < LAST_KEY else "to the end"
            self._report(
                "rows-damaged", f"{table.name} {after + 1}", f"rows from here {end} cannot be read"
            )

        try:
            behind = self._last_read(table)
            yield from rows_past_damage(self._connection, table, key, report_damage, behind=behind)
        except SQLAlchemyError as error:
            self._report("table-unreadable", table.name, _first_line(error))

    def _last_read(self, table: Table) -> int:
        """The key of the last row that an earlier audit read; 0 where this one reads all."""
        if self._since is None or table is self._store.schema.imports:
            return 0
        if table is self._store.schema.entries:
            return self._since.number
        first = first_behind(self._connection, table, self._since.number)
        return LAST_KEY if first is None else first - 1

    def _report_unreadable(self, where: str, message: str) -> None:
        self._report("row-unreadable", where, message)

    def _check_entry(
        self, number: int, stored_hash: str, body: bytes, tables: list[_Table]
    ) -> None:
        where = f"entry {number}"
        before = self._head
        self._entries += 1
        # The head is computed from the bytes and not read from the stored hash: whoever changes an
        # entry can change the hash next to it as well.
        self._head = Checkpoint(number=number, hash=sha256_hex(body))
        if number != before.number + 1:
            self._report("entries-missing", where, f"entry {before.number} comes right before it")
        if self._head.hash != stored_hash:
            self._report("entry-changed", where, "its bytes do not have the hash kept with them")
        for witness in self._witnesses:
            if witness.number == number and witness.hash != self._head.hash:
                self._report_rewritten(number)
        entry = self._read_entry(where, body)
        if entry is None:
            return
        if entry.number != number:
            self._report("entry-renumbered", where, f"it was written as entry {entry.number}")
        if entry.previous != before.hash:
            self._report("chain-broken", where, "it does not follow the entry before it")
        self._last_moment = entry.at
        self._imports |= entry.imports
        for table in tables:
            self._check_share(where, number, entry, table)

    def _check_imports(self) -> None:
        """Compare every import with the last entry that moved it on."""
        sealed = dict(self._imports)
        imports = self._store.schema.imports
        for row in self._rows(imports, imports.c.id):
            imported = Import(**row)
            sealed_digest = sealed.pop(str(imported.id), None)
            if sealed_digest is None and imported.position == 0 and imported.state == "running":
                continue  # begun, and nothing committed yet
            if sealed_digest is None and self._since is not None:
                continue  # moved on by no entry that is read
            if sealed_digest != _import_digest(imported):
                self._report(
                    "import-changed",
                    f"import {imported.id}",
                    "its file, its reader or its counts are not what the chain says",
                )
        for number in sealed:
            self._report("import-missing", f"import {number}", "the chain names it")

    def _read_entry(self, where: str, body: bytes) -> Entry | None:
        try:
            return msgspec.json.decode(body, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._report("entry-unreadable", where, f"its bytes are not an audit entry: {error}")
            return None

    def _check_share(self, where: str, number: int, entry: Entry, table: _Table) -> None:
        self._check_strays(table, number)
        written = entry.rows.get(table.name)
        present = self._take_share(table, number)
        if present == written:
            return
        n_written, n_present = (written.count if written else 0), (present.count if present else 0)
        self._report(
            "rows-differ",
            f"{where}, {table.name}",
            f"it came with {n_written} rows and {n_present} are there"
            if n_written != n_present
            else f"the {n_written} rows that came with it are not those, or not in that order",
        )

    def _take_share(self, table: _Table, number: int) -> Share | None:
        """The share of an entry as the table has it; a gap in its sequence is a finding."""
        # Rows are taken in step with the chain, so memory holds one row of each table.
        tally: ShareTally | None = None
        expected = 0
        while (row := table.waiting) is not None and row["entry"] == number:
            tally = tally or ShareTally(row["seq"])
            if expected and row["seq"] != expected:
                self._report("row-renumbered", _place(table, row), "its number is out of sequence")
            digests = table.digests_of_waiting()
            expected = row["seq"] + len(digests)
            for digest in digests:
                tally.add(digest)
            table.advance()
        return tally.share() if tally else None

    def _check_strays(self, table: _Table, before: int | None) -> None:
        """Rows of entries that the chain does not have at their place."""
        while (row := table.waiting) is not None and (before is None or row["entry"] < before):
            self._report(
                "row-without-entry",
                _place(table, row),
                f"it claims entry {row['entry']}, which did not bring it",
            )
            table.digests_of_waiting()
            table.advance()

    def _fact_digests(self, family_table: FamilyTable) -> Callable[[RowMapping], Sequence[bytes]]:
        """Checks a fact against its id and its index columns, and gives the id's digest."""

        def check(row: RowMapping) -> Sequence[bytes]:
            actual = sha256(as_bytes(row["body"]))
            if make_id(family_table.prefix, actual) == row["id"]:
                self._check_columns(family_table, row)
                return [actual]
            self._report(
                "fact-changed", str(row["id"]), "its content does not have the digest in its id"
            )
            # The id's own digest goes into the share, so that one changed fact is one finding and
            # not also a share that differs.
            identity = str(row["id"])
            return [digest_of(identity) if is_id(identity) else actual]

        return check

    def _origin_digests(self, row: RowMapping) -> Sequence[bytes]:
        """The digests of the origins that a row joins: they name their facts by their ids."""
        joined = range_of(row)
        family_table = self._store.schema.of_id(joined.family)
        facts = family_table.table.c
        query = select(facts.id, facts.body).where(
            facts.seq >= joined.fact, facts.seq < joined.fact + joined.length
        )
        identities = [
            # As in the facts' own share: an id that is none is a finding there, and not here too.
            identity if is_id(str(identity)) else make_id(joined.family, sha256(as_bytes(body)))
            for identity, body in self._connection.execute(query.order_by(facts.seq))
        ]
        return [row_digest(origin) for origin in origins_of(joined, identities)]

    def _check_columns(self, family_table: FamilyTable, row: RowMapping) -> None:
        try:
            fact = family_table.decoder.decode(row["body"])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._report("fact-unreadable", row["id"], f"this release cannot read it: {error}")
            return
        for name, column in family_table.family.columns.items():
            if column.extract(fact) != row[name]:
                self._report("index-changed", row["id"], f"{name} does not say what the fact says")

    def _report_rewritten(self, number: int) -> None:
        message = "it is not the entry that was witnessed"
        self._report("entry-rewritten", f"entry {number}", message)

    def _report_older(self, witness: Checkpoint) -> None:
        """The store lacks entries that were witnessed: an older copy, or one with its end cut."""
        last = self._head.number
        until = f" of {self._last_moment}" if self._last_moment else ""
        self._report(
            "entries-cut",
            f"entry {witness.number}",
            f"the store is older than this witnessed entry: it ends at entry {last}{until}, and the "
            f"entries {last + 1} to {witness.number} are missing",
            hint="all up to there was verified. Restore a newer backup, if there is one. If this one "
            "was restored on purpose, move the witness file .assay/audit.head away, keep it, and what "
            "came after is lost; if nobody restored one, entries were cut",
        )

    def _report(self, code: str, where: str, message: str, hint: str = "") -> None:
        self._found += 1
        if len(self._findings) < MOST_FINDINGS:
            finding = AuditFinding(code=code, where=where, message=message, hint=hint)
            self._findings.append(finding)


def as_bytes(body: object) -> bytes:
    """A body as bytes: an edit by hand, or damage, may have left something else in its column."""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else b""


def _import_digest(imported: Import) -> str:
    """The digest of an import as it is stored; of one that damage has changed, none."""
    try:
        return import_digest(imported)
    except UNREADABLE:
        return ""


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _place(table: _Table, row: RowMapping) -> str:
    return f"{table.name} {row['seq']}"


def _edge_digests(row: RowMapping) -> Sequence[bytes]:
    return [row_digest(Edge(child=row["child"], role=row["role"], parent=row["parent"]))]
