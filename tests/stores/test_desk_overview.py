"""The queue as leads see it, on both databases."""

from assay.core.clock import later
from assay.review.queue.lease import LeaseState
from assay.review.welfare import Exposure
from assay.store.queue_overview import QueueOverview
from assay.store.store import Store
from stores.test_desk import ANSWERS, SECONDS, START, Floor


def test_leases_are_counted_by_queue_state_and_lateness(store: Store) -> None:
    """One stored in time, one that ran out and came late, one held: each is counted once."""
    floor = Floor(store, n_items=3, need=1)
    late, stored = floor.claim("ana"), floor.claim("ben")
    assert late
    assert stored
    floor.answer(stored, ANSWERS[0], "key-ben-1")
    floor.wait(SECONDS + 1)
    floor.expire()
    floor.answer(late, ANSWERS[1], "key-ana-1")
    held = floor.claim("eva")
    assert held
    read = QueueOverview(store)
    assert read.progress() == {
        floor.queue: {
            (LeaseState.stored, False): 1,
            (LeaseState.stored, True): 1,
            (LeaseState.held, False): 1,
        }
    }
    assert [(each.reviewer, each.until) for each in read.held()] == [
        ("eva", later(floor.now, SECONDS))
    ]
    assert read.records_of(floor.queue) == {each.id for each in floor.records}
    assert read.records_of(floor.queue, [LeaseState.held]) == {held.record}
    assert read.records_of(floor.queue, [LeaseState.stored], late=True) == {late.record}
    assert read.open_records(floor.queue) == set()
    assert read.records_of(floor.queue + 1) == set()


def test_exposures_of_a_period_are_those_that_began_in_it(store: Store) -> None:
    """The end of a period is the beginning of the next, so that nothing counts twice."""
    floor = Floor(store, n_items=1)
    ends = later(START, 3600)
    with floor.write() as unit:
        unit.expose("ana", ("threats", "fraud"), START, 1000)
        unit.expose("ben", ("threats",), ends, 2000)
        unit.mark_action()
    read = QueueOverview(store)
    both = Exposure(categories=("threats", "fraud"), started=START, milliseconds=1000)
    one = Exposure(categories=("threats",), started=ends, milliseconds=2000)
    assert read.exposures(START, ends) == [("ana", both)]
    assert read.exposures(ends, later(ends, 1)) == [("ben", one)]
