"""The demo's program, opened to be read."""

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
