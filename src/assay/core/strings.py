"""Every string of a fact or document, found by walking its values: a new field is covered at once."""

import json
from collections.abc import Iterator

import msgspec

_MOST_NESTED = 4
"""JSON inside strings is followed so deep."""


def strings_of(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every string in a value with its JSON pointer (RFC 6901); of a key, that of its object.

    Strings that are JSON objects or arrays are followed into; their strings come with the pointer
    of the string that they are in, followed by their own. Tags of unions are left out: they are
    among a few words that the types fix.

    Args:
        value: a fact, a value of one, or what JSON decodes to.
        pointer: pointer of the value itself.
    """
    yield from _walk(value, pointer, _MOST_NESTED)


def _walk(value: object, pointer: str, depth: int) -> Iterator[tuple[str, str]]:
    if not value or isinstance(value, int | float):
        return
    if isinstance(value, str):
        yield pointer, value
        if value[0] in "{[" and value[-1] in "}]" and depth:
            yield from _nested(value, pointer, depth - 1)
        return
    if isinstance(value, dict):
        yield from ((pointer, str(key)) for key in value)
    for key, each in _members(value):
        yield from _walk(each, f"{pointer}/{key}", depth)


def _members(value: object) -> Iterator[tuple[str, object]]:
    """What a value holds, by field, key or place."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield name, getattr(value, name)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key).replace("~", "~0").replace("/", "~1"), each
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((str(place), each) for place, each in enumerate(value))
    else:
        yield "", msgspec.to_builtins(value)


def _nested(text: str, pointer: str, depth: int) -> Iterator[tuple[str, str]]:
    """The strings of JSON inside a string; none where it is not JSON."""
    try:
        inside = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from _walk(inside, pointer, depth)
