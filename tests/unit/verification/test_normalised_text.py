"""What of the writing of an answer makes no difference."""

import pytest

from assay.verification.normalised_text import normalise


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  The  Answer. ", "the answer"),
        ("(-5)", "-5"),
        ("−5", "-5"),
        (".5!", ".5"),
        ("50%.", "50%"),
        ("C++", "c++"),
        ("#1", "#1"),
        ("ﬁn", "fin"),
        ("Straße", "strasse"),
        ("a - b", "a - b"),
        ("?!", "?!"),
        ("", ""),
    ],
)
def test_spaces_case_and_punctuation_at_the_ends_make_no_difference(text: str, plain: str) -> None:
    """The sign of a number and what is part of a name or a quantity stay."""
    assert normalise(text) == plain


def test_case_and_punctuation_count_where_it_is_asked() -> None:
    """Each option keeps its own difference alone."""
    assert normalise("Yes.", keep_case=True) == "Yes"
    assert normalise("Yes.", keep_punctuation=True) == "yes."
