"""Cells: how the columns of an answered row are read, whatever tool wrote them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.errors import InputError

Row = Mapping[str, Any]
"""One row of a file: column or key -> value."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes a text as a formula."""

_INTEGER = re.compile(r"^-?\d+$")


def columns(
    row: Row, family: str, *, parts: Sequence[int] = ()
) -> Iterator[tuple[str, list[str], str]]:
    """The filled columns of a family such as `score.<dimension>.<letter>`, with their parts.

    Args:
        row: the answer.
        family: the first part of the columns' names.
        parts: how many further parts a name may have; any number where empty.
    """
    for column in row:
        first, *rest = column.split(".")
        if first != family or not rest:
            continue
        if parts and len(rest) not in parts:
            raise fault("unknown-column", f"no answer has a column {column!r}", column)
        if text := text_of(row, column):
            yield column, rest, text


def text_of(row: Row, column: str) -> str:
    """A cell as text, without the apostrophe that kept a spreadsheet from reading a formula."""
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise fault("not-text", "a text or a number is expected here", column)
    text = str(value).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def milliseconds(row: Row) -> int | None:
    """The active time of a row; None where it states none."""
    text = text_of(row, "active_ms")
    if not text:
        return None
    if not _INTEGER.match(text) or int(text) < 0:
        raise fault("bad-time", f"{text!r} is not a number of milliseconds", "active_ms")
    return int(text)


def candidate_of(letters: Mapping[str, int], name: str, column: str) -> int:
    """The candidate that a letter stands for, by its place in the record."""
    if name not in letters:
        known = ", ".join(letters)
        raise fault("unknown-candidate", f"there is no candidate {name!r}", column, hint=known)
    return letters[name]


def fault(code: str, message: str, where: str, *, hint: str = "") -> InputError:
    """A fault of a row; `where` is the column."""
    return InputError(code=code, message=message, where=where, hint=hint)
