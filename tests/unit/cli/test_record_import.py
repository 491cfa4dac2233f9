"""`record import`: suggesting a mapping, and a dry run that ends as the import would."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

VOTES = (
    "question,a,b,who,vote\nWhich knot?,Bowline.,Granny.,w1,a\nWhich knot?,Bowline.,Granny.,w2,=\n"
)


def test_a_suggested_mapping_reads_the_file(assay: Run, demo: Path, tmp_path: Path) -> None:
    """It is written next to the data with its questions, and is not written over."""
    data = tmp_path / "votes.csv"
    data.write_text(VOTES)
    suggested = json.loads(assay("record", "import", data, "--suggest", "-p", demo, "--json").out)
    mapping = tmp_path / "votes.mapping.yaml"
    assert suggested["file"] == str(mapping)
    assert any("'who'" in question for question in suggested["questions"])
    again = assay("record", "import", data, "--suggest", "-p", demo)
    assert (again.code, "not written over" in again.err) == (2, True)


def test_a_file_that_shows_no_task_gets_no_mapping(assay: Run, demo: Path, tmp_path: Path) -> None:
    """The columns are named, and nothing is written."""
    data = tmp_path / "labels.csv"
    data.write_text("text,label\nx,y\n")
    refused = assay("record", "import", data, "--suggest", "-p", demo)
    assert (refused.code, "text, label" in refused.err) == (3, True)
    assert list(tmp_path.glob("*.yaml")) == []


def test_a_dry_run_names_few_rows_and_ends_as_the_import_would(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """Where no row can be used it ends with 3, and of many rejects the first are named."""
    data, mapping = tmp_path / "votes.csv", tmp_path / "m.yaml"
    data.write_text(VOTES + "Which knot?,Bowline.,Granny.,w3,a\n" * 40)
    mapping.write_text(
        "mapping: 1\nkind: outcome\nrecord:\n  messages: [{user: '{questoin}'}]\n"
        "  candidates: [{content: '{a}', unknown: not said}]\n"
    )
    shown = assay(
        "record", "import", data, "-f", mapping, "-s", "desk-authors",
        "--dry-run", "--first", 42, "-p", demo,
    )  # fmt: skip
    assert shown.code == 3
    assert (
        "record.messages[0].user, questoin: the row has no 'questoin' (did you mean 'question'?"
        in shown.out
    )
    assert shown.out.count("did you mean") == 20
    assert "22 more rows" in shown.out


def test_a_foreign_file_without_a_format_is_sent_to_the_formats(
    assay: Run, demo: Path, tmp_path: Path
) -> None:
    """Where each row fails for the one reason, the ways to name a format are; rejects have a folder."""
    data = tmp_path / "rows.jsonl"
    data.write_text('{"prompt": "Which knot?", "completion": "Bowline."}\n' * 2)
    program = shutil.copytree(demo, tmp_path / "program")
    done = assay("record", "import", data, "-p", program)
    assert done.code == 3
    assert "assay record formats" in done.out
    assert "--suggest" in done.out
    assert str(tmp_path / "rows.jsonl.set-aside.jsonl") in done.out


@pytest.mark.parametrize(
    ("options", "unread"),
    [
        (("--suggest", "--source", "desk-authors"), "--suggest does not read --source"),
        (("--suggest", "--dry-run", "--strict"), "--suggest does not read --strict, --dry-run"),
        (("--suggest", "-f", "trl", "--max-fetch-mb", "1"), "--format, --max-fetch-mb"),
        (("--dry-run", "--rejects", "out"), "--dry-run does not read --rejects"),
        (("--first", "2"), "an import does not read --first"),
    ],
)
def test_an_option_that_would_not_be_read_is_refused_by_its_name(
    assay: Run, demo: Path, tmp_path: Path, options: tuple[str, ...], unread: str
) -> None:
    """What a suggestion, a dry run or an import does not read is no part of the call."""
    data = tmp_path / "votes.csv"
    data.write_text(VOTES)
    refused = assay("record", "import", data, *options, "-p", demo)
    assert (refused.code, unread in refused.err) == (2, True), refused.err
    assert list(tmp_path.iterdir()) == [data]


def test_a_suggestion_reads_how_the_file_is_cut(assay: Run, demo: Path, tmp_path: Path) -> None:
    """The layout is the one option of an import that it uses."""
    data = tmp_path / "votes.data"
    data.write_text(VOTES)
    call = ("record", "import", data, "--suggest", "--layout", "csv", "-p", demo)
    assert assay(*call).code == 0
    assert (tmp_path / "votes.mapping.yaml").exists()
