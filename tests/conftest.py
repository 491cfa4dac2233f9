"""Options of the whole test run."""

import os

import pytest


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
