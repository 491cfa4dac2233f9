"""Ten hostile mappings: each ends with a message, within the budget of one row or of the document."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import RowContext

HEAD = "mapping: 1\nkind: outcome\n"
RECORD = "record:\n  messages: [{user: %s}]\n  candidates: [{content: x, unknown: not said}]\n"
DEEP = 1_000


def _nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {}
    for _ in range(depth):
        node = {"replies": [node]}
    return node


@pytest.mark.parametrize(
    "text",
    [
        HEAD + RECORD % ("[" * DEEP + "]" * DEEP),
        HEAD + RECORD % ("{template: " * DEEP + "x" + "}" * DEEP),
        HEAD + "x: &a [*a]\n" + RECORD % "y",
        HEAD + "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n" + RECORD % "y",
        HEAD + RECORD % '{column: t, find: "(a+)+$(?=b)"}',
        HEAD + RECORD % '{column: t, find: "((((a{1,999}){1,999}){1,999}){1,999})"}',
        HEAD + RECORD % "{range: 10000000000}",
        HEAD + RECORD % ("{path: '$" + "[?@.a" * 2_000 + "]" * 2_000 + "'}"),
    ],
    ids=["lists", "objects", "cycle", "aliases", "lookahead", "powers", "range", "filters"],
)
def test_a_mapping_that_cannot_be_held_is_refused(text: str) -> None:
    """By a message with its line, not by an error of a library."""
    issues = read_mapping("m.yaml", text.encode())[1]
    assert issues
    assert all(issue.message for issue in issues)


@pytest.mark.parametrize(
    ("head", "value", "row"),
    [
        pytest.param(
            "for: {node: {tree: '{t}', children: replies}}\n",
            "x",
            {"t": _nested(30_000)},
            marks=pytest.mark.long,
        ),
        ("", '{path: "$.t..replies..replies..x"}', {"t": _nested(400)}),
        ("", '{column: t, find_all: "(a|aa)+b|(a|ab)*c"}', {"t": "a" * 30_000_000}),
        ("", json.dumps("{t}" * 3_000), {"t": "x" * 100_000}),
        ("", "{column: t, json: true}", {"t": "[" * 1_000_000}),
        ("", "{column: t, literal: python}", {"t": "(" * 100_000}),
        ("", '{column: t, values: {"1": x}}', {"t": "1e999999999"}),
        ("", "{column: t, plus: 1}", {"t": "9" * 1_000_000}),
    ],
    ids=["tree", "descent", "pattern", "template", "json", "literal", "exponent", "digits"],
)
def test_a_row_that_a_mapping_cannot_read_in_its_budget_is_set_aside(
    head: str, value: str, row: Mapping[str, Any]
) -> None:
    """Loops, recursion, patterns, texts and numbers all end with an error of the row."""
    document = require_mapping("m.yaml", (HEAD + head + RECORD % value).encode())
    context = RowContext(kind="outcome", source_class="own", pseudonym=str)
    with pytest.raises(InputError) as refused:
        MappingReader(document, {}).read(row, context)
    assert refused.value.message
