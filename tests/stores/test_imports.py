"""An import resumes at the exact row, and its ledger moves only with the facts."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from assay.core.errors import UsageError
from assay.core.ports import Import
from assay.records.record import Record
from assay.store.audit import verify
from assay.store.store import Store
from stores.facts import ACTOR, MOMENT, record


def begin(store: Store, **changes: str) -> Import:
    way = {
        "file": "votes.jsonl", "sha256": "ab", "reader": "own", "source": "own-work",
        "actor": ACTOR,
    }  # fmt: skip
    return store.begin_import(**(way | changes))


def advance(store: Store, imported: Import, to: int, *, finished: bool = False) -> Import:
    with store.write("record.import", actor=ACTOR) as writing:
        added = writing.add([record(number) for number in range(imported.position, to)])
        return writing.progress(
            imported,
            position=to,
            read=to,
            stored=imported.stored + added.stored,
            already_there=imported.already_there + added.already_there,
            set_aside=0,
            finished=finished,
        )


def test_a_broken_off_import_resumes_where_its_last_commit_stood(
    store: Store, url: str, open_store: Callable[[str], Store]
) -> None:
    """A run that begins the same import again gets the position and counts that are committed."""
    advanced = advance(store, begin(store), 5)
    again = begin(open_store(url))
    assert again == advanced
    assert (again.position, again.stored, again.state) == (5, 5, "running")


def test_progress_and_facts_commit_together_or_not_at_all(store: Store) -> None:
    """An error after the progress was saved takes it back with the facts."""
    imported = begin(store)

    def fail() -> None:
        with store.write("record.import", actor=ACTOR) as writing:
            writing.add([record(1)])
            writing.progress(imported, position=1, read=1, stored=1, already_there=0, set_aside=0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.imports() == [imported]
    assert store.count(Record) == 0


def test_rows_that_bring_nothing_new_still_move_the_import(store: Store) -> None:
    """A batch whose facts are all there commits its progress, and an entry that vouches for it."""
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add([record(number) for number in range(3)])
    before = store.head()
    advanced = advance(store, begin(store), 3)
    assert (advanced.stored, advanced.already_there) == (0, 3)
    assert store.imports() == [advanced]
    assert store.head().number == before.number + 1


@pytest.mark.parametrize("column", ["file", "sha256", "source", "reader", "read", "state", "actor"])
def test_a_changed_import_is_found_by_the_audit(store: Store, column: str) -> None:
    """What the ledger tells of a finished import cannot be rewritten unseen."""
    advance(store, begin(store), 4, finished=True)
    assert [each.code for each in verify(store).findings] == []
    table = store.schema.imports
    changed = 7 if column == "read" else "forged"
    with store._engine.begin() as connection:
        connection.execute(update(table).values({column: changed}))
    assert [each.code for each in verify(store).findings] == ["import-changed"]
    with store._engine.begin() as connection:
        connection.execute(delete(table))
    assert [each.code for each in verify(store).findings] == ["import-missing"]


def test_an_import_that_has_only_begun_is_no_finding(store: Store) -> None:
    """Nothing is committed yet, so there is nothing that the chain could vouch for."""
    advance(store, begin(store), 4, finished=True)
    begin(store)
    assert verify(store).findings == ()


def test_a_finished_import_is_kept_and_the_next_run_is_a_new_one(store: Store) -> None:
    """The ledger keeps both runs in their order, the first with its end."""
    finished = advance(store, begin(store), 4, finished=True)
    assert (finished.state, finished.finished) == ("finished", MOMENT)
    second = begin(store)
    assert (second.id, second.position) == (2, 0)
    assert store.imports() == [finished, second]


@pytest.mark.parametrize("changed", ["sha256", "reader", "source", "mapping"])
def test_other_bytes_or_another_way_of_reading_is_another_import(
    store: Store, changed: str
) -> None:
    """Only the same bytes, read in the same way, are resumed."""
    first = begin(store)
    assert begin(store, **{changed: "other"}).id == first.id + 1
    assert begin(store, file="renamed.jsonl").id == first.id


def test_two_runs_of_one_import_do_not_count_rows_twice(store: Store) -> None:
    """The run that comes second to a position is refused and leaves nothing."""
    imported = begin(store)
    other = begin(store)
    advance(store, imported, 5)
    with pytest.raises(UsageError, match="moved on by another run"):
        advance(store, other, 7)
    assert store.count(Record) == 5
