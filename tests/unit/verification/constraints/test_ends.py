"""How a text begins and ends, what it holds, and what two responses are."""

import pytest

from assay.verification.constraints.combination import two_responses
from assay.verification.constraints.content import Postscript, postscript
from assay.verification.constraints.ends import EndChecker, end_checker, quotation
from assay.verification.constraints.keywords import ForbiddenWords, forbidden_words
from assay.verification.constraints.kind import ConstraintParameters

NONE = ConstraintParameters()


@pytest.mark.parametrize(
    ("text", "keeps"),
    [("It is over. THE END ", True), ('"The end"', True), ("The end.", False), ("The", False)],
)
def test_a_text_ends_with_the_phrase_in_any_case(text: str, keeps: bool) -> None:
    """Quotation marks at its ends do not count; a full stop does."""
    assert (end_checker(text, EndChecker(end_phrase="the end")) is None) is keeps


@pytest.mark.parametrize(
    ("text", "keeps"),
    [('"a"', True), ("“a”", True), (' "a" ', True), ('""', False), ('"a', False), ('“a"', False)],
)
def test_a_whole_text_is_in_quotation_marks(text: str, keeps: bool) -> None:
    """Of one kind, and with something between them."""
    assert (quotation(text, NONE) is None) is keeps


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("one ****** two", True),
        ("****** one ****** two ******", True),
        ("one", False),
        ("one ****** one", False),
        ("one ****** ****** two", False),
        ("one ****** two ****** three", False),
    ],
)
def test_two_responses_differ(text: str, keeps: bool) -> None:
    """With one divider between them."""
    assert (two_responses(text, NONE) is None) is keeps


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("Bye. P.S. Bring bread.", True),
        ("Bye. p. s. Bring bread.", True),
        ("Bye. P.P.S. Bring bread.", False),
        ("Bye. P.S. !", False),
        ("Bye.", False),
    ],
)
def test_a_postscript_has_its_marker_and_words(text: str, keeps: bool) -> None:
    """The marker of a second postscript is another one."""
    assert (postscript(text, Postscript(postscript_marker="P.S.")) is None) is keeps


@pytest.mark.parametrize(
    ("text", "keeps"), [("A catalogue.", True), ("A Cat.", False), ("cat_5", True)]
)
def test_a_forbidden_word_is_a_word_of_its_own(text: str, keeps: bool) -> None:
    """Inside a longer word it is another word."""
    assert (forbidden_words(text, ForbiddenWords(forbidden_words=("cat",))) is None) is keeps
