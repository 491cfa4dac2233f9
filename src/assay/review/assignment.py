"""The assignment: who is asked to judge which record, in which presented order."""

from typing import ClassVar

from assay.core.fact import Fact
from assay.records.fields import Index


class Assignment(Fact):
    """One reviewer is asked for one independent pass over one record."""

    prefix: ClassVar[str] = "asg"

    record: str
    """Id of the record."""
    reviewer: str
    """Pseudonym of the reviewer."""
    number: Index
    """Which of the record's independent passes this is, from 0."""
    order: tuple[Index, ...] = ()
    """The record's candidates in the order this reviewer will see them."""
    rubric: str | None = None
    """Document id of the rubric in force."""
