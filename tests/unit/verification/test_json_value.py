"""JSON values: read within caps, compared by value."""

from typing import Any

import pytest

from assay.core.errors import InputError
from assay.verification.json_value import (
    ABSENT,
    MAX_CHARS,
    MAX_DEPTH,
    SHOWN,
    differences,
    read_value,
    same,
    show,
    unreadable,
    value_at,
)
from assay.verification.verification import Fail, Uncarried


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, False, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ([{"a": [True]}], [{"a": [1]}], False),
    ],
)
def test_values_are_the_same_by_type_and_content(one: Any, other: Any, *, equal: bool) -> None:
    """1 and 1.0 are one number; true is not 1; keys have no order, items have."""
    assert same(one, other) is equal
    assert same(other, one) is equal


def test_the_last_level_is_read_and_one_more_is_refused() -> None:
    """Nesting ends at its cap."""
    read_value("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(InputError) as refusal:
        read_value("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert refusal.value.code == "too-deep"


def test_a_text_beyond_the_cap_is_not_carried_and_any_other_fault_is_a_failure() -> None:
    """The longest text is read; a longer one could not be looked at, which is no failure of it."""
    assert read_value('"' + "x" * (MAX_CHARS - 2) + '"')
    with pytest.raises(InputError) as long:
        read_value('"' + "x" * (MAX_CHARS - 1) + '"')
    with pytest.raises(InputError) as twice:
        read_value('{"a": 1, "a": 2}')
    assert isinstance(unreadable("the state", long.value), Uncarried)
    assert isinstance(unreadable("the state", twice.value), Fail)


@pytest.mark.parametrize("text", ["1e999", '"\\ud800"', "NaN", '{"a": 1,}', ""])
def test_what_readers_would_read_differently_is_refused(text: str) -> None:
    """No number that is not finite, no half of a pair, nothing that is not JSON."""
    with pytest.raises(InputError):
        read_value(text)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", {"a/b": [10, 20], "~": None}),
        ("/a~1b/1", 20),
        ("/a~1b/2", ABSENT),
        ("/a~1b/01", ABSENT),
        ("/a~1b/-1", ABSENT),
        ("/~0", None),
        ("/c", ABSENT),
    ],
)
def test_a_pointer_leads_to_its_value_or_nowhere(pointer: str, value: Any) -> None:
    """Places have no leading zero and no sign; null that is there is not absent."""
    assert value_at({"a/b": [10, 20], "~": None}, pointer) == value


@pytest.mark.parametrize("pointer", ["a", "/~", "/~2"])
def test_what_is_no_pointer_is_refused(pointer: str) -> None:
    """It begins with a slash, and a tilde never stands alone."""
    with pytest.raises(InputError):
        value_at({}, pointer)


def test_the_outermost_place_of_each_difference_is_named() -> None:
    """What came, what went and what is another value; of containers on both sides the inside."""
    before = {"a": [1, 2, 3], "b": {"x": 1}, "gone": 0}
    after = {"a": [1, 5], "b": [], "came": 0}
    assert list(differences(before, after)) == ["/a/1", "/a/2", "/b", "/gone", "/came"]


def test_a_shown_value_is_cut_after_its_length() -> None:
    """The last length is shown whole, and one character more is cut."""
    assert show("x" * (SHOWN - 2)) == '"' + "x" * (SHOWN - 2) + '"'
    assert show("x" * (SHOWN - 1)) == '"' + "x" * (SHOWN - 1) + "..."
    assert show(ABSENT) == "nothing"
