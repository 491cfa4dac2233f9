"""One form of a text whatever its markup, so that what is the same to a reader compares as the same.

Markup, character references, escapes, format characters and accents are removed, look-alike letters
become the Latin ones. What a text encodes or hides besides is in `disguised_readings`; what no comparison sees
is listed in `UNSEEN`.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal
from urllib.parse import unquote_to_bytes

from assay.reserve.encoded_text import may_be_encoded
from assay.reserve.markup_and_escapes import may_be_disguised

UNSEEN = (
    "a paraphrase, a translation, other names and numbers, text without spaces or with spaces in "
    "words, words or letters in another order than straight or reversed, a cipher with a key or "
    "with signs for letters, packing other than gzip and zlib, numbers or changing words between "
    "words, a change at every fifth word, and short quotations are not found"
)
"""What a comparison of canonical texts cannot see."""

_LONGEST_MARKER = 64
"""Characters among which the first list marker of a text is looked for."""

SEPARATOR = "\x00"
"""Stands between texts that are cut into words together."""

_INLINE = frozenset(
    [
        "a",
        "b",
        "i",
        "u",
        "s",
        "em",
        "strong",
        "span",
        "code",
        "font",
        "mark",
        "small",
        "big",
        "sub",
        "sup",
        "tt",
        "wbr",
    ]
)

# One class of characters stands first, which the engine seeks ten times as fast as alternatives.
_SPECIAL = re.compile(
    r"[A-Z0-9\n\\<%&](?:"
    r"(?P<inner>(?<=[a-z0-9][A-Z])|(?<=[a-z][0-9])(?=[0-9]*[A-Z]))"
    r"|(?<=\n)(?P<marker>[ \t]*(?:[0-9]{1,4}[.)]|[-*+])[ \t]+)"
    r"|(?<=\\)\\{0,7}(?:u\{?(?P<code>[0-9a-fA-F]{4,6}(?=\})|[0-9a-fA-F]{4})\}?"
    r"|U(?P<long>[0-9a-fA-F]{8})|x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[01][0-7]{2})|[nrt])"
    r"|(?<=<)/?(?P<tag>[A-Za-z][A-Za-z0-9]{0,15})(?:\s[^<>]{0,300})?/?>"
    r"|(?<=%)(?P<percent>[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*)"
    r"|(?<=&)(?P<entity>#0{0,40}[0-9]{1,7}(?:;|(?![0-9]))"
    r"|#[xX]0{0,40}[0-9a-fA-F]{1,6}(?:;|(?![0-9a-fA-F]))|[A-Za-z][A-Za-z0-9]{1,31};)"
    r")"
)
_LINE = "\n"
"""Goes before a text whose list markers are sought: one stands after the end of a line."""
_CAMEL = re.compile(r"[A-Z](?<=[a-z0-9][A-Z])")
_MARKER = re.compile(r"[\n\x00][ \t]*(?:[0-9]{1,4}[.)]|[-*+])[ \t]")
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_IDEOGRAPHS = re.compile(rf"[{_IDEOGRAPH}]")
_WORD = re.compile(rf"[{SEPARATOR}{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_ASCII_WORD = re.compile(rf"{SEPARATOR}|[a-z0-9]+")
_MIXED = re.compile(r"[013457](?:(?<=[^\W\d_].)|(?=[^\W\d_]))")

# Unicode's confusables (UTS 39), as far as one small letter looks like one small Latin letter.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458\u0455\u043a\u043c\u0442\u043d\u0432"
    "\u04bb\u0501\u051b\u051d\u0475\u03b1\u03bf\u03c1\u03bd\u03c5\u03b9\u03ba\u03b3\u03b5\u03c4"
    "\u03c7\u0131\u0261\u0251\u0578\u057d\u0585\u0570\u0581\u0566\u0578",
    "aeopcxyijskmthb" "hdqwvaopvuikyetx" "igan" "uohgqn",
)  # fmt: skip
_LETTER_LIKE = "013457"
_DIGITS = str.maketrans(_LETTER_LIKE, "oieast")

CharacterKind = Literal["separating", "letter", "digit", "letter-like digit", "ideograph"]
"""What a character is to the words: an ideograph is one itself; a digit that looks like a letter
stands for it among letters."""


def words(text: str) -> list[str]:
    """The words of a text in canonical form: letters and digits; ideographs one by one."""
    return cut(canonical(text))


def canonical(text: str) -> str:
    """The text without markup and escapes, in small letters of one form."""
    text = text.replace(SEPARATOR, " ")
    if _has_markup(text):
        text = _SPECIAL.sub(_meant, _LINE + text)
    folded = text.lower() if text.isascii() else text.translate(_FOLDING)
    return _plain(folded) if _has_mixed_words(folded) else folded


def cut(text: str) -> list[str]:
    """The words of a canonical text; `SEPARATOR` is a word of its own."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


def fold(character: str) -> str:
    """What one character is in a canonical text: none, one or several characters."""
    return character.translate(_FOLDING).lower()


def kind_of(character: str) -> CharacterKind:
    """What a character of a canonical text is to the words there."""
    if not _WORD.match(character) or character == SEPARATOR:
        return "separating"
    if _IDEOGRAPHS.match(character):
        return "ideograph"
    if character in _LETTER_LIKE:
        return "letter-like digit"
    return "digit" if character.isdecimal() else "letter"


def is_simple(texts: Sequence[str]) -> bool:
    """Whether the canonical form of every one of these texts is itself in small letters.

    The texts are examined together, which costs most things less than one text at a time.
    """
    whole = SEPARATOR.join(texts)
    return (
        whole.isascii()
        and whole.count(SEPARATOR) == max(0, len(texts) - 1)
        and not _has_markup(whole)
        and not may_be_encoded(whole)
        and not may_be_disguised(whole)
        and not _has_mixed_words(whole)
    )


def _has_markup(text: str) -> bool:
    """Whether a text may hold markup, escapes, list markers or words that only capitals part.

    Tests for single characters come first: they cost a fortieth of a pattern.
    """
    return bool(
        "&" in text
        or "<" in text
        or "\\" in text
        or "%" in text
        or _CAMEL.search(text)
        or _MARKER.match(SEPARATOR + text[:_LONGEST_MARKER])
        or (("\n" in text or SEPARATOR in text) and _MARKER.search(text))
    )


def _has_mixed_words(text: str) -> bool:
    return any(digit in text for digit in _LETTER_LIKE) and bool(_MIXED.search(text))


def places(text: str) -> list[tuple[int, int]]:
    """First character and the one after the last of every word, in the order of `words`."""
    if text.isascii() and SEPARATOR not in text and not _has_markup(text):
        # Each character of the canonical text is in its old place.
        return [match.span() for match in _ASCII_WORD.finditer(text.lower())]
    characters: list[str] = []
    at: list[tuple[int, int]] = []
    for piece, start, end in _pieces(text.replace(SEPARATOR, " ")):
        for place, character in enumerate(piece):
            where = (
                (start + place, start + place + 1) if len(piece) == end - start else (start, end)
            )
            for folded in character.translate(_FOLDING):
                characters.append(folded)
                at.append(where)
    return [
        (at[match.start()][0], at[match.end() - 1][1])
        for match in _WORD.finditer("".join(characters))
    ]


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """The text without markup and escapes, in pieces with the places that they come from."""
    text = _LINE + text
    before = len(_LINE)
    for match in _SPECIAL.finditer(text):
        start, end = match.span()
        yield text[before:start], before - len(_LINE), start - len(_LINE)
        yield _meant(match), start - len(_LINE), end - len(_LINE)
        before = end
    yield text[before:], before - len(_LINE), len(text) - len(_LINE)


def _meant(match: re.Match[str]) -> str:
    """What a piece of markup or an escape stands for; a space where capitals part words."""
    kind = match.lastgroup
    if kind == "inner":
        return f" {match[0]}"
    if kind is None or kind == "marker":
        return " "
    if kind == "tag":
        return "" if match["tag"].lower() in _INLINE else " "
    if kind == "entity":
        meant = html.unescape(match[0])
    elif kind == "percent":
        meant = unquote_to_bytes(match[0]).decode("utf-8", "replace")
    else:
        meant = _character(int(match[kind], 8 if kind == "octal" else 16))
    # An escaped separator would count as the end of the text.
    return meant.replace(SEPARATOR, " ")


def _character(code: int) -> str:
    """The character with this number; none where there is none."""
    return chr(code) if code < 0x110000 else ""  # noqa: PLR2004  one past the last of them


def _letter_images() -> dict[int, str]:
    """Characters that look like letters: in brackets, white on black, flags, small, Braille."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = dict.fromkeys((9372, 127248, 127312, 127344, 127462), letters)
    drawn = {start + at: letter for start, row in rows.items() for at, letter in enumerate(row)}
    braille = "\u2801\u2803\u2809\u2819\u2811\u280b\u281b\u2813\u280a\u281a\u2805\u2807\u280d"
    braille += "\u281d\u2815\u280f\u281f\u2817\u280e\u281e\u2825\u2827\u283a\u282d\u283d\u2835"
    small = "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274"
    small += "\u1d0f\u1d18\ua7af\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u02e3\u028f\u1d22"
    drawn |= {
        ord(character): letter
        for row in (braille, small)
        for character, letter in zip(row, letters, strict=True)
    }
    digits = "\u283c\u2802\u2806\u2812\u2832\u2822\u2816\u2836\u2826\u2814"
    return drawn | {ord(character): str(at) for at, character in enumerate(digits)}


_LETTER_IMAGES = _letter_images()


class _Folding(dict[int, str]):
    """Code point -> its letters in one form: compatibility forms undone, no marks, small."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.category(character) == "Cf":
            folded = ""
        else:
            letters = _LETTER_IMAGES.get(code) or unicodedata.normalize(
                "NFKD", character.casefold()
            )
            bare = "".join(
                letter for letter in letters if not unicodedata.category(letter).startswith("M")
            )
            folded = bare.casefold().translate(_LOOK_ALIKES)
        self[code] = folded
        return folded


_FOLDING = _Folding()


def _plain(text: str) -> str:
    """The text; in words with digits among letters, the letters that the digits imitate."""
    pieces = []
    before = 0
    for match in _MIXED.finditer(text):
        at = match.start()
        if at < before:
            continue
        first = max(before, text.rfind(" ", before, at))
        word = next(candidate for candidate in _WORD.finditer(text, first) if candidate.end() > at)
        # The neighbour of the digit may be an ideograph, which is a word of its own.
        meant = word[0].translate(_DIGITS) if _MIXED.search(word[0]) else word[0]
        pieces += [text[before : word.start()], meant]
        before = word.end()
    pieces.append(text[before:])
    return "".join(pieces)
