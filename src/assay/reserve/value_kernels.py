"""Compiled kernels that find the strings of values, in the bytes that MessagePack encodes them to.

MessagePack (msgpack.org) writes the length of each string before it, so a walk goes from string to
string and copies none. What is found is what `core.strings.strings_of` finds, as long as no string
holds JSON. Import this only where `core.compiled.is_available`.
"""

import numpy as np
import numpy.typing as npt

from assay.core.compiled import always_inlined, compiled

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

DEEPEST = 1024
"""Levels of a value that are walked; one with more is left to Python."""

NO_ROOM = -2
"""Returned where the tables of paths hold no more."""

N_PATHS, POOL_END, NEXT_THING, N_TEXTS = range(4)
"""Places in the counts: paths; bytes of their names; where the walk goes on, by thing and text."""

OF_ANY, OF_STRUCT, NAME = range(3)
"""The first paths: a value all of whose keys are texts; one whose fields are none; and the parent of the
names of fields that may hold a dictionary, whose keys are texts."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_32 = np.uint64(32)


@always_inlined
def _hash_of(pool: Bytes, start: int, size: int, parent: int, seed: np.uint64) -> np.uint64:
    hashed = (np.uint64(parent) ^ seed) * _MULTIPLIER
    for place in range(start, start + size):
        hashed = (hashed ^ (hashed >> _32) ^ np.uint64(pool[place])) * _MULTIPLIER
    hashed >>= _32
    return hashed


@always_inlined
def _slot(
    pool: Bytes, start: int, size: int, parent: int, hashed: np.uint64, table: Ids, parents: Ids,
    ends: Offsets,
) -> int:  # fmt: skip
    """The slot of a path, or the empty one where it would stand."""
    mask = len(table) - 1
    slot = int(np.int64(hashed)) & mask
    is_there = False
    while table[slot] >= 0 and not is_there:
        own = ends[table[slot]]
        is_there = parents[table[slot]] == parent and ends[table[slot] + 1] - own == size
        place = 0
        while is_there and place < size:
            is_there = pool[own + place] == pool[start + place]
            place += 1
        if not is_there:
            slot = (slot + 1) & mask
    return slot


@compiled
def child_path(
    data: Bytes, start: int, end: int, parent: int, seed: np.uint64, table: Ids, parents: Ids,
    ends: Offsets, pool: Bytes, has_keys: Flags, counts: Offsets,
) -> int:  # fmt: skip
    """The number of the path of a member; a new one where it was not seen before.

    Names are read as the fields of pointers: without digits, and a slash is a tilde. Elements of a list
    have no name. Paths are distinguished by their bytes.

    Args:
        data: has the member's name.
        start: first byte of the name.
        end: the one after its last.
        parent: path of the value that it is in.
        seed: begins each hash; secret, so that nobody can write names that share a slot.
        table: hash table of the paths, at most half full; -1 is an empty slot.
        parents: the path above each one.
        ends: where the name of each path begins in the pool, and the end of the last.
        pool: bytes of the names.
        has_keys: whether the keys of a map with this path are texts.
        counts: the counts, which go up.

    Returns:
        The number; `NO_ROOM` where the tables are full.
    """
    first, number = counts[POOL_END], int(counts[N_PATHS])
    if first + end - start > len(pool) or number == len(parents):
        return NO_ROOM
    size = 0
    for place in range(start, end):
        byte = data[place]
        if 48 <= byte <= 57:
            continue
        pool[first + size] = np.uint8(126) if byte == 47 else byte
        size += 1
    hashed = _hash_of(pool, first, size, parent, seed)
    slot = _slot(pool, first, size, parent, hashed, table, parents, ends)
    if table[slot] >= 0:
        return int(table[slot])
    table[slot] = number
    parents[number] = parent
    counts[POOL_END] = ends[number + 1] = first + size
    counts[N_PATHS] += 1
    has_keys[number] = has_keys[parent]
    if size and not has_keys[parent]:
        hashed = _hash_of(pool, first, size, NAME, seed)
        has_keys[number] = table[_slot(pool, first, size, NAME, hashed, table, parents, ends)] >= 0
    return number


@compiled
def enter_paths(
    count: int, seed: np.uint64, table: Ids, parents: Ids, ends: Offsets, pool: Bytes
) -> None:
    """Enter all but the first paths into a table, which is empty; see `child_path`."""
    for number in range(NAME + 1, count):
        first, size, parent = (
            ends[number],
            ends[number + 1] - ends[number],
            parents[number],
        )
        hashed = _hash_of(pool, first, size, parent, seed)
        table[_slot(pool, first, size, parent, hashed, table, parents, ends)] = number


@always_inlined
def _number_of(data: Bytes, at: int, size: int) -> int:
    number = 0
    for place in range(at, at + size):
        number = (number << 8) | data[place]
    return number


@always_inlined
def _string_at(data: Bytes, at: int) -> tuple[int, int]:
    """First byte and length of the string that is encoded here; a length of -1 where none is."""
    byte = data[at]
    if 0xA0 <= byte <= 0xBF:
        return at + 1, byte & 31
    if 0xD9 <= byte <= 0xDB:
        width = 1 << (byte - 0xD9)
        return at + 1 + width, _number_of(data, at + 1, width)
    return at, -1


@always_inlined
def _members_at(data: Bytes, at: int) -> tuple[int, int, bool]:
    """First byte and number of the members that are encoded here, and whether they are keys and values.

    The number is -1 where neither a list nor a map is encoded.
    """
    byte = data[at]
    if 0x80 <= byte <= 0x8F:
        return at + 1, 2 * (byte & 15), True
    if 0x90 <= byte <= 0x9F:
        return at + 1, byte & 15, False
    if 0xDC <= byte <= 0xDF:
        width = 2 << (byte & 1)
        number = _number_of(data, at + 1, width)
        return at + 1 + width, 2 * number if byte >= 0xDE else number, byte >= 0xDE
    return at, -1, False


@compiled
def _after_scalar(data: Bytes, at: int) -> int:
    """The byte after the number, boolean or null that is encoded here; -1 for another type."""
    byte = data[at]
    if byte <= 0x7F or byte >= 0xE0 or 0xC0 <= byte <= 0xC3:
        return at + 1
    if 0xCA <= byte <= 0xCB:
        return at + 1 + int(4 << (byte - 0xCA))
    if 0xCC <= byte <= 0xD3:
        return at + 1 + int(1 << (byte & 3))
    return -1


@compiled
def find_strings(
    data: Bytes, offsets: Offsets, roots: Ids, seed: np.uint64, table: Ids, parents: Ids, ends: Offsets,
    pool: Bytes, has_keys: Flags, text_starts: Offsets, text_ends: Offsets, fields: Ids,
    thing_starts: Offsets, is_left: Flags, counts: Offsets,
) -> int:  # fmt: skip
    """Find the strings of things.

    Args:
        data: the things in MessagePack, one after another.
        offsets: first byte of each thing, and the end of the last.
        roots: the path of each thing.
        seed: as in `child_path`, like the next five.
        table: the paths.
        parents: of the paths.
        ends: of the paths.
        pool: of the paths.
        has_keys: of the paths.
        text_starts: takes the first byte of each string.
        text_ends: takes the one after its last.
        fields: takes the path of each string; of a key that of what it is a key of.
        thing_starts: takes the first string of each thing, and the end of the last.
        is_left: takes whether a thing is left to `strings_of`: a string may hold JSON, or a value is of
            a type that is encoded in another way. It has no strings here then.
        counts: the counts, which go up.

    Returns:
        How many things were walked in all; where that is not all of them, the tables of paths are full.
    """
    n_texts = counts[N_TEXTS]
    remaining = np.empty(DEEPEST, dtype=np.int64)
    is_map = np.empty(DEEPEST, dtype=np.bool_)
    paths = np.empty(DEEPEST, dtype=np.int64)
    for thing in range(counts[NEXT_THING], len(offsets) - 1):
        first_text, place, end = n_texts, offsets[thing], offsets[thing + 1]
        thing_starts[thing] = n_texts
        depth, path, left = -1, roots[thing], False
        while place < end and not left:
            is_key = False
            if depth >= 0:
                is_key = bool(is_map[depth]) and remaining[depth] & 1 == 0
                remaining[depth] -= 1
            start, size = _string_at(data, place)
            first, members, is_named = _members_at(data, place)
            if size >= 0:
                place = start + size
                if is_key:
                    path = child_path(
                            data, start, place, paths[depth], seed, table, parents, ends, pool,
                            has_keys, counts,
                        )  # fmt: skip
                    if size and has_keys[paths[depth]]:
                        text_starts[n_texts], text_ends[n_texts] = start, place
                        fields[n_texts] = paths[depth]
                        n_texts += 1
                elif size:
                    text_starts[n_texts], text_ends[n_texts], fields[n_texts] = start, place, path
                    n_texts += 1
                    left = data[start] in (91, 123) and data[place - 1] in (93, 125)
            elif is_key:  # A number is a text as a key.
                left = True
            elif members >= 0:
                place = first
                if members:
                    depth += 1
                    left = depth == DEEPEST
                if members and not left:
                    if not is_named:
                        path = child_path(
                                data, place, place, path, seed, table, parents, ends, pool, has_keys,
                                counts,
                            )  # fmt: skip
                    remaining[depth], is_map[depth], paths[depth] = members, is_named, path
            else:
                place = _after_scalar(data, place)
                left = place < 0
            if path == NO_ROOM:
                counts[NEXT_THING], counts[N_TEXTS] = thing, first_text
                return thing
            while depth >= 0 and not left and remaining[depth] == 0:
                depth -= 1
            if depth >= 0 and not left and not is_map[depth]:
                path = paths[depth]
        is_left[thing] = left
        if left:
            n_texts = first_text
    thing_starts[len(offsets) - 1] = n_texts
    counts[NEXT_THING], counts[N_TEXTS] = 0, 0
    return len(offsets) - 1
