"""The desk's queue in SQL: claim, lease, expire, answer, under the store's one write lock.

Open passes are never counted up or down: `store.passes.recount` derives them from the register's
rows whenever one changes. A claim runs inside the transaction that adds its assignment, so two
reviewers can never be given one slot. Partial indexes and a cursor for each reviewer keep it a few
index look-ups, however many items there are and however far a reviewer is ahead.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from assay.records.record import Record
from assay.review.queue.lease import (
    ANSWERED,
    UNDER_WAY,
    Lease,
    LeaseState,
    Queue,
    QueueItem,
    QueueMember,
    QueueRow,
    Turn,
)
from assay.review.queue.passes import PassCount, pass_count
from assay.review.queue.skipping import Ended
from assay.review.welfare import Exposure
from assay.store.connection import among
from assay.store.passes import item_of, lease_row, leases_of, pass_statements
from assay.store.queue_tables import QueueTables
from assay.store.queue_upkeep import QueueUpkeep
from assay.store.store import Store
from assay.store.writing import WriteUnit

# Words of the statement, not parameters: with a parameter the planner cannot know that the
# condition of a partial index holds, and reads every item instead.
ZERO = literal_column("0", Integer)
HELD = literal_column(str(int(LeaseState.held)), Integer)

_CHANGING = ("state", "until", "judgment", "revision", "late", "drafted")

SWEPT = 500
"""Leases that one sweep lets run out at most, so that nobody waits long for it."""


class Statements:
    """The statements of the hot path, built once."""

    def __init__(self, tables: QueueTables) -> None:
        self.tables = tables
        items, leases, cursors = tables.items.c, tables.leases.c, tables.cursors.c
        reviewer: BindParameter[str] = bindparam("reviewer")
        queue: BindParameter[int] = bindparam("queue")
        self.turn = _turn(tables, reviewer, queue)
        self.cursor = select(cursors.position, cursors.shown).where(
            cursors.reviewer == reviewer, cursors.queue == queue
        )
        self.add_cursor = insert(tables.cursors)
        self.move_cursor = (
            update(tables.cursors)
            .where(cursors.reviewer == bindparam("of"), cursors.queue == bindparam("in_queue"))
            .values(position=bindparam("position"), shown=bindparam("shown"))
        )
        self.add_lease = insert(tables.leases)
        self.lease = select(tables.leases).where(leases.handle == bindparam("handle"))
        self.item = select(tables.items).where(items.id == bindparam("item"))
        self.held = (
            select(tables.leases)
            .where(leases.reviewer == reviewer, leases.state == int(LeaseState.held))
            .order_by(leases.until, leases.item)
        )
        self.ended = (
            select(leases.state, func.count())
            .where(
                leases.reviewer == reviewer,
                leases.state.in_([int(state) for state in (*ANSWERED, LeaseState.released)]),
                leases.until >= bindparam("since"),
                leases.handle.is_not(None),
            )
            .group_by(leases.state)
        )
        self.change_lease = (
            update(tables.leases)
            .where(leases.handle == bindparam("of"))
            .values(
                state=bindparam("state"),
                until=bindparam("until"),
                judgment=bindparam("judgment"),
                revision=bindparam("revision"),
                late=bindparam("late"),
                drafted=bindparam("drafted"),
            )
        )
        self.submitted = select(tables.submits.c.body_hash, tables.submits.c.receipt).where(
            tables.submits.c.reviewer == reviewer, tables.submits.c.key == bindparam("key")
        )
        self.add_submit = insert(tables.submits)
        self.drop_draft = delete(tables.drafts).where(tables.drafts.c.handle == bindparam("of"))
        self.draft = select(tables.drafts.c.revision, tables.drafts.c.body).where(
            tables.drafts.c.handle == bindparam("handle")
        )


def _turn(
    tables: QueueTables, reviewer: BindParameter[str], queue: BindParameter[int]
) -> Select[Any]:
    """The next item of a queue for a reviewer, and how far the reviewer is, in one statement."""
    items, leases, cursors = tables.items.c, tables.leases.c, tables.cursors.c
    mine = (cursors.reviewer == reviewer, cursors.queue == queue)
    position = select(cursors.position).where(*mine).scalar_subquery()
    shown = select(cursors.shown).where(*mine).scalar_subquery()
    already_involved = exists().where(leases.item == items.id, leases.reviewer == reviewer)
    open_items = (
        select(tables.items, position.label("position"), shown.label("shown"))
        .where(items.queue == queue, items.open_slots > ZERO, ~already_involved)
        .order_by(items.rank)
        .limit(1)
    )
    hot = open_items.where(literal_column(f"{tables.items.name}.hot")).subquery("hot")
    cold = open_items.where(items.rank > func.coalesce(position, -1)).subquery("cold")
    # Both databases give the first branch first, and stop there: the reader takes one row.
    return select(union_all(select(hot), select(cold)).subquery("turn")).limit(1)


class SqlQueueTransaction:
    """The queue inside one open unit of work; implements `review.queue.ports.QueueTransaction`."""

    def __init__(self, unit: WriteUnit, statements: Statements) -> None:
        self.facts = unit
        """Where the facts of the same transaction go."""
        self._connection = unit.connection
        self._do = statements
        self._tables = statements.tables
        self._passes = pass_statements(statements.tables)
        self.queues = QueueUpkeep(unit, statements.tables)
        """The queues themselves, and what waits in them."""

    def mark_action(self) -> None:
        """Have the audit log name this unit though it adds no fact."""
        self.facts.acted = True

    def held_leases(self, reviewer: str) -> list[Lease]:
        """The leases that a reviewer holds, the one that runs out first at the front."""
        return leases_of(self._connection.execute(self._do.held, {"reviewer": reviewer}).mappings())

    def recent_endings(self, reviewer: str, since: str) -> Ended:
        """What a reviewer answered and skipped since a moment."""
        parameters = {"reviewer": reviewer, "since": since}
        counts = {
            LeaseState(row[0]): int(row[1])
            for row in self._connection.execute(self._do.ended, parameters)
        }
        return Ended(
            answers=sum(counts.get(state, 0) for state in ANSWERED),
            skips=counts.get(LeaseState.released, 0),
        )

    def turn(self, reviewer: str, queue: int) -> Turn | None:
        """The next item of a queue that a reviewer may be given; None where there is none.

        Items whose slot came back are tried first, then those behind the reviewer's cursor.
        """
        who = {"reviewer": reviewer, "queue": queue}
        row = self._connection.execute(self._do.turn, who).mappings().first()
        if row is None:
            return None
        return Turn(item=item_of(row), shown=row["shown"] or 0, position=row["position"])

    def turn_on(self, record: str, reviewer: str, among: int) -> Turn | None:
        """A reviewer's turn on one sentinel, wherever it is, among the work of a queue."""
        items, queues = self._tables.items, self._tables.queues.c
        query = (
            select(items)
            .join(self._tables.queues, queues.id == items.c.queue)
            .where(items.c.record == record, items.c.open_slots > 0)
            .where(queues.name.like("sentinel/%"))
        )
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        where = {"reviewer": reviewer, "queue": row["queue"]}
        cursor = self._connection.execute(self._do.cursor, where).first()
        shown, position = (cursor.shown, cursor.position) if cursor else (0, None)
        return Turn(item=item_of(row), shown=shown, position=position, among=among)

    def records_of(self, reviewer: str) -> list[str]:
        """The records of which a reviewer ever held an item, or may hold none."""
        leases = self._tables.leases.c
        mine = select(leases.record).where(leases.reviewer == reviewer)
        return list(self._connection.execute(mine).scalars())

    def exposure_counts(self, records: Sequence[str]) -> dict[str, int]:
        """How many people were shown each record at the desk; absent where nobody was."""
        leases = self._tables.leases.c
        shown = (
            select(leases.record, func.count())
            .where(among(self._connection, leases.record, records), leases.handle.is_not(None))
            .group_by(leases.record)
        )
        return {record: int(count) for record, count in self._connection.execute(shown)}

    def lease(self, turn: Turn, lease: Lease) -> None:
        """Give an item to a reviewer: a pass of it is held and the reviewer's cursor moves on.

        An item whose slot came back leaves the cursor where it is: what lies between was not
        offered yet.
        """
        self._connection.execute(self._do.add_lease, lease_row(lease))
        self._recount(turn.item.id)
        shown = turn.shown + 1
        if turn.position is None:
            row = {"reviewer": lease.reviewer, "queue": turn.item.queue, "shown": shown}
            # An item whose slot came back is taken out of turn: the walk itself has not begun, and the
            # first rank is 0.
            row["position"] = -1 if turn.item.hot else turn.item.rank
            self._connection.execute(self._do.add_cursor, row)
            return
        moved = {"of": lease.reviewer, "in_queue": turn.item.queue, "shown": shown}
        moved["position"] = turn.position if turn.item.hot else turn.item.rank
        self._connection.execute(self._do.move_cursor, moved)

    def find(self, handle: str) -> Lease | None:
        """The lease with this handle."""
        return _one_lease(self._connection, self._do, handle)

    def item(self, number: int) -> QueueItem:
        """The item with this number."""
        return item_of(self._connection.execute(self._do.item, {"item": number}).mappings().one())

    def change(self, lease: Lease) -> None:
        """Write the present state of a lease, and count the passes of its item again."""
        row = lease_row(lease)
        changed = {name: row[name] for name in _CHANGING}
        self._connection.execute(self._do.change_lease, {"of": lease.handle, **changed})
        self._recount(lease.item)

    def earlier_submission(self, reviewer: str, key: str) -> tuple[bytes, bytes] | None:
        """Digest of the body and receipt of an earlier answer with the same key."""
        row = self._connection.execute(self._do.submitted, {"reviewer": reviewer, "key": key})
        earlier = row.first()
        return (bytes(earlier.body_hash), bytes(earlier.receipt)) if earlier else None

    def add_submit(self, reviewer: str, key: str, body_hash: bytes, receipt: bytes) -> None:
        """Store an answer's receipt under its key."""
        row = {"reviewer": reviewer, "key": key, "body_hash": body_hash, "receipt": receipt}
        self._connection.execute(self._do.add_submit, row)

    def drop_draft(self, handle: str) -> None:
        """Delete the draft of an answered lease."""
        self._connection.execute(self._do.drop_draft, {"of": handle})

    def save_draft(self, handle: str, revision: int, body: bytes) -> None:
        """Keep a draft in the place of an earlier one."""
        self.drop_draft(handle)
        row = {"handle": handle, "revision": revision, "body": body}
        self._connection.execute(insert(self._tables.drafts), row)

    def draft(self, handle: str) -> tuple[int, bytes] | None:
        """Revision and body of a draft."""
        return _draft(self._connection, self._do, handle)

    def expire(self, now: str) -> list[Lease]:
        """Let leases run out whose time is over; their slots go back."""
        leases = self._tables.leases
        # So many at once and no more: the transaction holds the store's one write lock, and what is left
        # runs out at the next sweep.
        over = (
            select(leases)
            .where(leases.c.state == HELD, leases.c.until < now)
            .order_by(leases.c.until)
            .limit(SWEPT)
        )
        expired = leases_of(self._connection.execute(over).mappings())
        for lease in expired:
            self.change(msgspec.structs.replace(lease, state=LeaseState.expired))
        return expired

    def _recount(self, item: int) -> None:
        self._connection.execute(self._passes.recount, {"of": item})

    def set_member(self, member: QueueMember) -> None:
        """Let a reviewer claim from a queue, in the place of what held before."""
        table = self._tables.members
        self._connection.execute(
            delete(table).where(table.c.reviewer == member.reviewer, table.c.queue == member.queue)
        )
        self._connection.execute(insert(table), msgspec.structs.asdict(member))

    def drop_members(self, reviewer: str) -> None:
        """Let a reviewer claim from no queue."""
        table = self._tables.members
        self._connection.execute(delete(table).where(table.c.reviewer == reviewer))

    def expose(
        self, reviewer: str, categories: Sequence[str], started: str, milliseconds: int
    ) -> None:
        """Count time that a reviewer spent with content of these harm categories."""
        table = self._tables.exposures
        number = (self._connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
        row = {
            "id": number,
            "reviewer": reviewer,
            "category": " ".join(categories),
            "started": started,
            "milliseconds": milliseconds,
        }
        self._connection.execute(insert(table), row)


class SqlQueue:
    """The queue as it is read, and the way to open a transaction on it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables = store.schema.desk
        self.statements = Statements(store.schema.desk)
        """The prepared statements, for units of work."""

    @contextmanager
    def write(
        self, action: str, *, actor: str, subject: str = "", documents: Mapping[str, str] = {}
    ) -> Iterator[SqlQueueTransaction]:
        """Open a transaction on the queue; as `Store.write`."""
        with self._store.write(action, actor=actor, subject=subject, documents=documents) as unit:
            yield self.unit(unit)

    def unit(self, unit: WriteUnit) -> SqlQueueTransaction:
        """The queue inside an open unit of work."""
        return SqlQueueTransaction(unit, self.statements)

    def find(self, handle: str) -> Lease | None:
        """The lease with this handle."""
        with self._store.snapshot() as connection:
            return _one_lease(connection, self.statements, handle)

    def draft(self, handle: str) -> tuple[int, bytes] | None:
        """Revision and body of a draft."""
        with self._store.snapshot() as connection:
            return _draft(connection, self.statements, handle)

    def newest_record(self) -> int:
        """Sequence number of the newest record; 0 while there is none."""
        newest = select(func.max(self._store.schema.of_class(Record).table.c.seq))
        return int(self._store.ask(newest, {})[0][0] or 0)

    def filled_to(self, contract: str) -> int:
        """Sequence number of the record up to which queues are filled under a contract, or 0.

        It is 0 too where they were filled under another contract since.
        """
        table = self._tables.fills.c
        rows = self._store.ask(select(table.contract, table.newest), {})
        filled = {str(name): int(newest) for name, newest in rows}
        return filled[contract] if set(filled) == {contract} else 0

    def queues(self) -> list[QueueRow]:
        """All queues in the order in which they were made."""
        table = self._tables.queues
        with self._store.snapshot() as connection:
            rows = connection.execute(select(table).order_by(table.c.id)).mappings()
            return [
                QueueRow(
                    id=row["id"],
                    handle=row["handle"],
                    queue=msgspec.json.decode(row["body"], type=Queue),
                )
                for row in rows
            ]

    def members(self, reviewer: str | None = None) -> list[QueueMember]:
        """Who may claim from which queue."""
        table = self._tables.members
        query = select(table).order_by(table.c.queue, table.c.reviewer)
        if reviewer is not None:
            query = query.where(table.c.reviewer == reviewer)
        with self._store.snapshot() as connection:
            return [QueueMember(**row) for row in connection.execute(query).mappings()]

    def waiting(self) -> dict[int, int]:
        """By queue: items with an open slot. A partial index answers it."""
        items = self._tables.items.c
        counted = (
            select(items.queue, func.count()).where(items.open_slots > ZERO).group_by(items.queue)
        )
        with self._store.snapshot() as connection:
            return {queue: int(count) for queue, count in connection.execute(counted)}

    def pass_counts(self) -> dict[int, PassCount]:
        """By queue: passes wanted, open, held and given. It reads every item."""
        items, leases = self._tables.items.c, self._tables.leases.c
        query = select(
            items.queue, func.count(), func.sum(items.need), func.sum(items.open_slots)
        ).group_by(items.queue)
        # By the queue of the item: a sentinel's lease names the queue among whose work it came.
        people = (
            select(items.queue, leases.state, func.count())
            .join(self._tables.items, items.id == leases.item)
            .group_by(items.queue, leases.state)
        )
        with self._store.snapshot() as connection:
            by_state: dict[int, dict[LeaseState, int]] = {}
            for queue, state, count in connection.execute(people):
                by_state.setdefault(int(queue), {})[LeaseState(state)] = int(count)
            return {
                queue: pass_count(int(count), int(need), int(free), by_state.get(queue, {}))
                for queue, count, need, free in connection.execute(query)
            }

    def leases(self, *, reviewer: str | None = None, queue: int | None = None) -> list[Lease]:
        """Leases of a reviewer or in a queue, in the order of their items."""
        table = self._tables.leases
        query = select(table).order_by(table.c.item, table.c.reviewer)
        if reviewer is not None:
            query = query.where(table.c.reviewer == reviewer)
        if queue is not None:
            query = query.where(table.c.queue == queue)
        with self._store.snapshot() as connection:
            return leases_of(connection.execute(query).mappings())

    def unsettled(self, queues: Sequence[int], most: int) -> list[QueueItem]:
        """Items of these queues whose passes are all given and from which nothing was concluded."""
        items, leases = self._tables.items, self._tables.leases.c
        held = [int(state) for state in UNDER_WAY]
        under_way = exists().where(leases.item == items.c.id, leases.state.in_(held))
        query = (
            select(items)
            .where(items.c.open_slots <= ZERO, items.c.settled == ZERO, ~under_way)
            .where(items.c.queue.in_(queues))
            .order_by(items.c.id)
            .limit(most)
        )
        with self._store.snapshot() as connection:
            return [item_of(row) for row in connection.execute(query).mappings()]

    def exposures(self, reviewer: str, since: str) -> list[Exposure]:
        """What a reviewer saw of restricted content since a moment."""
        table = self._tables.exposures.c
        query = (
            select(table.category, table.started, table.milliseconds)
            .where(table.reviewer == reviewer, table.started >= since)
            .order_by(table.id)
        )
        with self._store.snapshot() as connection:
            return [
                Exposure(categories=tuple(row[0].split()), started=row[1], milliseconds=row[2])
                for row in connection.execute(query)
            ]


def _one_lease(connection: Connection, do: Statements, handle: str) -> Lease | None:
    rows = leases_of(connection.execute(do.lease, {"handle": handle}).mappings())
    return rows[0] if rows else None


def _draft(connection: Connection, do: Statements, handle: str) -> tuple[int, bytes] | None:
    row = connection.execute(do.draft, {"handle": handle}).first()
    return (int(row.revision), bytes(row.body)) if row else None
