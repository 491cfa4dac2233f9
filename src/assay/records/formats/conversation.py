"""Conversations as foreign files write them: messages, tools, and where the response begins."""

from collections.abc import Sequence
from typing import Any, cast, get_args

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByUnknown, Provenance
from assay.records.formats.fields import Fields
from assay.records.task import Message, MessageRole, Tool, ToolCall

UNNAMED = MadeByUnknown(reason="the format does not name who wrote it")
"""Provenance of a candidate in a format that has no field for it."""

_MESSAGE = (
    "role", "content", "name", "tool_calls", "tool_call_id", "weight", "function_call", "refusal",
)  # fmt: skip
_CALL = ("id", "type", "function", "name", "arguments")


def read_messages(values: Sequence[Any], where: str) -> tuple[Message, ...]:
    """Messages in the manner of OpenAI and TRL.

    Content is text, or parts that are all text and are joined. Arguments of a tool call may be
    an object or its JSON text. `function_call`, the older form, becomes a tool call without id;
    a `refusal` of the model becomes the message's content where it has none.

    Raises:
        InputError: for an image, an unknown role or field, or nothing at all.
    """
    if not values:
        raise InputError(code="no-messages", message="there are no messages", where=where)
    return tuple(_read_message(value, f"{where}[{number}]") for number, value in enumerate(values))


def read_tools(values: Any, where: str = "tools") -> tuple[Tool, ...]:
    """Tools as a list of JSON schemas, with or without `type: function`."""
    tools = []
    for number, value in enumerate(values or []):
        place = f"{where}[{number}]"
        wrapped = isinstance(value, dict) and isinstance(value.get("function"), dict)
        inner = Fields(value, ("type", "function"), place).any("function") if wrapped else value
        fields = Fields(inner, ("name", "description", "parameters", "type"), place)
        tools.append(
            Tool(
                name=fields.text("name"),
                description=fields.text_or_none("description") or "",
                parameters=fields.json("parameters") or "",
            )
        )
    return tuple(tools)


def listed_tools(fields: Fields, name: str = "tools") -> tuple[Tool, ...]:
    """The tools that a field lists, as JSON or as its text; none where it says nothing."""
    if not fields.has(name):
        return ()
    stated = fields.any(name)
    tools = parse_json(stated) if isinstance(stated, str) else stated
    if not isinstance(tools, list | tuple):
        raise fields.error(name, f"{name!r} must be a list, not {type(tools).__name__}")
    return read_tools(tools, name)


def split_response(
    messages: tuple[Message, ...],
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The task and the response: all that follows the last message that is not the model's.

    The model's turns are `assistant` messages and the `tool` messages between them.

    Raises:
        InputError: if nothing is left of one of the two.
    """
    start = len(messages)
    while start and messages[start - 1].role in {"assistant", "tool"}:
        start -= 1
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


def response_candidate(
    messages: tuple[Message, ...], provenance: Provenance = UNNAMED
) -> Candidate:
    """The candidate that a response is: a text where it is one plain message, else messages."""
    first = messages[0]
    plain = Message(role="assistant", content=first.content)
    content = first.content if messages == (plain,) else messages
    return Candidate(content=content, provenance=provenance)


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
    return Message(
        role=cast("MessageRole", role),
        content=_read_content(fields, where),
        name=fields.text_or_none("name"),
        tool_calls=tuple(calls),
        tool_call_id=fields.text_or_none("tool_call_id"),
    )


def _read_content(fields: Fields, where: str) -> str:
    if not fields.has("content"):
        return fields.text_or_none("refusal") or ""
    if fields.has("refusal"):
        raise fields.error("refusal", "a message has content or a refusal, not both")
    if not isinstance(fields.any("content"), list | tuple):
        return fields.text("content")
    parts = [Fields(part, ("type", "text"), f"{where}.content") for part in fields.items("content")]
    return "".join(part.text("text") for part in parts)


def _read_call(value: Any, where: str) -> ToolCall:
    outer = Fields(value, _CALL, where)
    inner = (
        Fields(outer.any("function"), ("name", "arguments"), where)
        if outer.has("function")
        else outer
    )
    return ToolCall(
        name=inner.text("name"),
        arguments=inner.json("arguments") or "{}",
        id=outer.text_or_none("id"),
    )
