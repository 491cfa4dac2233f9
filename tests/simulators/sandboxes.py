"""A real sandbox for tests, or a loud skip where this machine has none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assay.contracts.contract import IsolationLevel
from assay.core.errors import MachineError
from assay.verification.sandbox import WarmSandbox, open_sandbox


@contextmanager
def real_sandbox(level: IsolationLevel = "namespaces") -> Iterator[WarmSandbox]:
    """A sandbox at this level; where CI is set, a machine without one fails the test."""
    try:
        opened = open_sandbox(level)
        sandbox = opened.__enter__()
    except MachineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no sandbox at the level {level} on this machine: {error}")
    try:
        yield sandbox
    finally:
        opened.__exit__(None, None, None)
