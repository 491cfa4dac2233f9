"""The how-to about Python: its blocks run, and type-check."""

import re
import shutil
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "use-from-python.md").read_text()
SCRIPT = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))


@pytest.mark.filterwarnings("ignore")
def test_the_blocks_of_the_page_run_in_order(
    demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Run as one script beside the demo's program, they print what the page speaks of."""
    shutil.copytree(demo, tmp_path / "tour")
    monkeypatch.chdir(tmp_path)
    exec(compile(SCRIPT, "use-from-python.md", "exec"), {"__name__": "page"})  # noqa: S102
    printed = capsys.readouterr().out
    assert '<Program "Trailhead, the traveller\'s desk of a railway" in ' in printed
    assert "no-program | this folder is not a program" in printed
    assert "1 stored, 1 set aside" in printed
    assert "75 rows of" in printed
    assert "75 ['prompt', 'chosen', 'rejected', 'tools']" in printed
    assert "fewer_wrong_totals" in printed


@pytest.mark.long
def test_a_script_that_uses_the_interface_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page passes `mypy --strict`; a misspelt argument and a wrong type do not."""
    monkeypatch.setenv("MYPYPATH", str(ROOT / "src"))
    wrong = 'import assay\n\nassay.open("x", whoo="me")\nassay.open("x").releases.build(1)\n'
    (tmp_path / "page.py").write_text(SCRIPT)
    (tmp_path / "wrong.py").write_text(wrong)
    options = ["--strict", "--follow-imports=silent", "--config-file", str(ROOT / "pyproject.toml")]
    found, errors, _ = api.run(
        [
            *options,
            "--cache-dir",
            str(tmp_path / "cache"),
            str(tmp_path / "page.py"),
            str(tmp_path / "wrong.py"),
        ]
    )
    assert errors == ""
    assert [line for line in found.splitlines() if "page.py" in line] == []
    assert 'Unexpected keyword argument "whoo" for "open_program"' in found
    assert 'Argument 1 to "build" of "ReleasesService" has incompatible type "int"' in found
