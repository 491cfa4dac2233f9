"""The desk's queue on both databases, held against a model under every order of events."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event

from assay.core.clock import later
from assay.core.digest import sha256
from assay.core.errors import UsageError
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers, Tie
from assay.review.answer import Answer
from assay.review.assignment import Assignment
from assay.review.handle import JUDGMENT_HANDLE, opaque
from assay.review.queue import leasing
from assay.review.queue.lease import Lease, LeaseState, NewItem, Queue, QueueItem, QueueMember
from assay.review.queue.leasing import DeskDocuments, Receipt
from assay.store.audit import verify
from assay.store.queue import SqlQueue, SqlQueueTransaction
from assay.store.store import Store
from assay.store.tables import SCHEMA
from simulators.small_program import contract, pair, rubric
from stores.facts import ACTOR

PEOPLE = ("ana", "ben", "eva", "ida")
QUEUE = Queue(stage="review", layer="standard", kind="preference", roles=("reviewer",))
SECONDS = 60
START = "2026-01-31T09:30:00Z"

IN_FORCE = DeskDocuments(
    contract=contract(),
    rubric=rubric(reasons_required=False),
    rubric_id="doc_small",
    policy=None,
    key=b"a secret of the tests",
    lease_seconds=SECONDS,
    written_source=None,
)

MOST_OF_A_CLAIM, MOST_OF_AN_ANSWER = 12, 16
"""Statements of a transaction, the lock, the head of the log and the numbers of its rows included."""

ANSWERS = (
    Answer(verdict=Prefers(candidate=0, strength=1)),
    Answer(verdict=Prefers(candidate=1, strength=3)),
    Answer(verdict=Tie()),
)


class Floor:
    """A store with pairs that wait at the desk, and a clock that the test moves."""

    def __init__(self, store: Store, n_items: int, need: int = 2) -> None:
        self.store = store
        self.desk = SqlQueue(store)
        self.now = START
        self.records = [pair(number) for number in range(n_items)]
        self.queue = 0
        with self.store.write("record.import", actor=ACTOR) as writing:
            writing.add(self.records)
        with self.write() as unit:
            self.queue = unit.queues.add_queue(QUEUE, "que_small")
            items = [NewItem(record=each.id, need=need) for each in self.records]
            unit.queues.enqueue(self.queue, items)

    @contextmanager
    def write(self) -> Iterator[SqlQueueTransaction]:
        with self.desk.write("review.test", actor=ACTOR) as unit:
            yield unit

    def record(self, identity: str) -> Record:
        return self.store.get(Record, identity)

    def claim(self, reviewer: str) -> Lease | None:
        with self.write() as unit:
            turn = unit.turn(reviewer, self.queue)
            if turn is None:
                return None
            lease, _ = leasing.give(
                unit, IN_FORCE, self.record, reviewer=reviewer, turn=turn, now=self.now
            )
        return lease

    def answer(self, lease: Lease, given: Answer, key: str) -> Receipt:
        with self.write() as unit:
            current = unit.find(str(lease.handle))
            assert current
            before = self.store.get(Judgment, current.judgment) if current.judgment else None
            return leasing.answer(
                unit,
                IN_FORCE,
                lease=current,
                record=self.record(lease.record),
                assignment=self.store.get(Assignment, str(lease.assignment)),
                member=QueueMember(reviewer=lease.reviewer, queue=self.queue, role="reviewer"),
                reviewer_answer=given,
                body_hash=sha256(repr(given).encode()),
                key=key,
                now=self.now,
                before=before,
            )

    def wait(self, seconds: int) -> None:
        self.now = later(self.now, seconds)

    def expire(self) -> list[Lease]:
        with self.write() as unit:
            return unit.expire(self.now)

    def item(self, record: str) -> QueueItem:
        (item,) = items_of(self.desk, record)
        return item


def items_of(desk: SqlQueue, record: str) -> list[QueueItem]:
    """The items of a record, as a claim reads them: they are numbered from 1."""
    count = sum(each.items for each in desk.pass_counts().values())
    with desk.write("review.test", actor=ACTOR) as unit:
        items = [unit.item(number) for number in range(1, count + 1)]
    return [item for item in items if item.record == record]


class Machine(RuleBasedStateMachine):
    """Reviewers claim, answer, go away and come back in every order, beside a plain model."""

    make: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(type(self).make(), n_items=3)
        self.leases: dict[str, Lease] = {}
        self.states: dict[str, str] = {}
        self.barred: set[tuple[str, str]] = set()
        self.need = {each.id: 2 for each in self.floor.records}
        self.sent: list[tuple[Lease, Answer, str, Receipt]] = []
        self.keys = 0

    def taken(self, record: str) -> int:
        """People who hold a record or judged it."""
        return sum(
            self.leases[handle].record == record and state in {"held", "stored", "surplus"}
            for handle, state in self.states.items()
        )

    def met(self, reviewer: str) -> set[str]:
        """Records that a reviewer had or may not have."""
        had = {each.record for each in self.leases.values() if each.reviewer == reviewer}
        return had | {record for record, who in self.barred if who == reviewer}

    @rule(reviewer=st.sampled_from(PEOPLE))
    def claim(self, reviewer: str) -> None:
        open_to = {
            record
            for record, need in self.need.items()
            if self.taken(record) < need and record not in self.met(reviewer)
        }
        lease = self.floor.claim(reviewer)
        assert (lease is None) == (not open_to)
        if lease:
            assert lease.record in open_to
            self.leases[str(lease.handle)] = lease
            self.states[str(lease.handle)] = "held"

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), given=st.sampled_from(ANSWERS))
    def submit(self, data: st.DataObject, given: Answer) -> None:
        handle = data.draw(st.sampled_from(sorted(self.leases)))
        lease, state = self.leases[handle], self.states[handle]
        self.keys += 1
        key = f"key-{self.keys:06}"
        receipt = self.floor.answer(lease, given, key)
        free = self.taken(lease.record) < self.need[lease.record]
        kept = {"held": "stored", "stored": "stored", "surplus": "surplus"}
        self.states[handle] = kept.get(state, "stored" if free else "surplus")
        revisions = [each for each in self.sent if each[0].handle == handle]
        assert receipt.revision == len(revisions) + 1
        assert not receipt.replayed
        self.sent.append((lease, given, key, receipt))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        lease, given, key, receipt = data.draw(st.sampled_from(self.sent))
        again = self.floor.answer(lease, given, key)
        assert again.replayed
        assert again.judgment == receipt.judgment
        assert again.revision == receipt.revision

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def reuse_a_key(self, data: st.DataObject) -> None:
        lease, given, key, _ = data.draw(st.sampled_from(self.sent))
        other = next(each for each in ANSWERS if each != given)
        with pytest.raises(UsageError) as refused:
            self.floor.answer(lease, other, key)
        assert refused.value.code == "key-reused"

    @rule(seconds=st.sampled_from((1, SECONDS + 1)))
    def wait(self, seconds: int) -> None:
        self.floor.wait(seconds)
        for lease in self.floor.expire():
            assert self.states[str(lease.handle)] == "held"
            self.states[str(lease.handle)] = "expired"

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(sorted(self.leases)))
        with self.floor.write() as unit:
            found = unit.find(handle)
            assert found
            leasing.release(unit, found)
        if self.states[handle] == "held":
            self.states[handle] = "released"

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def sign_of_life(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(sorted(self.leases)))
        lease = self.leases[handle]
        with self.floor.write() as unit:
            found = unit.find(handle)
            assert found
            now = leasing.renew(unit, found, now=self.floor.now, seconds=SECONDS)
        free = self.taken(lease.record) < self.need[lease.record]
        if self.states[handle] == "expired" and free:
            self.states[handle] = "held"
        assert now.state.name == self.states[handle]

    @rule(data=st.data(), reviewer=st.sampled_from(PEOPLE))
    def exclude(self, data: st.DataObject, reviewer: str) -> None:
        record = data.draw(st.sampled_from(sorted(self.need)))
        with self.floor.write() as unit:
            unit.queues.bar(record, [reviewer])
        self.barred.add((record, reviewer))

    @rule(data=st.data())
    def raise_need(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(sorted(self.need)))
        if self.need[record] < len(PEOPLE):
            item = self.floor.item(record)
            with self.floor.write() as unit:
                unit.queues.raise_need(item.id)
            self.need[record] = max(self.need[record], self.taken(record)) + 1

    @invariant()
    def slots_are_what_the_leases_say(self) -> None:
        for record, need in self.need.items():
            item = self.floor.item(record)
            assert item.need == need
            assert item.open_slots == max(0, need - self.taken(record))
            leases = self.floor.desk.leases(queue=self.floor.queue)
            known = {
                each.handle: each.state.name
                for each in leases
                if each.handle and each.record == record
            }
            assert known == {
                handle: self.states[handle]
                for handle, lease in self.leases.items()
                if lease.record == record
            }

    @invariant()
    def every_acknowledged_answer_is_stored_once(self) -> None:
        stored = [
            opaque(IN_FORCE.key, JUDGMENT_HANDLE, each.id)
            for each in self.floor.store.scan(Judgment)
        ]
        told = {receipt.judgment for _, _, _, receipt in self.sent}
        assert len(stored) == len(set(stored))
        assert set(stored) == told

    def teardown(self) -> None:
        assert verify(self.floor.store).ok


@pytest.mark.hypothesis
@pytest.mark.parametrize("place", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_no_slot_is_given_twice_and_no_answer_is_lost(
    place: str, request: pytest.FixtureRequest, tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    """Under any order of claim, expiry, answer, replay, exclusion and raised need."""
    url = str(request.getfixturevalue(f"{place}_url"))

    class Placed(Machine):
        make = staticmethod(empty_stores(url, tmp_path, open_store, request))

    run_state_machine_as_test(
        Placed,
        settings=settings(
            max_examples=settings.default.max_examples // (5 if place == "sqlite" else 15),
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )


def empty_stores(
    url: str, folder: Path, open_store: Callable[[str], Store], request: pytest.FixtureRequest
) -> Callable[[], Store]:
    """Opens an empty store for each run of the machine."""
    runs = iter(range(10_000))

    def make() -> Store:
        (folder / "audit.head").unlink(missing_ok=True)
        if not url.startswith("sqlite"):
            _, connection = request.getfixturevalue("postgres_store")
            connection.exec_driver_sql(f"TRUNCATE {', '.join(SCHEMA.metadata.tables)}")
            return open_store(url)
        template = request.getfixturevalue("sqlite_template")
        file = folder / f"run-{next(runs)}.db"
        file.write_bytes(template.read_bytes())
        return open_store(f"sqlite:///{file}")

    return make


def test_an_answer_after_the_time_ran_out_is_kept(store: Store) -> None:
    """With the slot still free it fills it; with the slot gone it is surplus; both are stored."""
    floor = Floor(store, n_items=1, need=1)
    first = floor.claim("ana")
    assert first
    floor.wait(SECONDS + 1)
    assert [each.reviewer for each in floor.expire()] == ["ana"]
    second = floor.claim("ben")
    assert second
    assert floor.answer(second, ANSWERS[0], "key-ben-1").late is False
    late = floor.answer(first, ANSWERS[1], "key-ana-1")
    assert late.late
    states = {each.reviewer: each.state for each in floor.desk.leases()}
    assert states == {"ana": LeaseState.surplus, "ben": LeaseState.stored}
    assert store.count(Judgment) == 2


def test_a_changed_answer_is_a_revision_that_names_the_one_before(store: Store) -> None:
    """Nothing is written over: the second judgment supersedes the first."""
    floor = Floor(store, n_items=1)
    lease = floor.claim("ana")
    assert lease
    floor.answer(lease, ANSWERS[0], "key-ana-1")
    assert floor.answer(lease, ANSWERS[2], "key-ana-2").revision == 2
    first, second = store.scan(Judgment)
    assert second.supersedes == first.id
    assert isinstance(second.verdict, Tie)


def test_the_order_of_candidates_is_balanced_and_lands_in_the_judgment(store: Store) -> None:
    """Each reviewer sees each candidate first equally often, and choosing A names what was A."""
    floor = Floor(store, n_items=8)
    for number in range(8):
        lease = floor.claim("ana")
        assert lease
        floor.answer(lease, ANSWERS[0], f"key-ana-{number}")
    judgments = list(store.scan(Judgment))
    orders = [each.order for each in judgments]
    assert orders.count((0, 1)) == orders.count((1, 0)) == 4
    for each in judgments:
        assert isinstance(each.verdict, Prefers)
        assert each.order
        assert each.verdict.candidate == each.order[0]


def test_the_next_item_is_found_by_indexes_however_many_wait(store: Store) -> None:
    """The plan of a claim, and of what the sweep asks, reads no table from end to end."""
    floor = Floor(store, n_items=3)
    asked: list[tuple[str, Any]] = []
    engine = store._engine
    # PostgreSQL reads a small table from end to end whatever indexes it has.
    first = [] if engine.dialect.name == "sqlite" else ["SET LOCAL enable_seqscan = off"]
    explain = "EXPLAIN" if first else "EXPLAIN QUERY PLAN"

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    floor.claim("ana")
    floor.expire()
    floor.desk.waiting()
    floor.desk.unsettled([floor.queue], 10)
    event.remove(engine, "before_cursor_execute", note)
    plans = []
    with store.snapshot() as connection:
        for each in first:
            connection.exec_driver_sql(each)
        for statement, parameters in asked:
            if statement.startswith("SELECT") and "desk_" in statement:
                found = connection.exec_driver_sql(f"{explain} {statement}", parameters)
                plans += [" ".join(map(str, row)) for row in found]
    text = "\n".join(plans)
    for index in ("desk_items_hot", "desk_items_open", "desk_items_given", "desk_leases_until"):
        assert f"ix_{index}" in text, text
    assert not re.search(r"S(CAN|eq Scan on) desk_(items|leases)(?! USING)", text), text


def test_a_claim_and_an_answer_take_few_statements(store: Store) -> None:
    """What the desk itself writes is not derived anew from every fact of the record."""
    floor = Floor(store, n_items=4)
    first = floor.claim("ana")
    assert first
    floor.answer(first, ANSWERS[0], "first")
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    lease = floor.claim("ana")
    of_claim = len(statements)
    assert lease
    floor.answer(lease, ANSWERS[0], "second")
    event.remove(store._engine, "before_cursor_execute", note)
    assert of_claim <= MOST_OF_A_CLAIM, "\n".join(statements)
    assert len(statements) - of_claim <= MOST_OF_AN_ANSWER, "\n".join(statements)


def test_what_came_back_is_claimed_first_and_hides_nothing_in_between(store: Store) -> None:
    """A reviewer who is given a returned item far ahead still gets all that lies before it."""
    floor = Floor(store, n_items=4, need=1)
    ana = [floor.claim("ana") for _ in range(4)]
    last = ana[3]
    assert last
    with floor.write() as unit:
        leasing.release(unit, last)
    item = floor.item(floor.records[0].id)
    with floor.write() as unit:
        unit.queues.raise_need(item.id)
    got = {lease.record for _ in range(2) if (lease := floor.claim("ben"))}
    assert got == {last.record, floor.records[0].id}
    assert floor.claim("ben") is None


def test_what_nothing_follows_from_keeps_no_place_in_the_line(store: Store) -> None:
    """Given items of an exam's queue, however many, do not stand before those of the review."""
    floor = Floor(store, n_items=3, need=1)
    exam = Queue(stage="exam", layer="-", kind="preference", roles=("reviewer",))
    with floor.write() as unit:
        other = unit.queues.add_queue(exam, "que_exam")
        given = [NewItem(record=each.id, need=0) for each in floor.records]
        unit.queues.enqueue(other, given)
    lease = floor.claim("ana")
    assert lease
    floor.answer(lease, ANSWERS[0], "key-ana-1")
    assert [each.id for each in floor.desk.unsettled([floor.queue], 1)] == [lease.item]
