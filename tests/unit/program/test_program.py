from pathlib import Path

import pytest

import assay
from assay.contracts.service import init


def test_a_folder_without_a_program_is_refused_at_once(tmp_path: Path) -> None:
    """`open` names the folder and how to begin a program."""
    with pytest.raises(assay.UsageError, match="not a program") as refusal:
        assay.open(tmp_path)
    assert (refusal.value.code, refusal.value.where) == ("no-program", str(tmp_path))
    assert "assay init" in refusal.value.hint


def test_a_folder_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    """The same holds for a name that leads nowhere."""
    with pytest.raises(assay.UsageError):
        assay.open(tmp_path / "nowhere")


def test_a_program_says_its_name_its_folder_and_its_store(tmp_path: Path) -> None:
    """`repr` opens nothing."""
    init(tmp_path / "program")
    opened = assay.open(tmp_path / "program", who="tests")
    name = opened.documents.program.name
    assert repr(opened).startswith(f"<Program {name!r} in {tmp_path / 'program'}, store sqlite:")
    assert not (tmp_path / "program" / ".assay" / "store.sqlite").exists()


def test_the_password_of_a_store_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a store's address `repr` shows what comes after the user and the password."""
    init(tmp_path / "program")
    monkeypatch.setenv("ASSAY_STORE", "postgresql://ada:sesame@db.example/assay")
    shown = repr(assay.open(tmp_path / "program"))
    assert "db.example/assay" in shown
    assert "sesame" not in shown


def test_a_program_whose_settings_are_broken_says_so(tmp_path: Path) -> None:
    """`repr` raises nothing."""
    (tmp_path / "assay.toml").write_text("name = ")
    assert repr(assay.open(tmp_path)) == f"<Program in {tmp_path}: assay.toml cannot be read>"


def test_documents_are_checked_in_a_folder_given_as_text(tmp_path: Path) -> None:
    """A path is text or a Path, as everywhere in the package."""
    init(tmp_path / "p")
    assert assay.check_documents(str(tmp_path / "p")) == assay.check_documents(tmp_path / "p")


def test_an_id_that_is_no_text_is_a_fault_of_the_call(tmp_path: Path) -> None:
    """A number is refused with what an id is."""
    init(tmp_path / "p")
    with (
        assay.open(tmp_path / "p") as program,
        pytest.raises(assay.UsageError, match="an id is text, not int"),
    ):
        program.records.get(3)  # type: ignore[arg-type]
