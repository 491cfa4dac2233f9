"""A comparison with the reserve is continued: what was compared with the same items is not again."""

from pathlib import Path

import pytest

import assay
from assay.core.clock import fixed_clock
from assay.core.fact import Fact
from assay.demo.documents import write_program
from assay.demo.evaluation import build_reserve
from assay.program import kept_comparison
from assay.program.program import Program
from assay.records.record import Record
from assay.store.derived import DerivedResults
from stores.facts import judgment, record

ITEMS = build_reserve()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program with a record and three sealed items."""
    write_program(tmp_path / "p")
    opened = assay.open(tmp_path / "p", clock=fixed_clock("2026-01-05T09:00:00Z"), who="test")
    _add(opened, record(1))
    _seal(opened, ITEMS[:3])
    return opened


def _add(program: Program, *facts: Fact) -> int:
    with program.context.store.write("record.import", actor="test") as writing:
        writing.add(facts)
    return program.store.head().number


def _seal(program: Program, items: "tuple[Record, ...] | list[Record]") -> None:
    file = program.folder.parent / "items.jsonl"
    file.write_bytes(b"".join(item.canonical() + b"\n" for item in items))
    program.reserve.seal(file)


def test_a_continued_comparison_is_that_of_everything(program: Program) -> None:
    """Leaks that come between checks are found, in the order of a comparison made at once."""
    assert program.reserve.check().overlaps == ()
    _add(program, ITEMS[0], judgment(record(1).id))
    assert [overlap.holder for overlap in program.reserve.check().overlaps] == [ITEMS[0].id]
    _add(program, ITEMS[1], record(2))
    continued = program.reserve.check()
    DerivedResults(program.store).drop()
    assert program.reserve.check() == continued
    assert (continued.records, {overlap.holder for overlap in continued.overlaps}) == (
        4,
        {ITEMS[0].id, ITEMS[1].id},
    )


def test_the_last_check_names_its_entry_and_is_not_run(program: Program) -> None:
    """What came after the last check is in none of its figures."""
    assert program.reserve.last_check() is None
    program.reserve.check()
    checked = program.store.head().number
    assert _add(program, ITEMS[0]) == checked + 1
    last = program.reserve.last_check()
    assert last is not None
    assert (last.entry, last.comparison.records, last.comparison.overlaps) == (checked, 1, ())


def test_a_later_sealing_ends_the_last_check(program: Program) -> None:
    """Items that are sealed later were compared with nothing; a check compares all records with them."""
    _add(program, ITEMS[3])
    assert program.reserve.check().items == 3
    _seal(program, ITEMS[3:4])
    assert program.reserve.last_check() is None
    compared = program.reserve.check()
    assert compared.items == 4
    assert ITEMS[3].id in {
        overlap.holder for overlap in compared.overlaps if overlap.containment == 1
    }


def test_an_import_keeps_what_it_compared(program: Program, tmp_path: Path) -> None:
    """A check after it compares nothing, and finds what the import's report says."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"".join(item.canonical() + b"\n" for item in (ITEMS[0], ITEMS[5])))
    report = program.records.import_(file)
    assert report.reserve
    assert (report.reserve.compared, report.reserve.overlapping) == (2, (ITEMS[0].id,))
    kept = DerivedResults(program.store).read("comparison")
    assert [overlap.holder for overlap in program.reserve.check().overlaps] == [ITEMS[0].id]
    assert DerivedResults(program.store).read("comparison") == kept


def test_an_import_into_much_that_was_never_compared_compares_its_own_facts_alone(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is the same, nothing is kept, and a leak from before is left to a check."""
    monkeypatch.setattr(kept_comparison, "BACKLOG_LEAST", 0)
    _add(program, ITEMS[1], *(record(number) for number in range(10, 20)))
    file = tmp_path / "rows.jsonl"
    file.write_bytes(ITEMS[0].canonical() + b"\n")
    report = program.records.import_(file)
    assert report.reserve
    assert (report.reserve.compared, report.reserve.overlapping) == (1, (ITEMS[0].id,))
    assert DerivedResults(program.store).read("comparison") is None
    monkeypatch.setattr(kept_comparison, "BACKLOG_LEAST", 1000)
    file.write_bytes(ITEMS[2].canonical() + b"\n")
    report = program.records.import_(file)
    assert report.reserve
    # A leak from before the import is none of the import's.
    assert (report.reserve.compared, report.reserve.overlapping) == (1, (ITEMS[2].id,))
    last = program.reserve.last_check()
    assert last
    assert {overlap.holder for overlap in last.comparison.overlaps} == {
        item.id for item in ITEMS[:3]
    }
