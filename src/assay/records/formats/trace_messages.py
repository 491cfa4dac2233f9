"""Inputs and outputs of traced runs as messages: OpenAI's form, LangChain's, and single texts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.formats.conversation import read_messages, user
from assay.records.task import Message

_ROLES = {"human": "user", "ai": "assistant", "AIMessageChunk": "assistant", "function": "tool"}
"""Roles as LangChain names them -> ours; another name is a role of its own."""

_TASK_KEYS = ("input", "question", "prompt", "query", "text")
_RESPONSE_KEYS = ("output", "answer", "response", "completion", "content", "text")
"""Keys under which a run keeps its one text."""


def task_messages(inputs: Any) -> tuple[Message, ...]:
    """What a run was asked.

    Raises:
        InputError: if it is nothing, or a message in it is none.
    """
    listed = _message_list(inputs)
    if listed is not None:
        return read_messages([_plain_form(value) for value in listed], "inputs.messages")
    return (user(_single_text(inputs, _TASK_KEYS, "inputs")),)


def response_messages(outputs: Any, task: Sequence[Message]) -> tuple[Message, ...]:
    """What a run answered; an output that repeats the task is cut to what follows it.

    Raises:
        InputError: if it is nothing, or a message in it is none.
    """
    listed = _message_list(outputs)
    if listed is None and isinstance(outputs, Mapping):
        first = next(_choices(outputs), None)
        listed = [first] if first is not None else None
    if listed is None:
        return (
            Message(role="assistant", content=_single_text(outputs, _RESPONSE_KEYS, "outputs")),
        )
    messages = read_messages([_plain_form(value) for value in listed], "outputs.messages")
    repeats = tuple((message.role, message.content) for message in messages[: len(task)])
    if repeats == tuple((message.role, message.content) for message in task):
        messages = messages[len(task) :]
    if not messages:
        raise _nothing("outputs")
    return messages


def _message_list(value: Any) -> Sequence[Any] | None:
    """The list of messages that a value is or holds; None where it holds none."""
    if isinstance(value, Mapping):
        value = value.get("messages")
    if not isinstance(value, list) or not value:
        return None
    # LangChain batches: one list of messages for each prompt of a call.
    messages = value[0] if isinstance(value[0], list) else value
    return messages if all(isinstance(message, Mapping) for message in messages) else None


def _choices(outputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The answers of one request to a model, each as a message."""
    if "role" in outputs:
        yield outputs
    choices = outputs.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, Mapping) and isinstance(choice.get("message"), Mapping):
            yield choice["message"]
    generations = outputs.get("generations")
    for generation in generations if isinstance(generations, list) else ():
        first = generation[0] if isinstance(generation, list) and generation else generation
        if isinstance(first, Mapping):
            message = first.get("message")
            yield (
                message
                if isinstance(message, Mapping)
                else {"role": "assistant", "content": str(first.get("text", ""))}
            )


def _plain_form(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message in OpenAI's form, also where LangChain wrote it."""
    if "role" in value:
        return {**value, "role": _ROLES.get(str(value["role"]), value["role"])}
    bodies = (value.get(name) for name in ("kwargs", "data"))
    inner = next((body for body in bodies if isinstance(body, Mapping) and body), value)
    kind = str(inner.get("type") or value.get("type") or "")
    names = value.get("id")
    if kind in {"", "constructor"} and isinstance(names, list) and names:
        kind = str(names[-1]).removesuffix("Chunk").removesuffix("Message").lower()
    calls = inner.get("tool_calls")
    message = {
        "role": _ROLES.get(kind, kind),
        "content": inner.get("content"),
        "name": inner.get("name"),
        # What is no list of calls is refused where the message is read.
        "tool_calls": list(map(_plain_call, calls)) if isinstance(calls, list) else calls,
        "tool_call_id": inner.get("tool_call_id"),
    }
    return {name: part for name, part in message.items() if part}


def _plain_call(call: Any) -> Any:
    if isinstance(call, Mapping) and "args" in call:
        return {"name": call.get("name"), "arguments": call["args"], "id": call.get("id")}
    return call


def _single_text(value: Any, names: Sequence[str], where: str) -> str:
    """The one text that a value is or holds; a value of several parts as JSON."""
    if isinstance(value, Mapping) and value:
        name = next((name for name in names if isinstance(value.get(name), str)), None)
        only = next(iter(value.values())) if len(value) == 1 else None
        value = value[name] if name else only if isinstance(only, str) else value
    if not value:
        raise _nothing(where)
    return value if isinstance(value, str) else json_text(value)


def _nothing(where: str) -> InputError:
    return InputError(
        code="no-response" if where == "outputs" else "no-prompt",
        message=f"the run has no {where}",
        where=where,
        hint="export finished runs, with their inputs and outputs",
    )
