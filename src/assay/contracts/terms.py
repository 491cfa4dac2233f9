"""The closed vocabularies of the documents, each defined once."""

from typing import Annotated, Literal

from pydantic import Field

Severity = Literal["low", "medium", "high", "critical"]
"""How bad a failure is, from least to worst."""

SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
"""The severities in rising order."""

Signal = Literal[
    "demonstration", "preference", "critique", "process",
    "outcome", "policy", "adversarial", "trajectory",
]  # fmt: skip
"""A kind of supervision, and the kind of record that carries it."""

EvidenceKind = Literal[
    "source", "citation", "calculation", "test", "tool_trace", "state", "expert_check"
]
"""What can support or refute an answer."""

EvidenceType = Literal[
    "source", "citation", "calculation", "test", "tool_trace", "state", "expert_check",
    "span", "policy_section",
]  # fmt: skip
"""What a score must rest on: a kind of evidence, a span of the output or a policy section."""

Role = Literal[
    "reviewer", "author", "policy_reviewer", "language_specialist",
    "adjudicator", "lead", "administrator",
]  # fmt: skip
"""A human role in a program."""

STANDARD_AXES: tuple[str, ...] = (
    "domain", "difficulty", "language", "interaction_length",
    "ambiguity", "safety_severity", "tool_availability", "failure_cluster",
)  # fmt: skip
"""The axes along which every sampling distribution is thought through."""

Text = Annotated[str, Field(min_length=1, max_length=20_000)]
"""Prose for people, 1 to 20,000 characters."""

NAME = r"^[a-z][a-z0-9_-]*$"
"""The pattern of an identifier."""

COLUMN_NAME = r"^[a-z][a-z0-9_]*$"
"""The pattern of an identifier that is also the name of a column."""

MAX_NAME = 64
"""Characters of the longest identifier."""

Name = Annotated[str, Field(pattern=NAME, max_length=MAX_NAME)]
"""An identifier: lower-case letters, digits, `_` and `-`, starting with a letter."""

DimensionName = Annotated[str, Field(pattern=COLUMN_NAME, max_length=MAX_NAME)]
"""The identifier of a dimension or an axis: also usable as the name of a column."""

Label = Annotated[str, Field(min_length=1, max_length=100)]
"""A value of an axis or of a categorical scale."""

Slice = dict[DimensionName, Label]
"""One value of an axis, or several joined: axis -> value. Empty: everything."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A part of a whole, from 0 to 1."""

Count = Annotated[int, Field(ge=1, le=10**9)]
"""How many, at least one."""
