"""The demo is the journey: one small program the whole way, the same each time."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import assay
from assay.core.clock import system_clock
from assay.demo import story
from assay.demo.caught import catch_failures
from assay.demo.collecting import EXAM_ITEMS
from assay.demo.story import MARK
from assay.governance.failure_modes import MODES
from assay.review.qualification import ExamItem
from simulators.desk_program import person
from simulators.once import TOLD

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("demo")


def _digest_in_readme() -> str:
    found = re.search(r"program digest\s+(sha256:[0-9a-f]{64})", (ROOT / "README.md").read_text())
    assert found is not None
    return found[1]


@pytest.fixture
def told(told_demo: Path) -> tuple[Path, str, list[str]]:
    """A run of the demo without failures, from the command line: its folder, its digest and its lines."""
    kept = json.loads((told_demo.parent / TOLD).read_text())
    return told_demo, kept["digest"], kept["lines"]


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the demo says of the failures that it plants."""
    lines: list[str] = []
    catch_failures(tmp_path_factory.mktemp("caught"), lines.append)
    return lines


def test_the_demo_ends_with_the_digest_that_the_readme_shows(
    told: tuple[Path, str, list[str]], demo: Path
) -> None:
    """The program is the same on every machine, whatever the seed of the interpreter's hashes."""
    folder, digest, _ = told
    assert digest == _digest_in_readme()
    for place in ("releases/1.0.0", "quality", "validation"):
        files = sorted(path for path in (folder / place).rglob("*") if path.is_file())
        assert files
        for file in files:
            assert (demo / file.relative_to(folder)).read_bytes() == file.read_bytes(), file.name


def test_the_demo_tells_each_step_and_what_it_caught(told: tuple[Path, str, list[str]]) -> None:
    """The story names the broken rows, the records without rights, the drops, the verdicts."""
    story = "\n".join(told[2])
    for word in (
        "read 240 = sealed 240",
        "read 211 = 209 stored + 0 already there + 2 set aside",
        "calculator-steps covers sums",
        "'partner-questions' does not permit to train",
        "gate reserve: passed, 0 of",
        "each with its reason",
        "opening 1 of the reserve is logged: 240 items",
        "fewer_wrong_totals: passed",
        ", cannot tell",
        "contract.yaml is now version 1.1.0",
        "from row 1 of records.jsonl: yes",
        "0 findings",
    ):
        assert word in story, word


@pytest.mark.long
def test_the_demo_catches_each_failure_mode(caught: list[str]) -> None:
    """Every one of the eight is planted and raised by a stage, and a sound program raises none."""
    for text in MODES.values():
        assert any(line.startswith(f"   {text.title}: raised by ") for line in caught), text.title
    assert "a sound program raises 0 of 8" in "\n".join(caught)


def test_a_new_reviewer_of_the_demo_meets_pairs_through_the_exam_alone(
    told_demo: Path, tmp_path: Path
) -> None:
    """The contract claims a blinded test of pairs: the role by itself opens no queue of them."""
    folder = Path(shutil.copytree(told_demo, tmp_path / "program"))
    with assay.open(folder, clock=system_clock, who="tests") as program:
        program.desk.fill()
        who = person(program, "new-reviewer", "reviewer")
        titles = [card.title for card in program.desk.queues(who)]
        assert any(title.startswith("exam · preference") for title in titles)
        assert not [title for title in titles if title.startswith("preference")]
        assert program.store.count(ExamItem) == EXAM_ITEMS
        entry = next(each for each in program.documents.contract.roles if each.role == "reviewer")
        assert entry.items == EXAM_ITEMS


@pytest.mark.long
def test_an_earlier_demo_is_written_over_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A marked folder is emptied, also from inside; a folder that holds anything else is refused."""
    earlier = tmp_path / "demo"
    (earlier / MARK).parent.mkdir(parents=True)
    (earlier / MARK).touch()
    (earlier / "old.txt").write_text("old")
    monkeypatch.chdir(earlier)
    story._clear(Path())
    assert list(earlier.iterdir()) == []
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    refused = subprocess.run(
        [sys.executable, "-m", "assay", "demo", tmp_path / "mine"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
