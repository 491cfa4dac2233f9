"""The desk: claim, open, answer, give back. Each step runs in one transaction with its facts.

Comes in: a `QueueTransaction` that is open, and who acts. Always holds: a slot is given once, an
answer is stored once whatever the retries, and work that comes late is kept.
"""

import base64
import hmac
from collections.abc import Callable
from hashlib import sha256
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
from assay.review.assign import presented_order
from assay.review.assignment import Assignment
from assay.review.completeness import gaps, shape_of
from assay.review.exchange import RoleName
from assay.review.form import Form, form_of
from assay.review.presentation import order_of
from assay.review.queue.lease import ANSWERED, Lease, LeaseState, QueueMember, Turn
from assay.review.queue.ports import QueueTransaction
from assay.review.writing import written_record

HANDLE_BYTES = 15
"""Bytes of a handle: 120 bits, 24 characters of base32."""

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
    """Its document id."""
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
    """Whether the time had run out; the judgment is kept all the same."""
    stored_at: str
    """When, as UTC in ISO 8601."""
    replayed: bool = False
    """Whether this answers a retry of what was stored before."""


JUDGMENT_HANDLE, DECISION_HANDLE, GAP_HANDLE, ROUND_HANDLE = "jdh", "dch", "gph", "rdh"
RECORD_HANDLE = "rch"
"""Prefixes of the handles of facts whose ids may not leave.

An id is a digest of the fact's content: whoever knows all of it but the hidden parts could try these
until the digest fits.
"""


def opaque(key: bytes, prefix: str, *parts: str) -> str:
    """An opaque name for use outside: a keyed digest under a prefix."""
    digest = hmac.digest(key, "\x1f".join((prefix, *parts)).encode(), sha256)[:HANDLE_BYTES]
    return f"{prefix}_{base64.b32encode(digest).decode().lower()}"


def give(
    desk: QueueTransaction,
    in_force: DeskDocuments,
    records: Records,
    *,
    reviewer: str,
    turn: Turn,
    now: str,
) -> tuple[Lease, Assignment]:
    """Give a reviewer the item whose turn it is: a lease, and the assignment with its order.

    Args:
        desk: the open transaction.
        in_force: what the desk works under.
        records: finds records.
        reviewer: pseudonym.
        turn: the item.
        now: what time it is.
    """
    item = turn.item
    n_candidates = len(records(item.record).candidates)
    order = tuple(range(n_candidates))
    if in_force.contract.review.blinded:
        stratum = f"{reviewer}\x1f{item.queue}"
        order = presented_order(in_force.key, stratum, turn.shown, n_candidates)
    assignment = Assignment(
        record=item.record,
        reviewer=reviewer,
        number=item.need - item.open_slots,
        order=order,
        rubric=in_force.rubric_id,
    )
    lease = Lease(
        item=item.id,
        reviewer=reviewer,
        state=LeaseState.held,
        record=item.record,
        queue=item.queue if turn.among is None else turn.among,
        handle=opaque(in_force.key, "asn", assignment.id, str(item.id)),
        assignment=assignment.id,
        until=later(now, in_force.lease_seconds),
    )
    desk.lease(turn, lease)
    desk.facts.add([assignment])
    return lease, assignment


def give_senior(
    desk: QueueTransaction, in_force: DeskDocuments, *, adjudicator: str, turn: Turn, now: str
) -> Lease:
    """Give an adjudicator the record whose turn it is. It is a decision, not another pass.

    Args:
        desk: the open transaction.
        in_force: what the desk works under.
        adjudicator: pseudonym.
        turn: the item.
        now: what time it is.
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
    desk.lease(turn, lease)
    desk.acted()
    return lease


def renew(desk: QueueTransaction, lease: Lease, *, now: str, seconds: int) -> Lease:
    """Prolong a lease after a heartbeat; one that ran out is taken back if its slot is free."""
    if lease.state == LeaseState.expired and desk.item(lease.item).open_slots > 0:
        lease = msgspec.structs.replace(lease, state=LeaseState.held)
    if lease.state == LeaseState.held:
        lease = msgspec.structs.replace(lease, until=later(now, seconds))
        desk.change(lease)
    return lease


def release(desk: QueueTransaction, lease: Lease, *, counted_at: str | None = None) -> Lease:
    """Give an item back; the reviewer is not asked about it again.

    Args:
        desk: the open transaction.
        lease: the lease.
        counted_at: the time, where it counts as a skip; None where it does not.
    """
    if lease.state != LeaseState.held:
        return lease
    given = msgspec.structs.replace(lease, state=LeaseState.released, until=counted_at)
    desk.change(given)
    desk.acted()
    return given


def answer(
    desk: QueueTransaction,
    in_force: DeskDocuments,
    *,
    lease: Lease,
    record: Record,
    assignment: Assignment,
    member: QueueMember,
    given: Answer,
    body_hash: bytes,
    key: str,
    now: str,
    before: Judgment | None,
) -> Receipt:
    """Store an answer: the judgment, what was written, the lease's state and the receipt.

    Args:
        desk: the open transaction.
        in_force: what the desk works under.
        lease: the lease as it is in this transaction.
        record: its record.
        assignment: its assignment.
        member: the reviewer's standing in the queue.
        given: the answer.
        body_hash: digest of the request's body.
        key: idempotency key.
        now: what time it is.
        before: the judgment that this one replaces.

    Raises:
        RefusedAnswerError: for an answer that does not fit or is not complete; it names every fault.
        UsageError: for a key that was used with another body.
    """
    earlier = desk.submitted(lease.reviewer, key)
    if earlier is not None:
        return _replayed(earlier, body_hash)
    form, order = in_force.form(record), order_of(assignment, len(record.candidates))
    faults = list(answer_faults(given, form, in_force.rubric))
    faults += [gap.error() for gap in gaps(given, form, shape_of(record, order))]
    if faults:
        raise together(faults)
    reviewer = Reviewer(
        pseudonym=lease.reviewer,
        kind="human",
        role=_role(member.role),
        qualification=member.qualification,
    )
    judgment = in_record_order(given, record, assignment, reviewer).replace(judged_at=now)
    if before is not None:
        judgment = judgment.replace(supersedes=before.id, occasion=before.occasion)
    if given.written:
        written = written_record(
            record, given.written, author=judgment.reviewer, source=str(in_force.written_source)
        )
        desk.facts.add([written])
        judgment = judgment.replace(wrote=written.id)
    # Settled first: a pass that this lease takes is not taken once more as the judgment enters.
    lease = settle(desk, lease, judgment.id, at=now)
    desk.facts.add([judgment])
    receipt = Receipt(
        assignment=str(lease.handle),
        judgment=opaque(in_force.key, JUDGMENT_HANDLE, judgment.id),
        record_digest=opaque(in_force.key, "rcd", lease.record),
        rubric=f"{in_force.rubric.id} {in_force.rubric.version}",
        revision=lease.revision,
        late=lease.late,
        stored_at=now,
    )
    desk.add_submit(lease.reviewer, key, body_hash, msgspec.json.encode(receipt))
    return receipt


def _replayed(earlier: tuple[bytes, bytes], body_hash: bytes) -> Receipt:
    known, receipt = earlier
    if known != body_hash:
        raise UsageError(
            code="key-reused",
            message="this idempotency key was used with another answer before",
            hint="make a new key for a new answer",
        )
    stored = msgspec.json.decode(receipt, type=Receipt)
    return msgspec.structs.replace(stored, replayed=True)


def settle(desk: QueueTransaction, lease: Lease, judgment: str, *, at: str | None = None) -> Lease:
    """Write that a lease is answered; one that had lost its slot takes a free one, or none.

    Args:
        desk: the open transaction.
        lease: the lease.
        judgment: id of the judgment or the adjudication.
        at: the time; absent where it is a decision, which is no work of the queue's hour.
    """
    if lease.state in ANSWERED:
        state, late = lease.state, lease.late
    elif lease.state == LeaseState.held:
        state, late = LeaseState.stored, False
    elif desk.item(lease.item).open_slots > 0:
        state, late = LeaseState.stored, True
    else:
        state, late = LeaseState.surplus, True
    if lease.drafted:
        desk.drop_draft(str(lease.handle))
    answered = msgspec.structs.replace(
        lease,
        state=state,
        late=late,
        judgment=judgment,
        until=lease.until if at is None or lease.state in ANSWERED else at,
        revision=lease.revision + 1,
        drafted=False,
    )
    desk.change(answered)
    return answered


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
