"""Building messages, calls and tools, and splitting a conversation into task and response."""

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from assay.core.errors import InputError
from assay.records.attachment import Attachment, read_attachment
from assay.records.attachment_lists import at_marks
from assay.records.mapping import record_map as doc
from assay.records.mapping.evaluate import compile_optional, compile_value
from assay.records.mapping.literal import parse_call
from assay.records.mapping.read_text import many, text_or_none
from assay.records.mapping.repeat import compile_repeat
from assay.records.mapping.scope import ABSENT, RowScope, as_text
from assay.records.mapping.value import value_label
from assay.records.source_json import source_call, source_tool
from assay.records.task import Message, Tool, ToolCall

Messages = Callable[[RowScope], list[Message]]
"""Gives the messages that entries of a mapping stand for."""

Responses = Mapping[str, tuple[Message, ...]]
"""Name of a candidate -> its response; of one conversation, the empty name."""

ONE_RESPONSE = ""
"""The name of the response of a conversation that has one."""


def compile_messages(entries: Sequence[doc.Speech], field: str) -> Messages:
    """The function that gives the messages of several entries, in their order."""
    compiled = [
        (compile_repeat(entry, f"{field}[{number}]"), _speech(entry, f"{field}[{number}]"))
        for number, entry in enumerate(entries)
    ]
    return lambda scope: [
        message for repeat, build in compiled for inner in repeat(scope) for message in build(inner)
    ]


def _speech(entry: doc.Speech, field: str) -> Callable[[RowScope], Sequence[Message]]:
    if entry.messages:
        return compile_messages(entry.messages, f"{field}.messages")
    role, content = entry.spoken()
    read_role = compile_value(role, f"{field}.role")
    # A message whose role is its key is called by it in errors: `messages[0].user`.
    place = f"{field}.content" if entry.role is not None else f"{field}.{role}"
    read_content = compile_value(content, place)
    name, answers = (
        text_or_none(entry.name, f"{field}.name"), text_or_none(entry.answers, f"{field}.answers")
    )  # fmt: skip
    calls = many(entry.calls, compile_call, f"{field}.calls")
    files = many(entry.files, compile_file, f"{field}.files")
    mark = entry.mark

    def build(scope: RowScope) -> Sequence[Message]:
        text = read_content(scope)
        tool_calls, attachments = tuple(calls(scope)), tuple(files(scope))
        if text is ABSENT and not tool_calls and not attachments:
            return ()
        words = "" if text is ABSENT else as_text(text)
        if mark is not None:
            words, attachments = at_marks(words, mark, attachments, place)
        message = Message(
            role=read_role(scope),
            content=words,
            attachments=attachments,
            name=name(scope),
            tool_calls=tool_calls,
            tool_call_id=answers(scope),
        )
        return (message,)

    return build


def compile_file(entry: doc.FileMap, field: str) -> Callable[[RowScope], Attachment | None]:
    """The function that gives a file that a message shows, before its text; None where there is none."""
    source = entry.file if entry.file is not None else entry.base64
    name = "file" if entry.file is not None else "base64"
    read = compile_optional(source, f"{field}.{name}")
    media_type = text_or_none(entry.media_type, f"{field}.media_type")
    place = f"{field}.{name}{value_label(source)}"
    is_base64 = entry.base64 is not None

    def build(scope: RowScope) -> Attachment | None:
        value = read(scope)
        if value is ABSENT:
            return None
        attachment = read_attachment({"data": value} if is_base64 else value, 0, place)
        _refuse_other_type(attachment, media_type(scope), place)
        return attachment

    return build


def _refuse_other_type(attachment: Attachment, stated: str | None, place: str) -> None:
    """Refuse a file whose bytes are not of the type that the mapping states."""
    if stated is None or attachment.media_type is None:
        return
    if not fnmatchcase(attachment.media_type, stated):
        raise InputError(
            code="other-media-type",
            message=f"the file is {attachment.media_type}, not {stated}",
            where=place,
            hint="fix the row, or the mapping's `media_type`",
        )


def compile_absences(entries: Sequence[doc.Speech], field: str) -> Callable[[RowScope], list[str]]:
    """The function that says, for each message whose text is not held, why."""
    return many(
        [entry for entry in entries if entry.missing is not None],
        lambda entry, place: text_or_none(entry.missing, f"{place}.missing"),
        field,
    )


def compile_call(entry: doc.CallMap, field: str) -> Callable[[RowScope], ToolCall]:
    """The function that gives one call of a tool."""
    identity = text_or_none(entry.id, f"{field}.id")
    if entry.text is not None:
        parse = compile_call_text(entry.text, f"{field}.text")

        def from_text(scope: RowScope) -> ToolCall:
            name, arguments = parse(scope)
            return source_call(name, arguments, identity(scope))

        return from_text
    name = compile_optional(entry.name, f"{field}.name")
    arguments = compile_optional(entry.arguments, f"{field}.arguments")

    def build(scope: RowScope) -> ToolCall:
        stated = arguments(scope)
        return source_call(
            as_text(name(scope)), None if stated is ABSENT else stated, identity(scope)
        )

    return build


def compile_call_text(
    value: Any, field: str
) -> Callable[[RowScope], tuple[str, Mapping[str, Any]]]:
    """The function that gives the name and the arguments of a call that stands as text."""
    read = compile_value(value, field)

    def parse(scope: RowScope) -> tuple[str, Mapping[str, Any]]:
        text = as_text(read(scope))
        try:
            scope.budget.spend(len(text), field)
            call = parse_call(text, scope.budget)
        except InputError as error:
            raise error.at(field) from error
        return call["name"], call["arguments"]

    return parse


def compile_tool(entry: doc.ToolMap, field: str) -> Callable[[RowScope], Tool]:
    """The function that gives one tool."""
    name = compile_value(entry.name, f"{field}.name")
    description = text_or_none(entry.description, f"{field}.description")
    parameters = compile_optional(entry.parameters, f"{field}.parameters")
    permission = compile_optional(entry.permission, f"{field}.permission")

    def build(scope: RowScope) -> Tool:
        allowed, schema = permission(scope), parameters(scope)
        tool = source_tool(
            as_text(name(scope)), description(scope) or "", "" if schema is ABSENT else schema
        )
        return tool if allowed is ABSENT else msgspec.structs.replace(tool, permission=allowed)

    return build


def compile_conversation(
    conversation: doc.ConversationMap, field: str
) -> Callable[[RowScope], tuple[list[Message], Responses]]:
    """The function that gives the task's messages, and the response of each candidate."""
    if conversation.lists:
        return _common_start(conversation, field)
    messages = compile_messages([conversation.speech(conversation.messages or "")], field)
    rule = conversation.response

    def split(scope: RowScope) -> tuple[list[Message], Responses]:
        turns = messages(scope)
        if rule is None:
            return turns, {}
        start = len(turns) - 1 if rule == "last" else _after_last_user(turns)
        response = turns[max(start, 0) :]
        _refuse_other_role(response, field)
        return turns[:start], {ONE_RESPONSE: tuple(response)}

    return split


def _common_start(
    conversation: doc.ConversationMap, field: str
) -> Callable[[RowScope], tuple[list[Message], Responses]]:
    lists = {
        name: compile_messages([conversation.speech(value)], f"{field}.lists.{name}")
        for name, value in conversation.lists.items()
    }

    def split(scope: RowScope) -> tuple[list[Message], Responses]:
        turns = {name: read(scope) for name, read in lists.items()}
        conversations = list(turns.values())
        start = _shared_length(conversations)
        # Where one is the start of another, or all are the same, the model's turns are the response.
        start = min([start, *(_after_last_user(messages) for messages in conversations)])
        for name, messages in turns.items():
            _refuse_other_role(messages[start:], f"{field}.lists.{name}")
        return conversations[0][:start], {
            name: tuple(messages[start:]) for name, messages in turns.items()
        }

    return split


def _shared_length(conversations: Sequence[Sequence[Message]]) -> int:
    """How many messages all conversations have in common at their start."""
    count = 0
    for together in zip(*conversations, strict=False):
        if any(message != together[0] for message in together):
            break
        count += 1
    return count


def _after_last_user(messages: Sequence[Message]) -> int:
    places = [place for place, message in enumerate(messages) if message.role == "user"]
    return places[-1] + 1 if places else 0


def _refuse_other_role(response: Sequence[Message], field: str) -> None:
    """Refuse a response that is not the model's, since it would be judged as the model's own."""
    if response and response[0].role == "assistant":
        return
    begins = f"begins with a message of role {response[0].role}" if response else "has no message"
    raise InputError(
        code="response-not-assistant",
        message=f"the response {begins}, not with the model's turn",
        where=field,
        hint="correct `role` or `response` in the mapping, or fix the row",
    )
