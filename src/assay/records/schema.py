"""JSON Schema (draft 2020-12) of records, judgments and mappings, with a sentence at each field."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from assay.core.describe import field_descriptions
from assay.core.fact import Fact, Value
from assay.records.judgment import Judgment
from assay.records.mapping.document import MappingDocument
from assay.records.record import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The dialect in which the schemas are written."""


def record_schema() -> dict[str, Any]:
    """The schema of a line that holds a record."""
    return _fact_schema(Record)


def judgment_schema() -> dict[str, Any]:
    """The schema of a line that holds a judgment."""
    return _fact_schema(Judgment)


def mapping_schema() -> dict[str, Any]:
    """The schema of a mapping file, for editors."""
    return {"$schema": DIALECT, **MappingDocument.model_json_schema(by_alias=True)}


def _fact_schema(fact: type[Fact]) -> dict[str, Any]:
    (root,), components = msgspec.json.schema_components([fact], ref_template="#/$defs/{name}")
    for part in sorted(_parts(fact), key=lambda part: part.__name__):
        _describe(components[part.__name__], part)
    return {"$schema": DIALECT, "title": fact.__name__, **root, "$defs": components}


def _describe(component: dict[str, Any], part: type[Value]) -> None:
    descriptions = field_descriptions(part)
    for name, schema in component["properties"].items():
        if name in descriptions:
            schema["description"] = descriptions[name]
    component["description"] = (part.__doc__ or "").split("\n", maxsplit=1)[0]


def _parts(owner: Any) -> set[type[Value]]:
    """Every value type that a type is made of, itself included."""
    parts: set[type[Value]] = set()
    waiting = [owner]
    while waiting:
        annotation = waiting.pop()
        if isinstance(annotation, type) and issubclass(annotation, Value):
            if annotation not in parts:
                parts.add(annotation)
                waiting += [field.type for field in msgspec.structs.fields(annotation)]
        else:
            waiting += _arguments(annotation)
    return parts


def _arguments(annotation: Any) -> Iterator[Any]:
    return (argument for argument in get_args(annotation) if argument is not Ellipsis)
