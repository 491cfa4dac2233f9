"""Demonstration: a target response to imitate; sources and work are separate from it."""

from collections.abc import Iterator

from assay.core.fact import Value
from assay.records.candidate import Candidate


class Demonstration(Value, tag_field="kind", tag="demonstration"):
    """An expert-authored or selected response that shows the target behaviour."""

    answer: str | None = None
    """The final answer on its own, where the task has one that can be tested."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if len(candidates) != 1:
            yield f"a demonstration has exactly one candidate, this one has {len(candidates)}"
