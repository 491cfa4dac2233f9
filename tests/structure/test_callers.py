"""Every public function of a stage package is called in the product; the guard is shown to bite."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from assay.plugins.built_in import BUILT_IN

SOURCE = Path(__file__).parents[2] / "src" / "assay"
STAGES = (
    "core", "governance", "contracts", "records", "review", "verification", "reserve", "quality",
    "releases", "validation", "planning",
)  # fmt: skip
ELSEWHERE = {"render_matrix": "docs/generate.py writes the table of exports"}
"""Public functions that are called outside the package, with their caller."""


def _public(folder: Path) -> Iterator[tuple[str, str]]:
    """Module and name of each public function and class of the stage packages."""
    for stage in STAGES:
        for path in sorted((folder / stage).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                if is_named and not node.name.startswith("_"):
                    yield path.relative_to(folder).as_posix(), node.name


def _uses(folder: Path) -> set[str]:
    """Every name that is read anywhere: in code, in templates, in the lists of plug-ins."""
    names = {entry.partition(":")[2] for group in BUILT_IN.values() for entry in group.values()}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
    for pattern in ("*.j2", "*.html"):
        for path in folder.rglob(pattern):
            names |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return names


def _uncalled(folder: Path) -> list[str]:
    names = _uses(folder) | set(ELSEWHERE)
    return [f"{module}: {name}" for module, name in _public(folder) if name not in names]


def test_every_public_function_of_a_stage_has_a_caller() -> None:
    """What only tests call covers nothing of the product."""
    assert _uncalled(SOURCE) == []


def test_the_guard_on_callers_bites(tmp_path: Path) -> None:
    """A function that nothing calls is named with its module; one that is called is not."""
    for stage in STAGES:
        (tmp_path / stage).mkdir()
    (tmp_path / "review" / "planted.py").write_text(
        "def forgotten(): ...\ndef called(): ...\nvalue = called()\n", encoding="utf-8"
    )
    assert _uncalled(tmp_path) == ["review/planted.py: forgotten"]


def test_what_is_called_elsewhere_is_there() -> None:
    """A name on the list of exceptions that is gone would hide the next one of its name."""
    public = {name for _, name in _public(SOURCE)}
    assert set(ELSEWHERE) <= public
