"""The disposition: the state that the contract's rules give a record, and on which facts."""

from collections.abc import Iterable
from typing import ClassVar, Literal, Protocol

from assay.core.fact import Fact, Value
from assay.records.fields import Index

State = Literal[
    "accepted", "rejected", "needs_second_review", "needs_adjudication", "needs_rereview",
    "disagreement_preserved", "set_aside",
]  # fmt: skip
"""Whether the record's label is settled, and how.

`rejected`: a record that exists to be imitated, and no candidate of it is endorsed;
`needs_rereview`: what decides it was judged under a text that has changed its meaning since.
"""

RELEASABLE: tuple[State, ...] = ("accepted", "disagreement_preserved")
"""States of records that may be released; the rest wait or stay out."""

CandidateStanding = Literal["endorsed", "rejected", "mixed", "unjudged"]
"""What the judgments and verifiers say of one candidate.

`mixed`: they count both for it and against it; `unjudged`: nothing that could have counted against
the candidate was examined.
"""


class ExplainedStanding(Value):
    """The standing of one candidate, and the rule that gave it."""

    candidate: Index
    """The candidate, in the record's order."""
    standing: CandidateStanding
    """What judgments and verifiers show of it."""
    rule: str
    """The rule that decided, such as `veto`, `objective`, `verifier`, `policy` or `scores`."""
    reason: str
    """Why, in one sentence."""


class Disposition(Fact):
    """The state that a rule of the contract gave to a record."""

    prefix: ClassVar[str] = "dis"

    record: str
    """Id of the record."""
    state: State
    """Whether the label is settled, and how."""
    rule: str
    """Name of the rule of the contract that gave the state."""
    reason: str
    """Why, in one sentence."""
    contract: str
    """Document id of the contract."""
    rubric: str
    """Document id of the rubric."""
    read: tuple[str, ...] = ()
    """Ids of every judgment, verification and adjudication that the rule read."""
    standings: tuple[ExplainedStanding, ...] = ()
    """The standing of each candidate, in the record's order."""


class HasId(Protocol):
    """A fact, or its encoded form, with its id."""

    @property
    def id(self) -> str:
        """The id."""


def rests_on_all(
    disposition: Disposition, weighed: Iterable[HasId], verifications: Iterable[HasId]
) -> bool:
    """Whether a disposition read every judgment, adjudication and verification of its record.

    Verifications count where it gives candidates their standings, or cites one: dispositions from
    before standings read them only for some rules.

    Args:
        disposition: the disposition.
        weighed: the record's judgments and adjudications.
        verifications: its verifications.
    """
    read = set(disposition.read)
    reads_verifications = disposition.standings or any(
        identity.startswith("ver_") for identity in read
    )
    facts = [*weighed, *verifications] if reads_verifications else weighed
    return all(fact.id in read for fact in facts)
