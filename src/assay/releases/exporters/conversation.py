"""Messages, tools and plain texts as trainers spell them.

Chat templates want a tool call's `arguments` as an object; the OpenAI file wants them as a JSON
string, with an id on every call. Plain text has one message a side, because joining several
would need a template that is the trainer's to choose.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.candidate import Candidate
from assay.records.content_parts import ShowAttachment, content_parts
from assay.records.source_json import NO_PARAMETERS, stated_arguments, stated_parameters
from assay.records.task import Message, Task, Tool, ToolCall
from assay.releases.exporters.exporter import Column
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.tool_outputs import call_ids

Dialect = Literal["template", "openai"]
"""How tool calls are spelled: for chat templates, or for the OpenAI file."""

Form = Literal["standard", "conversational"]
"""Plain texts, or lists of messages."""


def text_column(name: str) -> Column:
    """A column of texts."""
    return {"name": name, "dtype": "string"}


def messages_column(name: str) -> Column:
    """A column of message lists; `json` keeps each message's own keys and adds no empty ones."""
    return {"name": name, "list": "json"}


def side_column(name: str, form: Form) -> Column:
    """A column of prompts or responses in one of the two forms."""
    return text_column(name) if form == "standard" else messages_column(name)


def plain_prompt(task: Task) -> str:
    """The task as one text.

    Raises:
        NotCarriedError: if it is more than one message of the user.
    """
    if len(task.messages) != 1 or task.messages[0].role != "user":
        roles = ", ".join(message.role for message in task.messages)
        raise NotCarriedError("prompt_not_plain", f"messages: {roles}")
    return task.messages[0].content


def says_something(messages: Sequence[Message]) -> bool:
    """Whether messages hold a word or a tool call; white space alone is not a response."""
    return any(message.content.strip() or message.tool_calls for message in messages)


def plain_response(candidate: Candidate) -> str:
    """The response as one text.

    Raises:
        NotCarriedError: if it takes several messages or makes a tool call.
    """
    content = candidate.content
    if isinstance(content, str):
        return content
    if len(content) != 1 or content[0].role != "assistant" or content[0].tool_calls:
        raise NotCarriedError("response_not_plain", f"messages: {len(content)}")
    return content[0].content


def response_messages(candidate: Candidate) -> tuple[Message, ...]:
    """The response as messages.

    Raises:
        NotCarriedError: if it does not end with a message of the assistant.
    """
    content = candidate.content
    if isinstance(content, str):
        return (Message(role="assistant", content=content),)
    if not content or content[-1].role != "assistant":
        last = content[-1].role if content else "no message"
        raise NotCarriedError("response_not_assistant", f"it ends with: {last}")
    return content


def work_text(candidate: Candidate) -> str:
    """The steps of the work and the response as one text, a line break between them.

    Raises:
        NotCarriedError: if a step is a tool call, which plain text has no place for.
    """
    if any(step.call is not None for step in candidate.work):
        raise NotCarriedError("response_not_plain", "the work holds tool calls")
    texts = [*(step.text for step in candidate.work), plain_response(candidate)]
    return "\n".join(text for text in texts if text)


def work_messages(candidate: Candidate) -> tuple[Message, ...]:
    """The steps of the work as the turns that led to the response, then the response.

    Only for a response that is one text: messages hold their own tool calls already.
    """
    if not isinstance(candidate.content, str):
        return response_messages(candidate)
    turns: list[Message] = []
    texts: list[str] = []
    for step in candidate.work:
        texts.extend([step.text] if step.text else [])
        if step.call is None:
            continue
        turns.append(Message(role="assistant", content="\n".join(texts), tool_calls=(step.call,)))
        texts = []
        if step.output is not None:
            turns.append(_output(step.call, step.output))
    texts.extend([candidate.content] if candidate.content else [])
    return (*turns, Message(role="assistant", content="\n".join(texts)))


def _output(call: ToolCall, output: str) -> Message:
    return Message(role="tool", content=output, name=call.name, tool_call_id=call.id)


def spell_messages(
    messages: Sequence[Message],
    dialect: Dialect,
    *,
    weights: bool = False,
    reasoning: str = "",
    show: ShowAttachment | None = None,
) -> list[dict[str, Any]]:
    """Messages as the dialect writes them.

    Args:
        messages: the messages.
        dialect: how tool calls are spelled.
        weights: whether a message that states its part in training has a `weight`.
        reasoning: the field for what a model wrote for itself; empty: it is left out.
        show: makes the parts that show attachments; None: there are none.

    Raises:
        NotCarriedError: if the arguments of a call are not an object (template), or a tool's
            output answers no call or could answer several (openai).
    """
    write = _template_messages if dialect == "template" else _openai_messages
    written = write(messages)
    for message, entry in zip(messages, written, strict=True):
        trained = is_trained(message)
        if weights and trained is not None:
            entry["weight"] = int(trained)
        if reasoning and message.reasoning is not None:
            entry[reasoning] = message.reasoning
        if show is not None and message.attachments:
            entry["content"] = content_parts(message, show)
    return written


def is_trained(message: Message) -> bool | None:
    """Whether training imitates a message: never where a call of it is malformed.

    Returns:
        None where the source does not say.
    """
    malformed = any(call.unparsed for call in message.tool_calls)
    return False if malformed else message.trained


def _template_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [_template_message(message) for message in messages]


def _template_message(message: Message) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name is not None:
        written["name"] = message.name
    if message.tool_calls:
        written["tool_calls"] = [_template_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        written["tool_call_id"] = message.tool_call_id
    return written


def _template_call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": arguments_of(call)}
    written = {"type": "function", "function": function}
    return written if call.id is None else {"id": call.id, **written}


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The arguments of a call as the object that chat templates want, in the source's order.

    Raises:
        NotCarriedError: if they are not a JSON object.
    """
    if call.unparsed:
        raise NotCarriedError("arguments_unparsed", call.name)
    stated = stated_arguments(call)
    return _object(stated if stated.strip() else call.arguments, "arguments_not_object", call.name)


def _openai_messages(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """OpenAI wants an id on every call: one that has none is numbered by its place."""
    return [
        _openai_message(message, ids)
        for message, ids in zip(messages, call_ids(messages), strict=True)
    ]


def _openai_message(message: Message, ids: tuple[str, ...]) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": ids[0], "content": message.content}
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name is not None:
        written["name"] = message.name
    if message.tool_calls:
        written["tool_calls"] = [
            _openai_call(call, identity)
            for call, identity in zip(message.tool_calls, ids, strict=True)
        ]
    return written


def _openai_call(call: ToolCall, identity: str) -> dict[str, Any]:
    function = {"name": call.name, "arguments": stated_arguments(call)}
    return {"id": identity, "type": "function", "function": function}


def spelled_tools(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Tools as the JSON schemas that TRL and OpenAI both take; permissions have no place there.

    Raises:
        NotCarriedError: if a tool's parameters are not a JSON object.
    """
    return [{"type": "function", "function": _spelled_tool(tool)} for tool in tools]


def _spelled_tool(tool: Tool) -> dict[str, Any]:
    schema = _object(stated_parameters(tool) or NO_PARAMETERS, "schema_not_object", tool.name)
    written = {"name": tool.name, "description": tool.description, "parameters": schema}
    return written if tool.strict is None else {**written, "strict": tool.strict}


def _object(text: str, reason: str, name: str) -> dict[str, Any]:
    try:
        value = parse_json(text)
    except InputError as error:
        raise NotCarriedError(reason, f"{name}: {error.message}") from error
    if not isinstance(value, dict):
        raise NotCarriedError(reason, f"{name}: {type(value).__name__}")
    if _LONG_INTEGER.search(text):
        _refuse_too_long(value, name)
    return value


_LONG_INTEGER = re.compile(r"\d{19}")
"""Digits from which on an integer may need more than 64 bits."""


def _refuse_too_long(value: dict[str, Any], name: str) -> None:
    """No column and no JSON writer of a trainer keeps an integer beyond 64 bits."""
    try:
        msgspec.json.encode(value)
    except OverflowError as error:
        raise NotCarriedError("integer_too_long", name) from error
