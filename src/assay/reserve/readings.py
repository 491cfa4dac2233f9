"""What else a text can be read as: what it encodes, hides, or says in a simple cipher.

`readings` undoes one dress after another, three in all, within a budget of characters. A text that
only a cipher or a list of numbers gives away is known by its words: `MARKS` are words that such a
text has and another one hardly ever. A reading is compared beside the text and never instead of it.
"""

import base64
import binascii
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote

MOST_DECODED = 2
"""Dresses inside a dress are undone so deep."""

BUDGET_TIMES, BUDGET_LEAST = 8, 4096
"""All readings of a text together have at most this many times its characters, and this many more."""

READINGS_LEAST = 16
"""Readings of a text, at most: so many, and one for every `LEAST_ENCODED` characters."""

LEAST_ENCODED = 32
"""Characters from which a stretch may be an encoded text; shorter ones hold no five words."""

_LEAST_READ = 16
"""Characters from which a reading is compared."""

_LEAST_READABLE = 0.9
"""Share of letters, digits, spaces and punctuation from which what was decoded is a text."""

_MOST_CIPHERS = 3
"""Ciphers that are tried on one text; those with the most marks."""

_LEAST_NUMBERS = 16
"""Numbers in a row from which they may be the characters of a text."""

_LEAST_HIDDEN = 24
"""Characters that do not show from which they may be a text."""

_FREQUENT = [
    "with",
    "this",
    "that",
    "from",
    "have",
    "what",
    "which",
    "they",
    "will",
    "there",
    "when",
    "then",
    "your",
    "were",
    "been",
    "more",
    "into",
    "many",
    "much",
    "does",
    "left",
    "nicht",
    "eine",
    "sind",
    "wird",
    "oder",
    "auch",
    "wenn",
    "dass",
    "dans",
    "pour",
    "avec",
    "plus",
    "sont",
    "mais",
    "para",
    "como",
    "pero",
    "esta",
    "este",
    "todo",
    "cuando",
]
"""Words by whose images a cipher is known."""

_ANY_FORMAT = 32 + zlib.MAX_WBITS
"""Tells zlib to know gzip from zlib by its header."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Encoded(NamedTuple):
    """One reading of a stretch of a text."""

    text: str
    """What it reads."""
    start: int
    """Where the stretch starts in the text that was given."""
    end: int
    """One past its end."""
    way: str = ""
    """Name of the dress that was undone; neighbouring texts in the same dress belong together."""


def _table(images: str) -> dict[int, int]:
    return str.maketrans(_LETTERS + _LETTERS.upper(), images + images.upper())


def _shift(by: int) -> dict[int, int]:
    return _table(_LETTERS[by:] + _LETTERS[:by])


def _translated(table: Mapping[int, int], text: str) -> str:
    return text.translate(table)


def _backwards(text: str) -> str:
    return text[::-1]


_ATBASH = _table(_LETTERS[::-1])
_ROT47 = {code: 33 + (code - 33 + 47) % 94 for code in range(33, 127)}
_CIPHERS: dict[str, Callable[[str], str]] = {
    **{f"shift {by}": partial(_translated, _shift(by)) for by in range(1, 26)},
    "atbash": partial(_translated, _ATBASH),
    "rot47": partial(_translated, _ROT47),
    "letters backwards": _backwards,
}
"""Name -> how to read it."""


def _cipher_marks() -> dict[str, str]:
    """Image of a frequent word -> the cipher that it is an image under."""
    marks = {"e96": "rot47"}  # the image of `the`
    for word in _FREQUENT:
        for by in range(1, 26):
            marks.setdefault(word.translate(_shift(26 - by)), f"shift {by}")
        marks.setdefault(word.translate(_ATBASH), "atbash")
        marks.setdefault(word[::-1], "letters backwards")
    return {mark: name for mark, name in marks.items() if mark not in _FREQUENT}


_CIPHER_OF = _cipher_marks()
_NUMBER_MARKS = frozenset(
    [
        "6c",
        "6d",
        "6e",
        "6f",
        "ox6f",
        "x6f",
        "u6f",
        "ox6e",
        "u006f",
        "uoo6f",
        "006f",
        "oo6f",
        "101",
        "116",
        "0101",
        "145",
        "164",
        "01100101",
        "01110100",
        "6520",
        "7420",
        "6f6e",
        "6e20",
        "7468",
        "6865",
        "206f",
        "0061",
        "0065",
        "0020",
    ]
)
_LETTER_MARK = "h"

MARKS = frozenset(_CIPHER_OF) | _NUMBER_MARKS | {_LETTER_MARK}
"""Canonical words that a text in a cipher, in numbers or in single letters has."""

IN_REVERSE, BEFORE_IN_REVERSE = "the", ("of", "at", "in", "to", "on", "from", "by")
"""Words of which the one follows one of the others in prose, and comes before it in reverse."""

_BACKWARDS = tuple(f" {IN_REVERSE} {each} " for each in BEFORE_IN_REVERSE)

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_STRETCH = re.compile(
    rf"(?:[0-9a-fA-F]{{2}}){{{LEAST_ENCODED // 2},}}"
    rf"|[A-Za-z0-9+/_-]{{{LEAST_ENCODED},}}(?:\r?\n[A-Za-z0-9+/_-]{{4,}})*={{0,6}}"
)
_SPLIT = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?>[A-Za-z0-9+/_-]{6,}+={0,2}+[\s\"'+,.\\]{1,12}+){3,}+[A-Za-z0-9+/_-]{2,}+"
)
_SPLIT_SIGNS = re.compile(
    r"[\s\"'+,.\\](?<=[A-Za-z0-9+/_=-]{6}[\s\"'+,.\\])[\s\"'+,.\\]{0,11}+"
    r"(?>(?![A-Z]?[a-z/_-]*+[^A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{6,}+={0,2}+[\s\"'+,.\\]{1,12}+){2}"
    r"[A-Za-z0-9+/_-]{2}"
)
"""Somewhere in a split text two pieces in a row are no words or names; it costs a third."""
_DENSE = re.compile(rf"[!-~]{{{LEAST_ENCODED},}}")
_RUN = b"a" * LEAST_ENCODED
_ASKED = "\x01"


def _class(pattern: str) -> bytes:
    """A table for `_classed`."""
    signs = re.compile(pattern)
    table = [b"a" if signs.match(chr(code)) else b" " for code in range(256)]
    table[ord(_ASKED)], table[ord("?")] = table[ord("?")], b" "
    return b"".join(table)


_IN_STRETCH, _IN_DENSE = _class("[A-Za-z0-9+/_-]"), _class("[!-~]")
_SIGN = re.compile(r"[^0-9A-Za-z_./-]")
_LEAST_SIGNS = 20
"""Of so many characters in base85 at least one is no letter, digit or sign of a name or path."""
_NUMBERS = re.compile(
    rf"(?<![0-9A-Za-z])(?>(?:0?[xX]|[uU]\+?)?+[0-9a-fA-F]{{2,8}}+[^0-9A-Za-z]{{1,4}}+)"
    rf"{{{_LEAST_NUMBERS},}}+(?:(?:0?[xX]|[uU]\+?)?+[0-9a-fA-F]{{2,8}}+)?+"
)
_NUMBER = re.compile(r"(?:0?[xX]|[uU]\+?)?([0-9a-fA-F]{2,8})")
_SIGNED = re.compile(r"(?<!\w)\w(?:[^\w\s]\w(?!\w))++")
_SPACED = re.compile(r"(?<!\w)\w(?: \w(?!\w))++")
_UTF7 = re.compile(r"\+A[A-H][A-Za-z0-9+/]{2}")
_QUOTED = re.compile(r"=\r?\n|=[0-9A-F]{2}")
_PUNYCODE = re.compile(r"xn--([A-Za-z0-9-]{1,300})")
_IN_WORD = re.compile(r"\w<[^<>]{0,300}>\w|\w<[^<>]{0,300}><[^<>]{0,300}>\w")
_ANY_TAG = re.compile(r"<[^<>]{0,300}>")
_HIDING = re.compile(
    r"<([A-Za-z][A-Za-z0-9]{0,15})\s[^<>]{0,300}?(?:display\s*:\s*none|visibility\s*:\s*hidden"
    r"|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|\shidden(?=[\s>=]))[^<>]{0,300}>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""=\s{0,9}(?:"([^"<>]{20,})"|'([^'<>]{20,})')""")
# As in other patterns, one class of characters stands first, which is sought the fastest.
_LINK = re.compile(r"[!\[](?:(?<=!)\[|(?<=\[))([^\[\]]{0,200})\]\([^()\s]{0,300}\)")
_COMMAND = re.compile(
    r"[\\{}](?:(?<=[{}])|(?<=\\)(?:[A-Za-z]{1,20}\*?(?=\{)|[-/,;:!]|(?:bf|it|rm|sf|tt|em)\b\s?))"
)
_JOINT = re.compile(r"""["'`]\s{0,20}(?:\+\+?|\.\.?|&|\|\||<>|\\)\s{0,20}\\?\s{0,20}["'`]""")
_NEIGHBOURS = re.compile(r"""(["'])[ \t]{0,9}\\?\r?\n[ \t]{0,40}\1""")
_HYPHENATED = re.compile(r"(?<=\w)-\r?\n[ \t]{0,9}(?=\w)")
_SIGNS_IN_WORD = re.compile(r"@|\$(?![0-9])|(?<=[A-Za-z])[!|](?=[A-Za-z])")
_IMITATED = str.maketrans("@$!|", "asil")
_REMARKS = (("<!--", "-->"), ("/*", "*/"), ("{#", "#}"), ("<?", "?>"), ("(*", "*)"))
_TAG_SIGNS = re.compile("[\U000e0020-\U000e007e]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_NO_WIDTH = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\ufe00-\ufe0f\U000e0020-\U000e01ef]")


def has_signs(text: str) -> bool:
    """Whether a text of plain ASCII has signs of a dress that is more than white space and words.

    Single signs are sought, which costs a fortieth of a pattern.
    """
    return (
        "@" in text
        or ("*" in text and ("/*" in text or "(*" in text))
        or "](" in text
        or "{#" in text
        or "-\n" in text
        or ("=" in text and ("=\n" in text or "=\r" in text or "=20" in text))
        or "xn--" in text
        or ('"' in text and ("+" in text or '"\n' in text))
        or ("'" in text and ("'+" in text or "' +" in text))
    )


def may_be_encoded(text: str) -> bool:
    """Whether a text has a stretch of signs in a row that is long enough to encode a text."""
    return _RUN in _classed(text, _IN_DENSE)


def _classed(text: str, table: bytes) -> bytes:
    """For every character a byte: `_RUN`'s for those of a class, another one for the others.

    Runs of a class are found in it in a twentieth of the time that a pattern takes.
    """
    # `?` is what replaces characters that are none of ASCII.
    return text.replace("?", _ASKED).encode("ascii", "replace").translate(table)


def _runs(pattern: re.Pattern[str], text: str, table: bytes) -> Iterator[re.Match[str]]:
    """The matches of a pattern that starts with a run of a class, at least `LEAST_ENCODED` long."""
    classed = _classed(text, table)
    at = classed.find(_RUN)
    while at >= 0:
        match = pattern.match(text, at)
        if match:
            yield match
        at = classed.find(_RUN, match.end() if match else at + 1)


def reads_backwards(text: str) -> bool:
    """Whether words follow each other in a canonical text as they do in reverse alone."""
    return any(pair in text for pair in _BACKWARDS)


def readings(text: str, *, marked: bool = False, times: int = BUDGET_TIMES) -> Iterator[Encoded]:
    """What else a text can be read as, all readings within a budget of characters.

    Args:
        text: the text.
        marked: whether words of `MARKS` are in it, or words in reverse, so that ciphers and lists
            of numbers are read as well.
        times: the budget, in times the length of the text.
    """
    budget = _Budget(text, times)
    yield from _read(text, None, budget, MOST_DECODED, marked=marked)


class _Budget:
    """What the readings of one text may still take, and those that were had."""

    def __init__(self, text: str, times: int) -> None:
        self.characters = len(text) * times + BUDGET_LEAST
        """Characters left."""
        self._number = len(text) // LEAST_ENCODED + READINGS_LEAST
        self._had = {text}

    def takes(self, reading: str) -> bool:
        """Whether a reading is a new one and fits; then it is paid for."""
        if len(reading) > self.characters or not self._number or reading in self._had:
            return False
        self.characters -= len(reading)
        self._number -= 1
        self._had.add(reading)
        return True


def _read(
    text: str, place: tuple[int, int] | None, budget: _Budget, depth: int, *, marked: bool
) -> Iterator[Encoded]:
    """The readings of a text and theirs. Places are those of the outermost stretch."""
    for found in _once(text, budget, marked=marked):
        # Halves of characters are none.
        inside = found._replace(text=found.text.encode("utf-8", "replace").decode())
        if len(inside.text) < _LEAST_READ or not budget.takes(inside.text):
            continue
        start, end = place or (inside.start, inside.end)
        yield inside._replace(start=start, end=end)
        if depth:
            # A cipher in a cipher is not looked for, but for words backwards in a text backwards.
            ciphered = inside.way in _CIPHERS and inside.way != "letters backwards"
            yield from _read(
                inside.text, (start, end), budget, depth - 1, marked=marked and not ciphered
            )


def _once(text: str, budget: _Budget, *, marked: bool) -> Iterator[Encoded]:
    """What a text reads with one dress undone; of a whole text the lines that differ."""
    yield from _stretches(text, budget)
    for match in _SPLIT.finditer(text) if _SPLIT_SIGNS.search(text) else ():
        inside = _text_of(re.sub(r"[\s\"'+,.\\]+", "", match[0]), budget.characters)
        if inside is not None:
            yield Encoded(inside, *match.span(), "split")
    if marked:
        yield from (Encoded(each, 0, len(text), way) for way, each in _marked(text))
    lines: set[str] = set()
    for way, reading in _whole(text):
        if reading == text:
            continue
        lines = lines or set(text.splitlines())
        changed = "\n".join(line for line in reading.splitlines() if line not in lines)
        yield Encoded(changed, 0, len(text), way)


def _stretches(text: str, budget: _Budget) -> Iterator[Encoded]:
    """What stretches without white space encode."""
    for match in _runs(_STRETCH, text, _IN_STRETCH):
        inside = _text_of(match[0], budget.characters)
        if inside is not None:
            yield Encoded(inside, *match.span(), "stretch")
    for match in _runs(_DENSE, text, _IN_DENSE):
        if len(_SIGN.sub("", match[0])) * _LEAST_SIGNS > len(match[0]) * (_LEAST_SIGNS - 1):
            continue
        inside = _base85(match[0], budget.characters)
        if inside is not None:
            yield Encoded(inside, *match.span(), "base85")


def _whole(text: str) -> Iterator[tuple[str, str]]:
    """Name of the dress and reading, of dresses that are known by signs."""
    if "<" in text or "*" in text or "#" in text or any(each in text for each in ("](", "\\", '"')):
        yield "unwrapped", _unwrapped(text)
    elif "-\n" in text or "'" in text:
        yield "unwrapped", _joined(text)
    if "<" in text and "=" in text:
        yield "attributes", "\n".join(one or other for one, other in _ATTRIBUTE.findall(text))
    if "@" in text and _SIGNS_IN_WORD.search(text):
        signs = _SIGNS_IN_WORD.sub(lambda sign: sign[0].translate(_IMITATED), text)
        yield "signs for letters", signs
    yield from _escaped(text)
    if not text.isascii() and _INVISIBLE.search(text):
        yield from (("invisible", each) for each in _invisible(text))


def _escaped(text: str) -> Iterator[tuple[str, str]]:
    """The same of dresses that escape characters."""
    if "=" in text and _QUOTED.search(text):
        yield (
            "quoted-printable",
            quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace"),
        )
    if "+A" in text and _UTF7.search(text):
        yield "utf-7", text.encode("ascii", "ignore").decode("utf-7", "ignore")
    if "xn--" in text:
        yield "punycode", _PUNYCODE.sub(_from_punycode, text)
    if "&amp;" in text:
        yield "references", html.unescape(text)
    if "%25" in text:
        yield "percent", unquote(text)


def _marked(text: str) -> Iterator[tuple[str, str]]:
    """The same of dresses that are known by words of `MARKS`, or by words in reverse."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    counts: dict[str, int] = {}
    for word in words:
        if word in _CIPHER_OF:
            counts[_CIPHER_OF[word]] = counts.get(_CIPHER_OF[word], 0) + 1
    for name in sorted(counts, key=lambda each: -counts[each])[:_MOST_CIPHERS]:
        yield name, _CIPHERS[name](text)
    if reads_backwards(text.lower()):
        yield "words backwards", " ".join(reversed(text.split()))
    for match in _NUMBERS.finditer(text):
        yield from (("numbers", each) for each in _characters(match[0]))
    if _LETTER_MARK in words:
        yield "spelled", _unspelled(text)


def _unwrapped(text: str) -> str:
    """The text without remarks, what does not show, commands of a typesetter, and joints."""
    for opening, closing in _REMARKS:
        if opening in text:
            text = _cut_out(text, opening, closing)
    if "<" in text:
        text = _without_hidden(text)
        if _IN_WORD.search(text):
            text = _ANY_TAG.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    return _joined(text)


def _joined(text: str) -> str:
    """The text in one string: without joints, line ends in words, and a typesetter's commands."""
    if "\\" in text and "{" in text:
        text = _COMMAND.sub("", text)
    if '"' in text or "'" in text or "`" in text:
        text = _NEIGHBOURS.sub("", _JOINT.sub("", text))
    return _HYPHENATED.sub("", text) if "-\n" in text or "-\r" in text else text


def _cut_out(text: str, opening: str, closing: str) -> str:
    """The text without what stands between two signs, the signs included."""
    kept = []
    before = 0
    while (start := text.find(opening, before)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        kept.append(text[before:start])
        before = end + len(closing)
    kept.append(text[before:])
    return "".join(kept)


def _without_hidden(text: str) -> str:
    """The text without elements that a browser does not show."""
    kept = []
    before = 0
    for match in _HIDING.finditer(text):
        if match.start() < before:
            continue
        closing = f"</{match[1]}>"
        end = text.find(closing, match.end())
        if end < 0:
            break
        kept.append(text[before : match.start()])
        before = end + len(closing)
    kept.append(text[before:])
    return "".join(kept)


def _invisible(text: str) -> Iterator[str]:
    """Texts in characters that do not show: tags, variation selectors, two widths of nothing."""
    tags = "".join(_TAG_SIGNS.findall(text))
    if len(tags) >= _LEAST_HIDDEN:
        yield "".join(chr(ord(sign) - 0xE0000) for sign in tags)
    selectors = "".join(_SELECTORS.findall(text))
    if len(selectors) >= _LEAST_HIDDEN:
        yield bytes(_selected(sign) for sign in selectors).decode("utf-8", "replace")
    signs = _NO_WIDTH.findall(text)
    kinds = sorted(set(signs))
    if len(signs) >= 8 * _LEAST_HIDDEN and len(kinds) == 2:  # noqa: PLR2004  bits have two values
        for one in kinds:
            bits = "".join("1" if sign == one else "0" for sign in signs)
            whole = len(bits) // 8 * 8
            yield bytes(int(bits[at : at + 8], 2) for at in range(0, whole, 8)).decode(
                "utf-8", "replace"
            )


def _selected(sign: str) -> int:
    """The byte that a variation selector stands for: the first sixteen, then the others."""
    code = ord(sign)
    return code - 0xFE00 if code < 0x10000 else code - 0xE0100 + 16  # noqa: PLR2004  the two blocks


def _characters(stretch: str) -> Iterator[str]:
    """The texts whose characters a list of numbers may name."""
    numbers = _NUMBER.findall(stretch)
    if set("".join(numbers)) <= {"0", "1"}:
        bases = [2]
    elif "".join(numbers).isdecimal():
        bases = [10, 8, 16]
    else:
        bases = [16]
    for base in bases:
        try:
            codes = [int(each, base) for each in numbers]
        except ValueError:
            continue
        text = _of_codes(codes)
        if text is not None:
            yield text
            return
    if all(len(each) % 2 == 0 for each in numbers):
        text = _readable(bytes.fromhex("".join(numbers)))
        if text is not None:
            yield text


def _of_codes(codes: list[int]) -> str | None:
    """The text with these bytes or characters; None where it is not readable."""
    if max(codes) < 256:  # noqa: PLR2004  bytes
        return _readable(bytes(codes))
    if max(codes) >= 0x110000:  # noqa: PLR2004  no character has such a number
        return None
    text = "".join(map(chr, codes))
    return text if _is_readable(text) else None


def _unspelled(text: str) -> str:
    """The text with words whose letters stand apart in one piece."""
    text = _SIGNED.sub(lambda match: re.sub(r"\W", "", match[0]), text)
    apart = re.sub(r"\s{2,}|[\n\t]", "\x1f", text)
    return _SPACED.sub(lambda match: match[0].replace(" ", ""), apart).replace("\x1f", " ")


def _from_punycode(match: re.Match[str]) -> str:
    try:
        return match[1].encode().decode("punycode")
    except (UnicodeError, OverflowError):
        return match[0]


def _text_of(stretch: str, most: int) -> str | None:
    """The text that hexadecimal digits, base64 or base32 encode; None where they encode none."""
    bare = stretch.replace("\r", "").replace("\n", "").rstrip("=")
    for decode in (_hexadecimal, _base64, _base32):
        try:
            content = decode(bare)
        except (ValueError, binascii.Error):
            continue
        text = _readable(content, most)
        if text is not None:
            return text
    return None


def _hexadecimal(stretch: str) -> bytes:
    if not _HEX.fullmatch(stretch):
        raise ValueError("these are no pairs of hexadecimal digits")
    return bytes.fromhex(stretch)


def _base64(stretch: str) -> bytes:
    plain = stretch.translate(str.maketrans("-_", "+/"))
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _base32(stretch: str) -> bytes:
    if not stretch.isalnum():
        raise ValueError("base32 has letters and digits alone")
    return base64.b32decode(stretch.upper() + "=" * (-len(stretch) % 8))


def _base85(stretch: str, most: int) -> str | None:
    """The text that a stretch encodes in one of the two alphabets of base85."""
    framed = stretch.removeprefix("<~").removesuffix("~>")
    for decode in (base64.b85decode, base64.a85decode):
        try:
            content = decode(framed.strip("\"'`"))
        except ValueError:
            continue
        text = _readable(content, most)
        if text is not None:
            return text
    return None


def _readable(content: bytes, most: int = BUDGET_LEAST) -> str | None:
    """The text of some bytes, packed or in UTF-16 too; None where they are no text.

    Args:
        content: the bytes.
        most: bytes up to which packed ones are unpacked.
    """
    packed = content[:2] == b"\x1f\x8b" or content[:1] == b"\x78"
    if packed:
        content = _unpacked(content, most)
    encoding = "utf-8"
    if content.count(b"\x00") * 3 > len(content):
        encoding = "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
    try:
        text = content.decode(encoding, "ignore" if packed else "strict")
    except UnicodeDecodeError:
        return None
    return text if _is_readable(text) else None


def _unpacked(content: bytes, most: int) -> bytes:
    """What gzip or zlib packed, the first `most` bytes of it; the content itself if it is neither."""
    try:
        return zlib.decompressobj(_ANY_FORMAT).decompress(content, most)
    except zlib.error:
        return content


def _is_readable(text: str) -> bool:
    readable = sum(each.isalnum() or each.isspace() or each in ".,;:!?'\"()$%-+/=" for each in text)
    return readable >= _LEAST_READABLE * len(text)
