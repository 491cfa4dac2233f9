"""The `adjudication` interface of an open program: the one place where others' judgments are seen."""

import msgspec

from assay.context import Context, Interface
from assay.core.errors import UsageError
from assay.desk.pictures import Picture, picture_of
from assay.desk.service import DeskService
from assay.governance.permissions import Principal
from assay.quality import service as quality
from assay.records.judgment import Judgment, standing
from assay.records.record import Record
from assay.review.adjudication import Adjudication, Cause, Decided, Preserved, Returned
from assay.review.adjudication_service import weigh
from assay.review.answer import Answer, in_presented_order, together
from assay.review.assignment import Assignment
from assay.review.completeness import shape_of
from assay.review.decision import decided_of, senior_faults, with_revision
from assay.review.disputes import Dispute
from assay.review.form import Form
from assay.review.handle import opaque
from assay.review.presentation import Presentation
from assay.review.queue import leasing
from assay.review.queue.lease import Lease, LeaseState, Turn
from assay.review.queue.ports import QueueTransaction
from assay.review.welfare import withheld
from assay.review.wire import ContentWarning
from assay.store.queue import SqlQueue
from assay.store.writing import WriteUnit


class JudgmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One judgment as the adjudicator sees it, under a name for this page alone."""

    name: str
    """R1, R2, ... in an order that reveals nothing."""
    role: str
    """Role in which it was given."""
    answer: Answer
    """The answers, with candidates as they are shown on this page."""


class SeniorWork(msgspec.Struct, frozen=True, kw_only=True):
    """One record that waits for a decision, with the judgments on it."""

    handle: str
    """Name of the lease for the outside."""
    form: Form
    """The questions that the judgments answered."""
    shown: Presentation
    """What was shown, in the order of this page."""
    voices: tuple[JudgmentView, ...]
    """The judgments that stand."""
    disputes: tuple[Dispute, ...] | None
    """What they differ on, with candidates as they are shown on this page; None where no question
    has two answers that count, so that nothing was compared."""
    care: ContentWarning | None
    """What is shown before the content."""
    decided: bool
    """Whether it is decided: by this adjudicator, or meanwhile by another."""


class HeldRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that an adjudicator has taken."""

    handle: str
    """Name of the lease for the outside."""
    disputes: tuple[Dispute, ...] | None
    """What its judgments differ on, with candidates as shown to this adjudicator; None where
    nothing was compared."""


class WaitingDecisions(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for an adjudicator."""

    held: tuple[HeldRecord, ...]
    """What the adjudicator has taken and not decided."""
    open: int
    """Records that wait for any adjudicator."""


class AdjudicationService(Interface):
    """Take a record on which people disagree, look at all judgments, decide."""

    def __init__(self, context: Context, desk: DeskService) -> None:
        self._context = context
        self._desk = desk
        self._queue_store = SqlQueue(context.store)

    def waiting(self, who: Principal) -> WaitingDecisions:
        """What waits for an adjudicator."""
        free = self._queue_store.waiting()
        mine = self._queue_store.leases(reviewer=who.pseudonym)
        queues = self._queues()
        held = [lease for lease in mine if lease.state == LeaseState.held and lease.queue in queues]
        return WaitingDecisions(
            held=tuple(
                HeldRecord(handle=str(lease.handle), disputes=self._disputes(lease))
                for lease in held
            ),
            open=sum(free.get(queue, 0) for queue in self._offered_queues(who)),
        )

    def take(self, who: Principal) -> str | None:
        """Take the next record that this adjudicator may decide; its handle.

        Records that show a kind of harm are offered to those who agreed to it, as at the desk.
        """
        now = self._context.clock()
        in_force = self._desk.in_force
        offered = self._offered_queues(who)

        def work(unit: WriteUnit) -> str | None:
            transaction = self._queue_store.unit(unit)
            for queue in offered:
                turn = self._turn(transaction, who, queue)
                if turn is not None:
                    lease = leasing.give_senior(
                        transaction, in_force, adjudicator=who.pseudonym, turn=turn, now=now
                    )
                    return lease.handle
            return None

        return self._desk.submit(work, "adjudication.take", actor=who.pseudonym)

    def _turn(self, transaction: QueueTransaction, who: Principal, queue: int) -> Turn | None:
        """The next record of a queue that the adjudicator may read; the others are offered no more."""
        rights = self._desk.rights
        while turn := transaction.turn(who.pseudonym, queue):
            identity = turn.item.record
            record = self._context.store.get(Record, identity)
            if rights.may_read(who, identity, record):
                return turn
            if rights.decide(identity, record, ("adjudicator",)).permitted:
                transaction.queues.bar(identity, [who.pseudonym])
            else:
                transaction.queues.retire(identity)
            transaction.mark_action()
        return None

    def look(self, who: Principal, handle: str) -> SeniorWork:
        """One record with the judgments on it side by side.

        Raises:
            UsageError: if the adjudicator has not taken it, or may not read its text any more.
        """
        lease = self._own(who, handle)
        record = self._context.store.get(Record, lease.record)
        self._desk.rights.refuse_unreadable(who, lease.record, record)
        order = self._order(lease, record)
        people = self._people(lease.record)
        # By a keyed digest of the page: who is R1 tells nothing, and is stable for one adjudicator.
        people.sort(
            key=lambda judgment: opaque(self._context.keys.desk, "voi", handle, judgment.id)
        )
        return SeniorWork(
            handle=handle,
            form=self._desk.in_force.form(record),
            shown=self._desk.reading.in_hand(who, record, order, handle),
            voices=tuple(
                JudgmentView(
                    name=f"R{number}",
                    role=judgment.reviewer.role,
                    answer=self._answer(judgment, record, order),
                )
                for number, judgment in enumerate(people, start=1)
            ),
            disputes=self._disputes(lease),
            care=self._desk.reading.care(record),
            decided=leasing.is_decided(lease),
        )

    def picture(self, who: Principal, handle: str, digest: str) -> Picture:
        """A picture that a record shows which the adjudicator has taken.

        Args:
            who: the adjudicator.
            handle: the record's handle.
            digest: `sha256:...` of the picture.

        Raises:
            UsageError: if it is not theirs, may not be read, or shows no such picture.
            MachineError: if its bytes were lost or changed.
        """
        lease = self._own(who, handle)
        record = self._context.store.get(Record, lease.record)
        self._desk.rights.refuse_unreadable(who, lease.record, record)
        return picture_of(self._context, record, digest)

    def decide(
        self,
        who: Principal,
        handle: str,
        decision: Answer | Preserved | Returned,
        *,
        cause: Cause,
        note: str | None,
    ) -> Adjudication:
        """Decide, keep the distribution, or send the record back.

        Args:
            who: the adjudicator.
            handle: the lease.
            decision: a whole answer, with candidates as they were shown; or what is done instead.
            cause: why the judgments disagreed.
            note: the reasons in the adjudicator's words.

        Raises:
            UsageError: if it was not taken, was decided already, or cannot be decided by this person.
            RefusedAnswerError: for an answer that does not fit, or leaves open what is disputed.
        """
        lease = self._own(who, handle)
        # Checked here before anything is weighed, and in the transaction, since another adjudicator
        # may decide in between.
        leasing.refuse_decided(lease)
        record = self._context.store.get(Record, lease.record)
        written: Record | None = None
        stated: Decided | Preserved | Returned
        if isinstance(decision, Answer):
            stated, written = self._check_decision(decision, record, lease)
        else:
            stated = decision
        adjudication = weigh(
            self._context.store,
            lease.record,
            stated,
            cause=cause,
            adjudicator=who.pseudonym,
            note=note,
        )

        def work(unit: WriteUnit) -> Adjudication:
            transaction = self._queue_store.unit(unit)
            current = self._own(who, handle, transaction.find(handle))
            leasing.refuse_decided(current)
            leasing.settle(transaction, current, adjudication.id)
            unit.add([adjudication] if written is None else [written, adjudication])
            return adjudication

        return self._desk.submit(
            work, "review.adjudicate", actor=who.pseudonym, subject=lease.record
        )

    def _check_decision(
        self, answer: Answer, record: Record, lease: Lease
    ) -> tuple[Decided, Record | None]:
        order = self._order(lease, record)
        in_force = self._desk.in_force
        faults = senior_faults(
            answer,
            in_force.form(record),
            in_force.rubric,
            shape_of(record, order.order),
            self._disputes(lease) or (),
        )
        if faults:
            raise together(faults)
        decision = decided_of(answer, record, order)
        if not answer.written:
            return decision, None
        return with_revision(
            decision,
            record,
            answer.written,
            adjudicator=lease.reviewer,
            source=in_force.written_source,
        )

    def _answer(self, judgment: Judgment, record: Record, order: Assignment) -> Answer:
        """What a judgment says, with the text that it wrote."""
        answer = in_presented_order(judgment, record, order)
        if judgment.wrote is None:
            return answer
        written = self._context.store.get(Record, judgment.wrote).candidates[-1].content
        text = written if isinstance(written, str) else None
        return msgspec.structs.replace(answer, written=text)

    def _people(self, record: str) -> list[Judgment]:
        judgments = standing(self._context.store.scan(Judgment, record=record))
        return [judgment for judgment in judgments if not judgment.reviewer.automatic]

    def _disputes(self, lease: Lease) -> tuple[Dispute, ...] | None:
        """What the judgments of a lease's record differ on, as it is shown to its adjudicator."""
        record = self._context.store.get(Record, lease.record)
        disputes = quality.disputes_of(self._context.store, self._context.facts, record.id)
        if disputes is None:
            return None
        order = self._order(lease, record).order
        return tuple(dispute.as_presented(order) for dispute in disputes)

    def _queues(self) -> list[int]:
        return [row.id for row in self._queue_store.queues() if row.queue.stage == "adjudication"]

    def _offered_queues(self, who: Principal) -> list[int]:
        """The queues whose content this adjudicator may read now."""
        now = self._context.clock()
        welfare = self._desk.in_force.contract.welfare
        reader = self._desk.reading.reader(who.pseudonym, who.roles, now)
        return [
            row.id
            for row in self._queue_store.queues()
            if row.queue.stage == "adjudication"
            and not withheld(row.queue.harms, row.queue.severity, welfare, reader, now=now)
        ]

    def _own(self, who: Principal, handle: str, lease: Lease | None = None) -> Lease:
        lease = lease or self._queue_store.find(handle)
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
        key = self._context.keys.desk
        order = sorted(places, key=lambda place: opaque(key, "ord", str(lease.handle), str(place)))
        return Assignment(
            record=lease.record, reviewer=lease.reviewer, number=0, order=tuple(order)
        )
