"""A program's documents, read and checked: what every later stage works with."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import AnyDocument, Document, DocumentKind, to_fact
from assay.contracts.policy import PolicyRules
from assay.contracts.program import ProgramSettings
from assay.contracts.rubric import Rubric
from assay.contracts.sources import Sources


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """The documents of one program, free of errors."""

    directory: Path
    """The program's folder, which holds all the files."""
    program: ProgramSettings
    """The settings in `assay.toml`."""
    contract: Contract
    """What the model must do."""
    rubric: Rubric
    """How outputs are judged."""
    policy: PolicyRules
    """The rules that safety judgments point to."""
    sources: Sources
    """Where material comes from, and what may be done with it."""

    def by_kind(self) -> Mapping[DocumentKind, AnyDocument]:
        """The four versioned documents by their kind."""
        return {
            "contract": self.contract,
            "rubric": self.rubric,
            "policy": self.policy,
            "sources": self.sources,
        }

    def facts(self) -> Mapping[DocumentKind, Document]:
        """The facts that later facts cite, by kind."""
        return {kind: to_fact(document) for kind, document in self.by_kind().items()}

    def ids(self) -> dict[str, str]:
        """The ids of these facts by kind, as the store stamps them on what is added."""
        return {kind: fact.id for kind, fact in self.facts().items()}
