"""The presentation: what a reviewer may see of a record.

The type has no place for provenance, sources, the record's name or others' judgments, so they
cannot leak; candidates carry letters in the order that was drawn for this reviewer.
"""

import msgspec

from assay.records.candidate import Candidate
from assay.records.record import Record
from assay.records.task import Message, ToolCall
from assay.review.assignment import Assignment

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of the first candidates in presented order."""


class ShownCall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call of a tool."""

    name: str
    """Name of the tool that is called."""
    arguments: str
    """The arguments as JSON text."""


class ShownAttachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An image or other file that a message shows; never an address that a page would follow."""

    at: int
    """Character of the message's text before which it stands."""
    media_type: str = ""
    """What its bytes are, found from the bytes; empty where they are not held."""
    bytes: int = 0
    """Its size in bytes; 0 where they are not held."""
    digest: str = ""
    """`sha256:...` of its bytes; empty where they are not held."""


class ShownMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a conversation, without the speaker's own name."""

    role: str
    """Who speaks: system, developer, user, assistant or tool."""
    content: str
    """The text of the message as it was stored."""
    calls: tuple[ShownCall, ...] = ()
    """Calls that the message makes."""
    attachments: tuple[ShownAttachment, ...] = ()
    """Images and other files that it shows."""


class ShownStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One observable step of work."""

    step: int
    """Its number, from 0."""
    text: str = ""
    """Text of the step; empty for a step that only calls a tool."""
    call: ShownCall | None = None
    """The call that it makes."""
    output: str | None = None
    """What the tool returned."""
    state: str | None = None
    """State after the step, as JSON text."""


class ShownCandidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One candidate under its letter."""

    letter: str
    """A, B, ... in presented order."""
    content: str | tuple[ShownMessage, ...]
    """The response: one text, or the messages of a conversation."""
    work: tuple[ShownStep, ...] = ()
    """Observable steps that led to the response, in their order."""
    state_after: str | None = None
    """State after the answer, as JSON text."""


class ShownEvidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence."""

    number: int
    """Its number, from 0; reasons point at it."""
    kind: str
    """Kind of evidence, as the record names it."""
    text: str | None = None
    """Content of the evidence; None where only a locator is known."""
    quote: str | None = None
    """The passage that counts."""
    locator: str | None = None
    """Where it is to be found."""
    candidate: str | None = None
    """Letter of the candidate that it bears on; the whole record where absent."""


class ShownTool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tool that the task offers."""

    name: str
    """Name by which a step calls the tool."""
    description: str = ""
    """The description that the model gets."""
    parameters: str = ""
    """JSON Schema of its arguments."""
    permission: str | None = None
    """The boundary that holds for this task."""


class Presentation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one reviewer sees of one record."""

    assignment: str
    """Id of the assignment; answers name it."""
    kind: str
    """Kind of the record, such as `preference`."""
    task: tuple[ShownMessage, ...]
    """The conversation up to the answer."""
    candidates: tuple[ShownCandidate, ...]
    """The candidates in presented order."""
    tools: tuple[ShownTool, ...] = ()
    """Tools that the task offers to the model."""
    initial_state: str | None = None
    """State before the answer, as JSON text."""
    evidence: tuple[ShownEvidence, ...] = ()
    """What supports or refutes the answers."""
    severity: str | None = None
    """How severe the content is; shown before the content itself."""
    harms: tuple[str, ...] = ()
    """Harm categories that the text shows; shown before the content itself."""


def letter(place: int) -> str:
    """The name of the candidate at a presented place: A to Z, then A1 to Z1, and so on."""
    turn, within = divmod(place, len(LETTERS))
    return f"{LETTERS[within]}{turn or ''}"


def order_of(assignment: Assignment, n_candidates: int) -> tuple[int, ...]:
    """The candidates' places in the record, in the order in which they are shown."""
    return assignment.order or tuple(range(n_candidates))


def present(record: Record, assignment: Assignment) -> Presentation:
    """What the assignment's reviewer sees of its record."""
    order = order_of(assignment, len(record.candidates))
    letters = {candidate: letter(place) for place, candidate in enumerate(order)}
    care = record.sensitivity
    return Presentation(
        assignment=assignment.id,
        kind=record.kind,
        task=tuple(_message(message) for message in record.task.messages),
        candidates=tuple(
            _candidate(letters[candidate], record.candidates[candidate]) for candidate in order
        ),
        tools=tuple(
            ShownTool(
                name=tool.name,
                description=tool.description,
                parameters=tool.parameters,
                permission=tool.permission,
            )
            for tool in record.task.tools
        ),
        initial_state=record.task.initial_state,
        evidence=tuple(
            ShownEvidence(
                number=number,
                kind=piece.kind,
                text=piece.text,
                quote=piece.quote,
                locator=piece.locator,
                candidate=None if piece.candidate is None else letters[piece.candidate],
            )
            for number, piece in enumerate(record.evidence)
        ),
        severity=care.severity if care else None,
        harms=care.categories if care else (),
    )


def _message(message: Message) -> ShownMessage:
    return ShownMessage(
        role=message.role,
        content=message.content,
        calls=tuple(_call(call) for call in message.tool_calls),
        attachments=tuple(
            ShownAttachment(
                at=held.at,
                media_type=held.media_type or "",
                bytes=held.bytes,
                digest=held.digest or "",
            )
            for held in message.attachments
        ),
    )


def _call(call: ToolCall) -> ShownCall:
    return ShownCall(name=call.name, arguments=call.arguments)


def _candidate(letter: str, candidate: Candidate) -> ShownCandidate:
    content = candidate.content
    return ShownCandidate(
        letter=letter,
        content=content
        if isinstance(content, str)
        else tuple(_message(message) for message in content),
        work=tuple(
            ShownStep(
                step=number,
                text=step.text,
                call=_call(step.call) if step.call else None,
                output=step.output,
                state=step.state,
            )
            for number, step in enumerate(candidate.work)
        ),
        state_after=candidate.state_after,
    )
