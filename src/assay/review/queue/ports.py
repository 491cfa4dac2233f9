"""What review asks of the outside: a queue and a register, changed in the transaction of a fact."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from assay.core.ports import Writing
from assay.review.assignment import Assignment
from assay.review.queue.lease import Lease, NewItem, Queue, QueueItem, QueueMember, Turn
from assay.review.queue.passes import PassChange, PassCount
from assay.review.queue.skipping import Ended


class QueueWriting(Protocol):
    """The queues inside one open transaction: what waits in them, and for whom."""

    def add_queue(self, queue: Queue, handle: str) -> int:
        """The number of a queue; it is made where it is not there."""

    def enqueue(self, queue: int, items: Sequence[NewItem], *, hot: bool = False) -> int:
        """Have records wait in a queue, behind those that wait already; how many are new."""

    def bar(self, record: str, reviewers: Iterable[str]) -> None:
        """Keep reviewers from holding the items of a record."""

    def retire(self, record: str) -> None:
        """Want no pass of a record in any queue; what people hold or gave stays."""

    def raise_need(self, item: int) -> None:
        """Want one pass more than an item has or wants, claimed before all others."""

    def reopen(self, queue: int, record: str) -> None:
        """Have a record that was decided wait for another decision, where nobody has it."""

    def settle(self, numbers: Sequence[int]) -> None:
        """Remember that what follows from the passes of these items has been done."""


class QueueTransaction(Protocol):
    """The queue inside one open transaction. There is one at a time, over all processes."""

    @property
    def queues(self) -> QueueWriting:
        """The queues themselves, and what waits in them."""

    @property
    def facts(self) -> Writing:
        """Where the facts of the same transaction go."""

    def mark_action(self) -> None:
        """Have the audit log name this transaction though it adds no fact."""

    def held_leases(self, reviewer: str) -> list[Lease]:
        """The leases that a reviewer holds, the one that runs out first at the front."""

    def recent_endings(self, reviewer: str, since: str) -> Ended:
        """What a reviewer answered and skipped since a moment."""

    def turn(self, reviewer: str, queue: int) -> Turn | None:
        """The next item of a queue that a reviewer may be given; None where there is none."""

    def turn_on(self, record: str, reviewer: str, among: int) -> Turn | None:
        """A reviewer's turn on one sentinel, wherever it is, among the work of a queue."""

    def records_of(self, reviewer: str) -> list[str]:
        """The records of which a reviewer ever held an item, or may hold none."""

    def exposure_counts(self, records: Sequence[str]) -> dict[str, int]:
        """How many people were shown each record at the desk; absent where nobody was."""

    def lease(self, turn: Turn, lease: Lease) -> None:
        """Give an item to a reviewer: a pass of it is held and the reviewer's cursor moves on."""

    def find(self, handle: str) -> Lease | None:
        """The lease with this handle."""

    def item(self, number: int) -> QueueItem:
        """The item with this number."""

    def change(self, lease: Lease) -> None:
        """Write the present state of a lease, and count the passes of its item again."""

    def earlier_submission(self, reviewer: str, key: str) -> tuple[bytes, bytes] | None:
        """Digest of the body and receipt of an earlier answer with the same key."""

    def add_submit(self, reviewer: str, key: str, body_hash: bytes, receipt: bytes) -> None:
        """Remember an answer by its key."""

    def drop_draft(self, handle: str) -> None:
        """Forget the draft of an answered lease."""

    def save_draft(self, handle: str, revision: int, body: bytes) -> None:
        """Keep a draft in the place of an earlier one."""

    def draft(self, handle: str) -> tuple[int, bytes] | None:
        """Revision and body of a draft."""

    def expire(self, now: str) -> list[Lease]:
        """Let leases run out whose time is over; their slots go back."""

    def set_member(self, member: QueueMember) -> None:
        """Let a reviewer claim from a queue, in the place of what held before."""

    def drop_members(self, reviewer: str) -> None:
        """Let a reviewer claim from no queue."""

    def expose(
        self, reviewer: str, categories: Sequence[str], started: str, milliseconds: int
    ) -> None:
        """Count time that a reviewer spent with content of these harm categories."""


class PassRegister(Protocol):
    """Who judged or holds a record, at the desk or outside it; kept with each fact's transaction."""

    def needs(self, records: Sequence[str]) -> Mapping[str, int]:
        """Passes that the desk wants of these records; absent for one that waits in no queue."""

    def rows(self, records: Sequence[str]) -> Sequence[Lease]:
        """State of people for these records in the queues of the review."""

    def at_desk(self, records: Sequence[str]) -> AbstractSet[str]:
        """Ids of the assignments that the desk gave on these records."""

    def hold(
        self,
        assignments: Sequence[Assignment],
        needs: Mapping[str, int],
        *,
        actor: str,
        documents: Mapping[str, str],
    ) -> Sequence[Assignment]:
        """Store assignments in one transaction; those that were, as others took the passes.

        Args:
            assignments: work that is to be handed out in a file or to another tool.
            needs: record id -> passes wanted.
            actor: who does it.
            documents: ids of the documents in force.
        """

    def count(self) -> PassCount:
        """Passes of all items in the queues of the review."""

    def reconcile(self, *, actor: str) -> Sequence[PassChange]:
        """Have every row and count say what the facts say; what was changed."""
