"""Filling: every record waits in its queue, in an order whose every prefix is balanced."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from assay.context import Context
from assay.core.batches import batches
from assay.governance.exit_rights import ExitRights, HeldBack
from assay.records.record import Record
from assay.review.handle import opaque
from assay.review.queue.lease import NewItem, Queue
from assay.review.queue.queueing import (
    WaitingRecord,
    balanced_order,
    narrow_to_readers,
    new_item,
    queue_of,
    stratum_of,
)
from assay.store.queue import SqlQueue

BATCH = 500
"""Records whose rights are looked up at once."""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What filling the queues did: `records` is the sum of the others and of those held back."""

    records: int = 0
    """Records read; none where all were read before."""
    queued: int = 0
    """Records that wait in a queue now and did not before."""
    already_there: int = 0
    """Records that were in a queue before."""
    no_pass: int = 0
    """Records whose layer wants no pass, or that no layer fits."""
    held_back: HeldBack = HeldBack()
    """Records that no role of their layer may read today."""


def fill(context: Context, queue_store: SqlQueue) -> Filled:
    """Put every record that does not wait yet into its queue; each prefix is balanced.

    Nothing is read where no record came since the last time under the same contract. Under
    another one, what waits moves to the queue that this contract names.
    """
    contract, key = context.documents.contract, context.keys.desk
    # Read first: what is stored from here on has a higher number, and the next call reads it.
    newest, in_force = queue_store.newest_record(), filled_under(context)
    filled_to = queue_store.filled_to(in_force)
    if newest == filled_to:
        return Filled()
    # Queues without a mark under these documents were filled under others.
    changed = not filled_to and bool(_reviews(queue_store))
    groups: dict[Queue, list[WaitingRecord]] = defaultdict(list)
    new: dict[str, NewItem] = {}
    no_pass: list[str] = []
    held: list[str] = []
    counts: Counter[str] = Counter()
    rights = context.exit_rights()
    for identity, record in _records(context, rights):
        counts["records"] += 1
        queue = queue_of(record, contract)
        item = new_item(record, identity, contract)
        if queue is None or item is None:
            no_pass.append(identity)
            continue
        readers = rights.readers(identity, record, queue.roles)
        if not readers:
            held.append(identity)
            continue
        waiting_in = groups[narrow_to_readers(queue, readers)]
        waiting_in.append(WaitingRecord(id=identity, stratum=stratum_of(record, contract)))
        new[identity] = item
    axes = tuple(contract.sampling.axes)
    for queue, waiting in groups.items():
        ordered = balanced_order(waiting, contract.sampling.quotas, axes, key)
        items = [new[identity] for identity in ordered]
        counts["queued"] += _enqueue(context, queue_store, queue, items, changed=changed)
    # Last, so that a call that was cut off is repeated whole; what it queued is left as it is.
    with queue_store.write("review.fill", actor=context.actor, documents=context.ids) as unit:
        if changed:
            unit.queues.contract_change(_reviews(queue_store)).retire([*no_pass, *held])
        unit.queues.note_filled(in_force, newest)
    return Filled(
        records=counts["records"],
        queued=counts["queued"],
        already_there=len(new) - counts["queued"],
        no_pass=len(no_pass),
        held_back=rights.held_back,
    )


def filled_under(context: Context) -> str:
    """The documents that decide who may be given what, by id: the contract and the sources."""
    return f"{context.ids['contract']} {context.ids['sources']}"


def _records(context: Context, rights: ExitRights) -> Iterator[tuple[str, Record]]:
    for batch in batches(context.store.scan(Record), BATCH):
        records = {record.id: record for record in batch}
        # One query a batch for all ancestors, not one a record.
        rights.learn(records)
        yield from records.items()


def handle_of(context: Context, queue: Queue) -> str:
    """A queue's keyed handle: its name would tell the kind and language of its records."""
    return opaque(context.keys.desk, "que", queue.name)


def _enqueue(
    context: Context,
    queue_store: SqlQueue,
    queue: Queue,
    items: Sequence[NewItem],
    *,
    changed: bool,
) -> int:
    with queue_store.write("review.enqueue", actor=context.actor, subject=queue.name) as unit:
        number = unit.queues.add_queue(queue, handle_of(context, queue))
        if changed:
            unit.queues.contract_change([*_reviews(queue_store), number]).follow(number, items)
            unit.mark_action()
        added = unit.queues.enqueue(number, items)
        if added:
            unit.mark_action()
    return added


def _reviews(queue_store: SqlQueue) -> list[int]:
    """Numbers of the queues of the review."""
    return [row.id for row in queue_store.queues() if row.queue.stage == "review"]
