"""JSON that a source wrote as text: tool arguments and schemas, their meaning beside their spelling.

The canonical form is what calls are compared by. The spelling (order of keys, `5.0`, `1e2`) is
what a model was shown or is trained to write, so it is kept where it differs.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from assay.core.canonical import MAX_SAFE_INTEGER, encode_json, parse_json
from assay.core.errors import InputError
from assay.records.fields import JsonText
from assay.records.task import Tool, ToolCall

NO_PARAMETERS = '{"type":"object","properties":{}}'
"""The schema of a tool that takes no argument, as formats want it spelled out."""


class SourceJson(NamedTuple):
    """One JSON text of a source."""

    canonical: JsonText
    """The value as canonical text; for a text that is no JSON, that text as a JSON string."""
    raw: str | None
    """The source's own text, where it differs from the canonical one."""
    unparsed: bool
    """Whether the source's text is no JSON."""


def source_json(value: Any, *, empty: JsonText = "") -> SourceJson:
    """What a source wrote as JSON: a text of it, or the value itself.

    A value that stands in the row as an object has no text of its own: its keys stay in their
    order and its numbers keep their type.

    Args:
        value: the text, or any JSON value.
        empty: the canonical form of an empty text.

    Raises:
        InputError: if a value that is not text has no JSON form.
    """
    if not isinstance(value, str):
        canonical = exact_json_text(value)
        return _beside(canonical, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if not value.strip():
        return _beside(empty, value)
    try:
        return _beside(exact_json_text(parse_json(value)), value)
    except InputError:
        return SourceJson(exact_json_text(value), value, unparsed=True)


def source_call(name: str, arguments: Any, identity: str | None = None) -> ToolCall:
    """A tool call as a source states it.

    Args:
        name: name of the tool.
        arguments: an object, its JSON text, or None; no arguments are an empty object.
        identity: the call's own id.
    """
    stated = source_json({} if arguments is None else arguments, empty="{}")
    return ToolCall(
        name=name,
        arguments=stated.canonical,
        id=identity,
        raw_arguments=stated.raw,
        unparsed=stated.unparsed,
    )


def source_tool(name: str, description: str, schema: Any, *, strict: bool | None = None) -> Tool:
    """A tool as a source states it; a schema of no parameters says the same as none.

    Args:
        name: name of the tool.
        description: the description that the model gets.
        schema: JSON Schema of its arguments, an object or its text; empty where none is given.
        strict: whether the model is held to the schema.

    Raises:
        InputError: if the schema is a text that is no JSON.
    """
    stated = source_json(schema)
    if stated.unparsed:
        parse_json(str(schema))
    if stated.canonical == _CANONICAL_NO_PARAMETERS:
        return Tool(name=name, description=description, strict=strict)
    return Tool(
        name=name,
        description=description,
        parameters=stated.canonical,
        raw_parameters=stated.raw if stated.canonical else None,
        strict=strict,
    )


def stated_arguments(call: ToolCall) -> str:
    """The arguments of a call as the source wrote them."""
    return call.arguments if call.raw_arguments is None else call.raw_arguments


def stated_parameters(tool: Tool) -> str:
    """The schema of a tool as the source wrote it; empty where none was given."""
    return tool.parameters if tool.raw_parameters is None else tool.raw_parameters


def exact_json_text(value: Any) -> JsonText:
    """Canonical JSON text (RFC 8785) in which an integer of any size keeps all its digits.

    RFC 8785 ends at 53 bits, and the identifiers that tools take do not.

    Raises:
        InputError: for what JSON cannot carry, as `core.canonical.encode_json` names it.
    """
    if _fits(value):
        return encode_json(value).decode()
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        members = (f"{encode_json(name).decode()}:{exact_json_text(value[name])}" for name in names)
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(exact_json_text(entry) for entry in value) + "]"
    return str(value)


def _fits(value: Any) -> bool:
    """Whether a value holds no integer beyond 53 bits."""
    if isinstance(value, Mapping):
        return all(_fits(entry) for entry in value.values())
    if isinstance(value, list | tuple):
        return all(_fits(entry) for entry in value)
    return not isinstance(value, int) or abs(value) <= MAX_SAFE_INTEGER


def _beside(canonical: JsonText, text: str) -> SourceJson:
    return SourceJson(canonical, None if text == canonical else text, unparsed=False)


_CANONICAL_NO_PARAMETERS = source_json(NO_PARAMETERS).canonical
