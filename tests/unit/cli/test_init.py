"""`assay init`: a draft of one's own, from nothing, from five answers or from a data file."""

import io
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import assay as product

Run = Callable[..., Any]

VOTES = (
    "id,question,a,b,worker,vote,shown_first\n"
    '1,"Which knot holds best when the rope is wet and heavy?",The bowline holds.,Granny.,w1,a,a\n'
    '2,"Which knot holds best when the rope is dry and light?",Bowline.,The granny holds.,w2,=,a\n'
)


def _not_answered(assay: Run, folder: Path) -> list[str]:
    """Place of each question that the check names; nothing else may be named."""
    outcome = assay("contract", "check", folder, "--json")
    issues = json.loads(outcome.out)["issues"]
    assert {issue["code"] for issue in issues} <= {"not-answered"}
    return [f"{issue['file']}:{issue['path']}" for issue in issues]


def test_a_blank_program_is_named_and_asks(assay: Run, tmp_path: Path) -> None:
    """The id is in every document, and the check names what is open."""
    outcome = assay("init", tmp_path / "new", "--blank", "--id", "knots")
    assert outcome.code == 0
    assert tomllib.loads((tmp_path / "new" / "assay.toml").read_text())["id"] == "knots"
    places = _not_answered(assay, tmp_path / "new")
    assert "contract.yaml:gap" in places
    assert f"marked TODO: {len(places)}" in outcome.out


def test_answers_come_from_standard_input(
    assay: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty line and a line that is not there leave their questions open."""
    monkeypatch.setattr("sys.stdin", io.StringIO("Names the knot\n\nA manual shows it\n"))
    outcome = assay("init", tmp_path / "new", "--guided")
    assert outcome.code == 0
    assert "2. Under which conditions?" in outcome.out
    places = _not_answered(assay, tmp_path / "new")
    assert "contract.yaml:behaviours[0].statement" not in places
    assert "contract.yaml:behaviours[0].acceptable_when" not in places
    assert "contract.yaml:behaviours[0].conditions[0]" in places
    assert "contract.yaml:failure_classes[0].description" in places


def test_a_data_file_gives_a_mapping_that_reads_it(assay: Run, tmp_path: Path) -> None:
    """The proposed mapping is the one that `assay run` would import by, and reads each row."""
    (tmp_path / "votes.csv").write_text(VOTES)
    outcome = assay("init", tmp_path / "new", "--from", tmp_path / "votes.csv")
    assert outcome.code == 0
    assert "2 rows looked at, 2 of them read as preference records by mapping.yaml" in outcome.out
    assert "shown_first is not placed" in outcome.out
    assert "languages: en" in outcome.out
    data = tomllib.loads((tmp_path / "new" / "assay.toml").read_text())["data"]
    assert data == [{"path": "../votes.csv", "mapping": "mapping.yaml", "source": "data"}]
    assert "contract.yaml:supervision[0].signal" not in _not_answered(assay, tmp_path / "new")
    assert "shown_first" in (tmp_path / "new" / "sources.yaml").read_text()


def test_a_file_of_a_known_format_names_its_reader(assay: Run, tmp_path: Path) -> None:
    """No mapping is written where a reader reads every row."""
    row = {"prompt": "Which knot?", "completion": "The bowline."}
    (tmp_path / "sft.jsonl").write_text(json.dumps(row) + "\n")
    assert assay("init", tmp_path / "new", "--from", tmp_path / "sft.jsonl").code == 0
    data = tomllib.loads((tmp_path / "new" / "assay.toml").read_text())["data"]
    assert (data[0]["format"], data[0]["kind"]) == ("trl", "demonstration")
    assert not (tmp_path / "new" / "mapping.yaml").exists()


def test_a_parquet_file_is_read_as_a_table(assay: Run, tmp_path: Path) -> None:
    """Its columns are placed as those of any table."""
    table = pa.table({"question": ["Which knot?"], "reference": ["bowline"], "topic": ["sea"]})
    pq.write_table(table, tmp_path / "items.parquet")
    outcome = assay("init", tmp_path / "new", "--from", tmp_path / "items.parquet")
    assert "1 of them read as outcome records by mapping.yaml" in outcome.out
    assert "topic -> taxonomy.domain" in outcome.out


def test_columns_that_show_nothing_become_a_question(assay: Run, tmp_path: Path) -> None:
    """No kind, no data file in assay.toml, and each column named."""
    (tmp_path / "t.csv").write_text("text,mark\nhello,x\n")
    outcome = assay("init", tmp_path / "new", "--from", tmp_path / "t.csv")
    assert outcome.code == 0
    assert "no column says what a record would be" in outcome.out
    assert "data" not in tomllib.loads((tmp_path / "new" / "assay.toml").read_text())
    assert "columns text, mark" in (tmp_path / "new" / "sources.yaml").read_text()


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--blank", "--template", "code"), "leave it out"),
        (("--id", "knots"), "--blank"),
        (("--blank", "--id", "My Knots"), "lower-case"),
    ],
)
def test_options_that_contradict_are_refused(
    assay: Run, tmp_path: Path, options: tuple[str, ...], hint: str
) -> None:
    """Nothing is written."""
    outcome = assay("init", tmp_path / "new", *options)
    assert outcome.code == product.UsageError.exit_code
    assert hint in outcome.err
    assert not (tmp_path / "new").exists()


def test_a_data_file_that_is_not_there_writes_nothing(assay: Run, tmp_path: Path) -> None:
    """The file is read before anything is written."""
    outcome = assay("init", tmp_path / "new", "--from", tmp_path / "gone.csv")
    assert outcome.code == product.InputError.exit_code
    assert not (tmp_path / "new").exists()


def test_the_line_of_a_new_key_fits_the_place_that_a_draft_marks(
    assay: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`key new` prints the line; at the commented place, above [[data]], it is the program's key."""
    (tmp_path / "votes.csv").write_text(VOTES)
    folder = tmp_path / "new"
    assay("init", folder, "--from", tmp_path / "votes.csv")
    monkeypatch.chdir(folder)
    printed = assay("key", "new", Path(".assay/signing.key")).out.splitlines()
    line = next(line for line in printed if line.startswith("signing_key ="))
    settings = folder / "assay.toml"
    settings.write_text(settings.read_text().replace(f"# {line}", f"{line} "))
    assert tomllib.loads(settings.read_text())["signing_key"] == "file:.assay/signing.key"


def test_a_dry_run_shows_the_rows_while_questions_are_open(assay: Run, tmp_path: Path) -> None:
    """The command that the proposed mapping names works at once, and stores no document."""
    (tmp_path / "votes.csv").write_text(VOTES)
    folder = tmp_path / "new"
    assay("init", folder, "--from", tmp_path / "votes.csv")
    arguments = (
        "record", "import", tmp_path / "votes.csv", "--format", folder / "mapping.yaml",
        "--source", "data", "-p", folder,
    )  # fmt: skip
    shown = assay(*arguments, "--dry-run")
    assert shown.code == 0, shown.err
    assert "bowline" in shown.out
    refused = assay(*arguments)
    assert refused.code == 1
    assert " ".join(refused.err.split()).count("not answered yet") == 3
    assert "more" in refused.err


@pytest.mark.parametrize("head", ["text,mark", "text;mark"])
def test_names_that_are_recognised_are_listed_where_none_was(
    assay: Run, tmp_path: Path, head: str
) -> None:
    """The list is a help to rename; a file parted by semicolons is told the key of a mapping."""
    (tmp_path / "t.csv").write_text(f"{head}\n{head}\n")
    shown = assay("init", tmp_path / "new", "--from", tmp_path / "t.csv").out
    assert "the prompt: prompt, question" in shown
    assert ('rows: {delimiter: ";"}' in shown) == (";" in head)


def test_the_next_command_quotes_a_folder_with_a_space(assay: Run, tmp_path: Path) -> None:
    """The line can be copied into a shell."""
    folder = tmp_path / "my program"
    assert f"assay contract check '{folder}'" in assay("init", folder).out


def test_a_check_of_a_folder_without_a_document_is_one_message(assay: Run, tmp_path: Path) -> None:
    """It is no program, and no checklist of one is printed."""
    done = assay("contract", "check", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "not a program" in done.err
