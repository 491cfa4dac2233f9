"""The candidate: one offered answer, its observable work, and who or what made it."""

from assay.core.fact import Value
from assay.records.fields import JsonText, Role
from assay.records.task import Message, ToolCall


class MadeByModel(Value, tag_field="by", tag="model"):
    """A model wrote it."""

    model: str
    """The model's name, as its provider gives it."""
    revision: str | None = None
    """Exact revision, where known."""
    parameters: JsonText | None = None
    """Sampling parameters as canonical JSON text."""
    prompt_digest: str | None = None
    """Digest of the exact request, where the sampling was ours."""


class MadeByPerson(Value, tag_field="by", tag="person"):
    """A person wrote it."""

    pseudonym: str
    """`rvr_` and the keyed digest of the person's id; the raw id is not stored."""
    role: Role
    """The role in which the person wrote it."""


class MadeByEdit(Value, tag_field="by", tag="edit"):
    """A person or model changed an earlier answer."""

    original: str
    """Id of the record, or index of the candidate as text, that was changed."""
    editor: str | None = None
    """Pseudonym of the person, or name of the model."""


class MadeByUnknown(Value, tag_field="by", tag="unknown"):
    """The source does not say who wrote it."""

    reason: str
    """Why it is unknown."""


Provenance = MadeByModel | MadeByPerson | MadeByEdit | MadeByUnknown


class Step(Value):
    """One observable step of work: shown text, a tool call, or both."""

    text: str = ""
    """What the step says."""
    call: ToolCall | None = None
    """The tool call that the step makes."""
    output: str | None = None
    """What the tool returned, raw."""
    state: JsonText | None = None
    """State of the environment after the step, as canonical JSON text."""


class Candidate(Value):
    """One offered answer. Its provenance can be withheld as one thing."""

    content: str | tuple[Message, ...]
    """The response itself: a text, or messages where it takes several turns."""
    provenance: Provenance
    """Who or what made it; never shown to a reviewer."""
    work: tuple[Step, ...] = ()
    """Observable steps, apart from the response. Not a claim about internal reasoning."""
    state_after: JsonText | None = None
    """State of the environment after the answer, as canonical JSON text."""


def candidate_text(candidate: Candidate) -> str:
    """The response as one text: the content, or its messages' contents joined by blank lines."""
    if isinstance(candidate.content, str):
        return candidate.content
    return "\n\n".join(message.content for message in candidate.content)
