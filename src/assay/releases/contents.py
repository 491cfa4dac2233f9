"""The contents of a signed folder, derived again: ids, items, Merkle root, tables, gates, rights.

All series are in the order of the records' ids, so one walk side by side sees everything in flat
memory and reads it once. The item of each record is made again by the function that made it at the build.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec

from assay.contracts.contract import Sampling
from assay.contracts.document import Document, DocumentKind, to_fact
from assay.contracts.reading import read_content
from assay.core.canonical import encode_fact
from assay.core.digest import labelled_digest, sha256
from assay.core.errors import InputError
from assay.core.identity import make_id, make_ids
from assay.core.media_type import media_type
from assay.governance.permits import Permits
from assay.quality.cells import Cells
from assay.quality.disposition import RELEASABLE, Disposition, rests_on_all
from assay.quality.duplicates import DuplicateGathering
from assay.quality.machine_evidence import EvidenceDemand
from assay.quality.quota_coverage import CellCounts, coverage, place_of
from assay.records.attachment import ATTACHMENTS, attachment_name
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.assembly import (
    ADJUDICATIONS,
    DATA_FILES,
    DISPOSITIONS,
    JUDGMENTS,
    JUDGMENTS_TABLE,
    RECORDS,
    RECORDS_TABLE,
    VERIFICATIONS,
    ReleaseTally,
    in_order_read,
)
from assay.releases.build import read_documents
from assay.releases.checksums import FileDigest, is_safe
from assay.releases.copies_before import SketchedCells
from assay.releases.faults import Faults
from assay.releases.gates import (
    COPIES_COUNT,
    GATES,
    TWO_STATES,
    QaFigures,
    duplicates_gate,
    integrity_gate,
    qa_gate,
    quota_gate,
    rights_gate,
    verification_gate,
    versions_gate,
)
from assay.releases.inheritance import (
    BEFORE_INHERITANCE,
    Descent,
    descent_faults,
    item_faults,
)
from assay.releases.inputs import TypedDocuments, day_of, typed_documents
from assay.releases.item import ReleaseItem, make_item
from assay.releases.manifest import MANIFEST, WITHOUT_FILES, ManifestHead, read_manifest
from assay.releases.parquet import (
    JUDGMENT_SCHEMA,
    RECORD_SCHEMA,
    RECORD_SCHEMA_BEFORE_STANDINGS,
    TableComparison,
    judgment_row,
    record_row,
)
from assay.releases.selection import Body, Bundle
from assay.releases.version import precedence
from assay.review.adjudication import Adjudication
from assay.verification.verification import Verification

F = TypeVar("F", Record, Judgment, Disposition, Adjudication, Verification)
About = TypeVar("About", Judgment, Disposition, Adjudication, Verification)

_AT_ONCE = 1 << 18
"""Bytes of a file from which lines are not read any further before they are worked on."""


def examine(
    folder: Path, head: ManifestHead, files: Mapping[str, FileDigest], faults: Faults
) -> TypedDocuments:
    """Derive everything that the manifest says from the files, and report every difference.

    Args:
        folder: the release.
        head: the head of its manifest.
        files: SHA-256 and size of every file of the folder, by name.
        faults: takes the differences.

    Returns:
        The release's documents.

    Raises:
        InputError: if a file cannot be read as what it should be; then nothing after it is
            examined.
    """
    _examine_head(head, files, faults)
    documents = _examine_documents(folder, head, faults)
    typed = typed_documents(documents)
    permits = Permits(
        typed.sources.classes, on=day_of(head.created), territory=head.program.territory
    )
    tally = ReleaseTally(EvidenceDemand(typed.contract, typed.rubric))
    with _Tables(folder, head) as tables:
        walk = _Walk(
            folder,
            head,
            permits=permits,
            sampling=typed.contract.sampling,
            faults=faults,
            tally=tally,
            tables=tables,
        )
        walk.go()
        _compare(head, walk.tally, permits, faults)
        _examine_attachments(folder, head, faults)
        tables.report(faults)
    _run_gates(head, walk, typed, documents, faults)
    return typed


def _examine_head(head: ManifestHead, files: Mapping[str, FileDigest], faults: Faults) -> None:
    if head.previous and precedence(head.previous.version) >= precedence(head.version):
        message = f"{head.version} follows {head.previous.version}, which is not below it"
        faults.error("previous-not-below", MANIFEST, message)
    described = {entry.name: entry for entry in head.files}
    names = {entry.canonical for entry in head.documents}
    names |= {entry.source for entry in head.documents} | set(DATA_FILES)
    if missing := sorted(names - described.keys()):
        raise InputError(
            code="undescribed-file",
            message=f"the manifest does not describe {', '.join(missing)}",
            where=MANIFEST,
        )
    for name, entry in described.items():
        if not is_safe(name) or name not in files:
            raise InputError(
                code="undescribed-file", message=f"{name!r} is not a file here", where=MANIFEST
            )
        if files[name] != (entry.sha256, entry.bytes):
            faults.error("other-file", MANIFEST, f"{name} is not the file that is described")


def _examine_documents(
    folder: Path, head: ManifestHead, faults: Faults
) -> dict[DocumentKind, Document]:
    documents = read_documents(folder, head)
    for entry in head.documents:
        document = documents[entry.kind]
        content = (folder / entry.canonical).read_bytes()
        described = (entry.kind, entry.name, entry.version, entry.content)
        if described != (document.kind, document.name, document.version, document.content):
            faults.error("other-document", entry.canonical, "the manifest describes another one")
        if make_id(Document.prefix, sha256(content)) != entry.id:
            faults.error("other-document", entry.canonical, "its digest is not its id")
        written = read_content(entry.kind, entry.source, (folder / entry.source).read_bytes())
        if written.shaped.document is None or to_fact(written.shaped.document) != document:
            message = "what people wrote and the canonical form mean different things"
            faults.error("other-meaning", entry.source, message)
    return documents


class _Series(Generic[About]):
    """Facts about records, in the order of the records' ids, taken record by record."""

    def __init__(self, file: str, facts: Iterator[tuple[Body, About]], faults: Faults) -> None:
        self._file = file
        self._faults = faults
        self._facts: Iterator[tuple[Body, About]] = facts
        self._next: tuple[Body, About] | None = next(self._facts, None)

    def about(self, record: str | None) -> list[tuple[Body, About]]:
        """The facts about the next record; with None, no more records come."""
        facts: list[tuple[Body, About]] = []
        while self._next and (record is None or self._next[1].record <= record):
            raw, fact = self._next
            if fact.record != record:
                message = f"{raw.id} is about {fact.record}, which is not here"
                self._faults.error("other-record", self._file, message)
            elif facts and raw.id <= facts[-1][0].id:
                self._faults.error("not-in-order", self._file, f"{raw.id} is out of order")
            else:
                facts.append((raw, fact))
            self._next = next(self._facts, None)
        return facts


class _Walk:
    """One pass over the manifest's items and the series of facts about them."""

    def __init__(
        self,
        folder: Path,
        head: ManifestHead,
        *,
        permits: Permits,
        sampling: Sampling,
        faults: Faults,
        tally: ReleaseTally,
        tables: "_Tables",
    ) -> None:
        self.tally = tally
        """Counts and Merkle root over the items as they are."""
        self.duplicates = DuplicateGathering()
        """The records, to be compared with each other; none where the format has no gate for it."""
        self._cells = Cells(sampling, self.duplicates.near_copies)
        self._cells_before = SketchedCells(sampling)
        self.figures = QaFigures()
        """What review came to, by the dispositions."""
        self._folder = folder
        self._head = head
        self._permits = permits
        self._sources = permits.names
        self._derived: list[Descent] = []
        self._faults = faults
        self._documents = {entry.kind: entry.id for entry in head.documents}
        self._tables = tables
        self._dispositions = self._series(DISPOSITIONS, Disposition)
        self._judgments = self._series(JUDGMENTS, Judgment, tables.add_judgment)
        self._adjudications = self._series(ADJUDICATIONS, Adjudication)
        self._verifications = self._series(VERIFICATIONS, Verification)

    def _series(
        self,
        name: str,
        kind: type[About],
        see: Callable[[Body, About], None] | None = None,
    ) -> _Series[About]:
        file = f"{name}.jsonl"
        return _Series(file, _facts(self._folder / file, kind, see), self._faults)

    def go(self) -> None:
        """Examine every item.

        Raises:
            InputError: if items and records do not go together one to one.
        """
        records = _facts(self._folder / f"{RECORDS}.jsonl", Record)
        _, items = read_manifest(self._folder / MANIFEST)
        before = ""
        for item, body in items:
            if item.id <= before:
                self._error("not-in-order", f"{item.id} is out of order")
            before = item.id
            identified = next(records, None)
            if identified is None or identified[0].id != item.id:
                raise _unmatched_record("other-record", f"{item.id} is not the record at its place")
            self._tables.add_record(item, *identified)
            self._examine(item, body, *identified)
            self._examine_inheritance(item)
        if next(records, None) is not None:
            message = "there are more records than the manifest has items"
            raise _unmatched_record("unlisted-record", message)
        for series in (
            self._dispositions, self._judgments, self._adjudications, self._verifications,
        ):  # fmt: skip
            series.about(None)
        for identity, fault in descent_faults(self._folder / MANIFEST, self._derived):
            self._error("other-inheritance", f"{identity}: {fault}")

    def _examine(self, item: ReleaseItem, body: bytes, raw: Body, record: Record) -> None:
        judgments = self._judgments.about(item.id)
        adjudications = self._adjudications.about(item.id)
        verifications = self._verifications.about(item.id)
        dispositions = self._dispositions.about(item.id)
        decisions = [(raw_fact.id, adjudication) for raw_fact, adjudication in adjudications]
        self.tally.add(
            item,
            body,
            record,
            [judgment for _, judgment in judgments],
            [verification for _, verification in verifications],
            adjudications=in_order_read(decisions, dispositions[0][1])
            if dispositions
            else [adjudication for _, adjudication in decisions],
        )
        self._count(item.id, record)
        if len(dispositions) != 1:
            self._error("no-disposition", f"{item.id} has {len(dispositions)} dispositions")
            return
        [(decided, disposition)] = dispositions
        bundle = Bundle(
            record=raw.body,
            disposition=decided,
            judgments=[raw_fact for raw_fact, _ in judgments],
            adjudications=[raw_fact for raw_fact, _ in adjudications],
            verifications=[raw_fact for raw_fact, _ in verifications],
        )
        self._examine_disposition(disposition, bundle)
        digests = [(raw_fact.digest, judgment) for raw_fact, judgment in judgments]
        self._compare_item(item, record, (decided.id, disposition), digests)

    @property
    def cells(self) -> CellCounts:
        """The places of the records on the contract's axes."""
        return self._cells if "duplicates" in GATES[self._head.format] else self._cells_before

    def _count(self, identity: str, record: Record) -> None:
        """Count a record, with near copies as its format counts them."""
        if "duplicates" in GATES[self._head.format]:
            self._cells.add_row(place_of(record), self.duplicates.add(identity, record))
        else:
            self._cells_before.add(record)

    def _compare_item(
        self,
        item: ReleaseItem,
        record: Record,
        disposition: tuple[str, Disposition],
        judgments: Sequence[tuple[bytes, Judgment]],
    ) -> None:
        """Compare an item of the manifest with the item that its facts give."""
        expected = make_item(
            record,
            item.id,
            disposition,
            judgments,
            self._permits,
            inherited=item.inherited,
            handle=item.handle,
        )
        # `inherited` and `handle` rest on records outside the folder, so they are taken over and
        # not derived; `_examine_inheritance` checks what the folder shows of them.
        for field in ReleaseItem.__struct_fields__ if item != expected else ():
            if getattr(item, field) != getattr(expected, field):
                self._error("other-item", f"{item.id}: {field} is not what the facts say")
        if self._head.use not in item.permitted:
            self._error("no-right", f"{item.id} has no right to {self._head.use}")

    def _examine_inheritance(self, item: ReleaseItem) -> None:
        if item.parents and self._head.format not in BEFORE_INHERITANCE:
            self._derived.append(
                Descent(id=item.id, parents=item.parents, sources=item.all_sources)
            )
        for fault in item_faults(item, self._head.format, self._sources):
            self._error("other-inheritance", f"{item.id}: {fault}")

    def _examine_disposition(self, disposition: Disposition, bundle: Bundle) -> None:
        record = disposition.record
        cited = (disposition.contract, disposition.rubric)
        if disposition.state not in RELEASABLE:
            self._error("not-releasable", f"{record} is {disposition.state}")
        if cited != (self._documents.get("contract"), self._documents.get("rubric")):
            self._error("other-version", f"{record} was decided under other documents")
        facts = (*bundle.judgments, *bundle.adjudications, *bundle.verifications)
        missing = set(disposition.read) - {fact.id for fact in facts}
        if missing:
            self._error("fact-missing", f"{record} rests on {min(missing)}, which is not here")
        weighed = (*bundle.judgments, *bundle.adjudications)
        if not rests_on_all(disposition, weighed, bundle.verifications):
            self.figures.unread.append(record)
        if disposition.state == "accepted":
            self.figures.accepted += 1
        else:
            self.figures.preserved += 1

    def _error(self, code: str, message: str) -> None:
        self._faults.error(code, MANIFEST, message)


def _compare(head: ManifestHead, tally: ReleaseTally, permits: Permits, faults: Faults) -> None:
    derived = {
        "merkle_root": tally.tree.root().hex(),
        "counts": tally.counts(),
        "source_classes": tally.sources(permits),
        "attachments": tally.attachments.entries(),
        "transformations": tally.transformations(),
    }
    if "verification" in GATES[head.format]:
        derived["verification"] = tally.verifiers.rows()
    if head.format not in TWO_STATES:
        derived["dimensions"] = tally.evidence.dimensions()
        derived["judged_under"] = tally.evidence.guidelines(
            {entry.guideline: entry.version for entry in head.judged_under}
        )
    for field, value in derived.items():
        if getattr(head, field) != value:
            faults.error(f"other-{field.replace('_', '-')}", MANIFEST, f"{field} is not {value!r}")


def _examine_attachments(folder: Path, head: ManifestHead, faults: Faults) -> None:
    """Whether the files that records show are here, are what they are called, and no other is."""
    named = {attachment_name(entry.digest): entry for entry in head.attachments}
    listed = {entry.name: entry for entry in head.files if entry.name.startswith(f"{ATTACHMENTS}/")}
    for name in sorted(listed.keys() - named.keys()):
        faults.error("other-attachment", name, "no record shows this file")
    for name, entry in named.items():
        if name not in listed:
            faults.error("missing-attachment", name, "a record shows this file, which is not here")
            continue
        content = (folder / name).read_bytes()
        if labelled_digest(content) != entry.digest or len(content) != entry.bytes:
            faults.error("other-attachment", name, "its bytes are not those of its name")
        if media_type(content) != entry.media_type:
            faults.error("other-media-type", name, f"its bytes are not {entry.media_type}")
    # The seventh is the sixth with files: without any, nobody wrote it.
    must_have = head.format == "assay-release/7" and not head.attachments
    if must_have or (head.attachments and head.format in WITHOUT_FILES):
        faults.error("other-format", MANIFEST, f"{head.format} is not the format of these files")


class _Tables:
    """The Parquet files of a release, compared with the facts as the walk reads them."""

    def __init__(self, folder: Path, head: ManifestHead) -> None:
        before = head.format in TWO_STATES
        schema = RECORD_SCHEMA_BEFORE_STANDINGS if before else RECORD_SCHEMA
        self._records = TableComparison(folder / RECORDS_TABLE, schema)
        self._judgments = TableComparison(folder / JUDGMENTS_TABLE, JUDGMENT_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._records.__exit__(kind, error, trace)
        self._judgments.__exit__(kind, error, trace)

    def add_record(self, item: ReleaseItem, raw: Body, record: Record) -> None:
        """Compare the row of a record."""
        self._records.add(record_row((item, record, raw.body)))

    def add_judgment(self, raw: Body, judgment: Judgment) -> None:
        """Compare the row of a judgment."""
        self._judgments.add(judgment_row((raw.id, judgment, raw.body)))

    def report(self, faults: Faults) -> None:
        """Report the first difference of each table, once all facts were read."""
        for name, table in ((RECORDS_TABLE, self._records), (JUDGMENTS_TABLE, self._judgments)):
            if difference := table.difference():
                faults.error("other-table", name, difference)


def _run_gates(
    head: ManifestHead,
    walk: _Walk,
    typed_documents: TypedDocuments,
    documents: dict[DocumentKind, Document],
    faults: Faults,
) -> None:
    """Run the gates again that need nothing but the folder, and compare their states."""
    _examine_gates(head, faults)
    counts, tally = walk.figures, walk.tally
    again = []
    if "verification" in GATES[head.format]:
        again.append(verification_gate(tally.verifiers, tally.applying()))
    if "integrity" in GATES[head.format]:
        again.append(integrity_gate(tally.integrity.result()))
    if "duplicates" in GATES[head.format]:
        policy = typed_documents.contract.duplicates
        again.append(duplicates_gate(walk.duplicates.result(), policy))
    denied = sum(entry.records for entry in head.left_out if entry.code == "rights")
    written = {gate.gate: gate.outcome for gate in head.gates}
    for result in (
        rights_gate(head.use, counts.accepted + counts.preserved, denied),
        quota_gate(
            coverage(
                walk.cells,
                _sampling(head, typed_documents, counts),
                copies_count=head.format in COPIES_COUNT,
            )
        ),
        qa_gate(counts),
        versions_gate(documents),
        *again,
    ):
        stops = result.stops if head.format not in TWO_STATES else result.outcome == "refused"
        if stops:
            faults.error("gate-refuses", MANIFEST, f"gate {result.gate}: {result.reason}")
        elif head.format not in TWO_STATES and written.get(result.gate) != result.outcome:
            message = f"gate {result.gate} is {result.outcome}: {result.reason}"
            faults.error("other-gate-state", MANIFEST, message)


def _examine_gates(head: ManifestHead, faults: Faults) -> None:
    """Whether the gates are those of the format, each in a state of the format, and none stops."""
    expected = GATES[head.format]
    if tuple(gate.gate for gate in head.gates) != expected:
        faults.error("other-gates", MANIFEST, f"the gates are not {', '.join(expected)}")
    for gate in head.gates:
        if gate.stops:
            message = f"the gate {gate.gate} did not let the release pass"
            faults.error("gate-refused", MANIFEST, message)
        if not gate.consistent or (gate.state is None) != (head.format in TWO_STATES):
            message = f"the state of the gate {gate.gate} is not one of the format {head.format}"
            faults.error("other-gate-state", MANIFEST, message)


def _sampling(head: ManifestHead, typed_documents: TypedDocuments, counts: QaFigures) -> Sampling:
    """The distribution as the release's format reads it: up to the third, shares of what is there."""
    sampling = typed_documents.contract.sampling
    if head.format not in TWO_STATES:
        return sampling
    return sampling.model_copy(
        update={"total": max(1, counts.accepted + counts.preserved), "aim": True}
    )


def _facts(
    file: Path, kind: type[F], see: Callable[[Body, F], None] | None = None
) -> Iterator[tuple[Body, F]]:
    """The facts of a file, each with its id, bytes and digest, streamed.

    Args:
        file: the file.
        kind: the family of its facts.
        see: is shown each fact, in the order of the file, before it is given.
    """
    with file.open("rb") as stream:
        number = 1
        while lines := stream.readlines(_AT_ONCE):
            facts, fault = _decoded(lines, kind, file, number)
            number += len(lines)
            bodies = [body for body, _ in facts]
            digests = [sha256(body) for body in bodies]
            ids = make_ids(kind.prefix, digests)
            for raw, (_, fact) in zip(map(Body, ids, bodies, digests), facts, strict=True):
                if see is not None:
                    see(raw, fact)
                yield raw, fact
            if fault is not None:
                raise fault


def _decoded(
    lines: Sequence[bytes], kind: type[F], file: Path, first: int
) -> tuple[list[tuple[bytes, F]], InputError | None]:
    """Facts with their bytes, up to the first line that is not one in canonical form."""
    decode = msgspec.json.Decoder(kind).decode
    facts: list[tuple[bytes, F]] = []
    for number, line in enumerate(lines, start=first):
        body = line.removesuffix(b"\n")
        try:
            fact = decode(body)
        except msgspec.MsgspecError as error:
            fault = _unreadable(file, number, str(error))
            fault.__cause__ = error
            return facts, fault
        if encode_fact(fact) != body or body == line:
            return facts, _unreadable(file, number, "the line is not in canonical form")
        facts.append((body, fact))
    return facts, None


def _unmatched_record(code: str, message: str) -> InputError:
    return InputError(code=code, message=message, where="records.jsonl")


def _unreadable(file: Path, line: int, why: str) -> InputError:
    return InputError(
        code="fact-unreadable", message=f"line {line} cannot be read: {why}", where=file.name
    )
