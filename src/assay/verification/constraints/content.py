"""Constraints on parts that the text must have: placeholders, a postscript."""

import re
from collections.abc import Iterator

from assay.verification.constraints.kind import ConstraintParameters, Count, Phrase, compared

_MAYBE_SPACE = r"[^\S\n]?"


class NumberPlaceholders(
    ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Parameters of `detectable_content:number_placeholders`."""

    num_placeholders: Count
    """The least number of placeholders."""


class Postscript(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `detectable_content:postscript`."""

    postscript_marker: Phrase
    """How the postscript begins, such as `P.S.`."""


def number_placeholders(text: str, asked: NumberPlaceholders) -> str | None:
    """The text has at least so many placeholders: words in square brackets, within one line."""
    count = sum(1 for inside in _bracketed(text) if inside.strip())
    return compared(count, "at least", asked.num_placeholders, "placeholders")


def postscript(text: str, asked: Postscript) -> str | None:
    """A postscript marker is in the text, in any case, with words behind it.

    The marker's last full stop is not needed, and a space may be between any two of its characters;
    `P.P.S.` is not taken for `P.S.`
    """
    marker = asked.postscript_marker.strip()
    signs = [re.escape(sign) for sign in marker.rstrip(".") or marker if not sign.isspace()]
    pattern = _MAYBE_SPACE.join(signs)
    match = re.search(rf"(?<![\w.]){pattern}(?!\w)(.*)", text, re.IGNORECASE | re.DOTALL)
    if match is None:
        return f"the postscript marker {asked.postscript_marker!r} is not there"
    if not any(sign.isalnum() for sign in match[1]):
        return f"nothing follows the postscript marker {asked.postscript_marker!r}"
    return None


def _bracketed(text: str) -> Iterator[str]:
    """What is between a square bracket and the next closing one of the same line."""
    for line in text.split("\n"):
        start = line.find("[")
        while start >= 0 and (end := line.find("]", start)) >= 0:
            yield line[start + 1 : end]
            start = line.find("[", end)
