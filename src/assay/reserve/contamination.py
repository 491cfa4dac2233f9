"""Contamination: which records share text with sealed items, by fingerprints alone.

A sealed item counts as overlapped when a record holds enough of its word groups, each weighed by
its rarity within the reserve, or enough of them in a row. Groups that many items share are the
template of a set and weigh nothing. Paraphrase and translation are not looked for.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from assay.core.errors import UsageError
from assay.records.evidence import TextSpan
from assay.records.record import Record
from assay.reserve.fingerprint import (
    GROUP,
    Hasher,
    Hashes,
    from_text,
    places,
    texts_of,
    words,
)
from assay.reserve.overlap import Overlap
from assay.reserve.sealing import Fingerprint

CONTAINMENT = 0.3
"""Share of an item's weight from which a record overlaps it. With groups of five words this found
all verbatim and reformatted leaks and 94 of 100 half quotations at a precision of .98."""

RUN = 13
"""Words in a row from which a record overlaps an item, as in the reports on large pretraining sets."""

SHORT = GROUP + 8
"""Items of fewer words need `SHORT_CONTAINMENT`, since a few common groups are most of them."""

SHORT_CONTAINMENT = 0.7
"""The same share for short items."""

TEMPLATE_SHARE, TEMPLATE_LEAST = 0.02, 5
"""A group that more items than this share, and more than this number, have in common is template."""

SHOWN_SPANS = 5
"""Matched spans that are kept for one overlap; the longest ones."""


class _Part(msgspec.Struct):
    """One fingerprint in the index."""

    item: str
    words: int
    weight: float
    template_only: bool


class ReserveIndex:
    """The fingerprints of a reserve, ready to compare with."""

    def __init__(self, parts: Sequence[Fingerprint], salt: bytes) -> None:
        """Index fingerprints; see `of`."""
        self._hasher = Hasher(salt)
        self._parts: list[_Part] = []
        self._parts_of: dict[int, list[int]] = {}
        self._weights: dict[int, float] = {}
        self.items = len({each.item for each in parts if each.words})
        """Sealed items with words, which records can be compared with."""
        self.wordless = len({each.item for each in parts}) - self.items
        """Sealed items without a word: no record can be compared with them."""
        names = {each.item: each.reserve for each in parts}
        self.sealed = dict(sorted(Counter(names.values()).items()))
        """Reserve -> its sealed items."""
        groups = [np.unique(from_text(each.grams)) for each in parts]
        self._weigh(groups)
        for each, own in zip(parts, groups, strict=True):
            self._add(each, own)
        self._keys = np.array(sorted(self._parts_of), dtype=np.uint64)

    @classmethod
    def of(cls, fingerprints: Iterable[Fingerprint], salt: bytes) -> "ReserveIndex":
        """An index over fingerprints that were made with this salt."""
        return cls(list(fingerprints), salt)

    def overlaps(self, record: Record) -> tuple[Overlap, ...]:
        """The sealed items that a record overlaps, the strongest first."""
        if not self._keys.size:
            return ()
        hits: dict[int, _Hits] = {}
        for pointer, text in texts_of(record):
            self._compare(pointer, text, hits)
        found: dict[str, Overlap] = {}
        for part, hit in hits.items():
            overlap = self._judged(record, self._parts[part], hit)
            if overlap and (
                overlap.item not in found or overlap.containment > found[overlap.item].containment
            ):
                found[overlap.item] = overlap
        return tuple(sorted(found.values(), key=lambda each: (-each.containment, each.item)))

    def _weigh(self, groups: Sequence[Hashes]) -> None:
        """The weight of every group: the logarithm of its rarity; 0 for template."""
        if not groups:
            return
        keys, counts = np.unique(np.concatenate(groups), return_counts=True)
        limit = max(TEMPLATE_LEAST, TEMPLATE_SHARE * len(groups))
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            template = count > limit
            self._weights[key] = 0.0 if template else math.log1p(len(groups) / count)

    def _add(self, fingerprint: Fingerprint, own: Hashes) -> None:
        weight = sum(self._weights[key] for key in own.tolist())
        number = len(self._parts)
        self._parts.append(
            _Part(fingerprint.item, fingerprint.words, weight, template_only=weight == 0)
        )
        for key in own.tolist():
            # An item that is all template can only be told by being whole; its groups count then.
            if weight == 0 or self._weights[key]:
                self._parts_of.setdefault(key, []).append(number)

    def _compare(self, pointer: str, text: str, hits: dict[int, "_Hits"]) -> None:
        given = words(text)
        groups = self._hasher.groups(given)
        if not groups.size:
            return
        at = np.searchsorted(self._keys, groups)
        at[at == self._keys.size] = 0
        for place in np.flatnonzero(self._keys[at] == groups).tolist():
            key = int(groups[place])
            for part in self._parts_of[key]:
                hits.setdefault(part, _Hits()).add(pointer, text, place, key, len(given))

    def _judged(self, record: Record, part: _Part, hit: "_Hits") -> Overlap | None:
        if part.template_only:
            share = 1.0 if len(hit.keys) >= max(1, part.words - GROUP + 1) else 0.0
        else:
            share = sum(self._weights[key] for key in hit.keys) / part.weight
        run = hit.longest_run()
        needed = SHORT_CONTAINMENT if part.words < SHORT else CONTAINMENT
        if share >= needed:
            rule = f"containment {share:.2f}, at least {needed}"
        elif run >= RUN:
            rule = f"{run} words in a row, at least {RUN}"
        else:
            return None
        return Overlap(
            record=record.id,
            item=part.item,
            containment=round(share, 4),
            longest_run=run,
            rule=rule,
            spans=hit.spans(),
        )


class _Hits:
    """Where one fingerprint's groups are in a record."""

    def __init__(self) -> None:
        self.keys: set[int] = set()
        self._places: dict[str, tuple[str, int, list[int]]] = {}

    def add(self, pointer: str, text: str, place: int, key: int, n_words: int) -> None:
        self.keys.add(key)
        self._places.setdefault(pointer, (text, n_words, []))[2].append(place)

    def longest_run(self) -> int:
        """Most words in a row."""
        return max(end - start for _, _, start, end in self._runs())

    def spans(self) -> tuple[TextSpan, ...]:
        """The longest runs as spans of the record's own words, in their order."""
        runs = sorted(self._runs(), key=lambda run: run[2] - run[3])[:SHOWN_SPANS]
        spans = []
        for pointer, text, first, last in runs:
            spots = places(text)
            start, end = spots[first][0], spots[last - 1][1]
            spans.append(TextSpan(pointer=pointer, start=start, end=end, quote=text[start:end]))
        return tuple(sorted(spans, key=lambda span: (span.pointer, span.start)))

    def _runs(self) -> list[tuple[str, str, int, int]]:
        """Pointer, text, first word and the word after the last of every run of groups."""
        runs = []
        for pointer, (text, n_words, found) in self._places.items():
            start = previous = found[0]
            for place in [*found[1:], -1]:
                if place != previous + 1:
                    runs.append((pointer, text, start, min(previous + GROUP, n_words)))
                    start = place
                previous = place
        return runs


def require_salt(sealed: Mapping[str, str], check: str) -> None:
    """Refuse to compare fingerprints with texts hashed under another salt.

    Args:
        sealed: sealing -> its salt check.
        check: the salt check of the program's secret.

    Raises:
        UsageError: if they differ, since nothing would be found and all would look clean.
    """
    other = [sealing for sealing, known in sealed.items() if known != check]
    if other:
        raise UsageError(
            code="other-salt",
            message="the reserve was sealed under another secret of the program, "
            "so its fingerprints cannot be compared",
            where=other[0],
            hint="restore the pseudonym key with which the reserve was sealed, or seal it again",
        )
