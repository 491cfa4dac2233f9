"""`assay record import --keep, --ignore, --strict`, and the same names in assay.toml."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.contracts.service import init

Run = Callable[..., Any]

ROW = {
    "prompt": "Which tram goes to the harbour?", "chosen": "The red one", "rejected": "None",
    "team": "north", "colour": "red", "subset": "trams",
}  # fmt: skip


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of the template beside a file of one pair with three fields more."""
    init(tmp_path / "p")
    (tmp_path / "p" / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    return tmp_path / "p"


def taken(assay: Run, program: Path, *options: str) -> Any:
    path = program / "rows.jsonl"
    source = ("--source", "chat-questions", "--format", "trl")
    return assay("record", "import", path, *source, *options, "-p", program)


def axes(assay: Run, program: Path) -> dict[str, str]:
    (line,) = json.loads(assay("record", "list", "-p", program, "--json").out)
    shown = json.loads(assay("record", "show", line["id"], "-p", program).out)
    return dict(shown["record"]["task"]["taxonomy"])


def test_the_summary_says_what_became_of_each_field(assay: Run, program: Path) -> None:
    """What is kept and where, what is not read, and the options that change it."""
    done = taken(assay, program)
    assert done.code == 0
    assert "kept as an axis of the task: subset (1 row)" in done.out
    assert "not read: colour (1 row); --keep or --ignore it" in done.out


def test_options_of_fields_choose_what_is_kept(assay: Run, program: Path) -> None:
    """A field to keep is an axis, and one to ignore is not named."""
    done = taken(assay, program, "--keep", "team", "--ignore", "colour, subset")
    assert "colour" not in done.out
    assert axes(assay, program) == {"team": "north"}


def test_strict_sets_the_row_aside(assay: Run, program: Path) -> None:
    """With not one usable row the import ends with 3; a dry run names the row."""
    assert taken(assay, program, "--strict").code == 3
    assert "has no field 'team'" in taken(assay, program, "--strict", "--dry-run").out


def test_assay_toml_chooses_as_the_command_does(assay: Run, program: Path) -> None:
    """`keep` and `ignore` of a data file hold when `assay run` imports it."""
    with (program / "assay.toml").open("a") as file:
        file.write(
            '\n[[data]]\npath = "rows.jsonl"\nformat = "trl"\nkind = "preference"\n'
            'source = "chat-questions"\nkeep = ["team"]\nignore = ["subset", "colour"]\n'
            "strict = true\ndrop_null_arguments = true\n"
        )
    assay("run", "-p", program)
    assert axes(assay, program) == {"team": "north"}
