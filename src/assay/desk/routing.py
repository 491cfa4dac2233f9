"""Routing: what follows from items whose passes are all given, by the contract's rules."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from assay.context import Context
from assay.desk.eligibility import Eligibility
from assay.desk.filling import handle_of, people_at
from assay.quality import service as quality
from assay.quality.disposition import Disposition, State
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


def route(session: Context, desk: SqlQueue, writer: GroupWriter) -> Routed:
    """Conclude from items whose passes are all given: close, ask once more, or adjudicate."""
    rows = {row.id: row for row in desk.queues()}
    concluded = [each for each, row in rows.items() if row.queue.stage in CONCLUDED]
    found = desk.unsettled(concluded, ROUTED)
    _settle_looks(desk, writer, rows, found)
    items = [each for each in found if rows[each.queue].queue.stage == "review"]
    if not items:
        return Routed()
    store = session.store
    records = sorted({each.record for each in items})
    quality.dispose(store, session.facts, actor="desk", records=records)
    disposed = store.scan(Disposition, record=records, contract=session.ids["contract"])
    states = {each.record: each.state for each in disposed}
    counts: Counter[str] = Counter()

    def work(unit: WriteUnit) -> None:
        open_desk = desk.unit(unit)
        disputed = [each for each in records if states[each] == "needs_adjudication"]
        people = people_at(session, disputed)
        for item in items:
            state, barred = states[item.record], sorted(people.get(item.record, ()))
            became = _conclude(session, open_desk, rows, item, state=state, barred=barred)
            counts[became] += 1
        open_desk.acted()

    writer.submit(work, "review.route", actor="desk")
    return Routed(**counts)


def conclude_exams(
    session: Context, desk: SqlQueue, seating: Eligibility, roles: Callable[[str], tuple[str, ...]]
) -> int:
    """Issue the qualifications that exams decided, and seat their holders; how many.

    Args:
        session: the program.
        desk: its queue.
        seating: issues and seats.
        roles: the roles of a person by pseudonym.
    """
    issued = 0
    on = date.fromisoformat(session.clock()[:10])
    for row in desk.queues():
        if row.queue.stage != "exam":
            continue
        sitting = {each.reviewer for each in desk.members() if each.queue == row.id}
        answered = {each.reviewer for each in desk.leases(queue=row.id) if each.state in ANSWERED}
        for reviewer in sorted(sitting & answered):
            if seating.conclude(reviewer, row.queue, on=on):
                seating.seat([(reviewer, roles(reviewer))], by="desk")
                issued += 1
    return issued


def _settle_looks(
    desk: SqlQueue, writer: GroupWriter, rows: dict[int, QueueRow], items: Sequence[QueueItem]
) -> None:
    """Remember second looks that were given: the state of the review is derived again from the register."""
    given = [each.id for each in items if rows[each.queue].queue.stage == "second_look"]
    if not given:
        return

    def work(unit: WriteUnit) -> None:
        open_desk = desk.unit(unit)
        open_desk.queues.settle(given)
        open_desk.acted()

    writer.submit(work, "review.conclude_again", actor="desk")


def _conclude(
    session: Context,
    open_desk: QueueTransaction,
    rows: dict[int, QueueRow],
    item: QueueItem,
    *,
    state: State,
    barred: Sequence[str],
) -> str:
    if state == "needs_second_review":
        open_desk.queues.raise_need(item.id)
        return "second_review"
    open_desk.queues.settle([item.id])
    if state != "needs_adjudication":
        return "closed"
    senior = msgspec.structs.replace(
        rows[item.queue].queue, stage="adjudication", roles=("adjudicator",)
    )
    number = open_desk.queues.add_queue(senior, handle_of(session, senior))
    waiting = NewItem(record=item.record, need=1, barred=tuple(barred))
    open_desk.queues.enqueue(number, [waiting])
    # An earlier decision did not end it: another is wanted, of somebody else.
    open_desk.queues.reopen(number, item.record)
    return "adjudication"
