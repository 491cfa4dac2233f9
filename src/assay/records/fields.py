"""The small types that fields of records and judgments are made of."""

from typing import Annotated, Literal

from msgspec import Meta

from assay.core.canonical import MAX_SAFE_INTEGER

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name that a document gives: an axis, a dimension, a category. Lower case, ASCII."""

Integer = Annotated[int, Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
"""An integer that every JSON reader keeps exactly."""

Index = Annotated[int, Meta(ge=0, le=MAX_SAFE_INTEGER)]
"""A position counted from 0."""

JsonText = str
"""Any JSON value as its canonical text (RFC 8785), made by `core.canonical.json_text`."""

Pointer = str
"""An RFC 6901 JSON pointer into a record, such as `/candidates/0/content`."""

Severity = Literal["low", "medium", "high", "critical"]
"""How bad something is."""

Role = Literal[
    "author", "reviewer", "policy_reviewer", "language_specialist", "adjudicator", "lead",
    "administrator",
]  # fmt: skip
"""A human role in the program."""
