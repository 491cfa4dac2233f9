"""The record: one envelope for every kind."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from assay.core.canonical import encode_fact
from assay.core.digest import sha256
from assay.core.fact import Fact, Value
from assay.records.attachment import Attachment
from assay.records.candidate import Candidate
from assay.records.evidence import Evidence
from assay.records.fields import JsonText, Name, Pointer, Severity
from assay.records.kinds import Part
from assay.records.task import Message, Task

SCHEMA_VERSION: Literal[1] = 1
"""The version of the record format that this release writes."""


class Source(Value):
    """Which source class the record, or a part of it, belongs to; rights follow from it."""

    source_class: str
    """Id of the source class in `sources.yaml`."""
    part: Pointer = ""
    """JSON pointer to the part meant, such as `/task` or `/candidates/0`; empty for the whole."""
    locator: str | None = None
    """Where in the source it is."""


class Sensitivity(Value):
    """Why the record must be handled with care."""

    categories: tuple[Name, ...] = ()
    """Harm categories that its text shows."""
    severity: Severity | None = None
    """How severe its content is."""
    personal: bool = False
    """Whether it holds personal information."""


class Transformation(Value):
    """What made this record from its parents."""

    name: str
    """Name of the program or procedure, such as a paraphraser."""
    version: str
    """Version of that program or procedure."""
    parameters: JsonText | None = None
    """Its parameters as canonical JSON text."""


class Lineage(Value):
    """What the record was made from."""

    parents: tuple[str, ...] = ()
    """Ids of the records it derives from."""
    transformation: Transformation | None = None
    """What was done to them."""


class Record(Fact):
    """The smallest auditable unit. Its id covers content and provenance, not its import."""

    prefix: ClassVar[str] = "rec"

    schema_version: Literal[1]
    """Version of this format."""
    part: Part
    """The kind's own part, distinguished by `kind`."""
    task: Task
    """What the candidates answer: messages, tools and the state before."""
    sources: tuple[Source, ...]
    """Source classes of the whole or of parts; the whole's rights are their intersection."""
    candidates: tuple[Candidate, ...] = ()
    """Offered answers. Their order carries no meaning."""
    evidence: tuple[Evidence, ...] = ()
    """What supports or refutes the answers."""
    sensitivity: Sensitivity | None = None
    """Why it must be handled with care."""
    lineage: Lineage | None = None
    """What it was made from; absent for an original."""
    key: str | None = None
    """The source's own name for this record."""

    @property
    def kind(self) -> str:
        """The kind's name."""
        return str(self.part.__struct_config__.tag)

    @property
    def source_classes(self) -> tuple[str, ...]:
        """The source classes it draws on, each once, sorted."""
        return tuple(sorted({source.source_class for source in self.sources}))

    @property
    def parents(self) -> tuple[str, ...]:
        """Ids of the records that it was made from."""
        return self.lineage.parents if self.lineage else ()

    def messages(self) -> Iterator[Message]:
        """The messages of the task and of every candidate that is made of messages."""
        # A joined tuple is read faster than a generator, and each import reads it.
        messages = self.task.messages
        for candidate in self.candidates:
            if not isinstance(candidate.content, str):
                messages += candidate.content
        return iter(messages)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Every attachment of its messages, in their order."""
        attachments: tuple[Attachment, ...] = ()
        for message in self.messages():
            attachments += message.attachments
        return attachments

    def faults(self) -> Iterator[str]:
        """Why this well-typed record still makes no sense; nothing for a sound one."""
        yield from self.part.faults(self.candidates)
        for number, candidate in enumerate(self.candidates):
            if not isinstance(candidate.content, str):
                yield from _opening_faults(number, candidate.content)
        if not self.task.messages:
            yield "the task has no message"
        if not self.sources:
            yield "no source class is named, so no right to use it is known"
        for number, piece in enumerate(self.evidence):
            yield from _evidence_faults(number, piece, self.candidates)


def _opening_faults(number: int, turns: Sequence[Message]) -> Iterator[str]:
    """A turn of the task inside a candidate would be shown to a model twice, or judged as its own."""
    if not turns:
        yield f"candidate {number} has no message"
    elif turns[0].role != "assistant":
        yield (
            f"candidate {number} begins with a message of role {turns[0].role}, "
            "not with the model's turn: what comes before it belongs to the task"
        )


def _evidence_faults(
    number: int, piece: Evidence, candidates: tuple[Candidate, ...]
) -> Iterator[str]:
    if piece.candidate is not None and piece.candidate >= len(candidates):
        yield f"evidence {number} bears on candidate {piece.candidate}, which is not there"
    if not (piece.locator or piece.text or piece.quote or piece.digest or piece.missing):
        yield f"evidence {number} holds nothing: give its text, locator, digest or why it is missing"
    if piece.quote and piece.text and not _holds(piece.text, piece.quote):
        yield f"the `quote` of evidence {number} does not occur in its `text`"


def _holds(text: str, quote: str) -> bool:
    """Whether a text holds a quote, however lines are broken and spaces are set."""
    return quote in text or " ".join(quote.split()) in " ".join(text.split())


def sort_candidates(candidates: tuple[Candidate, ...]) -> tuple[tuple[Candidate, ...], list[int]]:
    """Candidates in the order of their digests, and where each one went.

    Returns:
        The sorted candidates, and for each given position its new position. Foreign files put
        the better answer first; sorting takes that hint away.
    """
    from_digest = sorted(range(len(candidates)), key=lambda index: _order_key(candidates, index))
    moved = [0] * len(candidates)
    for new, old in enumerate(from_digest):
        moved[old] = new
    return tuple(candidates[old] for old in from_digest), moved


def _order_key(candidates: tuple[Candidate, ...], index: int) -> tuple[bytes, int]:
    return sha256(encode_fact(candidates[index])), index
