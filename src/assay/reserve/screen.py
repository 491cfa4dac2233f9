"""The screen: compiled kernels tell which things of a batch may overlap an item, without losing one.

Nearly all texts share nothing with a reserve and are in no disguise. The kernels see that; what is
left goes through `contamination` as it would without them, so that both ways give equal results.
Import this only where `core.compiled.is_available`.
"""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from assay.reserve import group_kernels
from assay.reserve import word_kernels as kernels
from assay.reserve.canonical_text import CharacterKind, fold, kind_of
from assay.reserve.ciphers import BEFORE_IN_REVERSE, IN_REVERSE, MARKS
from assay.reserve.fingerprint import GROUP, Hasher, Hashes

Integers = npt.NDArray[np.int64]

N = TypeVar("N", bound=np.generic)

MOST_WORDS = 1_000_000
"""Distinct words whose hashes are kept between batches; when there are more, all are forgotten."""

_CODE_POINTS = 0x110000
_KINDS: dict[CharacterKind, int] = {
    "separating": kernels.SEPARATING,
    "letter": kernels.LETTER,
    "digit": kernels.DIGIT,
    "letter-like digit": kernels.LETTER_LIKE_DIGIT,
    "ideograph": kernels.IDEOGRAPH,
}
# Characters that `word_kernels` looks at more closely: each begins or ends some disguise.
_SPECIAL = "\x00\"'`-*&<%=\\]{+@"
_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))


class GroupTables(NamedTuple):
    """Groups of all fingerprints, their weights, and what is needed of each fingerprint."""

    keys: Hashes
    """Every group once, sorted."""
    part_starts: Integers
    """Where the fingerprints of each group begin, and the end of the last."""
    parts_of: Integers
    """The fingerprints that have a group."""
    weights: npt.NDArray[np.float64]
    """The weight of each group."""
    has_own: npt.NDArray[np.bool_]
    """Whether a fingerprint has groups that are no template."""
    needed: npt.NDArray[np.float64]
    """Share of its weight from which a fingerprint is overlapped."""
    least: Integers
    """Least number of its distinct groups."""
    total: npt.NDArray[np.float64]
    """Its weight."""
    many: int
    """Distinct groups beyond which the longest run may make an overlap."""
    slack: float
    """How far below its threshold a share may be, since sums of weights depend on their order."""
    short_sizes: tuple[int, ...]
    """Numbers of words, below that of a group, of fingerprints."""


class Screen:
    """Kernels, their tables and their scratch memory, for one reserve."""

    def __init__(self, hasher: Hasher, tables: GroupTables) -> None:
        """Enter the groups into a hash table and a bitmap.

        Args:
            hasher: hashes under the gate's key.
            tables: the fingerprints.
        """
        low, high = hasher.key_halves
        self._low, self._high = np.uint64(low), np.uint64(high)
        self._vocabulary = _Vocabulary(hasher)
        self._tables = tables
        # Groups that are template belong to no fingerprint, and need no look-up.
        used = np.flatnonzero(np.diff(tables.part_starts) > 0)
        self._keys = tables.keys[used]
        self._part_starts = np.concatenate([tables.part_starts[used], tables.part_starts[-1:]])
        self._weights = tables.weights[used]
        bits = max(10, int(2 * len(used)).bit_length())
        self._table = np.full(1 << bits, -1, dtype=np.int32)
        self._shift = np.uint64(64 - bits)
        # Sixteen bits of the bitmap for each group: one look-up in twenty goes further in vain.
        bitmap_bits = bits + 3
        self._bitmap = np.zeros(1 << (bitmap_bits - 3), dtype=np.uint8)
        self._bit_shift = np.uint64(64 - bitmap_bits)
        group_kernels.enter_keys(
            self._keys, self._table, self._shift, self._bitmap, self._bit_shift
        )
        self._short = np.zeros(GROUP, dtype=np.uint8)
        self._short[list(tables.short_sizes)] = 1
        parts = len(tables.total)
        self._key_seen = np.empty(len(used), dtype=np.int64)
        self._part_seen, self._distinct, self._touched = np.empty((3, parts), dtype=np.int64)
        self._held = np.empty(parts, dtype=np.float64)
        self._memory = _Memory()
        self._fields: dict[str, int] = {}
        self._field_of_pointer: dict[str, int] = {}

    def may_overlap(self, things: Sequence[Sequence[tuple[str, str]]]) -> npt.NDArray[np.bool_]:
        """Which things need a closer look: they may overlap an item, or be in disguise.

        Args:
            things: the strings of each thing, with their pointers.
        """
        counts = np.fromiter(map(len, things), dtype=np.int64, count=len(things))
        thing_starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        strings = list(chain.from_iterable(things))
        texts, disguised = _as_arrow([text for _, text in strings])
        words = self._vocabulary.cut(texts)
        words.states[disguised] = kernels.DISGUISED
        out = self._find(words, thing_starts, self._fields_of(strings))
        closer = np.flatnonzero(words.states != kernels.PLAIN)
        out[np.searchsorted(thing_starts, closer, side="right") - 1] = True
        return out

    def _find(
        self, words: "_CutTexts", thing_starts: Integers, fields: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.bool_]:
        n_texts, n_things = len(words.starts) - 1, len(thing_starts) - 1
        memory = self._memory
        blocks = memory.get("blocks", len(words.ids), np.uint64)
        stream_starts = memory.get("streams", n_texts + 1, np.int64)
        thing_streams = memory.get("things", n_things + 1, np.int64)
        group_kernels.join_streams(
            words.ids, words.starts, thing_starts, fields, words.blocks,
            memory.get("fields", len(self._fields) + 1, np.int32), memory.get("following", n_texts, np.int32),
            blocks, stream_starts, thing_streams,
        )  # fmt: skip
        groups = memory.get("groups", max(0, len(blocks) - GROUP + 1), np.uint64)
        group_kernels.hash_fives(self._low, self._high, blocks, groups)
        candidates = memory.get("candidates", len(groups) + 1, np.int64)
        count = group_kernels.find_candidates(groups, self._bitmap, self._bit_shift, candidates)
        self._key_seen.fill(-1)
        self._part_seen.fill(-1)
        tables = self._tables
        out = np.empty(n_things, dtype=np.bool_)
        group_kernels.find_things(
            groups, candidates[:count], stream_starts, thing_streams, thing_starts, words.ids, words.starts,
            words.blocks, self._low, self._high, self._short, self._keys, self._table, self._shift,
            self._part_starts, tables.parts_of, self._weights,
            tables.has_own, tables.needed, tables.least, tables.total, tables.many, tables.slack,
            self._key_seen, self._part_seen, self._held, self._distinct, self._touched, out,
        )  # fmt: skip
        return out

    def _fields_of(self, strings: Sequence[tuple[str, str]]) -> npt.NDArray[np.int32]:
        """A number for the field of each string: its pointer without the places in lists."""
        if len(self._field_of_pointer) > MOST_WORDS:
            self._field_of_pointer.clear()
            self._fields.clear()
        numbers = np.empty(len(strings), dtype=np.int32)
        field_of = self._field_of_pointer
        for place, (pointer, _) in enumerate(strings):
            number = field_of.get(pointer)
            if number is None:
                field = pointer.translate(_NO_DIGITS)
                number = field_of[pointer] = self._fields.setdefault(field, len(self._fields))
            numbers[place] = number
        return numbers


class _Memory:
    """Scratch arrays that are used again: fresh memory would cost more than the work in it."""

    def __init__(self) -> None:
        self._arrays: dict[str, npt.NDArray[Any]] = {}

    def get(self, name: str, size: int, dtype: type[N]) -> npt.NDArray[N]:
        """An array of this size, with whatever was in it before."""
        array = self._arrays.get(name)
        if array is None or len(array) < size:
            array = self._arrays[name] = np.empty(size + size // 4, dtype=dtype)
        return array[:size]


class _CutTexts(NamedTuple):
    """Texts as numbers of words."""

    ids: npt.NDArray[np.int32]
    """The distinct word that each word is."""
    starts: Integers
    """First word of each text, and the end of the last."""
    states: npt.NDArray[np.uint8]
    """Whether each text may read in another way."""
    blocks: Hashes
    """The block of each distinct word."""


class _Vocabulary:
    """Distinct words and their blocks, which are made once for each."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        # What begins the hashes of the table is secret: nobody can write words that share a slot.
        self._seed = np.uint64(hasher.block_of(b"\x00the table of words"))
        self._kinds = np.zeros(256, dtype=np.uint8)
        for code in range(128):
            self._kinds[code] = _kind_of_ascii(chr(code))
        self._fold_at = np.full(_CODE_POINTS, -1, dtype=np.int32)
        self._fold_bytes = np.zeros(1 << 12, dtype=np.uint8)
        self._fold_kinds = np.zeros(1 << 12, dtype=np.uint8)
        self._fold_end = 0
        self._marks = _bits_of_marks()
        self._memory = _Memory()
        self._forget()

    def cut(self, texts: pa.LargeStringArray) -> _CutTexts:
        """Cut texts into words, and mark those that may read in another way."""
        if self._counts[kernels.N_WORDS] > MOST_WORDS:
            self._forget()
        data, offsets = _buffers(texts)
        self._fold_new(data)
        n_texts = len(offsets) - 1
        self._counts[kernels.N_IDS] = 0
        ids = self._memory.get("ids", len(data) // 3 + 64, np.int32)
        starts = np.zeros(n_texts + 1, dtype=np.int64)
        states = np.zeros(n_texts, dtype=np.uint8)
        first = 0
        while True:
            first = kernels.cut_texts(
                data, offsets, first, self._kinds, self._fold_at, self._fold_bytes, self._fold_kinds,
                self._pool, self._table, self._shift, self._ends, self._seed,
                ids, starts, states, self._counts,
            )  # fmt: skip
            if first == n_texts:
                break
            size = int(offsets[first + 1] - offsets[first])
            more = np.empty(max(len(ids) * 3 // 2, len(ids) + 2 * size + 2), dtype=np.int32)
            more[: self._counts[kernels.N_IDS]] = ids[: self._counts[kernels.N_IDS]]
            ids = more
            self._grow(size)
        ids = ids[: self._counts[kernels.N_IDS]]
        self._hash_new()
        kernels.mark_texts(ids, starts, self._bits, states)
        return _CutTexts(ids, starts, states, self._blocks)

    def _forget(self) -> None:
        self._counts = np.zeros(3, dtype=np.int64)
        self._hashed = 0
        self._pool = np.empty(1 << 20, dtype=np.uint8)
        self._ends = np.zeros((1 << 16) + 1, dtype=np.int64)
        self._blocks = np.empty(1 << 16, dtype=np.uint64)
        self._bits = np.zeros(1 << 16, dtype=np.uint8)
        self._table = np.zeros((1 << 17, 4), dtype=np.uint64)
        self._shift = np.uint64(64 - 17)

    def _grow(self, size: int) -> None:
        """Make room for the words of a text of so many bytes."""
        n_words = int(self._counts[kernels.N_WORDS])
        pool_size = int(self._counts[kernels.POOL_END]) + 16 * size + 4096
        if pool_size > len(self._pool):
            self._pool = _longer(self._pool, max(2 * len(self._pool), pool_size))
        capacity = n_words + size + 64
        if capacity > len(self._blocks):
            capacity = max(2 * len(self._blocks), capacity)
            self._ends = _longer(self._ends, capacity + 1)
            self._blocks = _longer(self._blocks, capacity)
            self._bits = _longer(self._bits, capacity)
        if 2 * (n_words + size) + 64 > len(self._table):
            bits = int(2 * (n_words + size) + 64).bit_length() + 1
            old, self._table = self._table, np.zeros((1 << bits, 4), dtype=np.uint64)
            self._shift = np.uint64(64 - bits)
            kernels.grow_table(self._table, self._shift, self._seed, old)

    def _hash_new(self) -> None:
        """Make the blocks of words that were not seen before."""
        n_words = int(self._counts[kernels.N_WORDS])
        if n_words == self._hashed:
            return
        ends = self._ends[self._hashed : n_words + 1].tolist()
        pool = self._pool[ends[0] : ends[-1]].tobytes()
        base = ends[0]
        block_of, marks = self._hasher.block_of, self._marks
        for number, (start, end) in enumerate(pairwise(ends), self._hashed):
            word = pool[start - base : end - base]
            self._blocks[number] = block_of(word)
            self._bits[number] = marks.get(word, kernels.NO_MARK)
        self._hashed = n_words

    def _fold_new(self, data: npt.NDArray[np.uint8]) -> None:
        """Make the foldings of characters that were not seen before."""
        codes = np.empty(1 << 12, dtype=np.int32)
        while count := kernels.unfolded(data, self._fold_at, codes):
            for code in codes[:count].tolist():
                self._enter_folding(code)

    def _enter_folding(self, code: int) -> None:
        content = b"".join(character.encode() for character in fold(chr(code)))
        kinds = list(chain.from_iterable(map(_kinds_of, fold(chr(code)))))
        end = self._fold_end + 1 + len(content)
        if end > len(self._fold_bytes):
            self._fold_bytes = _longer(self._fold_bytes, 2 * end)
            self._fold_kinds = _longer(self._fold_kinds, 2 * end)
        self._fold_at[code] = self._fold_end
        self._fold_bytes[self._fold_end] = len(content)
        self._fold_bytes[self._fold_end + 1 : end] = list(content)
        self._fold_kinds[self._fold_end + 1 : end] = kinds
        self._fold_end = end


def _longer(array: npt.NDArray[N], size: int) -> npt.NDArray[N]:
    more = np.zeros(size, dtype=array.dtype)
    more[: len(array)] = array
    return more


def _kind_of_ascii(character: str) -> int:
    if character == "\n":
        return kernels.NEWLINE
    if character in _SPECIAL:
        return kernels.SPECIAL
    if character.isupper():
        return kernels.CAPITAL
    return _KINDS[kind_of(character)]


def _kinds_of(character: str) -> list[int]:
    """The kind of a folded character, at its first byte."""
    return [_KINDS[kind_of(character)]] + [kernels.PART] * (len(character.encode()) - 1)


def _bits_of_marks() -> dict[bytes, int]:
    """Word -> what it marks."""
    bits = {word.encode(): kernels.MARK for word in MARKS}
    for word in BEFORE_IN_REVERSE:
        bits[word.encode()] = bits.get(word.encode(), 0) | kernels.REVERSE_SECOND
    first = IN_REVERSE.encode()
    bits[first] = bits.get(first, 0) | kernels.REVERSE_FIRST
    return bits


def _as_arrow(texts: list[str]) -> tuple[pa.LargeStringArray, list[int]]:
    """Texts in one buffer, and the numbers of those that UTF-8 does not hold: they are left empty."""
    try:
        return pa.array(texts, pa.large_string()), []
    except UnicodeEncodeError:
        broken = [number for number, text in enumerate(texts) if not _is_whole(text)]
        for number in broken:
            texts[number] = ""
        return pa.array(texts, pa.large_string()), broken


def _is_whole(text: str) -> bool:
    """Whether a text has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _buffers(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.uint8], Integers]:
    """The bytes of an array of texts and the offsets of each, without a copy."""
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, dtype=np.uint8)
    return content[: bounds[-1]], bounds
