"""How words, paragraphs and sentences are counted."""

import pytest

from assay.verification.constraints.counting import paragraphs, sentences, words


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("don't", 2), ("well-known 3.14", 4), ("- * !", 0), ("Füße sind müde", 3)],
)
def test_a_word_is_an_unbroken_run_of_letters_and_digits(text: str, count: int) -> None:
    """Of any script; a lone character is none."""
    assert words(text) == count


def test_paragraphs_are_what_is_between_blank_lines() -> None:
    """Empty ones do not count, and one line break makes none."""
    assert paragraphs("\n\none\ntwo\n \n\nthree\n") == ["one\ntwo", "three"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three?", 3),
        ("One", 1),
        ("...", 0),
        ("Dr. Alder came.", 1),
        ("See No. 5 there. It is late.", 2),
        ("J. Smith spoke. So did I. We left.", 3),
        ("Bring e.g. Bread. Then go.", 2),
        ("1. Bread\n2. Milk", 1),
        ("He said so (it was late.) and left.", 1),
        ("all small. no capitals. three", 3),
        ("今天。明天！", 2),
    ],
)
def test_a_stop_ends_a_sentence_where_another_begins(text: str, count: int) -> None:
    """Titles, initials, numbers of lists and shortened words end none."""
    assert sentences(text) == count
