"""What the tests of the examples share: the public data beside the project, and the scripts.

The folder of the data is `ASSAY_DATA`, by default `../shared/data` beside the project.
"""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("ASSAY_DATA", ROOT.parent / "shared" / "data"))


def needs_data(missed: str, folder: Path = DATA) -> list[pytest.MarkDecorator]:
    """The marks of a file of tests that read a folder of the data.

    Args:
        missed: what was not tested where the folder is absent, such as `NO EXAMPLE WAS RUN`.
        folder: the folder.
    """
    return [
        pytest.mark.data,
        pytest.mark.long,
        pytest.mark.xdist_group("examples"),
        pytest.mark.skipif(
            not folder.is_dir(),
            reason=f"{missed}: there is no folder {folder}; set ASSAY_DATA to the public data",
        ),
    ]


def example_script(name: str) -> ModuleType:
    """A script below `examples`, such as `verification/mgsm`, as a module of its own."""
    path = ROOT / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
