"""Conversations as foreign files write them: messages, tools, and where the response begins."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast, get_args

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.attachment import Attachment, read_attachment
from assay.records.attachment_lists import from_the_first, next_listed
from assay.records.candidate import Candidate, MadeByUnknown, Provenance
from assay.records.formats.fields import Fields
from assay.records.source_json import source_call, source_tool
from assay.records.task import Message, MessageRole, Tool, ToolCall

UNNAMED = MadeByUnknown(reason="the format does not name who wrote it")
"""Provenance of a candidate in a format that has no field for it."""

_WEIGHTS = ("weight", "loss_weight")
TRAINED_BY = (*_WEIGHTS, "train", "training")
"""Fields by which a message says whether it is trained on."""

_MESSAGE = (
    "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal",
    *TRAINED_BY, "reasoning_content", "reasoning", "thinking",
)  # fmt: skip
_CALL = ("id", "type", "function", "name", "arguments")
_REASONING = ("reasoning_content", "reasoning", "thinking")
_REASONING_PARTS = ("reasoning", "thinking")
_TEXT_PARTS = ("text", "input_text", "output_text")
_CALL_PART = "tool_call"
_BASE64 = ("base64", "data")
"""Fields of LangChain's parts that hold a file in base64."""

FILE_PARTS: Mapping[str, tuple[str, ...]] = {
    "image_url": ("image_url", "value"),
    "input_image": ("image_url",),
    "image": ("image", "source", "url", "path", "image_url", "value", *_BASE64),
    "input_audio": ("input_audio",),
    "audio": ("audio", "url", "path", "value", *_BASE64),
    "audio_url": ("audio_url", "value"),
    "file": ("file", "url", *_BASE64),
    "document": ("document", "source"),
}
"""Type of a part that shows a file -> the fields that hold it."""
_PART = (
    "type", "text", "value", "refusal", *_REASONING_PARTS,
    *dict.fromkeys(name for names in FILE_PARTS.values() for name in names if name != "value"),
)  # fmt: skip


def read_messages(values: Sequence[Any], where: str) -> tuple[Message, ...]:
    """Messages in the manner of OpenAI and TRL.

    Content is text, or parts: texts are joined, and images, sounds and files become attachments at
    their places in the text. A part's text or file stands under its own name or, as LLaMA-Factory
    writes it, under `value`, where a part of the type `tool_call` holds a call.
    Arguments of a tool call may be an object or its JSON text; a text that is no JSON is kept and
    marked. `function_call`, the older form, becomes a tool call without id; a `refusal` of the
    model becomes the message's content where it has none. `weight` and `loss_weight` (0 or 1),
    `train` and `training` say whether the message is trained on. `reasoning_content`, `reasoning`,
    `thinking` and parts of these types are kept apart from the content.

    Raises:
        InputError: for a part that is neither text nor a file (`not-text`), a file that cannot be
            read, an unknown role or field, or nothing at all.
    """
    if not values:
        raise InputError(code="no-messages", message="there are no messages", where=where)
    from_the_first()
    return tuple(_read_message(value, f"{where}[{number}]") for number, value in enumerate(values))


def read_tools(fields: Fields, where: str = "tools") -> tuple[Tool, ...]:
    """Tools as a list of JSON schemas, with or without `type: function`, or its JSON text.

    Args:
        fields: the row, or the object inside it that names them.
        where: the field; a missing or empty one names no tool.

    Raises:
        InputError: if it is neither, or a tool has no name.
    """
    values = fields.any(where) if fields.has(where) else []
    if isinstance(values, str):
        values = parse_json(values) if values.strip() else []
    if not isinstance(values, list | tuple):
        raise fields.error(where, f"{where!r} must be a list, not {type(values).__name__}")
    tools = []
    for number, value in enumerate(values):
        place = f"{where}[{number}]"
        wrapped = isinstance(value, dict) and isinstance(value.get("function"), dict)
        inner = Fields(value, ("type", "function"), place).any("function") if wrapped else value
        fields = Fields(inner, ("name", "description", "parameters", "type", "strict"), place)
        tools.append(
            source_tool(
                fields.text("name"),
                fields.text_or_none("description") or "",
                fields.any("parameters") if fields.has("parameters") else "",
                strict=fields.flag("strict") if fields.has("strict") else None,
            )
        )
    return tuple(tools)


def split_response(
    messages: tuple[Message, ...],
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The task and the response: all that follows the last message that is not the model's.

    The model's turns are `assistant` messages and the `tool` messages between them: an output that
    comes before its first message belongs to the task.

    Raises:
        InputError: if nothing is left of one of the two.
    """
    start = len(messages)
    while start and messages[start - 1].role in {"assistant", "tool"}:
        start -= 1
    while start < len(messages) and messages[start].role == "tool":
        start += 1
    task, response = messages[:start], messages[start:]
    if not response or response[-1].role != "assistant":
        raise InputError(
            code="no-response",
            message="the conversation does not end with the assistant",
            where="messages",
        )
    if not task:
        raise InputError(
            code="no-prompt",
            message="nothing is asked before the assistant speaks",
            where="messages",
        )
    return task, response


def cut_repeated_prompt(
    task: tuple[Message, ...], response: tuple[Message, ...], where: str
) -> tuple[Message, ...]:
    """A response without the turns of its task that a file repeats at its start.

    Args:
        task: the messages that are asked.
        response: the response, perhaps with the task before it.
        where: the field of the response, for messages.

    Raises:
        InputError: if the response begins with turns that are not the task's.
    """
    spoken = [(message.role, message.content) for message in response]
    asked = [(message.role, message.content) for message in task]
    start = len(asked) if spoken[: len(asked)] == asked else opening_turns(response)
    if not start:
        return response
    if spoken[:start] != asked[-start:]:
        raise InputError(
            code="prompt-in-response",
            message=f"{where!r} begins with {start} turns that are not the model's nor the prompt's",
            where=where,
            hint="put what is asked into the prompt, and begin the response with the model's turn",
        )
    if start == len(response):
        raise InputError(
            code="no-response",
            message=f"{where!r} repeats the prompt and holds no turn of the model's",
            where=where,
        )
    return response[start:]


def opening_turns(messages: Sequence[Message]) -> int:
    """How many messages come before the model's first turn."""
    roles = [message.role for message in messages]
    return roles.index("assistant") if "assistant" in roles else len(roles)


def response_candidate(
    messages: tuple[Message, ...], provenance: Provenance = UNNAMED
) -> Candidate:
    """The candidate that a response is: a text where it is one plain message, else messages.

    That a lone response is trained on is what a response means, so it need not be said.

    Raises:
        InputError: if there is no message.
    """
    if not messages:
        raise InputError(code="no-response", message="the response has no message")
    first = messages[0]
    plain = Message(role="assistant", content=first.content, trained=first.trained or None)
    is_text = messages == (plain,)
    return Candidate(content=first.content if is_text else messages, provenance=provenance)


def text_candidate(text: str, provenance: Provenance = UNNAMED) -> Candidate:
    """The candidate that a text is."""
    return Candidate(content=text, provenance=provenance)


def user(text: str) -> Message:
    """A user's message."""
    return Message(role="user", content=text)


def _read_message(value: Any, where: str) -> Message:
    fields = Fields(value, _MESSAGE, where)
    role = fields.text("role")
    role = "tool" if role == "function" else role  # the older form, beside `function_call`
    if role not in get_args(MessageRole):
        raise fields.error("role", f"{role!r} is not a role")
    calls = [_read_call(call, f"{where}.tool_calls") for call in fields.items("tool_calls")]
    if fields.has("function_call"):
        calls.append(_read_call(fields.any("function_call"), f"{where}.function_call"))
    content = _read_content(fields, where)
    return Message(
        role=cast("MessageRole", role),
        content=content.text,
        name=fields.text_or_none("name"),
        tool_calls=(*content.calls, *calls),
        tool_call_id=fields.text_or_none("tool_call_id"),
        trained=read_trained(fields),
        reasoning=_read_reasoning(fields) or content.reasoning or None,
        attachments=content.attachments,
    )


def read_trained(fields: Fields) -> bool | None:
    """Whether a message says that it is trained on: by a weight, `train` or `training`.

    Raises:
        InputError: for a weight other than 0 and 1, or two statements that differ.
    """
    stated = {fields.flag(name) for name in ("train", "training") if fields.has(name)}
    for name in filter(fields.has, _WEIGHTS):
        weight = fields.any(name)
        if weight not in (0, 1):  # of any type: a set could not look it up
            raise InputError(
                code="other-weights",
                message=f"a training weight is 0 or 1, not {weight!r}",
                where=fields.place(name),
                hint="round the weight, or leave the message out of the training by 0",
            )
        stated.add(bool(weight))
    if len(stated) > 1:
        raise fields.error("", "what says whether it is trained on contradicts itself")
    return stated.pop() if stated else None


def _read_reasoning(fields: Fields) -> str:
    """What the model wrote for itself; the same text under two names counts once."""
    texts = dict.fromkeys(fields.text(name) for name in _REASONING if fields.has(name))
    return "\n\n".join(text for text in texts if text)


class MessageContent(NamedTuple):
    """What a message holds in its content."""

    text: str
    """The texts of its parts, joined."""
    reasoning: str = ""
    """What the model wrote for itself."""
    calls: tuple[ToolCall, ...] = ()
    """Calls of tools among its parts."""
    attachments: tuple[Attachment, ...] = ()
    """Files among its parts, each at its place in the text."""


def _read_content(fields: Fields, where: str) -> MessageContent:
    """The content, with the reasoning, the calls and the files that stand among its parts."""
    if not fields.has("content"):
        return MessageContent(fields.text_or_none("refusal") or "")
    if fields.has("refusal") and fields.text("refusal"):
        raise fields.error("refusal", "a message has content or a refusal, not both")
    if not isinstance(fields.any("content"), list | tuple):
        return MessageContent(fields.text("content"))
    text, reasoning = "", ""
    calls: list[ToolCall] = []
    attachments: list[Attachment] = []
    for number, value in enumerate(fields.items("content")):
        part = Fields(value, _PART, f"{where}.content[{number}]")
        kind = part.text_or_none("type") or "text"
        if kind in _REASONING_PARTS:
            reasoning += _part_reasoning(part)
        elif kind == _CALL_PART:
            calls.append(_part_call(part))
        elif kind in FILE_PARTS:
            attachments.append(_part_attachment(part, kind, len(text)))
        else:
            text += _part_text(part, kind)
    return MessageContent(text, reasoning, tuple(calls), tuple(attachments))


def _part_text(part: Fields, kind: str) -> str:
    """The text of a part; `value` is the text of a part of text alone."""
    if kind == "refusal" and part.has("refusal"):
        return part.text("refusal")
    if kind in _TEXT_PARTS:
        return part.text("value" if part.has("value") and not part.has("text") else "text")
    if part.has("text"):
        return part.text("text")
    raise InputError(
        code="not-text",
        message=f"a part of the type {kind!r} is neither text nor a file that is read",
        where=part.place(""),
        hint="put what the part shows into words, or leave the row out",
    )


def _part_attachment(part: Fields, kind: str, at: int) -> Attachment:
    """The file that a part shows; one that names none takes the next of the row's own list."""
    name = next((name for name in FILE_PARTS[kind] if part.raw(name)), None)
    if name is None:
        if kind != "image":
            raise part.error(FILE_PARTS[kind][0], f"a part of type {kind!r} names no file")
        return next_listed(at, part.place(""))
    value = part.raw(name)
    if name in _BASE64:
        value = {"data": value}
    elif kind == "file" and isinstance(value, Mapping):
        value = value.get("file_data")  # the name of the file says nothing that is believed
    return read_attachment(value, at, part.place(""))


def _part_reasoning(part: Fields) -> str:
    names = (part.text("type"), "text", "value")
    return part.text(next((name for name in names if part.has(name)), "text"))


def _part_call(part: Fields) -> ToolCall:
    stated = part.any("value")
    call = parse_json(stated) if isinstance(stated, str) else stated
    return _read_call(call, part.place("value"))


def _read_call(value: Any, where: str) -> ToolCall:
    outer = Fields(value, _CALL, where)
    inner = (
        Fields(outer.any("function"), ("name", "arguments"), where)
        if outer.has("function")
        else outer
    )
    return source_call(inner.text("name"), inner.raw("arguments"), outer.text_or_none("id"))
