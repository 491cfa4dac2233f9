"""The published schemas: complete, described, and of one mind with the decoder and the docs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.records.schema import judgment_schema, mapping_schema, record_schema

DOCS = Path(__file__).parents[3] / "docs" / "formats"


def objects(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield place, schema
        for name, inner in schema.items():
            yield from objects(inner, f"{place}/{name}")


@pytest.mark.parametrize("schema", [record_schema(), judgment_schema(), mapping_schema()])
def test_every_field_is_described_and_every_object_closed(schema: dict[str, Any]) -> None:
    """Each field carries its sentence, and no object takes fields that it does not name."""
    tags = {"kind", "by", "at", "verdict", "score"}
    for place, each in objects(schema):
        assert each.get("additionalProperties") is False, place
        for name, field in each["properties"].items():
            told_elsewhere = (name in tags and "enum" in field) or set(field) == {"$ref"}
            assert field.get("description") or told_elsewhere, f"{place}: {name}"


@pytest.mark.parametrize("schema", [record_schema(), judgment_schema()])
def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    """Each $ref names a definition of the same schema."""
    text = json.dumps(schema)
    named = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert named <= set(schema["$defs"])


@pytest.mark.parametrize(
    ("page", "schema"), [("record.md", record_schema()), ("judgment.md", judgment_schema())]
)
def test_the_page_names_every_part_and_field(page: str, schema: dict[str, Any]) -> None:
    """The normative page has a line for each field of each part."""
    text = (DOCS / page).read_text()
    for name, part in schema["$defs"].items():
        assert f"### {name}\n" in text, name
        section = text.split(f"### {name}\n")[1].split("\n### ")[0]
        for field in part["properties"]:
            assert f"| `{field}` |" in section, f"{name}.{field}"
