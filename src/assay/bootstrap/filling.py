"""Filling: every record waits in its queue, in an order whose every prefix is balanced."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from assay.bootstrap.session import Session
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication
from assay.review.assignment import Assignment
from assay.review.desk import opaque
from assay.review.lease import NewItem, Queue
from assay.review.queueing import Waiting, balanced, new_item, queue_of, stratum_of
from assay.store.desk import Desk


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What filling the queues did: `records` is the sum of the others."""

    records: int = 0
    """Records read; none where all were read before."""
    queued: int = 0
    """Records that wait in a queue now and did not before."""
    already_there: int = 0
    """Records that were in a queue before."""
    no_pass: int = 0
    """Records whose layer wants no pass, or that no layer fits."""


def fill(session: Session, desk: Desk) -> Filled:
    """Have every record wait in its queue that does not yet; each prefix is balanced.

    Nothing is read where no record came since the last time under the same contract. Under
    another one, what waits moves to the queue that this contract names.
    """
    contract, key = session.documents.contract, session.secret
    newest, in_force = desk.newest_record(), session.ids["contract"]
    filled_to = desk.filled_to(in_force)
    if newest == filled_to:
        return Filled()
    changed = not filled_to and bool(_reviews(desk))
    groups: dict[Queue, list[Waiting]] = defaultdict(list)
    new: dict[str, NewItem] = {}
    no_pass: list[str] = []
    counts: Counter[str] = Counter()
    for record in session.store.scan(Record):
        identity = record.id
        counts["records"] += 1
        queue = queue_of(record, contract)
        item = new_item(record, identity, contract)
        if queue is None or item is None:
            no_pass.append(identity)
            continue
        groups[queue].append(Waiting(id=identity, stratum=stratum_of(record, contract)))
        new[identity] = item
    axes = tuple(contract.sampling.axes)
    for queue, waiting in groups.items():
        ordered = balanced(waiting, contract.sampling.quotas, axes, key)
        items = [new[each] for each in ordered]
        counts["queued"] += _enqueue(session, desk, queue, items, changed=changed)
    with desk.write("review.fill", actor=session.actor, documents=session.ids) as unit:
        if changed:
            unit.queues.contract_change(_reviews(desk)).retire(no_pass)
        unit.queues.note_filled(in_force, newest)
    return Filled(
        records=counts["records"],
        queued=counts["queued"],
        already_there=counts["records"] - len(no_pass) - counts["queued"],
        no_pass=len(no_pass),
    )


def handle_of(session: Session, queue: Queue) -> str:
    """A queue's opaque name for use outside."""
    return opaque(session.secret, "que", queue.name)


def people_at(session: Session, records: Sequence[str]) -> Mapping[str, set[str]]:
    """Record id -> pseudonyms of the people who were asked to judge it, judged or adjudicated it."""
    store = session.store
    people: dict[str, set[str]] = {record: set() for record in records}
    for assignment in store.scan(Assignment, record=records):
        people[assignment.record].add(assignment.reviewer)
    for judgment in store.scan(Judgment, record=records):
        if judgment.reviewer.kind != "model":
            people[judgment.record].add(judgment.reviewer.pseudonym)
    for adjudication in store.scan(Adjudication, record=records):
        people[adjudication.record].add(adjudication.adjudicator)
    return people


def _enqueue(
    session: Session, desk: Desk, queue: Queue, items: Sequence[NewItem], *, changed: bool
) -> int:
    with desk.write("review.enqueue", actor=session.actor, subject=queue.name) as unit:
        number = unit.queues.add_queue(queue, handle_of(session, queue))
        if changed:
            unit.queues.contract_change([*_reviews(desk), number]).follow(number, items)
            unit.acted()
        added = unit.queues.enqueue(number, items)
        if added:
            unit.acted()
    return added


def _reviews(desk: Desk) -> list[int]:
    """Numbers of the queues of the review."""
    return [row.id for row in desk.queues() if row.queue.stage == "review"]
