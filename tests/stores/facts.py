"""Small facts of the real families, numbered so that each is another one."""

from assay.records.judgment import Judgment, Reviewer
from assay.records.kinds import Demonstration
from assay.records.record import Lineage, Record, Source
from assay.records.task import Message, Task
from assay.records.verdict import Tie
from assay.review.assignment import Assignment

ACTOR = "tester"
MOMENT = "2026-01-31T09:30:00Z"


def record(number: int, *, source: str = "own-work", parents: tuple[str, ...] = ()) -> Record:
    """A record whose only message is its number."""
    return Record(
        schema_version=1,
        part=Demonstration(),
        task=Task(messages=(Message(role="user", content=f"Question {number}"),)),
        sources=(Source(source_class=source),),
        lineage=Lineage(parents=parents) if parents else None,
    )


def judgment(about: str, *, by: str = "rev-a", occasion: int = 0) -> Judgment:
    """A tie, said by a reviewer about a record."""
    return Judgment(
        record=about,
        reviewer=Reviewer(pseudonym=by, kind="human", role="reviewer"),
        verdict=Tie(),
        occasion=occasion,
    )


def assignment(about: str, number: int, *, to: str = "rev-a") -> Assignment:
    """A pass over a record, asked of a reviewer."""
    return Assignment(record=about, reviewer=to, number=number)
