"""Every string of a fact or document, found by walking its values: a new field is covered at once."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import attrgetter

import msgspec

_MOST_NESTED = 4
"""Levels of JSON inside strings that are read; deeper levels are one string."""

# Tuples, since a union of types would be built anew at every check.
_NUMBERS = (int, float)
_SERIES = (list, tuple, set, frozenset)


def strings_of(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every string in a value with its JSON pointer (RFC 6901); of a key, that of its object.

    Strings that are JSON objects or arrays are followed into; their strings come with the pointer
    of the string that they are in, followed by their own. Tags of unions are left out: they are
    among a few words that the types fix.

    Args:
        value: a fact, a value of one, or what JSON decodes to.
        pointer: pointer of the value itself.
    """
    strings: list[tuple[str, str]] = []
    _collect(value, pointer, _MOST_NESTED, strings)
    yield from strings


def _collect(value: object, pointer: str, depth: int, strings: list[tuple[str, str]]) -> None:
    """Append what a value holds: one list for the whole walk costs half of nested generators."""
    if not value or isinstance(value, _NUMBERS):
        return
    if isinstance(value, str):
        strings.append((pointer, value))
        if value[0] in "{[" and value[-1] in "}]" and depth:
            _collect_nested(value, pointer, depth - 1, strings)
        return
    if isinstance(value, dict):
        strings.extend((pointer, str(key)) for key in value)
    for key, member in _members(value):
        if not member or isinstance(member, _NUMBERS):
            continue
        if isinstance(member, str) and member[0] not in "{[":
            strings.append((f"{pointer}/{key}", member))
        else:
            _collect(member, f"{pointer}/{key}", depth, strings)


def _members(value: object) -> Iterable[tuple[str, object]]:
    """What a value holds, by field, key or place."""
    if isinstance(value, msgspec.Struct):
        names, read = _reader(type(value))
        return zip(names, read(value), strict=False)
    if isinstance(value, dict):
        return [
            (str(key).replace("~", "~0").replace("/", "~1"), member)
            for key, member in value.items()
        ]
    if isinstance(value, _SERIES):
        return [(str(place), member) for place, member in enumerate(value)]
    return [("", msgspec.to_builtins(value))]


@lru_cache(maxsize=1024)
def _reader(
    struct: type[msgspec.Struct],
) -> tuple[tuple[str, ...], Callable[[msgspec.Struct], tuple[object, ...]]]:
    """The fields of a struct, and what reads all of them in one call."""
    names = struct.__struct_fields__
    # Of one name alone `attrgetter` would give no tuple; what is read besides has no name.
    return names, attrgetter(*names, "__struct_fields__", "__struct_fields__")


def _collect_nested(text: str, pointer: str, depth: int, strings: list[tuple[str, str]]) -> None:
    """The strings of JSON inside a string; none where it is not JSON."""
    try:
        inside = json.loads(text)
    except (ValueError, RecursionError):
        return
    _collect(inside, pointer, depth, strings)
