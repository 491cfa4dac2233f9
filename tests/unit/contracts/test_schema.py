"""The JSON Schemas describe every field and accept what the check accepts."""

from typing import Any

import pytest

from assay.contracts.reading import TYPES
from assay.contracts.service import schema


def fields(node: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every property of a schema and of its parts."""
    parts = [node, *node.get("$defs", {}).values()]
    return [pair for part in parts for pair in part.get("properties", {}).items()]


@pytest.mark.parametrize("kind", list(TYPES))
def test_every_field_has_its_description(kind: Any) -> None:
    """The literal under each field is its description in the schema."""
    whole = schema()[kind]
    for name, field in fields(whole):
        part = whole.get("$defs", {}).get(field.get("$ref", "").rpartition("/")[2], {})
        assert field.get("description") or part.get("description"), f"{kind}: {name}"


@pytest.mark.parametrize("kind", list(TYPES))
def test_unknown_keys_are_refused_everywhere(kind: Any) -> None:
    """Every part of every document is closed."""
    node = schema()[kind]
    for part in [node, *node.get("$defs", {}).values()]:
        if "properties" in part:
            assert part["additionalProperties"] is False


def test_a_schema_names_its_dialect_and_its_kind() -> None:
    """Editors learn the dialect, the header's key and the only kind."""
    contract = schema()["contract"]
    assert contract["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert contract["title"] == "Assay contract"
    assert contract["properties"]["kind"]["const"] == "contract"
    assert "apiVersion" in contract["required"]
