"""A store of facts in memory, with the promises of `core.ports.FactStore` that stages lean on.

What is written in one transaction becomes visible whole or not at all; a fact that is there
already is left as it is; `scan` gives facts in their order of entry.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from assay.core.errors import UsageError
from assay.core.fact import EncodedFact, Fact
from assay.core.lineage import Edge
from assay.core.ports import Added, Checkpoint, Import, Origin, Stamp
from assay.store.families import FAMILIES

F = TypeVar("F", bound=Fact)

_COLUMNS = {family.fact: family.columns for family in FAMILIES}


class MemoryWriting:
    """An open transaction of a `MemoryStore`."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store
        self.facts: dict[str, Fact] = {}
        self.edges: list[Edge] = []
        self.origins: list[Origin] = []

    def add(self, facts: Sequence[Fact]) -> Added:
        """Add facts of any families; one that is there already is left as it is."""
        new = {fact.id: fact for fact in facts}
        fresh = {
            identity: fact
            for identity, fact in new.items()
            if identity not in self._store.facts and identity not in self.facts
        }
        self.facts |= fresh
        return Added(stored=len(fresh), already_there=len(facts) - len(fresh), new=frozenset(fresh))

    def add_encoded(self, facts: Sequence[EncodedFact]) -> Added:
        """Add facts that are encoded."""
        return self.add([encoded.fact for encoded in facts])

    def link(self, edges: Iterable[Edge]) -> None:
        """Add lineage edges that the facts themselves do not name."""
        self.edges.extend(edges)

    def trace(self, origins: Iterable[Origin]) -> None:
        """Add where facts came from."""
        self.origins.extend(origins)


class MemoryStore:
    """Append-only facts in one dictionary."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.stamps: dict[str, Stamp] = {}
        self.edges: list[Edge] = []
        self.traced: list[Origin] = []
        self.actions: list[str] = []
        self.now = "2026-01-31T09:30:00Z"

    @contextmanager
    def write(
        self, action: str, *, actor: str, subject: str = "", documents: Mapping[str, str] = {}
    ) -> Iterator[MemoryWriting]:
        """Open a transaction that commits its facts and one audit entry together."""
        writing = MemoryWriting(self)
        yield writing
        self.actions.append(f"{action} {subject}".strip())
        counts = Counter(type(fact) for fact in self.facts.values())
        for identity, fact in writing.facts.items():
            counts[type(fact)] += 1
            self.stamps[identity] = Stamp(
                sequence=counts[type(fact)],
                entry=len(self.actions),
                actor=actor,
                at=self.now,
                documents=dict(documents),
            )
        self.facts |= writing.facts
        self.edges += writing.edges
        self.traced += writing.origins

    def get(self, family: type[F], identity: str) -> F:
        """The fact with this id or unique prefix of an id."""
        found = [
            fact
            for known, fact in self.facts.items()
            if isinstance(fact, family) and known.startswith(identity)
        ]
        if len(found) != 1:
            raise UsageError(
                code="no-such-fact", message=f"{len(found)} facts have an id that starts so"
            )
        return found[0]

    def stamp(self, identity: str) -> Stamp:
        """The stamp of a fact given by its whole id."""
        return self.stamps[identity]

    def documents_of(self, identities: Sequence[str]) -> dict[str, Mapping[str, str]]:
        """The documents in force when facts were added."""
        return {each: self.stamps[each].documents for each in identities if each in self.stamps}

    def scan(self, family: type[F], **where: str | Sequence[str]) -> Iterator[F]:
        """All facts of a family in their order of entry; `where` names index columns."""
        wanted = {
            name: {value} if isinstance(value, str) else set(value) for name, value in where.items()
        }
        identities = wanted.pop("id", None)
        for identity, fact in list(self.facts.items()):
            if not isinstance(fact, family) or (
                identities is not None and identity not in identities
            ):
                continue
            columns = _COLUMNS[family]
            if all(columns[name].extract(fact) in values for name, values in wanted.items()):
                yield fact

    def count(self, family: type[Fact], **where: str | Sequence[str]) -> int:
        """How many facts `scan` would give."""
        return sum(1 for _ in self.scan(family, **where))

    def parents(self, identity: str) -> list[Edge]:
        """Edges from this fact to what it was made from."""
        return [edge for edge in self.edges if edge.child == identity]

    def children(self, identity: str) -> list[Edge]:
        """Edges to this fact from what was made with it."""
        return [edge for edge in self.edges if edge.parent == identity]

    def origins(self, identity: str) -> list[Origin]:
        """The rows that this fact came from."""
        return [origin for origin in self.traced if origin.fact == identity]

    def imports(self) -> list[Import]:
        """All imports: files are bulk's, so there are none."""
        return []

    def head(self) -> Checkpoint:
        """The number of the newest entry; nothing is chained in memory."""
        return Checkpoint(number=len(self.actions), hash="")
