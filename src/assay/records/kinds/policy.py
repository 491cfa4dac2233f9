"""Policy: a response judged against sections of the policy; refusal and help apart."""

from collections.abc import Iterator
from typing import Literal

from assay.core.fact import Value
from assay.records.candidate import Candidate


class Policy(Value, tag_field="kind", tag="policy"):
    """A task that touches the policy; the rulings are in judgments."""

    sections: tuple[str, ...] = ()
    """Ids of the policy sections that the task bears on."""
    expected: Literal["comply", "refuse", "partial", "escalate"] | None = None
    """What the policy asks of the model here; over-refusal is refusing where this says comply."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if not candidates and self.expected is None:
            yield "a policy record needs a candidate to judge, or the expected response"
