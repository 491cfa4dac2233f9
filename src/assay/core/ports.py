"""What the core asks of the outside: one store of facts.

Stage rooms take a `FactStore`; the room `store` implements it on SQLite and PostgreSQL.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

import msgspec

from assay.core.fact import Fact
from assay.core.lineage import Edge

F = TypeVar("F", bound=Fact)


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a series of facts: `stored + already_there` is how many were given."""

    stored: int
    """Facts that are new to the store."""
    already_there: int
    """Facts whose id the store held before."""


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


class Writing(Protocol):
    """An open transaction: what is added in it becomes visible whole or not at all."""

    def add(self, facts: Sequence[Fact]) -> Added:
        """Add facts of any families; one that is there already is left as it is."""

    def link(self, edges: Iterable[Edge]) -> None:
        """Add lineage edges that the facts themselves do not name."""

    def trace(self, origins: Iterable[Origin]) -> None:
        """Add where facts came from."""


class FactStore(Protocol):
    """Append-only facts with an audit entry in the same transaction."""

    def write(
        self, action: str, *, actor: str, subject: str = "", documents: Mapping[str, str] = {}
    ) -> AbstractContextManager[Writing]:
        """Open a transaction that commits its facts and one audit entry together.

        Args:
            action: what is done, as `noun.verb`, such as `record.import`.
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
