"""Near copies: items whose texts are the same but for case, punctuation or a few words."""

import re
import unicodedata
import zlib

from assay.records.candidate import candidate_text
from assay.records.record import Record

BINS = 16
"""Parts of a sketch; each keeps the least hash of the word groups that fall into it."""

SAME = 13
"""Parts that must agree: two texts that share some 85 % of their word groups."""

GROUP = 3
"""Words in a row; of a text without spaces, characters."""

MAX_CHARACTERS = 20_000
"""Characters of one item that are examined."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")

Sketch = tuple[int, ...]
"""One-permutation minhash of a text (Li, Owen, Zhang 2012, NIPS)."""


class NearCopies:
    """Items taken in one by one, so that near copies count once."""

    def __init__(self) -> None:
        """Start without items."""
        self.items = 0
        """Items taken in."""
        self.distinct = 0
        """Of these, how many are not near copies of an earlier one."""
        self._exact: set[int] = set()
        self._by_part: dict[tuple[int, int], list[int]] = {}

    def add(self, item: tuple[int, Sketch]) -> None:
        """Take in one item, from `sketch_of`."""
        self.items += 1
        exact, sketch = item
        if exact in self._exact:
            return
        self._exact.add(exact)
        shared: dict[int, int] = {}
        for part in enumerate(sketch):
            for other in self._by_part.get(part, ()):
                shared[other] = shared.get(other, 0) + 1
        if max(shared.values(), default=0) >= SAME:
            return
        for part in enumerate(sketch):
            self._by_part.setdefault(part, []).append(self.distinct)
        self.distinct += 1


def sketch_of(record: Record) -> tuple[int, Sketch]:
    """A hash of an item's normalised text, and its sketch; empty where the text is short."""
    whole = "\n".join(
        (
            *(message.content for message in record.task.messages),
            *(candidate_text(candidate) for candidate in record.candidates),
        )
    )
    text = unicodedata.normalize("NFKC", whole[:MAX_CHARACTERS]).casefold()
    words: list[str] = []
    for word in _WORD.findall(text):
        words.extend(word if _UNSPACED.search(word) else (word,))
    plain = " ".join(words)
    exact = zlib.crc32(plain.encode()) | len(plain) << 32
    least = [-1] * BINS
    groups = zip(*(words[place:] for place in range(GROUP)), strict=False)
    for group in {" ".join(each) for each in groups}:
        value = zlib.crc32(group.encode())
        part, rest = value % BINS, value // BINS
        if least[part] < 0 or rest < least[part]:
            least[part] = rest
    filled = sum(part >= 0 for part in least)
    return exact, tuple(least) if filled >= SAME else ()
