"""The register of passes as review uses it; implements `review.queue.ports.PassRegister`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from assay.review.assignment import Assignment
from assay.review.queue.lease import Lease
from assay.review.queue.passes import PassChange, PassCount, total, within
from assay.store.connection import among
from assay.store.passes import at_desk, leases_of
from assay.store.queue import SqlQueue
from assay.store.store import Store

BATCH = 1000
"""Records whose rows are derived in one transaction."""


class Passes:
    """Who judged or holds a record, at the desk or outside it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._desk = SqlQueue(store)
        self._tables = store.schema.desk

    def needs(self, records: Sequence[str]) -> Mapping[str, int]:
        """Passes that the desk wants of these records; absent for one that waits in no queue."""
        items = self._tables.items.c
        with self._store.snapshot() as connection:
            query = (
                select(items.record, func.max(items.need))
                .where(among(connection, items.record, records))
                .where(items.queue.in_(self._reviews()))
                .group_by(items.record)
            )
            return {record: int(need) for record, need in connection.execute(query)}

    def rows(self, records: Sequence[str]) -> Sequence[Lease]:
        """State of people for these records in the queues of the review."""
        with self._store.snapshot() as connection:
            return self._rows(connection, records)

    def at_desk(self, records: Sequence[str]) -> set[str]:
        """Ids of the assignments that the desk gave on these records."""
        with self._store.snapshot() as connection:
            return at_desk(connection, self._tables, records)

    def hold(
        self,
        assignments: Sequence[Assignment],
        needs: Mapping[str, int],
        *,
        actor: str,
        documents: Mapping[str, str],
    ) -> Sequence[Assignment]:
        """Store assignments in one transaction, and return those that were still free to store."""
        records = sorted({assignment.record for assignment in assignments})
        with self._store.write("review.assign", actor=actor, documents=documents) as unit:
            # Read again under the write lock: since the caller looked, others may have taken passes.
            people = unit.passes.people(records)
            rows = self._rows(unit.connection, records)
            held = within(assignments, needs, people, rows)
            unit.add(held)
        return held

    def count(self) -> PassCount:
        """Passes of all items in the queues of the review."""
        reviews = set(self._reviews())
        return total(count for queue, count in self._desk.pass_counts().items() if queue in reviews)

    def reconcile(self, *, actor: str) -> Sequence[PassChange]:
        """Derive every row and count from the facts again, and return what was changed."""
        changes: list[PassChange] = []
        last = ""
        while records := self._next_records(last):
            with self._store.write("review.reconcile", actor=actor) as unit:
                changed = unit.passes.derive(records)
                unit.passes.conclude_anew(sorted({change.record for change in changed}))
                unit.acted = bool(changed)
            changes += changed
            last = records[-1]
        return changes

    def _rows(self, connection: Connection, records: Sequence[str]) -> list[Lease]:
        items, leases = self._tables.items, self._tables.leases
        query = (
            select(leases)
            .join(items, items.c.id == leases.c.item)
            .where(among(connection, leases.c.record, records))
            .where(items.c.queue.in_(self._reviews()))
        )
        return leases_of(connection.execute(query).mappings())

    def _reviews(self) -> list[int]:
        return [row.id for row in self._desk.queues() if row.queue.stage == "review"]

    def _next_records(self, after: str) -> list[str]:
        items = self._tables.items.c
        query = (
            select(items.record)
            .where(items.record > after)
            .distinct()
            .order_by(items.record)
            .limit(BATCH)
        )
        return [str(row[0]) for row in self._store.ask(query, {})]
