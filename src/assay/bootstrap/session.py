"""The session: what every interface of an open program works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assay.contracts.document import Document, DocumentKind
from assay.contracts.documents import Documents
from assay.core.clock import Clock
from assay.records.pseudonym import pseudonymiser
from assay.review.desk import opaque
from assay.settings import Keys
from assay.store.store import Store


@dataclass(frozen=True)
class Session:
    """One open program, seen from inside."""

    folder: Path
    """The program's folder."""
    store: Store
    """Its store."""
    documents: Documents
    """Its documents, typed."""
    facts: Mapping[DocumentKind, Document]
    """The documents in force as facts; they are in the store."""
    actor: str
    """Who acts."""
    clock: Clock
    """Tells the time."""
    keys: Keys
    """The program's keys by purpose. Never shown."""

    @cached_property
    def ids(self) -> dict[str, str]:
        """Ids of the documents in force, by kind."""
        return {kind: fact.id for kind, fact in self.facts.items()}

    def handle(self, prefix: str, identity: str) -> str:
        """A keyed name of a fact for people who may not see all of its content."""
        return opaque(self.keys.desk, prefix, identity)

    @cached_property
    def pseudonym(self) -> Callable[[str], str]:
        """Turns a raw person id into a pseudonym of this program."""
        return pseudonymiser(self.keys.pseudonyms)
