"""Outcome: whether a task succeeded, by a test that can be named."""

from collections.abc import Iterator

from assay.core.fact import Value
from assay.records.candidate import Candidate


class Outcome(Value, tag_field="kind", tag="outcome"):
    """A task with a testable result. Verdicts are in verifications and judgments."""

    reference: str | None = None
    """The right answer, test program or final state that success is measured against."""
    criterion: str | None = None
    """What success means, in words."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if self.reference is None and self.criterion is None and not candidates:
            yield "an outcome needs a reference, a criterion, or at least one candidate"
