"""The manifest: what a release holds, item by item, and under which versions and rules.

`manifest.json` is one JSON object: its head, indented for people, and its items, one canonical
line each, so that 100,000 of them are read in flat memory. The file is exactly what `render_head`
and `item_line` write: a duplicate key, a float or a stray space is not in that form.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec

from assay.core.canonical import encode_fact, parse_json
from assay.core.errors import AssayError, InputError
from assay.core.fact import Value
from assay.governance.rights import Use
from assay.quality.disposition import CandidateStanding, State
from assay.records.fields import Index
from assay.releases.evidence_tally import DimensionEntry, GuidelineEntry
from assay.releases.item import ReleaseItem
from assay.releases.release import GateResult
from assay.releases.verifier_tally import VerifierEntry

MANIFEST = "manifest.json"
"""The manifest's file name."""

Format = Literal[
    "assay-release/1", "assay-release/2", "assay-release/3", "assay-release/4", "assay-release/5",
    "assay-release/6", "assay-release/7", "assay-release/8",
]  # fmt: skip
"""Versions of the release folder's format that are read; the second has a gate for the reserve, the
third lists results of verifiers and has a gate for them; in the fourth gates have three states,
quotas are shares of the contract's total, and evidence by dimension and guidelines are listed; in the
fifth near copies count once in a quota, and items list the source classes that they inherit; the
sixth has a gate for contradictions between records; the seventh holds the files that records show, and
is otherwise the sixth; the eighth has a gate for near copies, holds files where there are any, and
counts near copies by `quality.near_copies`."""

FORMAT: Format = "assay-release/8"
"""The version that is written."""

WITHOUT_FILES: frozenset[Format] = frozenset(
    {
        "assay-release/1", "assay-release/2", "assay-release/3", "assay-release/4", "assay-release/5",
        "assay-release/6",
    }
)  # fmt: skip
"""Versions that hold no files that records show."""

_HEAD_END = b"\n}"
_ITEMS_OPEN = b',\n  "items": [\n'
_ITEMS_CLOSE = b"\n  ]\n}\n"
_INDENT = b"    "

_item_decoder = msgspec.json.Decoder(ReleaseItem)


class ProgramName(Value):
    """The program that made the release."""

    id: str
    """Short name of the program."""
    name: str
    """Name of the program for people."""
    contact: str | None = None
    """Who answers questions about it."""
    territory: str | None = None
    """Where the data is kept: an ISO 3166 country code or `EU`."""


class DocumentEntry(Value):
    """One document that the release was made under."""

    kind: Literal["contract", "rubric", "policy", "sources"]
    """What sort of document it is."""
    id: str
    """Its document id, which dispositions and judgments cite."""
    name: str
    """The document's own name, the same in all its versions."""
    version: str
    """Version of the document that was in force."""
    content: str
    """`sha256:...` of its meaning."""
    source: str
    """The file as people wrote it."""
    canonical: str
    """The file that holds the document in canonical form; its SHA-256 is the id."""


class SourceEntry(Value):
    """One source class that records of the release draw on."""

    id: str
    """Name of the source class."""
    records: Index
    """How many records draw on it."""
    permitted: tuple[Use, ...]
    """Uses that were permitted on the day of the release."""
    licence: str | None = None
    """SPDX licence expression of the source; absent where none is stated."""
    keep_until: str | None = None
    """Last day on which it may be kept; absent: no end."""


class TransformationEntry(Value):
    """One transformation that made records of the release from others."""

    name: str
    """Name of the transformation, as the records' lineage states it."""
    version: str
    """Version of the transformation, as the records' lineage states it."""
    records: Index
    """How many records it made."""


class LeftOut(Value):
    """Records of the store that are not in the release, for one reason."""

    code: Literal["rights", "waits", "rejected", "set_aside", "withdrawn", "reserve", "duplicate"]
    """No right to the use; review not finished; made to be imitated and not endorsed; set aside by a
    rule; taken back since; shares text with the reserve; near copy of a record that is here."""
    reason: str
    """Why they stayed out, in words."""
    records: Index
    """How many records stayed out for this reason."""


class Counts(Value):
    """How much the release holds."""

    records: Index
    """How many records the release holds."""
    judgments: Index
    """Judgments, superseded ones among them."""
    adjudications: Index
    """How many adjudications of its records it holds."""
    verifications: Index
    """How many results of verifiers on its records it holds."""
    kinds: dict[str, Index]
    """How many records of each kind it holds."""
    states: dict[State, Index]
    """Records by the state of their disposition."""
    standings: dict[CandidateStanding, Index] = {}
    """Candidates by their standing; empty in the formats 1 to 3."""


class FileEntry(Value):
    """One data file or document of the release."""

    name: str
    """Its name in the folder."""
    sha256: str
    """SHA-256 of its bytes, hexadecimal."""
    bytes: Index
    """Size of the file in bytes."""


class AttachmentEntry(Value):
    """One file that records of the release show: an image, a sound, a document."""

    digest: str
    """`sha256:...` of its bytes; the file is `attachments/` and its hexadecimal digits."""
    media_type: str
    """What the bytes are, found from the bytes."""
    bytes: Index
    """Size of the file in bytes."""
    records: Index
    """How many records of the release show it."""


class PreviousRelease(Value):
    """The release before this one."""

    version: str
    """Version of the earlier release."""
    id: str
    """Id of the earlier release's fact in the store."""
    manifest_digest: str
    """`sha256:...` of its manifest.json."""


class ReserveEntry(Value):
    """The reserve that the release was compared with, by what can be shown of it."""

    name: str
    """Name of the reserve, as the contract declares it."""
    items: Index
    """How many items are sealed in it."""
    commitments: tuple[str, ...]
    """RFC 6962 roots over the keyed digests of the items, one a sealing, hexadecimal."""
    wordless: Index = 0
    """Of the items, those without a word, which nothing could be compared with."""


class AuditHead(Value):
    """The head of the program's audit chain when the release was built."""

    number: Index
    """Number of the newest audit entry."""
    hash: str
    """SHA-256 of that entry, hexadecimal."""


class Generator(Value):
    """What built the release; the bytes of Parquet files depend on it."""

    assay: str
    """Version of the Assay package that built the release."""
    pyarrow: str
    """Version of the pyarrow library that wrote the Parquet files."""


class ManifestHead(Value):
    """Everything of the manifest but its items."""

    format: Format
    """Version of the folder's format."""
    program: ProgramName
    """The program that made it."""
    version: str
    """Version of the release."""
    created: str
    """When it was built, as UTC in ISO 8601."""
    use: Use
    """The use for which rights were checked: train, evaluate or publish."""
    record_schema: Index
    """Version of the record format."""
    documents: tuple[DocumentEntry, ...]
    """The documents in force."""
    source_classes: tuple[SourceEntry, ...]
    """The source classes that records draw on."""
    transformations: tuple[TransformationEntry, ...]
    """The transformations that made records from others."""
    counts: Counts
    """How much the release holds."""
    left_out: tuple[LeftOut, ...]
    """What of the store is not in the release, and why."""
    gates: tuple[GateResult, ...]
    """The result of every gate."""
    files: tuple[FileEntry, ...]
    """Data files, documents and the quality report, with digests."""
    audit: AuditHead
    """Head of the audit chain."""
    generator: Generator
    """Versions of the programs that built the release."""
    merkle_root: str
    """RFC 6962 root over the canonical bytes of the items, hexadecimal."""
    previous: PreviousRelease | None = None
    """The release before this one."""
    reserve: ReserveEntry | None = None
    """The sealed evaluation data that records were compared with; absent where none is sealed."""
    verification: tuple[VerifierEntry, ...] = ()
    """What verifiers said of the records, by verifier, isolation and environment; since format 3."""
    dimensions: tuple[DimensionEntry, ...] = ()
    """Evidence for each dimension of the rubric; since format 4."""
    judged_under: tuple[GuidelineEntry, ...] = ()
    """Judgments by the guideline that they cite; since format 4."""
    attachments: tuple[AttachmentEntry, ...] = ()
    """The files that records show, by digest; since format 7."""


class ManifestWriter:
    """Writes `manifest.json`: the head first, then item by item."""

    def __init__(self, stream: BinaryIO, head: ManifestHead) -> None:
        self._stream = stream
        self._separator = b""
        stream.write(render_head(head) + _ITEMS_OPEN)

    def add(self, item: bytes) -> None:
        """Write an item, given by its canonical bytes."""
        self._stream.write(self._separator + _INDENT + item)
        self._separator = b",\n"

    def close(self) -> None:
        """Write the end."""
        self._stream.write(_ITEMS_CLOSE)


def render_head(head: ManifestHead) -> bytes:
    """The head as the manifest shows it, up to its last member."""
    text = json.dumps(msgspec.to_builtins(head), indent=2, ensure_ascii=False)
    return text.encode().removesuffix(_HEAD_END)


def read_head(file: Path) -> ManifestHead:
    """The head of a manifest.

    Raises:
        InputError: if the file is not a manifest of a known format in its one form.
    """
    with file.open("rb") as stream:
        return _read_head(stream)


def read_manifest(file: Path) -> tuple[ManifestHead, Iterator[tuple[ReleaseItem, bytes]]]:
    """The head of a manifest, and its items with their canonical bytes, streamed.

    Raises:
        InputError: if the head, or later an item, is not in its one form.
    """
    return read_head(file), _read_items(file)


def _read_head(stream: BinaryIO) -> ManifestHead:
    # The head ends where the items open. Read line by line, it costs no more memory in a release of
    # many records; the closing brace is added, because in the file it stands after the items.
    lines = []
    for line in stream:
        if line == _ITEMS_OPEN[2:]:
            break
        lines.append(line)
    content = b"".join(lines).removesuffix(b",\n")
    parsed = _strict(content + _HEAD_END)
    try:
        head = msgspec.convert(parsed, ManifestHead)
    except msgspec.ValidationError as error:
        raise InputError(
            code="manifest-broken",
            message=f"the manifest is not of the format {FORMAT}: {error}",
            where=MANIFEST,
        ) from error
    if render_head(head) != content:
        raise _not_canonical("the head")
    return head


def _read_items(file: Path) -> Iterator[tuple[ReleaseItem, bytes]]:
    with file.open("rb") as stream:
        _read_head(stream)
        more = True
        while more:
            line = stream.readline()
            body = line.removesuffix(b"\n")
            # Every item but the last is followed by a comma.
            more = body.endswith(b",")
            body = body.removesuffix(b",")
            item = _read_item(body.removeprefix(_INDENT))
            if not body.startswith(_INDENT):
                raise _not_canonical("an item")
            yield item, body.removeprefix(_INDENT)
        if line[-1:] + stream.read() != _ITEMS_CLOSE:
            raise _not_canonical("the end")


def _read_item(body: bytes) -> ReleaseItem:
    try:
        item = _item_decoder.decode(body)
    except msgspec.MsgspecError as error:
        # The strict parser names the true fault, such as a key twice; the typed one does not.
        _strict(body)
        raise InputError(
            code="manifest-broken", message=f"not an item: {error}", where=MANIFEST
        ) from error
    if encode_fact(item) != body:
        _strict(body)
        raise _not_canonical("an item")
    return item


def _strict(content: bytes) -> Any:
    try:
        return parse_json(content)
    except AssayError as error:
        raise error.at(MANIFEST) from error


def _not_canonical(part: str) -> InputError:
    return InputError(
        code="manifest-not-canonical",
        message=f"{part} of the manifest is not in its one form",
        where=MANIFEST,
    )
