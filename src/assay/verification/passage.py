"""Passages: where quoted words are in a source, to the letter, nearly, or not at all.

Texts are compared token by token, so that a quotation never ends inside a word or a number, and
a number carries its sign, its currency and its percent sign. Near is never located: a passage
that is only alike is the altered original, and what differs is named.
"""

import unicodedata
from collections import Counter
from functools import cached_property
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from assay.verification.difference import differences
from assay.verification.token import Token, tokens_of

ALTERED = 75
"""Likeness from 0 to 100 from which a passage counts as the altered original (a convention)."""

MAX_WORK = 10_000_000
"""Steps that the search for altered originals may take for one candidate."""

Place = Literal["located", "located_normalised", "altered", "absent"]
"""Where a quotation is in the sources."""

_EDGE = frozenset('.,;:!?"…')
_BREAK = "\x1f"


class Located(NamedTuple):
    """Where one quotation was found, and how it differs."""

    place: Place
    """Where it was found."""
    passage: str | None = None
    """The words of the source; None where it is absent."""
    locator: str | None = None
    """Where the source is to be found, if it says so."""
    differs: str | None = None
    """What differs, where it is altered; why it was not looked for, where that is so."""


class SourceText:
    """One text that quotations may come from, read once."""

    def __init__(self, text: str, locator: str | None = None) -> None:
        """Hold a text, which is split when it is first searched."""
        self.text = unicodedata.normalize("NFC", text)
        self.locator = locator

    @cached_property
    def tokens(self) -> list[Token]:
        """Its tokens."""
        return tokens_of(self.text)

    @cached_property
    def keys(self) -> list[str]:
        """What its tokens are compared by."""
        return [token.key for token in self.tokens]

    @cached_property
    def distinct(self) -> frozenset[str]:
        """Its keys, each once."""
        return frozenset(self.keys)

    @cached_property
    def keys_in_row(self) -> str:
        """Its keys joined with breaks, for an exact search."""
        return _BREAK + _BREAK.join(self.keys) + _BREAK

    def words(self, start: int, end: int) -> str:
        """Its own words from one token up to another."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]


class Search:
    """The sources of one candidate, and the work that is left for near passages."""

    def __init__(self, sources: list[SourceText], work: int = MAX_WORK) -> None:
        """Search in some sources, with a budget of steps for near passages."""
        self._sources = sources
        self._work = work

    def locate(self, quote: str) -> Located:
        """Where a quotation is: to the letter, after normalisation, altered, or nowhere."""
        quote = unicodedata.normalize("NFC", quote)
        tokens = _without_edges(tokens_of(quote))
        if not tokens:
            return Located("absent")
        exact = self._stands(quote, [token.key for token in tokens])
        return exact or self._nearest(tokens)

    def _stands(self, quote: str, keys: list[str]) -> Located | None:
        # A break on both sides of each key: `5` is not found inside `15`.
        row = _BREAK + _BREAK.join(keys) + _BREAK
        normalised = None
        for source in self._sources:
            place = source.keys_in_row.find(row)
            if place < 0:
                continue
            if quote in source.text:
                return Located("located", quote, source.locator)
            if normalised is None:
                start = source.keys_in_row.count(_BREAK, 0, place)
                words = source.words(start, start + len(keys))
                normalised = Located("located_normalised", words, source.locator)
        return normalised

    def _nearest(self, tokens: list[Token]) -> Located:
        keys = [token.key for token in tokens]
        best, nearest = float(ALTERED), Located("absent")
        for source in self._sources:
            shared = sum(key in source.distinct for key in keys)
            # A source shorter than half the quotation is not a passage that it could have come from.
            if shared * 2 < len(keys) or len(source.keys) * 2 < len(keys):
                continue
            # About what `_closest` costs: a pass over the source, and `_align` on a window of it.
            self._work -= len(source.keys) + 2 * len(keys) ** 2
            if self._work < 0:
                why = "no altered original was looked for: there is too much to compare"
                return nearest if nearest.place == "altered" else Located("absent", differs=why)
            start, end = _closest(keys, source.keys)
            likeness = _likeness(keys, source.keys[start:end])
            if likeness >= best and (likeness > best or nearest.place == "absent"):
                best = likeness
                differs = differences(tokens, source.tokens[start:end])
                nearest = Located("altered", source.words(start, end), source.locator, differs)
        return nearest


def locate(quote: str, sources: list[str]) -> Located:
    """Where a quotation is in texts; for many quotations, keep one `Search`."""
    return Search([SourceText(text) for text in sources]).locate(quote)


def _without_edges(tokens: list[Token]) -> list[Token]:
    """The tokens without punctuation at either end: a quotation borrows it from its sentence."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].key in _EDGE:
        start += 1
    while end > start and tokens[end - 1].key in _EDGE:
        end -= 1
    return tokens[start:end]


def _likeness(ours: list[str], theirs: list[str]) -> float:
    """Likeness from 0 to 100; words in another order are alike, and differ all the same."""
    our_text, their_text = " ".join(ours), " ".join(theirs)
    return max(fuzz.ratio(our_text, their_text), fuzz.token_sort_ratio(our_text, their_text))


def _closest(ours: list[str], theirs: list[str]) -> tuple[int, int]:
    """Bounds of the passage that is most alike, near where most words are shared.

    It is the one that is the fewest changes away; where that is not alike, since words in another
    order are many changes, the one that holds the most of the same words.
    """
    slack = 2 + len(ours) // 4
    width = len(ours) + slack
    first = _fullest_window(ours, theirs, width)
    start = max(0, first - slack)
    begin, end = _align(ours, theirs[start : first + width + slack])
    if _likeness(ours, theirs[start + begin : start + end]) >= ALTERED:
        return start + begin, start + end
    same = _fullest_window(ours, theirs, len(ours))
    return same, min(same + len(ours), len(theirs))


def _fullest_window(ours: list[str], theirs: list[str], width: int) -> int:
    """Start of the first window that shares the most words, counted with their repetitions."""
    missing = Counter(ours)
    shared = most = start = 0
    for place, key in enumerate(theirs):
        if key in missing:
            shared += missing[key] > 0
            missing[key] -= 1
        gone = place - width
        if gone >= 0 and theirs[gone] in missing:
            missing[theirs[gone]] += 1
            shared -= missing[theirs[gone]] > 0
        if shared > most:
            most, start = shared, max(0, gone + 1)
    return start


def _align(ours: list[str], theirs: list[str]) -> tuple[int, int]:
    """Bounds of the stretch with the fewest changed words (Sellers 1980).

    Among equals, the one with more of the same words, then the one nearest in length.
    """
    row = [(0, 0, place) for place in range(len(theirs) + 1)]
    for number, key in enumerate(ours, start=1):
        above, row = row, [(number, 0, 0)]
        for place, other in enumerate(theirs, start=1):
            cost, unlike, start = above[place - 1]
            best = (cost, unlike - 1, start) if key == other else (cost + 1, unlike, start)
            for cost, unlike, start in (above[place], row[place - 1]):
                best = min(best, (cost + 1, unlike, start))
            row.append(best)
    ends = (
        (cost, unlike, abs(end - start - len(ours)), start, end)
        for end, (cost, unlike, start) in enumerate(row)
        if end > start
    )
    return min(ends, default=(0, 0, 0, 0, min(len(theirs), len(ours))))[3:]
