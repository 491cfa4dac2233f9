"""A program is started from what is known: a data file's head gives its reader or a mapping."""

import json
from pathlib import Path
from typing import Any

import pytest

from assay.contracts.draft import ProgramDraft
from assay.contracts.opening import load_program
from assay.contracts.program import ProgramSettings
from assay.core.errors import InputError, UsageError
from assay.program.starting import MAPPING, StartedProgram, start_program

QUESTION = "When does the last ferry to Alder leave on a Sunday in the winter?"
DRAFT = ProgramDraft(id="ferries")


def _started(folder: Path, *rows: dict[str, Any]) -> StartedProgram:
    data = folder / "rows.jsonl"
    data.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return start_program(folder / "program", DRAFT, data)


def _settings(folder: Path) -> ProgramSettings:
    return load_program(folder / "program")


def test_without_a_data_file_everything_is_a_question(tmp_path: Path) -> None:
    """Documents are written, and nothing is proposed."""
    started = start_program(tmp_path / "program", DRAFT)
    assert started.proposal is None
    assert "contract.yaml" in started.files
    assert MAPPING not in started.files
    assert _settings(tmp_path).data == ()


def test_a_reader_that_reads_every_row_is_listed_for_assay_run(tmp_path: Path) -> None:
    """Columns of a published layout need no mapping; the path is that from the program's folder."""
    row = {"prompt": QUESTION, "chosen": "At nine.", "rejected": "At ten."}
    started = _started(tmp_path, row, row | {"chosen": "At noon."})
    assert started.proposal is not None
    assert (started.proposal.reader, started.proposal.kind) == ("trl", "preference")
    assert (started.proposal.read, started.proposal.languages) == (2, ("en",))
    assert MAPPING not in started.files
    [data] = _settings(tmp_path).data
    assert (data.path, data.format) == ("../rows.jsonl", "trl")


def test_columns_of_ones_own_get_a_mapping(tmp_path: Path) -> None:
    """It is written beside the documents; a column that nothing is proposed for is a question."""
    row = {"question": QUESTION, "answer": "At nine.", "colour_of_page": "blue"}
    started = _started(tmp_path, row)
    proposal = started.proposal
    assert proposal is not None
    assert (proposal.reader, proposal.rows, proposal.read) == (None, 1, 1)
    assert {"question", "answer"} <= set(proposal.placed)
    assert MAPPING in started.files
    assert proposal.unplaced == ("colour_of_page",)
    sources = (tmp_path / "program" / "sources.yaml").read_text()
    assert "colour_of_page" in sources
    [data] = _settings(tmp_path).data
    assert data.mapping == MAPPING


def test_an_empty_file_proposes_nothing(tmp_path: Path) -> None:
    """It is a fault of the input, and no program is begun."""
    with pytest.raises(InputError):
        _started(tmp_path)
    assert not (tmp_path / "program").exists()


def test_a_program_is_not_written_over(tmp_path: Path) -> None:
    """A second start in the same folder is refused."""
    start_program(tmp_path / "program", DRAFT)
    with pytest.raises(UsageError, match="already exists"):
        start_program(tmp_path / "program", DRAFT)
