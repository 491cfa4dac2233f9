"""Near copies as releases of the formats 5 to 7 counted them, by which these are verified.

The rule of today is `quality.near_copies`.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay.contracts.contract import Sampling
from assay.quality.quota_coverage import CellCounts, Taxonomy, place_of, slices_with_copies
from assay.records.candidate import candidate_text
from assay.records.record import Record

KEPT = 256
"""Hashes of word groups that are kept of a text, the smallest ones: all, of one with fewer groups."""

SAME = 0.75
"""Share of word groups in common (Jaccard), from which two texts are near copies: two texts of fifty
words which both differ from a third in one word."""

BANDS = 16
"""Parts into which the hashes are split; near copies share the smallest two of at least one part."""

GROUP = 3
"""Words in a row; of a text without spaces, characters."""

MOST_CHARACTERS = 20_000
"""Characters of one text that are sketched; of a longer one, half from each end."""

MOST_COMPARED = 64
"""Earlier items with the same band that one item is compared with."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")

Sketch = npt.NDArray[np.uint32]
"""The smallest hashes of a text's word groups, in order (Beyer and others 2007, SIGMOD, on k minimum
values)."""


class TextPrint(NamedTuple):
    """What is kept of a text to find its near copies."""

    exact: int
    """A hash of the normalised text."""
    sketch: Sketch
    """Its sketch; empty of a text with fewer words than a group has."""

    def bands(self) -> list[object]:
        """What a near copy shares at least one of, by place; None where the text has nothing."""
        if not self.sketch.size:
            return [self.exact] * BANDS
        smallest: list[list[int]] = [[] for _ in range(BANDS)]
        for value in self.sketch.tolist():
            part = smallest[value % BANDS]
            if len(part) < 2:  # noqa: PLR2004  the smallest two
                part.append(value)
        return [tuple(part) or None for part in smallest]

    def is_near(self, other: "TextPrint") -> bool:
        """Whether the texts are near copies."""
        if not self.sketch.size or not other.sketch.size:
            return self.exact == other.exact
        either = np.union1d(self.sketch, other.sketch)[:KEPT]
        both = np.intersect1d(self.sketch, other.sketch, assume_unique=True)
        # Jaccard by k minimum values: only hashes among the k smallest of the union are a fair
        # sample of it.
        return bool((both <= either[-1]).sum() >= SAME * either.size)


class ItemPrint(NamedTuple):
    """What is kept of an item: a shared document or a shared answer makes no copies of the rest."""

    task: TextPrint
    """Print of all messages of the task together."""
    answers: TextPrint
    """Of its candidates together."""
    candidates: tuple[TextPrint, ...]
    """Of each of its candidates."""

    @property
    def exact(self) -> tuple[int, ...]:
        """Equal where all texts are, but for case and punctuation."""
        return (self.task.exact, *(candidate.exact for candidate in self.candidates))

    def keys(self) -> list[int]:
        """What a near copy shares at least one of."""
        # A band of the task together with one of the answers: by one of them alone, all items of one
        # prompt, or all refusals, would be compared with each other.
        pairs = zip(self.task.bands(), self.answers.bands(), strict=True)
        return [hash((place, *pair)) for place, pair in enumerate(pairs) if None not in pair]

    def is_near(self, other: "ItemPrint") -> bool:
        """Whether the tasks are near copies, and each candidate is one of a candidate of the other."""
        return (
            self.task.is_near(other.task)
            and self.answers.is_near(other.answers)
            and _each_is_in(self.candidates, other.candidates)
            and _each_is_in(other.candidates, self.candidates)
        )


def _each_is_in(some: Sequence[TextPrint], others: Sequence[TextPrint]) -> bool:
    return all(any(text_print.is_near(other) for other in others) for text_print in some)


class SketchedCells(CellCounts):
    """Records of a release counted by their place, and distinct ones by slice that must have some."""

    def __init__(self, sampling: Sampling) -> None:
        """Start with nothing counted."""
        super().__init__()
        self._copies = {target: SketchedCopies() for target in slices_with_copies(sampling)}

    def add(self, record: Record) -> None:
        """Count one record."""
        place = place_of(record)
        self.count(place, accepted=True)
        for target, copies in self._copies.items():
            if target <= place:
                copies.add(item_print(record))

    def distinct(self, target: Taxonomy) -> int:
        """Records in a slice of the distribution, near copies counted once."""
        return self._copies[frozenset(target.items())].distinct


class SketchedCopies:
    """Items of which near copies count once, in whatever order they are taken in."""

    def __init__(self) -> None:
        """Start without items."""
        self._items: dict[tuple[int, ...], ItemPrint] = {}
        self._first: dict[tuple[int, ...], tuple[int, ...]] | None = None

    def add(self, item: ItemPrint) -> None:
        """Take in one item, from `item_print`."""
        self._items.setdefault(item.exact, item)
        self._first = None

    @property
    def distinct(self) -> int:
        """How many items are no near copies of one that comes before them, by their texts' hashes."""
        return len(set(self._firsts().values()))

    def _firsts(self) -> dict[tuple[int, ...], tuple[int, ...]]:
        """Texts' hashes of each item -> those of the item that it is a near copy of, or its own."""
        if self._first is None:
            items = (self._items[exact] for exact in sorted(self._items))
            self._first = _firsts(items)
        return self._first


def _firsts(items: Iterable[ItemPrint]) -> dict[tuple[int, ...], tuple[int, ...]]:
    """The first item of each one's cluster."""
    firsts: dict[tuple[int, ...], tuple[int, ...]] = {}
    by_key = dict[int, list[ItemPrint]]()
    for item in items:
        keys = item.keys()
        earlier = (other for key in keys for other in by_key.get(key, ()) if item.is_near(other))
        first = next(earlier, item)
        firsts[item.exact] = first.exact
        if first is not item:
            continue
        for key in keys:
            others = by_key.setdefault(key, [])
            # Of items with one template the first are kept: comparing all would be quadratic.
            if len(others) < MOST_COMPARED:
                others.append(item)
    return firsts


def item_print(record: Record) -> ItemPrint:
    """What is kept of a record to find its near copies."""
    texts = [candidate_text(candidate) for candidate in record.candidates]
    files = [held.digest or held.address or "" for held in record.attachments]
    asked = (message.content for message in record.task.messages)
    return ItemPrint(
        # One question about two pictures is two items: their texts alone make no copy.
        task=_exact_print([*asked, *files]) if files else _text_print(asked),
        answers=_text_print(texts),
        candidates=tuple(_text_print([text]) for text in texts),
    )


def _exact_print(texts: Iterable[str]) -> TextPrint:
    """The print of a text of which only an equal one is a copy."""
    return TextPrint(_text_print(texts).exact, np.empty(0, dtype=np.uint32))


def _text_print(texts: Iterable[str]) -> TextPrint:
    whole = "\n".join(texts)
    words = _words(whole)
    plain = " ".join(words)
    # 32 bits collide among some tens of thousands of texts; together with the length, hardly
    # ever.
    exact = zlib.crc32(plain.encode()) | len(plain) << 32
    if len(whole) > MOST_CHARACTERS:
        half = MOST_CHARACTERS // 2
        words = _words(whole[:half]) + _words(whole[-half:])
    groups = {
        " ".join(group_words)
        for group_words in zip(*(words[n:] for n in range(GROUP)), strict=False)
    }
    hashes = np.array([zlib.crc32(group.encode()) for group in groups], dtype=np.uint32)
    return TextPrint(exact, np.unique(hashes)[:KEPT])


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        words.extend(word if _UNSPACED.search(word) else (word,))
    return words
