"""Which records wait in which queue."""

from assay.desk.filling import Filled, filled_under
from assay.records.record import Record
from assay.store.pass_register import Passes
from assay.store.queue import SqlQueue
from simulators.desk_work import Open, pairs


def test_queues_are_filled_once_and_again_when_a_record_came(transaction: Open) -> None:
    """Where nothing came nothing is read; a new record waits, and another contract reads anew."""
    program = transaction()
    assert program.desk.fill() == Filled()
    late = pairs(program)[0].replace(key="came-late")
    with program.store.write("record.import", actor="tests") as unit:
        unit.add([late])
    filled = program.desk.fill()
    assert (filled.queued, filled.records) == (1, program.store.count(Record))
    assert Passes(program.store).needs([late.id])
    assert program.desk.fill() == Filled()
    old = filled_under(program.context)
    changed = transaction(cap="daily_minutes: 120 -> daily_minutes: 10")
    queue_store, new = SqlQueue(changed.store), filled_under(changed.context)
    assert new != old
    assert queue_store.filled_to(new) == queue_store.newest_record()
    assert queue_store.filled_to(old) == 0  # the queues follow the contract in force
