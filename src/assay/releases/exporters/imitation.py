"""Imitation: the one response that a record offers to be imitated, and the options for it."""

from typing import ClassVar, Literal

from assay.records.candidate import Candidate
from assay.records.record import Record
from assay.releases.exporters.carried_fields import CarriedField, record_messages
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.conversation import is_trained
from assay.releases.exporters.endorsed import refuse_unless_endorsed
from assay.releases.exporters.exporter import ExportFormat
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

ReasoningField = Literal["", "reasoning_content", "thinking"]
"""The field of a message for what a model wrote for itself; empty: it is left out."""


class Imitation(ExportFormat, frozen=True, kw_only=True):
    """What the formats for imitation share."""

    partly: ClassVar[frozenset[CarriedField]] = frozenset({"work_steps", "training_weights"})

    work: bool = False
    """Whether the observable steps of the work go before the response."""
    trajectories: bool = False
    """Whether a tool trajectory counts as a demonstration."""

    def steps_carried(self, candidate: Candidate) -> int:
        """How many steps of work the row holds: all of a text response, where asked for."""
        return len(candidate.work) if self.work and isinstance(candidate.content, str) else 0


class MessageImitation(Imitation, frozen=True, kw_only=True):
    """What the formats for imitation share whose rows are made of messages."""

    partly: ClassVar[frozenset[CarriedField]] = Imitation.partly | {"reasoning"}

    reasoning: ReasoningField = ""
    """Field for what a model wrote for itself, so that it is trained on; empty: it is left out."""

    def reasoning_carried(self, record: Record) -> int:
        """How many messages show their reasoning in the row."""
        if not self.reasoning:
            return 0
        return sum(message.reasoning is not None for message in record_messages(record))


def refuse_untrained(candidate: Candidate) -> None:
    """Refuse a response that the source excludes from training; for formats without weights.

    Raises:
        NotCarriedError: if no message of the model's may be imitated.
    """
    content = candidate.content
    spoken = () if isinstance(content, str) else content
    weights = {is_trained(message) for message in spoken if message.role == "assistant"}
    if weights == {False}:
        raise NotCarriedError("not_trained")


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
