"""Claims: what a reviewer is given next, by seats, rights, care and the limit of skips."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple

import msgspec

from assay.desk.no_work import NO_WORK, cap_reached, content_withheld, no_seat
from assay.desk.open_desk import OpenDesk
from assay.governance.permissions import Principal
from assay.review.assignment import Assignment
from assay.review.queue import leasing
from assay.review.queue.lease import Lease, Turn
from assay.review.queue.ports import QueueTransaction
from assay.review.welfare import Withheld
from assay.review.wire import Nothing
from assay.store.group import PostedUnit
from assay.store.writing import AuditedOperation, WriteUnit

MOST_HELD = 16
"""Items of the queues asked for that one reviewer holds at most.

The one in work, the two ahead, and those whose answers the page holds back for a while, so that
they can be undone: with fewer, a quick reviewer would wait for the oldest of these to leave.
"""


class ClaimResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a claim."""

    leases: tuple[Lease, ...]
    """What the reviewer holds by it: leases resumed first, then new ones."""
    none: Nothing | None = None
    """Why there are no leases; None where there are, or where the page has them already."""


class _Claim(NamedTuple):
    who: Principal
    numbers: Sequence[int]
    now: str


class Claims:
    """Give reviewers work."""

    def __init__(self, desk: OpenDesk) -> None:
        self._desk = desk

    def claim(
        self, who: Principal, *, queue: str | None = None, count: int = 1, held: Sequence[str] = ()
    ) -> Future[ClaimResult]:
        """Give a reviewer work; see `claim_unit`."""
        unit = self.claim_unit(who, queue=queue, count=count, held=held)
        self._desk.writer.post_together(unit)
        return unit.answer

    def claim_unit(
        self, who: Principal, *, queue: str | None = None, count: int = 1, held: Sequence[str] = ()
    ) -> PostedUnit[ClaimResult]:
        """The unit that gives a reviewer work: what is held and was lost sight of, then what is next.

        Args:
            who: the reviewer.
            queue: handle of the one queue; all that the reviewer sits in where absent.
            count: how many assignments are wanted.
            held: handles that the reviewer's page has already.

        Raises:
            SkipLimitError: (through the future) if the reviewer gave back more than is allowed.
        """
        desk = self._desk
        now = desk.context.clock()
        reviewer = who.pseudonym
        # Seats and caps are read here, on the caller's thread: the writer serves everybody.
        numbers, cap = desk.offering.claimable_queues(reviewer, queue, now)

        def work(unit: WriteUnit) -> ClaimResult:
            if not numbers:
                return ClaimResult(leases=(), none=cap_reached(cap) if cap else no_seat(queue))
            transaction = desk.queue_store.unit(unit)
            mine = self._readable_leases(transaction, who, numbers)
            # Work that was begun comes first, also on another device.
            mine.sort(key=lambda lease: not lease.drafted)
            on_page = set(held)
            leases = [lease for lease in mine if lease.handle not in on_page][:count]
            room = min(count - len(leases), MOST_HELD - len(mine))
            # The limit of skips never keeps work in hand from a page that lost it.
            if not leases:
                desk.refuse_more_skips(transaction, who, now, coming=0)
            refusals: list[Withheld] = []
            claim = _Claim(who, numbers, now)
            leases += self._give(transaction, claim, room, refusals)
            if leases or mine:
                return ClaimResult(leases=tuple(leases))
            if refusals:
                return ClaimResult(leases=(), none=content_withheld(refusals[0]))
            return ClaimResult(leases=(), none=cap_reached(cap) if cap else NO_WORK)

        return PostedUnit(work, AuditedOperation("review.claim", actor=reviewer))

    def _readable_leases(
        self, transaction: QueueTransaction, who: Principal, numbers: Sequence[int]
    ) -> list[Lease]:
        """What a reviewer holds in some queues; what may not be read any more is given back."""
        leases = []
        for lease in transaction.held_leases(who.pseudonym):
            if lease.queue not in numbers:
                continue
            record = self._desk.facts.record(lease.record)
            if self._desk.rights.may_read(who, lease.record, record):
                leases.append(lease)
            else:
                leasing.release(transaction, lease)
                self._close(transaction, who, lease.queue, lease.record)
        return leases

    def _give(
        self,
        transaction: QueueTransaction,
        claim: _Claim,
        room: int,
        refusals: list[Withheld],
    ) -> list[Lease]:
        """New leases, as many as there is room for; fewer where the queues give no more."""
        leases: list[Lease] = []
        while len(leases) < room:
            next_work = self._give_next(transaction, claim, refusals)
            if next_work is None:
                break
            lease, assignment = next_work
            self._desk.facts.remember(assignment)
            leases.append(lease)
        return leases

    def _give_next(
        self, transaction: QueueTransaction, claim: _Claim, refusals: list[Withheld]
    ) -> tuple[Lease, Assignment] | None:
        """Give the next assignment: at times a sentinel, which looks like any other.

        A queue whose next text the reviewer may not read gives nothing; the reason joins `refusals`.
        """
        desk, reviewer = self._desk, claim.who.pseudonym
        for number in desk.offering.order(claim.numbers):
            turn = self._turn(transaction, claim.who, number)
            if turn is None:
                continue
            record = desk.facts.record(turn.item.record)
            refusal = desk.text_access.withheld(claim.who, record, begun=False)
            if refusal is not None:
                refusals.append(refusal)
                continue
            next_work = leasing.give(
                transaction,
                desk.in_force,
                desk.facts.record,
                reviewer=reviewer,
                turn=turn,
                now=claim.now,
            )
            if desk.offering.is_known(turn.item.record):
                # A known record waits in several queues; nobody meets it twice.
                transaction.queues.bar(turn.item.record, [reviewer])
            return next_work
        return None

    def _turn(self, transaction: QueueTransaction, who: Principal, number: int) -> Turn | None:
        """A reviewer's turn in a queue on a record that the reviewer may read."""
        # Each pass closes the item that it met, so the loop ends with the queue.
        while turn := self._desk.offering.turn(transaction, who.pseudonym, number):
            identity = turn.item.record
            if self._desk.rights.may_read(who, identity, self._desk.facts.record(identity)):
                return turn
            self._close(transaction, who, turn.item.queue, identity)
        return None

    def _close(
        self, transaction: QueueTransaction, who: Principal, number: int, identity: str
    ) -> None:
        """Stop offering a record: to everybody where its rights permit no role of the queue, else to one."""
        record = self._desk.facts.record(identity)
        roles = self._desk.offering.queue(number).queue.roles
        if self._desk.rights.decide(identity, record, roles).permitted:
            transaction.queues.bar(identity, [who.pseudonym])
        else:
            transaction.queues.retire(identity)
        transaction.mark_action()
