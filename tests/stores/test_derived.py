"""Derived results are kept beside the facts, and given out only while the chain bears them out."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from assay.core.clock import fixed_clock
from assay.core.fact import Fact
from assay.core.ports import Checkpoint
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.assignment import Assignment
from assay.store.derived import DerivedResult, DerivedResults
from assay.store.store import Store
from stores.facts import ACTOR, MOMENT, assignment, judgment, record


def add(store: Store, *facts: Fact) -> int:
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add(facts)
    return store.head().number


def result(store: Store, body: bytes = b"{}") -> DerivedResult:
    return DerivedResult(name="counts", version=1, documents="d", head=store.head(), body=body)


def test_a_kept_result_comes_back_and_replaces_the_one_before_it(store: Store) -> None:
    """What was kept last under a name is what is read, whole."""
    add(store, record(1))
    derived = DerivedResults(store)
    assert derived.keep(result(store, b"first"))
    add(store, record(2))
    second = result(store, b"\x00second")
    assert derived.keep(second)
    assert derived.read("counts") == second


def test_a_dropped_result_is_gone(store: Store) -> None:
    """After a drop nothing is read, and the chain is what it was."""
    add(store, record(1))
    derived = DerivedResults(store)
    derived.keep(result(store))
    head = store.head()
    assert derived.drop() == 1
    assert derived.read("counts") is None
    assert store.head() == head


@pytest.mark.parametrize(
    "head", [Checkpoint(number=1, hash="0" * 64), Checkpoint(number=9, hash="")]
)
def test_a_result_of_another_chain_is_not_given_out(store: Store, head: Checkpoint) -> None:
    """A result whose entry was rewritten, or cut off, counts as absent."""
    add(store, record(1))
    derived = DerivedResults(store)
    derived.keep(msgspec.structs.replace(result(store), head=head))
    assert derived.read("counts") is None


def test_a_result_whose_bytes_were_changed_is_not_given_out(store: Store) -> None:
    """The digest that was kept with a result shows another body."""
    add(store, record(1))
    derived = DerivedResults(store)
    derived.keep(result(store, b"10"))
    with store.session() as session:
        session.connection.execute(update(store.schema.derived).values(body=b"99"))
    assert derived.read("counts") is None


def test_nobody_waits_to_keep_a_result(sqlite_url: str, tmp_path: Path) -> None:
    """While another process writes, a result is not kept, and reading goes on."""
    clock, witness = fixed_clock(MOMENT), tmp_path / "audit.head"
    with (
        Store.open(sqlite_url, clock, witness=witness) as writer,
        Store.open(sqlite_url, clock, witness=witness) as reader,
    ):
        add(writer, record(1))
        with writer.write("record.import", actor=ACTOR) as writing:
            writing.add([record(2)])
            assert not DerivedResults(reader).keep(result(reader))
        assert DerivedResults(reader).keep(result(reader))


def test_touched_facts_name_their_records_by_family(store: Store) -> None:
    """What came after an entry is told by family, with the records that it is or names."""
    first = add(store, record(1), record(2))
    second = add(store, judgment(record(1).id), record(3))
    third = add(store, assignment(record(2).id, 0))
    assert store.touched_since(third).families == frozenset()
    touched = store.touched_since(first)
    assert touched.families == {Record, Judgment, Assignment}
    assert touched.about([Judgment]) == [record(1).id]
    assert touched.about([Assignment, Record]) == sorted([record(2).id, record(3).id])
    assert store.as_of(second).touched_since(first).families == {Record, Judgment}
    assert store.touched_since(second).families == {Assignment}


def test_a_store_as_of_an_entry_reads_nothing_later(store: Store) -> None:
    """Facts that came after the entry are in no scan and in no count."""
    first = add(store, record(1))
    add(store, record(2), judgment(record(1).id))
    earlier = store.as_of(first)
    assert list(earlier.scan(Record)) == [record(1)]
    assert list(earlier.scan(Judgment, record=record(1).id)) == []
    assert list(earlier.since(Record, 0)) == [record(1)]
    assert (earlier.count(Record), store.count(Record)) == (1, 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=12), data=st.data())
def test_what_came_after_any_entry_is_found_by_key(
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    sizes: list[int],
    data: st.DataObject,
) -> None:
    """However the facts lie on the entries, the touched records are those of the later entries."""
    file = tmp_path_factory.mktemp("touched") / "store.db"
    file.write_bytes(sqlite_template.read_bytes())
    with Store.open(f"sqlite:///{file}", fixed_clock(MOMENT)) as store:
        number, by_entry = 0, []
        for size in sizes:
            facts = [record(number + offset) for offset in range(size)]
            number += size
            add(store, *facts)
            by_entry.append([fact.id for fact in facts])
        after = data.draw(st.integers(0, len(sizes)))
        later = sorted(identity for ids in by_entry[after:] for identity in ids)
        assert store.touched_since(after).about([Record]) == later
