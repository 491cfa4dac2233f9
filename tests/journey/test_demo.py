"""The demo is the journey: one small program the whole way, the same each time."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assay.demo.story import tell

ROOT = Path(__file__).parents[2]


def _digest_in_readme() -> str:
    found = re.search(r"release digest\s+(sha256:[0-9a-f]{64})", (ROOT / "README.md").read_text())
    assert found is not None
    return found[1]


def test_the_demo_ends_with_the_digest_that_the_readme_shows(tmp_path: Path) -> None:
    """The release is the same on every machine, whatever the seed of the interpreter's hashes."""
    lines: list[str] = []
    assert tell(tmp_path / "demo", lines.append) == _digest_in_readme()
    again = subprocess.run(
        [sys.executable, "-m", "assay", "demo", tmp_path / "again"],
        env=os.environ | {"PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout.splitlines()[-1].endswith(_digest_in_readme())
    one, two = (tmp_path / name / "releases" / "1.0.0" for name in ("demo", "again"))
    for file in sorted(path for path in one.rglob("*") if path.is_file()):
        assert (two / file.relative_to(one)).read_bytes() == file.read_bytes(), file.name


def test_the_demo_tells_each_step_and_what_it_caught(tmp_path: Path) -> None:
    """The story names the broken rows, the records without rights, and the drops of the export."""
    lines: list[str] = []
    tell(tmp_path / "demo", lines.append)
    story = "\n".join(lines)
    for word in (
        "read 211 = 209 stored + 0 already there + 2 set aside",
        "'partner-questions' does not permit to train",
        "each with its reason",
        "0 findings",
    ):
        assert word in story


def test_an_earlier_demo_can_be_written_over_from_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo runs again in the current folder, where it stands."""
    first = tell(tmp_path / "demo", lambda _: None)
    monkeypatch.chdir(tmp_path / "demo")
    assert tell(Path(), lambda _: None) == first


def test_an_earlier_demo_is_written_over_and_nothing_else_is(tmp_path: Path) -> None:
    """Running twice in one folder works; a folder that holds anything else is refused."""
    first = tell(tmp_path / "demo", lambda _: None)
    assert tell(tmp_path / "demo", lambda _: None) == first
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
