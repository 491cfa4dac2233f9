"""The tables: one per family of facts, the edges, origins, imports, audit entries, derived results.

Every append-only table has a gapless sequence (`seq`) that is given under the store's write
lock, so that order of entry is order of commit on both databases.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    literal_column,
    select,
)

from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.records.record import Record
from assay.store.families import FAMILIES, Family
from assay.store.queue_tables import Identity, Number, desk_tables

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True)
class FamilyTable:
    """A family together with its table."""

    family: Family
    """What the declaration says."""
    table: Table
    """Where its facts are kept."""

    @property
    def prefix(self) -> str:
        """The word that starts the family's ids."""
        return self.family.fact.prefix

    @cached_property
    def record(self) -> "Column[str] | None":
        """The column that names a fact's record; a record's own id; None where a fact has none."""
        if self.family.fact is Record:
            return self.table.c.id
        named = (
            self.table.c[name]
            for name, column in self.family.columns.items()
            if column.role == "record"
        )
        return next(named, None)

    @cached_property
    def by_id(self) -> Select[str, bytes]:
        """The fact with the id `of`: id and stored bytes. Asked for everywhere, so built once."""
        columns = self.table.c
        return select(columns.id, columns.body).where(columns.id == bindparam("of"))

    @cached_property
    def number_by_id(self) -> Select[str, int]:
        """The fact with the id `of`: id and sequence number. Each write asks, so it is built once."""
        columns = self.table.c
        return select(columns.id, columns.seq).where(columns.id == bindparam("of"))

    @cached_property
    def decoder(self) -> msgspec.json.Decoder[Fact]:
        """Reads the family's facts from their stored bytes."""
        return msgspec.json.Decoder(self.family.fact)


class Schema:
    """All tables for a set of families."""

    def __init__(self, families: Iterable[Family] = FAMILIES) -> None:
        self.metadata = MetaData(naming_convention=_NAMES)
        self.entries = _entries(self.metadata)
        self.imports = _imports(self.metadata)
        self.edges = _edges(self.metadata)
        self.origins = _origins(self.metadata)
        self.derived = _derived(self.metadata)
        self.desk = desk_tables(self.metadata)
        self.families = [FamilyTable(family, _facts(self.metadata, family)) for family in families]
        self._by_class = {family_table.family.fact: family_table for family_table in self.families}
        self._by_prefix = {family_table.prefix: family_table for family_table in self.families}

    def of_class(self, family: type[Fact]) -> FamilyTable:
        """The family of a class of facts.

        Raises:
            UsageError: if the store keeps no such facts.
        """
        try:
            return self._by_class[family]
        except KeyError:
            raise UsageError(
                code="unknown-family",
                message=f"the store keeps no facts of class {family.__name__}",
            ) from None

    def of_id(self, identity: str) -> FamilyTable:
        """The family that an id belongs to.

        Raises:
            UsageError: if the id starts with no family's prefix.
        """
        try:
            return self._by_prefix[identity.partition("_")[0]]
        except KeyError:
            prefixes = ", ".join(f"{prefix}_" for prefix in self._by_prefix)
            raise UsageError(
                code="not-an-id",
                message=f"{identity!r} is not the id of a fact",
                hint=f"ids start with {prefixes}",
            ) from None


def _entries(metadata: MetaData) -> Table:
    return Table(
        "audit_entries",
        metadata,
        Column("number", Number, primary_key=True, autoincrement=False),
        Column("hash", Identity, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )


def _imports(metadata: MetaData) -> Table:
    texts = (
        "file",
        "sha256",
        "reader",
        "source",
        "mapping",
        "actor",
        "state",
        "started",
        "finished",
    )
    numbers = ("position", "read", "stored", "already_there", "set_aside")
    return Table(
        "imports",
        metadata,
        Column("id", Number, primary_key=True, autoincrement=False),
        *(Column(name, Text, nullable=False) for name in texts),
        *(Column(name, Number, nullable=False) for name in numbers),
        Index(None, "sha256"),
    )


def _edges(metadata: MetaData) -> Table:
    return Table(
        "edges",
        metadata,
        *_order(),
        Column("child", Identity, nullable=False),
        Column("role", Text, nullable=False),
        Column("parent", Identity, nullable=False),
        UniqueConstraint("child", "role", "parent"),
        Index(None, "parent"),
    )


def _origins(metadata: MetaData) -> Table:
    return Table(
        "origins",
        metadata,
        *_order(),
        Column("import_id", Number, ForeignKey("imports.id"), nullable=False),
        Column("row", Number, nullable=False),
        Column("family", Identity, nullable=False),
        Column("fact", Number, nullable=False),
        Column("length", Number, nullable=False),
        Index(None, "family", "fact"),
        Index(None, "import_id", "row"),
    )


def _derived(metadata: MetaData) -> Table:
    return Table(
        "derived_results",
        metadata,
        Column("name", Identity, primary_key=True),
        Column("version", Number, nullable=False),
        Column("documents", Identity, nullable=False),
        Column("entry", Number, nullable=False),
        Column("hash", Identity, nullable=False),
        Column("digest", Identity, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )


def _facts(metadata: MetaData, family: Family) -> Table:
    return Table(
        family.table,
        metadata,
        *_order(),
        Column("id", Identity, nullable=False, unique=True),
        Column("body", LargeBinary, nullable=False),
        *(Column(name, Identity) for name in family.columns),
        *(Index(None, name, "seq") for name in family.columns),
    )


def _order() -> tuple[Column[int], Column[int]]:
    return (
        # Given by the writer and not by the database, whose counters leave gaps after a rollback.
        Column("seq", Number, primary_key=True, autoincrement=False),
        Column("entry", Number, nullable=False),
    )


def last_number(table: Table) -> ColumnElement[int]:
    """The last sequence number that a row of a table takes: a row of origins takes one for each."""
    return (
        table.c.seq + table.c.length - literal_column("1") if "length" in table.c else table.c.seq
    )


SCHEMA = Schema()
"""The tables of this release."""
