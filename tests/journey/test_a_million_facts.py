"""A million facts go in, are decided, are audited, and every count adds up."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import assay
from assay.demo.documents import write_program
from assay.quality import service
from assay.records.judgment import Judgment
from assay.records.record import Record, Source
from assay.records.verdict import BothUnacceptable, Tie, Verdict
from simulators.small_program import judged, pair

RECORDS = 250_000
"""Records; with three judgments each they are a million facts, and their dispositions a quarter more."""


def facts(draw: random.Random) -> Iterator[Record | Judgment]:
    """Pairs with three answers each: alike, apart, a tie, or both unacceptable."""
    answers: tuple[int | Verdict, ...] = (0, 1, Tie(), BothUnacceptable())
    for number in range(RECORDS):
        record = pair(number, difficulty="hard", language="en", domain="tickets").replace(
            sources=(Source(source_class="desk-authors"),)
        )
        yield record
        for name in ("a", "b", "c"):
            yield judged(record, name, draw.choice(answers))


@pytest.mark.heavy
def test_a_million_facts_are_stored_decided_and_audited(tmp_path: Path) -> None:
    """Import, dispositions and audit account for every record and judgment; a second run adds none."""
    folder, file = tmp_path / "program", tmp_path / "facts.jsonl"
    write_program(folder)
    with file.open("wb") as stream:
        for fact in facts(random.Random(1)):
            stream.write(fact.canonical() + b"\n")
    with assay.open(folder) as program:
        done = program.records.import_(file, source="desk-authors")
        assert (done.stored, done.set_aside) == (4 * RECORDS, 0)
        found = service.dispose(program.store, program.context.facts, actor="tests")
        assert sum(found.states.values()) == RECORDS
        assert found.states["accepted"] > 0
        assert found.states["disagreement_preserved"] > 0
        again = program.records.import_(file, source="desk-authors")
        assert (again.stored, again.already_there) == (0, 4 * RECORDS)
        assert program.audit().findings == ()
