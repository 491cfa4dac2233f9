"""JSON that a source wrote keeps its spelling beside the form by which it is compared."""

from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.source_json import source_call, source_json, source_tool, stated_arguments


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ('{"query": "tea", "limit": 5.0, "all": 1e2}', '{"all":100,"limit":5,"query":"tea"}'),
        ('{"id":1187234567890123456}', '{"id":1187234567890123456}'),
        ('{"b":[1,{"z":98765432109876543210}],"a":true}', '{"a":true,"b":[1,{"z":98765432109876543210}]}'),
        ("", "{}"),
        ("  ", "{}"),
    ],
)  # fmt: skip
def test_a_text_is_kept_to_the_byte(written: str, canonical: str) -> None:
    """Calls are compared by the canonical text, in which integers keep every digit."""
    call = source_call("find", written)
    assert (call.arguments, stated_arguments(call), call.unparsed) == (canonical, written, False)


@pytest.mark.parametrize("written", ['{"q": "tea"', "find(q='tea')", '{"a":1,"a":2}', '{"a":NaN}'])
def test_a_text_that_is_no_json_is_marked(written: str) -> None:
    """The text stays, and nothing takes it for arguments."""
    call = source_call("find", written)
    assert call.unparsed
    assert stated_arguments(call) == written
    assert call.arguments.startswith('"')


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ({"b": 5.0, "a": "\u00e9"}, '{"b":5.0,"a":"\u00e9"}'),
        ({"a": 1}, None),
        ({"id": 2**63}, None),
    ],
)
def test_an_object_keeps_its_order_and_its_numbers(value: dict[str, Any], raw: str | None) -> None:
    """Where a source gives an object, its text is the object as it stands."""
    assert source_json(value).raw == raw


def test_a_schema_without_parameters_says_the_same_as_none() -> None:
    """A tool that takes no argument is one tool, however its source spells that."""
    bare = source_tool("now", "", "")
    assert source_tool("now", "", {"type": "object", "properties": {}}) == bare
    assert source_tool("now", "", {"type": "object"}) != bare


def test_a_schema_that_is_no_json_is_refused() -> None:
    """No model can be told how to call such a tool."""
    with pytest.raises(InputError) as caught:
        source_tool("now", "", "{")
    assert caught.value.code == "broken-json"
