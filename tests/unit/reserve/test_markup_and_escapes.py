"""Disguises of whole texts: markup, escapes and characters that do not show."""

import pytest

from assay.reserve.markup_and_escapes import markup_readings, may_be_disguised

SENTENCE = "The ferry carries nine copper kettles past the empty harbour wall."


@pytest.mark.parametrize(
    "text",
    [
        "The ferry carries <!-- and not --> nine copper kettles past the empty harbour wall.",
        "The ferry carries nine [copper kettles](https://example.org) past the empty harbour wall.",
        "The ferry carries nine cop\\/per ket{}tles past the empty harbour wall.",
        "The ferry car-\nries nine copper kettles past the empty harbour wall.",
        (
            "The ferry carries nine <i style='display:none'>away</i>copper kettles past the empty "
            "harbour wall."
        ),
    ],
    ids=["comment", "link", "latex", "hyphen", "hidden"],
)
def test_markup_is_undone(text: str) -> None:
    """The reading is the sentence as a reader sees it."""
    readings = [" ".join(reading.split()) for _, reading in markup_readings(text)]
    assert SENTENCE in readings


def test_tag_characters_are_read() -> None:
    """A sentence in characters that do not show, behind a word that does."""
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in SENTENCE)
    assert ("invisible", SENTENCE) in [*markup_readings(f"Hello{hidden}")]


def test_zero_width_characters_are_read_as_bits_both_ways() -> None:
    """Which of two characters stands for 1 is not known, so both readings are given."""
    bits = "".join(f"{byte:08b}" for byte in SENTENCE.encode())
    hidden = bits.translate({ord("0"): "\u200b", ord("1"): "\u200c"})
    readings = [reading for name, reading in markup_readings(f"A{hidden}") if name == "invisible"]
    assert SENTENCE in readings
    assert len(readings) == 2


def test_plain_prose_needs_no_look() -> None:
    """A sentence of words and punctuation cannot be disguised; an address can."""
    assert not may_be_disguised(SENTENCE)
    assert may_be_disguised("xn--mnchen-3ya")
