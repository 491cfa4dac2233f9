"""The build: from the store's facts to a signed folder, whole or not at all.

The same facts, inputs and key give the same bytes: nothing here reads a clock, draws a number or
depends on the order in which the store was filled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.contracts.document import Document, DocumentKind
from assay.core.canonical import encode_fact, parse_json
from assay.core.errors import InputError
from assay.core.lineage import Edge
from assay.core.ports import FactStore
from assay.core.version import __version__
from assay.governance.clearance import Clearance
from assay.governance.exit_rights import ExitRights, HeldBack
from assay.governance.permits import Permits
from assay.quality.machine_evidence import EvidenceDemand
from assay.quality.quota_coverage import DistributionCoverage, coverage
from assay.records.attachment import ATTACHMENTS, attachment_name
from assay.records.record import SCHEMA_VERSION, Record
from assay.releases.assembly import ReleaseTally, assemble
from assay.releases.attachment_tally import AttachmentFigures
from assay.releases.attestation import ATTESTATION, RELEASE, attest
from assay.releases.card import TEXTS, DataCardContext, render_texts
from assay.releases.checksums import SUMS, digest_file, render_sums
from assay.releases.croissant import CROISSANT, describe
from assay.releases.diff import ReleaseDifference, compare_releases
from assay.releases.evidence_tally import GuidelineEntry
from assay.releases.gates import (
    agreement_gate,
    claims_gate,
    duplicates_gate,
    integrity_gate,
    qa_gate,
    quota_gate,
    refuse_where_stopped,
    reserve_gate,
    rights_gate,
    verification_gate,
    versions_gate,
)
from assay.releases.inputs import ReleaseInputs, TypedDocuments, day_of, texts_in, typed_documents
from assay.releases.item import ReleaseItem
from assay.releases.keys import key_id
from assay.releases.manifest import (
    FORMAT,
    MANIFEST,
    AttachmentEntry,
    AuditHead,
    DocumentEntry,
    FileEntry,
    Generator,
    ManifestHead,
    ManifestWriter,
    read_manifest,
)
from assay.releases.place import build_lock, building, make_durable, settle
from assay.releases.previous import entry_of, previous_release
from assay.releases.publication import Publication
from assay.releases.release import GateResult, Release
from assay.releases.selection import ChosenRecords, SelectedRecords, select
from assay.releases.spool import ItemLines, Spool
from assay.releases.unchanged import LIMITATIONS, refuse_unchanged
from assay.releases.withdrawal import withdrawn_records
from assay.reserve.compared import Compared
from assay.reserve.public_benchmark import BenchmarkFigures

QUALITY_JSON = "quality.json"
"""The quality report for machines."""

QUALITY_TEXT = "quality.md"
"""The quality report for people."""


class _RestsOn(msgspec.Struct):
    """The part of an item that lineage needs."""

    disposition: str


_item = msgspec.json.Decoder(ReleaseItem)
_rests_on = msgspec.json.Decoder(_RestsOn)


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A release that was built."""

    release: Release
    """The fact that was committed."""
    folder: Path
    """The release's folder, under its final name."""
    head: ManifestHead
    """The head of its manifest."""
    held_back: HeldBack
    """Releasable records whose rights do not permit the use, each with its reasons."""


def build(
    store: FactStore,
    inputs: ReleaseInputs,
    key: Ed25519PrivateKey,
    releases: Path,
    *,
    actor: str,
    again: bool = False,
) -> Built:
    """Build a release, sign it and commit it.

    Args:
        store: where the facts are.
        inputs: everything else that the release is made from.
        key: the key that signs.
        releases: the folder of the releases, one folder a version.
        actor: who builds.
        again: whether a release that holds nothing new is wanted.

    Raises:
        UsageError: if the version is not above the last one, or another build is running.
        CheckError: if a gate refuses, with all reasons of all gates, or if nothing has changed
            since the last release; nothing is left behind.
        InputError: if the previous release cannot be read or is not the one that was built.
        MachineError: if the folder cannot be written.
    """
    with build_lock(releases):
        settle(store, releases)
        previous = previous_release(store, inputs.version, releases)
        with building(store, releases, inputs.version) as folder:
            return _Build(store, inputs, key, releases, folder, previous, again).run(actor)


@dataclass(frozen=True)
class _Build:
    """One build on its way through the steps."""

    store: FactStore
    inputs: ReleaseInputs
    key: Ed25519PrivateKey
    releases: Path
    folder: Path
    previous: Release | None
    again: bool

    @cached_property
    def documents(self) -> dict[DocumentKind, Document]:
        """The documents in force."""
        return {kind: file.document for kind, file in self.inputs.documents.items()}

    @cached_property
    def typed_documents(self) -> TypedDocuments:
        """The documents in force, typed."""
        return typed_documents(self.documents)

    @cached_property
    def permits(self) -> Permits:
        """What the sources permit on the day of the build."""
        day, territory = day_of(self.inputs.created), self.inputs.program.territory
        return Permits(self.typed_documents.sources.classes, on=day, territory=territory)

    @cached_property
    def rights(self) -> ExitRights:
        """What records and their ancestors permit on the day of the build."""
        withdrawn = withdrawn_records(self.store)
        clearance = Clearance(self.permits, self._find, withdrawn=withdrawn)
        return ExitRights(clearance, self.inputs.record_handle)

    @property
    def _drops_copies(self) -> bool:
        policy = self.typed_documents.contract.duplicates
        return self.inputs.drop_duplicates or (policy is not None and policy.in_release == "drop")

    def _find(self, ids: Sequence[str]) -> dict[str, Record]:
        return {record.id: record for record in self.store.scan(Record, id=ids)}

    def run(self, actor: str) -> Built:
        """Write, run the gates, sign and commit."""
        with (
            Spool(self.releases) as plain,
            Spool(self.releases) as naming,
            Spool(self.releases) as renamed,
            ItemLines(self.releases) as items,
        ):
            chosen = ChosenRecords(plain, naming)
            selection = select(
                self.store,
                contract=self.documents["contract"].id,
                rubric=self.documents["rubric"].id,
                use=self.inputs.use,
                rights=self.rights,
                spools=chosen,
                sampling=self.typed_documents.contract.sampling,
                reserve=self.inputs.reserve,
                benchmarks=self.inputs.benchmarks,
                leave_out_overlaps=self.inputs.leave_out_overlaps,
                drop_copies=self._drops_copies,
            )
            demand = EvidenceDemand(self.typed_documents.contract, self.typed_documents.rubric)
            publication = Publication(chosen, renamed, self.inputs.record_handle)
            tally = assemble(
                publication.in_order(),
                self.permits,
                self.folder,
                items,
                demand,
                handles=publication.handles,
            )
            self._write_documents(publication)
            self._write_attachments(tally.attachments.entries())
            # Data files and documents come first: the head that the gates judge names their digests.
            head, texts = self._judge(selection, tally, items)
            if self.previous and not self.again:
                before = self.releases / self.previous.version
                refuse_unchanged(head, publication.text(texts[LIMITATIONS]), before)
            for name, text in texts.items():
                self._write(name, publication.text(text))
            self._write_manifest(head, items)
            # Last of the files: the signature covers the manifest, which has the digests of all others.
            self._seal(head)
            # On the disk before the store names it: a release that the store has is moved into its place
            # at the next build where a crash came between, and must be whole then.
            make_durable(self.folder)
            release = self._commit(head, items, publication.origins, actor)
        return Built(
            release=release,
            folder=self.releases / head.version,
            head=head,
            held_back=self.rights.held_back,
        )

    def _write_documents(self, publication: Publication) -> None:
        (self.folder / "documents").mkdir()
        for kind, file in self.inputs.documents.items():
            self._write(f"documents/{file.file}", file.source)
            self._write(f"documents/{kind}.json", encode_fact(file.document))
        self._write(QUALITY_JSON, publication.text(self.inputs.quality.json.decode()))
        self._write(QUALITY_TEXT, publication.text(self.inputs.quality.markdown.decode()))

    def _write_attachments(self, entries: Sequence[AttachmentEntry]) -> None:
        """Copy the files that records show, each under its digest.

        Raises:
            MachineError: if one of them is not at hand, or was changed.
        """
        if entries:
            (self.folder / ATTACHMENTS).mkdir()
        for entry in entries:
            # Read whole, which its budget at the import bounds: what is signed was compared.
            content = self.inputs.attachment(entry.digest)
            self._write(attachment_name(entry.digest), content)

    def _judge(
        self, selection: SelectedRecords, tally: ReleaseTally, items: ItemLines
    ) -> tuple[ManifestHead, dict[str, str]]:
        """The manifest's head and the texts, once every gate has let them pass."""
        covered = coverage(selection.cells, self.typed_documents.contract.sampling)
        difference, before = self._difference(items)
        issues = [issue for file in self.inputs.documents.values() for issue in file.issues]
        figures = selection.figures
        gates: tuple[GateResult, ...] = (
            rights_gate(
                self.inputs.use, figures.accepted + figures.preserved, selection.denied_count
            ),
            quota_gate(covered),
            qa_gate(figures),
            integrity_gate(tally.integrity.result()),
            duplicates_gate(selection.duplicates(), self.typed_documents.contract.duplicates),
            versions_gate(
                self.documents,
                issues,
                before,
                judged_under={entry.title: entry.judgments for entry in self._judged_under(tally)},
                stale=self.inputs.stale,
            ),
            agreement_gate(
                self.inputs.floors, len(self.typed_documents.contract.review.agreement_floors)
            ),
            verification_gate(tally.verifiers, tally.applying()),
        )
        # Two gates read the release's texts, and the texts name the results of all gates. So a draft
        # with the results so far is judged, and the texts are rendered again with all of them.
        head = self._head(tally, selection, gates)
        render = partial(
            self._texts,
            covered=covered,
            difference=difference,
            attachments=tally.attachments.figures(),
            benchmarks=selection.benchmarks.figures(),
        )
        draft = render(head)
        gates = (
            *gates[:-1],
            self._reserve_gate(selection, draft),
            gates[-1],
            claims_gate(self._claiming(draft), self.inputs.validations),
        )
        refuse_where_stopped(gates)
        head = msgspec.structs.replace(head, gates=gates)
        return head, render(head)

    def _reserve_gate(self, selection: SelectedRecords, draft: Mapping[str, str]) -> GateResult:
        index, figures = self.inputs.reserve, selection.figures
        overlaps_by_text = index.overlaps(self._files(draft)) if index else ()
        return reserve_gate(
            [
                *selection.overlaps,
                *(overlap for overlaps in overlaps_by_text for overlap in overlaps),
            ],
            figures.accepted + figures.preserved,
            index.sealed if index else {},
            self.typed_documents.contract,
            wordless=index.wordless if index else 0,
        )

    def _files(self, draft: Mapping[str, str]) -> Iterator[Compared]:
        """Every text of the release that is in no record: documents and texts."""
        for file in self.inputs.documents.values():
            yield Compared.of(file.file, parse_json(file.document.text))
            yield Compared.of(file.file, file.source.decode("utf-8", "replace"))
        for name, text in {**draft, QUALITY_TEXT: self.inputs.quality.markdown.decode()}.items():
            yield Compared.of(name, text)

    def _judged_under(self, tally: ReleaseTally) -> tuple[GuidelineEntry, ...]:
        """Judgments by guideline; the rubric in force is named even if nobody else knows it."""
        rubric = self.documents["rubric"]
        in_force = {rubric.id: f"{rubric.name} {rubric.version}"}
        return tally.evidence.guidelines({**self.inputs.rubrics, **in_force})

    def _head(
        self, tally: ReleaseTally, selection: SelectedRecords, gates: tuple[GateResult, ...]
    ) -> ManifestHead:
        return ManifestHead(
            format=FORMAT,
            program=self.inputs.program,
            version=self.inputs.version,
            created=self.inputs.created,
            use=self.inputs.use,
            record_schema=SCHEMA_VERSION,
            documents=tuple(self._document_entries()),
            source_classes=tally.sources(self.permits),
            transformations=tally.transformations(),
            counts=tally.counts(),
            left_out=selection.left_out,
            gates=gates,
            files=tuple(self._file_entries()),
            audit=AuditHead(number=self.inputs.checkpoint.number, hash=self.inputs.checkpoint.hash),
            generator=Generator(assay=__version__, pyarrow=pa.__version__),
            merkle_root=tally.tree.root().hex(),
            previous=entry_of(self.previous),
            reserve=self.inputs.sealed,
            verification=tally.verifiers.rows(),
            dimensions=tally.evidence.dimensions(),
            judged_under=self._judged_under(tally),
            attachments=tally.attachments.entries(),
        )

    def _document_entries(self) -> Iterator[DocumentEntry]:
        for kind, file in self.inputs.documents.items():
            document = file.document
            yield DocumentEntry(
                kind=kind,
                id=document.id,
                name=document.name,
                version=document.version,
                content=document.content,
                source=f"documents/{file.file}",
                canonical=f"documents/{kind}.json",
            )

    def _file_entries(self) -> Iterator[FileEntry]:
        for name in _files_in(self.folder):
            digest, size = digest_file(self.folder / name)
            yield FileEntry(name=name, sha256=digest, bytes=size)

    def _difference(
        self, items: ItemLines
    ) -> tuple[ReleaseDifference | None, Mapping[DocumentKind, Document] | None]:
        """What changed since the previous release, and its documents; None for a first one."""
        if self.previous is None:
            return None, None
        folder = self.releases / self.previous.version
        head, before = read_manifest(folder / MANIFEST)
        documents = read_documents(folder, head)
        difference = compare_releases(
            (self.previous.version, self.inputs.version),
            ((item for item, _ in before), map(_item.decode, items)),
            (documents, self.documents),
        )
        return difference, documents

    def _texts(
        self,
        head: ManifestHead,
        *,
        covered: DistributionCoverage,
        difference: ReleaseDifference | None,
        attachments: AttachmentFigures | None,
        benchmarks: tuple[BenchmarkFigures, ...],
    ) -> dict[str, str]:
        card_context = DataCardContext(
            head=head,
            typed_documents=self.typed_documents,
            covered=covered,
            key_id=key_id(self.key.public_key()),
            difference=difference,
            benchmarks=benchmarks,
            limitations=self.inputs.limitations,
            attachments=attachments,
            alarms=tuple(alarm for alarm in self.inputs.alarms if alarm.state == "raised"),
        )
        return render_texts(card_context) | {CROISSANT: describe(head, self.typed_documents)}

    def _claiming(self, texts: Mapping[str, str]) -> dict[str, list[str]]:
        """All texts of the release that could claim something."""
        files = self.inputs.documents.values()
        return {
            **{name: [texts[name]] for name in TEXTS},
            QUALITY_TEXT: [self.inputs.quality.markdown.decode()],
            **{file.file: texts_in(file.document) for file in files},
        }

    def _write_manifest(self, head: ManifestHead, items: ItemLines) -> None:
        with (self.folder / MANIFEST).open("wb") as stream:
            writer = ManifestWriter(stream, head)
            for item in items:
                writer.add(item)
            writer.close()

    def _seal(self, head: ManifestHead) -> None:
        # The manifest has the digests of the data files: only what was written later is read again.
        listed = {entry.name: entry.sha256 for entry in head.files}
        digests = {
            name: listed.get(name) or digest_file(self.folder / name)[0]
            for name in _files_in(self.folder)
        }
        self._write(SUMS, render_sums(digests))
        subjects = {MANIFEST: digests[MANIFEST], SUMS: digest_file(self.folder / SUMS)[0]}
        self._write(ATTESTATION, attest(RELEASE, subjects, predicate_of(head), self.key))

    def _commit(
        self, head: ManifestHead, items: ItemLines, origins: Mapping[str, str], actor: str
    ) -> Release:
        documents: dict[str, str] = {entry.kind: entry.id for entry in head.documents}
        release = Release(
            version=head.version,
            merkle_root=head.merkle_root,
            manifest_digest=f"sha256:{digest_file(self.folder / MANIFEST)[0]}",
            records=head.counts.records,
            judgments=head.counts.judgments,
            documents=documents,
            gates=head.gates,
            previous=self.previous.id if self.previous else None,
        )
        # A published disposition may have another id than the fact in the store; the lineage
        # connects facts of the store.
        identity = release.id
        dispositions = (_rests_on.decode(item).disposition for item in items)
        made_from = (
            Edge(child=identity, role="disposition", parent=origins.get(published, published))
            for published in dispositions
        )
        with self.store.write(
            "release.build", actor=actor, subject=head.version, documents=documents
        ) as transaction:
            transaction.add([release])
            transaction.link(made_from)
        return release

    def _write(self, name: str, content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)


def predicate_of(head: ManifestHead) -> dict[str, Any]:
    """What the signed statement says of a release."""
    previous = head.previous
    return {
        "created": head.created,
        "format": head.format,
        "judgments": head.counts.judgments,
        "merkleRoot": head.merkle_root,
        "previous": previous.manifest_digest if previous else None,
        "program": head.program.id,
        "records": head.counts.records,
        "use": head.use,
        "version": head.version,
    }


def read_documents(folder: Path, head: ManifestHead) -> dict[DocumentKind, Document]:
    """The documents of a release, by kind, from their canonical files.

    Raises:
        InputError: if a document cannot be read.
    """
    documents: dict[DocumentKind, Document] = {}
    for entry in head.documents:
        try:
            content = (folder / entry.canonical).read_bytes()
            documents[entry.kind] = msgspec.json.decode(content, type=Document)
        except (OSError, msgspec.MsgspecError) as error:
            raise InputError(
                code="document-unreadable",
                message=f"the {entry.kind} of the release cannot be read: {error}",
                where=entry.canonical,
            ) from error
    return documents


def _files_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
