"""Null arguments of tool calls that a column store put there.

Parquet and Arrow give every row of a column the same fields: a call of one tool then has the
arguments of all others, each null. A null that the tool's schema has, the model may have written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from assay.core.canonical import parse_json
from assay.core.errors import InputError
from assay.records.candidate import Candidate, Step
from assay.records.record import Record
from assay.records.source_json import source_call, stated_arguments
from assay.records.task import Message, Tool, ToolCall

_NULL = ":null"
"""How a null member looks in canonical JSON text."""

Change = Callable[[ToolCall], ToolCall]


def null_arguments(record: Record) -> AbstractSet[str]:
    """Names of arguments that are null and that the called tool's schema does not have.

    Where the record does not describe the tool, every null argument is among them.
    """
    calls = [call for call in _calls(record) if _NULL in call.arguments]
    if not calls:
        return frozenset()
    schemas = _schemas(record)
    return {name for call in calls for name in _padding(call, schemas)}


def without_null_arguments(record: Record) -> Record:
    """The record without the arguments that `null_arguments` names."""
    schemas = _schemas(record)

    def shorten(call: ToolCall) -> ToolCall:
        padding = _padding(call, schemas)
        if not padding:
            return call
        values = parse_json(stated_arguments(call))
        held = {name: value for name, value in values.items() if name not in padding}
        return source_call(call.name, held, call.id)

    return _with_calls(record, shorten)


def _schemas(record: Record) -> Mapping[str, AbstractSet[str]]:
    """The arguments of each tool whose schema names them."""
    return {tool.name: names for tool in record.task.tools if (names := _properties(tool))}


def _properties(tool: Tool) -> AbstractSet[str]:
    try:
        schema = parse_json(tool.parameters) if tool.parameters else None
    except InputError:
        return frozenset()
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return frozenset(properties) if isinstance(properties, Mapping) else frozenset()


def _padding(call: ToolCall, schemas: Mapping[str, AbstractSet[str]]) -> AbstractSet[str]:
    if _NULL not in call.arguments or call.unparsed:
        return frozenset()
    values = parse_json(call.arguments)
    if not isinstance(values, Mapping):
        return frozenset()
    described = schemas.get(call.name, frozenset())
    return {name for name, value in values.items() if value is None and name not in described}


def _calls(record: Record) -> Iterator[ToolCall]:
    for message in record.task.messages:
        yield from message.tool_calls
    for candidate in record.candidates:
        for message in () if isinstance(candidate.content, str) else candidate.content:
            yield from message.tool_calls
        for step in candidate.work:
            if step.call:
                yield step.call


def _with_calls(record: Record, change: Change) -> Record:
    """The record with each of its calls changed."""
    task = msgspec.structs.replace(
        record.task, messages=_with_message_calls(record.task.messages, change)
    )
    candidates = tuple(_with_candidate_calls(candidate, change) for candidate in record.candidates)
    return record.replace(task=task, candidates=candidates)


def _with_candidate_calls(candidate: Candidate, change: Change) -> Candidate:
    content = candidate.content
    return msgspec.structs.replace(
        candidate,
        content=content if isinstance(content, str) else _with_message_calls(content, change),
        work=tuple(_with_step_call(step, change) for step in candidate.work),
    )


def _with_step_call(step: Step, change: Change) -> Step:
    return msgspec.structs.replace(step, call=change(step.call)) if step.call else step


def _with_message_calls(messages: Sequence[Message], change: Change) -> tuple[Message, ...]:
    return tuple(
        msgspec.structs.replace(message, tool_calls=tuple(map(change, message.tool_calls)))
        if message.tool_calls
        else message
        for message in messages
    )
