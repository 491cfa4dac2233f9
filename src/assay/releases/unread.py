"""Unread passages: parts of a text in another language than that of the patterns for claims."""

import re
from collections.abc import Iterator

from assay.governance.claims import LANGUAGE
from assay.verification.constraints.kind import CannotTellError
from assay.verification.constraints.language import is_latin, other_than

_PASSAGE = re.compile(r"\n\s*\n|\n(?=\s*[-*|#>])|\||(?<=[.!?])\s+")
"""Where one passage of Markdown ends: paragraphs, items, cells and sentences."""

_NAME = re.compile(r"[\d_/=\\$]|\w\.\w")
"""What marks a token of ASCII as no word: an id, a digest, a figure, a path, a file."""

_LEAST_WORDS = 4
"""Words of a Latin passage below which its language is not determined (a convention)."""

_LEAST_LETTERS = 4
"""Letters of another writing from which a passage is long enough (a convention)."""


def unread_passages(text: str) -> Iterator[str]:
    """The passages of a text that the patterns for claims cannot read.

    A passage whose language cannot be determined (a few words, figures, names of files) is left out.
    """
    for passage in _PASSAGE.split(text):
        words = [token for token in passage.split() if _is_word(token)]
        if _are_enough(words) and _is_unread(" ".join(words)):
            yield " ".join(passage.split())


def _is_word(token: str) -> bool:
    named = token.isascii() and _NAME.search(token)
    return not named and any(character.isalpha() for character in token)


def _are_enough(words: list[str]) -> bool:
    other = sum(
        character.isalpha() and not is_latin(character) for word in words for character in word
    )
    return len(words) >= _LEAST_WORDS or other >= _LEAST_LETTERS


def _is_unread(prose: str) -> bool:
    try:
        return other_than(LANGUAGE, prose) is not None
    except CannotTellError:
        return False
