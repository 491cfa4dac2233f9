"""What a build is given besides the store: everything that it must not look up by itself."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.contracts.policy import PolicyRules
from assay.contracts.rubric import Rubric
from assay.contracts.sources import Sources
from assay.core.canonical import parse_json
from assay.core.errors import MachineError, UsageError
from assay.core.issues import Issue
from assay.core.ports import Checkpoint
from assay.governance.failure_modes import Alarm
from assay.governance.rights import Use
from assay.quality.floors import FloorResult
from assay.releases.manifest import ProgramName, ReserveEntry
from assay.reserve.ports import Comparer
from assay.reserve.public_benchmark import PublicBenchmark


def no_attachment(digest: str) -> bytes:
    """The bytes of an attachment where none is kept.

    Raises:
        MachineError: always.
    """
    raise MachineError(
        code="attachment-lost",
        message=f"the attachment {digest} is not there",
        hint="build the release from the program that imported it",
    )


class DocumentFile(msgspec.Struct, frozen=True, kw_only=True):
    """One document of the program: the file as people wrote it, and what it means."""

    document: Document
    """The document as a fact."""
    file: str
    """Name of the file, such as `contract.yaml`."""
    source: bytes
    """The file's bytes, exactly."""
    issues: tuple[Issue, ...] = ()
    """What checking it found."""


class RenderedQualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """The quality report, rendered."""

    json: bytes
    """The report for machines."""
    markdown: bytes
    """The report for people."""


class ReleaseInputs(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a release is made from, besides the facts of the store and the key."""

    version: str
    """Version of the release: semantic, and above every earlier one."""
    use: Use
    """What it is to be used for; rights are checked for this use."""
    created: str
    """The moment of the build, as UTC in ISO 8601 with seconds; rights are checked on its day."""
    program: ProgramName
    """Name, contact and territory of the program that makes the release."""
    documents: Mapping[DocumentKind, DocumentFile]
    """The documents in force, by kind."""
    quality: RenderedQualityReport
    """The quality report on the same facts, rendered for machines and for people."""
    record_handle: Callable[[str], str]
    """Gives the keyed handle of a record that is not in the release, by its id."""
    checkpoint: Checkpoint
    """The head of the audit chain."""
    attachment: Callable[[str], bytes] = no_attachment
    """Gives the bytes of an attachment by its digest."""
    reserve: Comparer | None = None
    """The fingerprints of the reserve; None where nothing is sealed."""
    sealed: ReserveEntry | None = None
    """What the manifest says of the reserve; None where nothing is sealed."""
    benchmarks: tuple[PublicBenchmark, ...] = ()
    """Public benchmarks that records are compared with; the data card says what it came to."""
    leave_out_overlaps: bool = False
    """Whether records that share text with the reserve stay out, instead of stopping the build."""
    drop_duplicates: bool = False
    """Whether of near copies one stays and the others are left out, whatever the contract says."""
    floors: tuple[FloorResult, ...] = ()
    """The contract's agreement floors against what people answered."""
    rubrics: Mapping[str, str] = {}
    """Document id of each rubric that the program knows -> its name and version."""
    stale: Mapping[str, int] = {}
    """Dimension -> judgments that decide it and were made under a text whose meaning has changed."""
    validations: tuple[str, ...] = ()
    """Ids of validations whose acceptance tests all passed: what a text may name for an effect."""
    alarms: tuple[Alarm, ...] = ()
    """What the stages say of the failure modes; raised ones are listed among the limitations."""
    limitations: str = ""
    """What people know of the data's limits, as Markdown; added to what is derived."""


class TypedDocuments(msgspec.Struct, frozen=True, kw_only=True):
    """The typed documents of a release."""

    contract: Contract
    """What the data must be and must prove."""
    rubric: Rubric
    """The dimensions that records were judged on."""
    sources: Sources
    """The source classes and what each permits."""
    policy: PolicyRules | None
    """The policy, where there is one."""


def typed_documents(documents: Mapping[DocumentKind, Document]) -> TypedDocuments:
    """The typed documents from their facts.

    Raises:
        UsageError: if the contract, the rubric or the sources are missing.
    """
    read = {kind: document.read() for kind, document in documents.items()}
    contract, rubric, sources, policy = (
        read.get(kind) for kind in ("contract", "rubric", "sources", "policy")
    )
    if not (
        isinstance(contract, Contract)
        and isinstance(rubric, Rubric)
        and isinstance(sources, Sources)
    ):
        raise UsageError(
            code="documents-missing",
            message="a release needs a contract, a rubric and sources",
            hint="run `assay contract check`",
        )
    return TypedDocuments(
        contract=contract,
        rubric=rubric,
        sources=sources,
        policy=policy if isinstance(policy, PolicyRules) else None,
    )


def day_of(moment: str) -> date:
    """The day of a moment in ISO 8601.

    Raises:
        UsageError: if the text is no such moment.
    """
    try:
        return date.fromisoformat(moment[:10])
    except ValueError as error:
        raise UsageError(
            code="not-a-moment",
            message=f"{moment!r} is not a moment in ISO 8601",
            hint="write it as 2026-01-31T09:30:00Z",
        ) from error


def texts_in(document: Document) -> list[str]:
    """Every text that a document holds."""
    return list(_strings(parse_json(document.text)))


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for element in value:
                yield from _strings(element)
        case dict():
            for element in value.values():
                yield from _strings(element)
