"""The demo's program, opened to be read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import assay
from assay.demo.story import open_demo


@pytest.fixture(scope="module")
def program(demo: Path) -> Iterator[assay.Program]:
    """A program with everything in it; tests read it and leave it as it is."""
    with open_demo(demo) as opened:
        yield opened


@pytest.fixture
def own(demo: Path, tmp_path: Path) -> Iterator[assay.Program]:
    """The demo's program as a copy of the test's own, which it may change: an export is logged there."""
    with open_demo(shutil.copytree(demo, tmp_path / "trailhead")) as opened:
        yield opened
