"""Imitation: the one response that a record offers to be imitated, and the options for it."""

from typing import ClassVar

from assay.records.candidate import Candidate
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.endorsed import refuse_unless_endorsed
from assay.releases.exporters.exporter import ExportFormat
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord


class Imitation(ExportFormat, frozen=True, kw_only=True):
    """What the formats for imitation share."""

    partly: ClassVar[frozenset[CarriedField]] = frozenset({"work_steps"})

    work: bool = False
    """Whether the observable steps of the work go before the response."""
    trajectories: bool = False
    """Whether a tool trajectory counts as a demonstration."""

    def steps_carried(self, candidate: Candidate) -> int:
        """How many steps of work the row holds: all of a text response, where asked for."""
        return len(candidate.work) if self.work and isinstance(candidate.content, str) else 0


def demonstration_of(released: ReleasedRecord, *, trajectories: bool) -> Candidate:
    """The one response that a record offers for imitation.

    Args:
        released: the record.
        trajectories: whether a tool trajectory counts as a demonstration.

    Raises:
        NotCarriedError: if the record demonstrates nothing, or its candidate is not endorsed.
    """
    record = released.record
    if record.kind != "demonstration" and not (trajectories and record.kind == "trajectory"):
        raise NotCarriedError("wrong_kind", record.kind)
    if len(record.candidates) != 1:
        reason = "too_many_candidates" if record.candidates else "too_few_candidates"
        raise NotCarriedError(reason, f"candidates: {len(record.candidates)}")
    refuse_disagreement(released)
    outcome = released.consensus.outcome
    if outcome in {"insufficient_context", "no_majority", "returned"}:
        raise NotCarriedError(outcome)
    refuse_unless_endorsed(released, 0)
    return record.candidates[0]
