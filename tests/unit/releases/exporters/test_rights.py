"""Rights are asked for again wherever data leaves."""

from pathlib import Path

import pytest

import assay
from assay.core.clock import fixed_clock
from assay.core.errors import CheckError
from assay.demo.documents import MOMENT, write_program
from assay.demo.world import build_world
from assay.program.releases import export_release
from assay.releases.build import build
from simulators.ferries import ACTOR, KEY, filled_store, inputs

LATER = fixed_clock("2031-06-01T00:00:00Z")


def test_rows_leave_a_release_only_while_its_sources_permit(tmp_path: Path) -> None:
    """After the last day of a source the export is refused, with the source and its day."""
    folder = build(filled_store(), inputs(use="evaluate"), KEY, tmp_path / "r", actor=ACTOR).folder
    clock = fixed_clock("2026-02-01T00:00:00Z")
    export_release(folder, "openai:chat", tmp_path / "now", use="evaluate", clock=clock)
    with pytest.raises(CheckError, match="lent could be kept until 2030-12-31"):
        export_release(folder, "openai:chat", tmp_path / "later", use="evaluate", clock=LATER)
    assert not (tmp_path / "later").exists()


def test_records_without_the_right_are_held_back_and_counted(tmp_path: Path) -> None:
    """An export to train leaves out what was lent to evaluate, and says how many."""
    write_program(tmp_path / "p")
    lines = [item.record.canonical().decode() for item in build_world(counts={"preference": 40})]
    (tmp_path / "records.jsonl").write_text("\n".join(lines))
    with assay.open(tmp_path / "p", clock=fixed_clock(MOMENT), who="t") as program:
        program.records.import_(tmp_path / "records.jsonl", source="desk-authors")
        free = program.records.export(tmp_path / "evaluate.jsonl")
        held = program.records.export(tmp_path / "train.jsonl", use="train")
    assert (free.lines, free.held_back.records) == (40, 0)
    assert held.lines == 38
    assert held.held_back.reasons == {"not to train": 2}
    first, _ = held.held_back.each
    assert "does not permit to train" in first.reasons[0]
    assert first.record.startswith("rch_")
