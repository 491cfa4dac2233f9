"""The assembly: the data files of a release, written in the order of ids from the selection."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from assay.core.canonical import encode_fact
from assay.core.merkle import MerkleTree
from assay.governance.permits import Permits
from assay.quality.consensus import consensus
from assay.quality.disposition import Disposition
from assay.quality.integrity import IntegrityGathering
from assay.quality.machine_evidence import EvidenceDemand
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.attachment_tally import AttachmentTally
from assay.releases.evidence_tally import EvidenceTally
from assay.releases.item import ReleaseItem, make_item
from assay.releases.manifest import Counts, SourceEntry, TransformationEntry
from assay.releases.parquet import (
    JUDGMENT_SCHEMA,
    RECORD_SCHEMA,
    JudgmentFact,
    RecordFact,
    TableWriter,
    judgment_row,
    record_row,
)
from assay.releases.selection import Bundle
from assay.releases.spool import ItemLines
from assay.releases.verifier_tally import VerifierTally
from assay.review.adjudication import Adjudication
from assay.verification.verification import Verification

RECORDS = "records"
JUDGMENTS = "judgments"
DISPOSITIONS = "dispositions"
ADJUDICATIONS = "adjudications"
VERIFICATIONS = "verifications"

SERIES = (RECORDS, JUDGMENTS, DISPOSITIONS, ADJUDICATIONS, VERIFICATIONS)
"""The series of facts that a release holds, each as `<name>.jsonl`."""

RECORDS_TABLE = "records.parquet"
JUDGMENTS_TABLE = "judgments.parquet"

DATA_FILES = (*(f"{name}.jsonl" for name in SERIES), RECORDS_TABLE, JUDGMENTS_TABLE)
"""The data files of a release."""

_record = msgspec.json.Decoder(Record)
_judgment = msgspec.json.Decoder(Judgment)
_disposition = msgspec.json.Decoder(Disposition)
_adjudication = msgspec.json.Decoder(Adjudication)
_verification = msgspec.json.Decoder(Verification)


def in_order_read(
    adjudications: Iterable[tuple[str, Adjudication]], disposition: Disposition
) -> list[Adjudication]:
    """Adjudications in their order of entry, in which the disposition cites what it read.

    Args:
        adjudications: the id and the fact of each.
        disposition: the disposition of their record.
    """
    every = list(adjudications)
    if len(every) < 2:  # noqa: PLR2004  one needs no order
        return [adjudication for _, adjudication in every]
    place = {identity: number for number, identity in enumerate(disposition.read)}
    ordered = sorted(every, key=lambda entry: place.get(entry[0], len(place)))
    return [adjudication for _, adjudication in ordered]


class ReleaseTally:
    """Counts over the items of a release, and the Merkle root over them."""

    def __init__(self, demand: EvidenceDemand) -> None:
        """Count nothing yet.

        Args:
            demand: what the documents demand of machine evidence.
        """
        self.tree = MerkleTree()
        """The tree over the canonical bytes of the items."""
        self.verifiers = VerifierTally(demand)
        """Results of verifiers."""
        self.evidence = EvidenceTally(demand)
        """Evidence for each dimension, and under which guidelines judgments were made."""
        self.integrity = IntegrityGathering()
        """Contradictions between records."""
        self._totals = dict.fromkeys((RECORDS, JUDGMENTS, ADJUDICATIONS, VERIFICATIONS), 0)
        self._kinds: Counter[str] = Counter()
        self._states: Counter[str] = Counter()
        self._standings: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        self._transformations: Counter[tuple[str, str]] = Counter()
        self.attachments = AttachmentTally()
        """Images and other files that the records show."""

    def add(
        self,
        item: ReleaseItem,
        body: bytes,
        record: Record,
        judgments: Sequence[Judgment],
        verifications: Sequence[Verification],
        *,
        adjudications: Sequence[Adjudication],
    ) -> None:
        """Count an item with its canonical bytes, its record, and what is known of it.

        Args:
            item: the item.
            body: its canonical bytes.
            record: its record.
            judgments: the record's judgments.
            verifications: the record's verifications.
            adjudications: the record's adjudications in their order of entry; the last one stands.
        """
        self.tree.append(body)
        self.verifiers.add(item.id, judgments, verifications)
        self.evidence.add(record, judgments, verifications)
        judged = consensus(record, judgments, adjudications) if judgments else None
        self.integrity.add(item.id, record, judged)
        self._totals[RECORDS] += 1
        self._totals[JUDGMENTS] += item.judgments
        self._totals[ADJUDICATIONS] += len(adjudications)
        self._totals[VERIFICATIONS] += len(verifications)
        self.attachments.add(record.attachments, item.all_sources)
        self._kinds[item.kind] += 1
        self._states[item.state] += 1
        # Counter.update takes longer than all of this for the few entries of one item.
        for standing in item.standings:
            self._standings[standing] += 1
        for source in item.all_sources:
            self._sources[source] += 1
        if item.transformation:
            self._transformations[item.transformation.name, item.transformation.version] += 1

    def applying(self) -> frozenset[str]:
        """Dimensions that apply to a record of the release."""
        return frozenset(entry.dimension for entry in self.evidence.dimensions() if entry.items)

    def counts(self) -> Counts:
        """How much the release holds."""
        kinds, states = dict(sorted(self._kinds.items())), dict(sorted(self._states.items()))
        standings = dict(sorted(self._standings.items()))
        return msgspec.convert(
            self._totals | {"kinds": kinds, "states": states, "standings": standings}, Counts
        )

    def sources(self, permits: Permits) -> tuple[SourceEntry, ...]:
        """The source classes of the release with what they permit."""
        return tuple(
            SourceEntry(
                id=name,
                records=count,
                permitted=permits.permitted_uses((name,)),
                licence=permits.licence(name),
                keep_until=permits.keep_until(name),
            )
            for name, count in sorted(self._sources.items())
        )

    def transformations(self) -> tuple[TransformationEntry, ...]:
        """The transformations that made records of the release."""
        return tuple(
            TransformationEntry(name=name, version=version, records=count)
            for (name, version), count in sorted(self._transformations.items())
        )


class _Files:
    """The open data files of a release."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._lines: Mapping[str, BinaryIO] = {
            name: stack.enter_context((folder / f"{name}.jsonl").open("wb")) for name in SERIES
        }
        self._records = stack.enter_context(
            TableWriter[RecordFact](folder / RECORDS_TABLE, RECORD_SCHEMA, record_row)
        )
        self._judgments = stack.enter_context(
            TableWriter[JudgmentFact](folder / JUDGMENTS_TABLE, JUDGMENT_SCHEMA, judgment_row)
        )

    def write(
        self,
        item: ReleaseItem,
        record: Record,
        judgments: Sequence[Judgment],
        bundle: Bundle,
    ) -> None:
        self._line(RECORDS, bundle.record)
        self._records.add((item, record, bundle.record))
        self._line(DISPOSITIONS, bundle.disposition.body)
        for judgment, raw in zip(judgments, bundle.judgments, strict=True):
            self._line(JUDGMENTS, raw.body)
            self._judgments.add((raw.id, judgment, raw.body))
        for series, facts in (
            (ADJUDICATIONS, bundle.adjudications),
            (VERIFICATIONS, bundle.verifications),
        ):
            for fact in facts:
                self._line(series, fact.body)

    def _line(self, series: str, body: bytes) -> None:
        self._lines[series].write(body + b"\n")


def assemble(
    published: Iterable[tuple[str, Bundle]],
    permits: Permits,
    folder: Path,
    items: ItemLines,
    demand: EvidenceDemand,
    *,
    handles: Mapping[str, str],
) -> ReleaseTally:
    """Write the data files of a release.

    Args:
        published: the bundles as they are published, in the order of the records' ids.
        permits: what the sources permit.
        folder: where the files go.
        items: takes the canonical bytes of the items, in the same order.
        demand: what the documents demand of machine evidence.
        handles: id of a record -> its handle, where it has another id in the store.
    """
    tally = ReleaseTally(demand)
    with ExitStack() as stack:
        files = _Files(folder, stack)
        for identity, bundle in published:
            record = _record.decode(bundle.record)
            judgments = [_judgment.decode(raw.body) for raw in bundle.judgments]
            disposition = _disposition.decode(bundle.disposition.body)
            item = make_item(
                record,
                identity,
                (bundle.disposition.id, disposition),
                zip((raw.digest for raw in bundle.judgments), judgments, strict=True),
                permits,
                inherited=bundle.inherited,
                handle=handles.get(identity, ""),
            )
            # The bytes are encoded once: tree, manifest and spool must have the same ones.
            canonical = encode_fact(item)
            tally.add(
                item,
                canonical,
                record,
                judgments,
                [_verification.decode(raw.body) for raw in bundle.verifications],
                adjudications=in_order_read(
                    [(raw.id, _adjudication.decode(raw.body)) for raw in bundle.adjudications],
                    disposition,
                ),
            )
            items.add(canonical)
            files.write(item, record, judgments, bundle)
    return tally
