"""ShareGPT: conversations of `from` and `value`."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.canonical import parse_json
from assay.records.formats.conversation import (
    cut_repeated_prompt,
    read_tools,
    read_trained,
    response_candidate,
    split_response,
)
from assay.records.formats.fields import Fields
from assay.records.formats.label import (
    Opinion,
    comparison,
    demonstration,
    desirable,
    unnamed,
)
from assay.records.reader import Read, RowContext
from assay.records.source_json import source_call
from assay.records.task import Message, MessageRole, Task, ToolCall

_ROLES: Mapping[str, MessageRole] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "observation": "tool",
    "tool": "tool",
    "function_call": "assistant",
}


class ShareGpt:
    """Reads `conversations`, `system`, `tools`, `chosen`, `rejected` and `kto_tag`.

    A `function_call` becomes a tool call, or several where it holds a list; an `observation` a
    tool message. An empty `system` or `tools` says nothing. With `chosen` and
    `rejected` the conversation is the task (preference); with `kto_tag` its last response is
    scored on `desirable` (outcome). `tools` may be a list or its JSON text; `id` is the key.
    """

    name = "sharegpt"
    kinds = ("demonstration", "preference", "outcome")
    summary = "ShareGPT: `conversations` of `from` and `value`"

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        label = {"preference": ("chosen", "rejected"), "outcome": ("kto_tag",)}
        known = ("conversations", "system", "tools", "id", *label.get(context.kind, ()))
        fields = Fields(row, known)
        key = fields.name_or_none("id")
        messages = _messages(fields.items("conversations"), "conversations")
        if fields.text_or_none("system"):
            messages = (Message(role="system", content=fields.text("system")), *messages)
        if context.kind == "preference":
            candidates = [
                response_candidate(
                    cut_repeated_prompt(messages, _messages(fields.any(name), name), name)
                )
                for name in ("chosen", "rejected")
            ]
            opinion = Opinion(unnamed(context), better=0)
            return [comparison(context, _task(fields, messages), candidates, [opinion], key=key)]
        asked, response = split_response(messages)
        task, candidate = _task(fields, asked), response_candidate(response)
        if context.kind == "outcome":
            return [desirable(context, task, candidate, fields.flag("kto_tag"), key)]
        return [demonstration(context, task, candidate, key)]


def _task(fields: Fields, messages: tuple[Message, ...]) -> Task:
    return Task(messages=messages, tools=read_tools(fields))


def _messages(value: Any, where: str) -> tuple[Message, ...]:
    """One turn, or a list of turns."""
    if not isinstance(value, list | tuple):
        return (_message(value, where),)
    return tuple(_message(turn, f"{where}[{number}]") for number, turn in enumerate(value))


def _message(value: Any, where: str) -> Message:
    fields = Fields(value, ("from", "value", "weight", "train", "training"), where)
    speaker = fields.text("from")
    if speaker not in _ROLES:
        raise fields.error("from", f"{speaker!r} is not a speaker of this format")
    trained = read_trained(fields, where)
    if speaker != "function_call":
        return Message(role=_ROLES[speaker], content=fields.text("value"), trained=trained)
    stated = fields.any("value")
    calls = parse_json(stated) if isinstance(stated, str) else stated
    calls = calls if isinstance(calls, list) else [calls]
    return Message(
        role="assistant", tool_calls=tuple(_call(call, where) for call in calls), trained=trained
    )


def _call(value: Any, where: str) -> ToolCall:
    fields = Fields(value, ("name", "arguments"), where)
    arguments = fields.any("arguments") if fields.has("arguments") else None
    return source_call(fields.text("name"), arguments)


READER = ShareGpt()
"""The reader that `--format sharegpt` asks for."""
