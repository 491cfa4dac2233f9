"""The house rules of the pages' files: types of the wire, reasons, lines that can be read."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "assay" / "web"
SCRIPTS = sorted(WEB.glob("static/**/*.js"))
WIDTH = 120

_TYPE = re.compile(r"\{[^}\n]*\bany\b")


def _long_lines(paths: list[Path]) -> list[str]:
    return [
        f"{path.name}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > WIDTH
    ]


def _bare_any(text: str) -> list[str]:
    """Lines whose type is `any` and that do not say why; a reason may be in the lines above."""
    lines = text.splitlines()
    return [
        line
        for number, line in enumerate(lines)
        if _TYPE.search(line)
        and not re.search(
            r"\bany\b(: |`|\} the )", "\n".join(lines[max(0, number - 3) : number + 1])
        )
    ]


def test_the_types_of_the_wire_are_those_of_the_structs() -> None:
    """What `make wire` would write is what is there."""
    code = "import sys; sys.path.insert(0, 'tools'); import wire_types; print(wire_types.wire_types(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (WEB / "static" / "wire.d.ts").read_text("utf-8")


def test_no_line_of_the_pages_files_is_longer_than_a_screen() -> None:
    """Scripts, styles and templates have at most 120 characters a line."""
    files = [
        *WEB.glob("static/**/*.[jc]s*"),
        *WEB.glob("static/*.ts"),
        *WEB.glob("templates/*.html"),
    ]
    assert len(files) > 50
    assert _long_lines(sorted(files)) == []


def test_the_guard_on_long_lines_finds_one(tmp_path: Path) -> None:
    """The longest line that passes has 120 characters."""
    (tmp_path / "a.js").write_text("x" * WIDTH + "\n" + "x" * (WIDTH + 1) + "\n")
    assert _long_lines([tmp_path / "a.js"]) == ["a.js:2"]


def test_every_any_has_its_reason() -> None:
    """A type that checks nothing says why it cannot."""
    assert [line for path in SCRIPTS for line in _bare_any(path.read_text("utf-8"))] == []


def test_the_guard_on_any_finds_a_bare_one() -> None:
    """A reason is told from none, whatever the form of the type."""
    assert _bare_any("/** @param {any} x */") == ["/** @param {any} x */"]
    assert _bare_any("/** @type {Record<string, any>[]} */") == [
        "/** @type {Record<string, any>[]} */"
    ]
    assert _bare_any("/** @param {any} x any: it may be all things */") == []


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_a_check_that_cannot_run_says_so(tmp_path: Path) -> None:
    """Without npm the modules are not checked: it is said aloud, and it fails where that is asked for."""
    for tool in ("sh", "make"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    command = ["make", "check-web", f"VENV={tmp_path / 'venv'}"]
    for extra, code in (({}, 0), ({"REQUIRE_TYPESCRIPT": "1"}, 2)):
        env = {"PATH": str(tmp_path), **extra}
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert "NOT CHECKED: the types of src/assay/web/static" in done.stderr
