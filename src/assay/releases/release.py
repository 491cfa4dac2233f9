"""The release as a fact: what was built, from which versions, through which gates."""

from typing import ClassVar

from assay.core.fact import Fact, Value
from assay.records.fields import Index


class GateResult(Value):
    """What one gate said."""

    gate: str
    """The gate's name."""
    passed: bool
    """Whether it let the release pass."""
    reason: str
    """Why, with its figures."""


class Release(Fact):
    """One release that was built."""

    prefix: ClassVar[str] = "rel"

    version: str
    """Semantic version."""
    merkle_root: str
    """RFC 6962 root over the manifest's items, hexadecimal."""
    manifest_digest: str
    """`sha256:...` of manifest.json."""
    records: Index
    """How many records it holds."""
    judgments: Index
    """How many judgments it holds."""
    documents: dict[str, str]
    """Document ids: `contract`, `rubric`, `policy`, `sources`."""
    gates: tuple[GateResult, ...]
    """What every gate said."""
    previous: str | None = None
    """Id of the release before it."""
