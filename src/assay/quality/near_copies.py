"""Near copies: items whose texts are the same but for case, punctuation or a few words.

Every candidate pair that the bands of MinHash values give is verified by the groups of words that its
texts truly share. Clusters do not chain: each copy was compared with the item that stands for it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay.core.compiled import is_available
from assay.quality.copy_rule import (
    BANDS,
    GROUP,
    SAME_ITEM,
    SAME_TEXT,
    SHORT,
    Codes,
    Numbers,
    Offsets,
    TextTable,
)
from assay.quality.copy_sketches import Sketched, sketch
from assay.records.candidate import candidate_text
from assay.records.record import Record

MOST_COMPARED = 64
"""First items of one bucket that an item is compared with: of a template shared by more, not all are."""

FEWEST_COMPILED = 4_000
"""Items from which compiled kernels are used, where they are installed: loading them takes a second."""

_CHUNK_ITEMS, _CHUNK_CHARACTERS = 1024, 1 << 20  # What is sketched at once stays in the cache.
_WAITING_CHARACTERS = 1 << 26
_PLACE_BITS = (BANDS - 1).bit_length()


class Clustering(NamedTuple):
    """Which items are near copies of which."""

    firsts: dict[int, int]
    """Row of each item -> row of the item that it is a copy of, or its own."""
    passed_over: int
    """Items that later ones were not compared with in one of their buckets, as it was full."""
    pairs: int
    """Candidate pairs that were verified."""

    @property
    def distinct(self) -> int:
        """How many items are no near copies of one that comes before them, by their texts' hashes."""
        return len(set(self.firsts.values()))


class NearCopies:
    """Items of which near copies count once, in whatever order they are taken in."""

    def __init__(self) -> None:
        """Start without items."""
        self._texts: list[str] = []
        self._counts: list[int] = []
        self._whole: list[bool] = []
        self._characters = 0
        self._sketched: list[Sketched] = []
        self._n_items = 0
        self._compiles = False
        self._joined: Sketched | None = None

    def __len__(self) -> int:
        return self._n_items

    def add(self, record: Record) -> int:
        """Take in one item, and give its row: 0 for the first, then one more each.

        A shared task or a shared answer makes no copies of the rest: the tasks must be near copies, and
        each candidate one of a candidate of the other.
        """
        task = "\n".join(message.content for message in record.task.messages)
        if record.attachments:
            # One question about two pictures is two items: their texts alone make no copy.
            files = [held.digest or held.address or "" for held in record.attachments]
            task = "\n".join([task, *files])
        answers = [candidate_text(candidate) for candidate in record.candidates]
        self._texts.append(task)
        self._texts += answers
        self._counts.append(1 + len(answers))
        self._whole.append(bool(record.attachments))
        self._whole += [False] * len(answers)
        self._characters += len(task) + sum(map(len, answers))
        self._n_items += 1
        items, characters = (
            (_CHUNK_ITEMS, _CHUNK_CHARACTERS)
            if self._compiles
            else (FEWEST_COMPILED, _WAITING_CHARACTERS)
        )
        if len(self._counts) >= items or self._characters >= characters:
            self._sketch()
        return self._n_items - 1

    def among(self, rows: Sequence[int] | None = None) -> Clustering:
        """Cluster items.

        Args:
            rows: their rows; all items where absent.
        """
        sketched = self.sketched()
        chosen = np.arange(self._n_items) if rows is None else np.array(rows, dtype=np.int64)
        return _cluster(sketched, chosen, is_compiled=self._compiles)

    def equal_to(self, row: int, rows: Iterable[int]) -> list[int]:
        """Those of some rows whose texts are those of an item but for case and punctuation."""
        texts = self.sketched().texts
        return [other for other in rows if _words_of(texts, other) == _words_of(texts, row)]

    def keys(self) -> npt.NDArray[np.int64]:
        """Of each item keys, one a band: near copies share at least one, wherever they are compared."""
        bands = self.sketched().bands
        places = np.arange(bands.shape[1], dtype=np.uint64)
        # The place takes the lowest bits, so that a value is a key of its own band alone.
        return (bands << np.uint64(_PLACE_BITS) | places).view(np.int64)

    def _sketch(self) -> None:
        texts, counts, whole = self._texts, self._counts, self._whole
        enough = len(counts) >= FEWEST_COMPILED
        self._compiles = self._compiles or (enough and is_available())
        at = 0
        for first in range(0, len(counts), _CHUNK_ITEMS):
            some = counts[first : first + _CHUNK_ITEMS]
            end = at + sum(some)
            self._sketched.append(
                sketch(texts[at:end], some, whole[at:end], is_compiled=self._compiles)
            )
            self._joined, at = None, end
        self._texts, self._counts, self._whole, self._characters = [], [], [], 0

    def sketched(self) -> Sketched:
        """The sketches of all items, by their rows."""
        self._sketch()
        if self._joined is None:
            self._joined = _join(self._sketched)
            self._sketched = [self._joined]
        return self._joined


def _join(parts: Sequence[Sketched]) -> Sketched:
    """Sketches of all parts, one after another."""
    if not parts:
        return sketch([], [], [], is_compiled=False)
    if len(parts) == 1:
        return parts[0]
    tables = [part.texts for part in parts]
    texts = TextTable(
        np.concatenate([table.exact for table in tables]),
        np.concatenate([table.words for table in tables]),
        np.concatenate([table.groups for table in tables]),
        _join_starts([table.group_starts for table in tables]),
        _join_starts([table.item_starts for table in tables]),
    )
    return Sketched(texts, np.concatenate([part.bands for part in parts]))


def _join_starts(parts: Sequence[Offsets]) -> Offsets:
    ends = np.cumsum([0, *(part[-1] for part in parts)])
    moved = [part[:-1] + end for part, end in zip(parts, ends, strict=False)]
    return np.concatenate([*moved, ends[-1:]])


def _cluster(sketched: Sketched, rows: Offsets, *, is_compiled: bool) -> Clustering:
    texts = sketched.texts
    exact = _exact_of_items(texts)[rows]
    # The order is that of the hashes of the texts, so that it does not depend on that of the records.
    order = rows[np.argsort(exact, kind="stable")]
    ordered = np.sort(exact)
    is_first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    items = order[is_first]
    buckets, member_starts = _buckets(sketched.bands[items])
    compared = np.flatnonzero((buckets >= 0).any(axis=1))
    firsts = np.arange(len(items))
    passed_over = pairs = 0
    if len(compared):
        own = np.empty(len(compared), dtype=np.int64)
        find = _compiled_cluster if is_compiled else _interpreted_cluster
        passed_over, pairs = find(items[compared], buckets[compared], member_starts, texts, own)
        firsts[compared] = compared[own]
    first_rows = items[firsts][np.cumsum(is_first) - 1]
    return Clustering(
        dict(zip(order.tolist(), first_rows.tolist(), strict=True)), passed_over, pairs
    )


def _exact_of_items(texts: TextTable) -> Numbers:
    """One hash of all texts of each item, in their order."""
    out = np.zeros(len(texts.item_starts) - 1, dtype=np.uint64)
    firsts, counts = texts.item_starts[:-1], np.diff(texts.item_starts)
    factor, shift = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
    for place in range(int(counts.max(initial=0))):
        there = np.flatnonzero(counts > place)
        mixed = (out[there] ^ texts.exact[firsts[there] + place]) * factor
        out[there] = mixed ^ (mixed >> shift)
    return out


def _buckets(bands: Numbers) -> tuple[Offsets, Offsets]:
    """The bucket of each item in each band, -1 where it is alone; and room for first items of each."""
    out = np.full(bands.shape, -1, dtype=np.int64)
    sizes: list[Offsets] = []
    n_buckets = 0
    for band in range(bands.shape[1]):
        values = bands[:, band]
        order = np.argsort(values)
        ordered = values[order]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
        counts = np.diff(np.append(starts, len(ordered)))
        shared = counts > 1
        numbers = np.where(shared, n_buckets + np.cumsum(shared) - 1, -1)
        out[order, band] = np.repeat(numbers, counts)
        sizes.append(np.minimum(counts[shared], MOST_COMPARED))
        n_buckets += int(shared.sum())
    return out, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.concatenate(sizes))])


def _compiled_cluster(
    items: Offsets, buckets: Offsets, member_starts: Offsets, texts: TextTable, firsts: Offsets
) -> tuple[int, int]:
    from assay.quality import copy_kernels  # noqa: PLC0415  numba need not be there

    longest = int(np.diff(texts.group_starts).max(initial=0))
    return copy_kernels.cluster(items, buckets, member_starts, texts, longest, firsts)


def _interpreted_cluster(
    items: Offsets, buckets: Offsets, member_starts: Offsets, texts: TextTable, firsts: Offsets
) -> tuple[int, int]:
    members: dict[int, list[int]] = {}
    room = np.diff(member_starts)
    passed_over = pairs = 0
    for place in range(len(items)):
        own = [bucket for bucket in buckets[place].tolist() if bucket >= 0]
        candidates = sorted({other for bucket in own for other in members.get(bucket, ())})
        firsts[place] = place
        for other in candidates:
            pairs += 1
            if _is_near(texts, int(items[place]), int(items[other])):
                firsts[place] = other
                break
        if firsts[place] != place:
            continue
        is_whole = True
        for bucket in own:
            first_items = members.setdefault(bucket, [])
            if len(first_items) < room[bucket]:
                first_items.append(place)
            else:
                is_whole = False
        passed_over += not is_whole
    return passed_over, pairs


def _words_of(texts: TextTable, row: int) -> bytes:
    return texts.exact[texts.item_starts[row] : texts.item_starts[row + 1]].tobytes()


def _is_near(texts: TextTable, one: int, other: int) -> bool:
    """Whether the tasks are near copies, and each candidate is one of a candidate of the other."""
    own, others = (
        range(texts.item_starts[item], texts.item_starts[item + 1]) for item in (one, other)
    )
    if (len(own) == 1) != (len(others) == 1):
        return False
    task = _shared_words(texts, own[0], others[0])
    if min(task) < 0:
        return False
    answers = [
        [_shared_words(texts, text, other_text) for other_text in others[1:]] for text in own[1:]
    ]
    covered = [max(shared for shared, _ in row) for row in answers]
    reverse = [max(shared for _, shared in column) for column in zip(*answers, strict=True)]
    return _is_covered(texts, own, [task[0], *covered]) and _is_covered(
        texts, others, [task[1], *reverse]
    )


def _is_covered(texts: TextTable, own: range, covered: Sequence[int]) -> bool:
    """Whether each text of an item has a near copy, and enough words of all together are shared."""
    least, of = SAME_ITEM
    words = int(texts.words[own.start : own.stop].sum())
    return min(covered) >= 0 and sum(covered) * of >= words * least


def _shared_words(texts: TextTable, one: int, other: int) -> tuple[int, int]:
    """How many words of each text the other shares; -1 where they are no near copies."""
    words, other_words = int(texts.words[one]), int(texts.words[other])
    if texts.exact[one] == texts.exact[other] and words == other_words:
        return words, words
    if min(words, other_words) < SHORT:
        return -1, -1
    groups, other_groups = (
        texts.groups[texts.group_starts[text] : texts.group_starts[text + 1]]
        for text in (one, other)
    )
    least, of = SAME_TEXT
    covered = _covered(groups, other_groups)
    if covered * of < words * least:
        return -1, -1
    reverse = _covered(other_groups, groups)
    return (covered, reverse) if reverse * of >= other_words * least else (-1, -1)


def _covered(groups: Codes, others: Codes) -> int:
    """How many words stand in passages of three or more that the other text has too."""
    others = np.sort(others)
    shared = others[np.minimum(others.searchsorted(groups), len(others) - 1)] == groups
    covered = np.zeros(len(groups) + GROUP - 1, dtype=np.bool_)
    for place in range(GROUP):
        covered[place : place + len(groups)] |= shared
    return int(np.count_nonzero(covered))
