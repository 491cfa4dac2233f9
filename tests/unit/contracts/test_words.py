"""Filler and likeness, in several scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.contracts.words.filler import (
    is_generic,
    is_grade,
    is_non_answer,
    is_one_word,
    is_placeholder,
)
from assay.contracts.words.folding import fold, is_unspaced
from assay.contracts.words.likeness import NEAR, likeness, restates


@pytest.mark.parametrize(
    "text",
    ["TBD", "tbd.", " T.B.D ", "ＴＢＤ", "n/a", "N.A.", "...", "…", "---", "?", "xxx", "aaaa", "TODO",
     "Lorem ipsum dolor sit amet, consectetur", "(to be defined)", "未定", "待定。", "k. A.",
     "уточняется", "à définir", "해당 없음", "folgt später", "siehe oben", "wird noch ergänzt",
     "noch zu klären", "to be decided later", "Will be added soon.", "asdf qwer jkl", "qwertz"],
)  # fmt: skip
def test_placeholders_are_known_in_any_dress(text: str) -> None:
    """Case, width, punctuation and script do not hide a placeholder."""
    assert is_placeholder(text)
    assert is_non_answer(text)


@pytest.mark.parametrize(
    "text",
    ["Not applicable where the answer is empty", "To be defined behaviour is out of scope", "Lead",
     "Speed", "Take both as usual.", "4 + 7 = 12", "OK, take both.", "引用された文書が主張を支えている", "Nein danke, sagt der Kunde",
     "Wer", "The open door", "To be is to do", "Die Antwort folgt dem Gesetz", "See section 4 above"],
)  # fmt: skip
def test_sentences_that_hold_such_words_are_no_filler(text: str) -> None:
    """Lists are looked up whole: a sentence with one of their words says something."""
    assert not is_placeholder(text)
    assert not is_non_answer(text)


def test_a_non_answer_may_still_be_an_output() -> None:
    """`None` answers no question for a reason, and is no placeholder where an output is quoted."""
    assert is_non_answer("None")
    assert is_non_answer("nobody")
    assert is_non_answer("特になし")
    assert not is_placeholder("None")
    assert not is_placeholder("7")


@pytest.mark.parametrize(("text", "value"), [("low", "1"), ("Very good.", "5"), ("1", "1"), ("hateful", "hateful"), ("良い", "3")])  # fmt: skip
def test_a_grade_is_no_anchor(text: str, value: str) -> None:
    """An anchor that names its place, or its value again, shows nothing."""
    assert is_grade(text, value)
    assert not is_grade("Low in salt", value)


@pytest.mark.parametrize("text", ["Is it good?", "How good is the answer overall?", "It feels right.", "Ist die Antwort gut?"])  # fmt: skip
def test_generic_texts_name_nothing(text: str) -> None:
    """A text whose words all fit any output is generic; one naming word makes it something."""
    assert is_generic(text)
    assert not is_generic(f"{text} leaflet")


def test_one_word_is_counted_by_script() -> None:
    """Where words have spaces one word is one; where they have none, a few letters are."""
    assert is_one_word("Easier.")
    assert is_one_word("簡単")
    assert not is_one_word("One author")
    assert not is_one_word("作者が一人しかいない")
    assert is_unspaced("作者が一人 (GPT)")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It opens none", "It opens one"),
        ("At least one fails", "All pass"),
        ("The table supports the claim", "The table does not support the claim"),
        ("Value or unit is wrong", "Both are right"),
        ("根拠がある", "根拠がない"),
        ("Alle Angaben sind belegt", "Keine Angaben sind belegt"),
    ],
)
def test_one_word_that_turns_the_sense_is_a_difference(first: str, second: str) -> None:
    """Short texts that say the opposite are not alike, however many words they share."""
    assert likeness(first, second) < NEAR


def test_the_same_words_in_another_order_or_form_are_alike() -> None:
    """Order, articles, case and inflection do not make a difference."""
    assert likeness("The claim is supported by the table", "supporting claims: by a TABLE") >= NEAR
    assert restates(
        "Prefer the answer that names interactions", "Answers naming interactions are preferred"
    )
    assert not restates("Cite the leaflet", "Fewer missed interactions on real questions")


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_symmetric_and_bounded(first: str, second: str) -> None:
    """Likeness lies between 0 and 1, is the same both ways, and is 1 for a text and itself."""
    assert likeness(first, second) == likeness(second, first)
    assert 0 <= likeness(first, second) <= 1
    assert likeness(first, first) == 1


@given(st.text(max_size=60))
def test_folding_is_idempotent(text: str) -> None:
    """A folded text stays as it is."""
    assert fold(fold(text)) == fold(text)
