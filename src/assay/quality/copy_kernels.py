"""Compiled kernels of near copies: words, groups, MinHash and verified pairs.

They give what `copy_sketches` and `near_copies` give without them, to the bit. Import this only where
`core.compiled.is_available`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from assay.core.compiled import always_inlined, compiled
from assay.quality.copy_rule import (
    GROUP,
    MULTIPLIERS,
    OTHER,
    SAME_ITEM,
    SAME_TEXT,
    SHORT,
    SPACE,
    UNSPACED,
    Codes,
    Numbers,
    Offsets,
    TextTable,
)

Kinds = npt.NDArray[np.uint8]

# A compiled function keeps these values on disk until this file changes.
_M = np.uint64(MULTIPLIERS[0])
_FIRST, _SECOND, _THIRD = (np.uint64(number) for number in MULTIPLIERS[1:4])
_32, _29 = np.uint64(32), np.uint64(29)
_NOTHING = np.uint64(0)
_TEXT_LEAST, _TEXT_OF = SAME_TEXT
_ITEM_LEAST, _ITEM_OF = SAME_ITEM
_LARGEST = np.uint32(0xFFFFFFFF)


@always_inlined
def _add_code(hashed: np.uint64, code: np.integer[Any]) -> np.uint64:
    return (hashed ^ np.uint64(code)) * _M


@always_inlined
def _finished(hashed: np.uint64) -> np.uint64:
    hashed ^= hashed >> _32
    hashed *= _FIRST
    return hashed ^ (hashed >> _29)


@always_inlined
def _mixed(word: np.uint64, place: int) -> np.uint64:
    mixed = (word ^ (np.uint64(place) * _FIRST)) * _M
    return (mixed ^ (mixed >> _32)) * _SECOND


@always_inlined
def _group_of(first: np.uint64, second: np.uint64, third: np.uint64) -> np.uint32:
    group = first * _FIRST + second * _SECOND + third * _THIRD
    group ^= group >> _32
    return np.uint32((group * _M) >> _32)


@compiled
def cut_texts(
    codes: Codes | Kinds, starts: Offsets, kinds: Kinds, whole: Kinds,
    exact: Numbers, words: Offsets, groups: Codes, group_starts: Offsets,
) -> None:  # fmt: skip
    """Cut texts into words, and write the groups of words of each.

    Args:
        codes: code points of the texts, one after another; bytes where all are ASCII.
        starts: first code point of each text, and the end of the last.
        kinds: what each code point is.
        whole: 1 for texts of which only an equal one is a copy.
        exact: takes the hash of each text's words.
        words: takes their number; 0 of texts of which only an equal one is a copy.
        groups: takes the groups of all texts; as long as there are code points and texts.
        group_starts: takes the first group of each text, and the end of the last.
    """
    end = 0
    for text in range(len(starts) - 1):
        group_starts[text] = end
        signs, count, place, stop = _NOTHING, 0, starts[text], starts[text + 1]
        text_hash, before, second = _NOTHING, _NOTHING, _NOTHING
        while place < stop:
            kind = kinds[codes[place]]
            if kind in (OTHER, SPACE):
                if kind == OTHER:
                    signs = _add_code(signs, codes[place])
                place += 1
                continue
            hashed = _add_code(_NOTHING, codes[place])
            place += 1
            while kind != UNSPACED and place < stop and kinds[codes[place]] == kind:
                hashed = _add_code(hashed, codes[place])
                place += 1
            word = _finished(hashed)
            text_hash += _mixed(word, count)
            count += 1
            if count >= GROUP:
                groups[end] = _group_of(before, second, word)
                end += 1
            before, second = second, word
        if count == 0:
            text_hash = _finished(signs)
        if count < GROUP or whole[text]:
            end = group_starts[text]
            groups[end] = np.uint32(text_hash >> _32)
            end += 1
        exact[text] = text_hash
        words[text] = 0 if whole[text] else count
    group_starts[len(starts) - 1] = end


@compiled
def sketch_texts(
    groups: Codes, group_starts: Offsets, is_task: Kinds, factors: Codes, terms: Codes, out: Codes
) -> None:
    """Write the smallest value of each hash function over the groups of each text.

    Args:
        groups: the groups of all texts.
        group_starts: first group of each text, and the end of the last.
        is_task: 1 for a task, which has the first half of the functions.
        factors: odd factor of each function.
        terms: what each adds.
        out: takes the values, a text a row.
    """
    half = out.shape[1]
    for text in range(len(group_starts) - 1):
        first = 0 if is_task[text] else half
        own = out[text]
        own[:] = _LARGEST
        own_factors, own_terms = factors[first : first + half], terms[first : first + half]
        for place in range(group_starts[text], group_starts[text + 1]):
            group = groups[place]
            for number in range(half):
                value = np.uint32(group * own_factors[number] + own_terms[number])
                own[number] = min(own[number], value)


@compiled
def _covered(
    groups: Codes, start: int, end: int, other: int, other_end: int, table: Codes,
    stamps: Offsets, counter: Offsets,
) -> int:  # fmt: skip
    """How many words stand in passages of three or more that the other text has too."""
    counter[0] += 1
    stamp, mask = counter[0], len(table) - 1
    for place in range(other, other_end):
        slot = np.int64(groups[place]) & mask
        while stamps[slot] == stamp and table[slot] != groups[place]:
            slot = (slot + 1) & mask
        stamps[slot] = stamp
        table[slot] = groups[place]
    covered, until = 0, start
    for place in range(start, end):
        slot = np.int64(groups[place]) & mask
        while stamps[slot] == stamp and table[slot] != groups[place]:
            slot = (slot + 1) & mask
        if stamps[slot] == stamp:
            covered += place + GROUP - max(place, until)
            until = place + GROUP
    return covered


@compiled
def _shared_words(
    one: int, other: int, texts: TextTable, table: Codes, stamps: Offsets, counter: Offsets
) -> tuple[int, int]:
    """How many words of each text the other shares; -1 where they are no near copies."""
    words, other_words = texts.words[one], texts.words[other]
    if texts.exact[one] == texts.exact[other] and words == other_words:
        return words, words
    if min(words, other_words) < SHORT:
        return -1, -1
    start, end = texts.group_starts[one], texts.group_starts[one + 1]
    other_start, other_end = texts.group_starts[other], texts.group_starts[other + 1]
    covered = _covered(texts.groups, start, end, other_start, other_end, table, stamps, counter)
    if covered * _TEXT_OF < words * _TEXT_LEAST:
        return -1, -1
    reverse = _covered(texts.groups, other_start, other_end, start, end, table, stamps, counter)
    if reverse * _TEXT_OF < other_words * _TEXT_LEAST:
        return -1, -1
    return covered, reverse


@compiled
def _covered_answers(
    one: int, other: int, texts: TextTable, table: Codes, stamps: Offsets, counter: Offsets
) -> int:
    """How many words of an item's candidates those of the other share; -1 where one has no near copy."""
    total = 0
    for text in range(texts.item_starts[one] + 1, texts.item_starts[one + 1]):
        most = -1
        for other_text in range(texts.item_starts[other] + 1, texts.item_starts[other + 1]):
            covered, _ = _shared_words(text, other_text, texts, table, stamps, counter)
            most = max(most, covered)
        if most < 0:
            return -1
        total += most
    return total


@compiled
def _is_near(
    one: int, other: int, texts: TextTable, table: Codes, stamps: Offsets, counter: Offsets
) -> bool:
    first, end = texts.item_starts[one], texts.item_starts[one + 1]
    other_first, other_end = texts.item_starts[other], texts.item_starts[other + 1]
    if (end - first == 1) != (other_end - other_first == 1):
        return False
    covered, reverse = _shared_words(first, other_first, texts, table, stamps, counter)
    if covered < 0:
        return False
    answers = _covered_answers(one, other, texts, table, stamps, counter)
    if answers < 0:
        return False
    if (covered + answers) * _ITEM_OF < texts.words[first:end].sum() * _ITEM_LEAST:
        return False
    answers = _covered_answers(other, one, texts, table, stamps, counter)
    if answers < 0:
        return False
    words = texts.words[other_first:other_end].sum()
    return bool((reverse + answers) * _ITEM_OF >= words * _ITEM_LEAST)


@compiled
def cluster(
    items: Offsets, buckets: Offsets, member_starts: Offsets, texts: TextTable, longest: int, firsts: Offsets
) -> tuple[int, int]:  # fmt: skip
    """Find the first item that each is a near copy of.

    Args:
        items: the items, in their order.
        buckets: of each, the bucket of every band; -1 where no other item is in it.
        member_starts: room for the first items of each bucket, and the end of the last.
        texts: the texts of all items.
        longest: most groups of a text.
        firsts: takes, for each item, the place of the item that it is a copy of, or its own.

    Returns:
        How many items were passed over in a full bucket, and how many pairs were compared.
    """
    members = np.empty(member_starts[-1], dtype=np.int64)
    filled = np.zeros(len(member_starts) - 1, dtype=np.int64)
    seen = np.full(len(items), -1, dtype=np.int64)
    candidates = np.empty(len(items), dtype=np.int64)
    size = 16
    while size < 2 * longest:
        size *= 2
    table, stamps = np.empty(size, dtype=np.uint32), np.zeros(size, dtype=np.int64)
    counter = np.zeros(1, dtype=np.int64)
    passed_over, pairs = 0, 0
    for place in range(len(items)):
        count = 0
        for bucket in buckets[place]:
            if bucket >= 0:
                begin = member_starts[bucket]
                for number in range(begin, begin + filled[bucket]):
                    other = members[number]
                    if seen[other] != place:
                        seen[other] = place
                        candidates[count] = other
                        count += 1
        first = place
        for other in np.sort(candidates[:count]):
            pairs += 1
            if _is_near(items[place], items[other], texts, table, stamps, counter):
                first = other
                break
        firsts[place] = first
        if first != place:
            continue
        is_whole = True
        for bucket in buckets[place]:
            if bucket >= 0:
                free = member_starts[bucket] + filled[bucket]
                if free < member_starts[bucket + 1]:
                    members[free] = place
                    filled[bucket] += 1
                else:
                    is_whole = False
        passed_over += not is_whole
    return passed_over, pairs
