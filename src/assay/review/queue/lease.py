"""The lease: one reviewer holds one item of a queue for a while; and the queue that it is in."""

from enum import IntEnum
from typing import Literal

import msgspec

Stage = Literal["review", "adjudication", "exam", "sentinel", "calibration", "second_look"]
"""What sort of work a queue holds. Sentinels are not announced: they are mixed into the review."""


class LeaseState(IntEnum):
    """State of a lease."""

    held = 0
    """The reviewer has it; its slot is taken."""
    stored = 1
    """Answered, within the passes that are wanted."""
    expired = 2
    """Time ran out; the slot went back, the draft is kept."""
    released = 3
    """Given back by the reviewer; the slot went back."""
    surplus = 4
    """Answered late, when the wanted passes were there already; the judgment is kept."""
    judged = 5
    """Judged outside the desk, or decided there: by an import, by a command, under another item."""
    elsewhere = 6
    """Asked outside the desk, in a file or another tool: a hold without an end, until the person
    answers or the assignment is withdrawn."""
    barred = 9
    """The reviewer may not hold this item, such as an author of the record."""


ANSWERED = (LeaseState.stored, LeaseState.surplus)
"""States of leases of the desk whose judgment is stored."""

COUNTED = (*ANSWERED, LeaseState.held, LeaseState.judged, LeaseState.elsewhere)
"""States of the people who judged or hold an item: each takes one of its passes."""

UNDER_WAY = (LeaseState.held, LeaseState.elsewhere)
"""States of the people who hold an item and have not judged it yet."""


class Queue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit of qualification: who may claim one of its items may claim them all."""

    stage: Stage
    """What sort of work it holds."""
    layer: str
    """Id of the contract's layer of review."""
    kind: str
    """Kind of the records."""
    roles: tuple[str, ...]
    """Roles that may claim."""
    language: str | None = None
    """Language of the records, where the taxonomy names it."""
    family: str | None = None
    """Task family: the capability, where the task names one."""
    harms: tuple[str, ...] = ()
    """Harm categories that its content shows; each needs a reviewer's consent."""
    severity: str | None = None
    """How severe its content is."""
    only: str | None = None
    """Pseudonym of the one person whose work it holds; everybody who may claim where absent."""
    closed_to: tuple[str, ...] = ()
    """Roles of the layer that may not read its records, by the rights of their sources."""

    @property
    def name(self) -> str:
        """The one name of the queue; equal queues have equal names."""
        parts = [self.stage, self.layer, self.kind, self.language, self.family, self.severity]
        harms = "+".join(self.harms) or None
        own = [self.only] if self.only else []
        closed = [f"not:{'+'.join(self.closed_to)}"] if self.closed_to else []
        return "/".join(part or "-" for part in [*parts, harms, *own, *closed])

    @property
    def title(self) -> str:
        """What a person calls it."""
        if self.stage == "calibration":
            return "calibration round"
        # An exam stands outside the layers, and every layer has the re-reviews of its records.
        layer = None if self.stage in {"exam", "second_look"} else self.layer
        words = [self.kind, self.family, self.language, layer]
        title = " · ".join(word.replace("_", " ") for word in words if word)
        if self.stage == "review":
            return title
        # Stores hold the stage under this name; people call it a re-review.
        stage = "re-review" if self.stage == "second_look" else self.stage
        return f"{stage} · {title}"


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as the store keeps it."""

    id: int
    """Number of the queue in the store."""
    handle: str
    """Its opaque name for use outside."""
    queue: Queue
    """What the queue holds, and for whom."""


class QueueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One record that waits in a queue."""

    id: int
    """Number of the item in the store."""
    queue: int
    """Number of the queue."""
    record: str
    """Id of the record."""
    rank: int
    """Its place in the queue; smaller comes first."""
    need: int
    """Independent passes that are wanted, those already there included."""
    open_slots: int
    """Passes wanted beyond the people who judged or hold it; 0 where there are as many or more."""
    hot: bool = False
    """Whether a slot of it came back, so that it is claimed before all others."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a reviewer may be given now."""

    item: QueueItem
    """The item that may be given."""
    shown: int
    """Items of this queue that the reviewer was given before; the order of candidates depends on it."""
    among: int | None = None
    """Number of the queue among whose work a sentinel comes; absent for ordinary work."""
    position: int | None = None
    """Rank up to which the reviewer has been; absent at the first claim."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """State of one person for one item: the register of passes has one row for each pair."""

    item: int
    """Number of the item."""
    reviewer: str
    """Pseudonym of the reviewer."""
    state: LeaseState
    """State of this person for this item."""
    record: str
    """Id of the record."""
    queue: int
    """Number of the queue; for a sentinel, of the one among whose work it came."""
    handle: str | None = None
    """Its opaque name for use outside; absent where the desk never gave the item to this person."""
    assignment: str | None = None
    """Id of the assignment."""
    until: str | None = None
    """When it runs out, as UTC in ISO 8601; once it is answered or given back, when that was. Absent
    where giving it back does not count as a skip."""
    judgment: str | None = None
    """Id of the newest judgment or adjudication that answered it."""
    revision: int = 0
    """How often it was answered."""
    late: bool = False
    """Whether the first answer came after it had run out or was given back."""
    drafted: bool = False
    """Whether an unfinished answer is kept."""


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is to wait in a queue."""

    record: str
    """Id of the record."""
    need: int
    """Passes wanted, those that are there already included."""
    barred: tuple[str, ...] = ()
    """Pseudonyms of those who may not hold it for another reason than that they judged it."""
    priority: int = 0
    """Higher comes first, from 0 to 32,767."""


class QueueMember(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer's standing in a queue."""

    reviewer: str
    """Pseudonym of the person."""
    queue: int
    """Number of the queue."""
    role: str
    """Role in which the reviewer judges there."""
    qualification: str | None = None
    """Id of the qualification that it rests on."""
    until: str | None = None
    """When it ends, as UTC in ISO 8601; never where absent."""
