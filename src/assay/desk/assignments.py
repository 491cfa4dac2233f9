"""Assignments in hand: show one, prolong it, keep its draft, store its answer, give it back."""

from concurrent.futures import Future

import msgspec

from assay.core.digest import sha256
from assay.core.errors import UsageError
from assay.desk.open_desk import OpenDesk
from assay.desk.pictures import Picture, picture_of
from assay.governance.permissions import Principal
from assay.records.judgment import Judgment
from assay.review.answer import Answer, in_presented_order
from assay.review.assignment import Assignment
from assay.review.form import Form
from assay.review.guideline_gap import GuidelineGap, replaced_judgment
from assay.review.handle import GAP_HANDLE
from assay.review.presentation import Presentation
from assay.review.queue import leasing
from assay.review.queue.lease import Lease, LeaseState
from assay.review.queue.leasing import Receipt
from assay.review.wire import ContentWarning, Draft
from assay.store.group import PostedUnit
from assay.store.writing import AuditedOperation, WriteUnit


class AssignmentWork(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment with all that its reviewer may see."""

    assignment: str
    """Keyed handle of the assignment."""
    lease_seconds: int
    """How long it may be held without a heartbeat."""
    state: str
    """State of the lease."""
    role: str
    """Role in which the reviewer judges."""
    form: Form
    """The questions that are asked about the record."""
    shown: Presentation
    """The record's text, with candidates in presented order."""
    revision: int
    """How often it was answered."""
    answer: Answer | None
    """The stored answer, in presented order."""
    draft: Draft | None
    """The answer that is not sent yet, with its revision; None where nothing is saved."""
    care: ContentWarning | None
    """What is shown before the content."""


class Assignments:
    """What a reviewer does with the assignments in hand."""

    def __init__(self, desk: OpenDesk) -> None:
        self._desk = desk

    def work(self, who: Principal, handle: str) -> AssignmentWork:
        """One assignment with all that its reviewer may see.

        Raises:
            UsageError: if the reviewer has no such assignment, or may not read its record any more.
        """
        return self.show(who, _own_lease(self._desk.queue_store.find(handle), who))

    def show(self, who: Principal, lease: Lease) -> AssignmentWork:
        """A lease with all that its reviewer may see.

        Raises:
            UsageError: if the reviewer may not read its text, or its record, or not any more.
        """
        desk = self._desk
        record = desk.facts.record(lease.record)
        desk.rights.refuse_unreadable(who, lease.record, record)
        assignment = desk.facts.assignment(lease)
        handle = str(lease.handle)
        draft = desk.queue_store.draft(handle) if lease.drafted else None
        stored = desk.context.store.get(Judgment, lease.judgment) if lease.judgment else None
        return AssignmentWork(
            assignment=handle,
            lease_seconds=desk.in_force.lease_seconds,
            state=lease.state.name,
            role=desk.offering.seat(lease).role,
            form=desk.facts.form(lease.record),
            shown=desk.text_access.in_hand(who, record, assignment, handle),
            revision=lease.revision,
            answer=in_presented_order(stored, record, assignment) if stored else None,
            draft=Draft(revision=draft[0], answer=msgspec.Raw(draft[1])) if draft else None,
            care=desk.text_access.care(record),
        )

    def picture(self, who: Principal, handle: str, digest: str) -> Picture:
        """A picture that the record of an assignment shows.

        Args:
            who: the reviewer.
            handle: the assignment.
            digest: `sha256:...` of the picture.

        Raises:
            UsageError: if the reviewer has no such assignment, may not read its record, or it shows
                no such picture.
            MachineError: if its bytes were lost or changed.
        """
        desk = self._desk
        lease = _own_lease(desk.queue_store.find(handle), who)
        record = desk.facts.record(lease.record)
        desk.rights.refuse_unreadable(who, lease.record, record)
        return picture_of(desk.context, record, digest)

    def renew(self, who: Principal, handle: str) -> Future[Lease]:
        """A heartbeat: the lease is prolonged, or taken back where it ran out.

        Raises:
            UsageError: (through the future) if the reviewer has no such assignment.
        """
        desk = self._desk
        now = desk.context.clock()

        def work(unit: WriteUnit) -> Lease:
            transaction = desk.queue_store.unit(unit)
            lease = _own_lease(transaction.find(handle), who)
            return leasing.renew(transaction, lease, now=now, seconds=desk.in_force.lease_seconds)

        return desk.writer.post(work, "review.open", actor=who.pseudonym)

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

        Raises:
            UsageError: (through the future) if the reviewer has no such assignment.
        """
        desk = self._desk

        def work(unit: WriteUnit) -> Draft | int:
            transaction = desk.queue_store.unit(unit)
            lease = _own_lease(transaction.find(handle), who)
            saved = transaction.draft(handle) if lease.drafted else None
            if saved is not None and saved[0] > revision:
                return Draft(revision=saved[0], answer=msgspec.Raw(saved[1]))
            transaction.save_draft(handle, revision + 1, body)
            if not lease.drafted:
                transaction.change(msgspec.structs.replace(lease, drafted=True))
            return revision + 1

        return desk.writer.post(work, "review.draft", actor=who.pseudonym)

    def answer(
        self, who: Principal, handle: str, answer: Answer, *, body: bytes, key: str
    ) -> Future[Receipt]:
        """Store an answer; the future is done when it is on the disk. See `answer_unit`."""
        unit = self.answer_unit(who, handle, answer, body=body, key=key)
        self._desk.writer.post_together(unit)
        return unit.answer

    def answer_unit(
        self, who: Principal, handle: str, answer: Answer, *, body: bytes, key: str
    ) -> PostedUnit[Receipt]:
        """The unit that stores an answer.

        Args:
            who: the reviewer.
            handle: the assignment.
            answer: the answer, with candidates in presented order.
            body: the request's bytes; a retry has the same.
            key: idempotency key of the request.

        Raises:
            UsageError: (through the future) if the reviewer has no such assignment, or the key was
                used with another body.
            RefusedAnswerError: (through the future) for an answer that does not fit or is not complete.
        """
        desk = self._desk
        now = desk.context.clock()
        body_hash = sha256(body)

        def work(unit: WriteUnit) -> Receipt:
            transaction = desk.queue_store.unit(unit)
            lease = _own_lease(transaction.find(handle), who)
            assignment = desk.facts.assignment(lease)
            receipt = leasing.answer(
                transaction,
                desk.in_force,
                lease=lease,
                record=desk.facts.record(lease.record),
                assignment=assignment,
                member=desk.offering.seat(lease),
                reviewer_answer=answer,
                body_hash=body_hash,
                key=key,
                now=now,
                before=self._judgment_to_supersede(lease, assignment),
            )
            desk.offering.note_benign(transaction, lease, now, answer.active_ms or 0)
            return receipt

        operation = AuditedOperation(
            "review.answer", actor=who.pseudonym, documents=desk.context.ids
        )
        return PostedUnit(work, operation)

    def _judgment_to_supersede(self, lease: Lease, assignment: Assignment) -> Judgment | None:
        """The judgment that an answer replaces: its own earlier one, or the one that is reviewed again."""
        store = self._desk.context.store
        if lease.judgment:
            return store.get(Judgment, lease.judgment)
        if self._desk.offering.queue(lease.queue).queue.stage != "second_look":
            return None
        judgments = store.scan(Judgment, record=lease.record)
        return replaced_judgment(judgments, reviewer=lease.reviewer, rubric=str(assignment.rubric))

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
            UsageError: (through the future) if the reviewer has no such assignment.
            SkipLimitError: (through the future) for a skip beyond the contract's share.
        """
        desk = self._desk
        now = desk.context.clock()

        def work(unit: WriteUnit) -> Lease:
            transaction = desk.queue_store.unit(unit)
            lease = _own_lease(transaction.find(handle), who)
            if reason == "pause":
                return lease
            # Only what is held can be skipped: a retry after the release counts no second skip.
            if reason == "skip" and lease.state == LeaseState.held:
                desk.refuse_more_skips(transaction, who, now, coming=1)
            # The reason alone is not enough: content that shows no harm counts as a skip.
            free = reason == "welfare" and desk.text_access.care(desk.facts.record(lease.record))
            return leasing.release(transaction, lease, counted_at=None if free else now)

        return desk.writer.post(
            work,
            f"review.release_{reason}",
            actor=who.pseudonym,
            subject=f"{handle} {note}".strip(),
        )

    def expose(self, who: Principal, handle: str, seconds: int) -> Future[None]:
        """Log that restricted content was uncovered, and for how long.

        Raises:
            UsageError: (through the future) if the reviewer has no such assignment.
        """
        desk = self._desk

        def work(unit: WriteUnit) -> None:
            transaction = desk.queue_store.unit(unit)
            lease = _own_lease(transaction.find(handle), who)
            record = desk.facts.record(lease.record)
            desk.text_access.log(transaction, who.pseudonym, record, seconds * 1000)

        return desk.writer.post(work, "review.expose", actor=who.pseudonym, subject=handle)

    def gap(self, who: Principal, handle: str, *, dimension: str | None, text: str) -> Future[str]:
        """Open an issue on the rubric where it leaves a reviewer without an answer.

        Args:
            who: the reviewer.
            handle: the assignment at whose record it showed.
            dimension: the dimension that leaves it open; None for the verdict or the whole.
            text: what the rubric does not cover, in the reviewer's words.

        Returns:
            The gap's keyed handle.

        Raises:
            UsageError: (through the future) if the reviewer has no such assignment.
        """
        desk = self._desk

        def work(unit: WriteUnit) -> str:
            lease = _own_lease(desk.queue_store.unit(unit).find(handle), who)
            gap = GuidelineGap(
                record=lease.record,
                reviewer=who.pseudonym,
                rubric=desk.in_force.rubric_id,
                dimension=dimension,
                text=text,
            )
            unit.add([gap])
            return desk.context.handle(GAP_HANDLE, gap.id)

        return desk.writer.post(work, "guideline.gap", actor=who.pseudonym)


def _own_lease(lease: Lease | None, who: Principal) -> Lease:
    """The lease, if it is the person's own; the handle of another person's is refused like an unknown one."""
    if lease is None or lease.reviewer != who.pseudonym or lease.handle is None:
        raise UsageError(
            code="no-assignment",
            message="you have no such assignment",
            hint="claim work, or look at your history",
        )
    return lease
