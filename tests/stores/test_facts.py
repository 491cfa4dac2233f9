"""Facts go in once, come out as they were, and carry their stamp and lineage."""

import threading
from collections.abc import Callable

import pytest

from assay.core.errors import UsageError
from assay.core.fact import Fact
from assay.core.lineage import Edge
from assay.core.ports import Origin
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers
from assay.review.assignment import Assignment
from assay.store.store import Store
from assay.store.writing import BATCH
from stores.facts import ACTOR, MOMENT, assignment, judgment, record


def add(store: Store, *facts: Fact) -> None:
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add(facts)


def test_facts_come_back_as_they_were_and_in_their_order(store: Store) -> None:
    """A scan gives equal facts in the order in which they were added."""
    facts = [record(number) for number in range(20)]
    add(store, *facts[:12])
    add(store, *facts[12:])
    assert list(store.scan(Record)) == facts


def test_a_fact_is_stored_once_however_often_it_is_given(store: Store) -> None:
    """Repeats within a call and between transactions are counted as already there."""
    with store.write("record.import", actor=ACTOR) as writing:
        first = writing.add([record(1), record(2), record(1)])
        second = writing.add([record(2), record(3)])
    with store.write("record.import", actor=ACTOR) as writing:
        third = writing.add([record(number) for number in range(1, 5)])
    assert (first.stored, first.already_there) == (2, 1)
    assert (second.stored, second.already_there) == (1, 1)
    assert (third.stored, third.already_there) == (1, 3)
    assert third.new == {record(4).id}
    assert store.count(Record) == 4


def test_a_call_larger_than_a_batch_is_counted_and_ordered(store: Store) -> None:
    """Facts beyond one batch, some of them repeated, are stored once and in order."""
    facts = [record(number) for number in range(BATCH + 50)]
    with store.write("record.import", actor=ACTOR) as writing:
        added = writing.add([*facts, *facts[:70]])
    assert (added.stored, added.already_there) == (BATCH + 50, 70)
    assert list(store.scan(Record)) == facts


def test_facts_of_several_families_go_in_together(store: Store) -> None:
    """One call takes any families, and each is kept apart."""
    base = record(1)
    add(store, judgment(base.id), base, assignment(base.id, 0))
    assert [store.count(family) for family in (Record, Judgment, Assignment)] == [1, 1, 1]


def test_a_family_is_found_by_its_index_columns(store: Store) -> None:
    """One value, several values and several columns narrow a scan and its count alike."""
    base, other = record(1), record(2)
    said = [
        judgment(about.id, by=reviewer)
        for about in (base, other)
        for reviewer in ("rev-a", "rev-b", "rev-c")
    ]
    add(store, base, other, *said)
    assert list(store.scan(Judgment, record=base.id)) == said[:3]
    several = [said[0], said[2], said[3], said[5]]
    assert list(store.scan(Judgment, reviewer=["rev-c", "rev-a"])) == several
    assert list(store.scan(Judgment, record=other.id, reviewer="rev-b")) == [said[4]]
    assert store.count(Judgment, reviewer=["rev-a", "rev-b"]) == 4
    assert store.count(Judgment, reviewer=[]) == 0
    assert list(store.scan(Record, id=[other.id])) == [other]
    assert list(store.since(Judgment, 3)) == list(store.scan(Judgment))[3:]


def test_a_list_of_values_has_no_limit(store: Store) -> None:
    """More values than either database allows parameters are one condition."""
    add(store, record(1))
    ids = [f"rec_{number}" for number in range(70_000)]
    assert store.count(Record, id=[*ids, record(1).id]) == 1


def test_an_unknown_column_is_refused_with_the_known_ones(store: Store) -> None:
    """A scan by something that is not an index column says what can be named."""
    with pytest.raises(UsageError, match="colour") as refused:
        list(store.scan(Record, colour="red"))
    assert "kind, sources" in refused.value.hint


def test_a_scan_sees_one_moment_while_others_write(store: Store) -> None:
    """Facts that are added during a scan are not in it, and the scan does not block them."""
    add(store, *(record(number) for number in range(1200)))
    scan = store.scan(Record)
    next(scan)
    add(store, record(5000))
    assert sum(1 for _ in scan) == 1199
    assert store.count(Record) == 1201


def test_any_unique_beginning_of_an_id_finds_its_fact(store: Store) -> None:
    """A fact is got by its whole id or by as much of it as tells it apart."""
    facts = [record(number) for number in range(40)]
    add(store, *facts)
    for fact in facts:
        assert store.get(Record, fact.id) == fact
        assert store.get(Record, fact.id[:16]) == fact


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        ("rec_", "ambiguous-id"),
        (record(99).id, "no-such-fact"),
        (record(99).id[:20], "no-such-fact"),
        (judgment("rec_x").id, "not-an-id"),
        ("nonsense", "not-an-id"),
        ("rec_%", "no-such-fact"),
    ],
)
def test_an_id_that_names_no_fact_or_several_is_refused(
    store: Store, identity: str, code: str
) -> None:
    """No match, several matches and another family's id each have their own error."""
    add(store, *(record(number) for number in range(40)))
    with pytest.raises(UsageError) as refused:
        store.get(Record, identity)
    assert refused.value.code == code


def test_a_stamp_says_who_when_where_and_under_which_documents(store: Store) -> None:
    """The stamp of a fact is that of the transaction that brought it, not of a repeat."""
    documents = {"contract": "doc_c", "rubric": "doc_r"}
    add(store, record(1))
    with store.write("record.import", actor="importer", documents=documents) as writing:
        writing.add([record(1), record(2)])
    stamp = store.stamp(record(2).id)
    assert (stamp.sequence, stamp.entry, stamp.actor, stamp.at) == (2, 2, "importer", MOMENT)
    assert stamp.documents == documents
    assert store.stamp(record(1).id).entry == 1


def test_a_fact_that_is_not_there_has_no_stamp_and_no_parents(store: Store) -> None:
    """Asking after an unknown id, or an id of no family, is refused."""
    for ask in (store.stamp, store.parents):
        for identity in (record(1).id, "xyz_1"):
            with pytest.raises(UsageError):
                ask(identity)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    """An error inside a transaction takes its facts, edges and audit entry with it."""
    add(store, record(1))
    before = store.head()

    def fail() -> None:
        with store.write("record.import", actor=ACTOR) as writing:
            writing.add([record(2)])
            writing.link([Edge(child=record(2).id, role="parent", parent=record(1).id)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (store.count(Record), store.children(record(1).id)) == (1, [])
    assert store.head() == before
    add(store, record(3))
    assert store.stamp(record(3).id).sequence == 2


def test_a_transaction_that_adds_nothing_new_commits_no_entry(store: Store) -> None:
    """Giving what is there already leaves the audit chain as it was."""
    add(store, record(1))
    before = store.head()
    add(store, record(1))
    add(store)
    assert store.head() == before


def test_lineage_joins_what_facts_name_with_what_was_linked(store: Store) -> None:
    """Index columns, names inside facts and explicit edges give one answer in each direction."""
    base = record(1)
    derived = record(2, parents=(base.id,))
    said = judgment(derived.id)
    again = said.replace(occasion=1, supersedes=said.id)
    add(store, base, derived, said, again)
    rubric = Edge(child=derived.id, role="rubric", parent="doc_r")
    with store.write("record.link", actor=ACTOR) as writing:
        writing.link([rubric, rubric])
        writing.link([rubric])
    assert store.parents(derived.id) == [
        Edge(child=derived.id, role="parent", parent=base.id),
        rubric,
    ]
    assert store.children(base.id) == [Edge(child=derived.id, role="parent", parent=base.id)]
    assert set(store.children(derived.id)) == {
        Edge(child=said.id, role="record", parent=derived.id),
        Edge(child=again.id, role="record", parent=derived.id),
    }
    assert Edge(child=again.id, role="supersedes", parent=said.id) in store.parents(again.id)


def test_origins_are_kept_once_for_each_row(store: Store) -> None:
    """A fact remembers every row that it came from, in order, and a repeat adds nothing."""
    imported = store.begin_import(
        file="votes.jsonl", sha256="ab", reader="own", source="own-work", actor=ACTOR
    )
    first, second = (Origin(fact=record(1).id, import_id=imported.id, row=row) for row in (7, 9))
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add([record(1)])
        writing.trace([first, second, first])
        writing.trace([second])
    assert store.origins(record(1).id) == [first, second]


def test_sixteen_threads_that_say_the_same_are_one_judgment(
    store: Store, url: str, open_store: Callable[[str], Store]
) -> None:
    """Whatever the timing, one row stands and one thread of all is told that it was new."""
    stores = [store, open_store(url)]
    barrier = threading.Barrier(16)
    stored: list[int] = []

    def submit(number: int) -> None:
        barrier.wait()
        with stores[number % 2].write("judgment.submit", actor=ACTOR) as writing:
            stored.append(writing.add([judgment("rec_1")]).stored)

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored) == [0] * 15 + [1]
    assert store.count(Judgment) == 1
    assert store.head().number == 1


def test_a_fact_that_could_not_be_read_back_is_not_stored(store: Store) -> None:
    """Python makes a fact with any value; stored, it would be damage that only a backup repairs."""
    base = record(1)
    wrong = judgment(base.id).replace(verdict=Prefers(candidate=-1))
    with pytest.raises(UsageError, match=r"judgment cannot be stored: .*candidate"):
        add(store, base, wrong)
    assert [store.count(family) for family in (Record, Judgment)] == [0, 0]
    add(store, base, judgment(base.id))
    assert store.count(Judgment) == 1
