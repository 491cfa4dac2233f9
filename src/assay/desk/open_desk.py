"""The open desk: what claiming, answering and looking back work with, and the facts it remembers."""

from dataclasses import dataclass
from functools import lru_cache

from assay.context import Context
from assay.core.clock import later
from assay.desk.offering import Offering
from assay.desk.rights import DeskRights
from assay.desk.text_access import TextAccess
from assay.governance.permissions import Principal
from assay.records.record import Record
from assay.review.assignment import Assignment
from assay.review.form import Form
from assay.review.queue.lease import Lease
from assay.review.queue.leasing import DeskDocuments
from assay.review.queue.ports import QueueTransaction
from assay.review.queue.skipping import HOUR_SECONDS, refuse_more
from assay.store.group import GroupWriter
from assay.store.queue import SqlQueue
from assay.store.store import Store

REMEMBERED = 4096
"""Records, forms and assignments that are remembered at most, each."""


class FactCache:
    """Records, their forms and assignments, remembered: facts and documents in force never change."""

    def __init__(self, store: Store, in_force: DeskDocuments) -> None:
        self._store = store
        self._in_force = in_force
        self._assignments: dict[str, Assignment] = {}
        self.record = lru_cache(REMEMBERED)(self._read_record)
        """The record with an id."""
        self.form = lru_cache(REMEMBERED)(self._make_form)
        """What is asked about the record with an id."""

    def assignment(self, lease: Lease) -> Assignment:
        """The assignment of a lease, with the order in which its candidates are shown."""
        identity = str(lease.assignment)
        assignment = self._assignments.get(identity)
        if assignment is None:
            assignment = self._store.get(Assignment, identity)
            self.remember(assignment)
        return assignment

    def remember(self, assignment: Assignment) -> None:
        """Remember an assignment that was just made, so that its first view reads nothing."""
        # One whose transaction is undone does no harm: its id is its content, and no lease names it.
        if len(self._assignments) >= REMEMBERED:
            self._assignments.clear()
        self._assignments[assignment.id] = assignment

    def _read_record(self, identity: str) -> Record:
        return self._store.get(Record, identity)

    def _make_form(self, identity: str) -> Form:
        return self._in_force.form(self.record(identity))


@dataclass(frozen=True)
class OpenDesk:
    """What claiming, answering and looking back have in common."""

    context: Context
    """The program that is open."""
    queue_store: SqlQueue
    """Queues, leases and drafts."""
    writer: GroupWriter
    """Runs each change of the queue. A unit of work may run twice, so it changes nothing else."""
    offering: Offering
    """What may be given to whom now."""
    text_access: TextAccess
    """Whether a person may see a text, by the contract's care."""
    rights: DeskRights
    """Whether a person may read a record, by its rights."""
    facts: FactCache
    """Records, forms and assignments."""
    in_force: DeskDocuments
    """Documents in force, key and lease time."""

    def refuse_more_skips(
        self, transaction: QueueTransaction, who: Principal, now: str, *, coming: int
    ) -> None:
        """Refuse what would go beyond the contract's share of skips within the last hour.

        Args:
            transaction: the open transaction.
            who: the reviewer.
            now: what time it is.
            coming: skips that are asked for: 1, or 0 where new work is claimed.

        Raises:
            SkipLimitError: if there would be more skips than are allowed.
        """
        ended = transaction.recent_endings(who.pseudonym, later(now, -HOUR_SECONDS))
        refuse_more(ended, self.in_force.contract.review.skip_share, coming=coming)
