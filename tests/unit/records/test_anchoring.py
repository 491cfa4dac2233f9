"""Where a quote stands in a text."""

import pytest

from assay.records.anchoring import QuotePlace, find_quote

CASES = [
    ("Five metres.", "Five", 0, False, (0, 4)),
    ("\U0001f600 Rome, Rome", "Rome", 9, True, (8, 12)),
    ("\U0001f600 Rome, Rome", "Rome", 8, False, (8, 12)),
    ("Rome, Rome", "Rome", None, False, None),
    ("Rome, Rome", "Rome", 3, False, None),
    ("In Rome.", "Rome", 90, False, (3, 7)),
    ("One.\r\nTwo, Two.", "Two", 10, True, (11, 14)),
    ("One.\r\nTwo.", "One.\nTwo", 0, True, (0, 9)),
    ("One.", "Two", 0, False, None),
    ("One.", "", 0, False, None),
]


@pytest.mark.parametrize(("text", "quote", "offset", "utf16", "place"), CASES)
def test_a_quote_is_found_by_its_offset_or_where_it_stands_once(
    text: str, quote: str, offset: int | None, utf16: bool, place: tuple[int, int] | None
) -> None:
    """Each way of counting is tried; words that stand twice need an offset that leads to them."""
    found = find_quote(text, quote, offset, utf16=utf16)
    assert found == (None if place is None else QuotePlace(*place))
