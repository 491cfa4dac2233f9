"""Compiled kernels that hash groups of words, and find those that a reserve has.

Each group goes through SipHash-2-4 as a whole, as in `siphash`. Import this only where
`core.compiled.is_available`.
"""

import numpy as np
import numpy.typing as npt

from assay.core.compiled import always_inlined, compiled

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@always_inlined
def _rotated(value: np.uint64, by: int) -> np.uint64:
    return (value << np.uint64(by)) | (value >> np.uint64(64 - by))


@always_inlined
def _sip_round(
    v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    v0 += v1
    v1 = _rotated(v1, 13)
    v1 ^= v0
    v0 = _rotated(v0, 32)
    v2 += v3
    v3 = _rotated(v3, 16)
    v3 ^= v2
    v0 += v3
    v3 = _rotated(v3, 21)
    v3 ^= v0
    v2 += v1
    v1 = _rotated(v1, 17)
    v1 ^= v2
    v2 = _rotated(v2, 32)
    return v0, v1, v2, v3


@compiled
def hash_fives(low: np.uint64, high: np.uint64, blocks: Hashes, out: Hashes) -> None:
    """SipHash-2-4 of every five blocks in a row, as `siphash.siphash` does.

    It is written out, so that the compiler works on several groups at once: a loop over the blocks
    of one group would cost two and a half times as much.

    Args:
        low: the first eight bytes of the key.
        high: the last eight.
        blocks: blocks of words.
        out: takes the hashes; it has four elements fewer than there are blocks.
    """
    for at in range(len(blocks) - 4):
        v0 = low ^ np.uint64(0x736F6D6570736575)
        v1 = high ^ np.uint64(0x646F72616E646F6D)
        v2 = low ^ np.uint64(0x6C7967656E657261)
        v3 = high ^ np.uint64(0x7465646279746573)
        block = blocks[at]
        v3 ^= block
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0 ^= block
        block = blocks[at + 1]
        v3 ^= block
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0 ^= block
        block = blocks[at + 2]
        v3 ^= block
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0 ^= block
        block = blocks[at + 3]
        v3 ^= block
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0 ^= block
        block = blocks[at + 4]
        v3 ^= block
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0 ^= block
        block = np.uint64(40) << np.uint64(56)
        v3 ^= block
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0 ^= block
        v2 ^= np.uint64(0xFF)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        out[at] = v0 ^ v1 ^ v2 ^ v3


@compiled
def hash_few(low: np.uint64, high: np.uint64, blocks: Hashes) -> np.uint64:
    """SipHash-2-4 of some blocks together."""
    v0 = low ^ np.uint64(0x736F6D6570736575)
    v1 = high ^ np.uint64(0x646F72616E646F6D)
    v2 = low ^ np.uint64(0x6C7967656E657261)
    v3 = high ^ np.uint64(0x7465646279746573)
    for place in range(len(blocks) + 1):
        block = np.uint64(8 * len(blocks)) << np.uint64(56)
        if place < len(blocks):
            block = blocks[place]
        v3 ^= block
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
        v0 ^= block
    v2 ^= np.uint64(0xFF)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    v0, v1, v2, v3 = _sip_round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@compiled
def join_streams(
    ids: Ids, starts: Offsets, things: Offsets, fields: Ids, word_blocks: Hashes,
    last_of: Ids, following: Ids, blocks: Hashes, stream_starts: Offsets, thing_streams: Offsets,
) -> int:  # fmt: skip
    """Put the words of one field of a thing in a row, and write their blocks.

    Args:
        ids: the words of the texts.
        starts: first word of each text, and the end of the last.
        things: first text of each thing, and the end of the last.
        fields: the field of each text.
        word_blocks: the block of each distinct word.
        last_of: scratch, one for each field.
        following: scratch, one for each text.
        blocks: takes the blocks.
        stream_starts: takes the first word of each row, and the end of the last.
        thing_streams: takes the first row of each thing, and the end of the last.

    Returns:
        How many rows there are.
    """
    n_streams, n_blocks = 0, 0
    last_of[:] = -1
    for thing in range(len(things) - 1):
        first, end = things[thing], things[thing + 1]
        thing_streams[thing] = n_streams
        for text in range(first, end):
            following[text] = -1
            # What is before `first` was left by an earlier thing.
            if last_of[fields[text]] >= first:
                following[last_of[fields[text]]] = -2 - text
            last_of[fields[text]] = text
        for head in range(first, end):
            # A text that another one leads to was written with it; see the mark below.
            if following[head] == -2147483648:
                continue
            stream_starts[n_streams] = n_blocks
            n_streams += 1
            text = head
            while True:
                for place in range(starts[text], starts[text + 1]):
                    blocks[n_blocks] = word_blocks[ids[place]]
                    n_blocks += 1
                link = following[text]
                if text != head:
                    following[text] = -2147483648
                if link == -1:
                    break
                text = -2 - link
    thing_streams[len(things) - 1] = n_streams
    stream_starts[n_streams] = n_blocks
    return n_streams


@compiled
def enter_keys(keys: Hashes, table: Ids, shift: np.uint64, bitmap: Bytes, bit_shift: np.uint64) -> None:  # fmt: skip
    """Enter the groups of a reserve into a hash table and a bitmap, both empty.

    The groups are hashes under the gate's key, so neither says anything of a word.
    """
    mask = len(table) - 1
    for number in range(len(keys)):
        bit = np.int64(keys[number] >> bit_shift)
        bitmap[bit >> 3] |= np.uint8(1 << (bit & 7))
        slot = np.int64((keys[number] * _MULTIPLIER) >> shift)
        while table[slot] >= 0:
            slot = (slot + 1) & mask
        table[slot] = number


@compiled
def find_candidates(groups: Hashes, bitmap: Bytes, bit_shift: np.uint64, out: Offsets) -> int:
    """Write the places of groups whose first bits occur in a reserve, and return their number.

    Nothing depends on what is found, so that the processor waits for many places of the bitmap at once.
    """
    count = 0
    for at in range(len(groups)):
        bit = np.int64(groups[at] >> bit_shift)
        out[count] = at
        count += (np.int64(bitmap[bit >> 3]) >> (bit & 7)) & 1
    return count


@always_inlined
def _key_number(group: np.uint64, keys: Hashes, table: Ids, shift: np.uint64) -> int:
    """The number of a group of the reserve; -1 where it has none such."""
    number = -1
    slot = np.int64((group * _MULTIPLIER) >> shift)
    mask = len(table) - 1
    while table[slot] >= 0:
        if keys[table[slot]] == group:
            number = np.int64(table[slot])
            break
        slot = (slot + 1) & mask
    return number


@compiled
def find_things(
    groups: Hashes, candidates: Offsets, stream_starts: Offsets, thing_streams: Offsets,
    things: Offsets, ids: Ids, starts: Offsets, word_blocks: Hashes, low: np.uint64, high: np.uint64,
    short_sizes: Bytes, keys: Hashes, table: Ids, shift: np.uint64,
    part_starts: Offsets, parts_of: Offsets, weights: Floats,
    has_own: Flags, needed: Floats, least: Offsets, total: Floats,
    many: int, slack: float, key_seen: Offsets, part_seen: Offsets, held: Floats,
    distinct: Offsets, touched: Offsets, out: Flags,
) -> None:  # fmt: skip
    """Mark the things that hold so much of a fingerprint that they may overlap its item.

    It is the condition of `contamination._GroupIndex.matches`, with a slack for the order in which
    weights are added.

    Args:
        groups: hash of every five words in a row of what `join_streams` wrote.
        candidates: places of groups that the reserve may have, in order.
        stream_starts: first word of each row, and the end of the last.
        thing_streams: first row of each thing, and the end of the last.
        things: first text of each thing, and the end of the last.
        ids: the words of the texts.
        starts: first word of each text, and the end of the last.
        word_blocks: the block of each distinct word.
        low: the first eight bytes of the key.
        high: the last eight.
        short_sizes: for each number of words below five whether a fingerprint has so many.
        keys: the groups of the reserve.
        table: their hash table.
        shift: bits of a hash that are no slot of the table.
        part_starts: first fingerprint of each group, and the end of the last.
        parts_of: the fingerprints that have a group.
        weights: the weight of each group.
        has_own: whether a fingerprint has groups that are no template.
        needed: share of its weight from which a fingerprint is held.
        least: least number of distinct groups of it.
        total: its weight.
        many: distinct groups from which the longest run is looked at.
        slack: how far below its threshold a share may be.
        key_seen: scratch, one for each group, filled with -1.
        part_seen: scratch, one for each fingerprint, filled with -1.
        held: scratch, one for each fingerprint.
        distinct: the same.
        touched: the same.
        out: takes whether each thing is such.
    """
    cursor = 0
    for thing in range(len(things) - 1):
        n_touched = 0
        for stream in range(thing_streams[thing], thing_streams[thing + 1]):
            end = stream_starts[stream + 1]
            while cursor < len(candidates) and candidates[cursor] < end:
                at = candidates[cursor]
                cursor += 1
                # A group that runs over the end of a row is none of the text's.
                key = -1 if at > end - 5 else _key_number(groups[at], keys, table, shift)
                if key >= 0:
                    n_touched = _count_key(
                        key, thing, n_touched, part_starts, parts_of, weights, has_own,
                        key_seen, part_seen, held, distinct, touched,
                    )  # fmt: skip
        for text in range(things[thing], things[thing + 1]):
            size = starts[text + 1] - starts[text]
            if 0 < size < 5 and short_sizes[size]:
                few = np.empty(size, dtype=np.uint64)
                for place in range(size):
                    few[place] = word_blocks[ids[starts[text] + place]]
                group = hash_few(low, high, few)
                key = _key_number(group, keys, table, shift)
                if key >= 0:
                    n_touched = _count_key(
                        key, thing, n_touched, part_starts, parts_of, weights, has_own,
                        key_seen, part_seen, held, distinct, touched,
                    )  # fmt: skip
        is_enough = False
        for place in range(n_touched):
            part = touched[place]
            is_enough |= (
                held[part] / total[part] >= needed[part] - slack and distinct[part] >= least[part]
            ) or (has_own[part] and distinct[part] > many)
        out[thing] = is_enough


@compiled
def _count_key(
    key: int, thing: int, n_touched: int, part_starts: Offsets, parts_of: Offsets,
    weights: Floats, has_own: Flags, key_seen: Offsets,
    part_seen: Offsets, held: Floats, distinct: Offsets, touched: Offsets,
) -> int:  # fmt: skip
    """Count a group for every fingerprint that has it, once in a thing."""
    if key_seen[key] == thing:
        return n_touched
    key_seen[key] = thing
    for place in range(part_starts[key], part_starts[key + 1]):
        part = parts_of[place]
        if part_seen[part] != thing:
            part_seen[part] = thing
            held[part], distinct[part] = 0.0, 0
            touched[n_touched] = part
            n_touched += 1
        held[part] += weights[key] if has_own[part] else 1.0
        distinct[part] += 1
    return n_touched
