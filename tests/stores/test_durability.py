"""What was acknowledged survives, what was not is not half there, and the store goes on."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from assay.core.errors import MachineError
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.store.audit import verify
from assay.store.group import GroupWriter
from assay.store.store import Store
from stores.facts import ACTOR, judgment, record
from stores.writer_process import ROWS, begin, import_rows

TESTS = Path(__file__).parents[1]
ROUNDS = 4
SEED = 20260131


def run_and_kill(url: str, witness: Path, chance: random.Random) -> int:
    """Let a process write for a while, kill it, and give the last position it acknowledged."""
    script = TESTS / "stores" / "writer_process.py"
    with subprocess.Popen(
        [sys.executable, script, url, witness],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(TESTS)},
        text=True,
    ) as process:
        assert process.stdout
        for _ in range(chance.randrange(1, 30)):
            process.stdout.readline()
        time.sleep(chance.random() / 50)
        process.kill()
        acknowledged = [line for line in process.stdout if line.endswith("\n")]
    return int(acknowledged[-1]) if acknowledged else 0


@pytest.mark.share(2)
def test_kill_nine_at_any_moment_loses_nothing_acknowledged(
    url: str, tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    """After each kill all is there up to the last acknowledgment, whole, audited, resumable."""
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        acknowledged = run_and_kill(url, tmp_path / "audit.head", chance)
        store = open_store(url)
        (imported,) = store.imports()
        assert imported.position >= acknowledged
        assert list(store.scan(Record)) == [record(row) for row in range(imported.position)]
        assert store.count(Judgment) * ROWS == imported.position == imported.read
        assert verify(store).findings == ()
    finished = import_rows(store, begin(store), finished=True)
    assert finished.stored == finished.position + finished.position // ROWS
    assert finished.already_there == 0
    assert len(store.origins(record(finished.position - 1).id)) == 1


@contextmanager
def each_connection(store: Store, setting: str) -> Iterator[None]:
    """Apply a setting to every connection of the store while the block lasts."""

    def apply(connection: Any, *_: object) -> None:
        connection.cursor().execute(setting)
        connection.commit()

    event.listen(store._engine, "checkout", apply)
    yield
    event.remove(store._engine, "checkout", apply)


def fill(store: Store) -> int:
    """Write until the disk is full; give the number of records that were acknowledged."""
    for number in range(100_000):
        with store.write("record.import", actor=ACTOR) as writing:
            writing.add([record(number), judgment(record(number).id)])
    raise AssertionError("the disk was never full")


FULL_SQLITE = "PRAGMA max_page_count = 300"
FREED_SQLITE = "PRAGMA max_page_count = 1000000"
REFUSE_SPACE = """
    CREATE FUNCTION refuse_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.seq > 40 THEN
            RAISE EXCEPTION 'could not extend file: No space left on device'
                USING ERRCODE = 'disk_full';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_space BEFORE INSERT ON judgments
        FOR EACH ROW EXECUTE FUNCTION refuse_space();
"""
FREED_POSTGRES = "DROP FUNCTION IF EXISTS refuse_space CASCADE"


@pytest.fixture
def full(store: Store, url: str) -> Iterator[Callable[[], None]]:
    """A disk that fills up during the test; calling the fixture's value frees space.

    SQLite's limit on pages and an error that PostgreSQL itself raises with the code of a full
    disk are as near to one as a test comes that may not mount a small disk.
    """
    sqlite = url.startswith("sqlite")

    def execute(statement: str) -> None:
        with store._engine.connect() as connection:
            connection.exec_driver_sql(statement)
            connection.commit()

    def free() -> None:
        execute(FREED_SQLITE if sqlite else FREED_POSTGRES)

    execute(FULL_SQLITE if sqlite else REFUSE_SPACE)
    yield free
    free()


def test_a_full_disk_is_said_clearly_and_the_store_recovers(
    store: Store, full: Callable[[], None]
) -> None:
    """The refused change leaves nothing, all others stand, and after freeing it is stored."""
    with pytest.raises(MachineError, match="disk that holds the store is full") as refused:
        fill(store)
    assert refused.value.code == "disk-full"
    assert "free some space" in refused.value.hint
    stored = store.count(Record)
    assert stored == store.count(Judgment) > 20
    assert store.head().number == stored
    assert verify(store).ok
    full()
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add([record(number) for number in range(stored + 100)])
    assert list(store.scan(Record)) == [record(number) for number in range(stored + 100)]
    assert verify(store).ok


def test_group_commit_says_that_the_disk_is_full_and_recovers(
    store: Store, full: Callable[[], None]
) -> None:
    """The writer thread outlives a full disk: it refuses, and stores once there is space."""
    with GroupWriter(store) as writer:

        def submit(number: int) -> None:
            writer.submit(
                lambda unit: unit.add([judgment("rec_1", occasion=number)]),
                "judgment.submit",
                actor=ACTOR,
            )

        def submit_without_end() -> None:
            for number in range(100_000):
                submit(number)

        with pytest.raises(MachineError) as refused:
            submit_without_end()
        assert refused.value.code == "disk-full"
        stored = store.count(Judgment)
        full()
        submit(stored)
    assert store.count(Judgment) == stored + 1
    assert verify(store).ok


def test_a_writer_that_waits_too_long_hears_that_the_store_is_locked(
    store: Store, url: str, open_store: Callable[[str], Store]
) -> None:
    """The second writer gets an error that says so; the first one's change is stored."""
    impatient = open_store(url)
    sqlite = url.startswith("sqlite")
    setting = "PRAGMA busy_timeout = 50" if sqlite else "SET lock_timeout = '50ms'"
    with store.write("record.import", actor=ACTOR) as writing:
        writing.add([record(1)])
        with (
            each_connection(impatient, setting),
            pytest.raises(MachineError) as refused,
            impatient.write("record.import", actor=ACTOR),
        ):
            pass
    assert refused.value.code == "store-locked"
    assert impatient.count(Record) == 1


def test_a_store_that_may_not_be_written_says_so(store: Store, url: str) -> None:
    """Without the right to write, a change is refused and reading goes on."""
    sqlite = url.startswith("sqlite")
    setting = "PRAGMA query_only = 1" if sqlite else "SET default_transaction_read_only = on"
    with (
        each_connection(store, setting),
        pytest.raises(MachineError) as refused,
        store.write("record.import", actor=ACTOR) as writing,
    ):
        writing.add([record(1)])
    assert refused.value.code == "store-read-only"
    assert store.count(Record) == 0


def test_an_witness_that_cannot_be_written_stops_the_writer_clearly(
    store: Store, tmp_path: Path
) -> None:
    """The error names the witness, and says that what was stored before is safe."""
    (tmp_path / "audit.head").mkdir()
    with (
        pytest.raises(MachineError, match="witness") as refused,
        store.write("record.import", actor=ACTOR) as writing,
    ):
        writing.add([record(1)])
    assert refused.value.code == "witness-unusable"
