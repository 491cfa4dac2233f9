"""The desk's queue as leads see it: counts over all reviewers, read without a lock."""

from collections.abc import Sequence

from sqlalchemy import func, select

from assay.review.queue.lease import Lease, LeaseState
from assay.review.welfare import Exposure
from assay.store.queue import HELD
from assay.store.store import Store

Progress = dict[tuple[LeaseState, bool], int]
"""Leases by state and whether the answer came late."""


class QueueOverview:
    """Reads what is under way, over all queues and reviewers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables = store.schema.desk

    def progress(self) -> dict[int, Progress]:
        """By the queue of the item: leases by state and whether the answer came late."""
        items, leases = self._tables.items, self._tables.leases.c
        counted = (
            select(items.c.queue, leases.state, leases.late, func.count())
            .join(items, items.c.id == leases.item)
            .group_by(items.c.queue, leases.state, leases.late)
        )
        by_queue: dict[int, Progress] = {}
        with self._store.snapshot() as connection:
            for queue, state, late, count in connection.execute(counted):
                by_queue.setdefault(int(queue), {})[LeaseState(state), bool(late)] = int(count)
        return by_queue

    def held(self) -> list[Lease]:
        """The leases that anybody holds now, the one that runs out first at the front."""
        table = self._tables.leases
        query = (
            select(table)
            .where(table.c.state == HELD)
            .order_by(table.c.until, table.c.item, table.c.reviewer)
        )
        with self._store.snapshot() as connection:
            rows = connection.execute(query).mappings()
            return [Lease(**{**dict(row), "state": LeaseState(row["state"])}) for row in rows]

    def records_of(
        self, queue: int, states: Sequence[LeaseState] = (), *, late: bool = False
    ) -> set[str]:
        """Ids of the records of a queue.

        Args:
            queue: number of the queue.
            states: only records with a lease in one of these states; all where empty.
            late: only those of them whose answer came late.
        """
        items, leases = self._tables.items.c, self._tables.leases.c
        query = select(items.record).where(items.queue == queue)
        if states:
            state_numbers = [int(state) for state in states]
            query = (
                select(leases.record)
                .join(self._tables.items, items.id == leases.item)
                .where(items.queue == queue, leases.state.in_(state_numbers))
            )
            if late:
                query = query.where(leases.late)
        with self._store.snapshot() as connection:
            return set(connection.execute(query).scalars())

    def open_records(self, queue: int) -> set[str]:
        """Ids of the records of a queue with a pass that nobody holds or gave."""
        items = self._tables.items.c
        query = select(items.record).where(items.queue == queue, items.open_slots > 0)
        with self._store.snapshot() as connection:
            return set(connection.execute(query).scalars())

    def exposures(self, since: str, until: str) -> list[tuple[str, Exposure]]:
        """Reviewers, and what they saw of restricted content in a period.

        For sums over groups alone: no page shows what one person saw.

        Args:
            since: the first moment, as UTC in ISO 8601.
            until: the first moment that no longer counts.
        """
        table = self._tables.exposures.c
        query = (
            select(table.reviewer, table.category, table.started, table.milliseconds)
            .where(table.started >= since, table.started < until)
            .order_by(table.id)
        )
        with self._store.snapshot() as connection:
            return [
                (
                    row[0],
                    Exposure(categories=tuple(row[1].split()), started=row[2], milliseconds=row[3]),
                )
                for row in connection.execute(query)
            ]
