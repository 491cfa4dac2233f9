"""A changed contract in the queue: a record waits once, where the contract in force has it wait.

Without it a record whose layer changes would wait in its old queue and in its new one, and be
judged twice as often as either contract asks.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from assay.review.queue.lease import NewItem
from assay.store.connection import among
from assay.store.passes import recount
from assay.store.queue_tables import QueueTables
from assay.store.writing import WriteUnit


class ContractChange:
    """Queued records follow the contract, inside one open unit of work."""

    def __init__(self, unit: WriteUnit, tables: QueueTables, reviews: Sequence[int]) -> None:
        """Begin.

        Args:
            unit: the open unit of work.
            tables: the desk's tables.
            reviews: numbers of the queues of the review, the new ones included.
        """
        self._connection = unit.connection
        self._tables = tables
        self._reviews = list(reviews)

    def follow(self, queue: int, items: Sequence[NewItem]) -> None:
        """Have records that wait already wait in this queue, with the passes wanted now.

        The rows of their people go along. What follows from their passes is asked again.

        Args:
            queue: number of the queue.
            items: the records as the contract in force has them wait.
        """
        table = self._tables.items
        need = {item.record: item.need for item in items}
        places: dict[str, dict[int, int]] = defaultdict(dict)
        for number, record, place in self._items(list(need)):
            places[record][place] = number
        staying: list[dict[str, int]] = []
        moved: list[int] = []
        left: list[int] = []
        for record, by_queue in places.items():
            # Older versions let a record wait in several queues: it stays in one.
            place = queue if queue in by_queue else min(by_queue)
            number = by_queue.pop(place)
            staying.append({"of": number, "wanted": need[record]})
            moved += [] if place == queue else [number]
            left += by_queue.values()
        if not staying:
            return
        self._connection.execute(
            update(table)
            .where(table.c.id == bindparam("of"))
            .values(queue=queue, need=bindparam("wanted"), settled=0),
            staying,
        )
        self._retire(left)
        self._take_along(queue, moved)
        recount(self._connection, self._tables, among(self._connection, table.c.record, list(need)))

    def retire(self, records: Sequence[str]) -> None:
        """Want no pass of records that the contract in force asks none of.

        Args:
            records: ids of the records.
        """
        numbers = [number for number, _, _ in self._items(records)]
        self._retire(numbers)
        if numbers:
            which = among(self._connection, self._tables.items.c.record, records)
            recount(self._connection, self._tables, which)

    def _items(self, records: Sequence[str]) -> list[tuple[int, str, int]]:
        """Number, record and queue of the items of the review."""
        items = self._tables.items.c
        query = (
            select(items.id, items.record, items.queue)
            .where(among(self._connection, items.record, records))
            .where(items.queue.in_(self._reviews))
            .order_by(items.id)
        )
        return [(int(row[0]), str(row[1]), int(row[2])) for row in self._connection.execute(query)]

    def _retire(self, numbers: Sequence[int]) -> None:
        table = self._tables.items
        if numbers:
            self._connection.execute(
                update(table).where(table.c.id == bindparam("of")).values(need=0, settled=1),
                [{"of": number} for number in numbers],
            )

    def _take_along(self, queue: int, moved: Sequence[int]) -> None:
        """Move the leases of moved items, and reset the cursors of the queue that they moved to."""
        if not moved:
            return
        # Moved items keep their rank, which may be behind the cursor of a reviewer who is further.
        leases, cursors = self._tables.leases, self._tables.cursors
        self._connection.execute(
            update(leases).where(leases.c.item == bindparam("of")).values(queue=queue),
            [{"of": number} for number in moved],
        )
        self._connection.execute(
            update(cursors).where(cursors.c.queue == queue).values(position=-1)
        )
