"""Ciphers: texts in a simple cipher, in reverse, in numbers or spelled out, known by their words.

`MARKS` are canonical words that such a text has and another one hardly ever. They cost one look-up
a word; trying each of the 28 ciphers on every text would multiply the cost of a comparison.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from assay.reserve.encoded_text import number_texts

_MOST_CIPHERS = 3
"""Ciphers that are tried on one text; those with the most marks."""

_FREQUENT = [
    "with",
    "this",
    "that",
    "from",
    "have",
    "what",
    "which",
    "they",
    "will",
    "there",
    "when",
    "then",
    "your",
    "were",
    "been",
    "more",
    "into",
    "many",
    "much",
    "does",
    "left",
    "nicht",
    "eine",
    "sind",
    "wird",
    "oder",
    "auch",
    "wenn",
    "dass",
    "dans",
    "pour",
    "avec",
    "plus",
    "sont",
    "mais",
    "para",
    "como",
    "pero",
    "esta",
    "este",
    "todo",
    "cuando",
]
"""Frequent words, English, German, French and Spanish; their images give a cipher away."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _table(images: str) -> dict[int, int]:
    return str.maketrans(_LETTERS + _LETTERS.upper(), images + images.upper())


def _shift(by: int) -> dict[int, int]:
    return _table(_LETTERS[by:] + _LETTERS[:by])


def _translate(table: Mapping[int, int], text: str) -> str:
    return text.translate(table)


def _reverse(text: str) -> str:
    return text[::-1]


_ATBASH = _table(_LETTERS[::-1])
_ROT47 = {code: 33 + (code - 33 + 47) % 94 for code in range(33, 127)}
CIPHERS: dict[str, Callable[[str], str]] = {
    **{f"shift {by}": partial(_translate, _shift(by)) for by in range(1, 26)},
    "atbash": partial(_translate, _ATBASH),
    "rot47": partial(_translate, _ROT47),
    "letters backwards": _reverse,
}
"""Name of a cipher -> the function that reads a text in it."""


def _cipher_marks() -> dict[str, str]:
    """Image of a frequent word -> the cipher that it is an image under."""
    marks = {"e96": "rot47"}  # the image of `the`
    for word in _FREQUENT:
        for by in range(1, 26):
            marks.setdefault(word.translate(_shift(26 - by)), f"shift {by}")
        marks.setdefault(word.translate(_ATBASH), "atbash")
        marks.setdefault(word[::-1], "letters backwards")
    return {mark: name for mark, name in marks.items() if mark not in _FREQUENT}


_CIPHER_OF_MARK = _cipher_marks()
# Codes of frequent letters and pairs: in hexadecimal, octal, decimal and binary, with prefixes as
# canonical words have them (`0x` becomes `ox`).
_NUMBER_MARKS = frozenset(
    [
        "6c",
        "6d",
        "6e",
        "6f",
        "ox6f",
        "x6f",
        "u6f",
        "ox6e",
        "u006f",
        "uoo6f",
        "006f",
        "oo6f",
        "101",
        "116",
        "0101",
        "145",
        "164",
        "01100101",
        "01110100",
        "6520",
        "7420",
        "6f6e",
        "6e20",
        "7468",
        "6865",
        "206f",
        "0061",
        "0065",
        "0020",
    ]
)
# A letter that stands alone in spelled words and hardly ever in prose.
_LETTER_MARK = "h"

MARKS = frozenset(_CIPHER_OF_MARK) | _NUMBER_MARKS | {_LETTER_MARK}
"""Canonical words that a text in a cipher, in numbers or in single letters has."""

IN_REVERSE, BEFORE_IN_REVERSE = "the", ("of", "at", "in", "to", "on", "from", "by")
"""Words of which the one follows one of the others in prose, and comes before it in reverse."""

_IN_REVERSE_PAIRS = tuple(f" {IN_REVERSE} {word} " for word in BEFORE_IN_REVERSE)

_SPELLED_WITH_PUNCTUATION = re.compile(r"(?<!\w)\w(?:[^\w\s]\w(?!\w))++")
_SPELLED_WITH_SPACES = re.compile(r"(?<!\w)\w(?: \w(?!\w))++")


def reads_backwards(text: str) -> bool:
    """Whether words follow each other in a canonical text as they do in reverse alone."""
    return any(pair in text for pair in _IN_REVERSE_PAIRS)


def marked_readings(text: str) -> Iterator[tuple[str, str]]:
    """Readings of a text that words of `MARKS`, or words in reverse, give away.

    Returns:
        Name of the disguise and what the text reads without it.
    """
    words = re.findall(r"[a-z0-9]+", text.lower())
    counts: dict[str, int] = {}
    for word in words:
        if word in _CIPHER_OF_MARK:
            counts[_CIPHER_OF_MARK[word]] = counts.get(_CIPHER_OF_MARK[word], 0) + 1
    for name in sorted(counts, key=lambda cipher: -counts[cipher])[:_MOST_CIPHERS]:
        yield name, CIPHERS[name](text)
    if reads_backwards(text.lower()):
        yield "words backwards", " ".join(reversed(text.split()))
    yield from (("numbers", numbered) for numbered in number_texts(text))
    if _LETTER_MARK in words:
        yield "spelled", _join_spelled_words(text)


def _join_spelled_words(text: str) -> str:
    """The text with words whose letters stand apart in one piece."""
    text = _SPELLED_WITH_PUNCTUATION.sub(lambda match: re.sub(r"\W", "", match[0]), text)
    apart = re.sub(r"\s{2,}|[\n\t]", "\x1f", text)
    return _SPELLED_WITH_SPACES.sub(lambda match: match[0].replace(" ", ""), apart).replace(
        "\x1f", " "
    )
