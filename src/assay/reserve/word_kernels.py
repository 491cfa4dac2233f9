"""Compiled kernels that cut texts into canonical words.

Texts are UTF-8 in one buffer, as Arrow keeps them. `cut_texts` does what `canonical_text.words` does
to a text without markup, escapes or anything else that `disguised_readings` may read in another way; a
text that may hold such a thing is marked, and left to those modules. Import this only where
`core.compiled.is_available`.
"""

import numpy as np
import numpy.typing as npt

from assay.core.compiled import always_inlined, compiled

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]

SEPARATING, LETTER, DIGIT, LETTER_LIKE_DIGIT, IDEOGRAPH, PART, CAPITAL, NEWLINE, SPECIAL = range(9)
"""What a byte or folded character is: separates words; small letter; digit; digit that looks like a
letter; a word of its own; a later byte of a character; capital; line end; may begin or end a disguise,
or is part of a character outside ASCII."""

PLAIN, DISGUISED = 0, 1
"""State of a text: its words are whole; or it may read in another way, and is left to Python."""

NO_MARK, MARK, REVERSE_FIRST, REVERSE_SECOND = 0, 1, 2, 4
"""Bits of a word: a mark of a disguise; `the`; a word that `the` follows in prose."""

N_IDS, N_WORDS, POOL_END = range(3)
"""Places in the counts of a vocabulary: words of the texts; distinct words; bytes of these."""

LONGEST_RUN = 32
"""Visible characters in a row from which they may encode a text; `encoded_text.LEAST_ENCODED`."""

_PIECE, _JOINED_PIECES = 6, 13  # Least lengths of a piece of split base64, and of two in one run.
_LONGEST_BRACKETS = 1204  # Bytes of 300 characters and a bracket, at most.
_HIDDEN = 24  # Characters that do not show from which they may be a text.
_MARKER_BLANKS = 40  # Blanks at the start of a text from which a list marker is left to Python.
_ONE_MARK_WORDS, _FILLER_EQUALS, _FILLER_DISTANCES = 64, 5, (2, 3, 4)
_MOST_GROWTH = 12  # Bytes that one byte of a text folds to, at most.
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_NOTHING, _8, _32, _56 = np.uint64(0), np.uint64(8), np.uint64(32), np.uint64(56)
_PACKED = 16  # Bytes of a word that two numbers hold.


@always_inlined
def _is_white(byte: int) -> bool:
    # A character outside ASCII may be white space: taken for it, more texts are marked, never fewer.
    return byte == 32 or 9 <= byte <= 13 or 28 <= byte <= 31 or byte >= 128


@always_inlined
def _is_alphanumeric(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


@always_inlined
def _is_in_piece(byte: int) -> bool:
    return _is_alphanumeric(byte) or byte == 43 or byte == 47 or byte == 95 or byte == 45


@always_inlined
def _is_hexadecimal(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 70 or 97 <= byte <= 102


@always_inlined
def _is_quote(byte: int) -> bool:
    return byte in (34, 39, 96)


@compiled
def _may_join_strings(data: Bytes, at: int, end: int) -> bool:
    """Whether a quotation mark may be the first of two that a program joins."""
    place = at + 1
    while place < end and _is_white(data[place]):
        place += 1
    # A sign that joins strings, or a backslash; then any of them and white space, then a mark.
    operator = place
    while place < end and (_is_white(data[place]) or data[place] in (43, 46, 38, 124, 60, 62, 92)):
        place += 1
    if place > operator and place < end and _is_quote(data[place]):
        return True
    # Or two strings on lines of their own, one below the other.
    place = at + 1
    while place < end and data[place] in (32, 9, 92, 13):
        place += 1
    if place >= end or data[place] != 10:
        return False
    place += 1
    while place < end and data[place] in (32, 9):
        place += 1
    return place < end and data[place] == data[at]


@compiled
def _may_be_reference(data: Bytes, at: int, end: int) -> bool:
    """Whether an ampersand may begin a character reference."""
    place = at + 1
    if place < end and data[place] == 35:
        return True
    while place < end and place < at + 34 and _is_alphanumeric(data[place]):
        place += 1
    return at + 1 < place < end and data[place] == 59


@always_inlined
def _is_in_word(byte: int) -> bool:
    return _is_alphanumeric(byte) or byte == 95 or byte >= 128


@compiled
def _may_be_brackets_in_word(data: Bytes, at: int, end: int) -> bool:
    """Whether a bracket that opens before this place, behind a word, may close before a word."""
    stop = min(end, at + _LONGEST_BRACKETS)
    while at < stop and data[at] != 60 and data[at] != 62:
        at += 1
    if at == stop:
        return stop < end
    return data[at] == 62 and at + 1 < end and (_is_in_word(data[at + 1]) or data[at + 1] == 60)


@compiled
def _is_before_quote(data: Bytes, at: int, end: int) -> bool:
    """Whether only white space is between this place and a quotation mark."""
    while at < end and _is_white(data[at]):
        at += 1
    return at < end and _is_quote(data[at])


@compiled
def _may_be_disguise(data: Bytes, at: int, start: int, end: int) -> bool:
    """Whether a special character stands as it does in markup, an escape or a joint of strings."""
    byte = data[at]
    after = data[at + 1] if at + 1 < end else np.uint8(0)
    before = data[at - 1] if at > start else np.uint8(32)
    if byte == 34 or byte == 39 or byte == 96:
        return _may_join_strings(data, at, end)
    if byte == 45:  # A hyphen at the end of a line, or the beginning of Punycode.
        return after == 10 or after == 13 or (after == 45 and (before == 110 or before == 78))
    if byte == 42:  # The beginning of a comment.
        return before == 47 or before == 40
    if byte == 38:
        return _may_be_reference(data, at, end)
    if byte == 60:  # A tag or a comment, or any brackets in a word.
        return (
            65 <= after <= 90 or 97 <= after <= 122 or after == 47 or after == 33 or after == 63
            or (_is_in_word(before) and _may_be_brackets_in_word(data, at + 1, end))
        )  # fmt: skip
    if byte == 37:
        return at + 2 < end and _is_hexadecimal(after) and _is_hexadecimal(data[at + 2])
    if byte == 61:  # Quoted-printable.
        return after == 10 or after == 13 or (at + 2 < end and _is_hexadecimal(after) and _is_hexadecimal(data[at + 2]))  # fmt: skip
    if byte == 92:
        return after in (117, 85, 120, 110, 114, 116, 48, 49)
    if byte == 93:
        return bool(after == 40)
    if byte == 123:
        return bool(after == 35)
    if byte == 43:
        return bool(after == 65)
    return bool(byte == 64 or byte == 0)


@compiled
def _marker_end(data: Bytes, at: int, end: int) -> int:
    """The place after the list marker of a line that starts here; the same place where none is."""
    place = at
    while place < end and (data[place] == 32 or data[place] == 9):
        place += 1
    digits = 0
    while place + digits < end and digits < 5 and 48 <= data[place + digits] <= 57:
        digits += 1
    if digits:
        place += digits
        if digits > 4 or place >= end or not (data[place] == 46 or data[place] == 41):
            return at
    elif place >= end or not (data[place] == 45 or data[place] == 42 or data[place] == 43):
        return at
    place += 1
    first = place
    while place < end and (data[place] == 32 or data[place] == 9):
        place += 1
    return place if place > first else at


@compiled
def _is_before_capital(data: Bytes, at: int, end: int) -> bool:
    """Whether only digits are between this place and a capital."""
    while at < end and 48 <= data[at] <= 57:
        at += 1
    return at < end and 65 <= data[at] <= 90


@compiled
def _may_be_split(data: Bytes, start: int, end: int) -> bool:
    """Whether a text has pieces of base64 in a row, as `encoded_text.split_stretches` seeks them."""
    pieces, place = 0, start
    while place < end:
        byte = data[place]
        if not (_is_alphanumeric(byte) or byte in (43, 47, 95, 45, 61)):
            if not (_is_white(byte) or byte in (34, 39, 44, 46, 92)):
                pieces = 0
            place += 1
            continue
        first, is_word, has_plus = place, True, False
        while place < end:
            byte = data[place]
            if 97 <= byte <= 122 or byte == 47 or byte == 95 or byte == 45 or byte == 61:
                pass
            elif 65 <= byte <= 90:
                is_word = is_word and place == first
            elif 48 <= byte <= 57:
                is_word = False
            elif byte == 43:
                is_word, has_plus = False, True
            else:
                break
            place += 1
        length = place - first
        if pieces == 3 and length >= 2:
            return True
        if length < _PIECE:
            pieces = 0
        elif is_word and place < end:
            pieces = 1
        else:
            pieces = min(pieces + 1, 3)
            if has_plus and length >= _JOINED_PIECES:
                pieces = min(max(pieces, 2), 3)
    return False


@always_inlined
def _hash_of(first: np.uint64, second: np.uint64, seed: np.uint64) -> np.uint64:
    hashed = (first ^ seed) * _MULTIPLIER
    hashed ^= hashed >> _32
    hashed = (hashed ^ second) * _MULTIPLIER
    return hashed ^ (hashed >> _32)


@always_inlined
def _slot_of_short(
    first: np.uint64, second: np.uint64, table: Hashes, seed: np.uint64, shift: np.uint64
) -> int:
    """The slot of a word, or the empty one where it would stand.

    No byte of a word is zero, so two numbers say its length too.
    """
    mask = len(table) - 1
    slot = np.int64(_hash_of(first, second, seed) >> shift)
    while table[slot, 2] != _NOTHING and not (
        table[slot, 0] == first and table[slot, 1] == second and table[slot, 3] == _NOTHING
    ):
        slot = (slot + 1) & mask
    return slot


@compiled
def _hash_long(pool: Bytes, start: int, size: int, seed: np.uint64) -> np.uint64:
    """What stands for a word that two numbers do not hold."""
    hashed = seed
    for place in range(start, start + size):
        hashed = (hashed ^ np.uint64(pool[place])) * _MULTIPLIER
        hashed ^= hashed >> _32
    return hashed


@compiled
def _slot_of_long(
    pool: Bytes, start: int, size: int, table: Hashes, slot: int, first: np.uint64,
    second: np.uint64, ends: Offsets,
) -> int:  # fmt: skip
    """The slot of a long word, from the first where it may stand: its bytes decide."""
    mask = len(table) - 1
    while table[slot, 2] != _NOTHING:
        number = np.int64(table[slot, 2]) - 1
        own = ends[number]
        if table[slot, 0] == first and table[slot, 1] == second and ends[number + 1] - own == size:
            place = 0
            while place < size and pool[own + place] == pool[start + place]:
                place += 1
            if place == size:
                break
        slot = (slot + 1) & mask
    return slot


@compiled
def grow_table(table: Hashes, shift: np.uint64, seed: np.uint64, old: Hashes) -> None:
    """Enter the words of a table into a larger one, which is empty."""
    mask = len(table) - 1
    for row in range(len(old)):
        if old[row, 2] != _NOTHING:
            slot = np.int64(_hash_of(old[row, 0], old[row, 1], seed) >> shift)
            while table[slot, 2] != _NOTHING:
                slot = (slot + 1) & mask
            table[slot] = old[row]


@compiled
def _is_ascii(data: Bytes, start: int, end: int) -> bool:
    # Without an early end the compiler looks at many bytes at once.
    bits = np.uint8(0)
    for byte in data[start:end]:
        bits |= byte
    return bits < 128


@compiled
def unfolded(
    data: Bytes, text_starts: Offsets, text_ends: Offsets, first: int, fold_at: Ids, out: Ids
) -> tuple[int, int]:
    """Write characters outside ASCII whose folding is not in the table yet, each once.

    Args:
        data: has the texts, in UTF-8.
        text_starts: first byte of each text.
        text_ends: the one after its last.
        first: number of the first text that is looked at.
        fold_at: where the folding of each code point stands; -1 where it is not there. Those that
            are written get -2.
        out: takes the code points; when it is full, the others are left for the next call.

    Returns:
        How many were written, and the text where the next call goes on.
    """
    count = 0
    for text in range(first, len(text_starts)):
        place, end = text_starts[text], text_ends[text]
        if _is_ascii(data, place, end):
            continue
        while place < end:
            if data[place] < 192:
                place += 1
                continue
            code, size = _code_point(data, place)
            place += size
            if fold_at[code] == -1:
                if count == len(out):
                    return count, text
                out[count] = code
                fold_at[code] = -2
                count += 1
    return count, len(text_starts)


@compiled
def _code_point(data: Bytes, at: int) -> tuple[int, int]:
    """The code point that begins here, outside ASCII, and its number of bytes."""
    first = np.int64(data[at])
    if first < 224:
        return (first & 31) << 6 | np.int64(data[at + 1]) & 63, 2
    if first < 240:
        return (
            (first & 15) << 12 | (np.int64(data[at + 1]) & 63) << 6 | np.int64(data[at + 2]) & 63,
            3,
        )
    return (
        (first & 7) << 18
        | (np.int64(data[at + 1]) & 63) << 12
        | (np.int64(data[at + 2]) & 63) << 6
        | np.int64(data[at + 3]) & 63,
        4,
    )


@always_inlined
def _does_not_show(code: int) -> bool:
    return (
        0x200B <= code <= 0x200D or 0x2060 <= code <= 0x2064 or code == 0xFEFF
        or 0xFE00 <= code <= 0xFE0F or 0xE0020 <= code <= 0xE01EF
    )  # fmt: skip


@compiled
def cut_texts(
    data: Bytes, text_starts: Offsets, text_ends: Offsets, first: int,
    kinds: Bytes, fold_at: Ids, fold_bytes: Bytes, fold_kinds: Bytes,
    pool: Bytes, table: Hashes, shift: np.uint64, ends: Offsets, seed: np.uint64,
    ids: Ids, starts: Offsets, states: Bytes, counts: Offsets,
) -> int:  # fmt: skip
    """Cut texts into the numbers of their canonical words.

    Args:
        data: has the texts, in UTF-8.
        text_starts: first byte of each text.
        text_ends: the one after its last.
        first: number of the first text that is cut.
        kinds: what each ASCII character is.
        fold_at: where the folding of each code point outside ASCII stands.
        fold_bytes: foldings in UTF-8; the byte before each is its length.
        fold_kinds: what each character of them is, at its first byte.
        pool: bytes of the distinct words.
        table: hash table of them: the last and the sixteenth to ninth last byte of a word as numbers
            (of a long one, with a hash of all), its number, from 1, and whether it is long.
        shift: bits of a hash that are no slot of the table.
        ends: where each distinct word begins in the pool, and the end of the last.
        seed: begins each hash; secret, so that nobody can write words that share a slot.
        ids: takes the number of every word of the texts.
        starts: takes the first word of each text, and the end of the last.
        states: takes `PLAIN` or `DISGUISED` for each text; the words of the latter are left out.
        counts: the counts of the vocabulary, which go up.

    Returns:
        The number of the first text that there is no room for; all of them, where there was.
    """
    n_ids, n_words, pool_end = counts[N_IDS], counts[N_WORDS], counts[POOL_END]
    n_texts = len(text_starts)
    text = first
    while text < n_texts:
        start, end = text_starts[text], text_ends[text]
        length = end - start
        if (
            n_ids + 2 * length + 2 > len(ids)
            or pool_end + _MOST_GROWTH * length + 64 > len(pool)
            or 2 * (n_words + length) + 64 > len(table)
            or n_words + length + 2 > len(ends)
        ):
            break
        starts[text] = n_ids
        first_id, hidden, run, is_line_start = n_ids, 0, 0, True
        is_disguised = _blanks(data, start, end) >= _MARKER_BLANKS
        has_less, has_equal, has_backslash, has_brace = False, False, False, False
        may_split = False
        size, last, is_mixed, is_whole, is_end = 0, SEPARATING, False, False, False
        low, high = _NOTHING, _NOTHING
        place, before, at, stop = start, np.uint8(0), 0, 0
        while not is_disguised:
            if size == 0 and at >= stop and not is_line_start:
                # Nearly all words are small letters, or begin with one capital, between signs to which
                # no other rule applies: they are read here, eight times as fast.
                while place < end:
                    byte = data[place]
                    if kinds[byte] == SEPARATING:
                        run = run + 1 if 33 <= byte <= 126 or byte == 1 else 0
                        if run >= LONGEST_RUN:
                            is_disguised = True
                            break
                        before = byte
                        place += 1
                        continue
                    if not (97 <= byte <= 122) and not (
                        65 <= byte <= 90 and not _is_in_piece(before)
                    ):
                        break
                    low, high, following = np.uint64(byte | np.uint8(32)), _NOTHING, place + 1
                    while following < end and 97 <= data[following] <= 122:
                        high = high << _8 | low >> _56
                        low = low << _8 | np.uint64(data[following])
                        following += 1
                    width = following - place
                    if width > _PACKED:
                        break
                    if following < end:
                        kind = np.int64(kinds[data[following]])
                        if SEPARATING < kind < NEWLINE or data[following] >= 128:
                            break
                    slot = _slot_of_short(low, high, table, seed, shift)
                    number = np.int64(table[slot, 2]) - 1
                    if number < 0:
                        number = n_words
                        n_words += 1
                        for offset in range(width):
                            pool[pool_end + offset] = data[place + offset] | np.uint8(32)
                        pool_end += width
                        ends[n_words] = pool_end
                        table[slot, 0], table[slot, 1] = low, high
                        table[slot, 2] = np.uint64(n_words)
                    ids[n_ids] = number
                    n_ids += 1
                    run += width
                    if run >= LONGEST_RUN:
                        is_disguised = True
                        break
                    place = following
                    before = data[place - 1]
                low, high = _NOTHING, _NOTHING
                if is_disguised:
                    break
            parts, byte = False, np.uint8(0)
            if at < stop:  # The next character of a folding.
                kind = np.int64(fold_kinds[at])
            elif place < end:
                if is_line_start:
                    is_line_start = False
                    after_marker = _marker_end(data, place, end)
                    if after_marker > place:
                        place, before, run = after_marker, np.uint8(32), 0
                        # It is not the end of the text that separates words there, but a blank.
                        place -= 1
                byte = data[place]
                kind = np.int64(kinds[byte])
                if byte >= 128:
                    code, width = _code_point(data, place)
                    place += width
                    before, run = byte, 0
                    hidden += np.int64(_does_not_show(code))
                    at = np.int64(fold_at[code])
                    stop = at + 1 + np.int64(fold_bytes[at])
                    at += 1
                    is_disguised = hidden >= _HIDDEN
                    continue
                run = run + 1 if 33 <= byte <= 126 or byte == 1 else 0
                is_disguised = run >= LONGEST_RUN
                # Where capitals part words: `aB`, and `a1B` before the digit.
                if kind == CAPITAL:
                    parts = 97 <= before <= 122 or 48 <= before <= 57
                    may_split |= _is_in_piece(before)
                elif kind in (DIGIT, LETTER_LIKE_DIGIT):
                    may_split = True
                    parts = 97 <= before <= 122 and _is_before_capital(data, place + 1, end)
                elif kind == SPECIAL:
                    has_less |= byte == 60
                    # The value of an attribute.
                    has_equal |= byte == 61 and _is_before_quote(data, place + 1, end)
                    has_backslash |= byte == 92
                    has_brace |= byte == 123
                    may_split |= byte == 43
                    is_disguised |= _may_be_disguise(data, place, start, end)
                elif kind == NEWLINE:
                    is_line_start = True
                before = byte
                place += 1
            else:
                kind, is_end = SEPARATING, True
            is_in_word = (kind != SEPARATING and kind < CAPITAL) or kind == CAPITAL
            if size and (not is_in_word or parts or is_whole or kind == IDEOGRAPH):
                if is_mixed:
                    low, high = _plain_letters(pool, pool_end, size)
                if size > _PACKED:
                    low ^= _hash_long(pool, pool_end, size, seed)
                if size > _PACKED:
                    slot = np.int64(_hash_of(low, high, seed) >> shift)
                    slot = _slot_of_long(pool, pool_end, size, table, slot, low, high, ends)
                else:
                    slot = _slot_of_short(low, high, table, seed, shift)
                number = np.int64(table[slot, 2]) - 1
                if number < 0:
                    number = n_words
                    n_words += 1
                    pool_end += size
                    ends[n_words] = pool_end
                    table[slot, 0], table[slot, 1], table[slot, 2] = low, high, np.uint64(n_words)
                    table[slot, 3] = np.uint64(size > _PACKED)
                ids[n_ids] = number
                n_ids += 1
                size, last, is_mixed, is_whole = 0, SEPARATING, False, False
                low, high = _NOTHING, _NOTHING
            if is_end:
                break
            if not is_in_word:
                at += np.int64(at < stop)
                while at < stop and fold_kinds[at] == PART:
                    at += 1
                continue
            own = LETTER if kind == CAPITAL else kind
            is_mixed |= (own == LETTER_LIKE_DIGIT and last == LETTER) or (
                own == LETTER and last == LETTER_LIKE_DIGIT
            )
            last = own
            is_whole = kind == IDEOGRAPH
            if at < stop:
                while True:
                    folded = np.uint64(fold_bytes[at])
                    pool[pool_end + size] = folded
                    high, low = high << _8 | low >> _56, low << _8 | folded
                    size += 1
                    at += 1
                    if at >= stop or fold_kinds[at] != PART:
                        break
                continue
            folded = np.uint64(byte | np.uint8(32) if kind == CAPITAL else byte)
            pool[pool_end + size] = folded
            high, low = high << _8 | low >> _56, low << _8 | folded
            size += 1
            # Most characters are small letters after a letter: no other rule applies to them.
            if own == LETTER:
                following = place
                while following < end and kinds[data[following]] == LETTER:
                    folded = np.uint64(data[following])
                    pool[pool_end + size] = folded
                    high, low = high << _8 | low >> _56, low << _8 | folded
                    size += 1
                    following += 1
                if following > place:
                    run += following - place
                    is_disguised = run >= LONGEST_RUN
                    place = following
                    before = data[place - 1]
        is_disguised |= (has_less and has_equal) or (has_backslash and has_brace)
        is_disguised = is_disguised or (may_split and _may_be_split(data, start, end))
        states[text] = DISGUISED if is_disguised else PLAIN
        if is_disguised:
            n_ids = first_id
        text += 1
        starts[text] = n_ids
    counts[N_IDS], counts[N_WORDS], counts[POOL_END] = n_ids, n_words, pool_end
    return text


@compiled
def _blanks(data: Bytes, start: int, end: int) -> int:
    """Blanks at the start of a text."""
    place = start
    while place < end and (data[place] == 32 or data[place] == 9):
        place += 1
    return place - start


@compiled
def _plain_letters(pool: Bytes, start: int, size: int) -> tuple[np.uint64, np.uint64]:
    """Write the letters that the digits of a word imitate, and return the word as two numbers."""
    low, high = _NOTHING, _NOTHING
    for place in range(start, start + size):
        byte = pool[place]
        if byte == 48:
            byte = np.uint8(111)
        elif byte == 49:
            byte = np.uint8(105)
        elif byte == 51:
            byte = np.uint8(101)
        elif byte == 52:
            byte = np.uint8(97)
        elif byte == 53:
            byte = np.uint8(115)
        elif byte == 55:
            byte = np.uint8(116)
        pool[place] = byte
        high, low = high << _8 | low >> _56, low << _8 | np.uint64(byte)
    return low, high


@compiled
def mark_texts(ids: Ids, starts: Offsets, bits: Bytes, states: Bytes) -> None:
    """Set the state of texts whose words show that they may read in another way.

    Args:
        ids: the words of the texts.
        starts: first word of each text, and the end of the last.
        bits: what each distinct word marks.
        states: states of the texts.
    """
    equals = np.zeros(4, dtype=np.int64)
    for text in range(len(starts) - 1):
        first, end = starts[text], starts[text + 1]
        marks, is_reverse = 0, False
        for place in range(first, end):
            own = bits[ids[place]]
            if own:
                marks += own & MARK
                if own & REVERSE_FIRST and place + 1 < end:
                    is_reverse |= (bits[ids[place + 1]] & REVERSE_SECOND) != 0
        is_marked = is_reverse or marks >= (1 if end - first < _ONE_MARK_WORDS else 2)
        for distance in _FILLER_DISTANCES:
            if is_marked or end - first <= _FILLER_EQUALS * distance:
                break
            equals[:] = 0
            turn = 0
            for place in range(first + distance, end):
                if ids[place] == ids[place - distance]:
                    equals[turn] += 1
                    is_marked |= equals[turn] == _FILLER_EQUALS
                else:
                    equals[turn] = 0
                turn = turn + 1 if turn + 1 < distance else 0
        if is_marked:
            states[text] = DISGUISED
