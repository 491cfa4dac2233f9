"""Constraints on words and letters that must or must not be in the text."""

import re
from typing import Annotated

import msgspec

from assay.verification.constraints.kind import (
    ConstraintParameters,
    Count,
    Phrase,
    Phrases,
    Relation,
    count_fault,
)


class Existence(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `keywords:existence`."""

    keywords: Phrases
    """The words, all of which must be in the text, in any case."""


class Frequency(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `keywords:frequency`."""

    keyword: Phrase
    """The word, in any case."""
    frequency: Count
    """The number of times."""
    relation: Relation
    """The relation of its count to that number."""


class ForbiddenWords(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `keywords:forbidden_words`."""

    forbidden_words: Phrases
    """The words, none of which may be in the text, in any case."""


class LetterFrequency(ConstraintParameters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of `keywords:letter_frequency`."""

    letter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)]
    """One character, in any case; it need not be a letter."""
    let_frequency: Count
    """The number of times."""
    let_relation: Relation
    """The relation of its count to that number."""


def existence(text: str, parameters: Existence) -> str | None:
    """Every keyword is in the text, in any case, also inside a longer word."""
    lower = text.lower()
    missing = next(
        (keyword for keyword in parameters.keywords if keyword.strip().lower() not in lower), None
    )
    return None if missing is None else f"the keyword {missing!r} is not there"


def frequency(text: str, parameters: Frequency) -> str | None:
    """A keyword is in the text at least, or less than, so many times.

    It is counted in any case, also inside a longer word, without overlaps.
    """
    count = text.lower().count(parameters.keyword.strip().lower())
    return count_fault(
        count, parameters.relation, parameters.frequency, f"times {parameters.keyword!r}"
    )


def forbidden_words(text: str, parameters: ForbiddenWords) -> str | None:
    """No forbidden word is in the text as a word of its own, in any case."""
    for word in parameters.forbidden_words:
        # A word is bounded where no letter, digit or underscore touches it.
        pattern = rf"(?<!\w){re.escape(word.strip())}(?!\w)"
        if re.search(pattern, text, re.IGNORECASE):
            return f"the forbidden word {word!r} is there"
    return None


def letter_frequency(text: str, parameters: LetterFrequency) -> str | None:
    """A letter or character is in the text at least, or less than, so many times, in any case."""
    count = text.lower().count(parameters.letter.lower())
    return count_fault(
        count, parameters.let_relation, parameters.let_frequency, f"times {parameters.letter!r}"
    )
