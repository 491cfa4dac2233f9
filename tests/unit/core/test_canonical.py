import pytest

from assay.core.canonical import encode_json, json_text, parse_json
from assay.core.errors import InputError


def test_canonical_json_sorts_keys_and_writes_numbers_in_their_shortest_form() -> None:
    """The example values of RFC 8785, section 3.2, come out as the standard prints them."""
    value = {"numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27], "literals": [None, True]}
    assert encode_json(value) == (
        b'{"literals":[null,true],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 1, "\ud800", {1: 2}])
def test_a_value_without_canonical_form_is_refused(value: object) -> None:
    """NaN, infinity, integers beyond 53 bits, half characters and odd keys have no canonical text."""
    with pytest.raises(InputError):
        json_text(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1, "a": 2}', "duplicate-key"),
        ('{"a": {"b": 1, "b": 1}}', "duplicate-key"),
        ('{"a": NaN}', "not-a-number"),
        ('{"a": -Infinity}', "not-a-number"),
        ('{"a": ', "broken-json"),
        ('["\\ud800"]', "lone-surrogate"),
        (b'{"a": "\xff"}', "wrong-encoding"),
        ("[" * 100_000, "too-deep"),
    ],
)
def test_what_is_not_strict_json_is_refused_by_name(text: str | bytes, code: str) -> None:
    """Each way of not being strict JSON has its own code."""
    with pytest.raises(InputError) as caught:
        parse_json(text)
    assert caught.value.code == code


def test_a_surrogate_pair_is_one_character() -> None:
    """An escaped character outside the basic plane is read whole."""
    assert parse_json('"\\ud83d\\ude00"') == "\U0001f600"
