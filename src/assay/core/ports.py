"""What the core needs from outside: one store of facts.

Stage packages take a `FactStore`; the package `store` implements it on SQLite and PostgreSQL.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol, TypeVar

import msgspec

from assay.core.fact import EncodedFact, Fact
from assay.core.lineage import Edge

F = TypeVar("F", bound=Fact)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """How many facts of a series were new: `stored + already_there` is the length of the series."""

    stored: int
    """Facts that are new to the store."""
    already_there: int
    """Facts whose id the store held before."""
    new: frozenset[str] = frozenset()
    """Ids of the facts that are new."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Who added a fact, when, in which audit entry, and under which document versions."""

    sequence: int
    """Place of the fact in its family, counted from 1; the one order that counts."""
    entry: int
    """Number of the audit entry that was committed with the fact."""
    actor: str
    """Who did it: a pseudonym or the name of a command's user."""
    at: str
    """When, as UTC in ISO 8601: information, never an order."""
    documents: Mapping[str, str] = {}
    """Ids of the documents in force: `contract`, `rubric`, `policy`, `sources` -> `doc_...`."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fact came from at an import."""

    fact: str
    """Id of the fact."""
    import_id: int
    """Number of the import."""
    row: int
    """Row (or line) of the file, counted from 1."""


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a reader over one file, and how far it has come."""

    id: int
    """Number of the import, counted from 1."""
    file: str
    """Name of the file, without its folder."""
    sha256: str
    """SHA-256 of the file's bytes, hexadecimal."""
    reader: str
    """Name of the reader."""
    source: str
    """Id of the source class."""
    mapping: str = ""
    """Digest of the mapping file (`sha256:...`); empty where the reader needs none."""
    actor: str
    """Pseudonym or name of the user who started it."""
    state: Literal["running", "finished"] = "running"
    """`running` until the last row is committed; a run that was killed stays `running`."""
    started: str
    """When it started, as UTC in ISO 8601."""
    finished: str = ""
    """When it finished; empty while it runs."""
    position: int = 0
    """Rows whose facts are committed: a resumed run starts at the row after this one."""
    read: int = 0
    """Rows read so far, those set aside included."""
    stored: int = 0
    """Rows that brought at least one fact that was new to the store."""
    already_there: int = 0
    """Rows all of whose facts the store held before."""
    set_aside: int = 0
    """Rows set aside with a reason."""


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """What facts that came after an audit entry are about."""

    families: frozenset[type[Fact]]
    """Families that have new facts."""
    records: Mapping[type[Fact], frozenset[str]]
    """Family -> ids of the records that its new facts are, or name."""

    def about(self, families: Iterable[type[Fact]]) -> list[str]:
        """Ids of the records that new facts of these families are, or name; sorted."""
        named = (self.records.get(family, frozenset()) for family in families)
        return sorted(frozenset[str]().union(*named))


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The head of the audit chain: a copy kept elsewhere shows later whether entries were cut off."""

    number: int
    """Number of the newest audit entry; 0 for a chain without entries."""
    hash: str
    """SHA-256 of that entry, hexadecimal; empty for a chain without entries."""


class Writing(Protocol):
    """An open transaction: what is added in it becomes visible whole or not at all."""

    def add(self, facts: Sequence[Fact]) -> Added:
        """Add facts of any families; one that is there already is left as it is."""

    def add_encoded(self, facts: Sequence[EncodedFact]) -> Added:
        """Add facts whose bytes were decoded to them, so that they can be read back; as `add` does."""

    def link(self, edges: Iterable[Edge]) -> None:
        """Add lineage edges that the facts themselves do not name."""

    def trace(self, origins: Iterable[Origin]) -> None:
        """Add where facts came from."""

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

        Args:
            imported: the import as this run knows it.
            position: rows committed, this transaction's included.
            read: rows read since the import's start.
            stored: rows since its start that brought a new fact.
            already_there: rows since its start whose facts were all there.
            set_aside: rows set aside since its start.
            finished: whether this was the last row.

        Returns:
            The import as it is now.

        Raises:
            UsageError: if another run has moved the same import on.
        """


class FactStore(Protocol):
    """Append-only facts with an audit entry in the same transaction."""

    def write(
        self, action: str, *, actor: str, subject: str = "", documents: Mapping[str, str] = {}
    ) -> AbstractContextManager[Writing]:
        """Open a transaction that commits its facts and one audit entry together.

        Args:
            action: what is done, as `resource.verb`, such as `record.import`.
            actor: who does it.
            subject: what it is done to, such as a file name or a release version.
            documents: ids of the documents in force.
        """

    def get(self, family: type[F], identity: str) -> F:
        """The fact with this id or unique prefix of an id.

        Raises:
            UsageError: if no fact, or more than one, matches.
        """

    def stamp(self, identity: str) -> Stamp:
        """The stamp of a fact given by its whole id."""

    def documents_of(self, identities: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """The documents in force when facts of one family were added: fact id -> kind -> id.

        Args:
            identities: whole ids of facts of one family; one that is not there is left out.
        """

    def scan(self, family: type[F], **where: str | Sequence[str]) -> Iterator[F]:
        """All facts of a family in their order of entry, streamed; `where` names index columns."""

    def count(self, family: type[Fact], **where: str | Sequence[str]) -> int:
        """How many facts `scan` would give."""

    def parents(self, identity: str) -> list[Edge]:
        """Edges from this fact to what it was made from."""

    def children(self, identity: str) -> list[Edge]:
        """Edges to this fact from what was made with it."""

    def origins(self, identity: str) -> list[Origin]:
        """The rows that this fact came from."""

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
        """The unfinished import of the same bytes in the same way, to resume, or a new one."""

    def imports(self) -> list[Import]:
        """All imports in the order of their start."""

    def head(self) -> Checkpoint:
        """The head of the audit chain."""

    def as_of(self, entry: int) -> "FactStore":
        """The facts as they were when an audit entry was the newest, for `scan` and `count`."""

    def new_since(self, family: type[F], entry: int) -> Iterator[F]:
        """The facts of a family that came after an audit entry, in their order of entry, streamed."""

    def touched_since(self, entry: int) -> Touched:
        """What the facts that came after an audit entry are about, up to where this store reads."""
