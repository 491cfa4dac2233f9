"""Sketches of texts: their words, groups of three words, and MinHash values.

MinHash: Broder 1997 (Compression and Complexity of Sequences); bands: Leskovec, Rajaraman and Ullman,
Mining of Massive Datasets, section 3.4. `copy_kernels` does the same, compiled.
"""

import random
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from assay.quality.copy_rule import (
    BANDS,
    DIGIT,
    GROUP,
    HASHES,
    LETTER,
    MULTIPLIERS,
    OTHER,
    SKETCH,
    SPACE,
    UNSPACED,
    Codes,
    Numbers,
    Offsets,
    TextTable,
)

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Thai, Lao, Burmese, Khmer, kana and ideographs stand without spaces: each character is a word.
_WORD = re.compile(rf"(?=[^\W_])[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+|[^\D{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_BITS = (1 << 64) - 1
_M, _FIRST, _SECOND, _THIRD = MULTIPLIERS
_32 = np.uint64(32)
_LARGEST = np.uint32(0xFFFFFFFF)
_draw = random.Random(SKETCH)  # noqa: S311  constants of the algorithm, the same in every process
FACTORS = np.array([_draw.getrandbits(32) | 1 for _ in range(HASHES)], dtype=np.uint32)
TERMS = np.array([_draw.getrandbits(32) for _ in range(HASHES)], dtype=np.uint32)


class Sketched(NamedTuple):
    """Sketches of some items."""

    texts: TextTable
    """Their texts."""
    bands: Numbers
    """Of each item the hash of every band."""


def sketch(
    texts: Sequence[str], counts: Sequence[int], whole: Sequence[bool], *, is_compiled: bool
) -> Sketched:
    """Sketch items.

    Args:
        texts: the texts of all items: of each the task, then its candidates.
        counts: how many texts each item has.
        whole: of each text, whether only an equal one is a copy.
        is_compiled: whether compiled kernels do it; the sketches are the same.
    """
    item_starts = _starts(counts)
    plain = [_plain(text) for text in texts]
    is_task = np.zeros(len(texts), dtype=np.uint8)
    is_task[item_starts[:-1]] = 1
    if is_compiled:
        table, values = _compiled(plain, np.array(whole, dtype=np.uint8), is_task, item_starts)
    else:
        table, values = _interpreted(plain, whole, is_task, item_starts)
    return Sketched(table, _bands(values, item_starts))


def _compiled(
    plain: list[str], whole: npt.NDArray[np.uint8], is_task: npt.NDArray[np.uint8], item_starts: Offsets
) -> tuple[TextTable, Codes]:  # fmt: skip
    from assay.quality import copy_kernels  # noqa: PLC0415  numba need not be there

    n_texts = len(plain)
    joined = "".join(plain)
    codes: Codes | npt.NDArray[np.uint8] = (
        np.frombuffer(joined.encode(), dtype=np.uint8)
        if joined.isascii()
        else np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    )
    kinds = _kinds_for("".join(text for text in plain if not text.isascii()))
    starts = _starts([len(text) for text in plain])
    exact = np.empty(n_texts, dtype=np.uint64)
    words = np.empty(n_texts, dtype=np.int64)
    group_starts = np.empty(n_texts + 1, dtype=np.int64)
    groups = np.empty(len(codes) + n_texts, dtype=np.uint32)
    copy_kernels.cut_texts(codes, starts, kinds, whole, exact, words, groups, group_starts)
    groups = groups[: group_starts[-1]].copy()
    values = np.empty((n_texts, HASHES // 2), dtype=np.uint32)
    copy_kernels.sketch_texts(groups, group_starts, is_task, FACTORS, TERMS, values)
    return TextTable(exact, words, groups, group_starts, item_starts), values


def _interpreted(
    plain: list[str], whole: Sequence[bool], is_task: npt.NDArray[np.uint8], item_starts: Offsets
) -> tuple[TextTable, Codes]:
    half = HASHES // 2
    exact, words, groups = [], [], []
    values = np.empty((len(plain), half), dtype=np.uint32)
    for number, text in enumerate(plain):
        hashes = np.array([_word_hash(word) for word in _WORD.findall(text)], dtype=np.uint64)
        text_hash = _text_hash(hashes) if len(hashes) else _sign_hash(text)
        own = _groups(hashes, text_hash, is_whole=whole[number])
        first = 0 if is_task[number] else half
        products = own[:, None] * FACTORS[first : first + half] + TERMS[first : first + half]
        values[number] = products.min(axis=0)
        exact.append(text_hash)
        words.append(0 if whole[number] else len(hashes))
        groups.append(own)
    table = TextTable(
        np.array(exact, dtype=np.uint64),
        np.array(words, dtype=np.int64),
        np.concatenate([np.empty(0, dtype=np.uint32), *groups]),
        _starts([len(own) for own in groups]),
        item_starts,
    )
    return table, values


def _groups(hashes: Numbers, text_hash: int, *, is_whole: bool) -> Codes:
    if len(hashes) < GROUP or is_whole:
        return np.array([text_hash >> 32], dtype=np.uint32)
    first, second, third = (np.uint64(number) for number in (_FIRST, _SECOND, _THIRD))
    mixed = hashes[:-2] * first + hashes[1:-1] * second + hashes[2:] * third
    mixed ^= mixed >> _32
    groups: Codes = ((mixed * np.uint64(_M)) >> _32).astype(np.uint32)
    return groups


def _text_hash(hashes: Numbers) -> int:
    """A hash of words in their order."""
    first, second = np.uint64(_FIRST), np.uint64(_SECOND)
    mixed = (hashes ^ np.arange(len(hashes), dtype=np.uint64) * first) * np.uint64(_M)
    mixed = (mixed ^ (mixed >> _32)) * second
    return int(mixed.sum(dtype=np.uint64))


def _sign_hash(text: str) -> int:
    """What tells texts without words apart."""
    return _word_hash("".join(sign for sign in text if _kind(sign) == OTHER))


@lru_cache(maxsize=1 << 18)
def _word_hash(word: str) -> int:
    hashed = 0
    for character in word:
        hashed = ((hashed ^ ord(character)) * _M) & _BITS
    hashed ^= hashed >> 32
    hashed = (hashed * _FIRST) & _BITS
    return hashed ^ (hashed >> 29)


def _bands(values: Codes, item_starts: Offsets) -> Numbers:
    """The hash of every band of each item, from the values of its texts."""
    firsts, n_items = item_starts[:-1], len(item_starts) - 1
    answers = np.full((n_items, values.shape[1]), _LARGEST, dtype=np.uint32)
    offered = np.diff(item_starts) > 1
    if offered.any():
        # MinHash values of several texts together are the least of each one's: any order of the
        # candidates gives the same.
        without_tasks = values.copy()
        without_tasks[firsts] = _LARGEST
        answers = np.minimum.reduceat(without_tasks, firsts, axis=0)
    tasks = values[firsts]
    bands = np.arange(BANDS, dtype=np.uint64)[None, :] + np.zeros((n_items, 1), dtype=np.uint64)
    for part in (tasks[:, ::2], tasks[:, 1::2], answers[:, ::2], answers[:, 1::2]):
        bands = (bands ^ part) * np.uint64(_M)
        bands ^= bands >> _32
    return bands


def _plain(text: str) -> str:
    """A text as its words are compared: without case and width."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _starts(sizes: Sequence[int]) -> Offsets:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.array(sizes, dtype=np.int64))])


def _kind(character: str) -> int:
    if character.isspace():
        return SPACE
    if not character.isalnum():
        return OTHER
    if _IS_UNSPACED.match(character):
        return UNSPACED
    return DIGIT if character.isdecimal() else LETTER


@lru_cache(maxsize=1)
def _known_kinds() -> tuple[npt.NDArray[np.uint8], set[str]]:
    kinds = np.zeros(0x110000, dtype=np.uint8)
    kinds[:128] = [_kind(chr(code)) for code in range(128)]
    return kinds, set()


def _kinds_for(text: str) -> npt.NDArray[Any]:
    """What each code point is, filled for the characters of a text."""
    kinds, entered = _known_kinds()
    for character in set(text) - entered:
        kinds[ord(character)] = _kind(character)
        entered.add(character)
    return kinds
