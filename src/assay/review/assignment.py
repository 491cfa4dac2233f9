"""The assignment: who is asked to judge which record, in which presented order; and its end."""

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
    renews: str | None = None
    """Id of the judgment that the answer replaces, where the person is asked to judge again."""


class AssignmentWithdrawal(Fact):
    """An assignment that was handed out in a file or to another tool is not waited for any more.

    An answer that comes later is stored nevertheless, and is a pass like any other.
    """

    prefix: ClassVar[str] = "awd"

    assignment: str
    """Id of the assignment."""
    record: str
    """Id of its record."""
    reviewer: str
    """Pseudonym of the person who was asked."""
