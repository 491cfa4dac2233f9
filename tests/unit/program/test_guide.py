"""Where a program stands in the guide's steps, from its documents and its facts."""

from pathlib import Path

import assay
from assay.contracts.service import init
from assay.program.guide import program_progress


def test_a_fault_of_the_documents_is_the_next_step(tmp_path: Path) -> None:
    """The step names it; no store is read, or made, for it."""
    init(tmp_path / "program")
    contract = tmp_path / "program" / "contract.yaml"
    contract.write_text(contract.read_text() + "nonsense: 1\n")
    with assay.open(tmp_path / "program", who="tests") as program:
        progress = program_progress(program)
    assert progress.next is not None
    assert progress.next.state == "open"
    assert "nonsense" in progress.next.reason
    assert not (tmp_path / "program" / ".assay" / "store.sqlite").exists()


def test_a_told_program_has_an_export_and_a_plan(program: assay.Program) -> None:
    """The demo went all the way: each step is there, and the first ones are done."""
    progress = program_progress(program)
    assert len(progress.steps) == 8
    assert progress.steps[0].state == "done"
