"""What all documents share: a closed, frozen shape and the header that names their version."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from assay.contracts.terms import Name, Text
from assay.core.describe import field_descriptions

SEMVER = (
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$"
)
"""Semantic Versioning 2.0.0, such as `1.2.0` or `2.0.0-rc.1`."""

API_VERSION = "assay/v1"
"""The version of the documents' format, as it is in their headers."""


class Part(BaseModel):
    """A piece of a document: immutable, and closed to keys that it does not know."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        str_strip_whitespace=True,
        populate_by_name=False,
        allow_inf_nan=False,
        # A validator is compiled when a document is first read: a command that reads one compiles one.
        defer_build=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema, with the literal under each field as its description.

        Reading these literals from the source (`use_attribute_docstrings`) took a fifth of a second
        of each command that opens a program, for schemas that few commands print.
        """
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in field_descriptions(cls).items():
            field = cls.model_fields.get(name)
            if field is not None:
                properties[field.alias or name].setdefault("description", text)
        return schema


class Header(Part):
    """The head of every YAML document, in the manner of the Open Data Contract Standard."""

    api_version: Annotated[Literal["assay/v1"], Field(alias="apiVersion")]
    """Version of the document's format: `assay/v1`."""
    id: Name
    """Name of the document, the same in all its versions."""
    version: Annotated[str, Field(pattern=SEMVER, max_length=64)]
    """Version of the document's content (semver): raise it whenever the meaning changes."""
    status: Literal["draft", "active", "retired"]
    """`draft` while it is being written, `active` when work is done under it, then `retired`."""
    title: Text
    """What the document is about, in a few words."""
