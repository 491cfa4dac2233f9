"""Offering: what may be given to whom now. Queues, seats and known records, remembered between sweeps.

A claim asks it which queues to try and whose turn it is; another process's change is seen at the
next sweep, within seconds.
"""

from collections.abc import Mapping, Sequence
from threading import Lock

from assay.context import Context
from assay.core.clock import later
from assay.desk.text_access import WEEK_SECONDS
from assay.records.record import Record
from assay.review.eligibility import family_of
from assay.review.qualification import ExamItem
from assay.review.queue.lease import Lease, QueueMember, QueueRow, Turn
from assay.review.queue.membership import is_restricted
from assay.review.queue.ports import QueueTransaction
from assay.review.queue.round_robin import WeightedRoundRobin
from assay.review.sentinel import (
    Sentinel,
    is_sentinels_turn,
    pick,
    sentinels_for,
    standing_sentinels,
)
from assay.review.welfare import Capped, cap_on
from assay.store.queue import SqlQueue

CLAIMED = frozenset({"review", "exam", "calibration", "second_look"})
"""Stages whose queues reviewers claim from."""

_BENIGN: frozenset[str | None] = frozenset()


class Offering:
    """What may be given to whom now."""

    def __init__(self, context: Context, store: SqlQueue) -> None:
        self._context = context
        self._queue_store = store
        self._contract = context.documents.contract
        self._round_robin = WeightedRoundRobin()
        self._gate = Lock()
        self._queues: tuple[QueueRow, ...] = ()
        self._seats: dict[str, list[QueueMember]] = {}
        self._weights: Mapping[int, int] = {}
        self._sentinels: list[Sentinel] = []
        self._known_records: frozenset[str] = frozenset()
        self._shown_as: dict[str, frozenset[str | None]] = {}

    def turn(self, transaction: QueueTransaction, reviewer: str, number: int) -> Turn | None:
        """A reviewer's turn in a queue: at times a sentinel's; None where nothing is left."""
        # Both are searched each time, so that the time that it takes does not tell which came.
        ordinary = transaction.turn(reviewer, number)
        return self._sentinel(transaction, reviewer, number) or ordinary

    def is_known(self, record: str) -> bool:
        """Whether a record is a sentinel, or an exam's."""
        return record in self._known_records

    def _sentinel(self, transaction: QueueTransaction, reviewer: str, number: int) -> Turn | None:
        """The sentinel whose turn it is among the work of a queue; None for ordinary work."""
        per_hundred = round(self._contract.review.sentinel_share * 100)
        if not per_hundred or not self._sentinels:
            return None
        queue = self.queue(number).queue
        if queue.stage == "second_look":
            return None  # A record that the person never saw would tell what it is.
        seen = transaction.records_of(reviewer)
        place = len(seen)
        key = self._context.keys.desk
        fitting = sentinels_for(
            self._sentinels,
            family=family_of(queue),
            language=queue.language,
            shown_as=self._shown_as,
            cleared={*queue.harms, queue.severity},
        )
        exposed = transaction.exposure_counts([sentinel.key.record for sentinel in fitting])
        chosen = pick(fitting, secret=key, reviewer=reviewer, seen=frozenset(seen), exposed=exposed)
        turn = transaction.turn_on(chosen.key.record, reviewer, number) if chosen else None
        return turn if is_sentinels_turn(key, reviewer, place, per_hundred=per_hundred) else None

    def claimable_queues(
        self, reviewer: str, queue: str | None, now: str
    ) -> tuple[list[int], Capped | None]:
        """The queues that a reviewer may be given work from now, and the cap that closes others."""
        numbers, capped = [], None
        for member in self.seats(reviewer):
            row = self.queue(member.queue)
            ended = member.until is not None and member.until <= now
            other = queue is not None and row.handle != queue
            if ended or other or row.queue.stage not in CLAIMED:
                continue
            cap = self._cap(reviewer, row, now)
            if cap is None:
                numbers.append(member.queue)
            else:
                capped = cap
        return numbers, capped

    def _cap(self, reviewer: str, row: QueueRow, now: str) -> Capped | None:
        """The cap that keeps a reviewer from a queue's content now."""
        welfare = self._contract.welfare
        if welfare is None or not is_restricted(row):
            return None
        exposures = self._queue_store.exposures(reviewer, later(now, -WEEK_SECONDS))
        return cap_on(exposures, row.queue.harms, row.queue.severity, now, welfare)

    def note_benign(
        self, transaction: QueueTransaction, lease: Lease, now: str, spent: int
    ) -> None:
        """Remember benign work where the contract has it follow a break from severe content."""
        # `cap_on` counts these against the benign items that must follow a break.
        welfare = self._contract.welfare
        if welfare and welfare.cool_down_items and not is_restricted(self.queue(lease.queue)):
            transaction.expose(lease.reviewer, (), now, spent)

    def queue(self, number: int) -> QueueRow:
        """The queue with this number."""
        row = next((row for row in self.queues() if row.id == number), None)
        if row is None:
            # Another process made it since the last sweep.
            self.refresh()
            row = next(row for row in self._queues if row.id == number)
        return row

    def order(self, queues: Sequence[int]) -> list[int]:
        """The queues in the order in which they are tried: each in proportion to what waits."""
        with self._gate:
            return self._round_robin.order(queues, self._weights)

    def queues(self) -> tuple[QueueRow, ...]:
        """All queues."""
        if not self._queues:
            self.refresh()
        return self._queues

    def refresh(self) -> None:
        """Read the queues, seats, weights and known records again."""
        self._queues = tuple(self._queue_store.queues())
        self._seats = {}
        store = self._context.store
        self._sentinels = standing_sentinels(store.scan(Sentinel))
        keys = [sentinel.key for sentinel in self._sentinels]
        keys += [item.key for item in store.scan(ExamItem)]
        self._known_records = frozenset(key.record for key in keys)
        unread = sorted(self._known_records - set(self._shown_as))
        for record in store.scan(Record, id=unread) if unread else ():
            care = record.sensitivity
            self._shown_as[record.id] = (
                frozenset({*care.categories, care.severity}) - {None} if care else _BENIGN
            )
        self._weights = self._queue_store.waiting()

    def seat(self, lease: Lease) -> QueueMember:
        """The reviewer's seat in the lease's queue; where it has ended, the queue's first role."""
        for member in self.seats(lease.reviewer):
            if member.queue == lease.queue:
                return member
        role = self.queue(lease.queue).queue.roles[0]
        return QueueMember(reviewer=lease.reviewer, queue=lease.queue, role=role)

    def seats(self, reviewer: str) -> list[QueueMember]:
        """The reviewer's seats; a change made by another process is seen at the next sweep."""
        members = self._seats.get(reviewer)
        if members is None:
            members = self._seats[reviewer] = self._queue_store.members(reviewer)
        return members
