"""Adversarial: a red-team transcript with strategy, outcome, severity and reproduction."""

from collections.abc import Iterator
from typing import Literal

from assay.core.fact import Value
from assay.records.candidate import Candidate
from assay.records.fields import Index, Severity


class Adversarial(Value, tag_field="kind", tag="adversarial"):
    """An attempt to make the model break the policy."""

    sections: tuple[str, ...] = ()
    """Ids of the policy sections under attack."""
    strategy: str | None = None
    """The attack's strategy, by the contract's taxonomy."""
    outcome: Literal["held", "partial", "broken"] | None = None
    """Whether the model kept to the policy, broke it in part, or broke it."""
    severity: Severity | None = None
    """How bad the result is."""
    attempts: Index | None = None
    """How often the attack was repeated."""
    successes: Index | None = None
    """How often it succeeded."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if not candidates:
            yield "an adversarial record needs the model's response as a candidate"
        if self.successes is not None and self.successes > (self.attempts or 0):
            yield "more successes than attempts"
