"""Group commit answers each thread after its own unit is stored, and lets no unit harm another."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from assay.core.errors import MachineError, UsageError
from assay.core.ports import Added, Writing
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.store.audit import verify
from assay.store.group import GroupWriter, PostedUnit
from assay.store.store import Store
from assay.store.writing import AuditedOperation
from stores.facts import ACTOR, judgment, record

Work = Callable[[Writing], Added]


def say(occasion: int) -> Work:
    return lambda writing: writing.add([judgment("rec_1", occasion=occasion)])


def commits_of(store: Store) -> list[int]:
    """A list that grows by one with every commit of the store."""
    commits: list[int] = []
    event.listen(store._engine, "commit", lambda _: commits.append(1))
    return commits


def submit_together(writer: GroupWriter, works: list[Work]) -> list[Added | Exception]:
    """Submit works from as many threads, all of them waiting behind one that is held up."""
    held, go = threading.Event(), threading.Event()

    def hold(_: Writing) -> None:
        held.set()
        go.wait()

    def attempt(work: Work) -> Added | Exception:
        try:
            return writer.submit(work, "judgment.submit", actor=ACTOR)
        except (RuntimeError, MachineError) as error:
            return error

    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(writer.submit, hold, "a.wait", actor=ACTOR)
        held.wait()
        futures = [pool.submit(attempt, work) for work in works]
        while writer._queue.qsize() < len(works):
            pass
        go.set()
        first.result()
        return [future.result() for future in futures]


def test_waiting_units_share_one_commit_and_keep_their_own_entries(store: Store) -> None:
    """Units that wait together are committed together, each with its audit entry."""
    with GroupWriter(store) as writer:
        commits = commits_of(store)
        answers = submit_together(writer, [say(occasion) for occasion in range(20)])
    assert [answer.stored for answer in answers if isinstance(answer, Added)] == [1] * 20
    assert len(commits) == 2
    assert (store.count(Judgment), store.head().number) == (20, 20)
    assert verify(store).ok


def test_sixteen_threads_that_submit_the_same_are_one_judgment(store: Store) -> None:
    """A retried judgment counts once, and fifteen threads hear that it was there."""
    with GroupWriter(store) as writer:
        answers = submit_together(writer, [say(0)] * 16)
    assert sorted(answer.stored for answer in answers if isinstance(answer, Added)) == (
        [0] * 15 + [1]
    )
    assert (store.count(Judgment), store.head().number) == (1, 1)


def test_a_unit_that_fails_rolls_back_alone(store: Store) -> None:
    """The failing unit's thread gets its error, its facts are gone, and the others stand."""

    def fail(writing: Writing) -> Added:
        writing.add([judgment("rec_1", occasion=99), record(1)])
        raise RuntimeError("not this one")

    works = [say(0), fail, say(1), fail, say(2)]
    with GroupWriter(store) as writer:
        answers = submit_together(writer, works)
    assert [isinstance(answer, RuntimeError) for answer in answers] == [
        work is fail for work in works
    ]
    assert (store.count(Judgment), store.count(Record)) == (3, 0)
    assert verify(store).ok


def test_units_handed_in_together_share_one_commit_and_no_fate(store: Store) -> None:
    """Two units of one request are one commit with two entries; one that fails leaves the other."""

    def fail(writing: Writing) -> Added:
        writing.add([record(1)])
        raise RuntimeError("not this one")

    operation = AuditedOperation("judgment.submit", actor=ACTOR)
    with GroupWriter(store) as writer:
        commits = commits_of(store)
        both = [PostedUnit(say(occasion), operation) for occasion in range(2)]
        writer.post_together(*both)
        assert [unit.answer.result().stored for unit in both] == [1, 1]
        assert (len(commits), store.head().number) == (1, 2)
        sound, failing = PostedUnit(say(2), operation), PostedUnit(fail, operation)
        writer.post_together(failing, sound)
        assert sound.answer.result().stored == 1
        assert isinstance(failing.answer.exception(), RuntimeError)
    assert (store.count(Judgment), store.count(Record)) == (3, 0)
    assert verify(store).ok


def test_a_fault_of_the_machine_refuses_every_unit_and_a_retry_stores_them(store: Store) -> None:
    """When the transaction is lost no unit is acknowledged, and the writer goes on."""
    trouble = [True]

    def break_off(writing: Writing) -> Added:
        added = writing.add([judgment("rec_1", occasion=50)])
        if trouble:
            raise MachineError(code="disk-full", message="the disk is full")
        return added

    works = [say(0), break_off, say(1)]
    with GroupWriter(store) as writer:
        refused = submit_together(writer, works)
        assert all(isinstance(answer, MachineError) for answer in refused)
        assert store.count(Judgment) == 0
        trouble.clear()
        answers = submit_together(writer, works)
    assert [answer.stored for answer in answers if isinstance(answer, Added)] == [1, 1, 1]
    assert verify(store).ok


def test_a_closed_writer_has_finished_and_refuses(store: Store) -> None:
    """What was submitted before closing is stored; afterwards nothing is taken."""
    writer = GroupWriter(store)
    assert writer.submit(say(0), "judgment.submit", actor=ACTOR).stored == 1
    writer.close()
    writer.close()
    with pytest.raises(UsageError, match="closed"):
        writer.submit(say(1), "judgment.submit", actor=ACTOR)
    assert store.count(Judgment) == 1
