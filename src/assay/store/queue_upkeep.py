"""The upkeep of the queues in SQL: what waits in them, how many passes it wants, who is barred.

It runs inside the unit of work that adds the facts it follows from; claims are in `store.queue`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from assay.core.batches import batches
from assay.review.queue.lease import UNDER_WAY, Lease, LeaseState, NewItem, Queue, QueueItem
from assay.review.queue.passes import bar_deciders
from assay.store.connection import among
from assay.store.contract_change import ContractChange
from assay.store.passes import COUNTED_WORDS, item_of, lease_row, leases_of, recount
from assay.store.queue_tables import QueueTables
from assay.store.writing import WriteUnit

BATCH = 1000
"""Items that are looked up and inserted at once."""

PRIORITIES = 32_767
"""Greatest priority; the high bits of an item's rank are its distance from it."""


class QueueUpkeep:
    """The queues inside one open unit of work; implements `review.queue.ports.QueueWriting`."""

    def __init__(self, unit: WriteUnit, tables: QueueTables) -> None:
        self._unit = unit
        self._connection = unit.connection
        self._tables = tables

    def contract_change(self, reviews: Sequence[int]) -> ContractChange:
        """Have what waits follow a changed contract.

        Args:
            reviews: numbers of the queues of the review, the new ones included.
        """
        return ContractChange(self._unit, self._tables, reviews)

    def add_queue(self, queue: Queue, handle: str) -> int:
        """The number of a queue; it is made where it is not there."""
        table = self._tables.queues
        existing = self._connection.execute(select(table.c.id).where(table.c.name == queue.name))
        number = existing.scalar()
        if number is not None:
            return int(number)
        number = (self._connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
        body = msgspec.json.encode(queue)
        row = {"id": number, "name": queue.name, "handle": handle, "body": body}
        self._connection.execute(insert(table), row)
        return number

    def enqueue(self, queue: int, items: Sequence[NewItem], *, hot: bool = False) -> int:
        """Have records wait in a queue, in the order given and behind those that wait already.

        Who judged a record or was asked to, by whichever route, takes a pass of a new item.

        Args:
            queue: number of the queue.
            items: the records; one that waits in the queue already is left as it is.
            hot: whether they come before every cursor.

        Returns:
            How many are new.
        """
        table = self._tables.items
        newest = select(func.max(table.c.id))
        number = self._connection.execute(newest).scalar() or 0
        added = 0
        for batch in batches(items, BATCH):
            condition = among(self._connection, table.c.record, [item.record for item in batch])
            queued = set(
                self._connection.execute(
                    select(table.c.record).where(condition, table.c.queue == queue)
                ).scalars()
            )
            new = [item for item in batch if item.record not in queued]
            rows = [
                _item_row(number + place, queue, item, hot=hot)
                for place, item in enumerate(new, start=1)
            ]
            if rows:
                self._connection.execute(insert(table), rows)
                self._bar_all(zip(rows, new, strict=True))
                self._unit.passes.derive([item.record for item in new])
            number += len(rows)
            added += len(rows)
        return added

    def note_filled(self, contract: str, newest: int) -> None:
        """Store up to which record the queues are filled, and that it is under this contract."""
        table = self._tables.fills
        self._connection.execute(delete(table))
        self._connection.execute(insert(table), {"contract": contract, "newest": newest})
        self._unit.acted = True

    def bar(self, record: str, reviewers: Iterable[str]) -> None:
        """Keep reviewers from holding the items of a record; what they hold or gave stays."""
        items, leases = self._tables.items.c, self._tables.leases.c
        items_of_record = self._connection.execute(
            select(items.id, items.queue).where(items.record == record)
        ).all()
        for number, queue in items_of_record:
            involved = set(
                self._connection.execute(
                    select(leases.reviewer).where(leases.item == number)
                ).scalars()
            )
            rows = [
                lease_row(_barred_lease(number, queue, record, reviewer))
                for reviewer in sorted(set(reviewers) - involved)
            ]
            if rows:
                self._connection.execute(insert(self._tables.leases), rows)

    def retire(self, record: str) -> None:
        """Want no pass of a record in any queue; what people hold or gave stays."""
        items = self._tables.items
        self._connection.execute(
            update(items).where(items.c.record == record).values(need=0, settled=1)
        )
        recount(self._connection, self._tables, items.c.record == record)

    def raise_need(self, item: int) -> None:
        """Want one pass more than an item has or wants, claimed before all others.

        What follows from its passes is asked anew once it is given.
        """
        before = self._item(item)
        taken = self._count_taken(item)
        items = self._tables.items
        self._connection.execute(
            update(items)
            .where(items.c.id == item)
            .values(need=max(before.need, taken) + 1, hot=True, settled=0)
        )
        self._recount(item)

    def reopen(self, queue: int, record: str) -> None:
        """Have a record that was decided wait for another decision, where nobody has it.

        Args:
            queue: number of the queue of decisions.
            record: id of the record.
        """
        items, leases = self._tables.items.c, self._tables.leases
        number = self._connection.execute(
            select(items.id).where(items.record == record, items.queue == queue)
        ).scalar()
        if number is None or self._item(number).open_slots > 0:
            return
        of_item = select(leases).where(leases.c.item == number)
        rows = leases_of(self._connection.execute(of_item).mappings())
        if any(row.state in UNDER_WAY for row in rows):
            return
        who = [row.reviewer for row in bar_deciders(rows)]
        self._connection.execute(
            update(leases)
            .where(leases.c.item == number, leases.c.reviewer.in_(who))
            .values(state=int(LeaseState.barred))
        )
        self._recount(number)

    def settle(self, numbers: Sequence[int]) -> None:
        """Mark that what follows from the passes of these items has been done."""
        items = self._tables.items
        for number in numbers:
            self._connection.execute(update(items).where(items.c.id == number).values(settled=1))

    def _bar_all(self, added: Iterable[tuple[Mapping[str, Any], NewItem]]) -> None:
        rows = [
            lease_row(_barred_lease(row["id"], row["queue"], new.record, reviewer))
            for row, new in added
            for reviewer in new.barred
        ]
        if rows:
            self._connection.execute(insert(self._tables.leases), rows)

    def _count_taken(self, item: int) -> int:
        """How many people judged or hold an item."""
        leases = self._tables.leases.c
        counted = select(func.count()).where(leases.item == item, leases.state.in_(COUNTED_WORDS))
        return int(self._connection.execute(counted).scalar_one())

    def _item(self, number: int) -> QueueItem:
        items = self._tables.items
        query = select(items).where(items.c.id == number)
        return item_of(self._connection.execute(query).mappings().one())

    def _recount(self, item: int) -> None:
        recount(self._connection, self._tables, self._tables.items.c.id == item)


def _item_row(number: int, queue: int, new: NewItem, *, hot: bool) -> dict[str, Any]:
    return {
        "id": number,
        "queue": queue,
        "record": new.record,
        # Priority first, then order of entry, in one number: the index on it serves a claim whole.
        "rank": (PRIORITIES - new.priority) << 40 | number,
        "need": new.need,
        "open_slots": new.need,
        "hot": hot,
        "settled": 0,
    }


def _barred_lease(item: int, queue: int, record: str, reviewer: str) -> Lease:
    return Lease(item=item, reviewer=reviewer, state=LeaseState.barred, record=record, queue=queue)
