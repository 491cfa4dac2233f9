"""One register of passes on both databases, held against a model under every order of events."""

from collections import defaultdict
from collections.abc import Callable
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
from assay.records.ports import Row
from assay.records.record import Record
from assay.records.verdict import NotAsked, Tie
from assay.review import service
from assay.review.adjudication import Adjudication, Preserved
from assay.review.answer import Answer
from assay.review.assign import Assignee as Judge
from assay.review.assignment import Assignment
from assay.review.handle import JUDGMENT_HANDLE, opaque
from assay.review.queue import leasing, pass_service
from assay.review.queue.lease import Lease, LeaseState, NewItem, Queue, QueueMember
from assay.review.queue.passes import PassChange
from assay.store.audit import verify
from assay.store.pass_register import Passes
from assay.store.queue import SqlQueue
from assay.store.store import Store
from builders import judgment_by
from simulators.open_rights import open_rights
from simulators.small_program import facts, pair
from stores.facts import ACTOR
from stores.test_desk import IN_FORCE, SECONDS, START, empty_stores, items_of

PEOPLE = ("ana", "ben", "eva", "ida")
SENIORS = ("sam", "sue")
NEED = 2
REVIEW = Queue(stage="review", layer="standard", kind="preference", roles=("reviewer",))
SENIOR = Queue(stage="adjudication", layer="standard", kind="preference", roles=("adjudicator",))
DOCUMENTS = facts()
JUDGES = [Judge(pseudonym=each, role="reviewer") for each in PEOPLE]


class Floor:
    """A store with three pairs that wait nowhere yet, and every route by which one is judged."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.desk = SqlQueue(store)
        self.register = Passes(store)
        self.now = START
        self.records = [pair(number) for number in range(3)]
        self.ids = [each.id for each in self.records]
        with store.write("record.import", actor=ACTOR) as unit:
            unit.add(self.records)
        with self.desk.write("review.test", actor=ACTOR) as unit:
            self.review = unit.queues.add_queue(REVIEW, "que_review")
            self.senior = unit.queues.add_queue(SENIOR, "que_senior")
            unit.mark_action()

    def queue(self, queue: int, record: str, need: int) -> None:
        with self.desk.write("review.test", actor=ACTOR) as unit:
            unit.queues.enqueue(queue, [NewItem(record=record, need=need)])
            unit.mark_action()

    def claim(self, reviewer: str) -> Lease | None:
        with self.desk.write("review.test", actor=ACTOR) as unit:
            turn = unit.turn(reviewer, self.review)
            if turn is None:
                return None
            lease, _ = leasing.give(
                unit, IN_FORCE, self.record, reviewer=reviewer, turn=turn, now=self.now
            )
        return lease

    def take(self, adjudicator: str) -> Lease | None:
        with self.desk.write("review.test", actor=ACTOR) as unit:
            turn = unit.turn(adjudicator, self.senior)
            if turn is None:
                return None
            return leasing.give_senior(
                unit, IN_FORCE, adjudicator=adjudicator, turn=turn, now=self.now
            )

    def answer(self, handle: str, key: str, given: Answer) -> str:
        with self.desk.write("review.test", actor=ACTOR) as unit:
            lease = unit.find(handle)
            assert lease
            before = self.store.get(Judgment, lease.judgment) if lease.judgment else None
            receipt = leasing.answer(
                unit,
                IN_FORCE,
                lease=lease,
                record=self.record(lease.record),
                assignment=self.store.get(Assignment, str(lease.assignment)),
                member=QueueMember(reviewer=lease.reviewer, queue=self.review, role="reviewer"),
                reviewer_answer=given,
                body_hash=sha256(key.encode()),
                key=key,
                now=self.now,
                before=before,
            )
        # Read to the end: a scan that is left half read keeps its cursor open on PostgreSQL.
        (stored,) = (
            each.id
            for each in self.store.scan(Judgment)
            if opaque(IN_FORCE.key, JUDGMENT_HANDLE, each.id) == receipt.judgment
        )
        return stored

    def decide(self, handle: str, decision: Adjudication) -> None:
        with self.desk.write("review.test", actor=ACTOR) as unit:
            lease = unit.find(handle)
            assert lease
            leasing.refuse_decided(lease)
            leasing.settle(unit, lease, decision.id)
            unit.facts.add([decision])

    def add(self, fact: Judgment | Adjudication) -> None:
        """By an import or a command: the desk is not asked."""
        with self.store.write("test.import", actor=ACTOR) as unit:
            unit.add([fact])

    def assign(self) -> None:
        pass_service.assign(
            self.store,
            self.register,
            DOCUMENTS,
            JUDGES,
            rights=open_rights("own"),
            key=b"key",
            actor=ACTOR,
        )

    def work(self, reviewer: str | None = None) -> list[tuple[Assignment, Record]]:
        return list(
            pass_service.waiting_work(
                self.store, self.register, DOCUMENTS, rights=open_rights("own"), reviewer=reviewer
            )
        )

    def answer_file(self, assignment: str, note: str) -> None:
        values = {"assignment": assignment, "verdict": "tie", "reason.clarity": note}
        taken = service.import_judgments(
            self.store, DOCUMENTS, [Row(number=1, values=values)], actor=ACTOR
        )
        assert not taken.set_aside

    def record(self, identity: str) -> Record:
        return self.store.get(Record, identity)

    def reconcile(self) -> list[PassChange]:
        return list(self.register.reconcile(actor=ACTOR))


def opinion(
    record: str, person: str, number: int, *, says: bool, of: str | None = None
) -> Judgment:
    return judgment_by(
        person, record, Tie() if says else NotAsked(), occasion=number, supersedes=of
    )


def decision(record: str, by: str, number: int) -> Adjudication:
    return Adjudication(
        record=record,
        judgments=(),
        decision=Preserved(),
        cause="expertise",
        adjudicator=by,
        note=str(number),
    )


Met = tuple[str, str]
"""A record and a person."""


class Machine(RuleBasedStateMachine):
    """People judge at the desk, in files and by import, and seniors decide, in every order."""

    make: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(type(self).make())
        self.number = 0
        self.queued: dict[str, int] = {}
        self.sent_up: set[str] = set()
        self.says: dict[Met, dict[str, bool]] = defaultdict(dict)
        self.held: set[Met] = set()
        self.handed_out: set[Met] = set()
        self.met: set[Met] = set()
        self.handles: dict[str, Lease] = {}
        self.decided: set[Met] = set()
        self.spent: set[Met] = set()
        self.taken: set[Met] = set()
        self.seniors: dict[str, Lease] = {}

    def next(self) -> int:
        self.number += 1
        return self.number

    def judged(self, met: Met) -> bool:
        return any(self.says[met].values())

    def passes(self, record: str) -> set[str]:
        """Distinct people who judged or hold a record."""
        holds = self.held | self.handed_out
        return {
            person
            for person in (*PEOPLE, *SENIORS)
            if self.judged((record, person)) or (record, person) in holds
        }

    def note(self, met: Met, judgment: str, *, says: bool, of: str | None = None) -> None:
        if of is not None:
            self.says[met].pop(of, None)
        self.says[met][judgment] = says
        self.met.add(met)
        if self.judged(met):
            self.held.discard(met)
            self.taken.discard(met)

    @rule(record=st.integers(0, 2))
    def fill(self, record: int) -> None:
        identity = self.floor.ids[record]
        self.floor.queue(self.floor.review, identity, NEED)
        self.queued.setdefault(identity, NEED)

    @rule(person=st.sampled_from(PEOPLE))
    def claim(self, person: str) -> None:
        lease = self.floor.claim(person)
        open_to = {
            record
            for record, need in self.queued.items()
            if len(self.passes(record)) < need and not self._knows(record, person)
        }
        assert (lease.record if lease else None) in (open_to or {None})
        if lease:
            self.handles[str(lease.handle)] = lease
            self.held.add((lease.record, person))
            self.met.add((lease.record, person))

    def _knows(self, record: str, person: str) -> bool:
        """Whether a person met a record, and so gives no pass on it at the desk."""
        return (record, person) in self.met | self.decided | self.spent

    @precondition(lambda self: self.handles)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(sorted(self.handles)))
        lease = self.handles[handle]
        current = self.floor.desk.find(handle)
        assert current
        number = self.next()
        judgment = self.floor.answer(
            handle, f"key-{number:06}", Answer(verdict=Tie(), active_ms=number)
        )
        self.note((lease.record, lease.reviewer), judgment, says=True, of=current.judgment)
        self.held.discard((lease.record, lease.reviewer))

    @precondition(lambda self: self.handles)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(sorted(self.handles)))
        with self.floor.desk.write("review.test", actor=ACTOR) as unit:
            lease = unit.find(handle)
            assert lease
            leasing.release(unit, lease)
        self.held.discard((lease.record, lease.reviewer))

    @precondition(lambda self: self.handles)
    @rule(data=st.data())
    def heartbeat(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(sorted(self.handles)))
        with self.floor.desk.write("review.test", actor=ACTOR) as unit:
            lease = unit.find(handle)
            assert lease
            now = leasing.renew(unit, lease, now=self.floor.now, seconds=SECONDS)
        if now.state == LeaseState.held:
            self.held.add((lease.record, lease.reviewer))

    @rule(seconds=st.sampled_from((1, SECONDS + 1)))
    def wait(self, seconds: int) -> None:
        self.floor.now = later(self.floor.now, seconds)
        with self.floor.desk.write("review.test", actor=ACTOR) as unit:
            for lease in unit.expire(self.floor.now):
                self.held.discard((lease.record, lease.reviewer))
                self.taken.discard((lease.record, lease.reviewer))

    @rule(
        record=st.integers(0, 2),
        person=st.sampled_from((*PEOPLE, "sam")),
        says=st.booleans(),
        replaces=st.booleans(),
    )
    def bring_in(self, record: int, person: str, says: bool, replaces: bool) -> None:
        met = (self.floor.ids[record], person)
        of = next(reversed(self.says[met]), None) if replaces else None
        given = opinion(met[0], person, self.next(), says=says, of=of)
        self.floor.add(given)
        self.note(met, given.id, says=says, of=of)

    @rule()
    def assign(self) -> None:
        before = {each.id for each, _ in self.floor.work()}
        open_before = {
            each: max(0, self.queued.get(each, NEED) - len(self.passes(each)))
            for each in self.floor.ids
        }
        self.floor.assign()
        asked = [each for each, _ in self.floor.work() if each.id not in before]
        for assignment in asked:
            met = (assignment.record, assignment.reviewer)
            assert met not in self.met | self.decided | self.spent
            open_before[assignment.record] -= 1
            assert open_before[assignment.record] >= 0
            self.handed_out.add(met)
            self.met.add(met)

    @precondition(lambda self: self.handed_out)
    @rule(data=st.data())
    def answer_file(self, data: st.DataObject) -> None:
        work = self.floor.work()
        if not work:
            return
        assignment, _ = data.draw(st.sampled_from(work))
        met = (assignment.record, assignment.reviewer)
        before = {each.id for each in self.floor.store.scan(Judgment, record=met[0])}
        self.floor.answer_file(assignment.id, f"note {self.next()}")
        (new,) = [
            each for each in self.floor.store.scan(Judgment, record=met[0]) if each.id not in before
        ]
        self.note(met, new.id, says=True, of=new.supersedes)

    @rule(person=st.sampled_from(PEOPLE))
    def withdraw(self, person: str) -> None:
        ended = {(each.record, each.reviewer) for each, _ in self.floor.work(person)}
        pass_service.withdraw(
            self.floor.store, self.floor.register, DOCUMENTS, actor=ACTOR, reviewer=person
        )
        self.handed_out -= ended

    @rule(record=st.integers(0, 2))
    def send_up(self, record: int) -> None:
        """The record waits for a senior decision, and for another one where it had one."""
        identity = self.floor.ids[record]
        holds = {person for each, person in self.taken if each == identity}
        with self.floor.desk.write("review.test", actor=ACTOR) as unit:
            unit.queues.enqueue(self.floor.senior, [NewItem(record=identity, need=1)])
            unit.queues.reopen(self.floor.senior, identity)
            unit.mark_action()
        self.sent_up.add(identity)
        if not holds:
            again = {each for each in self.decided if each[0] == identity}
            self.spent |= again
            self.decided -= again

    @rule(senior=st.sampled_from(SENIORS))
    def take(self, senior: str) -> None:
        lease = self.floor.take(senior)
        if lease is None:
            return
        met = (lease.record, senior)
        # No page hands out a record that is decided, or that the senior judged or decided.
        assert not {each for each in self.decided if each[0] == lease.record}
        assert not self.judged(met)
        assert met not in self.spent
        self.seniors[str(lease.handle)] = lease
        self.taken.add(met)

    @precondition(lambda self: self.seniors)
    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        handle = data.draw(st.sampled_from(sorted(self.seniors)))
        lease = self.seniors[handle]
        met = (lease.record, lease.reviewer)
        current = self.floor.desk.find(handle)
        assert current
        if leasing.is_decided(current):
            with pytest.raises(UsageError):
                self.floor.decide(handle, decision(*met, self.next()))
            return
        self.floor.decide(handle, decision(*met, self.next()))
        self._note_decision(met)

    @rule(record=st.integers(0, 2), senior=st.sampled_from(SENIORS))
    def command(self, record: int, senior: str) -> None:
        met = (self.floor.ids[record], senior)
        self.floor.add(decision(*met, self.next()))
        self._note_decision(met)

    def _note_decision(self, met: Met) -> None:
        self.decided.add(met)
        self.spent.discard(met)
        if met[0] in self.sent_up:
            self.taken = {each for each in self.taken if each[0] != met[0]}

    @rule()
    def reconcile(self) -> None:
        """A store that was kept in step needs no repair."""
        assert self.floor.reconcile() == []

    @invariant()
    def open_passes_are_those_that_nobody_judged_or_holds(self) -> None:
        for record, need in self.queued.items():
            (item,) = [
                each
                for each in items_of(self.floor.desk, record)
                if each.queue == self.floor.review
            ]
            assert item.need == need
            assert item.open_slots == max(0, need - len(self.passes(record)))

    @invariant()
    def a_decision_closes_the_record(self) -> None:
        for record in self.sent_up:
            (item,) = [
                each
                for each in items_of(self.floor.desk, record)
                if each.queue == self.floor.senior
            ]
            people = {person for each, person in self.decided | self.taken if each == record}
            assert item.open_slots == max(0, 1 - len(people))

    @invariant()
    def one_count_is_read_everywhere(self) -> None:
        count = self.floor.register.count()
        assert count.items == len(self.queued)
        taken = count.held + count.handed_out + count.stored + count.judged
        assert count.wanted + count.beyond == count.open + taken
        assert taken == sum(len(self.passes(record)) for record in self.queued)
        open_items = {
            record for record, need in self.queued.items() if len(self.passes(record)) < need
        }
        assert self.floor.desk.waiting().get(self.floor.review, 0) == len(open_items)

    def teardown(self) -> None:
        assert verify(self.floor.store).ok


@pytest.mark.long
@pytest.mark.parametrize("place", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_open_passes_are_what_is_wanted_less_those_who_judged_or_hold(
    place: str, request: pytest.FixtureRequest, tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    """Under any order of fills, claims, answers by every route, withdrawals and decisions."""
    url = str(request.getfixturevalue(f"{place}_url"))

    class Placed(Machine):
        make = staticmethod(empty_stores(url, tmp_path, open_store, request))

    run_state_machine_as_test(
        Placed,
        settings=settings(
            max_examples=settings.default.max_examples * 3 // (10 if place == "sqlite" else 36),
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_an_import_asks_the_register_once_a_batch(store: Store) -> None:
    """No statement is made for a single row, with and without items of the desk."""
    floor = Floor(store)
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    def statements(people: int, occasion: int) -> int:
        given = [
            opinion(record, f"rev-{number}", occasion, says=True)
            for record in floor.ids
            for number in range(people)
        ]
        asked.clear()
        with store.write("test.import", actor=ACTOR) as unit:
            unit.add(given)
        return len(asked)

    event.listen(store._engine, "before_cursor_execute", note)
    without = [statements(people, occasion) for occasion, people in enumerate((5, 50, 200))]
    assert len(set(without)) == 1
    assert not [each for each in asked if "desk_leases" in each]
    floor.queue(floor.review, floor.ids[0], NEED)
    with_items = [statements(people, 10 + people) for people in (5, 50, 200)]
    event.remove(store._engine, "before_cursor_execute", note)
    assert max(with_items) - min(with_items) <= 1  # the insert of rows that are new
