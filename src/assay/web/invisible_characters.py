"""Characters that cannot be seen, names that must not be seen, and the marks that stand for both.

Controls, zero-width and bidirectional characters, tags and other invisible code points can make a
text read otherwise than it is stored; each is shown as `⟨U+202E⟩`. They stay where a script or an
emoji needs them: joiners between Arabic letters, after a virama and inside an emoji.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge
from html import escape
from operator import attrgetter
from typing import Literal

import msgspec

from assay.review.self_naming import self_namings

MAX_MARKS = 5_000
"""Marks of one text that are elements of their own; further ones are plain text in their run."""

HIDDEN_NAME = "▮▮▮ (name hidden)"
"""What stands for a name by which a text gives away its writer."""

STAND_IN = "\ue000"
"""The letter-like code point that stands for an invisible character while Markdown is parsed."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_JOINERS = "\u200c\u200d"
_MONGOLIAN_SELECTORS = "\u180b\u180c\u180d\u180f"
_USEFUL_IN_PLACE = frozenset("\r\ufe0e\ufe0f" + _JOINERS + _MONGOLIAN_SELECTORS)
"""Characters that have a function in some places, where they are left alone."""
_TAGS = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{2,8}\U000e007f")
"""A flag of a region (England, Wales, ...): the one place where tags belong."""
_VIRAMA = 9
"""Combining class of the character that joins letters of Indic scripts (RFC 5892, appendix A.1)."""
_PLAIN_EMOJI = "0123456789#*‼⁉ℹ〰"
"""Letters, digits and punctuation that have the form of an emoji too."""


class HiddenStretch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A stretch of the raw text that is shown as a mark instead of itself."""

    start: int
    """First code point, from 0."""
    end: int
    """One past the last code point."""
    code_point: str | None = None
    """The invisible character as `U+202E`; absent where a name is hidden."""

    @property
    def text(self) -> str:
        """What is shown."""
        return HIDDEN_NAME if self.code_point is None else f"⟨{self.code_point}⟩"


def find_cuts(raw: str) -> tuple[HiddenStretch, ...]:
    """The invisible characters and names that are shown as marks, in order and without overlap."""
    names = [HiddenStretch(start=name.start, end=name.end) for name in self_namings(raw)]
    # What starts first wins: an invisible character inside a hidden name has no mark of its own.
    return tuple(_apart(merge(names, _find_invisible(raw), key=attrgetter("start"))))


def has_invisible(text: str) -> bool:
    """Whether a text holds an invisible character that would be shown as a mark."""
    return next(_find_invisible(text), None) is not None


def direction(text: str) -> Literal["ltr", "rtl"]:
    """The way a text runs, by its first strong code point outside isolates (UAX 9, rule P2).

    Left to right where it has none.
    """
    depth = 0
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in {"LRI", "RLI", "FSI"}:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif not depth and kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


class MarkedText:
    """A raw text with its cuts, from which any stretch can be shown."""

    def __init__(self, raw: str, cuts: tuple[HiddenStretch, ...] | None = None) -> None:
        self.raw = raw
        self.cuts = find_cuts(raw) if cuts is None else cuts
        self.masked = sum(cut.code_point is None for cut in self.cuts)
        self._starts = [cut.start for cut in self.cuts]
        self._left = MAX_MARKS

    def cuts_within(self, start: int, end: int) -> Iterator[HiddenStretch]:
        """The cuts that are in a stretch, or reach into it."""
        first = bisect_right(self._starts, start) - 1
        if first < 0 or self.cuts[first].end <= start:
            first += 1
        while first < len(self.cuts) and self.cuts[first].start < end:
            yield self.cuts[first]
            first += 1

    def with_stand_ins(self) -> str:
        """The text of the same length, in which every invisible character is an ordinary letter."""
        pieces, reached = [], 0
        for cut in self.cuts:
            if cut.code_point is not None:
                pieces += [self.raw[reached : cut.start], STAND_IN]
                reached = cut.end
        return "".join([*pieces, self.raw[reached:]])

    def seen(self, start: int, end: int) -> str:
        """What a reader sees of a stretch, as plain text."""
        pieces, reached = [], start
        for cut in self.cuts_within(start, end):
            pieces += [self.raw[reached : cut.start], _mark_text(cut, start)]
            reached = cut.end
        return "".join([*pieces, self.raw[reached:end]])

    def runs(self, start: int, end: int, kind: str = "") -> str:
        """HTML of a stretch: each run in a span with its place in the raw text.

        Args:
            start: first code point.
            end: one past the last.
            kind: the class of the runs, such as one of the highlighter's.
        """
        html = []
        for first, last, text, cut in self._pieces(start, end):
            if cut is None:
                html += [run(*line, kind=kind) for line in self._lines(first, last, text)]
            else:
                html.append(mark(cut, first, last, text))
        return "".join(html)

    def _lines(self, start: int, end: int, text: str) -> Iterator[tuple[int, int, str, bool]]:
        """A stretch in runs that a browser keeps as they are: it drops the CR of a CR LF."""
        parts = text.split("\r\n")
        exact = text == self.raw[start:end]
        self._left -= len(parts) - 1
        if not exact or self._left < 0:
            yield start, end, text, exact and len(parts) == 1
            return
        reached = start
        for number, part in enumerate(parts):
            shown = f"\n{part}" if number else part
            last = reached + len(shown)
            if shown:
                yield reached, last, shown, True
            reached = last + 1

    def _pieces(self, start: int, end: int) -> Iterator[tuple[int, int, str, HiddenStretch | None]]:
        reached = start
        for cut in self.cuts_within(start, end):
            if cut.start > reached:
                yield reached, cut.start, self.raw[reached : cut.start], None
            if self._left <= 0:
                rest = max(cut.start, start)
                yield rest, end, self._shorten(rest, end), None
                return
            self._left -= 1
            yield max(cut.start, start), min(cut.end, end), _mark_text(cut, start), cut
            reached = min(cut.end, end)
        if reached < end:
            yield reached, end, self.raw[reached:end], None

    def _shorten(self, start: int, end: int) -> str:
        """A stretch as plain text in which neighbouring invisible characters are one mark."""
        pieces, reached, run_of_cuts = [], start, list[HiddenStretch]()
        for cut in self.cuts_within(start, end):
            if (
                cut.start > reached
                or (run_of_cuts and run_of_cuts[-1].code_point is None)
                or cut.code_point is None
            ):
                pieces += [_one_mark(run_of_cuts), self.raw[reached : cut.start]]
                run_of_cuts = []
            run_of_cuts.append(cut)
            reached = cut.end
        return "".join([*pieces, _one_mark(run_of_cuts), self.raw[reached:end]])


def run(start: int, end: int, text: str, exact: bool = False, *, kind: str = "") -> str:
    """HTML of one run of text that stands for a stretch of the raw text.

    Args:
        start: first code point of the stretch.
        end: one past the last.
        text: what is shown.
        exact: whether the text is the stretch itself, so that places inside it can be counted.
        kind: the span's class, if it has one.
    """
    css_class = f' class="{kind}"' if kind else ""
    same = " data-exact" if exact else ""
    return f'<span{css_class} data-start="{start}" data-end="{end}"{same}>{escape(text, quote=False)}</span>'


def mark(cut: HiddenStretch, start: int, end: int, text: str) -> str:
    """HTML of one mark. Its own direction keeps it out of the direction of its block.

    Args:
        cut: what it stands for.
        start: first code point that it stands for here.
        end: one past the last.
        text: what is shown.
    """
    kind = (
        'class="masked"' if cut.code_point is None else f'class="sign" data-sign="{cut.code_point}"'
    )
    return f'<span {kind} dir="ltr" data-start="{start}" data-end="{end}">{escape(text)}</span>'


def _one_mark(cuts: list[HiddenStretch]) -> str:
    """The text of one mark for all of these."""
    if len(cuts) <= 1:
        return "".join(cut.text for cut in cuts)
    return f"⟨{cuts[0].code_point} and {len(cuts) - 1} more characters⟩"


def _mark_text(cut: HiddenStretch, start: int) -> str:
    """The mark's text; a name that markup tears in pieces is spelt out at its first one alone."""
    return cut.text if cut.start >= start else "▮"


def spell_out(text: str) -> str:
    """Plain text with each invisible character spelt out: for words that are not in the raw text."""
    pieces, reached = [], 0
    for cut in _find_invisible(text):
        pieces += [text[reached : cut.start], cut.text]
        reached = cut.end
    return "".join([*pieces, text[reached:]])


def _find_invisible(raw: str) -> Iterator[HiddenStretch]:
    flags = {place for flag in _TAGS.finditer(raw) for place in range(*flag.span())}
    for match in _INVISIBLE.finditer(raw):
        place = match.start()
        char = match.group()
        if (char in _USEFUL_IN_PLACE and _belongs(raw, place)) or place in flags:
            continue
        yield HiddenStretch(start=place, end=place + 1, code_point=f"U+{ord(char):04X}")


def _belongs(raw: str, place: int) -> bool:
    """Whether a character has its function where it is: a line's end, an emoji, a script's joiner."""
    char, before, after = raw[place], raw[place - 1 : place], raw[place + 1 : place + 2]
    if char == "\r":
        return after == "\n"
    if char in "\ufe0e\ufe0f":
        return _is_emoji(before) or (bool(before) and before in _PLAIN_EMOJI)
    if char in _MONGOLIAN_SELECTORS:
        return "\u1820" <= before <= "\u18aa"
    return char in _JOINERS and bool(before and after) and _joins(char, before, after)


def _joins(char: str, before: str, after: str) -> bool:
    if char == "\u200d" and (_is_emoji(before) or before == "\ufe0f"):
        return _is_emoji(after)
    if unicodedata.combining(before) == _VIRAMA:
        return True
    return all(unicodedata.bidirectional(one) == "AL" for one in (before, after))


def _is_emoji(char: str) -> bool:
    """Whether a code point is a pictograph or changes its skin."""
    return bool(char) and (
        unicodedata.category(char) in {"So", "Sm"} or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _apart(cuts: Iterable[HiddenStretch]) -> Iterator[HiddenStretch]:
    reached = 0
    for cut in cuts:
        if cut.start >= reached:
            yield cut
            reached = cut.end
