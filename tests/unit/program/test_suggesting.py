"""A first mapping of a data file is written next to it."""

from pathlib import Path

import pytest

from assay.core.errors import InputError, UsageError
from assay.program.suggesting import suggest_mapping
from assay.records.mapping.load import require_mapping


def _rows(folder: Path, text: str) -> Path:
    data = folder / "rows.csv"
    data.write_text(text)
    return data


def test_the_mapping_is_one_that_can_be_read(tmp_path: Path) -> None:
    """What it fills, and what people must answer, are told as well."""
    suggested = suggest_mapping(_rows(tmp_path, "question,answer\nHow far?,Two miles\n"))
    target = tmp_path / "rows.mapping.yaml"
    assert suggested.file == str(target)
    assert require_mapping(target.name, target.read_bytes()).kind == suggested.kind
    assert {"question", "answer"} <= set(suggested.placed)
    assert suggested.questions


def test_headings_of_one_letter_have_a_first_mapping(tmp_path: Path) -> None:
    """What the letters do not say stands as questions, in the file too."""
    suggested = suggest_mapping(_rows(tmp_path, "q,a,b,w\nHow far?,Two miles,Three,me\n"))
    assert suggested.kind == "preference"
    assert set(suggested.placed) == {"q", "a", "b"}
    text = (tmp_path / "rows.mapping.yaml").read_text()
    assert require_mapping("rows.mapping.yaml", text.encode()).kind == "preference"
    for question in ("the column 'w'", "who preferred which side?"):
        assert any(question in line for line in suggested.questions)
        assert question in text


def test_a_mapping_is_not_written_over(tmp_path: Path) -> None:
    """What somebody wrote stays as it is."""
    data = _rows(tmp_path, "question,answer\nHow far?,Two miles\n")
    written = tmp_path / "rows.mapping.yaml"
    written.write_text("mine")
    with pytest.raises(UsageError) as refused:
        suggest_mapping(data)
    assert refused.value.code == "file-exists"
    assert written.read_text() == "mine"


def test_columns_that_show_no_task_are_named(tmp_path: Path) -> None:
    """There is nothing to suggest, and no file is written."""
    with pytest.raises(InputError) as refused:
        suggest_mapping(_rows(tmp_path, "height,weight\n3,4\n"))
    assert refused.value.code == "no-suggestion"
    assert "height, weight" in refused.value.hint
    assert not (tmp_path / "rows.mapping.yaml").exists()
