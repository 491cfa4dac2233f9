"""Ciphers: known by the images of frequent words, and read back."""

import pytest

from assay.reserve.ciphers import CIPHERS, MARKS, marked_readings, reads_backwards

SENTENCE = "they left many lanterns with the keeper when the tide turned from the pier"


def _shifted(text: str, by: int) -> str:
    return "".join(
        chr((ord(letter) - 97 + by) % 26 + 97) if letter.isalpha() else letter for letter in text
    )


@pytest.mark.parametrize("by", [1, 13, 25])
def test_a_shifted_text_is_read_back(by: int) -> None:
    """The cipher whose marks the text has is among those that are tried, and it is undone."""
    assert SENTENCE in [reading for _, reading in marked_readings(_shifted(SENTENCE, by))]


def test_no_frequent_word_is_a_mark() -> None:
    """A word of plain prose would have ciphers tried on every text."""
    assert not MARKS & {"with", "they", "nicht", "cuando"}


def test_at_most_three_ciphers_are_tried() -> None:
    """A text with marks of many ciphers is read in those with the most marks."""
    mixed = " ".join(_shifted("with they", by) for by in range(1, 10))
    assert len([name for name, _ in marked_readings(mixed) if name in CIPHERS]) == 3


def test_words_in_reverse_are_known_by_their_order() -> None:
    """`the of` follows in reverse alone."""
    assert reads_backwards(" edge the of side ")
    assert not reads_backwards(" side of the edge ")


def test_spelled_words_are_joined() -> None:
    """Letters that stand apart become words; two spaces part words."""
    [spelled] = [
        text for name, text in marked_readings("t h e  h a r b o u r") if name == "spelled"
    ]
    assert spelled == "the harbour"
