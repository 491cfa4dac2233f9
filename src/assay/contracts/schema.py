"""JSON Schema of the documents, for editors and other programs."""

from typing import Any

from assay.contracts.reading import TYPES, FileKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: FileKind) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one document, with the description of every field."""
    generated = TYPES[kind].model_json_schema()
    return {"$schema": DIALECT, **_plain(generated), "title": f"Assay {kind}"}


def all_schemas() -> dict[FileKind, dict[str, Any]]:
    """The JSON Schema of every document by its kind."""
    return {kind: json_schema(kind) for kind in TYPES}


def _plain(node: Any) -> Any:
    """Without the titles that only repeat the names of fields."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _plain(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }
