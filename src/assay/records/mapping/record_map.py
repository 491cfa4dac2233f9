"""Where the fields of a record are, as people write it."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from assay.contracts.terms import DimensionName, EvidenceKind
from assay.records.fields import Role
from assay.records.mapping.judgment_map import JudgmentMap, ReviewerMap, RulingMap, ScoreMap
from assay.records.mapping.pieces import CandidateName, Conditional, Repeated
from assay.records.mapping.value import MappingPart, Value
from assay.records.task import MessageRole


class CallMap(Repeated):
    """One call of a tool: `name` with `arguments`, or `text`."""

    name: Value | None = None
    """The tool's name."""
    arguments: Value | None = None
    """The arguments: an object, or its JSON text."""
    text: Value | None = None
    """The whole call as text, such as `cd(folder='x')`: parsed, never executed."""
    id: Value | None = None
    """The call's own id."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        _refuse_two_forms(self.name, self.arguments, self.text)
        return self


class FileMap(Repeated):
    """A file that a message shows: an image, a sound, a document."""

    file: Value | None = None
    """Where it is: a path below the data file's folder, a `data:` URI, an address, bytes, or an
    object with `bytes`, `path` or `url`, such as a cell of an image column in Parquet."""
    base64: Value | None = None
    """Instead of `file`: its bytes in base64, as text."""
    media_type: Value | None = None
    """What it must be, such as `image/png` or `image/*`. The type is found from the bytes; a file
    that is something else sets the row aside."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.file is None) == (self.base64 is None):
            msg = "give `file`, or the bytes as `base64`"
            raise ValueError(msg)
        return self


class Speech(Repeated):
    """One message: a role as the key and the text as its value, or `role` and `content`.

    With `messages` it is several, which its loop and condition hold together.
    """

    system: Value | None = None
    """Text of a system message."""
    developer: Value | None = None
    """Text of a developer message."""
    user: Value | None = None
    """Text of a user message."""
    assistant: Value | None = None
    """Text of an assistant message."""
    tool: Value | None = None
    """Text of a tool message."""
    role: Value | None = None
    """The role, where the row says it."""
    content: Value | None = None
    """The text, where the row says the role."""
    name: Value | None = None
    """The speaker's name."""
    calls: tuple[CallMap, ...] = ()
    """Calls that an assistant message makes."""
    answers: Value | None = None
    """The id of the call that a tool message answers."""
    missing: Value | None = None
    """With `role` instead of `content`: why the text is not here. The message is empty then, and a
    piece of evidence says why."""
    files: tuple[FileMap, ...] = ()
    """Files that the message shows, in their order; without a `mark` they stand before its text."""
    mark: Annotated[str, StringConstraints(min_length=1)] | None = None
    """The text that stands for the next file, such as `<image>`; it is taken out. There must be as
    many as files."""
    messages: "tuple[Speech, ...]" = ()
    """Several messages instead of one: each turn of the loop gives all of them."""

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        roles = [role for role in get_args(MessageRole) if getattr(self, role) is not None]
        has_role = self.role is not None
        if self.mark is not None and not self.files:
            msg = "`mark` says where `files` stand: give them"
            raise ValueError(msg)
        if self.messages:
            if roles or has_role or self.content is not None or self.files:
                msg = "give a message, or `messages` with several, not both"
                raise ValueError(msg)
            return self
        has_text = self.content is not None or self.missing is not None
        if len(roles) + has_role != 1 or has_text != has_role:
            msg = "give one role with its text, or `role` and `content`, or `messages`"
            raise ValueError(msg)
        return self

    @property
    def shows_files(self) -> bool:
        """Whether the message, or one of those that it stands for, may show a file."""
        return bool(self.files) or any(speech.shows_files for speech in self.messages)

    def spoken(self) -> tuple[Value, Value]:
        """The role and the text, in any form; the text is empty where it is not held."""
        if self.role is not None:
            return self.role, "" if self.content is None else self.content
        role = next(role for role in get_args(MessageRole) if getattr(self, role) is not None)
        return role, getattr(self, role)


ResponseRule = Literal["last", "after_last_user"]
"""Which messages of a conversation are the response."""


class ConversationMap(Conditional):
    """A list of messages that holds the task and the response, or several with the same start.

    `{turn}` is the message in `role`, `content` and the other fields, `{turn_index}` its place.
    """

    messages: Value | None = Field(default=None, alias="list")
    """The list of messages."""
    lists: dict[str, Value] = {}
    """Name of a candidate -> its list of messages. What all lists have in common at their start
    is the task, and the rest of each is the response of that candidate."""
    role: Value
    """The role of a message: system, developer, user, assistant or tool."""
    content: Value
    """The text of a message."""
    name: Value | None = None
    """The speaker's name."""
    calls: tuple[CallMap, ...] = ()
    """Calls that an assistant message makes."""
    answers: Value | None = None
    """The id of the call that a tool message answers."""
    files: tuple[FileMap, ...] = ()
    """Files that a message shows, as in `messages`."""
    mark: str | None = None
    """The text in a message that stands for the next of its files, as in `messages`."""
    response: ResponseRule | None = None
    """What of `list` is the response of a candidate without `content`: its `last` message, or
    all `after_last_user`. Where it is left out, the whole list is the task."""

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if (self.messages is None) == (not self.lists):
            msg = "give `list`, or `lists` with a list for each candidate"
            raise ValueError(msg)
        if self.lists and self.response is not None:
            msg = "`lists` need no `response`: what they do not have in common is the response"
            raise ValueError(msg)
        return self

    def speech(self, messages: Value) -> Speech:
        """Its messages of one list, as an entry that loops over them."""
        return Speech.model_validate(
            {
                "for": {"turn": messages},
                **{
                    field: getattr(self, field)
                    for field in (
                        "when",
                        "unless",
                        "role",
                        "content",
                        "name",
                        "calls",
                        "answers",
                        "files",
                        "mark",
                    )
                },
            }
        )


class ToolMap(Repeated):
    """A tool that the model may use."""

    name: Value
    """The tool's name."""
    description: Value | None = None
    """The description that the model gets."""
    parameters: Value | None = None
    """JSON Schema of its arguments: an object, or its JSON text."""
    permission: Value | None = None
    """allowed, needs_confirmation or forbidden."""


class WorkStep(Repeated):
    """One observable step of work."""

    text: Value | None = None
    """What the step says."""
    call: CallMap | None = None
    """The tool call that it makes."""
    output: Value | None = None
    """What the tool returned."""
    state: Value | None = None
    """State of the environment after the step."""


class CandidateMap(Repeated):
    """One offered answer."""

    name: str | None = None
    """A name by which judgments refer to it."""
    content: Value | tuple[Speech, ...] | None = None
    """The response: a text, or messages. Where it is left out, the response is that of the
    record's `conversation`."""
    missing: Value | None = None
    """Instead of `content`: why the response is not here. It is empty then, and a piece of
    evidence says why."""
    model: Value | None = None
    """The model that wrote it."""
    revision: Value | None = None
    """The model's exact revision."""
    parameters: Value | None = None
    """Sampling parameters: an object, or its JSON text."""
    person: Value | None = None
    """Raw id of the person who wrote it; it becomes a pseudonym."""
    role: Role = "author"
    """The person's role."""
    edit_of: Value | None = None
    """Name of the candidate, or id of the record, that this one changes."""
    editor: Value | None = None
    """Raw id of the person who changed it."""
    unknown: Value | None = None
    """Why nobody can say who wrote it."""
    work: tuple[WorkStep, ...] = ()
    """Observable steps, apart from the response."""
    state_after: Value | None = None
    """State of the environment after the answer."""
    source: str | None = None
    """Source class of this candidate, where it is not that of the whole."""
    locator: Value | None = None
    """Where in that source it is."""

    @model_validator(mode="after")
    def _one_maker(self) -> Self:
        makers = ("model", "person", "edit_of", "unknown")
        if sum(getattr(self, maker) is not None for maker in makers) != 1:
            msg = "say who wrote it: one of model, person, edit_of, unknown"
            raise ValueError(msg)
        if self.content is not None and self.missing is not None:
            msg = "give `content`, or `missing` with the reason why it is not here"
            raise ValueError(msg)
        return self


class EvidenceMap(Repeated):
    """One piece of evidence."""

    kind: EvidenceKind
    """What it is."""
    locator: Value | None = None
    """Where it is to be found."""
    text: Value | None = None
    """Its content."""
    quote: Value | None = None
    """The passage that counts."""
    digest: Value | None = None
    """`sha256:...` of the content, where it is held elsewhere."""
    missing: Value | None = None
    """Why the content is not here."""
    candidate: CandidateName | None = None
    """The candidate that it bears on; a name, a place or a template."""
    step: Value | None = None
    """The step of that candidate's work, from 0."""
    dimensions: tuple[DimensionName, ...] = ()
    """Dimensions that it bears on."""
    source: str | None = None
    """Source class of this piece, where it is not that of the whole."""


class ExpectedCallMap(Repeated):
    """One call that a right trajectory makes: `name` with `arguments`, or `text`."""

    name: Value | None = None
    """The tool's name."""
    arguments: Value | None = None
    """Argument -> list of accepted values: an object, or its JSON text."""
    text: Value | None = None
    """The whole call as text, such as `cd(folder='x')`; its arguments alone are accepted."""
    turn: Value | None = None
    """The user turn that it answers, from 0."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        _refuse_two_forms(self.name, self.arguments, self.text)
        return self


class KindPart(MappingPart):
    """What only one kind of record holds; each field belongs to the kind that names it."""

    answer: Value | None = None
    """demonstration, process: the final answer on its own."""
    reference: Value | None = None
    """outcome, process: the right answer, test or final state."""
    criterion: Value | None = None
    """outcome: what success means, in words."""
    sections: tuple[Value, ...] = ()
    """policy, adversarial: ids of the policy sections."""
    expected: Value | None = None
    """policy: comply, refuse, partial or escalate."""
    expected_calls: tuple[ExpectedCallMap, ...] = ()
    """trajectory: calls that a right answer makes."""
    expected_state: Value | None = None
    """trajectory: the state that a right answer leaves."""
    no_call: Value | None = None
    """trajectory: whether it is known that no call is right, as true or false; `expected_calls`
    are then empty. An empty list of calls alone does not say so."""
    boundaries: tuple[Value, ...] = ()
    """trajectory: permission boundaries, in words."""
    strategy: Value | None = None
    """adversarial: the attack's strategy."""
    outcome: Value | None = None
    """adversarial: held, partial or broken."""
    severity: Value | None = None
    """adversarial: how bad the result is."""
    attempts: Value | None = None
    """adversarial: how often the attack was repeated."""
    successes: Value | None = None
    """adversarial: how often it succeeded."""
    subject: Value | None = None
    """critique, process: the candidate that is meant."""
    revision: Value | None = None
    """critique: the candidate that corrects it."""


class SensitivityMap(MappingPart):
    """Why the record must be handled with care."""

    categories: tuple[Value, ...] = ()
    """Harm categories that its text shows."""
    severity: Value | None = None
    """low, medium, high or critical."""
    personal: bool = False
    """Whether it holds personal information."""


SENTINEL = "sentinel"
"""The taxonomy axis of records that the source planted among ordinary work."""


class SentinelMap(Conditional):
    """Which records are sentinels: planted by the source among ordinary work, with a known answer.

    Such a record has the value `planted` on the taxonomy axis `sentinel`, and its key is a judgment
    of an unnamed adjudicator.
    """

    by: str = "answer key"
    """What to call the author of the key, whom the source does not name."""
    verdict: Value | None = None
    """The right overall answer, as in a judgment."""
    scores: tuple[ScoreMap, ...] = ()
    """The right scores."""
    rulings: tuple[RulingMap, ...] = ()
    """The right rulings on sections of the policy."""

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if not (self.when or self.unless):
            msg = "say by `when` or `unless` which rows are sentinels"
            raise ValueError(msg)
        if self.verdict is None and not self.scores and not self.rulings:
            msg = "give the right answer: `verdict`, `scores` or `rulings`"
            raise ValueError(msg)
        return self

    def key(self) -> JudgmentMap:
        """The judgment that holds the right answer."""
        return JudgmentMap(
            when=self.when,
            unless=self.unless,
            reviewer=ReviewerMap(unnamed=self.by, role="adjudicator"),
            verdict=self.verdict,
            scores=self.scores,
            rulings=self.rulings,
        )


class RecordMap(Conditional):
    """Where the fields of the record are; a condition holds for each turn of the loop at the top."""

    key: Value | None = None
    """The source's own name for the record."""
    family: Value | None = None
    """The prompt family."""
    capability: Value | None = None
    """The capability that the task calls on."""
    messages: tuple[Speech, ...] = ()
    """The conversation up to the answer; with `conversation`, messages that come before it."""
    conversation: ConversationMap | None = None
    """A list that holds the messages of the task and the response."""
    tools: tuple[ToolMap, ...] = ()
    """Tools on offer."""
    initial_state: Value | None = None
    """State of the environment before the answer."""
    taxonomy: dict[DimensionName, Value] = {}
    """Axis -> value."""
    sentinel: SentinelMap | None = None
    """Which records the source planted among ordinary work, and their right answers."""
    task_source: str | None = None
    """Source class of the task, where it is not that of the whole."""
    candidates: tuple[CandidateMap, ...] = ()
    """Offered answers."""
    evidence: tuple[EvidenceMap, ...] = ()
    """What supports or refutes them."""
    part: KindPart = KindPart()
    """What only this kind holds."""
    sensitivity: SensitivityMap | None = None
    """Why it must be handled with care."""
    locator: Value | None = None
    """Where in the source the record is."""

    @property
    def shows_files(self) -> bool:
        """Whether any of its messages may show a file."""
        replies = [
            speech
            for candidate in self.candidates
            if isinstance(candidate.content, tuple)
            for speech in candidate.content
        ]
        in_list = self.conversation is not None and bool(self.conversation.files)
        return in_list or any(speech.shows_files for speech in (*self.messages, *replies))

    @model_validator(mode="after")
    def _has_a_task(self) -> Self:
        if not self.messages and self.conversation is None:
            msg = "give the task: `messages`, or a `conversation`"
            raise ValueError(msg)
        if self.sentinel is not None and SENTINEL in self.taxonomy:
            msg = f"`sentinel` fills the axis {SENTINEL!r} itself: leave it out of `taxonomy`"
            raise ValueError(msg)
        conversation = self.conversation
        splits = conversation is not None and bool(conversation.lists or conversation.response)
        for number, candidate in enumerate(self.candidates):
            if candidate.content is None and candidate.missing is None and not splits:
                msg = (
                    f"candidates[{number}] has no `content`: give it, or `missing`, or a "
                    "`conversation` with a `response`"
                )
                raise ValueError(msg)
        return self


def _refuse_two_forms(name: Value | None, arguments: Value | None, text: Value | None) -> None:
    if (text is None) == (name is None) or (name is None) != (arguments is None):
        msg = "give `name` and `arguments`, or the whole call as `text`"
        raise ValueError(msg)
