"""Masking of people: rows that are stored for correction hold pseudonyms in place of raw ids.

A fixed row is imported again, and a pseudonym in it stays what it is. A cell that is part of an id,
as in a mapping's `person: "rater {rater}"`, becomes the pseudonym of the whole id.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from assay.records.pseudonym import PREFIX
from assay.records.redaction import redact

KEYS = frozenset(
    [
        "adjudicator",
        "annotator",
        "annotatorid",
        "assignedto",
        "authoruserid",
        "completedby",
        "editor",
        "email",
        "judge",
        "labeler",
        "labelerid",
        "labeller",
        "labellerid",
        "pseudonym",
        "rater",
        "raterid",
        "reviewer",
        "reviewerid",
        "userid",
        "username",
        "worker",
        "workerid",
    ]
)
"""Names under which files keep people, in lower case and without `_`, `-` and spaces."""

LEAST_LETTERS = 3
"""A shorter id is not replaced in sentences: it would match parts of words."""

_WHOLE = re.compile(rf"{PREFIX}[a-z2-7]{{24}}")
# Pairs of a key and a scalar, as far as they can be seen in a text that is not valid JSON.
_BROKEN_JSON = re.compile(r'("([^"\\]{1,40})"\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d+)')


def existing_or_new_pseudonym(pseudonym: Callable[[str], str]) -> Callable[[str], str]:
    """The pseudonym of a raw id; an id that holds a whole pseudonym is that one.

    Args:
        pseudonym: makes the pseudonym of a raw id.
    """

    def of(raw: str) -> str:
        existing = _WHOLE.search(raw)
        return existing[0] if existing else pseudonym(raw)

    return of


class MaskedRow(msgspec.Struct, frozen=True):
    """A row without raw ids."""

    raw: Any
    """The row, or its text where it is no JSON, with pseudonyms in place of raw ids."""
    names: Mapping[str, str]
    """Each raw id that was in it -> its pseudonym."""

    def in_text(self, text: str) -> str:
        """A sentence about the row without its raw ids."""
        for name, pseudonym in self.names.items():
            if len(name) >= LEAST_LETTERS:
                text = text.replace(name, pseudonym)
        return text


class PeopleMask:
    """Hides the people of rows."""

    def __init__(
        self,
        pseudonym: Callable[[str], str],
        templates: Mapping[str, str] | None = None,
        *,
        redacts: bool = False,
    ) -> None:
        """Hide values by the name of their key, and by the mapping's `person` columns.

        Args:
            pseudonym: makes the pseudonym of a raw id.
            templates: column -> the text with `{column}` in it that is the raw id.
            redacts: whether secrets and addresses are taken out as well (`records.redaction`).
        """
        self._redacts = redacts
        self._pseudonym = existing_or_new_pseudonym(pseudonym)
        self._templates = templates or {}

    def hide(self, raw: Any) -> MaskedRow:
        """A row without raw ids: an object, or a text that is no JSON."""
        names: dict[str, str] = {}
        if self._redacts:
            raw = redact(raw, Counter())
        if isinstance(raw, str):
            return MaskedRow(
                _BROKEN_JSON.sub(lambda match: self._mask_pair(match, names), raw), names
            )
        return MaskedRow(self._hide(raw, names), names)

    def _hide(self, value: Any, names: dict[str, str]) -> Any:
        if isinstance(value, dict):
            return {
                key: self._person(str(key), item, names)
                if self._is_person(str(key)) and isinstance(item, str | int) and str(item).strip()
                else self._hide(item, names)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._hide(item, names) for item in value]
        return value

    def _is_person(self, key: str) -> bool:
        return key in self._templates or re.sub(r"[\s_-]", "", key).casefold() in KEYS

    def _person(self, key: str, value: str | int, names: dict[str, str]) -> str:
        template = self._templates.get(key, f"{{{key}}}")
        pseudonym = self._pseudonym(template.replace(f"{{{key}}}", str(value)))
        if str(value) != pseudonym:
            names[str(value)] = pseudonym
        return pseudonym

    def _mask_pair(self, match: re.Match[str], names: dict[str, str]) -> str:
        value = match[3].strip('"')
        if not self._is_person(match[2]) or not value.strip():
            return match[0]
        return f'{match[1]}"{self._person(match[2], value, names)}"'
