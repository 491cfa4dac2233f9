"""What all documents share: a closed, frozen shape and the header that names their version."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assay.contracts.terms import Name, Text

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
        use_attribute_docstrings=True,
        str_strip_whitespace=True,
        populate_by_name=False,
        allow_inf_nan=False,
    )


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
