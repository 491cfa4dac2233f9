"""Contamination: which texts share words with sealed items, by fingerprints alone.

A sealed item is overlapped where one fact, document or file holds enough of its word groups, each
weighed by its rarity within the reserve, or enough of them in a row. Groups that several items
share are the template of a set and weigh nothing; an item that is all template is overlapped by
what holds nearly the whole of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from assay.core.compiled import is_available
from assay.core.errors import UsageError
from assay.records.evidence import TextSpan
from assay.reserve.canonical_text import (
    SEPARATOR,
    canonical,
    cut,
    is_simple,
    places,
    words,
)
from assay.reserve.ciphers import BEFORE_IN_REVERSE, IN_REVERSE, reads_backwards
from assay.reserve.compared import Compared, Strings
from assay.reserve.disguised_readings import BUDGET_TIMES, Encoded, readings
from assay.reserve.fingerprint import GROUP, METHOD, Hasher, Hashes, from_text
from assay.reserve.overlap import Overlap
from assay.reserve.sealing import Fingerprint, Sealing

if TYPE_CHECKING:
    from assay.reserve.screen import GroupTables, Screen

CONTAINMENT = 0.3
"""Share of an item's weight from which a text overlaps it. With groups of five words this found
all verbatim and reformatted leaks and 94 of 100 half quotations at a precision of .98."""

WHOLE = 0.9
"""The same share for an item that is all template, or differs from it in one place."""

RUN = 13
"""Words in a row from which a text overlaps an item, as in the reports on large pretraining sets."""

SHORT = GROUP + 8
"""Items of fewer words need `SHORT_CONTAINMENT`, since a few common groups are most of them."""

SHORT_CONTAINMENT = 0.7
"""The same share for short items."""

TEMPLATE_SHARE, TEMPLATE_LEAST = 0.02, 2
"""A group that more items than this share, and at least this number, have in common is template."""

SHOWN_SPANS = 5
"""Matched spans that one overlap shows; the longest ones."""

BATCH_WORDS = 50_000
"""Words that are hashed at once: enough that the hash costs a tenth of a microsecond a group."""

SCREENED_THINGS, SCREENED_CHARACTERS = 8_192, 16_000_000
"""Things, and characters in them, that compiled kernels screen at once, at most."""

LEAST_SCREENED = 4_000
"""Things from which an index has them screened by compiled kernels: loading these costs as much as
comparing some thousand things without them."""

REREAD_TIMES = 2
"""Budget of what a reading reads as, in times its length; see `BUDGET_TIMES`."""

ONE_MARK_WORDS = 64
"""Words up to which a text with one mark of a disguise is read again."""

FILLER_DISTANCES, FILLER_TIMES = (2, 3, 4), 6
"""Distances in words, and how often a word must recur at one of them to count as filler."""

_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))

ROUNDING = 1e-12
"""Shares this far below a threshold reach it: a sum of weights depends on its order."""

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class _TextPiece(NamedTuple):
    """One text, or what a stretch of it encodes."""

    owner: int
    """Number in the batch of the thing that it is in."""
    pointer: str
    text: str
    encoded: Encoded | None = None

    def with_reading(self, reading: Encoded) -> "_TextPiece":
        """The same piece as it reads in another way."""
        if self.encoded:  # Places in a reading are not places in the text.
            reading = reading._replace(start=self.encoded.start, end=self.encoded.end)
        return self._replace(encoded=reading)


class ReserveIndex:
    """The fingerprints of a reserve, ready to compare with."""

    def __init__(
        self, parts: Sequence[Fingerprint], key: bytes, commitments: tuple[str, ...] = ()
    ) -> None:
        """Index fingerprints that were made with the gate's key."""
        self.commitments = commitments
        """Commitments of the sealings that they are of, in their order of entry."""
        self._hasher = Hasher(key)
        names = {part.item: part.reserve for part in parts}
        self.items = len({part.item for part in parts if part.words})
        """Sealed items with words, which texts can be compared with."""
        self.wordless = len(names) - self.items
        """Sealed items without a word: nothing can be compared with them."""
        self.sealed = dict(sorted(Counter(names.values()).items()))
        """Reserve -> its sealed items."""
        self._compared = 0
        self._items = [part.item for part in parts]
        self._index = _GroupIndex(parts, len(names))
        self._short = sorted({part.words for part in parts if 0 < part.words < GROUP})

    def overlaps(self, things: Iterable[Compared]) -> Iterator[tuple[Overlap, ...]]:
        """For each thing the sealed items that it overlaps, the strongest first.

        Things are hashed in batches; what comes out has the order of what goes in.
        """
        for batch in _screened_parts(things):
            self._compared += len(batch.things)
            if self._compared >= LEAST_SCREENED and is_available() and self._index.keys.size:
                yield from self._screened(batch)
            else:
                yield from self._compare_closely(batch.things)

    def _screened(self, batch: "_ScreenedPart") -> Iterator[tuple[Overlap, ...]]:
        """The overlaps of a batch, of which kernels have shown that most things have none."""
        closer = self._screen.may_overlap(batch.things, batch.packed).tolist()
        overlaps = self._compare_closely(
            [thing for thing, is_closer in zip(batch.things, closer, strict=True) if is_closer]
        )
        for is_closer in closer:
            yield next(overlaps) if is_closer else ()

    @cached_property
    def _screen(self) -> "Screen":
        from assay.reserve.screen import Screen  # noqa: PLC0415  loads the compiler

        return Screen(self._hasher, self._index.tables(tuple(self._short)))

    def _compare_closely(self, things: Iterable[Compared]) -> Iterator[tuple[Overlap, ...]]:
        """The overlaps of things, without the kernels."""
        for batch in _parts(things):
            yield from self._batch(batch)

    def _batch(self, batch: Sequence[Compared]) -> Iterator[tuple[Overlap, ...]]:
        by_owner: dict[int, dict[str, Overlap]] = {}
        if self._index.keys.size:
            for owner, overlap in self._overlaps_in(batch):
                of_owner = by_owner.setdefault(owner, {})
                stronger = of_owner.get(overlap.item)
                if stronger is None or overlap.containment > stronger.containment:
                    of_owner[overlap.item] = overlap
        for owner in range(len(batch)):
            of_owner = by_owner.get(owner, {})
            yield tuple(
                sorted(of_owner.values(), key=lambda overlap: (-overlap.containment, overlap.item))
            )

    def _overlaps_in(self, batch: Sequence[Compared]) -> Iterator[tuple[int, Overlap]]:
        """What the things of a batch overlap, with the thing's number."""
        joined = _Joined(batch, self._hasher)
        for match in self._index.matches(joined, self._hits(joined)):
            runs = _runs(match.spots)
            longest = max(last - first for first, last in runs)
            if match.share >= match.needed - ROUNDING:
                rule = f"containment {match.share:.2f}, at least {match.needed}"
            elif longest >= RUN:
                rule = f"{longest} words in a row, at least {RUN}"
            else:
                continue
            overlap = Overlap(
                holder=batch[match.owner].holder,
                item=self._items[match.part],
                containment=round(match.share, 4),
                longest_run=longest,
                rule=rule,
                spans=joined.spans(runs),
                decoded=joined.decoded_words(runs),
            )
            yield match.owner, overlap

    def _hits(self, joined: "_Joined") -> Iterator["_Hits"]:
        """Groups that a fingerprint has, by the size of the group."""
        for size in (*self._short, GROUP):
            if len(joined.blocks) >= size:
                groups = self._hasher.groups(joined.blocks, size)
                keys = self._index.find(groups)
                places = np.flatnonzero((keys >= 0) & joined.starts(size))
                yield _Hits(size, places, keys[places])


class _ScreenedPart(NamedTuple):
    """Things that are screened at once."""

    things: list[Compared]
    packed: list[bytes | None]
    """The value of each in MessagePack, where it has one."""


def _screened_parts(things: Iterable[Compared]) -> Iterator[_ScreenedPart]:
    """Things in lists of so many, or so many characters."""
    part = _ScreenedPart([], [])
    characters = 0
    for thing in things:
        packed = thing.packed()
        part.things.append(thing)
        part.packed.append(packed)
        characters += _characters(thing) if packed is None else len(packed)
        if len(part.things) >= SCREENED_THINGS or characters >= SCREENED_CHARACTERS:
            yield part
            part, characters = _ScreenedPart([], []), 0
    if part.things:
        yield part


def _parts(things: Iterable[Compared]) -> Iterator[list[Compared]]:
    """Things in lists of about as many words as are hashed at once."""
    part: list[Compared] = []
    characters = 0
    for thing in things:
        part.append(thing)
        characters += _characters(thing)
        if len(part) >= BATCH_WORDS or characters >= 5 * BATCH_WORDS:
            yield part
            part, characters = [], 0
    if part:
        yield part


def _characters(thing: Compared) -> int:
    return sum(len(text) for _, text in thing.strings)


class _Hits(NamedTuple):
    """Groups of one size that a fingerprint has."""

    size: int
    places: Integers
    """Number of each one's first word."""
    keys: Integers
    """Number of each one's key in the index."""


class _Match(NamedTuple):
    """Groups of one fingerprint in one thing, as many as may make an overlap."""

    owner: int
    part: int
    share: float
    needed: float
    spots: list[tuple[int, int]]
    """First word of each group and its size, in order."""


class _GroupIndex:
    """Groups of all fingerprints with their weights and the fingerprints that have them."""

    def __init__(self, parts: Sequence[Fingerprint], n_items: int) -> None:
        groups = [from_text(part.grams) for part in parts]
        lengths = np.array([len(own) for own in groups], dtype=np.int64)
        whole = np.concatenate([np.empty(0, dtype=np.uint64), *groups])
        part_of = np.repeat(np.arange(len(parts)), lengths)
        # Groups of all fingerprints are in one sorted array, in which a batch of texts is looked up
        # at once.
        self.keys, key_of, counts = np.unique(whole, return_inverse=True, return_counts=True)
        """Every group once, sorted."""
        self._weights = _weights(key_of, _item_of(parts)[part_of], counts, n_items)
        weights = np.bincount(part_of, self._weights[key_of], minlength=len(parts))
        self._has_own = weights > 0
        # Template is left out, except of an item that has nothing else.
        counted = (self._weights[key_of] > 0) | ~self._has_own[part_of]
        order = np.argsort(key_of[counted], kind="stable")
        self._parts_of = part_of[counted][order]
        self._starts = np.searchsorted(key_of[counted][order], np.arange(len(self.keys) + 1))
        n_words = np.array([part.words for part in parts], dtype=np.int64)
        own = np.bincount(part_of, self._weights[key_of] > 0, minlength=len(parts))
        self._needed = np.where(n_words < SHORT, SHORT_CONTAINMENT, CONTAINMENT)
        # One word is in five groups: an item with so few groups of its own differs from a template
        # in one place.
        self._needed[(own <= GROUP) & (n_words >= SHORT)] = WHOLE
        self._needed[~self._has_own] = WHOLE
        self._least = np.where((own > GROUP) & (n_words >= SHORT), GROUP + 1, 1)
        self._total = np.where(self._has_own, weights, lengths)

    def tables(self, short_sizes: tuple[int, ...]) -> "GroupTables":
        """The same for the compiled kernels."""
        from assay.reserve.screen import GroupTables  # noqa: PLC0415  loads the compiler

        return GroupTables(
            keys=self.keys,
            part_starts=self._starts,
            parts_of=self._parts_of,
            weights=self._weights,
            has_own=self._has_own,
            needed=self._needed,
            least=self._least,
            total=self._total.astype(np.float64),
            many=RUN - GROUP,
            slack=2 * ROUNDING,
            short_sizes=short_sizes,
        )

    def find(self, groups: Hashes) -> Integers:
        """The number of each group's key; -1 where no fingerprint has it."""
        at = np.minimum(np.searchsorted(self.keys, groups), self.keys.size - 1)
        return np.where(self.keys[at] == groups, at, -1)

    def matches(self, joined: "_Joined", hits: Iterable[_Hits]) -> Iterator[_Match]:
        """The fingerprints of which a thing has so much that it may overlap the item."""
        some = list(hits)
        if not some:  # Fewer words than the smallest group has.
            return
        places = np.concatenate([hits_of_size.places for hits_of_size in some])
        keys = np.concatenate([hits_of_size.keys for hits_of_size in some])
        sizes = np.repeat(
            [hits_of_size.size for hits_of_size in some],
            [len(hits_of_size.places) for hits_of_size in some],
        )
        counts = self._starts[keys + 1] - self._starts[keys]
        row = np.repeat(np.arange(len(keys)), counts)
        offset = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        parts = self._parts_of[self._starts[keys[row]] + offset]
        pairs, pair_of = np.unique(
            joined.owners[places[row]] * len(self._total) + parts, return_inverse=True
        )
        owners, part_of = np.divmod(pairs, len(self._total))
        share, distinct = self._shares(pair_of, keys[row], part_of)
        enough = share >= self._needed[part_of] - ROUNDING
        enough &= distinct >= self._least[part_of]
        enough |= self._has_own[part_of] & (distinct > RUN - GROUP)
        by_pair = row[np.argsort(pair_of, kind="stable")]
        ends = np.cumsum(np.bincount(pair_of, minlength=len(pairs)))
        for pair in np.flatnonzero(enough).tolist():
            mine = by_pair[ends[pair - 1] if pair else 0 : ends[pair]]
            yield _Match(
                int(owners[pair]),
                int(part_of[pair]),
                float(share[pair]),
                float(self._needed[part_of[pair]]),
                sorted(zip(places[mine].tolist(), sizes[mine].tolist(), strict=True)),
            )

    def _shares(
        self, pair_of: Integers, keys: Integers, part_of: Integers
    ) -> tuple[Floats, Integers]:
        """The share of each fingerprint's weight that a thing has, and its number of groups."""
        # A group counts once, however often the text repeats it.
        once = np.unique(pair_of * len(self.keys) + keys)
        pair, key = np.divmod(once, max(1, len(self.keys)))
        weight = np.where(self._has_own[part_of[pair]], self._weights[key], 1.0)
        held = np.bincount(pair, weight, minlength=len(part_of))
        return held / self._total[part_of], np.bincount(pair, minlength=len(part_of))


def _item_of(parts: Sequence[Fingerprint]) -> Integers:
    """The number of each fingerprint's item."""
    numbers = {item: number for number, item in enumerate({part.item: None for part in parts})}
    return np.array([numbers[part.item] for part in parts], dtype=np.int64)


def _weights(key_of: Integers, item_of: Integers, counts: Integers, n_items: int) -> Floats:
    """The weight of every group: the logarithm of its rarity; 0 for template."""
    once = np.unique(key_of * max(1, n_items) + item_of) // max(1, n_items)
    items = np.bincount(once, minlength=len(counts))
    template = (items >= TEMPLATE_LEAST) & (items > TEMPLATE_SHARE * n_items)
    return np.where(template, 0.0, np.log1p(n_items / items))


class _Joined:
    """The words of many texts in a row; groups may run over neighbours in one field of one thing."""

    def __init__(self, batch: Sequence[Compared], hasher: Hasher) -> None:
        self._pieces: list[_TextPiece] = []
        self._streams: list[int] = []
        texts: list[str] = []
        for owner, thing in enumerate(batch):
            simple = is_simple([text for _, text in thing.strings])
            for field in _fields(owner, thing.strings, read_too=not simple):
                texts += [_text(piece, simple=simple) for piece in field]
                self._add(field)
        first_words = _words_of(texts, hasher)
        more = list(_group_by_field(self._read_again(texts, first_words, hasher)))
        for field in more:
            self._add(field)
        again = _words_of([_text(piece) for field in more for piece in field], hasher)
        hasher.marks()
        self._piece_of = np.concatenate([first_words.piece_of, again.piece_of + len(texts)])
        self.blocks = np.concatenate([first_words.blocks, again.blocks])
        """The block of every word."""
        self._stream_of = np.array(self._streams, dtype=np.int64)[self._piece_of]
        self.owners = np.array([thing.owner for thing in self._pieces], np.int64)[self._piece_of]
        """The thing that every word is in."""
        self._lengths = np.bincount(self._piece_of, minlength=len(self._pieces))
        self._first = np.cumsum(self._lengths) - self._lengths

    def _add(self, field: Sequence[_TextPiece]) -> None:
        self._streams += [len(self._pieces)] * len(field)
        self._pieces += field

    def _read_again(
        self, texts: Sequence[str], first_words: "_Words", hasher: Hasher
    ) -> Iterator[_TextPiece]:
        """Readings of those texts whose words show that they are disguised."""
        marks = hasher.marks()
        marked = set(_texts_with_marks(first_words, marks).tolist()) if marks.size else set()
        marked |= {
            number for number in _in_reverse(first_words, hasher) if reads_backwards(texts[number])
        }
        for number in sorted(marked):
            piece = self._pieces[number]
            times = REREAD_TIMES if piece.encoded else BUDGET_TIMES
            text = piece.encoded.text if piece.encoded else piece.text
            for reading in readings(text, marked=True, times=times):
                yield piece.with_reading(reading)
        for number, fillers in _fillers(first_words).items():
            left = " ".join(
                word
                for word, block in zip(
                    cut(texts[number].lower()), first_words.of(number), strict=True
                )
                if block not in fillers
            )
            piece = self._pieces[number]
            yield piece.with_reading(Encoded(left, 0, len(piece.text), "filled"))

    def starts(self, size: int) -> npt.NDArray[np.bool_]:
        """Where a group of so many words may start: inside a field; a short one is a whole text."""
        n_groups = len(self.blocks) - size + 1
        if size == GROUP:
            inside: npt.NDArray[np.bool_] = (
                self._stream_of[:n_groups] == self._stream_of[size - 1 : size - 1 + n_groups]
            )
            return inside
        whole = np.zeros(n_groups, dtype=np.bool_)
        whole[self._first[self._lengths == size]] = True
        return whole

    def spans(self, runs: Sequence[tuple[int, int]]) -> tuple[TextSpan, ...]:
        """The longest runs as spans of the texts that they are in, in their order."""
        longest = sorted(runs, key=lambda run: run[0] - run[1])[:SHOWN_SPANS]
        spans = {_span(*part) for first, last in longest for part in self._cut(first, last)}
        return tuple(sorted(spans, key=lambda span: (span.pointer, span.start)))

    def decoded_words(self, runs: Sequence[tuple[int, int]]) -> str:
        """The longest run of words that an encoded stretch holds; empty where none does."""
        parts = (part for first, last in runs for part in self._cut(first, last))
        texts = (
            " ".join(words(piece.encoded.text)[first:last])
            for piece, first, last in parts
            if piece.encoded
        )
        return max(texts, key=len, default="")

    def _cut(self, first: int, last: int) -> Iterator[tuple[_TextPiece, int, int]]:
        """A run of words by text: the text, its first word and the one after the last."""
        for number in range(self._piece_of[first], self._piece_of[last - 1] + 1):
            start = int(self._first[number])
            end = start + int(self._lengths[number])
            if start < end:
                yield self._pieces[number], max(first, start) - start, min(last, end) - start


class _Words(NamedTuple):
    """The words of some texts in a row."""

    blocks: Hashes
    """The block of every word."""
    piece_of: Integers
    """The number of the text that every word is in."""

    def of(self, number: int) -> list[int]:
        """The blocks of one text."""
        first, last = np.searchsorted(self.piece_of, [number, number + 1])
        return [int(block) for block in self.blocks[first:last]]


def _words_of(texts: Sequence[str], hasher: Hasher) -> _Words:
    blocks = hasher.blocks(cut(SEPARATOR.join(texts).lower()))
    inside = blocks != hasher.blocks([SEPARATOR])[0]
    return _Words(blocks[inside], np.cumsum(~inside)[inside])


def _texts_with_marks(text_words: _Words, marks: Hashes) -> Integers:
    """The numbers of texts with marks of a disguise; long ones need two of them."""
    lengths = np.bincount(text_words.piece_of)
    hits = np.bincount(
        text_words.piece_of[np.isin(text_words.blocks, marks)], minlength=len(lengths)
    )
    return np.flatnonzero(hits >= np.where(lengths < ONE_MARK_WORDS, 1, 2))


def _in_reverse(text_words: _Words, hasher: Hasher) -> set[int]:
    """The numbers of texts in which words follow each other as they do in reverse."""
    first, *second = hasher.blocks([IN_REVERSE, *BEFORE_IN_REVERSE])
    at = np.flatnonzero(text_words.blocks[:-1] == first)
    return set(text_words.piece_of[at[np.isin(text_words.blocks[at + 1], second)]].tolist())


def _fillers(text_words: _Words) -> dict[int, set[int]]:
    """Number of a text -> blocks of words that recur in it at an even distance, between others."""
    fillers: dict[int, set[int]] = {}
    for distance in FILLER_DISTANCES:
        starts = len(text_words.blocks) - (FILLER_TIMES - 1) * distance
        if starts <= 0:
            break
        same = text_words.blocks[:-distance] == text_words.blocks[distance:]
        hits = text_words.piece_of[:starts] == text_words.piece_of[-starts:]
        for nth in range(FILLER_TIMES - 1):
            hits &= same[nth * distance : nth * distance + starts]
        for at in np.flatnonzero(hits).tolist():
            fillers.setdefault(int(text_words.piece_of[at]), set()).add(int(text_words.blocks[at]))
    return fillers


def _text(piece: _TextPiece, *, simple: bool = False) -> str:
    """The canonical text of a piece; a simple one is in that form but for capitals."""
    if piece.encoded:
        return canonical(piece.encoded.text)
    if simple:
        return piece.text
    return _kept_canonical(piece.text) if _is_kept(piece.text) else canonical(piece.text)


def _fields(owner: int, strings: Strings, *, read_too: bool) -> Iterator[list[_TextPiece]]:
    """The texts of a thing, those of one field of a list together, and their readings."""
    pieces = [_TextPiece(owner, pointer, text) for pointer, text in strings]
    if read_too:
        pieces += [
            piece.with_reading(reading) for piece in pieces for reading in _readings_of(piece.text)
        ]
    yield from _group_by_field(pieces)


def _readings_of(text: str) -> Iterable[Encoded]:
    """The readings of a text; those of short texts are kept.

    Names, licences and prompts recur from record to record, and a gate, a release and a check compare
    the same records one after the other.
    """
    return _kept_readings(text) if _is_kept(text) else readings(text)


@lru_cache(maxsize=20_000)
def _kept_readings(text: str) -> tuple[Encoded, ...]:
    return tuple(readings(text))


@lru_cache(maxsize=20_000)
def _kept_canonical(text: str) -> str:
    return canonical(text)


def _is_kept(text: str) -> bool:
    return len(text) <= _MOST_KEPT_CHARACTERS


_MOST_KEPT_CHARACTERS = 1_000
"""Characters of the longest text whose readings are kept: all that are kept take some 20 MB at most."""


def _group_by_field(pieces: Iterable[_TextPiece]) -> Iterator[list[_TextPiece]]:
    """Pieces of one field of one thing, and in one disguise, together."""
    fields: dict[tuple[int, str, str], list[_TextPiece]] = {}
    for piece in pieces:
        way = piece.encoded.way if piece.encoded else ""
        fields.setdefault((piece.owner, piece.pointer.translate(_NO_DIGITS), way), []).append(piece)
    yield from fields.values()


def _runs(spots: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """First word and the one after the last of every run of groups.

    Args:
        spots: first word and size of each group, in order.
    """
    runs: list[tuple[int, int]] = []
    for place, size in spots:
        if runs and place < runs[-1][1] and place == runs[-1][1] - size + 1:
            runs[-1] = runs[-1][0], place + size
        else:
            runs.append((place, place + size))
    return runs


def _span(piece: _TextPiece, first: int, last: int) -> TextSpan:
    """The words of a text from one to another; the whole of an encoded stretch."""
    if piece.encoded:
        start, end = piece.encoded.start, piece.encoded.end
        return TextSpan(pointer=piece.pointer, start=start, end=end, quote=piece.text[start:end])
    spots = places(piece.text)
    start, end = spots[first][0], spots[last - 1][1]
    return TextSpan(pointer=piece.pointer, start=start, end=end, quote=piece.text[start:end])


def is_usable(sealing: Sealing, check: str) -> bool:
    """Whether texts can be compared with the fingerprints of a sealing.

    Args:
        sealing: the sealing.
        check: the check of the gate's key.
    """
    return sealing.method == METHOD and sealing.salt_check == check


def require_same_key(sealed: Iterable[Sealing], check: str) -> None:
    """Refuse to compare fingerprints with texts that are hashed in another way.

    Args:
        sealed: the sealings whose fingerprints are compared with.
        check: the check of the gate's key.

    Raises:
        UsageError: if key or method differ, since nothing would be found and all would look clean.
    """
    for sealing in sealed:
        if sealing.method != METHOD:
            raise UsageError(
                code="older-fingerprints",
                message=f"the reserve was sealed by the method {sealing.method!r}, which is no longer "
                f"compared with; this version uses {METHOD!r}",
                where=sealing.id,
                hint="make the fingerprints again from the vault: assay reserve renew",
            )
        if sealing.salt_check != check:
            raise UsageError(
                code="other-key",
                message="the reserve was sealed under another key of the gate, so its fingerprints "
                "compare with nothing",
                where=sealing.id,
                hint="bring back the key under which the reserve was sealed, or make the "
                "fingerprints again from the vault: assay reserve renew",
            )
