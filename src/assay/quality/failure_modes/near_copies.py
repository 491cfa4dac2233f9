"""Near copies: items whose texts are the same but for case, punctuation or a few words."""

import re
import unicodedata
import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay.records.candidate import candidate_text
from assay.records.record import Record

BINS = 128
"""Parts of a sketch; each keeps the least hash of the word groups that fall into it."""

SAME = 0.85
"""Share of word groups in common (Jaccard), from which two texts are near copies."""

BANDS = 16
"""Runs of parts of which near copies share one: at 90 % in common in both texts, 96 of 100 do."""

GROUP = 3
"""Words in a row; of a text without spaces, characters."""

MOST_CHARACTERS = 20_000
"""Characters of one text that are sketched; of a longer one, half from each end."""

MOST_COMPARED = 64
"""Earlier items with the same band that one item is compared with."""

_EMPTY = 0xFFFFFFFF
_WORD = re.compile(r"[^\W\d_]+|\d+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")

Sketch = npt.NDArray[np.uint32]
"""One-permutation minhash of a text (Li, Owen, Zhang 2012, NIPS): one value a part."""


class TextPrint(NamedTuple):
    """What is kept of a text to find its near copies."""

    exact: int
    """A hash of the normalised text."""
    sketch: Sketch | None
    """Its sketch; None of a text with fewer words than a group has."""

    def bands(self) -> list[bytes | int | None]:
        """What a near copy shares at least one of, by place; None where the text has nothing."""
        if self.sketch is None:
            return [self.exact] * BANDS
        parts = self.sketch.reshape(BANDS, -1)
        return [
            part.tobytes() if filled else None
            for part, filled in zip(parts, (parts != _EMPTY).any(axis=1).tolist(), strict=True)
        ]

    def is_near(self, other: "TextPrint") -> bool:
        """Whether the texts are near copies, by the share of the parts that agree."""
        if self.sketch is None or other.sketch is None:
            return self.exact == other.exact
        filled = (self.sketch != _EMPTY) | (other.sketch != _EMPTY)
        agree = (self.sketch == other.sketch) & filled
        return bool(agree.sum() >= SAME * filled.sum())


class ItemPrint(NamedTuple):
    """What is kept of an item. A shared document does not make copies of different answers."""

    task: TextPrint
    """Of its messages."""
    answers: TextPrint
    """Of its candidates."""

    def keys(self) -> list[int]:
        """What a near copy shares at least one of."""
        pairs = zip(self.task.bands(), self.answers.bands(), strict=True)
        return [hash((place, *pair)) for place, pair in enumerate(pairs) if None not in pair]

    def is_near(self, other: "ItemPrint") -> bool:
        """Whether both the tasks and the answers are near copies."""
        return self.task.is_near(other.task) and self.answers.is_near(other.answers)


class NearCopies:
    """Items taken in one by one, so that near copies count once."""

    def __init__(self) -> None:
        """Start without items."""
        self.items = 0
        """Items taken in."""
        self.distinct = 0
        """Of these, how many are no near copies of an earlier one."""
        self._exact: set[tuple[int, int]] = set()
        self._by_key: dict[int, list[ItemPrint]] = {}

    def add(self, item: ItemPrint) -> None:
        """Take in one item, from `item_print`."""
        self.items += 1
        exact = item.task.exact, item.answers.exact
        if exact in self._exact:
            return
        self._exact.add(exact)
        keys = item.keys()
        if any(item.is_near(other) for key in keys for other in self._by_key.get(key, ())):
            return
        for key in keys:
            others = self._by_key.setdefault(key, [])
            # Of items with one template the first are kept: comparing all would be quadratic.
            if len(others) < MOST_COMPARED:
                others.append(item)
        self.distinct += 1


def item_print(record: Record) -> ItemPrint:
    """What is kept of a record to find its near copies."""
    return ItemPrint(
        task=_text_print(message.content for message in record.task.messages),
        answers=_text_print(candidate_text(candidate) for candidate in record.candidates),
    )


def _text_print(texts: Iterable[str]) -> TextPrint:
    whole = "\n".join(texts)
    words = _words(whole)
    plain = " ".join(words)
    exact = zlib.crc32(plain.encode()) | len(plain) << 32
    if len(whole) > MOST_CHARACTERS:
        half = MOST_CHARACTERS // 2
        words = _words(whole[:half]) + _words(whole[-half:])
    groups = {" ".join(each) for each in zip(*(words[n:] for n in range(GROUP)), strict=False)}
    if not groups:
        return TextPrint(exact, None)
    values = np.array([zlib.crc32(group.encode()) for group in groups], dtype=np.uint32)
    sketch = np.full(BINS, _EMPTY, dtype=np.uint32)
    np.minimum.at(sketch, values % BINS, values // BINS)
    return TextPrint(exact, sketch)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        words.extend(word if _UNSPACED.search(word) else (word,))
    return words
