"""The measures of the source that must not become worse."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def measures() -> ModuleType:
    """The script behind `make measures`."""
    spec = importlib.util.spec_from_file_location("measures", ROOT / "tools" / "measures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def source(measures: ModuleType) -> Sequence[Any]:
    """Every module of the package, read once."""
    return tuple(measures.modules())


def test_no_class_name_means_two_things(measures: ModuleType, source: Sequence[Any]) -> None:
    """A class name is defined in one module of the package."""
    assert measures.repeated_classes(source) == {}


def test_the_measure_of_class_names_bites(measures: ModuleType, tmp_path: Path) -> None:
    """Two classes of one name in two modules are found."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text("class Planted: ...\n", encoding="utf-8")
    assert measures.repeated_classes(measures.modules(tmp_path)) == {"Planted": ["one", "two"]}


def test_files_stay_short(source: Sequence[Any]) -> None:
    """Half of the files have at most 140 lines, and none has more than 700."""
    sizes = sorted(module.text.count("\n") for module in source)
    assert sizes[len(sizes) // 2] <= 140
    assert sizes[-1] <= 700
