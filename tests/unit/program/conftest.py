"""The demo's program, opened to be read."""

from collections.abc import Iterator

import pytest

import assay
from assay.demo.story import open_demo, tell
from simulators.once import Once


@pytest.fixture(scope="module")
def program(once: Once) -> Iterator[assay.Program]:
    """A program with everything in it; tests read it and leave it as it is."""
    folder = once("demo", lambda at: tell(at, lambda _: None, failures=False, next_batch=False))
    with open_demo(folder) as opened:
        yield opened
