"""The text of a verdict, and what a verdict says in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    InsufficientContext,
    NotAsked,
    Prefers,
    Ranks,
    Tie,
    Verdict,
)
from assay.records.verdict_text import read_verdict, verdict_in_words, verdict_word

LETTERS = {"A": 1, "B": 0, "C": 2}
"""Letter -> candidate, in an order in which the two differ."""

NAMES = {place: name for name, place in LETTERS.items()}

TEXTS: list[tuple[str, Verdict, str]] = [
    ("A", Prefers(candidate=1), "A better"),
    ("B", Prefers(candidate=0), "B better"),
    ("tie", Tie(), "tie"),
    ("both_unacceptable", BothUnacceptable(), "both unacceptable"),
    ("insufficient_context", InsufficientContext(), "insufficient context"),
    ("abstain:not my field", Abstained(reason="not my field"), "abstained"),
    ("abstained", Abstained(reason="no reason given"), "abstained"),
    ("not_asked", NotAsked(), ""),
    ("", NotAsked(), ""),
    ("C>A=B", Ranks(order=((2,), (0, 1))), "C > B = A"),
    ("A > B > C", Ranks(order=((1,), (0,), (2,))), "A > B > C"),
]
"""A text, the verdict that it states, and the words in which people read it."""


@pytest.mark.parametrize(("text", "verdict", "words"), TEXTS)
def test_a_text_is_a_verdict_and_a_verdict_is_words(
    text: str, verdict: Verdict, words: str
) -> None:
    """Letters are turned into candidates on the way in and back on the way out."""
    assert read_verdict(text, LETTERS, LETTERS.__getitem__) == verdict
    assert verdict_in_words(verdict, NAMES.__getitem__) == words


@pytest.mark.parametrize("text", ["D", "a", "equal", "prefers", "TIE", "not asked"])
def test_a_text_that_states_no_verdict_is_none(text: str) -> None:
    """Nothing is taken for a verdict that is not one."""
    assert read_verdict(text, LETTERS, LETTERS.__getitem__) is None


@pytest.mark.parametrize(
    ("strength", "words"),
    [(None, "A better"), (1, "A slightly better"), (2, "A better"), (3, "A much better")],
)
def test_a_strength_is_said(strength: int | None, words: str) -> None:
    """A preference says how much better the candidate is, where that was asked."""
    preferred = Prefers(candidate=1, strength=strength)
    assert verdict_in_words(preferred, NAMES.__getitem__) == words


@given(st.permutations("ABC"), st.lists(st.sampled_from(">="), min_size=2, max_size=2))
def test_a_ranking_in_words_is_read_as_itself(names: list[str], signs: list[str]) -> None:
    """What the page of an adjudicator shows of a ranking states the same ranking."""
    if signs == ["=", "="]:
        signs = ["=", ">"]
    text = "".join(part for pair in zip(names, [*signs, ""], strict=True) for part in pair)
    ranking = read_verdict(text, LETTERS, LETTERS.__getitem__)
    assert ranking is not None
    assert verdict_word(ranking) == "ranks"
    shown = verdict_in_words(ranking, NAMES.__getitem__)
    assert read_verdict(shown, LETTERS, LETTERS.__getitem__) == ranking
