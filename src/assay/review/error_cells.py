"""Errors of an answered row: a list of objects, each with words of a candidate or none."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from assay.records.evidence import TextSpan
from assay.records.judgment import LocalizedError, Unanchored, Whole
from assay.records.record import Record
from assay.review.cells import Row, candidate_of, fault


def errors_of(
    row: Row, record: Record, letters: Mapping[str, int]
) -> tuple[LocalizedError, ...] | None:
    """The localized errors: a list of objects, or its JSON text; empty where none was found."""
    given = row.get("errors")
    if isinstance(given, str):
        given = _json_list(given)
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise fault("bad-errors", "errors are a list of objects", "errors")
    return tuple(_error(each, record, letters) for each in given)


def _json_list(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise fault("bad-errors", "errors are not a JSON list", "errors") from error


def _error(given: Mapping[str, Any], record: Record, letters: Mapping[str, int]) -> LocalizedError:
    fields = {"category", "severity", "correction", "verification", "note"}
    unknown = sorted(set(given) - fields - {"candidate", "quote", "start"})
    if unknown:
        raise fault("unknown-field", f"an error has no field {unknown[0]!r}", "errors")
    candidate = candidate_of(letters, str(given.get("candidate", "A")), "errors")
    plain = {name: given[name] for name in fields & set(given)}
    try:
        return msgspec.convert(
            plain | {"place": msgspec.to_builtins(_error_place(given, candidate, record))},
            LocalizedError,
        )
    except msgspec.ValidationError as error:
        raise fault("bad-errors", str(error), "errors") from error


def _error_place(
    given: Mapping[str, Any], candidate: int, record: Record
) -> TextSpan | Unanchored | Whole:
    quote = given.get("quote")
    if not isinstance(quote, str) or not quote:
        return Whole(candidate=candidate)
    content = record.candidates[candidate].content
    if not isinstance(content, str):
        return Unanchored(stated=quote, reason="the answer is a conversation, not one text")
    start = given.get("start")
    if start is None and content.count(quote) == 1:
        start = content.index(quote)
    if not isinstance(start, int) or start < 0 or content[start : start + len(quote)] != quote:
        return Unanchored(stated=quote, reason="the quote has no single place in the text")
    pointer = f"/candidates/{candidate}/content"
    return TextSpan(pointer=pointer, start=start, end=start + len(quote), quote=quote)
