"""ShareGPT: conversations of `from` and `value`."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.attachment_lists import listing_files, marked_message, with_listed
from assay.records.candidate import Candidate, MadeByModel, Provenance
from assay.records.extra_fields import note_extra
from assay.records.formats.conversation import (
    TRAINED_BY,
    UNNAMED,
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
    "prompter": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "chatbot": "assistant",
    "chatgpt": "assistant",
    "gpt4": "assistant",
    "gpt-4": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "claude": "assistant",
    "gemini": "assistant",
    "observation": "tool",
    "tool": "tool",
    "function": "tool",
    "function_response": "tool",
    "tool_response": "tool",
    "function_call": "assistant",
    "tool_call": "assistant",
}
_CALLS = frozenset({"function_call", "tool_call"})
_MODELS = frozenset({"chatgpt", "gpt4", "gpt-4", "bard", "bing", "claude", "gemini"})
"""Speakers that say which model speaks."""
_TURNS = ("conversations", "conversation", "items")
_COMMON = (*_TURNS, "system", "tools", "images", "id")


class ShareGpt:
    """Reads `conversations`, `system`, `tools`, `chosen`, `rejected` and `kto_tag`.

    The turns may also stand under `conversation` or `items`. A speaker such as `chatgpt` or `bard`
    names the model that made the response. A `function_call` becomes tool calls, a `function` or
    an `observation` a tool message. A user's turns behind the last response are left out. With
    `chosen` and `rejected` the conversation is the task (preference); with `kto_tag` its last
    response is scored on `desirable` (outcome). `tools` may be a list or its JSON text, and `images`
    are shown where the text has `<image>`; `id` is the key.
    """

    name = "sharegpt"
    kinds = ("demonstration", "preference", "outcome")
    summary = "ShareGPT: `conversations` of `from` and `value`"
    columns = {
        "demonstration": _COMMON,
        "preference": ("chosen", "rejected", *_COMMON),
        "outcome": ("kto_tag", *_COMMON),
    }

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one row.

        Raises:
            InputError: if the row is not of this format.
        """
        fields = Fields(row, self.columns[context.kind])
        with listing_files(fields.items("images"), "images"):
            return self._read(fields, context)

    def _read(self, fields: Fields, context: RowContext) -> Sequence[Read]:
        key = fields.name_or_none("id")
        name = next((name for name in _TURNS if fields.has(name)), _TURNS[0])
        turns = [
            _turn(value, f"{name}[{number}]") for number, value in enumerate(fields.items(name))
        ]
        if not turns:
            raise InputError(
                code="no-messages",
                message="there are no turns",
                where=name,
                hint="rows with `messages` of `role` and `content` are read as trl or openai-chat",
            )
        messages = tuple(_message(turn) for turn in turns)
        if fields.has("system"):
            messages = (Message(role="system", content=fields.text("system")), *messages)
        if context.kind == "preference":
            candidates = [_answer(fields, name, messages) for name in ("chosen", "rejected")]
            opinion = Opinion(unnamed(context), better=0)
            return [comparison(context, _task(fields, messages), candidates, [opinion], key=key)]
        prompt, response = split_response(_without_closing(messages, name))
        task, candidate = _task(fields, prompt), response_candidate(response, _maker(turns))
        if context.kind == "outcome":
            label = fields.flag_or_none("kto_tag")
            return [desirable(context, task, candidate, label, key)]
        return [demonstration(context, task, candidate, key)]


def _answer(fields: Fields, name: str, task: tuple[Message, ...]) -> Candidate:
    """The response that a field holds: one turn, or several, perhaps with the task before them."""
    stated = fields.any(name)
    turns = [
        _turn(value, f"{name}[{number}]")
        for number, value in enumerate(stated if isinstance(stated, list | tuple) else [stated])
    ]
    messages = tuple(map(_message, turns))
    return response_candidate(cut_repeated_prompt(task, messages, name), _maker(turns))


def _without_closing(messages: tuple[Message, ...], name: str) -> tuple[Message, ...]:
    """The conversation up to the model's last turn: what a user says after it has no answer."""
    end = len(messages)
    while end and messages[end - 1].role == "user":
        end -= 1
    if 0 < end < len(messages):
        note_extra(name, "closing user turns", value=messages[end:])
        return messages[:end]
    return messages


def _task(fields: Fields, messages: tuple[Message, ...]) -> Task:
    return Task(messages=with_listed(messages), tools=read_tools(fields))


def _turn(value: Any, where: str) -> Fields:
    turn = Fields(value, ("from", "value", *TRAINED_BY), where)
    if turn.text("from") not in _ROLES:
        raise turn.error("from", f"{turn.text('from')!r} is not a speaker of this format")
    return turn


def _maker(turns: Sequence[Fields]) -> Provenance:
    """Who made the response: the model that the last speaker is named after."""
    speakers = [turn.text("from") for turn in turns if _ROLES[turn.text("from")] == "assistant"]
    if speakers and speakers[-1] in _MODELS:
        return MadeByModel(model=speakers[-1])
    return UNNAMED


def _message(turn: Fields) -> Message:
    speaker, trained = turn.text("from"), read_trained(turn)
    if speaker not in _CALLS:
        message = Message(role=_ROLES[speaker], content=turn.text("value"), trained=trained)
        return marked_message(message, turn.place("value"))
    stated = turn.any("value")
    calls = parse_json(stated) if isinstance(stated, str) else stated
    several = calls if isinstance(calls, list | tuple) else [calls]
    tool_calls = tuple(_call(call) for call in several)
    return Message(role="assistant", tool_calls=tool_calls, trained=trained)


def _call(value: Any) -> ToolCall:
    call = Fields(value, ("name", "arguments"), "function_call")
    return source_call(call.text("name"), call.raw("arguments"))


READER = ShareGpt()
"""The reader that `--format sharegpt` asks for."""
