"""The noun `desk` of an open program: the review queue behind the web's doors.

What changes the queue goes through one group writer: many reviewers share one flush of the disk,
and a future is done only when its change is on it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache
from threading import Lock

import msgspec

from assay.bootstrap.session import Session
from assay.core.digest import sha256
from assay.core.errors import UsageError
from assay.governance.permissions import Principal
from assay.quality import service as quality
from assay.quality.disposition import Disposition
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review import desk
from assay.review.adjudication import Adjudication
from assay.review.answer import Answer, in_presented_order
from assay.review.assignment import Assignment
from assay.review.desk import InForce, Receipt
from assay.review.form import Form
from assay.review.lease import Item, Lease, Member, NewItem, Queue, QueueRow
from assay.review.membership import members_of
from assay.review.ports import DeskWriting
from assay.review.presentation import Presentation, present
from assay.review.queueing import Waiting, balanced, new_item, queue_of, stratum_of
from assay.review.wheel import Wheel
from assay.review.wire import Care, Draft, Nothing, QueueCard
from assay.store.desk import Desk
from assay.store.group import GroupWriter
from assay.store.writing import Unit

LEASE_SECONDS = 1800
"""How long an item may be held without a sign of life."""

MOST_HELD = 4
"""Items that one reviewer holds at most: the one in work, and those fetched ahead."""

CACHED = 4096
"""Records that are kept in memory."""

ROUTED = 200
"""Items whose passes are concluded from at once."""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What filling the queues did: `records` is the sum of the others."""

    records: int
    """Records read."""
    queued: int
    """Records that wait in a queue now and did not before."""
    already_there: int
    """Records that were in a queue before."""
    no_pass: int
    """Records whose layer wants no pass, or that no layer fits."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment with all that its reviewer may see."""

    assignment: str
    """Its handle."""
    lease_seconds: int
    """How long it may be held without a sign of life."""
    state: str
    """Where the lease stands."""
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
    care: Care | None
    """What is told before the content is shown."""


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim gave."""

    leases: tuple[Lease, ...]
    """The leases."""
    none: Nothing | None = None
    """Why there are none."""


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """What followed from items whose passes were all given, by what became of them."""

    accepted: int = 0
    """Items whose record needs nothing more."""
    second_review: int = 0
    """Items that want one more pass."""
    adjudication: int = 0
    """Items that wait for a senior decision now."""


class DeskNoun:
    """Fill queues, seat reviewers, claim, answer, route."""

    def __init__(self, session: Session, *, lease_seconds: int = LEASE_SECONDS) -> None:
        self._session = session
        self._desk = Desk(session.store)
        self._writer = GroupWriter(session.store)
        self._wheel = Wheel()
        self._weights: Mapping[int, int] = {}
        self._gate = Lock()
        self._records = lru_cache(CACHED)(self._read_record)
        self._assigned: dict[str, Assignment] = {}
        self._seats: dict[str, list[Member]] = {}
        self._queues: tuple[QueueRow, ...] = ()
        documents = session.documents
        self.in_force = InForce(
            contract=documents.contract,
            rubric=documents.rubric,
            rubric_id=session.ids["rubric"],
            policy=documents.policy,
            key=session.secret,
            lease_seconds=lease_seconds,
            written_source=documents.program.written_source,
        )
        """What the desk works under."""
        self._form = lru_cache(CACHED)(self._form_of)

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        self._writer.close()

    def fill(self) -> Filled:
        """Have every record wait in its queue that does not yet; each prefix is balanced."""
        contract, key = self.in_force.contract, self.in_force.key
        seen = self._seen()
        groups: dict[Queue, list[Waiting]] = defaultdict(list)
        new: dict[str, NewItem] = {}
        counts: Counter[str] = Counter()
        for record in self._session.store.scan(Record):
            identity = record.id
            counts["records"] += 1
            queue = queue_of(record, contract)
            item = new_item(record, identity, contract, seen=seen.get(identity, frozenset()))
            if queue is None or item is None:
                counts["no_pass"] += 1
                continue
            groups[queue].append(Waiting(id=identity, stratum=stratum_of(record, contract)))
            new[identity] = item
        axes = tuple(contract.sampling.axes)
        for queue, waiting in groups.items():
            ordered = balanced(waiting, contract.sampling.quotas, axes, key)
            items = [new[identity] for identity in ordered]
            counts["queued"] += self._enqueue(queue, items)
        self._refresh()
        return Filled(
            records=counts["records"],
            queued=counts["queued"],
            already_there=counts["records"] - counts["no_pass"] - counts["queued"],
            no_pass=counts["no_pass"],
        )

    def seat(self, people: Iterable[tuple[str, Sequence[str]]], *, by: str) -> int:
        """Derive anew from which queues people may claim.

        Args:
            people: pseudonym and roles of each.
            by: who does it.

        Returns:
            How many seats there are.
        """
        queues = self._desk.queues()
        seats = 0
        for reviewer, roles in people:
            members = list(members_of(reviewer, roles, queues, self.in_force.contract))
            known = self._desk.members(reviewer)
            seats += len(members)
            if members == known:
                continue
            with self._desk.write("review.seat", actor=by, subject=reviewer) as unit:
                unit.drop_members(reviewer)
                for member in members:
                    unit.set_member(member)
                unit.acted()
        self._refresh()
        return seats

    def queues(self, who: Principal) -> list[QueueCard]:
        """The queues that a reviewer may claim from."""
        waiting = self._desk.waiting()
        rows = {row.id: row for row in self._all_queues()}
        return [
            QueueCard(
                queue=rows[member.queue].handle,
                title=rows[member.queue].queue.title,
                role=member.role,
                open=member.queue in waiting,
                severity=rows[member.queue].queue.severity,
                harms=rows[member.queue].queue.harms,
            )
            for member in self._members(who.pseudonym)
        ]

    def claim(
        self, who: Principal, *, queue: str | None = None, count: int = 1, held: Sequence[str] = ()
    ) -> Future[Claims]:
        """Give a reviewer work: first what is held and was lost sight of, then what is next.

        Args:
            who: the reviewer.
            queue: handle of the one queue; all that the reviewer sits in where absent.
            count: how many assignments are wanted.
            held: handles that the reviewer's page has already.
        """
        now = self._session.clock()
        reviewer = who.pseudonym

        def work(unit: Unit) -> Claims:
            tried = self._tried(reviewer, queue, now)
            if not tried:
                return Claims(leases=(), none=_not_seated(queue))
            open_desk = self._desk.unit(unit)
            mine = open_desk.held(reviewer)
            lost = [each for each in mine if each.handle not in held and each.queue in tried]
            given = lost[:count]
            room = min(count - len(given), MOST_HELD - len(mine))
            for _ in range(room):
                claimed = desk.claim(
                    open_desk,
                    self.in_force,
                    self._records,
                    reviewer=reviewer,
                    queues=self._order(tried),
                    now=now,
                )
                if claimed is None:
                    break
                lease, assignment = claimed
                self._remember(assignment)
                given.append(lease)
            return Claims(leases=tuple(given), none=None if given or mine else NO_WORK)

        return self._writer.post(work, "review.claim", actor=reviewer)

    def work(self, who: Principal, handle: str) -> Work:
        """One assignment with all that its reviewer may see.

        Raises:
            UsageError: if the reviewer has no such assignment.
        """
        lease = self._desk.find(handle)
        if lease is None or lease.reviewer != who.pseudonym or lease.handle is None:
            raise _no_assignment()
        return self.shown(lease)

    def shown(self, lease: Lease) -> Work:
        """A lease with all that its reviewer may see."""
        record = self._records(lease.record)
        assignment = self._assignment(lease)
        handle = str(lease.handle)
        kept = self._desk.draft(handle) if lease.drafted else None
        stored = self._session.store.get(Judgment, lease.judgment) if lease.judgment else None
        return Work(
            assignment=handle,
            lease_seconds=self.in_force.lease_seconds,
            state=lease.state.name,
            role=self._seat(lease).role,
            form=self._form(lease.record),
            shown=msgspec.structs.replace(present(record, assignment), assignment=handle),
            revision=lease.revision,
            answer=in_presented_order(stored, record, assignment) if stored else None,
            draft=Draft(revision=kept[0], answer=msgspec.Raw(kept[1])) if kept else None,
            care=self._care(record),
        )

    def opened(self, who: Principal, handle: str) -> Future[Lease]:
        """A sign of life: the lease is prolonged, or taken back where it ran out."""
        now = self._session.clock()

        def work(unit: Unit) -> Lease:
            open_desk = self._desk.unit(unit)
            lease = _own(open_desk.find(handle), who)
            return desk.renew(open_desk, lease, now=now, seconds=self.in_force.lease_seconds)

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

        def work(unit: Unit) -> Draft | int:
            open_desk = self._desk.unit(unit)
            lease = _own(open_desk.find(handle), who)
            known = open_desk.draft(handle) if lease.drafted else None
            if known is not None and known[0] > revision:
                return Draft(revision=known[0], answer=msgspec.Raw(known[1]))
            open_desk.save_draft(handle, revision + 1, body)
            if not lease.drafted:
                open_desk.change(msgspec.structs.replace(lease, drafted=True))
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
        now = self._session.clock()
        body_hash = sha256(body)

        def work(unit: Unit) -> Receipt:
            open_desk = self._desk.unit(unit)
            lease = _own(open_desk.find(handle), who)
            before = lease.judgment and self._session.store.get(Judgment, lease.judgment)
            return desk.answer(
                open_desk,
                self.in_force,
                lease=lease,
                record=self._records(lease.record),
                assignment=self._assignment(lease),
                member=self._seat(lease),
                given=given,
                body_hash=body_hash,
                key=key,
                now=now,
                before=before or None,
            )

        return self._writer.post(
            work, "review.answer", actor=who.pseudonym, documents=self._session.ids
        )

    def release(self, who: Principal, handle: str, reason: desk.ReleaseReason) -> Future[Lease]:
        """Give an assignment back; it counts against nobody.

        Args:
            who: the reviewer.
            handle: the assignment.
            reason: why; after a pause the reviewer gets it again.
        """

        def work(unit: Unit) -> Lease:
            open_desk = self._desk.unit(unit)
            lease = _own(open_desk.find(handle), who)
            return lease if reason == "pause" else desk.release(open_desk, lease)

        return self._writer.post(
            work, f"review.release_{reason}", actor=who.pseudonym, subject=handle
        )

    def expose(self, who: Principal, handle: str, seconds: int) -> Future[None]:
        """Log that restricted content was uncovered, and for how long."""
        now = self._session.clock()

        def work(unit: Unit) -> None:
            open_desk = self._desk.unit(unit)
            lease = _own(open_desk.find(handle), who)
            care = self._records(lease.record).sensitivity
            for category in care.categories if care else ():
                open_desk.expose(who.pseudonym, category, now, seconds * 1000)
            open_desk.acted()

        return self._writer.post(work, "review.expose", actor=who.pseudonym, subject=handle)

    def sweep(self) -> int:
        """Let leases run out whose time is over; how many did."""
        now = self._session.clock()
        self._refresh()

        def work(unit: Unit) -> int:
            return len(self._desk.unit(unit).expire(now))

        return self._writer.submit(work, "review.expire", actor="desk")

    def route(self) -> Routed:
        """Conclude from items whose passes are all given: accept, ask once more, or adjudicate."""
        items = self._desk.unsettled(ROUTED)
        if not items:
            return Routed()
        store, facts = self._session.store, self._session.facts
        records = sorted({each.record for each in items})
        quality.dispose(store, facts, actor="desk", records=records)
        found = store.scan(Disposition, record=records, contract=self._session.ids["contract"])
        states = {each.record: each.state for each in found}
        counts: Counter[str] = Counter()

        def work(unit: Unit) -> None:
            open_desk = self._desk.unit(unit)
            for item in items:
                counts[self._conclude(open_desk, item, states.get(item.record))] += 1
            open_desk.acted()

        self._writer.submit(work, "review.route", actor="desk")
        self._refresh()
        return Routed(**counts)

    def history(self, who: Principal, *, after: int = 0, most: int = 50) -> list[Judgment]:
        """A reviewer's own judgments, oldest first."""
        found = self._session.store.scan(Judgment, reviewer=who.pseudonym)
        return [each for number, each in enumerate(found) if number >= after][:most]

    def _conclude(self, open_desk: DeskWriting, item: Item, state: str | None) -> str:
        if state == "needs_second_review":
            open_desk.raise_need(item.id)
            return "second_review"
        open_desk.settle([item.id])
        if state != "needs_adjudication":
            return "accepted"
        rows = {row.id: row for row in self._all_queues()}
        senior = msgspec.structs.replace(
            rows[item.queue].queue, stage="adjudication", roles=("adjudicator",)
        )
        number = open_desk.add_queue(senior, self._handle(senior))
        barred = tuple(sorted(self._seen_of(item.record)))
        open_desk.enqueue(number, [NewItem(record=item.record, need=1, barred=barred)])
        return "adjudication"

    def _enqueue(self, queue: Queue, items: Sequence[NewItem]) -> int:
        with self._desk.write(
            "review.enqueue", actor=self._session.actor, subject=queue.name
        ) as unit:
            number = unit.add_queue(queue, self._handle(queue))
            added = unit.enqueue(number, items)
            if added:
                unit.acted()
        return added

    def _handle(self, queue: Queue) -> str:
        return desk.opaque(self.in_force.key, "que", queue.name)

    def _tried(self, reviewer: str, queue: str | None, now: str) -> list[int]:
        """The queues that a reviewer may be given work from now."""
        rows = {row.id: row for row in self._all_queues()}
        return [
            member.queue
            for member in self._members(reviewer)
            if (member.until is None or member.until > now)
            and (queue is None or rows[member.queue].handle == queue)
            and rows[member.queue].queue.stage == "review"
        ]

    def _order(self, queues: Sequence[int]) -> list[int]:
        with self._gate:
            return self._wheel.order(queues, self._weights)

    def _all_queues(self) -> tuple[QueueRow, ...]:
        if not self._queues:
            self._refresh()
        return self._queues

    def _refresh(self) -> None:
        self._queues = tuple(self._desk.queues())
        self._seats = {}
        self._weights = self._desk.waiting()

    def _seat(self, lease: Lease) -> Member:
        """The reviewer's seat in the lease's queue; where it has ended, the queue's first role."""
        for member in self._members(lease.reviewer):
            if member.queue == lease.queue:
                return member
        rows = {row.id: row for row in self._all_queues()}
        role = rows[lease.queue].queue.roles[0]
        return Member(reviewer=lease.reviewer, queue=lease.queue, role=role)

    def _care(self, record: Record) -> Care | None:
        care, welfare = record.sensitivity, self.in_force.contract.welfare
        if care is None or not (care.categories or care.severity):
            return None
        return Care(
            severity=care.severity,
            harms=tuple(care.categories),
            blur=welfare.blur if welfare else True,
            skip_without_penalty=welfare.skip_without_penalty if welfare else True,
            support=welfare.support if welfare else None,
        )

    def _seen(self) -> dict[str, frozenset[str]]:
        """Pseudonyms of the people who judged each record or were asked to."""
        found: dict[str, set[str]] = defaultdict(set)
        for assignment in self._session.store.scan(Assignment):
            found[assignment.record].add(assignment.reviewer)
        for judgment in self._session.store.scan(Judgment):
            if judgment.reviewer.kind != "model":
                found[judgment.record].add(judgment.reviewer.pseudonym)
        return {record: frozenset(people) for record, people in found.items()}

    def _seen_of(self, record: str) -> set[str]:
        store = self._session.store
        people = {each.reviewer for each in store.scan(Assignment, record=record)}
        given = store.scan(Judgment, record=record)
        people |= {each.reviewer.pseudonym for each in given if each.reviewer.kind != "model"}
        return people | {each.adjudicator for each in store.scan(Adjudication, record=record)}

    def _read_record(self, identity: str) -> Record:
        return self._session.store.get(Record, identity)

    def _assignment(self, lease: Lease) -> Assignment:
        identity = str(lease.assignment)
        known = self._assigned.get(identity)
        if known is None:
            known = self._session.store.get(Assignment, identity)
            self._remember(known)
        return known

    def _remember(self, assignment: Assignment) -> None:
        if len(self._assigned) >= CACHED:
            self._assigned.clear()
        self._assigned[assignment.id] = assignment

    def _members(self, reviewer: str) -> list[Member]:
        """The reviewer's seats; a change made by another process is seen at the next sweep."""
        known = self._seats.get(reviewer)
        if known is None:
            known = self._seats[reviewer] = self._desk.members(reviewer)
        return known

    def _form_of(self, identity: str) -> Form:
        return self.in_force.form(self._records(identity))


NO_WORK = Nothing(
    code="no-work",
    message="Everything that waits here is held or done. New work appears by itself.",
)


def _not_seated(queue: str | None) -> Nothing:
    if queue is None:
        return Nothing(
            code="not-qualified",
            message="You sit in no queue yet. A lead fills queues; an exam or a role opens them.",
        )
    return Nothing(code="not-qualified", message="You do not sit in this queue.")


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
