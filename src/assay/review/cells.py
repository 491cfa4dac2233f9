"""Cells: how the columns of an answered row are read, whatever tool wrote them."""

from collections.abc import Mapping
from typing import Any

from assay.core.errors import InputError

Row = Mapping[str, Any]
"""One row of a file: column or key -> value."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes a text as a formula."""

_DIGITS = 15
"""Most digits of a count."""


def is_filled(value: Any) -> bool:
    """Whether a cell holds anything; an empty list of errors is an answer."""
    return value is not None and value != ""


def text_of(row: Row, column: str) -> str:
    """A cell as text, without the apostrophe that stops a spreadsheet from reading a formula."""
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise fault("not-text", "a text or a number is expected here", column)
    text = str(value).strip()
    # Only an apostrophe before one of these characters was put there by `escape_formula`.
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def milliseconds(row: Row) -> int | None:
    """The active time of a row; None where it states none."""
    text = text_of(row, "active_ms")
    if not text:
        return None
    count = count_of(text)
    if count is None:
        raise fault("bad-time", f"{text!r} is not a number of milliseconds", "active_ms")
    return count


def count_of(text: str) -> int | None:
    """The whole number from 0 that a text states; None for any other text.

    Sixteen digits or more are not a count: `int` itself refuses the longest ones.
    """
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None


def candidate_of(letters: Mapping[str, int], name: str, column: str) -> int:
    """The candidate that a letter stands for, by its place in the record."""
    if name not in letters:
        names = ", ".join(letters)
        raise fault("unknown-candidate", f"there is no candidate {name!r}", column, hint=names)
    return letters[name]


def fault(code: str, message: str, where: str, *, hint: str = "") -> InputError:
    """A fault of a row; `where` is the column."""
    return InputError(code=code, message=message, where=where, hint=hint)
