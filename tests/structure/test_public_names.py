"""The public names of `assay`: what type checkers see is what is there, and it costs nothing."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import assay


def _typed() -> dict[str, tuple[str, str]]:
    """Name -> module and attribute, of the imports for type checkers."""
    tree = ast.parse(inspect.getsource(assay))
    block, _ = (node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_the_public_interface_is_about_forty_names() -> None:
    """It fits on one screen and has no name twice."""
    assert len(assay.__all__) == 43
    assert len(set(assay.__all__)) == len(assay.__all__)
    assert dir(assay) == assay.__all__


def test_type_checkers_see_every_name_and_no_other() -> None:
    """The imports for type checkers are those of `__all__`."""
    assert {*_typed(), "__version__"} == set(assay.__all__)


@pytest.mark.parametrize("name", sorted(_typed()))
def test_a_name_is_what_type_checkers_take_it_for(name: str) -> None:
    """Looked up at run time it is the same object."""
    module, attribute = _typed()[name]
    assert getattr(assay, name) is getattr(importlib.import_module(module), attribute)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As of any module; the name of a home is no public name."""
    for name in ("nothing", "open_program"):
        with pytest.raises(AttributeError, match=name):
            getattr(assay, name)


def test_import_assay_loads_none_of_its_packages() -> None:
    """A name is imported when it is first used."""
    program = "import sys, assay; print(*sorted(m for m in sys.modules if 'assay' in m or m == 'msgspec'))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["assay", "assay.core", "assay.core.version"]


def test_a_type_checker_refuses_a_name_that_the_package_does_not_have(tmp_path: Path) -> None:
    """The lazy import is hidden from type checkers, which see the imports alone."""
    program = tmp_path / "wrong_name.py"
    program.write_text("import assay\n\nassay.open\nassay.nosuch\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=skip", "--config-file=",
         f"--cache-dir={tmp_path / 'cache'}", assay.__file__, program],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if "wrong_name.py" in line]
    assert len(errors) == 1, done.stdout + done.stderr
    assert '"nosuch"' in errors[0]
