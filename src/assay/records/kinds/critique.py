"""Critique: an answer whose errors are located, and perhaps its revision."""

from collections.abc import Iterator

from assay.core.fact import Value
from assay.records.candidate import Candidate
from assay.records.fields import Index


class Critique(Value, tag_field="kind", tag="critique"):
    """An answer to criticise. The localized errors are in judgments, by whom they were found."""

    subject: Index = 0
    """The candidate that is criticised."""
    revision: Index | None = None
    """The candidate that corrects it."""

    def faults(self, candidates: tuple[Candidate, ...]) -> Iterator[str]:
        """What the envelope lacks for this kind."""
        if self.subject >= len(candidates):
            yield f"the criticised candidate {self.subject} is not there"
        if self.revision is not None and self.revision >= len(candidates):
            yield f"the revising candidate {self.revision} is not there"
        if self.revision == self.subject:
            yield "a candidate cannot be its own revision"
