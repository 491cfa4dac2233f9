"""The `desk` interface of an open program: the review queue behind the web.

What changes the queue goes through one group writer: many reviewers share one flush of the disk,
and a future is done only when its change is on it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import TypeVar

from assay.context import Context, Interface
from assay.desk import filling, routing
from assay.desk.assignments import Assignments
from assay.desk.claims import ClaimResult, Claims
from assay.desk.eligibility import Eligibility
from assay.desk.filling import Filled
from assay.desk.offering import Offering
from assay.desk.open_desk import FactCache, OpenDesk
from assay.desk.own_history import OwnHistory
from assay.desk.rights import DeskRights
from assay.desk.routing import Routed
from assay.desk.text_access import TextAccess
from assay.governance.permissions import Principal
from assay.records.record import Record
from assay.review.answer import Answer
from assay.review.queue.leasing import DeskDocuments, Receipt
from assay.review.wire import ClaimRequest, QueueCard
from assay.store.accounts import Accounts
from assay.store.group import GroupWriter
from assay.store.queue import SqlQueue
from assay.store.writing import WriteUnit

T = TypeVar("T")

LEASE_SECONDS = 1800
"""How long an item may be held without a heartbeat."""


class DeskService(Interface):
    """Fill queues, seat reviewers, route what is answered; claims and assignments have their own part."""

    def __init__(self, context: Context, *, lease_seconds: int = LEASE_SECONDS) -> None:
        self._context = context
        self._queue_store = SqlQueue(context.store)
        self._writer = GroupWriter(context.store)
        self._eligibility = Eligibility(context, self._queue_store)
        self._offering = Offering(context, self._queue_store)
        self._text_access = TextAccess(context, self._queue_store, self._eligibility)
        self.rights = DeskRights(context)
        """What may be read at the desk now."""
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
        """Documents in force, keys and lease time that the desk works under."""
        desk = OpenDesk(
            context=context,
            queue_store=self._queue_store,
            writer=self._writer,
            offering=self._offering,
            text_access=self._text_access,
            rights=self.rights,
            facts=FactCache(context.store, self.in_force),
            in_force=self.in_force,
        )
        self.claims = Claims(desk)
        """Gives reviewers work."""
        self.assignments = Assignments(desk)
        """What a reviewer does with the assignments in hand."""
        self.own_history = OwnHistory(desk)
        """What reviewers see of their own work."""

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        self._writer.close()

    def answer_and_claim(
        self,
        who: Principal,
        handle: str,
        answer: Answer,
        *,
        body: bytes,
        key: str,
        claim: ClaimRequest,
    ) -> tuple[Future[Receipt], Future[ClaimResult]]:
        """Store an answer and give the reviewer further work, in one transaction.

        The claim is a unit of its own: an answer that is refused leaves it, and a claim that is
        refused leaves the answer.

        Args:
            who: the reviewer.
            handle: the assignment that is answered.
            answer: the answer, with candidates in presented order.
            body: the request's bytes; a retry has the same.
            key: idempotency key of the request.
            claim: what work is wanted.
        """
        answered = self.assignments.answer_unit(who, handle, answer, body=body, key=key)
        claimed = self.claims.claim_unit(who, queue=claim.queue, count=claim.count, held=claim.held)
        self._writer.post_together(answered, claimed)
        return answered.answer, claimed.answer

    def submit(
        self, work: Callable[[WriteUnit], T], action: str, *, actor: str, subject: str = ""
    ) -> T:
        """Run a unit of work among those of all reviewers, and wait until it is on the disk."""
        return self._writer.submit(
            work, action, actor=actor, subject=subject, documents=self._context.ids
        )

    def fill(self) -> Filled:
        """Put every record that does not wait yet into its queue; each prefix is balanced."""
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
        members = [accounts.by_pseudonym(pseudonym) for pseudonym in pseudonyms]
        people = [
            (member.pseudonym, member.roles) for member in members if member and member.active
        ]
        return self.seat(people, by=by)

    @property
    def eligibility(self) -> Eligibility:
        """Exams, sentinels and consents."""
        return self._eligibility

    @property
    def reading(self) -> TextAccess:
        """Whether a person may see a text, by the contract's care."""
        return self._text_access

    def consent(self, who: Principal, category: str, *, given: bool) -> None:
        """Record whether a person agrees to read one harm category, and seat them by it at once."""
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

    def uncover(self, who: Principal, record: Record) -> None:
        """Log that a person asked for a covered text on a page that shows several records.

        Raises:
            UsageError: if the person may not read it now.
        """
        self.rights.refuse_unreadable(who, record.id, record)

        def work(unit: WriteUnit) -> None:
            self._text_access.uncover(self._queue_store.unit(unit), who, record)

        self.submit(work, "review.uncover", actor=who.pseudonym, subject=record.id)

    def route(self, roles: Mapping[str, tuple[str, ...]] | None = None) -> Routed:
        """Conclude from what is answered: accept, ask once more, adjudicate; end exams.

        Args:
            roles: the roles of each person by pseudonym; exams are left open where absent.
        """
        routed = routing.route(self._context, self._queue_store, self._writer)
        issued = 0
        if roles is not None:
            roles_by_person = roles
            issued = routing.conclude_exams(
                self._context,
                self._queue_store,
                self._eligibility,
                lambda pseudonym: roles_by_person.get(pseudonym, ()),
            )
        if issued or routed != Routed():
            self._offering.refresh()
        return routed

    def sweep(self) -> int:
        """End the leases whose time is over, and read again what other processes changed.

        Returns:
            How many leases ended.
        """
        now = self._context.clock()
        self._offering.refresh()
        self.rights.refresh()

        def work(unit: WriteUnit) -> int:
            return len(self._queue_store.unit(unit).expire(now))

        return self._writer.submit(work, "review.expire", actor="desk")
