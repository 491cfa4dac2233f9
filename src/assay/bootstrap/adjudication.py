"""The noun `adjudication` of an open program: the one place where others' judgments are seen."""

import msgspec

from assay.bootstrap.desk import DeskNoun
from assay.bootstrap.session import Session
from assay.core.errors import UsageError
from assay.governance.permissions import Principal
from assay.records.judgment import Judgment, standing
from assay.records.record import Record
from assay.review import desk
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.review.answer import Answer, decided_in_record_order, in_presented_order
from assay.review.assignment import Assignment
from assay.review.form import Form
from assay.review.lease import Lease, LeaseState
from assay.review.presentation import Presentation, present
from assay.review.service import weigh
from assay.store.desk import Desk
from assay.store.writing import Unit


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """One judgment as the adjudicator sees it, under a name for this page alone."""

    name: str
    """R1, R2, ... in an order that tells nothing."""
    role: str
    """Role in which it was given."""
    answer: Answer
    """What was said, with candidates as they are shown on this page."""


class SeniorWork(msgspec.Struct, frozen=True, kw_only=True):
    """One record that waits for a decision, with the judgments on it."""

    handle: str
    """Name of the lease for the outside."""
    form: Form
    """What was asked."""
    shown: Presentation
    """What was shown, in the order of this page."""
    voices: tuple[Voice, ...]
    """The judgments that stand."""
    decided: bool
    """Whether it is decided: by this adjudicator, or meanwhile by somebody else."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for an adjudicator."""

    held: tuple[str, ...]
    """Handles of what the adjudicator has taken and not decided."""
    open: int
    """Records that wait for anybody."""


class AdjudicationNoun:
    """Take a record on which people disagree, look at all judgments, decide."""

    def __init__(self, session: Session, floor: DeskNoun) -> None:
        self._session = session
        self._floor = floor
        self._desk = Desk(session.store)

    def waiting(self, who: Principal) -> Waiting:
        """What waits for an adjudicator."""
        queues = self._queues()
        free = self._desk.waiting()
        mine = self._desk.leases(reviewer=who.pseudonym)
        return Waiting(
            held=tuple(
                str(each.handle)
                for each in mine
                if each.state == LeaseState.held and each.queue in queues
            ),
            open=sum(free.get(queue, 0) for queue in queues),
        )

    def take(self, who: Principal) -> str | None:
        """Take the next record that this adjudicator may decide; its handle."""
        now = self._session.clock()
        in_force = self._floor.in_force

        def work(unit: Unit) -> str | None:
            open_desk = self._desk.unit(unit)
            for queue in self._queues():
                turn = open_desk.turn(who.pseudonym, queue)
                if turn is not None:
                    lease = desk.give_senior(
                        open_desk, in_force, adjudicator=who.pseudonym, turn=turn, now=now
                    )
                    return lease.handle
            return None

        return self._floor.submit(work, "adjudication.take", actor=who.pseudonym)

    def look(self, who: Principal, handle: str) -> SeniorWork:
        """One record with the judgments on it side by side.

        Raises:
            UsageError: if the adjudicator has not taken it.
        """
        lease = self._own(who, handle)
        record = self._session.store.get(Record, lease.record)
        order = self._order(lease, record)
        given = standing(self._session.store.scan(Judgment, record=lease.record))
        people = [each for each in given if each.reviewer.kind != "model"]
        people.sort(key=lambda each: desk.opaque(self._session.secret, "voi", handle, each.id))
        return SeniorWork(
            handle=handle,
            form=self._floor.in_force.form(record),
            shown=msgspec.structs.replace(present(record, order), assignment=handle),
            voices=tuple(
                Voice(
                    name=f"R{number}",
                    role=each.reviewer.role,
                    answer=in_presented_order(each, record, order),
                )
                for number, each in enumerate(people, start=1)
            ),
            decided=desk.is_decided(lease),
        )

    def decide(
        self,
        who: Principal,
        handle: str,
        decision: Decided | Preserved | Returned,
        *,
        cause: Cause,
        note: str | None,
    ) -> Adjudication:
        """Decide, keep the distribution, or send the record back.

        Args:
            who: the adjudicator.
            handle: the lease.
            decision: what is decided, with candidates as they were shown.
            cause: why the judgments disagreed.
            note: the adjudicator's words.

        Raises:
            UsageError: if it was not taken, was decided already, or the decision does not fit.
        """
        lease = self._own(who, handle)
        desk.refuse_decided(lease)
        record = self._session.store.get(Record, lease.record)
        adjudication = weigh(
            self._session.store,
            lease.record,
            self._in_record_order(decision, record, lease),
            cause=cause,
            adjudicator=who.pseudonym,
            note=note,
        )

        def work(unit: Unit) -> Adjudication:
            open_desk = self._desk.unit(unit)
            current = self._own(who, handle, open_desk.find(handle))
            desk.refuse_decided(current)
            desk.settle(open_desk, current, adjudication.id)
            unit.add([adjudication])
            return adjudication

        return self._floor.submit(
            work, "review.adjudicate", actor=who.pseudonym, subject=lease.record
        )

    def _queues(self) -> list[int]:
        return [row.id for row in self._desk.queues() if row.queue.stage == "adjudication"]

    def _own(self, who: Principal, handle: str, lease: Lease | None = None) -> Lease:
        lease = lease or self._desk.find(handle)
        if lease is None or lease.reviewer != who.pseudonym or lease.queue not in self._queues():
            raise UsageError(
                code="no-assignment",
                message="you have not taken this record",
                hint="take the next one from the list",
            )
        return lease

    def _order(self, lease: Lease, record: Record) -> Assignment:
        """The order of candidates on this page: drawn for the adjudicator, and kept nowhere."""
        places = range(len(record.candidates))
        key = self._session.secret
        order = sorted(
            places, key=lambda place: desk.opaque(key, "ord", str(lease.handle), str(place))
        )
        return Assignment(
            record=lease.record, reviewer=lease.reviewer, number=0, order=tuple(order)
        )

    def _in_record_order(
        self, decision: Decided | Preserved | Returned, record: Record, lease: Lease
    ) -> Decided | Preserved | Returned:
        if not isinstance(decision, Decided):
            return decision
        said = Answer(verdict=decision.verdict, scores=decision.scores)
        verdict, scores = decided_in_record_order(said, record, self._order(lease, record))
        return Decided(verdict=verdict, scores=scores)
