"""The task: what a candidate answers."""

from typing import Literal

from assay.core.fact import Value
from assay.records.attachment import Attachment
from assay.records.fields import JsonText, Name

MessageRole = Literal["system", "developer", "user", "assistant", "tool"]

PARALLEL = "parallel_tool_calls"
"""The option of a request that becomes the task's axis of the same name: `true` or `false`."""


class ToolCall(Value):
    """One call of a tool."""

    name: str
    """Name of the tool that is called."""
    arguments: JsonText
    """The arguments as canonical JSON text, by which calls are compared."""
    id: str | None = None
    """The call's own id, by which a tool message answers it."""
    raw_arguments: str | None = None
    """The arguments as the source wrote them, where that differs from the canonical text."""
    unparsed: bool = False
    """Whether the source's arguments are no JSON; `arguments` then holds them as a JSON string."""


class Message(Value):
    """One message of a conversation."""

    role: MessageRole
    """Who speaks: system, developer, user, assistant or tool."""
    content: str = ""
    """The raw text, exactly as it was."""
    name: str | None = None
    """The speaker's or tool's name, where the format gives one."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Calls that an assistant message makes."""
    tool_call_id: str | None = None
    """The call that a tool message answers."""
    trained: bool | None = None
    """Whether training imitates this message, where the source says so (`weight`, `train`)."""
    reasoning: str | None = None
    """What the model wrote for itself, apart from its answer; shown to no reviewer."""
    attachments: tuple[Attachment, ...] = ()
    """Images and other files that the message shows, in the order of their places."""


class Tool(Value):
    """A tool that the model may use."""

    name: str
    """The name by which a call refers to the tool."""
    description: str = ""
    """The description that the model gets."""
    parameters: JsonText = ""
    """JSON Schema of its arguments as canonical JSON text; empty where none was given."""
    raw_parameters: str | None = None
    """The schema as the source wrote it, where that differs from the canonical text."""
    strict: bool | None = None
    """Whether the model is held to the schema exactly, where the source says so."""
    permission: Literal["allowed", "needs_confirmation", "forbidden"] | None = None
    """The boundary that holds for this task; absent where the source states none."""


class Task(Value):
    """What is asked, with all that the answer may use."""

    messages: tuple[Message, ...]
    """The conversation up to the answer."""
    tools: tuple[Tool, ...] = ()
    """Tools that the answer may call, each with its permission."""
    initial_state: JsonText | None = None
    """State of the environment before the answer, as canonical JSON text."""
    taxonomy: dict[Name, str] = {}
    """The task's place on the contract's axes: axis -> value."""
    capability: str | None = None
    """The capability that the task calls on."""
    family: str | None = None
    """The prompt family, where several tasks are variants of one prompt."""
