"""The register of passes in SQL: facts and the desk's items are kept in step in one transaction.

The rules are in `review.queue.passes`; this module only reads and writes rows. Where no item of
the desk exists, an import pays one look-up for each batch of facts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Update,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    select,
    update,
)

from assay.core.fact import Fact
from assay.records.judgment import Judgment
from assay.review.adjudication import Adjudication
from assay.review.assignment import Assignment, AssignmentWithdrawal
from assay.review.queue.lease import COUNTED, Lease, LeaseState, Queue, QueueItem
from assay.review.queue.passes import (
    OwnPass,
    PassChange,
    People,
    changed_rows,
    involvements,
    is_given,
    is_registered,
    open_passes,
)
from assay.store.connection import among
from assay.store.queue_tables import QueueTables
from assay.store.tables import Schema

F = TypeVar("F", bound=Fact)

NOTED = (Judgment, Assignment, Adjudication, AssignmentWithdrawal)
"""Families of facts by which somebody judges or holds a record."""

COUNTED_WORDS = [literal_column(str(int(state)), Integer) for state in COUNTED]
"""States that take a pass, as words of a statement."""


class PassStatements:
    """The statements that every claim and every answer runs, built once."""

    def __init__(self, tables: QueueTables) -> None:
        items, leases = tables.items.c, tables.leases.c
        record: BindParameter[str] = bindparam("record")
        who: BindParameter[str] = bindparam("who")
        self.any_item = select(items.id).limit(1)
        self.own_passes = (
            select(items.settled, leases.state, leases.judgment)
            .select_from(tables.items)
            .outerjoin(tables.leases, (leases.item == items.id) & (leases.reviewer == who))
            .where(items.record == record)
        )
        self.at_desk = select(leases.assignment).where(
            leases.record == record, leases.assignment.is_not(None)
        )
        self.recount = _recounted(tables).where(items.id == bindparam("of"))


@lru_cache(maxsize=8)
def pass_statements(tables: QueueTables) -> PassStatements:
    """The statements on these tables; a process has one set of tables, a test run a few."""
    return PassStatements(tables)


class PassKeeper:
    """The register inside one open transaction."""

    def __init__(self, connection: Connection, schema: Schema) -> None:
        self._connection = connection
        self._schema = schema
        self._tables: QueueTables = schema.desk
        self._do = pass_statements(schema.desk)
        self._queues: dict[int, Queue] = {}

    def note_facts(self, facts: Sequence[Fact]) -> None:
        """Update the desk's items after new facts.

        Args:
            facts: facts that are new to the store and have been added in this transaction.
        """
        noted = [fact for fact in facts if isinstance(fact, NOTED)]
        # At the desk facts enter one at a time, and it has written their row before.
        if not noted or (len(noted) == 1 and self._is_registered(noted[0])):
            return
        if not self._has_items():
            return
        assigned = sorted({fact.record for fact in noted if isinstance(fact, Assignment)})
        # A lease of the desk writes its row itself; deriving it again would cost every claim.
        own = at_desk(self._connection, self._tables, assigned) if assigned else set()
        records = {
            fact.record for fact in noted if not (isinstance(fact, Assignment) and fact.id in own)
        }
        if not records:
            return
        self.derive(sorted(records))
        judged = {fact.record for fact in noted if isinstance(fact, Judgment | Adjudication)}
        self.conclude_anew(sorted(judged))

    def derive(self, records: Sequence[str]) -> list[PassChange]:
        """Derive the items of these records from the facts, and return what was changed.

        Args:
            records: ids of the records.
        """
        items = self._items(records)
        if not items:
            return []
        rows = self._rows(records)
        people = self.people(sorted({item.record for item, _ in items}))
        changes: list[PassChange] = []
        added: list[Lease] = []
        moved: list[Lease] = []
        for item, queue in items:
            before = rows.get(item.id, {})
            written = changed_rows(item, queue, before, people.get(item.record, {}))
            added += [row for row in written if row.reviewer not in before]
            moved += [row for row in written if row.reviewer in before]
            changes += _changes(item, queue, before, written)
        self._write(added, moved)
        if changes:
            records = sorted({change.record for change in changes})
            table = self._tables.items
            recount(
                self._connection, self._tables, among(self._connection, table.c.record, records)
            )
        return changes

    def conclude_anew(self, records: Sequence[str]) -> None:
        """Mark these records for a new conclusion, as their answers have changed.

        While somebody still owes a re-review, nothing follows yet.

        Args:
            records: ids of the records.
        """
        items = self._items(records)
        rows = self._rows(records)
        waiting = {
            item.record
            for item, queue in items
            if queue.stage == "second_look" and not is_given(item, rows.get(item.id, {}).values())
        }
        reviews = sorted({item.queue for item, queue in items if queue.stage == "review"})
        again = sorted({item.record for item, _ in items} - waiting)
        if reviews and again:
            table = self._tables.items
            self._connection.execute(
                update(table)
                .where(among(self._connection, table.c.record, again))
                .where(table.c.queue.in_(reviews), table.c.settled != 0)
                .values(settled=0)
            )

    def _is_registered(self, fact: Fact) -> bool:
        if isinstance(fact, Assignment):
            given = self._connection.execute(self._do.at_desk, {"record": fact.record})
            return fact.id in set(given.scalars())
        if not isinstance(fact, Judgment):
            return False
        own = {"record": fact.record, "who": fact.reviewer.pseudonym}
        passes = [
            OwnPass(
                settled=bool(settled),
                state=None if state is None else LeaseState(state),
                judgment=judgment,
            )
            for settled, state, judgment in self._connection.execute(self._do.own_passes, own)
        ]
        return is_registered(fact, passes)

    def _has_items(self) -> bool:
        return self._connection.execute(self._do.any_item).first() is not None

    def _items(self, records: Sequence[str]) -> list[tuple[QueueItem, Queue]]:
        items = self._tables.items
        query = (
            select(items)
            .where(among(self._connection, items.c.record, records))
            .order_by(items.c.id)
        )
        items_found = [item_of(row) for row in self._connection.execute(query).mappings()]
        self._read_queues({item.queue for item in items_found} - set(self._queues))
        return [(item, self._queues[item.queue]) for item in items_found]

    def _read_queues(self, unknown: Iterable[int]) -> None:
        queues = self._tables.queues.c
        numbers = sorted(unknown)
        if not numbers:
            return
        query = select(queues.id, queues.body).where(queues.id.in_(numbers))
        for number, body in self._connection.execute(query):
            self._queues[int(number)] = msgspec.json.decode(body, type=Queue)

    def _rows(self, records: Sequence[str]) -> Mapping[int, Mapping[str, Lease]]:
        leases = self._tables.leases
        query = select(leases).where(among(self._connection, leases.c.record, records))
        by_item: dict[int, dict[str, Lease]] = defaultdict(dict)
        for lease in leases_of(self._connection.execute(query).mappings()):
            by_item[lease.item][lease.reviewer] = lease
        return by_item

    def people(self, records: Sequence[str]) -> Mapping[str, People]:
        """Record id -> who judged or holds it, by the facts that this transaction sees.

        Args:
            records: ids of the records.
        """
        return involvements(
            self._facts(Judgment, records),
            self._facts(Assignment, records),
            self._facts(Adjudication, records),
            self._facts(AssignmentWithdrawal, records),
            at_desk=at_desk(self._connection, self._tables, records),
        )

    def _facts(self, family: type[F], records: Sequence[str]) -> list[F]:
        family_table = self._schema.of_class(family)
        columns = family_table.table.c
        query = (
            select(columns.body)
            .where(among(self._connection, columns.record, records))
            .order_by(columns.seq)
        )
        bodies = self._connection.execute(query).scalars()
        return [cast("F", family_table.decoder.decode(body)) for body in bodies]

    def _write(self, added: Sequence[Lease], moved: Sequence[Lease]) -> None:
        table = self._tables.leases
        if added:
            self._connection.execute(insert(table), [lease_row(lease) for lease in added])
        if moved:
            # By item and person, and not by handle: passes outside the desk have none.
            change = (
                update(table)
                .where(table.c.item == bindparam("of"), table.c.reviewer == bindparam("who"))
                .values(state=bindparam("now"), judgment=bindparam("by"))
            )
            self._connection.execute(
                change,
                [
                    {
                        "of": lease.item,
                        "who": lease.reviewer,
                        "now": int(lease.state),
                        "by": lease.judgment,
                    }
                    for lease in moved
                ],
            )


def recount(connection: Connection, tables: QueueTables, which: ColumnElement[bool]) -> None:
    """Derive the open passes of items from the register's rows.

    An item of which a pass came back is claimed before all others.

    Args:
        connection: the open transaction.
        tables: the desk's tables.
        which: the items, as a condition on their table.
    """
    connection.execute(_recounted(tables).where(which))


def _recounted(tables: QueueTables) -> Update:
    table, leases = tables.items, tables.leases.c
    counted = (
        select(func.count())
        .where(leases.item == table.c.id, leases.state.in_(COUNTED_WORDS))
        .scalar_subquery()
    )
    # More people than needed may have judged, by an import for instance: open passes stop at 0.
    free = case((table.c.need > counted, table.c.need - counted), else_=0)
    hot = case((free > table.c.open_slots, True), else_=table.c.hot)
    return update(table).values(open_slots=free, hot=hot)


def at_desk(connection: Connection, tables: QueueTables, records: Sequence[str]) -> set[str]:
    """Ids of the assignments that the desk gave on these records.

    Args:
        connection: a connection.
        tables: the desk's tables.
        records: ids of the records.
    """
    leases = tables.leases.c
    query = select(leases.assignment).where(
        among(connection, leases.record, records), leases.assignment.is_not(None)
    )
    return set(connection.execute(query).scalars())


def item_of(row: RowMapping) -> QueueItem:
    """A row of the items' table as an item."""
    return QueueItem(**{name: row[name] for name in QueueItem.__struct_fields__})


def leases_of(rows: Iterable[RowMapping]) -> list[Lease]:
    """Rows of the register's table as leases."""
    return [Lease(**{**dict(row), "state": LeaseState(row["state"])}) for row in rows]


def lease_row(lease: Lease) -> dict[str, Any]:
    """A row of the register as its table holds it."""
    return {**msgspec.structs.asdict(lease), "state": int(lease.state)}


def _changes(
    item: QueueItem, queue: Queue, before: Mapping[str, Lease], written: Sequence[Lease]
) -> list[PassChange]:
    """What rows are written, and the item's count where it is wrong with the rows as they are."""
    changes = [
        PassChange(
            item=item.id,
            record=item.record,
            stage=queue.stage,
            reviewer=row.reviewer,
            before=before[row.reviewer].state.name if row.reviewer in before else None,
            after=row.state.name,
        )
        for row in written
    ]
    now = {**before, **{row.reviewer: row for row in written}}
    free = open_passes(item.need, now.values())
    if free != item.open_slots:
        changes.append(
            PassChange(
                item=item.id,
                record=item.record,
                stage=queue.stage,
                reviewer=None,
                before=str(item.open_slots),
                after=str(free),
            )
        )
    return changes
