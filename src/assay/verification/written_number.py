"""Numbers as people write them: one reading by a named format, or a sentence why there is none.

No number is guessed. What a format does not write in this way is unreadable under it; under
`auto`, a number that two formats read as two values is unreadable as well.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import NamedTuple

MAX_DIGITS = 60
"""Digits of one number, and the largest power of ten that it is multiplied by."""

_GLUE = "\u00a0\u202f\u2009"


class NumberStyle(NamedTuple):
    """How a number is written."""

    decimal: str
    """The sign before decimals."""
    groups: str
    """Characters of which one may be between groups of three digits."""


FORMATS: Mapping[str, NumberStyle] = {
    "en": NumberStyle(".", f",{_GLUE}"),
    "de": NumberStyle(",", f".{_GLUE}"),
    "fr": NumberStyle(",", f" {_GLUE}"),
    "ch": NumberStyle(".", f"'’{_GLUE}"),
}
"""By name. No-break and thin spaces group in all of them, a plain space in `fr` alone."""

DECIMAL_COMMA = NumberStyle(",", f". {_GLUE}")
"""What the option `decimal_comma` has read from the first: points and spaces group."""

LANGUAGES: Mapping[str, str] = {
    **dict.fromkeys(("en", "english", "zh", "ja", "ko", "th", "he", "es_mx", "es_us"), "en"),
    **dict.fromkeys(("de", "german", "es", "it", "pt", "nl", "da", "id", "tr", "el"), "de"),
    **dict.fromkeys(("fr", "french", "sv", "nb", "fi", "pl", "cs", "sk", "ru", "uk", "bg"), "fr"),
    **dict.fromkeys(("ch", "de_ch", "fr_ch", "it_ch", "de_li"), "ch"),
}
"""Language or locale -> format; a locale that is not listed goes by its language."""

LANGUAGE_AXES = ("locale", "language")
"""Axes of the taxonomy that name a record's language, the exacter first."""

_SPACE = f" {_GLUE}"
_SMALL = "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_EXPONENT = r"[-+−]?\d{1,4}"
_NUMBER = re.compile(
    rf"""
    (?P<sign>(?<![\w)\]%.,])[-−–+])?
    (?:[$€£¥₹][{_SPACE}]?(?P<inner>[-−–])?)?
    (?=[.,]?\d|[{_SMALL}])
    (?:
      (?:(?P<whole>\d{{1,9}})[{_SPACE}])?(?<![/⁄\d.,])
      (?P<above>\d{{1,12}})[{_SPACE}]?[/⁄][{_SPACE}]?(?P<below>\d{{1,12}})
      (?![.,]?\d|[{_SPACE}]?[/⁄])
    |
      (?P<digits>
        (?:(?<![\w.,])[.,])?\d+(?:[.,'’{_GLUE}]\d+|(?<!\d\d\d\d)[ ]\d{{3}}(?!\d))*)?
      (?P<small>[{_SMALL}])?
      (?:[eE](?P<power>{_EXPONENT})(?!\w)
        |[{_SPACE}]?[×x·*][{_SPACE}]?10(?:\^|\*\*)[{{(]?(?P<raised>{_EXPONENT})[}})]?
        |[{_SPACE}]?[×x·*][{_SPACE}]?10(?P<above_line>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,4}}))?
    )
    (?P<percent>[{_SPACE}]?%)?
    """,
    re.VERBOSE,
)
_UNREAD_AFTER = re.compile(rf"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻^]|\*\*|[{_SPACE}]?[/⁄][{_SPACE}]?\d")
_UNREAD_BEFORE = re.compile(rf"(?:\d[{_SPACE}]?[/⁄][{_SPACE}]?|\^|\*\*)$")
_PLAIN = str.maketrans("−–⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "---+0123456789")


class UnreadableNumberError(ValueError):
    """The number cannot be read, or not in one way only."""


class WrittenNumber(NamedTuple):
    """One number as it is in a text."""

    text: str
    """All of it, with its signs."""
    digits: str
    """Its digits with their separators; empty for a bare fraction."""
    part: Fraction | None
    """The fraction that it ends on, such as 3/4; None without one."""
    negative: bool
    """Whether a minus precedes it."""
    power: int
    """The power of ten that it is multiplied by."""
    percent: bool
    """Whether a percent sign follows."""
    broken_off: bool
    """Whether it is a piece of something else, such as a date, a ratio or a power."""


def numbers_in(text: str) -> Iterator[WrittenNumber]:
    """Every number of a text, in order. Linear in the text."""
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - 4) : match.start()]
        signs = f"{match['sign'] or ''}{match['inner'] or ''}".translate(_PLAIN)
        raised = match["power"] or match["raised"] or match["above_line"] or "0"
        yield WrittenNumber(
            text=match[0],
            digits=(match["whole"] if match["below"] else match["digits"]) or "",
            part=_part(match),
            negative="-" in signs,
            power=int(raised.translate(_PLAIN)),
            percent=bool(match["percent"]),
            broken_off=bool(_UNREAD_AFTER.match(text, match.end()))
            or bool(_UNREAD_BEFORE.search(before)),
        )


def _part(match: re.Match[str]) -> Fraction | None:
    if match["below"]:
        below = int(match["below"])
        return Fraction(int(match["above"]), below) if below else None
    if match["small"]:
        return Fraction(unicodedata.normalize("NFKC", match["small"]).replace("⁄", "/"))
    return None


def value_of_number(
    number: WrittenNumber,
    written: NumberStyle | None,
    *,
    fractions: bool = False,
    percent: bool = False,
) -> Fraction:
    """The exact value of a number.

    Args:
        number: the number as it is.
        written: its format; None where it is not known, so that all formats must agree.
        fractions: whether `3/4` and `½` are read.
        percent: whether a percent sign divides by a hundred; it is not read otherwise.

    Raises:
        UnreadableNumberError: if it cannot be read, or is more than one value.
    """
    shown = repr(number.text[:MAX_DIGITS])
    if len(number.digits) > MAX_DIGITS or abs(number.power) > MAX_DIGITS:
        raise UnreadableNumberError(f"a number of more than {MAX_DIGITS} digits")
    if number.broken_off:
        raise UnreadableNumberError(f"{shown} is a piece of a date, a ratio or a power")
    bare = not number.digits
    if number.part is None and bare:
        raise UnreadableNumberError(f"{shown} divides by zero")
    if number.part is not None and not fractions:
        raise UnreadableNumberError(f"{shown} is a fraction; the option `fractions` reads them")
    value = Fraction(0) if bare else _digits_value(number.digits, written)
    value = (value + (number.part or 0)) * Fraction(10) ** number.power
    value = value / 100 if percent and number.percent else value
    return -value if number.negative else value


def _digits_value(digits: str, written: NumberStyle | None) -> Fraction:
    if written is not None:
        value = _read_digits(digits, written)
        if value is None:
            raise UnreadableNumberError(f"{digits!r} is not how the format writes a number")
        return value
    # A plain space groups digits in some languages, and separates numbers in others.
    if " " in digits:
        raise UnreadableNumberError(f"{digits!r} is one number or several, by the language")
    readings = {name: _read_digits(digits, style) for name, style in FORMATS.items()}
    values = {value for value in readings.values() if value is not None}
    if len(values) == 1:
        return values.pop()
    if not values:
        raise UnreadableNumberError(f"{digits!r} is not how any format writes a number")
    listing = ", ".join(
        f"{value} in {name}" for name, value in readings.items() if value is not None
    )
    raise UnreadableNumberError(
        f"{digits!r} can be read in more than one way ({listing}), and the record names no language"
    )


def _read_digits(digits: str, written: NumberStyle) -> Fraction | None:
    """The value under a format; None where the format does not write so."""
    match = _pattern(written).fullmatch(digits)
    if match is None:
        return None
    whole = re.sub(r"\D", "", match["whole"] or "") or "0"
    return Fraction(f"{whole}.{match['decimals'] or '0'}")


@cache
def _pattern(written: NumberStyle) -> re.Pattern[str]:
    groups, decimal = re.escape(written.groups), re.escape(written.decimal)
    grouped = rf"[1-9]\d{{0,2}}(?P<sign>[{groups}])\d{{3}}(?:(?P=sign)\d{{3}})*"
    return re.compile(rf"(?P<whole>{grouped}|\d+)?(?:{decimal}(?P<decimals>\d+))?")


def format_of(taxonomy: Mapping[str, str]) -> NumberStyle | None:
    """The format of a record's language; None where it names none that is listed here."""
    for axis in LANGUAGE_AXES:
        tag = taxonomy.get(axis, "").strip().lower().replace("-", "_")
        name = LANGUAGES.get(tag) or LANGUAGES.get(tag.partition("_")[0])
        if name:
            return FORMATS[name]
    return None
