"""Where a quote stands in a text, by the offset that a tool counted and else by its words."""

from typing import NamedTuple


class QuotePlace(NamedTuple):
    """A stretch of a text, in code points."""

    start: int
    """First code point, from 0."""
    end: int
    """One past the last code point."""


def find_quote(
    text: str, quote: str, offset: int | None = None, *, utf16: bool = False
) -> QuotePlace | None:
    """The stretch of a text that a tool quotes; None where no single place holds the words.

    Tools count characters differently: a browser counts a character beyond the first plane twice,
    and shows a line end of two characters as one. The tool's own count is tried first, then the
    other, since a version may differ; an offset is taken only where the text confirms it. A quote
    that its offset does not lead to is taken where it stands, if it stands once.

    Args:
        text: the text itself.
        quote: the words; empty ones are nowhere.
        offset: where the tool says that they begin, if it does.
        utf16: whether the tool counts UTF-16 units, as scripts in a browser do.
    """
    if not quote:
        return None
    shown, words = _single_line_ends(text), _single_line_ends(quote)
    for layer, sought in ((text, quote), (shown, words)):
        start = _confirmed_offset(layer, sought, offset, utf16=utf16)
        if start is None and layer.count(sought) == 1:
            start = layer.index(sought)
        if start is not None:
            end = start + len(sought)
            return QuotePlace(start, end) if layer is text else _in_original(text, start, end)
    return None


def _single_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")


def _confirmed_offset(text: str, quote: str, offset: int | None, *, utf16: bool) -> int | None:
    if offset is None or offset < 0:
        return None
    places = (offset, code_points(text, offset))
    for place in reversed(places) if utf16 else places:
        if text.startswith(quote, place):
            return place
    return None


def code_points(text: str, units: int) -> int:
    """How many code points the first UTF-16 units of a text are."""
    encoded = text.encode("utf-16-le", errors="surrogatepass")
    return len(encoded[: 2 * units].decode("utf-16-le", errors="ignore"))


def _in_original(text: str, start: int, end: int) -> QuotePlace:
    """A stretch of the text with single line ends, in the text as it is."""
    return QuotePlace(_with_returns(text, start), _with_returns(text, end))


def _with_returns(text: str, place: int) -> int:
    """A place that counts each line end as one character, counted in the text as it is."""
    line_start = 0
    for number, line in enumerate(text.split("\r\n")):
        if place <= line_start + len(line):
            return place + number
        line_start += len(line) + 1
    return len(text)
