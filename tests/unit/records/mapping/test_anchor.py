"""A span is anchored where its words are, or stored as the source stated it."""

import pytest

from assay.records.evidence import TextSpan
from assay.records.judgment import Unanchored
from assay.records.mapping.anchor import anchor_marked, anchor_offsets
from assay.records.mapping.pieces import Convention

TEXT = "The fare is 3 crowns, not 4 crowns."
WORDS = "fare"


@pytest.mark.parametrize(
    ("stated", "convention"),
    [
        ((4, 8), "0-based exclusive"),
        ((5, 9), "1-based exclusive"),
        ((4, 7), "0-based inclusive"),
        ((5, 8), "1-based inclusive"),
    ],
)
def test_offsets_are_counted_as_the_mapping_says(
    stated: tuple[int, int], convention: Convention
) -> None:
    """Each way of counting leads to the same words."""
    span = anchor_offsets("/task", TEXT, quote=WORDS, stated=stated, conventions=[convention])
    assert span == TextSpan(pointer="/task", start=4, end=8, quote=WORDS)


def test_the_first_way_that_matches_counts() -> None:
    """Without a quote, the first way whose offsets are inside the text does."""
    ways: list[Convention] = ["1-based inclusive", "0-based exclusive"]
    quoted = anchor_offsets("", TEXT, quote=WORDS, stated=(4, 8), conventions=ways)
    assert isinstance(quoted, TextSpan)
    assert quoted.quote == WORDS
    bare = anchor_offsets("", TEXT, quote=None, stated=(5, 8), conventions=ways)
    assert isinstance(bare, TextSpan)
    assert bare.quote == WORDS
    end = len(TEXT)
    whole = anchor_offsets("", TEXT, quote=None, stated=(0, end), conventions=ways)
    assert isinstance(whole, TextSpan)
    assert whole.quote == TEXT


@pytest.mark.parametrize(
    ("quote", "anchored"), [("fare", True), ("crowns", False), ("pounds", False), ("", False)]
)
def test_a_search_takes_the_one_place(quote: str, anchored: bool) -> None:
    """A quote that occurs twice, or nowhere, is at no place."""
    span = anchor_offsets("", TEXT, quote=quote, stated=None, conventions=["search once"])
    assert isinstance(span, TextSpan) is anchored


def test_overlapping_occurrences_are_two_places() -> None:
    """`aa` occurs twice in `aaa`, though it can be counted only once without overlap."""
    span = anchor_offsets("", "aaa", quote="aa", stated=None, conventions=["search once"])
    assert isinstance(span, Unanchored)


def test_what_does_not_match_is_stored_as_it_was_stated() -> None:
    """The quote, the offsets and the ways that were tried stay readable."""
    lost = anchor_offsets("", TEXT, quote="fee", stated=(4, 90), conventions=["0-based exclusive"])
    assert isinstance(lost, Unanchored)
    assert lost.stated == "fee [4:90]"
    assert "0-based exclusive" in lost.reason


def test_marks_are_taken_out() -> None:
    """What is between them is the span."""
    span = anchor_marked(
        "", TEXT, marked=TEXT.replace("3 crowns", "<<3 crowns>>"), opening="<<", closing=">>"
    )
    assert span == TextSpan(pointer="", start=12, end=20, quote="3 crowns")


@pytest.mark.parametrize(
    ("marked", "reason"),
    [
        ("a <<b", "1 and 0 times"),
        ("<<a>> <<b>>", "2 and 2 times"),
        (">>a<< b", "comes before"),
        ("<<a>> c", "not the text of the record"),
    ],
)
def test_marks_that_do_not_fit_are_told(marked: str, reason: str) -> None:
    """The marked text is stored as it was given."""
    lost = anchor_marked("", "a b", marked=marked, opening="<<", closing=">>")
    assert isinstance(lost, Unanchored)
    assert lost.stated == marked
    assert reason in lost.reason
