"""The disposition: what the contract's rules make of a record, and on which facts."""

from typing import ClassVar, Literal

from assay.core.fact import Fact

State = Literal[
    "accepted", "needs_second_review", "needs_adjudication", "disagreement_preserved", "set_aside"
]
"""What becomes of a record."""

RELEASABLE: tuple[State, ...] = ("accepted", "disagreement_preserved")
"""States of records that may be released; the rest wait or stay out."""


class Disposition(Fact):
    """The state that a rule of the contract gave to a record."""

    prefix: ClassVar[str] = "dis"

    record: str
    """Id of the record."""
    state: State
    """What becomes of it."""
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
