"""What an altered quotation changed, the weightiest sort first."""

import pytest

from assay.verification.difference import differences
from assay.verification.token import tokens_of


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ("it is safe", "it is not safe", 'negations differ: [] for ["not"]'),
        ("it isn't safe", "it is safe", 'negations differ: ["isn\'t"] for []'),
        ("take 50 now", "take 5 now", 'numbers differ: ["50"] for ["5"]'),
        ("two grams each", "two ounces each", 'units differ: ["grams"] for ["ounces"]'),
        ("due in june", "due in july", 'dates differ: ["june"] for ["july"]'),
        ("said Mirabel", "said Corrie", 'names differ: ["mirabel"] for ["corrie"]'),
        ("a red door", "a blue door", 'words differ: ["red"] for ["blue"]'),
        ("yes!", "yes?", 'symbols differ: ["!"] for ["?"]'),
        ("a then b", "b then a", 'words in another order: ["a","then","b"] for ["b","then","a"]'),
    ],
)
def test_a_difference_is_put_down_to_its_sort(ours: str, theirs: str, told: str) -> None:
    """Words that deny, numbers, units, dates, names, words, symbols."""
    assert differences(tokens_of(ours), tokens_of(theirs)) == told


def test_words_say_nothing_next_to_a_number_that_differs() -> None:
    """The number is told alone; two weighty sorts are both told."""
    assert differences(tokens_of("red 5"), tokens_of("blue 6")) == 'numbers differ: ["5"] for ["6"]'
    both = differences(tokens_of("not 5"), tokens_of("6"))
    assert both == 'negations differ: ["not"] for []; numbers differ: ["5"] for ["6"]'


def test_a_long_list_is_cut_and_counted() -> None:
    """Eight are named, and the ninth is counted."""
    eight = differences(tokens_of(" ".join("pqrtuvwx")), [])
    nine = differences(tokens_of(" ".join("pqrtuvwxy")), [])
    assert "more" not in eight
    assert '"x"] and 1 more for []' in nine
