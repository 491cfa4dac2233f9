"""The open program: its documents, its store, its keys, and the nouns that work on them."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Self

import msgspec

from assay.bootstrap.quality import QualityNoun
from assay.bootstrap.records import RecordsNoun
from assay.bootstrap.releases import ReleasesNoun
from assay.bootstrap.review import ReviewNoun
from assay.bootstrap.session import Session
from assay.contracts import service as contracts
from assay.contracts.checklist import Point
from assay.contracts.document import Document, DocumentKind
from assay.contracts.documents import Documents
from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.core.lineage import Step, walk
from assay.core.ports import Checkpoint, Origin, Stamp
from assay.quality.coverage import Coverage
from assay.records.pseudonym import pseudonymiser
from assay.review.service import ReviewStatus
from assay.settings import actor, read_secret, store_url
from assay.store import audit
from assay.store.store import Store
from assay.store.tables import SCHEMA

PSEUDONYM_KEY = "file:.assay/pseudonym.key"
"""Where the secret lies that turns names into pseudonyms, unless assay.toml says otherwise."""


class LineageReport(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fact came from and what was made with it."""

    id: str
    """The fact's id."""
    kind: str
    """Its family, such as `record`."""
    stamp: Stamp
    """Who added it, when, under which documents."""
    origins: tuple[Origin, ...]
    """Rows of imported files that it came from."""
    from_: tuple[Step, ...]
    """Every fact that it was made from, nearest first."""
    into: tuple[Step, ...]
    """Every fact that was made with it, nearest first."""


class ProgramStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program stands."""

    counts: dict[str, int]
    """Facts by family."""
    checklist: tuple[Point, ...]
    """The fourteen points of the operating checklist."""
    coverage: Coverage
    """The sampling distribution against what is there."""
    queue: ReviewStatus
    """Assigned, judged and waiting."""


class Program:
    """One open program. Documents and store are read when they are first needed."""

    def __init__(self, folder: Path, *, clock: Clock, who: str | None) -> None:
        """Use `assay.open`."""
        self.folder = folder
        """The program's folder."""
        self.clock = clock
        """Tells the time for stamps."""
        self.actor = who or actor()
        """Who acts."""

    @cached_property
    def documents(self) -> Documents:
        """The documents, free of errors.

        Raises:
            CheckError: if they do not check.
        """
        return contracts.load(self.folder)

    @cached_property
    def store(self) -> Store:
        """The store that assay.toml names; it is made when it is first opened."""
        url = store_url(self.documents.program.store, self.folder)
        witness = self.folder / ".assay" / "audit.head"
        witness.parent.mkdir(exist_ok=True)
        return Store.open(url, self.clock, create=True, witness=witness)

    @cached_property
    def session(self) -> Session:
        """What every noun works with. The documents in force are in the store from here on."""
        facts: dict[DocumentKind, Document] = {**self.documents.facts()}
        with self.store.write("document.register", actor=self.actor) as writing:
            writing.add(list(facts.values()))
        return Session(
            folder=self.folder,
            store=self.store,
            documents=self.documents,
            facts=facts,
            actor=self.actor,
            clock=self.clock,
            secret=self._secret(),
        )

    @cached_property
    def records(self) -> RecordsNoun:
        """2. Import, sample, list, show and export records."""
        return RecordsNoun(self.session)

    @cached_property
    def review(self) -> ReviewNoun:
        """3. Assign passes, exchange judgments, adjudicate."""
        return ReviewNoun(self.session)

    @cached_property
    def quality(self) -> QualityNoun:
        """4. Dispositions, agreement, the quality report."""
        return QualityNoun(self.session)

    @cached_property
    def releases(self) -> ReleasesNoun:
        """5. Build, verify, compare, export and withdraw releases."""
        return ReleasesNoun(self.session)

    def status(self) -> ProgramStatus:
        """Where the program stands: checklist, coverage, queue and counts."""
        return ProgramStatus(
            counts={
                kept.family.table: self.session.store.count(kept.family.fact)
                for kept in SCHEMA.families
            },
            checklist=contracts.check(self.folder).checklist,
            coverage=self.quality.coverage(),
            queue=self.review.status(),
        )

    def lineage(self, identity: str) -> LineageReport:
        """Where a fact came from, and what was made with it.

        Args:
            identity: an id, or a unique prefix of one.

        Raises:
            UsageError: if no fact, or more than one, matches.
        """
        fact = self.store.get(_family_of(identity), identity)
        return LineageReport(
            id=fact.id,
            kind=type(fact).__name__.lower(),
            stamp=self.store.stamp(fact.id),
            origins=tuple(self.store.origins(fact.id)),
            from_=tuple(walk(fact.id, self.store.parents, towards="parent")),
            into=tuple(walk(fact.id, self.store.children, towards="child")),
        )

    def audit(self, heads: tuple[Checkpoint, ...] = ()) -> audit.AuditReport:
        """Verify the audit chain against the facts, signed releases and further heads.

        Args:
            heads: checkpoints that were kept elsewhere.
        """
        return audit.verify(self.store, [*heads, *self.releases.checkpoints()])

    def close(self) -> None:
        """Close the store, if it was opened."""
        if "store" in self.__dict__:
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _secret(self) -> bytes:
        """The program's secret; one is made where assay.toml names none and none is there."""
        reference = self.documents.program.pseudonym_key
        own = self.folder / PSEUDONYM_KEY.removeprefix("file:")
        if reference is None and not own.exists():
            own.touch(mode=0o600)
            own.write_bytes(secrets.token_hex(32).encode())
        secret = read_secret(reference or PSEUDONYM_KEY, self.folder).strip()
        pseudonymiser(secret)  # refuses a secret that is too short
        return secret


def _family_of(identity: str) -> type[Fact]:
    families = {kept.prefix: kept.family.fact for kept in SCHEMA.families}
    family = families.get(identity.partition("_")[0])
    if family is None:
        raise UsageError(
            code="not-an-id",
            message=f"{identity!r} is no id",
            hint=f"ids start with {', '.join(f'{prefix}_' for prefix in families)}",
        )
    return family
