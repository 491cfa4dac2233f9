"""Review work out to other tools and back, as a shell would do it."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulators.foreign_tools import TOOLS, long_csv

Run = Callable[..., Any]

SUFFIXES = {
    "label-studio": ("json", "xml"),
    "argilla": ("json", "json"),
    "potato": ("jsonl", "yaml"),
    "annotation-queue": ("jsonl", "json"),
    "long-csv": ("csv", "json"),
}
"""Format -> the usual suffixes of its work and of its settings."""


@pytest.fixture
def program(demo: Path, tmp_path: Path, assay: Run) -> Path:
    """A copy of the demo in which three records wait for Jo."""
    copy = shutil.copytree(demo, tmp_path / "program")
    listed = json.loads(assay("record", "list", "--limit", 3, "--json", "-p", copy).out)
    extra = [part for each in listed for part in ("--extra", each["id"])]
    assert assay("review", "assign", "-r", "jo=reviewer", *extra, "-p", copy).code == 0
    return copy


def _export(assay: Run, program: Path, form: str) -> tuple[Path, str]:
    """The file of work in a format, and the text of its settings."""
    work, settings = SUFFIXES[form]
    file = program.parent / f"jo.{work}"
    done = assay("review", "export", file, "--to", form, "-r", "jo", "-p", program)
    assert done.code == 0, done.err
    beside = Path(f"{file}.settings.{settings}")
    assert str(beside) in done.out
    return file, beside.read_text()


def _read(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".csv":
        with file.open(newline="") as stream:
            return list(csv.DictReader(stream))
    if file.suffix == ".json":
        return list(json.loads(file.read_text()))
    return [json.loads(line) for line in file.read_text().splitlines()]


def _answer(number: int) -> dict[str, str]:
    """An answer to the demo's rubric."""
    return {"verdict": ("A", "tie", "abstain:not my field")[number], "reason.correct": "the sum"}


def _answered(form: str, tool: str, file: Path, settings: str, person: str) -> list[dict[str, Any]]:
    tasks = _read(file)
    if form != "long-csv":
        fill = TOOLS[tool][1]
        return [
            row
            for number, task in enumerate(tasks)
            for row in fill(task, settings, _answer(number), person)
        ]
    ids = list(dict.fromkeys(row["assignment"] for row in tasks))
    return [
        row
        for number, each in enumerate(ids)
        for row in long_csv(
            [row for row in tasks if row["assignment"] == each], _answer(number), person
        )
    ]


def _write(file: Path, rows: list[dict[str, Any]]) -> Path:
    answered = file.with_name(f"answered{file.suffix}")
    if file.suffix == ".csv":
        with answered.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    elif file.suffix == ".json":
        answered.write_text(json.dumps(rows, indent=2))
    else:
        answered.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return answered


@pytest.mark.share(3)
@pytest.mark.parametrize("tool", [*TOOLS, "long csv"])
def test_work_goes_to_a_tool_and_comes_back_as_judgments(
    assay: Run, program: Path, tool: str
) -> None:
    """What Jo answers in any tool is stored once; the same export again is there already."""
    form = TOOLS[tool][0] if tool in TOOLS else "long-csv"
    file, settings = _export(assay, program, form)
    assert "trailhead-" not in file.read_text() + settings
    answered = _write(file, _answered(form, tool, file, settings, "jo"))
    call = ("review", "import", answered, "--from", form, "-p", program)
    taken = assay(*call)
    assert "read 3 = stored 3 + already there 0 + unanswered 0 + set aside 0" in taken.out, (
        taken.out
    )
    assert "0 waiting" in assay("review", "status", "-p", program).out
    assert "read 3 = stored 0 + already there 3" in assay(*call).out


def test_an_empty_export_comes_back_as_unanswered(assay: Run, program: Path) -> None:
    """Tasks that nobody opened are counted, and nothing is stored."""
    file, _ = _export(assay, program, "label-studio")
    answered = _write(file, [{**task, "annotations": []} for task in _read(file)])
    taken = assay("review", "import", answered, "--from", "label-studio", "-p", program)
    assert "read 3 = stored 0 + already there 0 + unanswered 3 + set aside 0" in taken.out


def test_an_option_says_who_is_who(assay: Run, program: Path) -> None:
    """A name that stands for somebody else sets the answer aside; the right one is taken."""
    file, settings = _export(assay, program, "label-studio")
    answered = _write(file, _answered("label-studio", "label studio", file, settings, "7"))
    call = ("review", "import", answered, "--from", "label-studio", "-p", program)
    other = assay(*call, "--who", "7=bela")
    assert "stored 0" in other.out
    assert other.out.count("[somebody-else]") == 3
    assert "stored 3" in assay(*call, "--who", "7=jo").out


def test_what_was_set_aside_is_mended_and_imported_in_the_same_way(
    assay: Run, program: Path
) -> None:
    """A reject is the tool's own row where its shape is at fault, and our row where its answer is."""
    file, settings = _export(assay, program, "label-studio")
    rows = _answered("label-studio", "label studio", file, settings, "jo")
    rows[0]["annotations"][0]["result"][0]["value"] = {"choices": ["Q"]}
    rows[1]["annotations"][0]["result"][0]["type"] = "taxonomy"
    answered = _write(file, rows)
    taken = assay("review", "import", answered, "--from", "label-studio", "-p", program)
    assert "stored 1 + already there 0 + unanswered 0 + set aside 2" in taken.out
    rejects = file.with_name(f"{answered.name}.set-aside.jsonl")
    own, foreign = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert (own["code"], foreign["code"]) == ("unknown-verdict", "unknown-result")
    own["raw"]["verdict"] = "A"
    foreign["raw"]["annotations"][0]["result"][0]["type"] = "choices"
    rejects.write_text(json.dumps(own) + "\n" + json.dumps(foreign) + "\n")
    corrected = assay("review", "import", rejects, "--from", "label-studio", "-p", program)
    assert "read 2 = stored 2 + already there 0 + unanswered 0 + set aside 0" in corrected.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("x.json", "--to", "doccano"), 2, "there are: label-studio"),
        (("x.csv", "--to", "label-studio"), 2, "end it in .json"),
        (("--to", "label-studio"), 2, "no file is named"),
        ((), 2, "no file is named"),
        (("--to", "work.txt"), 2, "end it in .jsonl or .csv"),
    ],
)
def test_a_wrong_call_says_what_to_do(
    assay: Run, demo: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """An unknown format, a name that does not suit it, and a missing file are faults of the call."""
    called = assay("review", "export", *arguments, "-p", demo)
    assert called.code == code
    assert said in called.err


def test_our_own_rows_are_named_in_either_way(assay: Run, program: Path) -> None:
    """The file of our own rows stands under `--to`, or alone; both hold the same."""
    one, other = program.parent / "a.jsonl", program.parent / "b.jsonl"
    assert assay("review", "export", "--to", one, "-p", program).code == 0
    assert assay("review", "export", other, "-p", program).code == 0
    assert one.read_bytes() == other.read_bytes()
