"""What else a text can be read as: what it encodes, hides, or says in a simple cipher.

`readings` undoes one disguise after another, three in all, within a budget of characters. The
disguises are in `encoded_text`, `markup_and_escapes` and `ciphers`. A reading is compared as well as the
text, never instead of it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from assay.reserve.ciphers import CIPHERS, marked_readings
from assay.reserve.encoded_text import (
    LEAST_ENCODED,
    decode_base85,
    decode_split,
    decode_stretch,
    dense_stretches,
    encoded_stretches,
    split_stretches,
)
from assay.reserve.markup_and_escapes import markup_readings

MOST_DECODED = 2
"""How many disguises inside a disguise are undone."""

BUDGET_TIMES, BUDGET_LEAST = 8, 4096
"""All readings of a text together have at most this many times its characters, and this many more."""

READINGS_LEAST = 16
"""Readings of a text, at most: so many, and one for every `LEAST_ENCODED` characters."""

_LEAST_READ = 16
"""Characters from which a reading is compared."""


class Encoded(NamedTuple):
    """One reading of a stretch of a text."""

    text: str
    """What the stretch reads."""
    start: int
    """Where the stretch starts in the text that was given."""
    end: int
    """One past its end."""
    way: str = ""
    """Name of the disguise that was undone; neighbouring texts in the same one belong together."""


def readings(text: str, *, marked: bool = False, times: int = BUDGET_TIMES) -> Iterator[Encoded]:
    """What else a text can be read as, all readings within a budget of characters.

    Args:
        text: the text.
        marked: whether words of `MARKS` are in it, or words in reverse, so that ciphers and lists
            of numbers are read as well.
        times: the budget, in times the length of the text.
    """
    budget = _Budget(text, times)
    yield from _read_deeper(text, None, budget, MOST_DECODED, marked=marked)


class _Budget:
    """What the readings of one text may still take, and those that were given."""

    def __init__(self, text: str, times: int) -> None:
        self.characters = len(text) * times + BUDGET_LEAST
        """Characters left."""
        self._number = len(text) // LEAST_ENCODED + READINGS_LEAST
        self._given = {text}

    def takes(self, reading: str) -> bool:
        """Whether a reading is a new one and fits; then it is taken off the budget."""
        if len(reading) > self.characters or not self._number or reading in self._given:
            return False
        self.characters -= len(reading)
        self._number -= 1
        self._given.add(reading)
        return True


def _read_deeper(
    text: str, place: tuple[int, int] | None, budget: _Budget, depth: int, *, marked: bool
) -> Iterator[Encoded]:
    """The readings of a text, and theirs in turn. Places are those of the outermost stretch."""
    for reading in _undo_one(text, budget, marked=marked):
        # Decoding can leave halves of surrogate pairs, which no later step could encode.
        inside = reading._replace(text=reading.text.encode("utf-8", "replace").decode())
        if len(inside.text) < _LEAST_READ or not budget.takes(inside.text):
            continue
        start, end = place or (inside.start, inside.end)
        yield inside._replace(start=start, end=end)
        if depth:
            # Readings of ciphers would multiply: a cipher in a cipher is not looked for, except
            # words in reverse in a text in reverse.
            ciphered = inside.way in CIPHERS and inside.way != "letters backwards"
            yield from _read_deeper(
                inside.text, (start, end), budget, depth - 1, marked=marked and not ciphered
            )


def _undo_one(text: str, budget: _Budget, *, marked: bool) -> Iterator[Encoded]:
    """What a text reads with one disguise undone; of a whole text the lines that differ."""
    yield from _stretches(text, budget)
    for match in split_stretches(text):
        inside = decode_split(match[0], budget.characters)
        if inside is not None:
            yield Encoded(inside, *match.span(), "split")
    if marked:
        yield from (Encoded(reading, 0, len(text), way) for way, reading in marked_readings(text))
    lines: set[str] = set()
    for way, reading in markup_readings(text):
        if reading == text:
            continue
        lines = lines or set(text.splitlines())
        changed = "\n".join(line for line in reading.splitlines() if line not in lines)
        yield Encoded(changed, 0, len(text), way)


def _stretches(text: str, budget: _Budget) -> Iterator[Encoded]:
    """What stretches without white space encode."""
    for match in encoded_stretches(text):
        inside = decode_stretch(match[0], budget.characters)
        if inside is not None:
            yield Encoded(inside, *match.span(), "stretch")
    for match in dense_stretches(text):
        inside = decode_base85(match[0], budget.characters)
        if inside is not None:
            yield Encoded(inside, *match.span(), "base85")
