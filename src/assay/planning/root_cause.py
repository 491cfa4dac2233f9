"""The root cause: why a group of failures occurs, as a person states it."""

from typing import ClassVar, Literal

from assay.core.fact import Fact

Cause = Literal[
    "demonstrations", "preferences", "policy", "retrieval", "tools", "architecture",
    "product_control",
]  # fmt: skip
"""What has to be fixed. The first two are data; the rest are not."""

DATA_CAUSES: frozenset[Cause] = frozenset({"demonstrations", "preferences"})
"""Causes that more data can fix."""


class RootCause(Fact):
    """Why a group of failures occurs. A person sets it; nothing in Assay guesses it."""

    prefix: ClassVar[str] = "cau"

    finding: str
    """Id of the finding."""
    cause: Cause
    """What has to be fixed."""
    person: str
    """Pseudonym of the person who set it."""
    note: str
    """What was examined, and what shows it."""
    supersedes: str | None = None
    """Id of the root cause that this one replaces."""
