"""An answer key of accepted values: what it accepts passes, and the first argument that does not fit is named."""

from typing import Any

import pytest

from assay.core.errors import InputError
from assay.verification.accepted import Strings, accepted_fault, refuse_bad_key

KEY: dict[str, Any] = {"to": ["Alder", "Alder West"], "day": ["", "sunday"], "seats": [2]}


@pytest.mark.parametrize(
    "arguments",
    [
        {"to": "Alder", "seats": 2},
        {"to": "Alder West", "seats": 2.0, "day": "sunday"},
        {"to": "Alder", "seats": 2, "day": ""},
    ],
)
def test_accepted_arguments_have_no_fault(arguments: dict[str, Any]) -> None:
    """An argument with an empty text among its values may be left out."""
    assert accepted_fault(arguments, KEY, "exact") is None


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"to": "Alder", "seats": 3}, '"seats" is 3, accepted: [2]'),
        ({"to": "Alder"}, '"seats" is left out'),
        ({"to": "Alder", "seats": 2, "class": 1}, '"class" is not expected'),
        ({"to": "alder", "seats": 2}, '"to" is "alder"'),
        ({"to": "Alder", "seats": True}, '"seats" is true'),
    ],
)
def test_the_argument_that_does_not_fit_is_named(arguments: dict[str, Any], fault: str) -> None:
    """With what it holds and what is accepted."""
    assert fault in str(accepted_fault(arguments, KEY, "exact"))


@pytest.mark.parametrize(
    ("strings", "text", "fits"),
    [
        ("exact", "Alder West", True),
        ("exact", "alder west", False),
        ("normalised", "alder  WEST", True),
        ("normalised", "alder-west", False),
        ("bfcl", "alder-west", True),
        ("bfcl", "Alder's West", False),
    ],
)
def test_texts_are_compared_as_asked(strings: Strings, text: str, fits: bool) -> None:
    """Letter by letter, in normal form, or as BFCL does."""
    assert (accepted_fault({"to": text}, {"to": ["Alder West"]}, strings) is None) is fits


def test_objects_and_lists_are_compared_inside() -> None:
    """Inside an object each member has its list; a list must have as many items."""
    key = {"trip": [{"from": ["Corrie"], "stops": [[1, 2]]}]}
    assert accepted_fault({"trip": {"from": "Corrie", "stops": [1, 2]}}, key, "exact") is None
    for trip in ({"from": "Corrie", "stops": [1]}, {"from": "Corrie"}, "Corrie"):
        assert accepted_fault({"trip": trip}, key, "exact") is not None


@pytest.mark.parametrize(
    "key", [[], {"to": "Alder"}, {"to": [{"from": "Corrie"}]}, {"a": [[{"b": 1}]]}]
)
def test_a_key_of_another_form_is_refused(key: Any) -> None:
    """A value outside a list is named, also inside objects and lists."""
    with pytest.raises(InputError) as refused:
        refuse_bad_key(key)
    assert refused.value.code == "bad-answer-key"
