"""Imports between rooms run in one direction, and the guard that says so bites."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_points_downwards() -> None:
    """No room imports from a room above it, and no stage room knows a door's library."""
    result = _lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line", "guidance"),
    [
        ("records/record.py", "import assay.releases.release", "never import upwards"),
        ("core/digest.py", "import sqlalchemy", "describe what you need as a Protocol"),
        (
            "quality/disposition.py",
            "def late():\n    import assay.store.store",
            "not even inside a function",
        ),
        ("warehouse/__init__.py", '"""A room that nobody placed."""', "warehouse"),
    ],
)
def test_a_planted_violation_is_found_with_its_guidance(
    tmp_path: Path, file: str, line: str, guidance: str
) -> None:
    """An upward import, a forbidden library and an unplaced room each fail, and say what to do."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / "src" / "assay" / file
    target.parent.mkdir(exist_ok=True)
    before = target.read_text() if target.exists() else ""
    target.write_text(f"{before}\n{line}\n")
    result = _lint_imports(tmp_path)
    assert result.returncode != 0
    assert guidance in " ".join((result.stdout + result.stderr).split())
