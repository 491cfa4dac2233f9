"""The records of a release folder with their judgments, streamed, for an export.

The series of a release are in the order of their records' ids, so they are read side by side,
one record at a time. The reader trusts the folder: verify a release before exporting it.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from assay.core.digest import labelled_digest
from assay.core.errors import InputError
from assay.governance.rights import Use
from assay.quality.case import AboutRecord, RecordCase
from assay.quality.case_context import CaseContext
from assay.quality.consensus import STRICT_MAJORITY, consensus, effective
from assay.quality.disposition import Disposition
from assay.quality.in_force import DocumentsInForce
from assay.records.attachment import attachment_name
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.releases.assembly import (
    ADJUDICATIONS,
    DISPOSITIONS,
    JUDGMENTS,
    RECORDS,
    VERIFICATIONS,
)
from assay.releases.build import read_documents
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.manifest import MANIFEST, read_head, read_manifest
from assay.review.adjudication import Adjudication
from assay.review.layer import layer_of
from assay.verification.verification import Verification

T = TypeVar("T")
A = TypeVar("A", bound=AboutRecord)
C = TypeVar("C", Adjudication, Verification)


def release_name(folder: Path) -> str:
    """The release as reports name it: the program and the version."""
    head = read_head(folder / MANIFEST)
    return f"{head.program.id} {head.version}"


def released_records(
    folder: Path, *, use: Use, withdrawn: Collection[str] = frozenset()
) -> Iterator[ReleasedRecord]:
    """The records of a release in their order, each with its judgments and their consensus.

    Args:
        folder: the release's folder.
        use: what they are for; those whose item does not permit it are marked.
        withdrawn: ids of records that a notice of withdrawal names.

    Raises:
        InputError: if a file is missing, a line is not a fact of its series, or the series do not
            belong together.
    """
    in_force = _in_force(folder)
    with ExitStack() as stack:
        judgments = _Groups(_facts(folder, JUDGMENTS, Judgment, stack))
        adjudications = _Groups(_facts(folder, ADJUDICATIONS, Adjudication, stack))
        verifications = _Groups(_facts(folder, VERIFICATIONS, Verification, stack))
        records = _facts(folder, RECORDS, Record, stack)
        dispositions = _facts(folder, DISPOSITIONS, Disposition, stack)
        _, items = read_manifest(folder / MANIFEST)
        for number, record in enumerate(records):
            identity = record.id
            item, _ = next(items, (None, b""))
            if item is None or item.id != identity:
                raise _not_together(RECORDS, identity)
            disposition = next(dispositions, None)
            if disposition is None or disposition.record != identity:
                raise _not_together(DISPOSITIONS, identity)
            spoken = judgments.of(identity)
            # A release sorts its facts by id. Rules that ask which came first need the order of
            # entry, which the disposition cites.
            case = RecordCase(
                id=identity,
                record=record,
                judgments=tuple(spoken),
                adjudications=_in_order(adjudications.of(identity), disposition),
                verifications=_in_order(verifications.of(identity), disposition),
                disposition=disposition,
            )
            released = _released_record(number, case, in_force)
            yield msgspec.structs.replace(
                released,
                withdrawn=identity in withdrawn,
                not_permitted=None if use in item.permitted else use,
                attachment=partial(_attachment, folder),
            )
        for series, left in (
            (JUDGMENTS, judgments.left),
            (ADJUDICATIONS, adjudications.left),
            (VERIFICATIONS, verifications.left),
        ):
            if left is not None:
                raise _not_together(series, left.record)


def _attachment(folder: Path, digest: str) -> bytes:
    file = folder / attachment_name(digest)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(
            code="release-incomplete",
            message=f"{attachment_name(digest)} is missing",
            where=str(folder),
            hint="verify the release first: `assay release verify`",
        ) from error
    if labelled_digest(content) != digest:
        raise InputError(
            code="release-broken",
            message=f"{attachment_name(digest)} has other bytes than its name says",
            where=str(folder),
            hint="verify the release first: `assay release verify`",
        )
    return content


class _Groups(Generic[A]):
    """A series of facts read in the order of the records that they are about."""

    def __init__(self, facts: Iterator[A]) -> None:
        self._facts = facts
        self.left = next(facts, None)
        """The next fact that no record has asked for yet."""

    def of(self, record: str) -> list[A]:
        """The next facts as long as they are about this record."""
        group: list[A] = []
        while self.left is not None and self.left.record == record:
            group.append(self.left)
            self.left = next(self._facts, None)
        return group


def _facts(folder: Path, series: str, kind: type[T], stack: ExitStack) -> Iterator[T]:
    file = folder / f"{series}.jsonl"
    if not file.exists():
        raise InputError(
            code="release-incomplete",
            message=f"{file.name} is missing",
            where=str(folder),
            hint="name the folder of a release, as `assay release build` writes it",
        )
    stream = stack.enter_context(file.open("rb"))
    return _decode_lines(stream, msgspec.json.Decoder(kind).decode, file.name)


def _decode_lines(lines: Iterator[bytes], decode: Callable[[bytes], T], name: str) -> Iterator[T]:
    for number, line in enumerate(lines, 1):
        try:
            yield decode(line)
        except msgspec.MsgspecError as error:
            raise InputError(
                code="release-broken",
                message=f"not a fact of this series: {error}",
                where=f"{name}, line {number}",
                hint="verify the release first: `assay release verify`",
            ) from error


def _released_record(number: int, case: RecordCase, in_force: DocumentsInForce) -> ReleasedRecord:
    """A record with what its judgments come to, by the layer of review that fits it.

    Standings come from the disposition; releases from before they were part of it get those that
    the same rules make of the release's own documents and facts.
    """
    disposition = case.disposition
    assert disposition is not None
    layer = layer_of(case.record, in_force.contract)
    if layer is None:
        agreed = consensus(case.record, case.judgments, case.adjudications)
        current = effective(case.judgments)
        counted = tuple(own for own in current if STRICT_MAJORITY.counts(own))
        standings = disposition.standings
    else:
        context = CaseContext(case, in_force, layer)
        agreed = context.consensus
        counted = context.effective
        standings = disposition.standings or context.standings
    return ReleasedRecord(
        number=number,
        record=case.record,
        judgments=case.judgments,
        consensus=agreed,
        state=disposition.state,
        standings=standings,
        counted=counted,
        adjudications=case.adjudications,
        rubric=in_force.rubric,
        bounds=in_force.bounds(case.record),
        passes=layer.passes if layer else 1,
    )


def _in_force(folder: Path) -> DocumentsInForce:
    documents = read_documents(folder, read_head(folder / MANIFEST))
    try:
        return DocumentsInForce.of(documents)
    except TypeError as error:
        raise InputError(
            code="release-broken",
            message="what the manifest names as the contract or the rubric is another document",
            where=str(folder),
        ) from error


def _in_order(facts: list[C], disposition: Disposition) -> tuple[C, ...]:
    """Facts in their order of entry, in which the disposition cites what it read."""
    place = {identity: number for number, identity in enumerate(disposition.read)}
    return tuple(sorted(facts, key=lambda fact: place.get(fact.id, len(place))))


def _not_together(series: str, identity: str) -> InputError:
    return InputError(
        code="release-broken",
        message=f"{series}.jsonl and records.jsonl do not belong together",
        where=identity,
        hint="verify the release first: `assay release verify`",
    )
