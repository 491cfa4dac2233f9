"""Messages, tools and plain texts as trainers spell them.

Chat templates want a tool call's `arguments` as an object; the OpenAI file wants them as a JSON
string, with an id on every call. Plain text has one message a side, because joining several
would need a template that is the trainer's to choose.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.candidate import Candidate
from assay.records.task import Message, Task, Tool, ToolCall
from assay.releases.exporters.exporter import Column
from assay.releases.exporters.reasons import NotCarriedError

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


def spell_messages(messages: Sequence[Message], dialect: Dialect) -> list[dict[str, Any]]:
    """Messages as the dialect writes them.

    Raises:
        NotCarriedError: if the arguments of a call are not an object (template), or a tool's
            output answers no call (openai).
    """
    if dialect == "template":
        return [_template_message(message) for message in messages]
    return _openai_messages(messages)


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
    """The arguments of a call as the object that chat templates want.

    Raises:
        NotCarriedError: if they are not a JSON object.
    """
    return _object(call.arguments, "arguments_not_object", call.name)


def _openai_messages(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """OpenAI wants an id on every call: one that has none is numbered by its place."""
    written: list[dict[str, Any]] = []
    waiting: list[str] = []
    calls = 0
    for message in messages:
        if message.role == "tool":
            written.append(_openai_output(message, waiting))
            continue
        entry: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.name is not None:
            entry["name"] = message.name
        if message.tool_calls:
            ids = [
                call.id or f"call_{calls + place}" for place, call in enumerate(message.tool_calls)
            ]
            calls += len(ids)
            waiting = list(ids)
            entry["tool_calls"] = [
                _openai_call(call, name) for call, name in zip(message.tool_calls, ids, strict=True)
            ]
        written.append(entry)
    return written


def _openai_call(call: ToolCall, identity: str) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": identity, "type": "function", "function": function}


def _openai_output(message: Message, waiting: list[str]) -> dict[str, Any]:
    """A tool's output, tied to the call it names or to the first one still unanswered."""
    identity = message.tool_call_id or (waiting[0] if waiting else None)
    if identity not in waiting:
        raise NotCarriedError(
            "tool_output_without_call", f"tool message {message.name or ''}".strip()
        )
    waiting.remove(identity)
    return {"role": "tool", "tool_call_id": identity, "content": message.content}


def spelled_tools(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Tools as the JSON schemas that TRL and OpenAI both take; permissions have no place there.

    Raises:
        NotCarriedError: if a tool's parameters are not a JSON object.
    """
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": _object(
                    tool.parameters or _NO_PARAMETERS, "schema_not_object", tool.name
                ),
            },
        }
        for tool in tools
    ]


_NO_PARAMETERS = '{"properties":{},"type":"object"}'
"""What the formats ask for where a tool takes no argument."""


def _object(text: str, reason: str, name: str) -> dict[str, Any]:
    try:
        value = parse_json(text)
    except InputError as error:
        raise NotCarriedError(reason, f"{name}: {error.message}") from error
    if not isinstance(value, dict):
        raise NotCarriedError(reason, f"{name}: {type(value).__name__}")
    return value
