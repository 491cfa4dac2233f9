"""Disputes: one question on which the judgments of a record do not agree, and what decides it.

Which questions are disputed is the contract's rule (`quality.disputes`); here is what a dispute
is, how it is named to an adjudicator, and whether a decision covers it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from assay.records.verdict import (
    Abstained,
    InsufficientContext,
    NotAsked,
    ScoreAbstained,
)
from assay.review.adjudication import Decided
from assay.review.presentation import letter

Disputed = Literal["verdict", "score", "step", "section", "errors", "attack", "edit"]
"""What can be disputed."""


class Dispute(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing on which judgments differ."""

    what: Disputed
    """What sort of thing."""
    candidate: int | None = None
    """The candidate, in the order that the caller counts in; absent where the whole record is meant."""
    item: str | None = None
    """The dimension, the section, or the number of the step (from 0)."""
    reason: str = ""
    """What was answered how often, and what agreement would have taken."""

    def as_presented(self, order: Sequence[int]) -> "Dispute":
        """The same dispute with its candidate counted as presented.

        Args:
            order: the record's candidates in presented order.
        """
        if self.candidate is None:
            return self
        return msgspec.structs.replace(self, candidate=order.index(self.candidate))

    def words(self) -> str:
        """The dispute in a few words, such as `step 3 of A`."""
        of = "" if self.candidate is None else f" of {letter(self.candidate)}"
        match self.what:
            case "score":
                return f"{str(self.item).replace('_', ' ')}{of}"
            case "step":
                return f"step {int(str(self.item)) + 1}{of}"
            case "section":
                return f"section {self.item}{of}"
            case "edit":
                return "the revision"
            case what:
                return f"the {what}"


def is_decided(dispute: Dispute, decision: Decided) -> bool:
    """Whether a decision says anything on what is disputed.

    Where the task does not give enough to judge, nothing else is left to decide. Both must count
    candidates in the same order.
    """
    if isinstance(decision.verdict, InsufficientContext):
        return True
    return any(
        # Without a candidate the record as a whole is meant, which covers each candidate.
        (covered.what, covered.item) == (dispute.what, dispute.item)
        and (
            covered.candidate == dispute.candidate or None in {covered.candidate, dispute.candidate}
        )
        for covered in settled_by(decision)
    )


def settled_by(decision: Decided) -> Iterator[Dispute]:
    """Every dispute that a decision would settle; one that declines settles none."""
    if isinstance(decision.verdict, Abstained):
        return
    if not isinstance(decision.verdict, NotAsked):
        yield Dispute(what="verdict")
    if decision.attack is not None and decision.attack.outcome is not None:
        yield Dispute(what="attack")
    for label in decision.step_labels:
        yield Dispute(what="step", candidate=label.candidate, item=str(label.step))
    for ruling in decision.rulings:
        yield Dispute(what="section", candidate=ruling.candidate, item=ruling.section)
    for score in decision.scores:
        if not isinstance(score.score, ScoreAbstained):
            yield Dispute(what="score", candidate=score.candidate, item=score.dimension)
    if decision.errors is not None:
        yield Dispute(what="errors")
    if decision.wrote is not None or decision.stands_as_is is not None:
        yield Dispute(what="edit")


def undecided_disputes(decision: Decided, disputed: Iterable[Dispute]) -> tuple[Dispute, ...]:
    """What is disputed and not decided."""
    return tuple(dispute for dispute in disputed if not is_decided(dispute, decision))
