"""Calculations as they are written: with units, percentages, full-width characters, or in words.

A calculation is found in a text and turned into one of plain numbers, beside the units of its
terms. Units are compared as symbols: `mg/kg` times `kg` is `mg`. Where they do not come out as the
result's, something was converted, and a difference in the numbers says nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from assay.verification.arithmetic import UnreadableCalculationError, says, value_of

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width characters as the usual ones; every character keeps its place."""

_NUMBER = r"(?:[$€£¥][^\S\n]?)?(?:\d{1,3}(?:,\d{3}){1,9}(?!\d)|\d{1,40})(?:\.\d{1,40})?"
_SYMBOL = r"(?!(?:of|and|to|is|x|by|von|plus)\b)[A-Za-zµμ°Ω㎎㎏㎖]{1,12}[²³]?"
_UNIT = rf"(?:[^\S\n]?(?:%|{_SYMBOL}(?:/{_SYMBOL}){{0,3}}))?"
_TERM = rf"[-−(]{{0,5}}{_NUMBER}{_UNIT}\){{0,5}}"
_OPERATOR = r"(?:[^\S\n]{0,3}[-+*/x×·÷−–][^\S\n]{0,3}|(?<=%)[^\S\n]{0,3}(?:of|von)[^\S\n]{1,3})"
_EQUALS = r"[^\S\n]{0,3}[=≈≒][^\S\n]{0,3}"
_RESULT = rf"[-−]?{_NUMBER}{_UNIT}"
MOST_TERMS = 40
"""Terms of one calculation; a longer one is not read, in whole or in part."""

_START = r"(?<![A-Za-z0-9_.,/%])(?<![-+*×·÷−–])(?<![-+*/×·÷−–] )"
WRITTEN = re.compile(
    rf"{_START}{_TERM}(?:{_OPERATOR}{_TERM}){{1,{MOST_TERMS}}}{_EQUALS}{_RESULT}"
    rf"(?:{_EQUALS}{_RESULT}){{0,9}}"
)
"""A calculation with at least one operation and a result, units and all."""

_IN_WORDS = re.compile(
    rf"\b(?:adding|add|the sum of)[^\S\n]{{1,3}}(?P<terms>{_NUMBER}{_UNIT}(?:(?:[^\S\n]?,[^\S\n]{{1,3}}(?:and[^\S\n]{{1,3}})?"
    rf"|[^\S\n]{{1,3}}(?:and|to)[^\S\n]{{1,3}}){_NUMBER}{_UNIT}){{1,{MOST_TERMS}}})[^\S\n]?,?[^\S\n]{{1,3}}"
    rf"(?:gives|is|makes|equals|yields|to[^\S\n]+get|we[^\S\n]+get)[^\S\n]{{1,3}}(?P<result>{_RESULT})",
    re.IGNORECASE,
)
_PART = re.compile(rf"(?P<number>{_NUMBER})(?P<unit>{_UNIT})")
_OF = re.compile(r"(?<=%)[^\S\n]*(?:of|von)[^\S\n]+")
_TIMES_X = re.compile(r"(?<=[\w)%])[^\S\n]*x[^\S\n]*(?=[-(\d])")
_SPLIT = re.compile(r"(?<=[\d\w)%²³])[^\S\n]*([-+*/×·÷−–])[^\S\n]*(?=[-−($€£¥\d])")

Units = Counter[str]
"""Symbol -> power: `mg/kg` is mg 1 and kg -1."""


class WrittenCalculation(NamedTuple):
    """A calculation as it is in a text."""

    start: int
    """Place of its first character in the text, from 0."""
    text: str
    """The calculation with its result, as it is written."""


def narrow(text: str) -> str:
    """The text with full-width characters as the usual ones, every character in its place."""
    return text.translate(_NARROW)


def calculations_in(text: str) -> Iterator[WrittenCalculation]:
    """Calculations of a text in order, with units or in words; none overlaps another."""
    usual = narrow(text)
    matches = [*WRITTEN.finditer(usual), *_IN_WORDS.finditer(usual)]
    end = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() >= end:
            end = match.end()
            yield WrittenCalculation(match.start(), text[match.start() : match.end()].rstrip("., "))


def fault_of(text: str) -> str | None:
    """What is wrong with a written calculation; None where it is right.

    Args:
        text: the calculation, such as `5 mg/kg * 12 kg = 60 mg`.

    Raises:
        UnreadableCalculationError: if it cannot be read, or its units show that something was converted.
        ZeroDivisionError: if it divides by zero.
    """
    plain = _in_signs(_TIMES_X.sub(" * ", _OF.sub(" * ", narrow(text))))
    first, *rest = re.split(r"([=≈≒])", plain)
    exact = value_of(_without_units(first))
    units = _units_of(first)
    for sign, stated in zip(rest[::2], rest[1::2], strict=True):
        number = _without_units(stated)
        right = says(number, exact) or (sign != "=" and _is_near(number, exact))
        if right:
            continue
        if units is None or units != (_units_of(stated) or Counter()):
            raise UnreadableCalculationError("its units show that something was converted")
        return f"{first.strip()} is {_show(exact)}, not {stated.strip()}"
    return None


def _show(exact: Fraction) -> str:
    return str(exact) if exact.denominator == 1 else f"{float(exact):.6g}"


def _in_signs(text: str) -> str:
    """A sum in words as one in symbols."""
    match = _IN_WORDS.fullmatch(text.strip())
    if match is None:
        return text
    terms = [part[0].strip() for part in _PART.finditer(match["terms"])]
    return f"{' + '.join(terms)} = {match['result']}"


def _without_units(text: str) -> str:
    """The text with nothing behind a number but its percent sign."""
    return _PART.sub(
        lambda part: part["number"] + ("%" if part["unit"].strip() == "%" else ""), text
    )


def _units_of(text: str) -> Units | None:
    """The units that a calculation comes out in; None where they do not go together."""
    if "(" in text:
        symbols = {_symbols(part["unit"]) for part in _PART.finditer(text)}
        return Counter(dict(next(iter(symbols)))) if len(symbols) == 1 else None
    terms = _SPLIT.split(text)
    total: Units | None = None
    product = _read_units(terms[0])
    for sign, term in zip(terms[1::2], terms[2::2], strict=True):
        units = _read_units(term)
        if sign in "+-−–":
            if total is not None and total != product:
                return None
            total, product = product, units
        else:
            power = -1 if sign in "/÷" else 1
            product = Counter({k: product[k] + power * units[k] for k in {*product, *units}})
            product = Counter({symbol: n for symbol, n in product.items() if n})
    return product if total is None or total == product else None


def _read_units(term: str) -> Units:
    part = _PART.search(term)
    return Counter(dict(_symbols(part["unit"]))) if part else Counter()


def _symbols(unit: str) -> tuple[tuple[str, int], ...]:
    """The symbols of a unit: the first above the line, those behind a stroke below it."""
    plain = unit.strip()
    if plain in {"", "%"}:
        return ()
    powers: Units = Counter()
    for place, symbol in enumerate(plain.split("/")):
        word = symbol.rstrip("s") if len(symbol) > 3 else symbol  # noqa: PLR2004  plurals of words
        powers[word] += 1 if place == 0 else -1
    return tuple(sorted((symbol, n) for symbol, n in powers.items() if n))


def _is_near(stated: str, exact: Fraction) -> bool:
    """Whether a result given as near is within half a unit of its last digit that is not 0."""
    digits = re.sub(r"[^\d.]", "", stated)
    whole, _, decimals = digits.partition(".")
    if decimals:
        unit = Fraction(1, 10 ** len(decimals))
    else:
        unit = (
            Fraction(10 ** (len(whole) - len(whole.rstrip("0"))))
            if whole.strip("0")
            else Fraction(1)
        )
    scale = Fraction(1, 100) if stated.rstrip().endswith("%") else Fraction(1)
    return abs(value_of(stated) - exact) <= unit * scale / 2
