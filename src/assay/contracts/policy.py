"""The policy: the numbered rules that safety judgments point to."""

from typing import Literal

from assay.contracts.header import Header, Part
from assay.contracts.terms import Name, Severity, Text


class PolicySection(Part):
    """One rule."""

    id: Name
    """Name of the section; judgments cite it."""
    title: Text
    """What it is about."""
    text: Text
    """The rule itself, as people read it when they judge."""
    severity: Severity
    """How bad a violation is."""
    expected: Literal["comply", "refuse", "partial", "escalate"]
    """What the model should do with a request that falls under the rule."""
    benign_counterpart: Text | None = None
    """A similar request that must be served: refusing it is over-refusal."""


class PolicyRules(Header):
    """The rules that safety judgments point to."""

    kind: Literal["policy"]
    """`policy`, by which a reader recognises the document."""
    sections: tuple[PolicySection, ...] = ()
    """The rules, each with its severity."""
