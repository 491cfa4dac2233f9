"""Values as the types that facts have: text, canonical JSON text, whole numbers."""

from collections.abc import Callable, Sequence
from typing import Any

from assay.core.canonical import json_text, parse_json
from assay.core.errors import InputError
from assay.records.mapping.evaluate import FALSE, TRUE, compile_optional
from assay.records.mapping.repeat import compile_repeat
from assay.records.mapping.scope import ABSENT, RowScope, as_index, as_text
from assay.records.mapping.value import Value, value_label

Many = Callable[[RowScope], list[Any]]
"""Gives every piece that an entry of the mapping stands for."""


def text_or_none(value: Value | None, field: str) -> Callable[[RowScope], str | None]:
    """The function that gives a value as text, or None where it is absent."""
    if value is None:
        return _none
    evaluate = compile_optional(value, field)
    label = f"{field}{value_label(value)}"

    def read(scope: RowScope) -> str | None:
        result = evaluate(scope)
        try:
            return None if result is ABSENT else as_text(result)
        except InputError as error:
            raise error.at(label) from error

    return read


def json_or_none(
    value: Value | None, field: str, to_text: Callable[[Any], str] = json_text
) -> Callable[[RowScope], str | None]:
    """The function that gives a value as canonical JSON text; text is parsed first.

    Args:
        value: the value of the mapping.
        field: its place, for errors.
        to_text: writes the JSON text.
    """
    if value is None:
        return _none
    evaluate = compile_optional(value, field)

    def read(scope: RowScope) -> str | None:
        result = evaluate(scope)
        if result is ABSENT:
            return None
        try:
            return to_text(parse_json(result) if isinstance(result, str) else result)
        except InputError as error:
            raise error.at(field) from error

    return read


def index_or_none(value: Value | None, field: str) -> Callable[[RowScope], int | None]:
    """The function that gives a value as a whole number from 0, or None where it is absent."""
    if value is None:
        return _none
    evaluate = compile_optional(value, field)
    label = f"{field}{value_label(value)}"

    def read(scope: RowScope) -> int | None:
        result = evaluate(scope)
        return None if result is ABSENT else as_index(result, label)

    return read


def is_so(value: Value | None, field: str) -> Callable[[RowScope], bool]:
    """The function that gives whether something holds; it does not where the value is absent.

    It raises InputError for a value that is neither yes nor no.
    """
    if value is None:
        return lambda _: False
    evaluate = compile_optional(value, field)

    def read(scope: RowScope) -> bool:
        result = evaluate(scope)
        text = "" if result is ABSENT else as_text(result)
        if text in TRUE:
            return True
        if text in FALSE:
            return False
        raise InputError(
            code="wrong-type",
            message=f"this is {text[:60]!r}, which is neither true nor false",
            where=f"{field}{value_label(value)}",
            hint="map it to true or false by a table of values",
        )

    return read


def many(
    entries: Sequence[Any], make: Callable[[Any, str], Callable[[RowScope], Any]], field: str
) -> Many:
    """The function that reads several entries, each as often as its loops say."""
    if not entries:
        return lambda _: []
    compiled = [
        (compile_repeat(entry, f"{field}[{number}]"), make(entry, f"{field}[{number}]"))
        for number, entry in enumerate(entries)
    ]
    return lambda scope: [
        piece
        for repeat, build in compiled
        for inner in repeat(scope)
        if (piece := build(inner)) is not None
    ]


def _none(_: RowScope) -> None:
    return None
