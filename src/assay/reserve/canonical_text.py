"""One form of a text whatever its dress, so that what is the same to a reader compares as the same.

Markup, character references, escapes, format characters and accents are removed, look-alike letters
become the Latin ones, and stretches of base64 or hexadecimal digits are read as well. What remains
unseen is listed in `UNSEEN`.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

UNSEEN = (
    "a paraphrase, a translation, other names and numbers, text without spaces, words or letters in "
    "another order or cipher, a change at every fifth word, and short quotations are not found"
)
"""What a comparison of canonical texts cannot see."""

MOST_DECODED = 3
"""Encodings inside encodings are read so deep."""

_LEAST_ENCODED = 32
"""Characters from which a stretch may be an encoded text; shorter ones hold no five words."""

_LONGEST_MARKER = 64
"""Characters among which the first list marker of a text is looked for."""

_LEAST_READABLE = 0.9
"""Share of letters, digits, spaces and punctuation from which decoded bytes are a text."""

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

_SPECIAL = re.compile(
    r"&(?P<entity>#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)"
    r"|</?(?P<tag>[A-Za-z][A-Za-z0-9]{0,15})(?:\s[^<>]{0,300})?/?>"
    r"|\\u(?P<code>[0-9a-fA-F]{4})|\\x(?P<byte>[0-9a-fA-F]{2})|\\[nrt]"
    r"|(?P<percent>(?:%[0-9a-fA-F]{2})+)"
    r"|(?P<marker>^[ \t]*(?:[0-9]{1,4}[.)]|[-*+])[ \t]+)"
    r"|(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9]+[A-Z])",
    re.MULTILINE,
)
_MARKUP = "&<\\%"
_CAMEL = re.compile(r"[A-Z](?<=[a-z0-9][A-Z])")
_MARKER = re.compile(r"[\n\x00][ \t]*(?:[0-9]{1,4}[.)]|[-*+])[ \t]")
_ENCODED = re.compile(
    rf"(?:[0-9a-fA-F]{{2}}){{{_LEAST_ENCODED // 2},}}"
    rf"|[A-Za-z0-9+/_-]{{{_LEAST_ENCODED},}}(?:\r?\n[A-Za-z0-9+/_-]{{4,}})*={{0,2}}"
)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{SEPARATOR}{_IDEOGRAPH}]|[^\W_{_IDEOGRAPH}]+")
_ASCII_WORD = re.compile(rf"{SEPARATOR}|[a-z0-9]+")
_MIXED = re.compile(r"[^\W\d_][013457]|[013457][^\W\d_]")

# Unicode's confusables (UTS 39), as far as one small letter looks like one small Latin letter.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458\u0455\u043a\u043c\u0442\u043d\u0432"
    "\u04bb\u0501\u051b\u051d\u0475\u03b1\u03bf\u03c1\u03bd\u03c5\u03b9\u03ba\u03b3\u03b5\u03c4"
    "\u03c7\u0131\u0261\u0251\u0578\u057d\u0585\u0570\u0581\u0566\u0578",
    "aeopcxyijskmthb" "hdqwvaopvuikyetx" "igan" "uohgqn",
)  # fmt: skip
_DIGITS = str.maketrans("013457", "oieast")


class Encoded(NamedTuple):
    """What a stretch of a text encodes."""

    text: str
    """The decoded text."""
    start: int
    """Where the stretch starts in the text that was given."""
    end: int
    """One past its end."""


def words(text: str) -> list[str]:
    """The words of a text in canonical form: letters and digits; ideographs one by one."""
    return cut(canonical(text))


def canonical(text: str) -> str:
    """The text without markup and escapes, in small letters of one form."""
    text = text.replace(SEPARATOR, " ")
    if _has_markup(text):
        text = "".join(piece for piece, _, _ in _pieces(text))
    folded = text.lower() if text.isascii() else text.translate(_FOLDING)
    if _has_mixed_words(folded):
        folded = _WORD.sub(lambda word: _plain(word[0]), folded)
    return folded


def cut(text: str) -> list[str]:
    """The words of a canonical text; `SEPARATOR` is a word of its own."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


def is_simple(texts: Sequence[str]) -> bool:
    """Whether the canonical form of every one of these texts is itself in small letters.

    One look at all texts of a thing, which spares most of them a look at each.
    """
    whole = SEPARATOR.join(texts)
    return (
        whole.isascii()
        and whole.count(SEPARATOR) == max(0, len(texts) - 1)
        and not _has_markup(whole)
        and not _may_be_encoded(whole)
        and not _has_mixed_words(whole)
    )


def _has_markup(text: str) -> bool:
    """Whether a text may hold markup, escapes, list markers or words that only capitals part.

    Tests for single characters come first: they cost a fortieth of a pattern.
    """
    return bool(
        any(sign in text for sign in _MARKUP)
        or _CAMEL.search(text)
        or _MARKER.match(SEPARATOR + text[:_LONGEST_MARKER])
        or (("\n" in text or SEPARATOR in text) and _MARKER.search(text))
    )


def _has_mixed_words(text: str) -> bool:
    return any(digit in text for digit in "013457") and bool(_MIXED.search(text))


def _may_be_encoded(text: str) -> bool:
    return max(map(len, text.replace(SEPARATOR, " ").split()), default=0) >= _LEAST_ENCODED


def encoded(text: str) -> Iterator[Encoded]:
    """What the encoded stretches of a text hold."""
    if _may_be_encoded(text):
        yield from _decoded(text, 0, 0, MOST_DECODED)


def places(text: str) -> list[tuple[int, int]]:
    """First character and the one after the last of every word, in the order of `words`."""
    characters: list[str] = []
    at: list[tuple[int, int]] = []
    for piece, start, end in _pieces(text):
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
    before = 0
    for match in _SPECIAL.finditer(text):
        yield text[before : match.start()], before, match.start()
        yield _meant(match), match.start(), match.end()
        before = match.end()
    yield text[before:], before, len(text)


def _meant(match: re.Match[str]) -> str:
    """What a piece of markup or an escape stands for."""
    found = match[0]
    if match["entity"]:
        return html.unescape(found)
    if match["tag"]:
        return "" if match["tag"].lower() in _INLINE else " "
    if code := match["code"] or match["byte"]:
        return chr(int(code, 16))
    if match["percent"]:
        return unquote_to_bytes(found).decode("utf-8", "replace")
    return " "


class _Folding(dict[int, str]):
    """Code point -> its letters in one form: compatibility forms undone, no marks, small."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.category(character) == "Cf":
            folded = ""
        else:
            letters = unicodedata.normalize("NFKD", character.casefold())
            bare = "".join(
                each for each in letters if not unicodedata.category(each).startswith("M")
            )
            folded = bare.casefold().translate(_LOOK_ALIKES)
        self[code] = folded
        return folded


_FOLDING = _Folding()


def _plain(word: str) -> str:
    """The word; of digits among letters, the letters that they imitate."""
    return word.translate(_DIGITS) if _MIXED.search(word) else word


def _decoded(text: str, start: int, end: int, depth: int) -> Iterator[Encoded]:
    """What encoded stretches of a text hold. Places are those of the outermost stretch."""
    for match in _ENCODED.finditer(text):
        inside = _text_of(match[0])
        if inside is None:
            continue
        first, last = (start, end) if end else match.span()
        yield Encoded(inside, first, last)
        if depth:
            yield from _decoded(inside, first, last, depth - 1)


def _text_of(stretch: str) -> str | None:
    """The text that hexadecimal digits or base64 encode; None where they encode none."""
    try:
        if _HEX.fullmatch(stretch):
            content = bytes.fromhex(stretch)
        else:
            bare = "".join(stretch.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
            content = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        decoded = content.decode("utf-8")
    except (ValueError, binascii.Error):
        return None
    readable = sum(each.isalnum() or each.isspace() or each in ".,;:!?'\"()$%-" for each in decoded)
    return decoded if readable >= _LEAST_READABLE * len(decoded) else None
