"""The documentation is found: every page is near the README, and the site is built from the same files."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def _script(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_within_two_links_of_the_readme() -> None:
    """No page of the documentation is further than two links from README."""
    assert _script("tools/measures.py").orphans() == []


def test_the_guard_on_orphans_bites(tmp_path: Path) -> None:
    """A page that three links lead to is not reached by two."""
    (tmp_path / "README.md").write_text("[a](a.md)")
    (tmp_path / "a.md").write_text("[b](b.md)")
    (tmp_path / "b.md").write_text("[c](c.md)")
    (tmp_path / "c.md").write_text("end")
    reached = _script("tools/measures.py").pages_reached(tmp_path / "README.md", 2)
    assert {page.name for page in reached} == {"README.md", "a.md", "b.md"}


def test_the_long_description_has_no_relative_link() -> None:
    """On an index page nothing of the README leads nowhere, and absolute links stay."""
    hook = _script("tools/long_description.py")
    text = hook.self_contained((ROOT / "README.md").read_text())
    assert "](" not in text.replace("](https://", "")
    assert "comparison by slice" in text
    planted = "![a](b.png)\n\n[c](d.md), [e](https://f.example)"
    assert hook.self_contained(planted).startswith("c, [e](https://f.example)\n")


@pytest.mark.long
def test_the_site_is_built_without_a_broken_link(tmp_path: Path) -> None:
    """`mkdocs build --strict` succeeds, and every page of the documentation is on the site."""
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    pages = {path.relative_to(ROOT).with_suffix(".html") for path in ROOT.glob("docs/**/*.md")}
    built = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.html")}
    missing = {page for page in pages if page.name != "README.html"} - built
    assert missing == set()
