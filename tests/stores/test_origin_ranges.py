"""Origins of consecutive rows are one row of the table; stores of older releases are converted."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from assay.core.clock import fixed_clock
from assay.core.errors import MachineError, UsageError
from assay.core.fact import Fact
from assay.core.ports import Import, Origin
from assay.store.audit import verify
from assay.store.origins import MOST_JOINED
from assay.store.soundness import look
from assay.store.store import Store
from assay.store.tables import SCHEMA
from older_store import SET_BACK
from stores.facts import ACTOR, MOMENT, judgment, record

ORIGINS = SCHEMA.origins


def begin(store: Store) -> Import:
    return store.begin_import(file="own.jsonl", sha256="ab", reader="own", source="", actor=ACTOR)


def add_rows(store: Store, facts: Sequence[Fact], rows: Sequence[int], import_id: int) -> None:
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add(facts)
        writing.trace(
            Origin(fact=fact.id, import_id=import_id, row=row)
            for fact, row in zip(facts, rows, strict=True)
        )


def joined(store: Store) -> list[tuple[int, int]]:
    """First row of the file and length of every row of the table."""
    with store.snapshot() as connection:
        rows = connection.execute(select(ORIGINS.c.row, ORIGINS.c.length).order_by(ORIGINS.c.seq))
        return [(row, length) for row, length in rows]


def test_consecutive_rows_of_new_facts_are_one_row(store: Store) -> None:
    """A blank line, a repeated fact, another family and another entry begin a new one."""
    imported = begin(store).id
    facts: list[Fact] = [record(number) for number in range(6)]
    add_rows(store, [*facts, record(0), judgment(record(0).id)], [1, 2, 3, 5, 6, 7, 8, 9], imported)
    add_rows(store, [record(6)], [10], imported)
    assert joined(store) == [(1, 3), (5, 3), (8, 1), (9, 1), (10, 1)]
    assert [origin.row for origin in store.origins(record(0).id)] == [1, 8]
    assert [origin.row for origin in store.origins(record(4).id)] == [6]
    assert [origin.row for origin in store.origins(judgment(record(0).id).id)] == [9]
    report = verify(store)
    assert (report.findings, report.origins) == ((), 9)
    assert look(store).findings == ()


def test_known_facts_in_their_order_are_one_row_again(store: Store) -> None:
    """A file that comes a second time brings one row, and each fact has both origins, in order."""
    facts = [record(number) for number in range(5)]
    first, second = begin(store), store.begin_import(
        file="again.jsonl", sha256="cd", reader="own", source="", actor=ACTOR
    )  # fmt: skip
    add_rows(store, facts, range(1, 6), first.id)
    add_rows(store, facts, range(11, 16), second.id)
    assert joined(store) == [(1, 5), (11, 5)]
    assert store.origins(record(3).id) == [
        Origin(fact=record(3).id, import_id=first.id, row=4),
        Origin(fact=record(3).id, import_id=second.id, row=14),
    ]


def test_a_range_has_a_greatest_length(store: Store) -> None:
    """So the origins of one fact are found in a bounded stretch of the table."""
    facts = [record(number) for number in range(MOST_JOINED + 2)]
    add_rows(store, facts, range(1, len(facts) + 1), begin(store).id)
    assert joined(store) == [(1, MOST_JOINED), (MOST_JOINED + 1, 2)]
    assert [origin.row for origin in store.origins(facts[-1].id)] == [MOST_JOINED + 2]
    assert [origin.row for origin in store.origins(facts[0].id)] == [1]


def test_an_origin_inside_a_range_is_not_added_again(store: Store) -> None:
    """What a range holds already changes nothing, and the numbers behind it have no gap."""
    facts = [record(number) for number in range(5)]
    imported = begin(store).id
    add_rows(store, facts, range(1, 6), imported)
    add_rows(store, [record(2), record(5)], [3, 6], imported)
    assert joined(store) == [(1, 5), (6, 1)]
    assert verify(store).findings == ()


def test_a_row_gives_facts_of_two_families_whose_numbers_are_equal(store: Store) -> None:
    """The first judgment of a row is not taken for its first record."""
    imported, about = begin(store).id, record(1)
    add_rows(store, [about], [1], imported)
    add_rows(store, [judgment(about.id)], [1], imported)
    assert [origin.row for origin in store.origins(judgment(about.id).id)] == [1]


def test_an_origin_of_a_fact_that_is_not_there_is_refused(store: Store) -> None:
    """Nothing of the transaction is stored."""
    with (
        pytest.raises(UsageError) as refused,
        store.write("record.import", actor=ACTOR) as writing,
    ):
        writing.trace([Origin(fact=record(1).id, import_id=1, row=1)])
    assert refused.value.code == "no-such-fact"
    assert joined(store) == []


def set_back(url: str, *further: str) -> None:
    """Make the store one of revision 0006, and change it further."""
    with Store.open(url, fixed_clock(MOMENT)) as store, store.snapshot() as connection:
        for statement in (*SET_BACK, *further):
            connection.exec_driver_sql(statement)
        connection.commit()


def test_a_store_of_an_older_release_keeps_its_origins_and_its_chain(empty_url: str) -> None:
    """Each origin is what it was, consecutive ones are joined, and the audit finds nothing."""
    clock = fixed_clock(MOMENT)
    facts = [record(number) for number in range(MOST_JOINED + 100)]
    mixed = [record(3), judgment(record(3).id), record(5000), record(5001)]
    with Store.open(empty_url, clock, create=True) as store:
        imported = begin(store).id
        add_rows(store, facts, range(1, len(facts) + 1), imported)
        add_rows(store, mixed, [3000, 3000, 3001, 3002], imported)
        before, head = {fact.id: store.origins(fact.id) for fact in mixed}, store.head()
    set_back(empty_url)
    with Store.open(empty_url, clock, create=True) as store:
        assert joined(store) == [
            (1, MOST_JOINED),
            (MOST_JOINED + 1, 100),
            (3000, 1),
            (3000, 1),
            (3001, 2),
        ]
        assert {fact.id: store.origins(fact.id) for fact in mixed} == before
        assert store.head() == head
        report = verify(store)
        assert {finding.code for finding in report.findings} <= {"no-witness"}
        assert report.origins == len(facts) + len(mixed)
        add_rows(store, [record(6000)], [3003], imported)
        assert joined(store)[-1] == (3003, 1)
        assert {finding.code for finding in verify(store).findings} <= {"no-witness"}


def test_an_older_store_whose_origin_names_no_fact_is_refused_and_stays_as_it_is(
    empty_url: str,
) -> None:
    """Converted, the damage could not be seen any more."""
    clock = fixed_clock(MOMENT)
    with Store.open(empty_url, clock, create=True) as store:
        add_rows(store, [record(1), record(2)], [1, 2], begin(store).id)
    set_back(empty_url, "DELETE FROM records WHERE seq = 2")
    for _ in range(2):
        with pytest.raises(MachineError, match="origin 2 names a fact that is not there"):
            Store.open(empty_url, clock, create=True)
