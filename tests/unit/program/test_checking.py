"""Documents are checked against what is outside them: the day, the plug-ins, the stored versions."""

from pathlib import Path

import pytest

import assay
from assay.contracts.service import init
from assay.core.clock import fixed_clock
from assay.program.checking import check_documents

CLOCK = fixed_clock("2026-03-02T09:00:00Z")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init(tmp_path / "program")
    return tmp_path / "program"


def _codes(folder: Path) -> set[str]:
    return {issue.code for issue in check_documents(folder, CLOCK).issues}


def _edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def test_a_template_checks_clean_without_a_store(folder: Path) -> None:
    """Checking makes no store."""
    assert _codes(folder) == set()
    assert not (folder / ".assay" / "store.sqlite").exists()


def test_another_content_under_a_stored_version_is_named(folder: Path) -> None:
    """Documents are compared with the versions that the store holds."""
    with assay.open(folder, clock=CLOCK, who="tests") as program:
        assert program.context
    assert _codes(folder) == set()
    _edit(folder, "rubric.yaml", "title: ", "title: Another ")
    assert any("version" in code for code in _codes(folder)), _codes(folder)


def test_a_store_that_cannot_be_opened_stops_no_check(folder: Path) -> None:
    """The documents are checked all the same."""
    (folder / ".assay" / "store.sqlite").write_bytes(b"no store at all")
    _edit(folder, "contract.yaml", "title:", "tittle:")
    assert _codes(folder)
