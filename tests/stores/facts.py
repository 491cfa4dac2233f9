"""Small facts of the real families, numbered so that each is another one."""

from assay.records.judgment import Judgment
from assay.records.kinds import Demonstration
from assay.records.record import Lineage, Record
from assay.records.verdict import Tie
from assay.review.assignment import Assignment
from builders import judgment_by, small_record

ACTOR = "tester"
MOMENT = "2026-01-31T09:30:00Z"


def record(number: int, *, source: str = "own-work", parents: tuple[str, ...] = ()) -> Record:
    """A record whose only message is its number."""
    return small_record(
        Demonstration(),
        f"Question {number}",
        source=source,
        lineage=Lineage(parents=parents) if parents else None,
    )


def judgment(about: str, *, by: str = "rev-a", occasion: int = 0) -> Judgment:
    """A tie, said by a reviewer about a record."""
    return judgment_by(by, about, Tie(), occasion=occasion)


def assignment(about: str, number: int, *, to: str = "rev-a") -> Assignment:
    """A pass over a record, asked of a reviewer."""
    return Assignment(record=about, reviewer=to, number=number)
