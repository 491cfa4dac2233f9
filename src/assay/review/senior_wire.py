"""Wire types of adjudication: a record with all its judgments, and the decision on it."""

from typing import Annotated, Literal

import msgspec

from assay.review.adjudication import Cause
from assay.review.answer import Answer
from assay.review.disputes import Disputed
from assay.review.wire import AssignmentView


class DisputeView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing on which judgments differ."""

    what: Disputed
    """What sort of thing."""
    candidate: int | None
    """The candidate as presented, A is 0; absent where the whole record is meant."""
    item: str | None
    """The dimension, the section, or the number of the step (from 0)."""
    words: str
    """The same in words."""


class VoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One judgment, under a name for this page alone."""

    name: str
    """R1, R2, ... in an order that reveals nothing."""
    role: str
    """Role in which it was given."""
    answer: Answer
    """What it says, with candidates as presented to the adjudicator."""


class SeniorView(msgspec.Struct, frozen=True, kw_only=True):
    """One record that an adjudicator has taken, with the judgments on it."""

    assignment: AssignmentView
    """The record as the desk shows it, and what was asked."""
    voices: tuple[VoiceView, ...]
    """The judgments that stand."""
    disputes: tuple[DisputeView, ...] | None
    """What they differ on; a decision says something on each. Nothing where no question has two
    answers that count, so that nothing was compared."""
    decided: bool
    """Whether this adjudicator has decided it already."""


class HeldView(msgspec.Struct, frozen=True, kw_only=True):
    """A record that an adjudicator has taken and not decided."""

    handle: str
    """Opaque handle of the record's lease."""
    disputes: tuple[DisputeView, ...] | None
    """What its judgments differ on; nothing where nothing was compared."""


class WaitingView(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a senior decision."""

    held: tuple[HeldView, ...]
    """What I have taken."""
    open: int
    """Records that I may take."""


class TakenView(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken."""

    handle: str | None
    """Handle of the record; nothing where nothing waits."""


class NewDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A senior decision."""

    decision: Literal["decided", "preserved", "returned"]
    """An answer; the distribution as it is; or the record goes back."""
    cause: Cause
    """Why the judgments differ."""
    answer: Answer | None = None
    """The whole answer, with candidates as presented; only where something is decided."""
    note: Annotated[str, msgspec.Meta(max_length=4000)] | None = None
    """Words for those who judged; where the record goes back, what must be fixed first."""


class DecisionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What an adjudicator gets for a decision that is on the disk."""

    adjudication: str
    """Keyed handle of the adjudication."""
    weighed: int
    """Judgments that were weighed."""
