"""Arithmetic as people and models write it: a parser of its own, exact fractions, no evaluation.

Grammar: `sum = product (("+" | "-") product)*`, `product = factor (("*" | "/") factor | group)*`,
`factor = ("-" | "+") factor | number "%"? | group`, `group = "(" sum ")" "%"?`. There is no power
operator, so that a value is never much longer than its text.
"""

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

MAX_LENGTH = 400
"""Characters of one calculation; longer ones are not read."""

MAX_DEPTH = 40
"""Levels of nested brackets in one calculation."""

MAX_DIGITS = 60
"""Digits of one number."""

FLOAT_PLACES = 9
"""Decimals from which a result was printed by a machine: binary fractions then differ at the end."""

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUMBER})\.?(?=\D|$)|(?P<sign>[-+*/()%]))")
_SAME = str.maketrans(
    {"×": "*", "·": "*", "∙": "*", "÷": "/", "−": "-", "–": "-", "$": " ", "€": " ", "£": " "}
)
_TIMES = re.compile(r"(?<=[\d)%\s])[xX](?=[\s\d(.])")


class UnreadableCalculationError(ValueError):
    """The text is not a calculation that this grammar reads."""


def value_of(text: str) -> Fraction:
    """The exact value of a calculation.

    Raises:
        UnreadableCalculationError: if the text is not a calculation, or too long, too deep or too large.
        ZeroDivisionError: if it divides by zero.
    """
    if len(text) > MAX_LENGTH:
        raise UnreadableCalculationError(f"longer than {MAX_LENGTH} characters")
    reader = _Reader(_tokens(_TIMES.sub("*", text).translate(_SAME)))
    value = reader.sum(0)
    if reader.next is not None:
        raise UnreadableCalculationError(f"{reader.next!r} is out of place")
    return value


def _tokens(text: str) -> list[str]:
    tokens, place, text = [], 0, text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise UnreadableCalculationError(
                f"{text[place : place + 12].strip()!r} is neither a number nor an operator"
            )
        token = match["number"] or match["sign"]
        if len(token) > MAX_DIGITS:
            raise UnreadableCalculationError(f"a number of more than {MAX_DIGITS} digits")
        tokens.append(token)
        place = match.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, *accepted: str) -> str | None:
        token = self.next
        if token is None or token not in accepted:
            return None
        self._place += 1
        return token

    def sum(self, depth: int) -> Fraction:
        value = self._product(depth)
        while sign := self._take("+", "-"):
            term = self._product(depth)
            value = value + term if sign == "+" else value - term
        return value

    def _product(self, depth: int) -> Fraction:
        value = self._factor(depth)
        while True:
            if sign := self._take("*", "/"):
                factor = self._factor(depth)
                value = value * factor if sign == "*" else value / factor
            elif self.next == "(":
                value *= self._factor(depth)
            else:
                return value

    def _factor(self, depth: int) -> Fraction:
        if depth > MAX_DEPTH:
            raise UnreadableCalculationError(f"more than {MAX_DEPTH} groups within groups")
        if sign := self._take("-", "+"):
            value = self._factor(depth + 1)
            return -value if sign == "-" else value
        if self._take("("):
            value = self.sum(depth + 1)
            if not self._take(")"):
                raise UnreadableCalculationError("a group is not closed")
        else:
            value = self._number()
        return value / 100 if self._take("%") else value

    def _number(self) -> Fraction:
        token = self.next
        if token is None:
            raise UnreadableCalculationError("it ends where a number is expected")
        if not (token[0].isdigit() or token[0] == "."):
            raise UnreadableCalculationError(f"{token!r} is where a number is expected")
        self._place += 1
        return Fraction(token.replace(",", ""))


def says(stated: str, exact: Fraction) -> bool:
    """Whether a stated result is the exact value, or that value rounded or cut to its decimals.

    Args:
        stated: the result as text, such as `3.33` or `16.67%`.
        exact: what the calculation gives.

    Raises:
        UnreadableCalculationError: if the stated result is not a calculation.
        ZeroDivisionError: if it divides by zero.
    """
    value = value_of(stated)
    if value == exact:
        return True
    percent = stated.rstrip().endswith("%")
    shown = exact * 100 if percent else exact
    match = re.search(r"\.(\d+)\D*$", stated)
    places = len(match[1]) if match else 0
    number = value * 100 if percent else value
    # Relative to the value, since the error of a binary fraction grows with it.
    if places >= FLOAT_PLACES and abs(number - shown) * 10**FLOAT_PLACES <= abs(shown):
        return True
    return any(_round(shown, places, rule) == number for rule in _RULES)


_RULES = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)


def _round(exact: Fraction, places: int, rule: str) -> Fraction:
    scaled = exact * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    # Three digits after the cut decide every rule: below, at, or above one half.
    twice = 2 * rest
    tail = "5" if twice == scaled.denominator else "7" if twice > scaled.denominator else "3"
    text = f"{whole}.{tail if rest else '0'}"
    cut = int(Decimal(text).quantize(Decimal(1), rounding=rule))
    return Fraction(cut if scaled >= 0 else -cut, 10**places)
