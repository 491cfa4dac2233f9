"""Options of the whole test run."""

import os

import pytest
from hypothesis import settings

# Nothing is timed in a test; a build is to repeat, and a run at one's desk is to explore.
settings.register_profile("desk", deadline=None, print_blob=True)
settings.register_profile("build", deadline=None, derandomize=True)
settings.load_profile("build" if os.environ.get("CI") else "desk")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        default=False,
        help="write the golden files anew; look at the difference before you keep it",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("update_goldens") and os.environ.get("CI"):
        raise pytest.UsageError("goldens are never written where CI is set")
