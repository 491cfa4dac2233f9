"""Servers that run in the process of the tests leave that process as it is."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from simulators.served import serving

TESTS = Path(__file__).parents[1]


class _Noting(logging.Handler):
    """A handler that knows whether it was closed, as those of libraries close the file they write to."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True
        super().close()


@pytest.fixture
def handler() -> Iterator[_Noting]:
    handler = _Noting()
    yield handler
    handler.close()


def test_a_server_in_a_thread_leaves_the_handlers_of_others_open(handler: _Noting) -> None:
    """Logging is not set up anew: absl's handler would take the capture of pytest with it."""
    with serving(Litestar([], logging_config=None)) as port:
        assert port > 0
    assert not handler.is_closed


def test_tests_start_servers_in_one_place() -> None:
    """The settings that keep logging as it is are those of every server in a thread."""
    own = Path(__file__)
    users = {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if path != own and "uvicorn.Config(" in path.read_text()
    }
    assert users == {"simulators/served.py"}
