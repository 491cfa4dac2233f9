"""Every string of a value is found with its place, whatever fields the value has."""

import json
from typing import Any

import msgspec
import pytest

from assay.core.fact import Value
from assay.core.strings import strings_of


class Inner(Value):
    """A part."""

    text: str
    number: int = 0


class Outer(Value):
    """A whole; `added` stands for a field that a later version brings."""

    inner: tuple[Inner, ...] = ()
    names: dict[str, str] = {}
    added: str | None = None


def test_every_field_is_walked_without_being_listed() -> None:
    """Fields, items, keys and values come with their JSON pointers; what is no text does not."""
    value = Outer(inner=(Inner(text="a", number=7), Inner(text="b")), names={"x/y": "c"}, added="d")
    assert list(strings_of(value)) == [
        ("/inner/0/text", "a"),
        ("/inner/1/text", "b"),
        ("/names", "x/y"),
        ("/names/x~1y", "c"),
        ("/added", "d"),
    ]


def test_a_struct_that_is_defined_here_is_walked_as_well() -> None:
    """A class with a field that nobody knew of needs no change."""
    made = msgspec.defstruct("Later", [("brand_new", str)])
    assert list(strings_of(made(brand_new="leak"))) == [("/brand_new", "leak")]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_json_inside_strings_is_followed(depth: int) -> None:
    """Strings inside JSON inside strings are found, at the pointer of the string and their own."""
    text: Any = "secret"
    for _ in range(depth):
        text = json.dumps({"q": [text]})
    found = list(strings_of({"arguments": text}))
    assert ("/arguments" + "/q/0" * depth, "secret") in found


@pytest.mark.parametrize("text", ["{not json}", "[" * 100_000 + "]" * 100_000, "{}", "[1,"])
def test_what_is_not_json_is_a_text_like_any_other(text: str) -> None:
    """It is given whole, and nothing is raised."""
    assert ("/x", text) in list(strings_of({"x": text}))
