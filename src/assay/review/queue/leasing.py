"""The queue's state machine: what one person may do with one item, and what each step changes.

States are those of `lease.LeaseState`; each step runs in one transaction with the facts that it
adds (`ports.QueueTransaction`). The rules:

1. An item wants `need` passes. Its open slots are `max(0, need - people who judged or hold it)`,
   counted from the register of passes, whatever way a pass came (`passes.py`).
2. A person meets an item once. Authors of its record, people who judged, decided or gave it
   back, and people whom the rules of a stage bar are never given it again.
3. A claim gives the first item by rank that has an open slot for this person; one whose slot came
   back, or that wants one more pass, comes before all others (`hot`). It is `held` for the lease's
   seconds, and each heartbeat prolongs that (`renew`).
4. `held` -> `expired` when the time runs out: the slot goes back, the draft stays. A heartbeat
   takes it back while a slot is free.
5. `held` -> `released` when the person gives it back: the slot goes back for others.
6. `held` -> `stored` by an answer. An answer after the time is stored as well: it is `stored` and
   late while a slot is free, and `surplus` when the wanted passes were there already.
7. An answer given again supersedes the earlier one and takes no further pass.
8. A retry under the same key and body gets the receipt of the first; another body is refused.
9. Once all passes are given the record's disposition says what follows (`conclusion.py`): one
   pass more, a senior decision, or nothing.
"""

from collections.abc import Callable
from typing import Literal, cast

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.policy import PolicyRules
from assay.contracts.rubric import Rubric
from assay.core.clock import later
from assay.core.errors import UsageError
from assay.records.judgment import Judgment, Reviewer
from assay.records.record import Record
from assay.review.answer import Answer, answer_faults, in_record_order, together
from assay.review.assignment import Assignment
from assay.review.candidate_order import presented_order
from assay.review.completeness import gaps, shape_of
from assay.review.exchange import RoleName
from assay.review.form import Form, form_of
from assay.review.handle import JUDGMENT_HANDLE, opaque
from assay.review.presentation import order_of
from assay.review.queue.lease import ANSWERED, Lease, LeaseState, QueueMember, Turn
from assay.review.queue.ports import QueueTransaction
from assay.review.writing import written_record

Records = Callable[[str], Record]
"""Finds a record by its id."""

ReleaseReason = Literal["skip", "welfare", "pause"]


class DeskDocuments(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk works under."""

    contract: Contract
    """The contract in force."""
    rubric: Rubric
    """The rubric in force."""
    rubric_id: str
    """Document id of the rubric in force."""
    policy: PolicyRules | None
    """The policy in force, if there is one."""
    key: bytes
    """The program's secret: handles and orders depend on it."""
    lease_seconds: int
    """How long a reviewer may hold an item without a heartbeat."""
    written_source: str | None
    """Source class of what reviewers write; nothing may be written where absent."""

    def form(self, record: Record) -> Form:
        """What is asked about a record."""
        return form_of(
            record,
            contract=self.contract,
            rubric=self.rubric,
            policy=self.policy,
            may_write=self.written_source is not None,
        )


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer gets for an answer that is on the disk."""

    assignment: str
    """Handle of the assignment."""
    judgment: str
    """Keyed handle of the judgment. Its id would be a digest of what the reviewer may not see."""
    record_digest: str
    """Keyed digest of the record: the same record gives the same one, and it names no record."""
    rubric: str
    """Name and version of the rubric."""
    revision: int
    """How often this assignment was answered, from 1."""
    late: bool
    """Whether the time had run out; the judgment is stored nevertheless."""
    stored_at: str
    """When, as UTC in ISO 8601."""
    replayed: bool = False
    """Whether this answers a retry of what was stored before."""


def give(
    transaction: QueueTransaction,
    in_force: DeskDocuments,
    records: Records,
    *,
    reviewer: str,
    turn: Turn,
    now: str,
) -> tuple[Lease, Assignment]:
    """Give a reviewer the item whose turn it is: a lease, and the assignment with its order.

    Args:
        transaction: the open transaction.
        in_force: what the desk works under.
        records: finds records.
        reviewer: pseudonym.
        turn: the item.
        now: the current time, as UTC in ISO 8601.
    """
    item = turn.item
    n_candidates = len(records(item.record).candidates)
    order = tuple(range(n_candidates))
    if in_force.contract.review.blinded:
        # Orders are balanced within each queue: `turn.shown` counts the items of this queue alone.
        stratum = f"{reviewer}\x1f{item.queue}"
        order = presented_order(in_force.key, stratum, turn.shown, n_candidates)
    assignment = Assignment(
        record=item.record,
        reviewer=reviewer,
        # The open slots are those before this lease is written: so many passes are taken already.
        number=item.need - item.open_slots,
        order=order,
        rubric=in_force.rubric_id,
    )
    lease = Lease(
        item=item.id,
        reviewer=reviewer,
        state=LeaseState.held,
        record=item.record,
        # A sentinel carries the queue among whose work it came, so that nothing tells the two
        # apart.
        queue=item.queue if turn.among is None else turn.among,
        handle=opaque(in_force.key, "asn", assignment.id, str(item.id)),
        assignment=assignment.id,
        until=later(now, in_force.lease_seconds),
    )
    transaction.lease(turn, lease)
    transaction.facts.add([assignment])
    return lease, assignment


def give_senior(
    transaction: QueueTransaction,
    in_force: DeskDocuments,
    *,
    adjudicator: str,
    turn: Turn,
    now: str,
) -> Lease:
    """Give an adjudicator the record whose turn it is. It is a decision, not another pass.

    Args:
        transaction: the open transaction.
        in_force: what the desk works under.
        adjudicator: pseudonym.
        turn: the item.
        now: the current time, as UTC in ISO 8601.
    """
    item = turn.item
    lease = Lease(
        item=item.id,
        reviewer=adjudicator,
        state=LeaseState.held,
        record=item.record,
        queue=item.queue,
        handle=opaque(in_force.key, "asn", item.record, adjudicator, str(item.id)),
        until=later(now, in_force.lease_seconds),
    )
    transaction.lease(turn, lease)
    # No fact comes with it, as an assignment does with a pass, and without one nothing would be logged.
    transaction.mark_action()
    return lease


def renew(transaction: QueueTransaction, lease: Lease, *, now: str, seconds: int) -> Lease:
    """Prolong a lease after a heartbeat; one that ran out is taken back if its slot is free."""
    # Only while its slot is free: somebody else may have taken it since.
    if lease.state == LeaseState.expired and transaction.item(lease.item).open_slots > 0:
        lease = msgspec.structs.replace(lease, state=LeaseState.held)
    if lease.state == LeaseState.held:
        lease = msgspec.structs.replace(lease, until=later(now, seconds))
        transaction.change(lease)
    return lease


def release(transaction: QueueTransaction, lease: Lease, *, counted_at: str | None = None) -> Lease:
    """Give an item back; the reviewer is not asked about it again.

    Args:
        transaction: the open transaction.
        lease: the lease.
        counted_at: the time, where it counts as a skip; None where it does not.
    """
    # Giving back twice, or after the time has run out, changes nothing.
    if lease.state != LeaseState.held:
        return lease
    released = msgspec.structs.replace(lease, state=LeaseState.released, until=counted_at)
    transaction.change(released)
    # The register's rows are working state; that something was given back is kept by the log alone.
    transaction.mark_action()
    return released


def answer(
    transaction: QueueTransaction,
    in_force: DeskDocuments,
    *,
    lease: Lease,
    record: Record,
    assignment: Assignment,
    member: QueueMember,
    reviewer_answer: Answer,
    body_hash: bytes,
    key: str,
    now: str,
    before: Judgment | None,
) -> Receipt:
    """Store an answer: the judgment, what was written, the lease's state and the receipt.

    Args:
        transaction: the open transaction.
        in_force: what the desk works under.
        lease: the lease as it is in this transaction.
        record: its record.
        assignment: its assignment.
        member: the reviewer's standing in the queue.
        reviewer_answer: the answer.
        body_hash: digest of the request's body.
        key: idempotency key.
        now: the current time, as UTC in ISO 8601.
        before: the judgment that this one replaces.

    Raises:
        RefusedAnswerError: for an answer that does not fit or is not complete; it names every fault.
        UsageError: for a key that was used with another body.
    """
    earlier = transaction.earlier_submission(lease.reviewer, key)
    # Before any check: a retry gets its receipt although the first request has changed the lease.
    if earlier is not None:
        return _replay(earlier, body_hash)
    _refuse_faulty(in_force, reviewer_answer, record, assignment)
    judgment = _judgment_of(reviewer_answer, lease, record, assignment, member)
    judgment = judgment.replace(judged_at=now)
    if before is not None:
        judgment = judgment.replace(supersedes=before.id, occasion=before.occasion)
    if reviewer_answer.written:
        written = written_record(
            record,
            reviewer_answer.written,
            author=judgment.reviewer,
            source=str(in_force.written_source),
        )
        transaction.facts.add([written])
        judgment = judgment.replace(wrote=written.id)
    # Settled first: a pass that this lease takes is not taken once more as the judgment enters.
    lease = settle(transaction, lease, judgment.id, at=now)
    transaction.facts.add([judgment])
    receipt = Receipt(
        assignment=str(lease.handle),
        judgment=opaque(in_force.key, JUDGMENT_HANDLE, judgment.id),
        record_digest=opaque(in_force.key, "rcd", lease.record),
        rubric=f"{in_force.rubric.id} {in_force.rubric.version}",
        revision=lease.revision,
        late=lease.late,
        stored_at=now,
    )
    # In the transaction of the judgment: no crash leaves one of the two without the other, so that a
    # retry either finds its receipt or stores the answer for the first time.
    transaction.add_submit(lease.reviewer, key, body_hash, msgspec.json.encode(receipt))
    return receipt


def _refuse_faulty(
    in_force: DeskDocuments, reviewer_answer: Answer, record: Record, assignment: Assignment
) -> None:
    form, order = in_force.form(record), order_of(assignment, len(record.candidates))
    faults = list(answer_faults(reviewer_answer, form, in_force.rubric))
    faults += [gap.error() for gap in gaps(reviewer_answer, form, shape_of(record, order))]
    if faults:
        raise together(faults)


def _judgment_of(
    reviewer_answer: Answer,
    lease: Lease,
    record: Record,
    assignment: Assignment,
    member: QueueMember,
) -> Judgment:
    reviewer = Reviewer(
        pseudonym=lease.reviewer,
        kind="human",
        role=_role(member.role),
        qualification=member.qualification,
    )
    return in_record_order(reviewer_answer, record, assignment, reviewer)


def _replay(earlier: tuple[bytes, bytes], body_hash: bytes) -> Receipt:
    earlier_hash, receipt = earlier
    if earlier_hash != body_hash:
        raise UsageError(
            code="key-reused",
            message="this idempotency key was used with another answer before",
            hint="make a new key for a new answer",
        )
    stored = msgspec.json.decode(receipt, type=Receipt)
    return msgspec.structs.replace(stored, replayed=True)


def settle(
    transaction: QueueTransaction, lease: Lease, judgment: str, *, at: str | None = None
) -> Lease:
    """Write that a lease is answered; one that had lost its slot takes a free one, or none.

    Args:
        transaction: the open transaction.
        lease: the lease.
        judgment: id of the judgment or the adjudication.
        at: the time; absent for a decision, which does not count for the limit on skips.
    """
    state, late = answered_state(lease, lambda: transaction.item(lease.item).open_slots)
    if lease.drafted:
        transaction.drop_draft(str(lease.handle))
    answered = msgspec.structs.replace(
        lease,
        state=state,
        late=late,
        judgment=judgment,
        # A changed answer keeps the time of the first one, and counts once within the hour.
        until=lease.until if at is None or lease.state in ANSWERED else at,
        revision=lease.revision + 1,
        drafted=False,
    )
    transaction.change(answered)
    return answered


def answered_state(lease: Lease, open_slots: Callable[[], int]) -> tuple[LeaseState, bool]:
    """The state of a lease that is answered now, and whether the answer is late (rules 6 and 7).

    Args:
        lease: the lease before the answer.
        open_slots: reads how many passes of its item nobody holds or gave; asked where it is late.
    """
    if lease.state in ANSWERED:
        return lease.state, lease.late
    if lease.state == LeaseState.held:
        return LeaseState.stored, False
    # The slot went back when the time ran out: somebody else may have taken it since.
    return (LeaseState.stored if open_slots() > 0 else LeaseState.surplus), True


def is_decided(lease: Lease) -> bool:
    """Whether the record of an adjudicator's lease is decided, by the adjudicator or another."""
    return lease.judgment is not None or lease.state == LeaseState.released


def refuse_decided(lease: Lease) -> None:
    """Refuse a second decision under one lease, and one on what somebody else has decided.

    Raises:
        UsageError: if the record is decided.
    """
    if lease.judgment is not None:
        raise UsageError(code="already-decided", message="you have decided this record already")
    if is_decided(lease):
        raise UsageError(
            code="decided-elsewhere",
            message="somebody else has decided this record meanwhile",
            hint="take the next one from the list",
        )


def _role(role: str) -> RoleName:
    try:
        return cast("RoleName", msgspec.convert(role, RoleName))
    except msgspec.ValidationError:
        raise UsageError(
            code="role-does-not-judge", message=f"the role {role!r} gives no judgments"
        ) from None
