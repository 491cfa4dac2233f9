"""What cannot be used is named with its place and what to do, and ends with its exit code."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.contracts import service
from assay.core.errors import InputError, MachineError, UsageError

Run = Callable[..., Any]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A new program."""
    service.init(tmp_path / "program", "preference")
    return tmp_path / "program"


@pytest.mark.parametrize(
    "call",
    [
        ("release", "verify", "NOSUCH", "--key", "{key}"),
        ("release", "verify", "NOSUCH", "--key", "NOKEY"),
        ("release", "verify", "NOSUCH", "--key", "{file}"),
        ("release", "card", "NOSUCH"),
        ("release", "diff", "NOSUCH", "NOSUCH"),
        ("verify", "check", "--candidate", "NOSUCH", "--tests", "NOSUCH"),
        ("init", "{file}"),
        ("record", "import", "{file}", "--format", "NOSUCH.yaml", "--source", "chat-questions"),
    ],
)
def test_a_path_that_cannot_be_used_is_named_with_a_remedy(
    assay: Run, demo: Path, tmp_path: Path, call: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line: the place, what is wrong, and in brackets what to do."""
    service.init(tmp_path / "new", "preference")
    monkeypatch.chdir(tmp_path / "new")
    (tmp_path / "file").write_text("x")
    paths = {"key": demo / "assay.pub", "file": tmp_path / "file"}
    done = assay(*(part.format(**paths) for part in call))
    assert done.code in {UsageError.exit_code, InputError.exit_code}
    assert done.err.startswith("assay: ")
    assert done.err.rstrip().endswith(")")
    assert "make_key_pair" not in done.err


def test_an_empty_mapping_says_how_a_mapping_begins(
    assay: Run, program: Path, tmp_path: Path
) -> None:
    """Its hint is not that of a document, and no escape stands for a line break."""
    (tmp_path / "m.yaml").write_text("")
    (tmp_path / "a.csv").write_text("a\n1\n")
    done = assay(
        "record", "import", tmp_path / "a.csv", "--format", tmp_path / "m.yaml",
        "--source", "chat-questions", "-p", program,
    )  # fmt: skip
    assert done.code == InputError.exit_code
    assert "begin with `mapping: 1`" in done.err
    assert "apiVersion" not in done.err
    assert "\\n" not in done.err


def test_a_path_is_no_name_of_a_reader(assay: Run, program: Path, tmp_path: Path) -> None:
    """The hint says what the file of a mapping is called."""
    (tmp_path / "a.csv").write_text("a\n1\n")
    done = assay(
        "record", "import", tmp_path / "a.csv", "--format", "maps/votes.txt",
        "--source", "chat-questions", "-p", program,
    )  # fmt: skip
    assert done.code == UsageError.exit_code
    assert "this is a path" in done.err
    assert ".yaml" in done.err


@pytest.mark.parametrize(("name", "text"), [("a.jsonl", "\n" * 1000), ("a.csv", "a,b\n")])
def test_a_file_without_a_row_is_refused(
    assay: Run, program: Path, tmp_path: Path, name: str, text: str
) -> None:
    """Nothing is stored under exit code 0."""
    (tmp_path / name).write_text(text)
    done = assay(
        "record", "import", tmp_path / name, "--format", "trl", "--source", "chat-questions",
        "-p", program,
    )  # fmt: skip
    assert done.code == InputError.exit_code
    assert "the file holds no row" in done.err


def test_a_hint_names_no_option_of_another_command(
    assay: Run, program: Path, tmp_path: Path
) -> None:
    """`validate import` has no --layout."""
    (tmp_path / "results.dat").write_text("{}\n")
    done = assay(
        "validate", "import", tmp_path / "results.dat", "--checkpoint", "m", "--arm", "base",
        "-p", program,
    )  # fmt: skip
    assert done.code == UsageError.exit_code
    assert "assay record import" not in done.err
    assert "rename it" in done.err


def test_a_vault_that_is_gone_is_no_success(assay: Run, demo: Path, tmp_path: Path) -> None:
    """Where items are sealed; the figures are given all the same."""
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy, ignore=shutil.ignore_patterns(".vault"))
    done = assay("reserve", "status", "--json", "-p", copy)
    assert done.code == MachineError.exit_code
    assert json.loads(done.out)["vault"] == "not_here"
