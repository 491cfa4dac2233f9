"""The screen: compiled kernels tell which things of a batch may overlap an item, without losing one.

Nearly all texts share nothing with a reserve and are in no disguise. The kernels see that; what is
left goes through `contamination` as it would without them, so that both ways give equal results.
Import this only where `core.compiled.is_available`.
"""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import inspect

from assay.reserve import group_kernels, value_kernels
from assay.reserve import word_kernels as kernels
from assay.reserve.canonical_text import CharacterKind, fold, kind_of
from assay.reserve.ciphers import BEFORE_IN_REVERSE, IN_REVERSE, MARKS
from assay.reserve.compared import Compared, Strings
from assay.reserve.fingerprint import GROUP, Hasher, Hashes

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

N = TypeVar("N", bound=np.generic)

MOST_WORDS = 1_000_000
"""Distinct words whose hashes are kept between batches; when there are more, all are forgotten."""

MOST_PATHS = 100_000
"""Paths of members that are kept between batches; when there are more, all are forgotten."""

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
    has_own: Flags
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
        # What begins the hashes of a table is secret: nobody can write names that share a slot.
        self._values = _Values(np.uint64(hasher.block_of(b"\x00the table of paths")))
        self._fields: dict[str, int] = {}
        self._field_of_pointer: dict[str, int] = {}

    def may_overlap(
        self, things: Sequence[Compared], packed: Sequence[bytes | None]
    ) -> npt.NDArray[np.bool_]:
        """Which things need a closer look: they may overlap an item, or be in disguise.

        Args:
            things: the things.
            packed: the value of each thing, where it has one in MessagePack.
        """
        out = np.zeros(len(things), dtype=np.bool_)
        valued = [number for number, value in enumerate(packed) if value is not None]
        texts, is_left = self._values.find(
            [things[number].value for number in valued],
            [value for value in packed if value is not None],
        )
        valued_numbers = np.array(valued, dtype=np.int64)
        out[valued_numbers] = self._may_overlap(texts)
        left = [number for number, value in enumerate(packed) if value is None]
        left += valued_numbers[is_left].tolist()
        if left:
            out[left] = self._may_overlap(
                self._texts_of([things[number].strings for number in left])
            )
        return out

    def _may_overlap(self, texts: "Texts") -> npt.NDArray[np.bool_]:
        words = self._vocabulary.cut(texts)
        words.states[texts.broken] = kernels.DISGUISED
        out = self._find(words, texts)
        closer = np.flatnonzero(words.states != kernels.PLAIN)
        out[np.searchsorted(texts.thing_starts, closer, side="right") - 1] = True
        return out

    def _texts_of(self, things: Sequence[Strings]) -> "Texts":
        """Strings that are there already, in one buffer."""
        counts = np.fromiter(map(len, things), dtype=np.int64, count=len(things))
        strings = list(chain.from_iterable(things))
        arrow, broken = _as_arrow([text for _, text in strings])
        data, offsets = _buffers(arrow)
        fields = self._fields_of(strings)
        return Texts(
            data=data,
            starts=offsets[:-1],
            ends=offsets[1:],
            fields=fields,
            n_fields=len(self._fields),
            thing_starts=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)]),
            broken=broken,
        )

    def _find(self, words: "_CutTexts", texts: "Texts") -> npt.NDArray[np.bool_]:
        thing_starts = texts.thing_starts
        n_texts, n_things = len(words.starts) - 1, len(thing_starts) - 1
        memory = self._memory
        blocks = memory.get("blocks", len(words.ids), np.uint64)
        stream_starts = memory.get("streams", n_texts + 1, np.int64)
        thing_streams = memory.get("things", n_things + 1, np.int64)
        group_kernels.join_streams(
            words.ids, words.starts, thing_starts, texts.fields, words.blocks,
            memory.get("fields", texts.n_fields, np.int32), memory.get("following", n_texts, np.int32),
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


class Texts(NamedTuple):
    """The texts of some things, in one buffer."""

    data: npt.NDArray[np.uint8]
    """Has them in UTF-8."""
    starts: Integers
    """First byte of each text."""
    ends: Integers
    """The one after its last."""
    fields: npt.NDArray[np.int32]
    """The field of each text: its pointer without the places in lists."""
    n_fields: int
    """Fields are below it."""
    thing_starts: Integers
    """First text of each thing, and the end of the last."""
    broken: list[int]
    """Texts that UTF-8 does not hold, and that are empty here."""


class _Values:
    """Finds the strings of values; the paths of their members are kept between batches."""

    def __init__(self, seed: np.uint64) -> None:
        self._seed = seed
        self._memory = _Memory()
        self._names: set[str] = set()
        self._roots: dict[type, int] = {}
        self._forget()

    def find(self, values: Sequence[object], packed: Sequence[bytes]) -> tuple[Texts, Flags]:
        """The texts of things, and which things have strings that are not among them.

        Args:
            values: the value of each thing.
            packed: the same in MessagePack.
        """
        roots = self._roots_of(values)
        data = np.frombuffer(b"".join(packed), dtype=np.uint8)
        offsets = np.zeros(len(packed) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, packed), dtype=np.int64, count=len(packed)), out=offsets[1:])
        # No value is shorter than a byte, and no text either.
        starts, ends = (self._memory.get(name, len(data), np.int64) for name in ("starts", "ends"))
        fields = self._memory.get("fields", len(data), np.int32)
        thing_starts = np.empty(len(offsets), dtype=np.int64)
        is_left = np.empty(len(packed), dtype=np.bool_)
        while True:
            done = value_kernels.find_strings(
                data, offsets, roots, self._seed, self._table, self._parents, self._ends, self._pool,
                self._has_keys, starts, ends, fields, thing_starts, is_left, self._counts,
            )  # fmt: skip
            if done == len(packed):
                break
            self._grow(len(packed[done]))
        count = thing_starts[-1]
        texts = Texts(
            data=data,
            starts=starts[:count],
            ends=ends[:count],
            fields=fields[:count],
            n_fields=int(self._counts[value_kernels.N_PATHS]),
            thing_starts=thing_starts,
            broken=[],
        )
        return texts, is_left

    def _roots_of(self, values: Sequence[object]) -> npt.NDArray[np.int32]:
        if self._counts[value_kernels.N_PATHS] > MOST_PATHS:
            self._forget()
        types = list(map(type, values))
        for kind in set(types) - self._roots.keys():
            self._enter_type(kind)
        return np.fromiter(map(self._roots.__getitem__, types), dtype=np.int32, count=len(types))

    def _enter_type(self, kind: type) -> None:
        if not issubclass(kind, msgspec.Struct):
            self._roots[kind] = value_kernels.OF_ANY
            return
        self._roots[kind] = value_kernels.OF_STRUCT
        names = _names_of_dictionaries(kind)
        if not names <= self._names:
            # A path that was seen before would still be that of a struct.
            self._names |= names
            self._forget()

    def _forget(self) -> None:
        self._counts = np.zeros(4, dtype=np.int64)
        self._table = np.full(1 << 12, -1, dtype=np.int32)
        self._parents = np.full(1 << 11, -1, dtype=np.int32)
        self._ends = np.zeros((1 << 11) + 1, dtype=np.int64)
        self._pool = np.empty(1 << 16, dtype=np.uint8)
        self._has_keys = np.zeros(1 << 11, dtype=np.bool_)
        self._has_keys[value_kernels.OF_ANY] = True
        self._counts[value_kernels.N_PATHS] = 1 + value_kernels.NAME
        for name in sorted(self._names):
            content = np.frombuffer(name.encode(), dtype=np.uint8)
            while (
                value_kernels.child_path(
                    content, 0, len(content), value_kernels.NAME, self._seed, self._table,
                    self._parents, self._ends, self._pool, self._has_keys, self._counts,
                )
                == value_kernels.NO_ROOM
            ):  # fmt: skip
                self._grow(len(content))

    def _grow(self, size: int) -> None:
        """Make room for twice as many paths, and for names of so many bytes more."""
        count = int(self._counts[value_kernels.N_PATHS])
        self._parents = _longer(self._parents, 2 * len(self._parents))
        self._ends = _longer(self._ends, len(self._parents) + 1)
        self._has_keys = _longer(self._has_keys, len(self._parents))
        self._pool = _longer(self._pool, 2 * len(self._pool) + size)
        self._table = np.full(2 * len(self._table), -1, dtype=np.int32)
        value_kernels.enter_paths(
            count, self._seed, self._table, self._parents, self._ends, self._pool
        )


def _names_of_dictionaries(kind: type) -> frozenset[str]:
    """Names of fields, in a struct and in those that it holds, whose values may hold a dictionary."""
    names: set[str] = set()
    seen: set[type] = set()
    waiting: list[tuple[inspect.Type, str]] = [(inspect.type_info(kind), "")]
    while waiting:
        info, name = waiting.pop()
        if isinstance(info, inspect.StructType):
            if info.cls not in seen:
                seen.add(info.cls)
                waiting += [(field.type, field.encode_name) for field in info.fields]
            continue
        members = _members_of(info)
        waiting += [(member, name) for member in members]
        if not members and not isinstance(info, _WITHOUT_KEYS):
            names.add(name)
    return frozenset(names)


def _members_of(info: inspect.Type) -> tuple[inspect.Type, ...]:
    """The types that a value of a type is one of, or a list of; none where it is neither."""
    if isinstance(info, inspect.UnionType):
        return info.types
    if isinstance(info, inspect.CollectionType):
        return (info.item_type,)
    if isinstance(info, inspect.TupleType):
        return info.item_types
    return (info.type,) if isinstance(info, inspect.Metadata) else ()


_WITHOUT_KEYS = (
    inspect.NoneType, inspect.BoolType, inspect.IntType, inspect.FloatType, inspect.StrType,
    inspect.LiteralType, inspect.EnumType,
)  # fmt: skip


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
        self._kinds = np.full(256, kernels.SPECIAL, dtype=np.uint8)
        for code in range(128):
            self._kinds[code] = _kind_of_ascii(chr(code))
        self._fold_at = np.full(_CODE_POINTS, -1, dtype=np.int32)
        self._fold_bytes = np.zeros(1 << 12, dtype=np.uint8)
        self._fold_kinds = np.zeros(1 << 12, dtype=np.uint8)
        self._fold_end = 0
        self._marks = _bits_of_marks()
        self._memory = _Memory()
        self._forget()

    def cut(self, texts: "Texts") -> _CutTexts:
        """Cut texts into words, and mark those that may read in another way."""
        if self._counts[kernels.N_WORDS] > MOST_WORDS:
            self._forget()
        data, n_texts = texts.data, len(texts.starts)
        self._fold_new(texts)
        self._counts[kernels.N_IDS] = 0
        ids = self._memory.get("ids", len(data) // 3 + 64, np.int32)
        starts = np.zeros(n_texts + 1, dtype=np.int64)
        states = np.zeros(n_texts, dtype=np.uint8)
        first = 0
        while True:
            first = kernels.cut_texts(
                data, texts.starts, texts.ends, first, self._kinds, self._fold_at, self._fold_bytes, self._fold_kinds,
                self._pool, self._table, self._shift, self._ends, self._seed,
                ids, starts, states, self._counts,
            )  # fmt: skip
            if first == n_texts:
                break
            size = int(texts.ends[first] - texts.starts[first])
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
        self._table = np.zeros((1 << 15, 4), dtype=np.uint64)
        self._shift = np.uint64(64 - 15)

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

    def _fold_new(self, texts: "Texts") -> None:
        """Make the foldings of characters that were not seen before."""
        codes = np.empty(1 << 12, dtype=np.int32)
        first = 0
        while first < len(texts.starts):
            count, first = kernels.unfolded(
                texts.data, texts.starts, texts.ends, first, self._fold_at, codes
            )
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
