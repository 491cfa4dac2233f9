"""Routing: what follows from items whose passes are all given, by the contract's rules."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from assay.context import Context
from assay.desk.eligibility import Eligibility
from assay.desk.filling import handle_of
from assay.quality.disposing import dispose
from assay.quality.disposition import Disposition, State
from assay.review.queue.conclusion import Conclusion, conclusion_of
from assay.review.queue.lease import ANSWERED, NewItem, QueueItem, QueueRow
from assay.review.queue.ports import QueueTransaction
from assay.store.group import GroupWriter
from assay.store.queue import SqlQueue
from assay.store.writing import WriteUnit

CONCLUDED = ("review", "second_look")
"""Stages from whose given passes something follows."""

ROUTED = 200
"""Items that are concluded from at once."""


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """What followed from items whose passes were all given, by what became of them."""

    closed: int = 0
    """Items that ask for nothing more, whatever the state of their record."""
    second_review: int = 0
    """Items that want one more pass."""
    adjudication: int = 0
    """Items that wait for a senior decision now."""


def route(context: Context, queue_store: SqlQueue, writer: GroupWriter) -> Routed:
    """Conclude from items whose passes are all given: close, ask once more, or adjudicate."""
    rows = {row.id: row for row in queue_store.queues()}
    concluded = [number for number, row in rows.items() if row.queue.stage in CONCLUDED]
    unsettled = queue_store.unsettled(concluded, ROUTED)
    _settle_re_reviews(queue_store, writer, rows, unsettled)
    items = [item for item in unsettled if rows[item.queue].queue.stage == "review"]
    if not items:
        return Routed()
    store = context.store
    records = sorted({item.record for item in items})
    # Before the transaction that settles: the rules read every judgment of the records, and nobody who
    # claims or answers waits for that.
    dispose(store, context.facts, actor="desk", records=records)
    disposed = store.scan(Disposition, record=records, contract=context.ids["contract"])
    states = {disposition.record: disposition.state for disposition in disposed}
    counts: Counter[str] = Counter()

    def work(unit: WriteUnit) -> None:
        transaction = queue_store.unit(unit)
        for item in items:
            counts[_conclude(context, transaction, rows, item, states[item.record])] += 1
        transaction.mark_action()

    writer.submit(work, "review.route", actor="desk")
    return Routed(**counts)


def conclude_exams(
    context: Context,
    queue_store: SqlQueue,
    eligibility: Eligibility,
    roles: Callable[[str], tuple[str, ...]],
) -> int:
    """Issue the qualifications that exams decided, and seat their holders; how many.

    Args:
        context: the program.
        queue_store: its queue.
        eligibility: issues and seats.
        roles: the roles of a person by pseudonym.
    """
    issued = 0
    on = date.fromisoformat(context.clock()[:10])
    for row in queue_store.queues():
        if row.queue.stage != "exam":
            continue
        sitting = {member.reviewer for member in queue_store.members() if member.queue == row.id}
        answered = {
            lease.reviewer for lease in queue_store.leases(queue=row.id) if lease.state in ANSWERED
        }
        for reviewer in sorted(sitting & answered):
            if eligibility.conclude(reviewer, row.queue, on=on):
                eligibility.seat([(reviewer, roles(reviewer))], by="desk")
                issued += 1
    return issued


def _settle_re_reviews(
    queue_store: SqlQueue,
    writer: GroupWriter,
    rows: dict[int, QueueRow],
    items: Sequence[QueueItem],
) -> None:
    """Settle re-reviews that were given: the review's own items follow from the register of passes."""
    re_reviews = [item.id for item in items if rows[item.queue].queue.stage == "second_look"]
    if not re_reviews:
        return

    def work(unit: WriteUnit) -> None:
        transaction = queue_store.unit(unit)
        transaction.queues.settle(re_reviews)
        transaction.mark_action()

    writer.submit(work, "review.conclude_again", actor="desk")


def _conclude(
    context: Context,
    transaction: QueueTransaction,
    rows: dict[int, QueueRow],
    item: QueueItem,
    state: State,
) -> Conclusion:
    conclusion = conclusion_of(state)
    if conclusion == "second_review":
        transaction.queues.raise_need(item.id)
        return conclusion
    transaction.queues.settle([item.id])
    if conclusion == "closed":
        return conclusion
    senior = msgspec.structs.replace(
        rows[item.queue].queue, stage="adjudication", roles=("adjudicator",)
    )
    number = transaction.queues.add_queue(senior, handle_of(context, senior))
    # The register of passes bars those who judged the record or were asked to.
    transaction.queues.enqueue(number, [NewItem(record=item.record, need=1)])
    # An earlier decision did not settle it: another person is to decide.
    transaction.queues.reopen(number, item.record)
    return conclusion
