"""The canonical form of a text, and where each of its words stands."""

import pytest

from assay.reserve.canonical_text import places, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. first\n 12) second\n\t- third", ["first", "second", "third"]),
        ("not 1. a marker - here", ["not", "1", "a", "marker", "here"]),
        ("aB a1B ab12Cd wordABc", ["a", "b", "a", "1", "b", "ab", "12", "cd", "word", "abc"]),
        ("a&amp;b&#0;c\\u0000d %41b <b>i</b>n<p>out", ["a", "b", "c", "d", "ab", "in", "out"]),
        ("h3ll0 h3ll0 3rd 3\u6708 10", ["hello", "hello", "erd", "3", "\u6708", "10"]),
    ],
    ids=["markers of a list", "no markers", "capitals", "escapes", "digits in words"],
)
def test_words_are_those_that_a_reader_sees(text: str, expected: list[str]) -> None:
    """Markers, tags and escapes are gone, capitals part words, digits in words are letters."""
    assert words(text) == expected


def test_every_word_is_placed_where_it_stands() -> None:
    """Also behind a marker in the first line, a capital inside a word, and an escape."""
    text = "- oneTwo &amp; th\\u0065n\n2. next"
    assert [text[start:end] for start, end in places(text)] == ["one", "Two", "th\\u0065n", "next"]
