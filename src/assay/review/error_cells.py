"""Errors of an answered row: a list of objects, each with words of a candidate or none."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from assay.records.anchoring import find_quote
from assay.records.evidence import TextSpan
from assay.records.judgment import LocalizedError, Unanchored, Whole
from assay.records.record import Record
from assay.review.cells import candidate_of, fault
from assay.review.row_reader import RowReader


def errors_of(
    reader: RowReader, record: Record, letters: Mapping[str, int]
) -> tuple[LocalizedError, ...] | None:
    """The localized errors: a list of objects, or its JSON text; empty where none was found."""
    stated = reader.part(lambda: _error_list(reader.row.get("errors")), None)
    if stated is None:
        return None
    errors = (
        reader.part(partial(_error, entry, f"errors.{number}", record, letters), None)
        for number, entry in enumerate(stated)
    )
    return tuple(error for error in errors if error is not None)


def _error_list(stated: Any) -> list[dict[str, Any]] | None:
    if isinstance(stated, str):
        stated = _json_list(stated)
    if stated is None:
        return None
    if not isinstance(stated, list) or not all(isinstance(entry, dict) for entry in stated):
        raise fault("bad-errors", "errors are a list of objects", "errors")
    return stated


def _json_list(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    # Deep nesting exhausts the stack of the parser; that is a fault of the row as well.
    except (json.JSONDecodeError, RecursionError) as error:
        raise fault("bad-errors", "errors are not a JSON list", "errors") from error


def _error(
    stated: Mapping[str, Any], where: str, record: Record, letters: Mapping[str, int]
) -> LocalizedError:
    fields = {"category", "severity", "correction", "verification", "note"}
    unknown = sorted(set(stated) - fields - {"candidate", "quote", "start"})
    if unknown:
        raise fault("unknown-field", f"an error has no field {unknown[0]!r}", where)
    candidate = candidate_of(letters, str(stated.get("candidate", "A")), where)
    plain = {name: stated[name] for name in fields & set(stated)}
    try:
        return msgspec.convert(
            plain | {"place": msgspec.to_builtins(_error_place(stated, candidate, record))},
            LocalizedError,
        )
    except msgspec.ValidationError as error:
        raise fault("bad-errors", str(error), where) from error


def _error_place(
    stated: Mapping[str, Any], candidate: int, record: Record
) -> TextSpan | Unanchored | Whole:
    quote = stated.get("quote")
    if not isinstance(quote, str) or not quote:
        return Whole(candidate=candidate)
    content = record.candidates[candidate].content
    if not isinstance(content, str):
        return Unanchored(stated=quote, reason="the answer is a conversation, not one text")
    start = stated.get("start")
    place = find_quote(content, quote, start if isinstance(start, int) else None)
    if place is None:
        return Unanchored(stated=quote, reason="the quote has no single place in the text")
    pointer = f"/candidates/{candidate}/content"
    words = content[place.start : place.end]
    return TextSpan(pointer=pointer, start=place.start, end=place.end, quote=words)
