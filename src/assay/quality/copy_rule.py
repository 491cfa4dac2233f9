"""The rule of near copies in numbers: words, groups, bands, and how much must be shared.

`docs/failure-modes.md` says it in words. Whoever changes a value gives `SKETCH` a new version.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SKETCH = "words3-minhash128-bands32x4/1"
"""Name and version of the algorithm: words, groups, hash functions, bands and thresholds. Another
version may find other pairs."""

GROUP = 3
"""Words in a row that make a group."""

BANDS, ROWS = 32, 4
"""Bands, and values in each: two of the task and two of the answers."""

HASHES = BANDS * ROWS
"""Hash functions: the first half for the task, the other for the answers."""

SHORT = 24
"""Words below which only a text with the same words is a copy: one word more is another text."""

SAME_TEXT, SAME_ITEM = (3, 4), (17, 20)
"""Share of the words, of each text and of all texts of an item together, from which two are near copies:
words that stand in passages of three or more which the other has too. Shared groups (Jaccard) would count
a change of one word three times where changes are scattered, and once in a template that is filled in."""

OTHER, LETTER, DIGIT, UNSPACED, SPACE = range(5)
"""What a character is: neither; in a word; in a number; a word of its own; white space."""

MULTIPLIERS = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)
"""Odd constants of the hashes."""

Codes = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.uint64]
Offsets = npt.NDArray[np.int64]


class TextTable(NamedTuple):
    """Texts by item: the task first, then each candidate."""

    exact: Numbers
    """Hash of each text's words; of one without any, of its signs."""
    words: Offsets
    """Number of words; 0 of a text of which only an equal one is a copy."""
    groups: Codes
    """The groups of all texts, in their order: of one with fewer than three words, itself."""
    group_starts: Offsets
    """First group of each text, and the end of the last."""
    item_starts: Offsets
    """First text of each item, and the end of the last."""
