"""Imports run in one direction and in no circle, and the guards that say so bite."""

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
    """No package imports from one above it, and no stage package knows an interface's library."""
    result = _lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.share(3)
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
        ("warehouse/__init__.py", '"""A package that nobody placed."""', "warehouse"),
        ("records/task.py", "import assay.records.record", "move what both need into a third"),
        (
            "cli/status.py",
            "import assay.store.store",
            "add what you need to the module of the stage",
        ),
        (
            "web/app.py",
            "import assay.providers.cost",
            "add what you need to the module of the stage",
        ),
        ("program/records.py", "import assay.store.vault", "ask program.reserve"),
        ("client/client.py", "import assay.review.service", "put the shape into review.wire"),
    ],
)
def test_a_planted_violation_is_found_with_its_guidance(
    tmp_path: Path, file: str, line: str, guidance: str
) -> None:
    """Each kind of forbidden import fails, and the message says what to do instead."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / "src" / "assay" / file
    target.parent.mkdir(exist_ok=True)
    before = target.read_text() if target.exists() else ""
    target.write_text(f"{before}\n{line}\n")
    result = _lint_imports(tmp_path)
    assert result.returncode != 0
    assert guidance in " ".join((result.stdout + result.stderr).split())
