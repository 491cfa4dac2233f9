"""Options of the whole test run."""

import gc
import os
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from assay.desk import accounts
from simulators.once import Once, once_in, tell_demo, tell_reviewed_demo

# Without bytecode each process that a test starts compiles the product anew, and each run the tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# `make test-long` asks for the second with --hypothesis-profile. Nothing is timed in a test, drawing
# included; a build is to repeat, and a run at one's desk is to explore.
for _profile, _examples in (("quick", 20), ("long", 100)):
    settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        derandomize=bool(os.environ.get("CI")),
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")

NO_BROWSER = "no Chromium is installed: `apt-get install chromium`, or `.venv/bin/playwright install chromium`"


LONGEST_ID = 60
"""Characters of a value in the name of a case."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are named by their length, and a long text by its beginning and its length.

    Names travel between the processes of a run with every report, and some values have megabytes.
    The processes must agree on them: packed bytes may hold the time at which they were made.
    """
    if isinstance(val, bytes):
        return f"{len(val)} bytes"
    if not isinstance(val, str) or len(val) <= LONGEST_ID:
        return None
    return f"{val[: LONGEST_ID // 2]}...{len(val)}"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are made and none is garbage: the collector would look at them in vain."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the cases of a test with `share(n)` every n-th stays; the others are long."""
    places: Counter[str] = Counter()
    for item in items:
        share = item.get_closest_marker("share")
        if share is None:
            continue
        test = item.nodeid.split("[")[0]
        if places[test] % share.args[0]:
            item.add_marker(pytest.mark.long)
        places[test] += 1


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Passwords are hashed as ever, at a price that hundreds of tests can pay."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "HASHER", cheap)
        yield


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Folders that are made once in a run; tests leave them as they are."""
    return once_in(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def demo(once: Once) -> Path:
    """The program of the demo before its next batch; tests read it and leave it as it is."""
    return once("demo", tell_reviewed_demo)


@pytest.fixture(scope="session")
def told_demo(once: Once) -> Path:
    """The program of the demo, without the failures that it plants; beside it, what it told."""
    return once("told", tell_demo) / "program"


@pytest.fixture(scope="session")
def no_browser() -> str:
    """Why tests of pages are skipped, or fail where CI is set."""
    return NO_BROWSER


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tested for want of a browser."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and NO_BROWSER in report.longrepr[2]
    ]
    if skipped:
        terminalreporter.section("NOT TESTED: pages in a browser", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped: {NO_BROWSER}", red=True)


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
