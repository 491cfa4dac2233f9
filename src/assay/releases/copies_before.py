"""Near copies: items whose texts are the same but for case, punctuation or a few words."""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

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


class NearCopies:
    """Items of which near copies count once, in whatever order they are taken in."""

    def __init__(self) -> None:
        """Start without items."""
        self._items: dict[tuple[int, ...], ItemPrint] = {}
        self._names: dict[tuple[int, ...], list[str]] = {}
        self._first: dict[tuple[int, ...], tuple[int, ...]] | None = None
        self._passed_over = 0

    def add(self, item: ItemPrint, name: str = "") -> None:
        """Take in one item, from `item_print`.

        Args:
            item: its print.
            name: what `clusters` names it by; it needs none where they are only counted.
        """
        self._items.setdefault(item.exact, item)
        if name:
            self._names.setdefault(item.exact, []).append(name)
        self._first = None

    @property
    def distinct(self) -> int:
        """How many items are no near copies of one that comes before them, by their texts' hashes."""
        return len(set(self._firsts().values()))

    @property
    def passed_over(self) -> int:
        """Items that later ones were not compared with in one of their bands, as it was full."""
        self._firsts()
        return self._passed_over

    def clusters(self) -> tuple[tuple[str, ...], ...]:
        """The names of near copies of one item, that item first and the others sorted.

        Each was compared with the first one. There are as many clusters, with items that have no
        copy, as `distinct` says.
        """
        members: dict[tuple[int, ...], list[str]] = {}
        for exact, first in self._firsts().items():
            members.setdefault(first, []).extend(self._names.get(exact, ()))
        return tuple(
            sorted(
                (min(self._names[first]), *sorted(set(names) - {min(self._names[first])}))
                for first, names in members.items()
                if len(set(names)) > 1
            )
        )

    def _firsts(self) -> dict[tuple[int, ...], tuple[int, ...]]:
        """Texts' hashes of each item -> those of the item that it is a near copy of, or its own."""
        if self._first is None:
            items = (self._items[exact] for exact in sorted(self._items))
            self._first, self._passed_over = _firsts(items)
        return self._first


def _firsts(items: Iterable[ItemPrint]) -> tuple[dict[tuple[int, ...], tuple[int, ...]], int]:
    """The first item of each one's cluster, and how many items a full band passed over."""
    passed_over = 0
    firsts: dict[tuple[int, ...], tuple[int, ...]] = {}
    by_key = dict[int, list[ItemPrint]]()
    for item in items:
        keys = item.keys()
        earlier = (other for key in keys for other in by_key.get(key, ()) if item.is_near(other))
        first = next(earlier, item)
        firsts[item.exact] = first.exact
        if first is not item:
            continue
        is_whole = True
        for key in keys:
            others = by_key.setdefault(key, [])
            # Of items with one template the first are kept: comparing all would be quadratic.
            if len(others) < MOST_COMPARED:
                others.append(item)
            else:
                is_whole = False
        passed_over += not is_whole
    return firsts, passed_over


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
