"""`assay quality`: shortcuts, reviewers and the report, over sixty judged pairs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import assay as package
from assay.contracts.service import init
from assay.core.errors import CheckError
from assay.quality.limits import ALWAYS
from simulators.reviewer_pool import ReviewerPool, SimulatedReviewer
from simulators.small_program import pair

Run = Any
HEAVY = ("sklearn", "statsmodels", "altair", "vl_convert", "pandas")
POOL = ReviewerPool([SimulatedReviewer("able"), SimulatedReviewer("shy", abstention=0.3)], seed=5)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program from the template for preferences, with pairs that two reviewers judged."""
    folder = tmp_path_factory.mktemp("quality") / "program"
    init(folder, "preference")
    with package.open(folder) as opened, opened.store.write("test.fill", actor="t") as writing:
        for number in range(60):
            record = pair(number, ("right", "wrong " * (1 + number % 5)))
            writing.add([record, *POOL.judge(record, better=0)])
    return folder


@pytest.fixture(scope="module")
def written(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the report was written to once."""
    folder = tmp_path_factory.mktemp("written")
    with package.open(program) as opened:
        opened.quality.write_report(folder)
    return folder


def test_the_same_report_is_written_again_and_listed_with_its_page_first(
    assay: Run, program: Path, written: Path, tmp_path: Path
) -> None:
    """A second run writes the same bytes, file by file, and names all of them."""
    done = assay("quality", "report", "--out", tmp_path / "out", "--json", "-p", program)
    files = [Path(name) for name in json.loads(done.out)]
    assert done.code == 0
    assert files[0].name == "quality.html"
    assert {"quality.json", "quality.md", "quotas.csv", "quotas.vl.json"} <= {f.name for f in files}
    again = {file.relative_to(tmp_path / "out"): file.read_bytes() for file in files}
    first = {file.relative_to(written): file.read_bytes() for file in written.rglob("*.*")}
    assert again == first


@pytest.mark.parametrize(("option", "file"), [((), "quality.md"), (("--json",), "quality.json")])
def test_the_printed_report_is_the_written_one(
    assay: Run, program: Path, written: Path, option: tuple[str, ...], file: str
) -> None:
    """Markdown and JSON on the terminal are the files."""
    printed = assay("quality", "report", *option, "-p", program).out
    assert printed == (written / file).read_text(encoding="utf-8")


def test_a_report_with_a_claim_is_neither_printed_nor_written(
    assay: Run, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted sentence stops both ways out with exit code 1, before any file is there."""
    monkeypatch.setattr("assay.quality.limits.ALWAYS", (*ALWAYS, "This is GDPR-compliant."))
    for way in ((), ("--out", tmp_path / "out")):
        done = assay("quality", "report", *way, "-p", program)
        assert (done.code, done.out) == (CheckError.exit_code, "")
        assert "GDPR-compliant" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["shortcuts", "reviewers"])
def test_parts_of_the_report_are_what_the_report_says(
    assay: Run, program: Path, written: Path, command: str
) -> None:
    """Shortcuts and reviewers alone are the sections of the whole, up to its rounding."""
    whole = json.loads((written / "quality.json").read_text(encoding="utf-8"))[command]
    alone = json.loads(assay("quality", command, "--json", "-p", program).out)
    assert _near(alone, whole)
    assert assay("quality", command, "-p", program).out.startswith(("group\t", "reviewer\t"))


def _near(first: Any, second: Any) -> bool:
    if isinstance(first, float):
        return first == pytest.approx(second)
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(_near(first[k], second[k]) for k in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(_near, first, second))
    return bool(first == second)


def test_commands_that_draw_nothing_load_no_statistics() -> None:
    """Dispositions, agreement and rates start without the libraries of audits and pictures."""
    program = (
        "import sys, assay.program.quality, assay.quality.service, assay.cli.quality\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert found.stdout == "[]\n", found.stderr


def test_near_copies_are_shown_with_what_they_cross(assay: Run, tmp_path: Path) -> None:
    """As a table and as JSON; of records that can be released nothing was compared here."""
    folder = tmp_path / "program"
    init(folder, "preference")
    with package.open(folder) as opened, opened.store.write("test.fill", actor="t") as writing:
        record = pair(1, ("right", "wrong"))
        writing.add([record, record.replace(key="again"), pair(2, ("left", "gone"))])
    shown = assay("quality", "duplicates", "-p", folder)
    assert shown.code == 0
    assert "3 records compared, 2 where near copies count once; 1 cluster," in shown.out
    done = json.loads(assay("quality", "duplicates", "--json", "-p", folder).out)
    [cluster] = done["clusters"]
    ids = {record.id, record.replace(key="again").id}
    assert {cluster["representative"], *cluster["copies"]} == ids
    assert "is unknown" in assay("quality", "duplicates", "--accepted", "-p", folder).out
