"""Constraints on parts that the text must have: placeholders, a postscript."""

import re
from collections.abc import Iterator

from assay.verification.constraints.kind import ConstraintParameters, Count, Phrase, count_fault

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


def number_placeholders(text: str, parameters: NumberPlaceholders) -> str | None:
    """The text has at least so many placeholders: words in square brackets, within one line."""
    count = sum(1 for inside in _texts_in_brackets(text) if inside.strip())
    return count_fault(count, "at least", parameters.num_placeholders, "placeholders")


def postscript(text: str, parameters: Postscript) -> str | None:
    """A postscript marker is in the text, in any case, with words behind it.

    The marker's last full stop is not needed, and a space may be between any two of its characters;
    `P.P.S.` is not taken for `P.S.`
    """
    marker = parameters.postscript_marker.strip()
    characters = [
        re.escape(character)
        for character in marker.rstrip(".") or marker
        if not character.isspace()
    ]
    pattern = _MAYBE_SPACE.join(characters)
    match = re.search(rf"(?<![\w.]){pattern}(?!\w)(.*)", text, re.IGNORECASE | re.DOTALL)
    if match is None:
        return f"the postscript marker {parameters.postscript_marker!r} is not there"
    if not any(character.isalnum() for character in match[1]):
        return f"nothing follows the postscript marker {parameters.postscript_marker!r}"
    return None


def _texts_in_brackets(text: str) -> Iterator[str]:
    """What is between a square bracket and the next closing one of the same line."""
    for line in text.split("\n"):
        start = line.find("[")
        while start >= 0 and (end := line.find("]", start)) >= 0:
            yield line[start + 1 : end]
            start = line.find("[", end)
