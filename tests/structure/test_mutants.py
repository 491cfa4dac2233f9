"""The list of mutants is that of today's source: `make mutants` can change each of its boundaries."""

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def _mutants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "tools" / "mutants.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_mutant_has_its_place_and_its_tests() -> None:
    """The text that a mutant replaces stands once in its file, and its tests are there."""
    tool = _mutants()
    stale = [
        mutant.rule
        for mutant in tool.MUTANTS
        if (tool.SOURCE / mutant.file).read_text().count(mutant.before) != 1
        or not all((ROOT / "tests" / path).exists() for path in mutant.tests.split())
    ]
    assert stale == []
    assert len(tool.MUTANTS) >= 20
