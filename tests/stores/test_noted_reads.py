"""A result stands as long as nothing came to what it was made from."""

from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.store.noted_reads import NotedReads
from assay.store.store import Store
from stores.facts import ACTOR, judgment, record


def _add(store: Store, *facts: Record | Judgment) -> None:
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add(facts)


def test_reads_hold_until_a_fact_comes_to_a_family_that_was_read(store: Store) -> None:
    """A judgment leaves what was made from records alone as it was; a record does not."""
    _add(store, record(1))
    reads = NotedReads(store)
    assert list(reads.scan(Record)) == [record(1)]
    assert reads.still_hold()
    _add(store, judgment(record(1).id))
    assert reads.still_hold()
    _add(store, record(2))
    assert not reads.still_hold()


def test_a_count_and_a_look_at_one_fact_are_reads(store: Store) -> None:
    """Whatever was learnt of a family makes the result depend on it."""
    _add(store, record(1), judgment(record(1).id))
    counted, looked = NotedReads(store), NotedReads(store)
    assert counted.count(Judgment) == 1
    assert looked.get(Record, record(1).id) == record(1)
    _add(store, record(2), judgment(record(2).id))
    assert not counted.still_hold()
    assert not looked.still_hold()
