"""One result of Label Studio, whoever reads it."""

from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.formats.label_studio_export import (
    RESULT_TYPES,
    lead_time_ms,
    side_of,
    studio_result,
)


def _result(kind: str, **value: Any) -> dict[str, Any]:
    return {"type": kind, "from_name": "q", "to_name": "t", "id": 4, "value": value}


@pytest.mark.parametrize(
    ("kind", "value", "values"),
    [
        ("choices", {"choices": ["a", "b"]}, ("a", "b")),
        ("labels", {"labels": ["a"], "start": 0}, ("a",)),
        ("textarea", {"text": "one"}, ("one",)),
        ("textarea", {"text": ["one", "two"]}, ("one", "two")),
        ("rating", {"rating": 4}, (4,)),
        ("number", {"number": 0}, (0,)),
        ("pairwise", {"selected": "left"}, ("left",)),
        ("pairwise", {}, ()),
        ("choices", {}, ()),
    ],
)
def test_each_type_gives_its_values(kind: str, value: Any, values: tuple[Any, ...]) -> None:
    """Every type that is read holds its answer in a place of its own."""
    result = studio_result(_result(kind, **value))
    assert kind in RESULT_TYPES
    assert (result.values, result.control, result.about, result.region) == (values, "q", "t", "4")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (_result("taxonomy"), "unknown-result"),
        (_result("choices") | {"value": ["a"]}, "wrong-shape"),
        ("choices", "wrong-shape"),
    ],
)
def test_what_is_no_result_is_refused(value: Any, code: str) -> None:
    """Each fault has its code."""
    with pytest.raises(InputError) as caught:
        studio_result(value)
    assert caught.value.code == code


def test_a_side_is_a_place_in_the_order_shown() -> None:
    """Left is the first candidate, right the second, and nothing else is a side."""
    sides = [
        side_of(studio_result(_result("pairwise", selected=side))) for side in ("left", "right")
    ]
    assert sides == [0, 1]
    with pytest.raises(InputError, match="not a side"):
        side_of(studio_result(_result("pairwise", selected="both")))


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [
        (12.3456, 12346), (0, 0), (2.0015, 2002), (-1, None), (float("nan"), None),
        (float("inf"), None), ("3", None), (True, None), (None, None),
    ],
)  # fmt: skip
def test_a_lead_time_is_milliseconds(seconds: Any, milliseconds: int | None) -> None:
    """The decimal that the tool wrote counts; what is no time is none."""
    assert lead_time_ms(seconds) == milliseconds
