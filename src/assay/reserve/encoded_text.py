"""Encoded texts: stretches of a text in hexadecimal, base64, base32, base85 or numbers, decoded.

A stretch counts as encoded only where what it decodes to is a readable text, packed or plain.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

LEAST_ENCODED = 32
"""Characters from which a stretch may be an encoded text; shorter ones hold no five words."""

_LEAST_READABLE = 0.9
"""Share of letters, digits, spaces and punctuation from which what was decoded is a text."""

_LEAST_NUMBERS = 16
"""Numbers in a row from which they may be the characters of a text."""

_MOST_UNPACKED = 4096
"""Bytes up to which packed content is unpacked where the caller gives no budget."""

_ANY_FORMAT = 32 + zlib.MAX_WBITS
"""Has zlib recognise gzip and zlib by their headers."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_STRETCH = re.compile(
    rf"(?:[0-9a-fA-F]{{2}}){{{LEAST_ENCODED // 2},}}"
    rf"|[A-Za-z0-9+/_-]{{{LEAST_ENCODED},}}(?:\r?\n[A-Za-z0-9+/_-]{{4,}})*={{0,6}}"
)
_SPLIT = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?>[A-Za-z0-9+/_-]{6,}+={0,2}+[\s\"'+,.\\]{1,12}+){3,}+[A-Za-z0-9+/_-]{2,}+"
)
_SPLIT_PIECES = re.compile(
    r"[\s\"'+,.\\](?<=[A-Za-z0-9+/_=-]{6}[\s\"'+,.\\])[\s\"'+,.\\]{0,11}+"
    r"(?>(?![A-Z]?[a-z/_-]*+[^A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{6,}+={0,2}+[\s\"'+,.\\]{1,12}+){2}"
    r"[A-Za-z0-9+/_-]{2}"
)
"""Two consecutive pieces of a split text that are no words or names; a third of `_SPLIT`'s cost."""
_BETWEEN_PIECES = re.compile(r"[\s\"'+,.\\]+")
_DENSE = re.compile(rf"[!-~]{{{LEAST_ENCODED},}}")
_RUN = b"a" * LEAST_ENCODED
_ASKED = "\x01"


def _class_table(pattern: str) -> bytes:
    """A table for `_characters_in_class` from the pattern of one character."""
    characters = re.compile(pattern)
    table = [b"a" if characters.match(chr(code)) else b" " for code in range(256)]
    table[ord(_ASKED)], table[ord("?")] = table[ord("?")], b" "
    return b"".join(table)


_IN_STRETCH, _IN_DENSE = _class_table("[A-Za-z0-9+/_-]"), _class_table("[!-~]")
_UNUSUAL = re.compile(r"[^0-9A-Za-z_./-]")
_UNUSUAL_EVERY = 20
"""Of so many characters in base85 at least one is rare in names, paths and words."""
_NUMBERS = re.compile(
    rf"(?<![0-9A-Za-z])(?>(?:0?[xX]|[uU]\+?)?+[0-9a-fA-F]{{2,8}}+[^0-9A-Za-z]{{1,4}}+)"
    rf"{{{_LEAST_NUMBERS},}}+(?:(?:0?[xX]|[uU]\+?)?+[0-9a-fA-F]{{2,8}}+)?+"
)
_NUMBER = re.compile(r"(?:0?[xX]|[uU]\+?)?([0-9a-fA-F]{2,8})")


def may_be_encoded(text: str) -> bool:
    """Whether a text has a stretch without white space that is long enough to encode a text."""
    return _RUN in _characters_in_class(text, _IN_DENSE)


def encoded_stretches(text: str) -> Iterator[re.Match[str]]:
    """Stretches that may be hexadecimal, base64 or base32."""
    return _runs(_STRETCH, text, _IN_STRETCH)


def dense_stretches(text: str) -> Iterator[re.Match[str]]:
    """Stretches that may be base85: no white space, and too many rare characters for a path."""
    for match in _runs(_DENSE, text, _IN_DENSE):
        usual = len(_UNUSUAL.sub("", match[0]))
        if usual * _UNUSUAL_EVERY <= len(match[0]) * (_UNUSUAL_EVERY - 1):
            yield match


def split_stretches(text: str) -> Iterator[re.Match[str]]:
    """Stretches that may be base64 in pieces: lines, strings of a program, parts of a list."""
    return _SPLIT.finditer(text) if _SPLIT_PIECES.search(text) else iter(())


def decode_split(stretch: str, most: int) -> str | None:
    """The text that the pieces of a stretch encode together; None where they encode none.

    Args:
        stretch: a stretch that `split_stretches` found.
        most: bytes up to which packed content is unpacked.
    """
    return decode_stretch(_BETWEEN_PIECES.sub("", stretch), most)


def number_texts(text: str) -> Iterator[str]:
    """The texts whose characters or bytes lists of numbers in a text may name."""
    for match in _NUMBERS.finditer(text):
        yield from _texts_of_numbers(match[0])


def _characters_in_class(text: str, table: bytes) -> bytes:
    """For every character a byte: `_RUN`'s for those of a class, another one for the others.

    Runs of a class are found in it in a twentieth of the time that a pattern takes.
    """
    # Encoding puts `?` in place of every character outside ASCII, so a real `?` is renamed first.
    return text.replace("?", _ASKED).encode("ascii", "replace").translate(table)


def _runs(pattern: re.Pattern[str], text: str, table: bytes) -> Iterator[re.Match[str]]:
    """The matches of a pattern that starts with a run of a class, at least `LEAST_ENCODED` long."""
    in_class = _characters_in_class(text, table)
    at = in_class.find(_RUN)
    while at >= 0:
        match = pattern.match(text, at)
        if match:
            yield match
        at = in_class.find(_RUN, match.end() if match else at + 1)


def _texts_of_numbers(stretch: str) -> Iterator[str]:
    """The texts whose characters a list of numbers may name."""
    numbers = _NUMBER.findall(stretch)
    if set("".join(numbers)) <= {"0", "1"}:
        bases = [2]
    elif "".join(numbers).isdecimal():
        bases = [10, 8, 16]
    else:
        bases = [16]
    # Decimal digits alone may be octal or hexadecimal too: the first base that gives a readable
    # text wins.
    for base in bases:
        try:
            codes = [int(number, base) for number in numbers]
        except ValueError:
            continue
        text = _text_of_codes(codes)
        if text is not None:
            yield text
            return
    if all(len(number) % 2 == 0 for number in numbers):
        text = _readable(bytes.fromhex("".join(numbers)))
        if text is not None:
            yield text


def _text_of_codes(codes: list[int]) -> str | None:
    """The text with these bytes or characters; None where it is not readable."""
    if max(codes) < 256:  # noqa: PLR2004  bytes
        return _readable(bytes(codes))
    if max(codes) >= 0x110000:  # noqa: PLR2004  no character has such a number
        return None
    text = "".join(map(chr, codes))
    return text if _is_readable(text) else None


def decode_stretch(stretch: str, most: int) -> str | None:
    """The text that hexadecimal digits, base64 or base32 encode; None where they encode none.

    Args:
        stretch: the stretch, whose line ends are left out.
        most: bytes up to which packed content is unpacked.
    """
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


def decode_base85(stretch: str, most: int) -> str | None:
    """The text that a stretch encodes in one of the two alphabets of base85; None where in none.

    Args:
        stretch: the stretch, with or without the frame of Ascii85 or quotation marks.
        most: bytes up to which packed content is unpacked.
    """
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


def _readable(content: bytes, most: int = _MOST_UNPACKED) -> str | None:
    """The text of some bytes, packed or in UTF-16 too; None where they are no text.

    Args:
        content: the bytes.
        most: bytes up to which packed ones are unpacked.
    """
    packed = content[:2] == b"\x1f\x8b" or content[:1] == b"\x78"
    if packed:
        content = _unpack(content, most)
    encoding = "utf-8"
    if content.count(b"\x00") * 3 > len(content):
        encoding = "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
    try:
        text = content.decode(encoding, "ignore" if packed else "strict")
    except UnicodeDecodeError:
        return None
    return text if _is_readable(text) else None


def _unpack(content: bytes, most: int) -> bytes:
    """What gzip or zlib packed, the first `most` bytes of it; the content itself if it is neither."""
    try:
        return zlib.decompressobj(_ANY_FORMAT).decompress(content, most)
    except zlib.error:
        return content


def _is_readable(text: str) -> bool:
    readable = sum(
        character.isalnum() or character.isspace() or character in ".,;:!?'\"()$%-+/="
        for character in text
    )
    return readable >= _LEAST_READABLE * len(text)
