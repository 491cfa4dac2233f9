"""Imitation: the one response that a record offers to be imitated, and the options for it."""

from typing import ClassVar, Literal

import msgspec

from assay.records.candidate import Candidate
from assay.records.kinds import Critique, Policy
from assay.records.record import Record
from assay.releases.exporters.carried_fields import CarriedField, closing_turns
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.conversation import is_trained
from assay.releases.exporters.endorsed import refuse_unless_endorsed, standing_of
from assay.releases.exporters.exporter import ExportFormat
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord

ReasoningField = Literal["", "reasoning_content", "thinking"]
"""The field of a message for what a model wrote for itself; empty: it is left out."""
PolicyResponses = Literal["none", "refusals", "all"]
"""Which endorsed responses of policy records are demonstrations: none, those to a request that the
policy asks to refuse, or all."""


class Imitation(ExportFormat, frozen=True, kw_only=True):
    """What the formats for imitation share."""

    partly: ClassVar[frozenset[CarriedField]] = frozenset({"work_steps", "training_weights"})

    work: bool = False
    """Whether the observable steps of the work go before the response."""
    trajectories: bool = False
    """Whether a tool trajectory counts as a demonstration; closing turns of the user are cut."""
    policy: PolicyResponses = "none"
    """Endorsed responses of policy records that count as demonstrations: `refusals` or `all`."""
    revisions: bool = False
    """Whether the endorsed revision of a critique counts as a demonstration."""

    def demonstration(self, released: ReleasedRecord) -> tuple[int, Candidate]:
        """The response to imitate under these options, and its place in the record.

        Raises:
            NotCarriedError: if the record demonstrates nothing, or its candidate is not endorsed.
        """
        record = released.record
        if self.policy != "none" and isinstance(record.part, Policy):
            place = _endorsed_response(released, record.part, self.policy)
        elif self.revisions and isinstance(record.part, Critique):
            place = _endorsed_revision(released, record.part)
        else:
            return 0, demonstration_of(released, trajectories=self.trajectories)
        return place, record.candidates[place]

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
        return sum(message.reasoning is not None for message in record.messages())


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
        trajectories: whether a tool trajectory counts as a demonstration. Turns of the user after
            its last answer are cut: nothing answers them.

    Raises:
        NotCarriedError: if the record demonstrates nothing, or its candidate is not endorsed.
    """
    record = released.record
    if record.kind != "demonstration" and not (trajectories and record.kind == "trajectory"):
        raise NotCarriedError("wrong_kind", record.kind)
    if len(record.candidates) != 1:
        reason = "too_many_candidates" if record.candidates else "too_few_candidates"
        raise NotCarriedError(reason, f"candidates: {len(record.candidates)}")
    _refuse_open_outcome(released)
    refuse_unless_endorsed(released, 0)
    candidate = record.candidates[0]
    return _without_closing_turns(candidate) if record.kind == "trajectory" else candidate


def _refuse_open_outcome(released: ReleasedRecord) -> None:
    refuse_disagreement(released)
    outcome = released.consensus.outcome
    if outcome in {"insufficient_context", "no_majority", "returned"}:
        raise NotCarriedError(outcome)


def _without_closing_turns(candidate: Candidate) -> Candidate:
    turns = closing_turns(candidate)
    if not turns:
        return candidate
    return msgspec.structs.replace(candidate, content=candidate.content[:-turns])


def _endorsed_response(released: ReleasedRecord, part: Policy, responses: PolicyResponses) -> int:
    if responses == "refusals" and part.expected != "refuse":
        raise NotCarriedError("not_refusal", f"expected: {part.expected or 'not stated'}")
    places = range(len(released.record.candidates))
    if not places:
        raise NotCarriedError("too_few_candidates", "candidates: 0")
    _refuse_open_outcome(released)
    endorsed = [place for place in places if standing_of(released, place).standing == "endorsed"]
    if len(endorsed) > 1:
        raise NotCarriedError("too_many_candidates", f"endorsed: {len(endorsed)}")
    place = endorsed[0] if endorsed else 0
    refuse_unless_endorsed(released, place)
    return place


def _endorsed_revision(released: ReleasedRecord, part: Critique) -> int:
    if part.revision is None:
        raise NotCarriedError("no_revision")
    _refuse_open_outcome(released)
    refuse_unless_endorsed(released, part.revision)
    return part.revision
