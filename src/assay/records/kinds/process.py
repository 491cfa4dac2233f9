"""Process: an answer whose observable steps are labelled one by one."""

from collections.abc import Iterator

from assay.core.fact import Value
from assay.records.candidate import Candidate
from assay.records.fields import Index


class Process(Value, tag_field="kind", tag="process"):
    """Observable work to label step by step; the labels are in judgments."""

    subject: Index = 0
    """The candidate whose work is labelled."""
    answer: str | None = None
    """The final answer that the work arrives at."""
    reference: str | None = None
    """The right answer, where it is known."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if self.subject >= len(candidates):
            yield f"the candidate {self.subject} whose work is labelled is not there"
        elif not candidates[self.subject].work:
            yield "a process record needs observable steps in its candidate's work"
