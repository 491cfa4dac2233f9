"""The `desk` interface of an open program: the review queue behind the web.

What changes the queue goes through one group writer: many reviewers share one flush of the disk,
and a future is done only when its change is on it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache
from typing import TypeVar

import msgspec

from assay.context import Context
from assay.core.clock import later
from assay.core.digest import sha256
from assay.core.errors import UsageError
from assay.desk import filling, routing
from assay.desk.eligibility import Eligibility
from assay.desk.filling import Filled
from assay.desk.offering import Offering
from assay.desk.rights import DeskRights
from assay.desk.routing import Routed
from assay.desk.text_access import TextAccess
from assay.governance.permissions import Principal
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.answer import Answer, in_presented_order
from assay.review.assignment import Assignment
from assay.review.form import Form
from assay.review.guideline_gap import GuidelineGap, replaced_judgment
from assay.review.handle import GAP_HANDLE
from assay.review.presentation import Presentation
from assay.review.queue import leasing
from assay.review.queue.lease import Lease, LeaseState, Turn
from assay.review.queue.leasing import DeskDocuments, Receipt
from assay.review.queue.ports import QueueTransaction
from assay.review.queue.skipping import HOUR_SECONDS, Ended, refuse_more
from assay.review.welfare import Capped, Withheld
from assay.review.wire import ContentWarning, Draft, Exposed, Nothing, QueueCard
from assay.store.accounts import Accounts
from assay.store.group import GroupWriter
from assay.store.queue import SqlQueue
from assay.store.writing import WriteUnit

T = TypeVar("T")

LEASE_SECONDS = 1800
"""How long an item may be held without a heartbeat."""

MOST_HELD = 16
"""Items of the queues asked for that one reviewer holds at most.

The one in work, the two ahead, and those whose answers the page holds back for a while, so that
they can be undone: with fewer, a quick reviewer would wait for the oldest of these to leave.
"""

CACHED = 4096
"""Records that are kept in memory."""


class AssignmentWork(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment with all that its reviewer may see."""

    assignment: str
    """Its handle."""
    lease_seconds: int
    """How long it may be held without a heartbeat."""
    state: str
    """State of the lease."""
    role: str
    """Role in which the reviewer judges."""
    form: Form
    """What is asked."""
    shown: Presentation
    """What is shown."""
    revision: int
    """How often it was answered."""
    answer: Answer | None
    """The stored answer, in presented order."""
    draft: Draft | None
    """The unfinished answer."""
    care: ContentWarning | None
    """What is shown before the content."""


class ClaimResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a claim."""

    leases: tuple[Lease, ...]
    """The leases."""
    none: Nothing | None = None
    """Why there are none."""


class ReviewerDay(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer's day so far."""

    judged: int
    """Judgments today."""
    active_ms: int
    """Active time of these, in milliseconds."""
    exposure: tuple[Exposed, ...]
    """What was read of severe content."""


class DeskService:
    """Fill queues, seat reviewers, claim, answer, route."""

    def __init__(self, context: Context, *, lease_seconds: int = LEASE_SECONDS) -> None:
        self._context = context
        self._queue_store = SqlQueue(context.store)
        self._writer = GroupWriter(context.store)
        self._eligibility = Eligibility(context, self._queue_store)
        self._offering = Offering(context, self._queue_store)
        self._reading = TextAccess(context, self._queue_store, self._eligibility)
        self.rights = DeskRights(context)
        """What may be read at the desk now."""
        self._records = lru_cache(CACHED)(self._read_record)
        self._assigned: dict[str, Assignment] = {}
        documents = context.documents
        self.in_force = DeskDocuments(
            contract=documents.contract,
            rubric=documents.rubric,
            rubric_id=context.ids["rubric"],
            policy=documents.policy,
            key=context.keys.desk,
            lease_seconds=lease_seconds,
            written_source=documents.program.written_source,
        )
        """What the desk works under."""
        self._form = lru_cache(CACHED)(self._form_of)

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        self._writer.close()

    def submit(
        self, work: Callable[[WriteUnit], T], action: str, *, actor: str, subject: str = ""
    ) -> T:
        """Run a unit of work among those of all reviewers, and wait until it is on the disk."""
        return self._writer.submit(
            work, action, actor=actor, subject=subject, documents=self._context.ids
        )

    def fill(self) -> Filled:
        """Have every record wait in its queue that does not yet; each prefix is balanced."""
        filled = filling.fill(self._context, self._queue_store)
        if filled.records:
            self._offering.refresh()
        return filled

    def seat(self, people: Iterable[tuple[str, Sequence[str]]], *, by: str) -> int:
        """Derive again from which queues people may claim.

        Args:
            people: pseudonym and roles of each.
            by: who does it.

        Returns:
            How many seats there are.
        """
        seats = self._eligibility.seat(people, by=by)
        self._offering.refresh()
        return seats

    def seat_members(self, pseudonyms: Sequence[str], *, by: str) -> int:
        """Update the seats of people whose roles are those of their accounts."""
        accounts = Accounts(self._context.store)
        people = [accounts.by_pseudonym(each) for each in pseudonyms]
        known = [(each.pseudonym, each.roles) for each in people if each and each.active]
        return self.seat(known, by=by)

    @property
    def eligibility(self) -> Eligibility:
        """Exams, sentinels and consents."""
        return self._eligibility

    @property
    def reading(self) -> TextAccess:
        """Whether somebody may see a text, by the contract's care."""
        return self._reading

    def consent(self, who: Principal, category: str, *, given: bool) -> None:
        """Keep a person's word on one harm category, and seat them by it at once."""
        self._eligibility.consent(who.pseudonym, category, given=given)
        self.seat([(who.pseudonym, who.roles)], by=who.pseudonym)

    def harms(self) -> tuple[str, ...]:
        """The harm categories that waiting records show."""
        return tuple(sorted({harm for row in self._offering.queues() for harm in row.queue.harms}))

    def queues(self, who: Principal) -> list[QueueCard]:
        """The queues that a reviewer may claim from."""
        waiting = self._queue_store.waiting()
        return [
            QueueCard(
                queue=row.handle,
                title=row.queue.title,
                role=member.role,
                open=member.queue in waiting,
                severity=row.queue.severity,
                harms=row.queue.harms,
            )
            for member in self._offering.seats(who.pseudonym)
            if (row := self._offering.queue(member.queue)).queue.stage != "adjudication"
        ]

    def claim(
        self, who: Principal, *, queue: str | None = None, count: int = 1, held: Sequence[str] = ()
    ) -> Future[ClaimResult]:
        """Give a reviewer work: first what is held and was lost sight of, then what is next.

        Args:
            who: the reviewer.
            queue: handle of the one queue; all that the reviewer sits in where absent.
            count: how many assignments are wanted.
            held: handles that the reviewer's page has already.

        Raises:
            SkipLimitError: (through the future) if the reviewer gave back more than is allowed.
        """
        now = self._context.clock()
        reviewer = who.pseudonym
        tried, capped = self._offering.tried(reviewer, queue, now)

        def work(unit: WriteUnit) -> ClaimResult:
            if not tried:
                return ClaimResult(
                    leases=(), none=_capped(capped) if capped else _not_seated(queue)
                )
            transaction = self._queue_store.unit(unit)
            mine = self._readable(transaction, who, tried)
            # What was begun is gone on with, also on another device.
            mine.sort(key=lambda each: not each.drafted)
            ahead = set(held)
            given = [each for each in mine if each.handle not in ahead][:count]
            room = min(count - len(given), MOST_HELD - len(mine))
            kept_back: list[Withheld] = []
            if not given:
                refuse_more(self._ended(transaction, who, now), self._skip_share, coming=0)
            for _ in range(room):
                claimed = self._next(transaction, who, tried, now, kept_back)
                if claimed is None:
                    break
                lease, assignment = claimed
                self._remember(assignment)
                given.append(lease)
            none = None if given or mine else (_capped(capped) if capped else NO_WORK)
            if none is not None and kept_back:
                none = _withheld(kept_back[0])
            return ClaimResult(leases=tuple(given), none=none)

        return self._writer.post(work, "review.claim", actor=reviewer)

    def _readable(
        self, transaction: QueueTransaction, who: Principal, tried: Sequence[int]
    ) -> list[Lease]:
        """What a reviewer holds in some queues; what may not be read any more is given back."""
        kept = []
        for lease in transaction.held_leases(who.pseudonym):
            if lease.queue not in tried:
                continue
            record = self._records(lease.record)
            if self.rights.may_read(who, lease.record, record):
                kept.append(lease)
            else:
                leasing.release(transaction, lease)
                self._close(transaction, who, lease.queue, lease.record)
        return kept

    def _turn(self, transaction: QueueTransaction, who: Principal, number: int) -> Turn | None:
        """A reviewer's turn in a queue on a record that the reviewer may read."""
        while turn := self._offering.turn(transaction, who.pseudonym, number):
            identity = turn.item.record
            if self.rights.may_read(who, identity, self._records(identity)):
                return turn
            self._close(transaction, who, turn.item.queue, identity)
        return None

    def _close(
        self, transaction: QueueTransaction, who: Principal, number: int, identity: str
    ) -> None:
        """Give a record to nobody more in whose role it may not be read, or not to this person."""
        roles = self._offering.queue(number).queue.roles
        if self.rights.decide(identity, self._records(identity), roles).permitted:
            transaction.queues.bar(identity, [who.pseudonym])
        else:
            transaction.queues.retire(identity)
        transaction.mark_action()

    def _next(
        self,
        transaction: QueueTransaction,
        who: Principal,
        tried: Sequence[int],
        now: str,
        kept_back: list[Withheld],
    ) -> tuple[Lease, Assignment] | None:
        """The next assignment: at times a sentinel, which looks like any other.

        A queue whose next text the reviewer may not read gives nothing; the reason is kept.
        """
        reviewer = who.pseudonym
        for number in self._offering.order(tried):
            turn = self._turn(transaction, who, number)
            if turn is None:
                continue
            refusal = self._reading.withheld(who, self._records(turn.item.record), begun=False)
            if refusal is not None:
                kept_back.append(refusal)
                continue
            given = leasing.give(
                transaction, self.in_force, self._records, reviewer=reviewer, turn=turn, now=now
            )
            if self._offering.is_known(turn.item.record):
                # A known record waits in several queues; nobody meets it twice.
                transaction.queues.bar(turn.item.record, [reviewer])
            return given
        return None

    def work(self, who: Principal, handle: str) -> AssignmentWork:
        """One assignment with all that its reviewer may see.

        Raises:
            UsageError: if the reviewer has no such assignment, or may not read its record any more.
        """
        lease = self._queue_store.find(handle)
        if lease is None or lease.reviewer != who.pseudonym or lease.handle is None:
            raise _no_assignment()
        return self.shown(who, lease)

    def shown(self, who: Principal, lease: Lease) -> AssignmentWork:
        """A lease with all that its reviewer may see.

        Raises:
            UsageError: if the reviewer may not read its text, or its record, or not any more.
        """
        record = self._records(lease.record)
        self.rights.refuse_unreadable(who, lease.record, record)
        assignment = self._assignment(lease)
        handle = str(lease.handle)
        kept = self._queue_store.draft(handle) if lease.drafted else None
        stored = self._context.store.get(Judgment, lease.judgment) if lease.judgment else None
        return AssignmentWork(
            assignment=handle,
            lease_seconds=self.in_force.lease_seconds,
            state=lease.state.name,
            role=self._offering.seat(lease).role,
            form=self._form(lease.record),
            shown=self._reading.in_hand(who, record, assignment, handle),
            revision=lease.revision,
            answer=in_presented_order(stored, record, assignment) if stored else None,
            draft=Draft(revision=kept[0], answer=msgspec.Raw(kept[1])) if kept else None,
            care=self._reading.care(record),
        )

    def opened(self, who: Principal, handle: str) -> Future[Lease]:
        """A heartbeat: the lease is prolonged, or taken back where it ran out."""
        now = self._context.clock()

        def work(unit: WriteUnit) -> Lease:
            transaction = self._queue_store.unit(unit)
            lease = _own(transaction.find(handle), who)
            return leasing.renew(transaction, lease, now=now, seconds=self.in_force.lease_seconds)

        return self._writer.post(work, "review.open", actor=who.pseudonym)

    def save_draft(
        self, who: Principal, handle: str, *, revision: int, body: bytes
    ) -> Future[Draft | int]:
        """Keep an unfinished answer.

        Args:
            who: the reviewer.
            handle: the assignment.
            revision: the revision that the page knows; the new one is one more.
            body: the answer so far, as JSON.

        Returns:
            The new revision; or the newer draft that another page saved.
        """

        def work(unit: WriteUnit) -> Draft | int:
            transaction = self._queue_store.unit(unit)
            lease = _own(transaction.find(handle), who)
            known = transaction.draft(handle) if lease.drafted else None
            if known is not None and known[0] > revision:
                return Draft(revision=known[0], answer=msgspec.Raw(known[1]))
            transaction.save_draft(handle, revision + 1, body)
            if not lease.drafted:
                transaction.change(msgspec.structs.replace(lease, drafted=True))
            return revision + 1

        return self._writer.post(work, "review.draft", actor=who.pseudonym)

    def answer(
        self, who: Principal, handle: str, given: Answer, *, body: bytes, key: str
    ) -> Future[Receipt]:
        """Store an answer; the future is done when it is on the disk.

        Args:
            who: the reviewer.
            handle: the assignment.
            given: the answer.
            body: the request's bytes; a retry has the same.
            key: idempotency key of the request.
        """
        now = self._context.clock()
        body_hash = sha256(body)

        def work(unit: WriteUnit) -> Receipt:
            transaction = self._queue_store.unit(unit)
            lease = _own(transaction.find(handle), who)
            assignment = self._assignment(lease)
            receipt = leasing.answer(
                transaction,
                self.in_force,
                lease=lease,
                record=self._records(lease.record),
                assignment=assignment,
                member=self._offering.seat(lease),
                reviewer_answer=given,
                body_hash=body_hash,
                key=key,
                now=now,
                before=self._before(lease, assignment),
            )
            self._offering.note_benign(transaction, lease, now, given.active_ms or 0)
            return receipt

        return self._writer.post(
            work, "review.answer", actor=who.pseudonym, documents=self._context.ids
        )

    def _before(self, lease: Lease, assignment: Assignment) -> Judgment | None:
        """The judgment that an answer replaces: its own earlier one, or the one that is reviewed again."""
        store = self._context.store
        if lease.judgment:
            return store.get(Judgment, lease.judgment)
        if self._offering.queue(lease.queue).queue.stage != "second_look":
            return None
        given = store.scan(Judgment, record=lease.record)
        return replaced_judgment(given, reviewer=lease.reviewer, rubric=str(assignment.rubric))

    def release(
        self, who: Principal, handle: str, reason: leasing.ReleaseReason, note: str = ""
    ) -> Future[Lease]:
        """Give an assignment back; it counts against nobody's quality, and skips have a limit.

        Content that shows a harm may be left at any time. Other content may, too, but it counts as
        a skip, so that beyond the limit no new work is given for a while.

        Args:
            who: the reviewer.
            handle: the assignment.
            reason: why; after a pause the reviewer gets it again.
            note: what the lead should know; it is in the audit log.

        Raises:
            SkipLimitError: (through the future) for a skip beyond the contract's share.
        """
        now = self._context.clock()

        def work(unit: WriteUnit) -> Lease:
            transaction = self._queue_store.unit(unit)
            lease = _own(transaction.find(handle), who)
            if reason == "pause":
                return lease
            if reason == "skip" and lease.state == LeaseState.held:
                refuse_more(self._ended(transaction, who, now), self._skip_share, coming=1)
            free = reason == "welfare" and self._reading.care(self._records(lease.record))
            return leasing.release(transaction, lease, counted_at=None if free else now)

        return self._writer.post(
            work,
            f"review.release_{reason}",
            actor=who.pseudonym,
            subject=f"{handle} {note}".strip(),
        )

    def _ended(self, transaction: QueueTransaction, who: Principal, now: str) -> Ended:
        return transaction.recent_endings(who.pseudonym, later(now, -HOUR_SECONDS))

    @property
    def _skip_share(self) -> float:
        return self.in_force.contract.review.skip_share

    def expose(self, who: Principal, handle: str, seconds: int) -> Future[None]:
        """Log that restricted content was uncovered, and for how long."""

        def work(unit: WriteUnit) -> None:
            transaction = self._queue_store.unit(unit)
            lease = _own(transaction.find(handle), who)
            self._reading.log(
                transaction, who.pseudonym, self._records(lease.record), seconds * 1000
            )

        return self._writer.post(work, "review.expose", actor=who.pseudonym, subject=handle)

    def uncover(self, who: Principal, record: Record) -> None:
        """Log that a person asked for a covered text on a page that shows several records.

        Raises:
            UsageError: if the person may not read it now.
        """
        self.rights.refuse_unreadable(who, record.id, record)

        def work(unit: WriteUnit) -> None:
            self._reading.uncover(self._queue_store.unit(unit), who, record)

        self.submit(work, "review.uncover", actor=who.pseudonym, subject=record.id)

    def gap(self, who: Principal, handle: str, *, dimension: str | None, text: str) -> Future[str]:
        """Open an issue on the rubric where it leaves a reviewer without an answer."""

        def work(unit: WriteUnit) -> str:
            lease = _own(self._queue_store.unit(unit).find(handle), who)
            gap = GuidelineGap(
                record=lease.record,
                reviewer=who.pseudonym,
                rubric=self.in_force.rubric_id,
                dimension=dimension,
                text=text,
            )
            unit.add([gap])
            return self._context.handle(GAP_HANDLE, gap.id)

        return self._writer.post(work, "guideline.gap", actor=who.pseudonym)

    def day(self, who: Principal) -> ReviewerDay:
        """A reviewer's day so far."""
        today = self._context.clock()[:10]
        given = [
            each
            for each in self._context.store.scan(Judgment, reviewer=who.pseudonym)
            if (each.judged_at or "").startswith(today)
        ]
        welfare = self.in_force.contract.welfare
        read: dict[str, int] = {}
        for each in self._queue_store.exposures(who.pseudonym, today):
            for category in each.categories:
                read[category] = read.get(category, 0) + each.milliseconds
        return ReviewerDay(
            judged=len(given),
            active_ms=sum(each.active_ms or 0 for each in given),
            exposure=tuple(
                Exposed(
                    category=category,
                    minutes_today=milliseconds / 60_000,
                    cap_minutes=welfare.daily_minutes if welfare else None,
                )
                for category, milliseconds in sorted(read.items())
            ),
        )

    def route(self, roles: Mapping[str, tuple[str, ...]] | None = None) -> Routed:
        """Conclude from what is answered: accept, ask once more, adjudicate; end exams.

        Args:
            roles: the roles of each person by pseudonym; exams are left open where absent.
        """
        routed = routing.route(self._context, self._queue_store, self._writer)
        issued = 0
        if roles is not None:
            known = roles
            issued = routing.conclude_exams(
                self._context,
                self._queue_store,
                self._eligibility,
                lambda name: known.get(name, ()),
            )
        if issued or routed != Routed():
            self._offering.refresh()
        return routed

    def sweep(self) -> int:
        """Let leases run out whose time is over; how many did."""
        now = self._context.clock()
        self._offering.refresh()
        self.rights.refresh()

        def work(unit: WriteUnit) -> int:
            return len(self._queue_store.unit(unit).expire(now))

        return self._writer.submit(work, "review.expire", actor="desk")

    def history(self, who: Principal, *, after: int = 0, most: int = 50) -> list[Judgment]:
        """A reviewer's own judgments, oldest first."""
        found = self._context.store.scan(Judgment, reviewer=who.pseudonym)
        return [each for number, each in enumerate(found) if number >= after][:most]

    def _read_record(self, identity: str) -> Record:
        return self._context.store.get(Record, identity)

    def _assignment(self, lease: Lease) -> Assignment:
        identity = str(lease.assignment)
        known = self._assigned.get(identity)
        if known is None:
            known = self._context.store.get(Assignment, identity)
            self._remember(known)
        return known

    def _remember(self, assignment: Assignment) -> None:
        if len(self._assigned) >= CACHED:
            self._assigned.clear()
        self._assigned[assignment.id] = assignment

    def _form_of(self, identity: str) -> Form:
        return self.in_force.form(self._records(identity))


NO_WORK = Nothing(
    code="no-work",
    message="Every item here is taken or finished. New work appears by itself.",
)


def _capped(cap: Capped) -> Nothing:
    return _withheld(Withheld(reason="capped", categories=(), cap=cap))


def _withheld(refusal: Withheld) -> Nothing:
    words = f"{refusal.message[:1].upper()}{refusal.message[1:]}."
    if refusal.cap is None:
        return Nothing(code="not-consented", message=words)
    code = "cool-down" if refusal.cap.reason == "break" else "capped"
    return Nothing(code=code, message=words, until=refusal.cap.until)


def _not_seated(queue: str | None) -> Nothing:
    if queue is None:
        return Nothing(
            code="not-qualified",
            message="You have no queue yet. A lead fills queues; a role or a passed exam gives access.",
        )
    return Nothing(code="not-qualified", message="You do not have access to this queue.")


def _own(lease: Lease | None, who: Principal) -> Lease:
    if lease is None or lease.reviewer != who.pseudonym or lease.handle is None:
        raise _no_assignment()
    return lease


def _no_assignment() -> UsageError:
    return UsageError(
        code="no-assignment",
        message="you have no such assignment",
        hint="claim work, or look at your history",
    )
