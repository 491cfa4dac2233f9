r"""Regular expressions of foreign documents: matched in linear time, by RE2.

Python's own engine may take time that doubles with each character of a cell. RE2 does not, and so
has no look-around and no back-references. What both have means the same here: `\d`, `\w` and `\s`
know the letters and digits of all scripts.
"""

import re
from collections.abc import Iterator

import re2

from assay.core.budget import BudgetError, WorkBudget

MAX_PATTERN = 5_000
"""Characters of one pattern."""

MAX_PROGRAM = 8 << 20
"""Bytes that a compiled pattern may take."""

PARTS_A_UNIT = 8
"""Instructions of a compiled pattern that cost one unit of work at each character of a text."""

RESCAN = 16
"""Characters that are searched again for one unit of work, after a match of a small pattern."""

MOST_A_SEARCH = 10_000_000
"""Units of work of one search: Ctrl-C does not interrupt it, and one whose states RE2 must follow one by one,
because they do not fit into its memory, takes about a second for them."""

_UNICODE = {"d": r"\p{Nd}", "w": r"\p{L}\p{N}_", "s": r"\s\v\x1c-\x1f\x85\p{Z}"}
_ANY = re.compile(r"\[\\(?:s\\S|S\\s|w\\W|W\\w|d\\D|D\\d)\]")
"""A class of a set and all that is not in it: any character."""
_PIECE = re.compile(
    _ANY.pattern + r"|\\x\{[^}]*\}|\\[pP]\{[^}]*\}|\\.|\(\?(?:<?[=!]|[>(#])|.", re.DOTALL
)
_CLASS = re.compile(r"\\[dws]|\\[pP](?:\{[^}]*\}|\w)")
_UNSUPPORTED = {
    "(?=": "look-ahead `(?=`",
    "(?!": "look-ahead `(?!`",
    "(?<=": "look-behind `(?<=`",
    "(?<!": "look-behind `(?<!`",
    "(?>": "the atomic group `(?>`",
    "(?(": "the conditional group `(?(`",
    "(?#": "the comment `(?#`",
}


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_compiled", "_weight", "text")

    def __init__(self, text: str) -> None:
        """Compile a pattern.

        Raises:
            ValueError: if it is none, is too large, or uses what linear time does not permit; the
                message names the part and its place.
        """
        if len(text) > MAX_PATTERN:
            raise ValueError(f"the regular expression is longer than {MAX_PATTERN} characters")
        options = re2.Options()
        options.max_mem = MAX_PROGRAM
        options.log_errors = False
        self.text = text
        """The pattern as it was written."""
        try:
            self._compiled = re2.compile("".join(_translate(text)), options)
            bare = re2.compile(_CLASS.sub("a", text.replace("\\Z", "\\z")), options)
        except (re2.error, UnicodeEncodeError) as error:
            raise ValueError(f"{text!r} is not a regular expression: {_plain(error)}") from error
        # Letters of all scripts make a program large and not slow, so classes count as one.
        self._weight: int = max(1, bare.programsize // PARTS_A_UNIT)

    def is_in(self, text: str, budget: WorkBudget, where: str = "") -> bool:
        """Whether the pattern matches anywhere in a text.

        Raises:
            BudgetError: if too little of the budget is left.
        """
        self._spend(text, budget, where)
        return self._compiled.search(_sound(text)) is not None

    def is_whole(self, text: str, budget: WorkBudget, where: str = "") -> bool:
        """Whether the pattern matches the whole of a text; raises as `is_in`."""
        self._spend(text, budget, where)
        return self._compiled.fullmatch(_sound(text)) is not None

    def first(self, text: str, budget: WorkBudget, where: str = "") -> str | None:
        """The first group of the first match, or the whole match; None where there is none."""
        return next(self.every(text, budget, where), None)

    def every(self, text: str, budget: WorkBudget, where: str = "") -> Iterator[str]:
        """The first group, or the whole, of each match; empty where the group took no part."""
        group = 1 if self._compiled.groups else 0
        self._spend(text, budget, where)
        for match in self._compiled.finditer(_sound(text)):
            # The search for the next match may run to the end of the text again.
            again = self._cost(len(text) - match.end()) // max(1, RESCAN // self._weight)
            budget.spend(1 + again, where)
            yield match[group] or ""

    def _spend(self, text: str, budget: WorkBudget, where: str) -> None:
        """Take the units of one search of a text.

        Raises:
            BudgetError: if one search may not take as many, or too little of the budget is left.
        """
        cost = self._cost(len(text))
        if cost > MOST_A_SEARCH:
            raise BudgetError(
                code="over-budget",
                message=f"a text of {len(text)} characters is too long to be searched with this pattern, "
                f"which may search {MOST_A_SEARCH // self._weight} at once",
                where=where,
                hint="shorten the row, or write a pattern without large repetitions such as {1,100}",
            )
        budget.spend(cost, where)

    def _cost(self, length: int) -> int:
        return length * self._weight


def _sound(text: str) -> str:
    """A text without halves of surrogate pairs, which UTF-8 cannot carry; lengths stay."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _translate(text: str) -> Iterator[str]:
    """The pattern in RE2's words, with the same meaning.

    Raises:
        ValueError: for a part that RE2 does not have.
    """
    opened = -1  # where the class that we are in has its first member; -1 outside one
    for match in _PIECE.finditer(text):
        piece, place = match[0], match.start()
        if _ANY.fullmatch(piece) and opened < 0:
            yield "(?s:.)"
        elif piece.startswith("\\"):
            yield _escape(piece, place + 1, in_class=opened >= 0)
        elif opened < 0:
            if piece in _UNSUPPORTED:
                raise _not_linear(_UNSUPPORTED[piece], place + 1)
            opened = place + 1 if piece == "[" else -1
            yield piece
        elif place == opened and piece == "^":
            opened += 1
            yield piece
        else:
            opened = -1 if piece == "]" and place > opened else opened
            yield "\\[" if piece == "[" else piece


def _escape(piece: str, place: int, *, in_class: bool) -> str:
    kind = piece[1:2]
    if kind in _UNICODE:
        return _UNICODE[kind] if in_class else f"[{_UNICODE[kind]}]"
    if kind.lower() in _UNICODE:
        if kind == "D":
            return r"\P{Nd}"
        if in_class:
            raise _not_linear(f"`{piece}` inside a class", place)
        return f"[^{_UNICODE[kind.lower()]}]"
    if kind in "123456789" and kind:
        raise _not_linear(f"the back-reference `{piece}`", place)
    return r"\z" if kind == "Z" else piece


def _not_linear(what: str, place: int) -> ValueError:
    return ValueError(
        f"{what} at character {place} is not supported: regular expressions here are matched in "
        "linear time, without look-around and back-references"
    )


def _plain(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
