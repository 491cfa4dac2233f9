"""One real sandbox for all tests of a module."""

from collections.abc import Iterator

import pytest

from assay.verification.sandbox import WarmSandbox
from simulators.sandboxes import real_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[WarmSandbox]:
    with real_sandbox() as opened:
        yield opened
