"""Wire types: the shapes that the REST API of the desk and its clients share.

Comes in and goes out as JSON. An answer and its receipt are `review.answer.Answer` and
`review.queue.leasing.Receipt`.
"""

from typing import Annotated, Any, Literal

import msgspec

from assay.review.answer import Answer
from assay.review.form import Form
from assay.review.presentation import ShownCall, ShownTool
from assay.review.queue.leasing import Receipt

PROBLEM_TYPE = "urn:assay:problem:"
"""How the type of a problem begins; the stable short name of its kind follows."""

MOST_CLAIMED = 4
"""Assignments that one request claims at most."""

MOST_NAMED = 16
"""Handles that a claim names at most as held already."""


class CurrentUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes the request."""

    name: str
    """Name by which I sign in."""
    pseudonym: str
    """Pseudonym under which I judge."""
    roles: tuple[str, ...]
    """Roles of the account in this program."""
    permissions: tuple[str, ...]
    """What I may do with this session or token."""


class QueueCard(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as a reviewer sees it. It has no count, since a count would reveal how work is drawn."""

    queue: str
    """Opaque handle of the queue."""
    title: str
    """What work the queue holds, in words."""
    role: str
    """Role in which the reviewer judges there."""
    open: bool
    """Whether an item waits that the reviewer may be given."""
    severity: str | None
    """How severe its content is."""
    harms: tuple[str, ...]
    """Harm categories that it shows."""


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """The queues that a reviewer may claim from."""

    items: tuple[QueueCard, ...]
    """The queues, one card each."""


class ClaimRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What work is wanted."""

    queue: str | None = None
    """Handle of the one queue; all that the reviewer sits in where absent."""
    count: Annotated[int, msgspec.Meta(ge=1, le=MOST_CLAIMED)] = 1
    """How many assignments are wanted."""
    held: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_NAMED)] = ()
    """Handles that the page has already."""


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """Why no work was given."""

    code: str
    """Stable short name of the reason."""
    message: str
    """Why, and what comes next."""
    until: str | None = None
    """When it ends, where that is known."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An unfinished answer."""

    revision: int
    """How often it was saved."""
    answer: msgspec.Raw
    """What the desk's page sent."""


class ContentWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees about content before the content."""

    severity: str | None
    """How severe it is."""
    harms: tuple[str, ...]
    """Harm categories that it shows."""
    blur: bool
    """Whether it is covered until the reader uncovers it."""
    skip_without_penalty: bool
    """Whether it may be declined without any consequence."""
    support: str | None
    """Whom a reader can turn to for support."""


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """One heading of a text."""

    level: int
    """Its level as written, 1 to 6."""
    text: str
    """Its words as they are shown."""
    id: str
    """Id of its element."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text, raw and rendered."""

    pointer: str
    """Its place, with candidates counted in presented order."""
    raw: str
    """The raw text; spans count its code points."""
    html: str
    """It rendered, sanitised, with a source map."""
    raw_html: str
    """It as it is, escaped, with the same source map."""
    dir: str
    """Its direction: `ltr` or `rtl`."""
    outline: tuple[Heading, ...] = ()
    """Headings of the text in their order."""


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An image or other file that a message shows."""

    at: int
    """Character of the message's raw text before which it stands."""
    media_type: str
    """What its bytes are, found from the bytes; empty where they are not held."""
    bytes: int
    """Its size in bytes; 0 where they are not held."""
    url: str | None = None
    """Where this desk shows it; None for what is not held, and for what a page does not show."""


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation."""

    role: str
    """Who speaks: system, developer, user, assistant or tool."""
    text: Text
    """The message's content, raw and rendered."""
    calls: tuple[ShownCall, ...] = ()
    """Calls that the message makes."""
    attachments: tuple[AttachmentView, ...] = ()
    """Images and other files that it shows."""


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One observable step of work."""

    step: int
    """Its number, from 0."""
    text: Text | None = None
    """Text of the step; absent for a step that only calls a tool."""
    call: ShownCall | None = None
    """The call that it makes."""
    output: Text | None = None
    """What the tool returned."""
    state: str | None = None
    """State after the step, as JSON text."""


class CandidateView(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate under its letter."""

    letter: str
    """A, B, ... in presented order."""
    text: Text | None = None
    """The response, where it is one text."""
    messages: tuple[MessageView, ...] | None = None
    """The response, where it takes several turns."""
    work: tuple[StepView, ...] = ()
    """Observable steps that led to the response, in their order."""
    state_after: str | None = None
    """State after the answer, as JSON text."""


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence."""

    number: int
    """Its number, from 0; reasons point at it."""
    kind: str
    """Kind of evidence, as the record names it."""
    text: Text | None = None
    """Content of the evidence; absent where only a locator is known."""
    quote: str | None = None
    """The passage that counts."""
    locator: str | None = None
    """Where it is to be found."""
    candidate: str | None = None
    """Letter of the candidate that it bears on."""


class ShownRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a record."""

    kind: str
    """Kind of the record, such as `preference`."""
    messages: tuple[MessageView, ...]
    """The conversation up to the answer."""
    candidates: tuple[CandidateView, ...]
    """The candidates in presented order."""
    tools: tuple[ShownTool, ...] = ()
    """Tools that the task offers to the model."""
    initial_state: str | None = None
    """State before the answer, as JSON text."""
    evidence: tuple[EvidenceView, ...] = ()
    """What supports or refutes the answers."""


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment as the desk's page gets it."""

    assignment: str
    """Opaque handle of the assignment."""
    lease_seconds: int
    """How long it may be held without a heartbeat."""
    state: str
    """State of the lease."""
    role: str
    """Role in which the reviewer judges."""
    form: Form
    """The questions about the record."""
    shown: ShownRecord
    """The record as the reviewer may see it."""
    revision: int
    """How often it was answered."""
    answer: Answer | None
    """The stored answer, in presented order."""
    draft: Draft | None
    """The unfinished answer that was saved last; absent where none was."""
    care: ContentWarning | None
    """What is shown before the content."""


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """The work that was given."""

    assignments: tuple[AssignmentView, ...]
    """The assignments, the next one first."""
    none: Nothing | None
    """Why there are none."""


class Answered(Receipt, frozen=True, kw_only=True):
    """The receipt of an answer, with the work that was claimed by the same request."""

    claimed: Claimed | None = None
    """The work; None where none was asked for, or the claim was refused: claim again to see why."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """State of the lease after a heartbeat."""

    lease_seconds: int
    """How long it may be held from now on."""
    state: str
    """`held`; or `expired`, where the slot went to somebody else: an answer is stored nevertheless."""


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An unfinished answer."""

    revision: Annotated[int, msgspec.Meta(ge=0, le=10**9)]
    """The revision that the page knows; 0 for the first."""
    answer: dict[str, Any]
    """The answer so far, in whatever shape the page keeps it."""


class SavedDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that was saved."""

    revision: int
    """The revision that is saved now."""


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an assignment is given back."""

    reason: Literal["skip", "welfare", "pause"]
    """The reason; none of them counts against the reviewer."""
    note: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    """What the lead should know, in the reviewer's words."""


class Uncovered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That restricted content was uncovered."""

    seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)]
    """For how long since the last report."""


class HistoryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One of a reviewer's own judgments."""

    judgment: str
    """Keyed handle of the judgment, as its receipt has it."""
    judged_at: str | None
    """When, as UTC in ISO 8601."""
    verdict: str
    """What sort of verdict it gave."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a reviewer's own judgments."""

    items: tuple[HistoryItem, ...]
    """The judgments, oldest first."""
    next: str | None
    """Cursor of the next page."""


class FieldFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field."""

    field: str
    """Name of the field in the request."""
    message: str
    """What is wrong with it."""
    hint: str = ""
    """What to do about it."""
    pointer: str = ""
    """The field as an RFC 6901 pointer after `#`, where its place in the body is known."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as RFC 9457 has it."""

    type: str
    """`urn:assay:problem:` and the stable short name of the kind of error."""
    title: str
    """The kind of error in words."""
    status: int
    """Status code of the HTTP response."""
    detail: str
    """What is wrong with this request, in one sentence."""
    hint: str = ""
    """What to do about it."""
    errors: tuple[FieldFault, ...] = ()
    """What is wrong, field by field."""


MOST_KEYS = 200
"""Most keys of a key map."""

Key = Annotated[str, msgspec.Meta(max_length=40)]


Digits = Literal["choose", "score", "reason"]
"""What digits do: choose a verdict, give a value, or give a reason."""

Held = Literal["", "Alt+", "Shift+"]
"""The key that is held with a digit."""


class Shortcuts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reviewer's own keys of the desk."""

    on: bool = True
    """Whether single keys act at all."""
    keys: Annotated[dict[Key, Key], msgspec.Meta(max_length=MOST_KEYS)] = {}
    """Command -> key; the desk's own where absent."""
    families: dict[Digits, Held] = {}
    """What digits do -> the key that is held with them; the desk's own where absent."""


class NewerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A problem (RFC 9457): another page saved a newer draft, and nothing was written over it."""

    revision: int
    """The revision that is saved."""
    answer: msgspec.Raw
    """The answer that it holds; merge into it, and save again under its revision."""
    type: str = "urn:assay:problem:draft-newer"
    """The kind of error."""
    title: str = "draft newer"
    """The kind of error in words."""
    status: int = 409
    """Status code of the HTTP response."""
    detail: str = "another page saved a newer draft of this assignment"
    """What is wrong with this request, in one sentence."""


class NewGap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the rubric leaves a reviewer without an answer."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    """What is unclear, in the reviewer's words."""
    dimension: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)] | None = None  # fmt: skip
    """The dimension that it is about; absent: the rubric as a whole."""


class OpenedGap(msgspec.Struct, frozen=True, kw_only=True):
    """An issue on the rubric that is open now."""

    gap: str
    """Its id; the next version of the rubric answers it."""


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """Judgments of today."""

    judged: int
    """Number of judgments given today."""
    active_ms: int
    """Their active time in milliseconds."""


class Exposed(msgspec.Struct, frozen=True, kw_only=True):
    """How long a person read one harm category today."""

    category: str
    """The harm category, as records name it."""
    minutes_today: float
    """Minutes spent reading it today."""
    cap_minutes: int | None
    """The day's cap; absent where there is none."""


class MyDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk's page shows of its reviewer."""

    name: str
    """Name by which I sign in."""
    roles: tuple[str, ...]
    """Roles of the account in this program."""
    today: Today
    """What I did today."""
    exposure: tuple[Exposed, ...]
    """What I read of severe content today, with its cap."""
    keymap: Shortcuts | None
    """My own keys; the desk's where absent."""


class Keymap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys of the desk."""

    keymap: Shortcuts | None
    """My own keys; null restores the defaults of the desk."""
