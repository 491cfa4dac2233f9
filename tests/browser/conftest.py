"""Real pages in a real Chromium.

Where no browser is found the tests here are skipped, and the end of the run says so
(`tests/conftest.py`); where `CI` is set they fail instead.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

from browser.page_server import PageServer

DESK: ViewportSize = {"width": 1440, "height": 900}
"""The size of a usual screen."""

PATIENCE_MS = 120_000
"""How long a page may take for anything before its test fails."""

expect.set_options(timeout=PATIENCE_MS)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Commands that start a browser of this family, in the order in which they are tried."""


def browser_path(playwright: Playwright) -> str | None:
    """The browser of the system, or else the one that playwright installed for itself."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    return found or (own if Path(own).exists() else None)


def browser_flags() -> list[str]:
    """What Chromium needs to start here: its own sandbox refuses the superuser."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if as_root else [])]


@pytest.fixture(scope="module")
def browser(no_browser: str) -> Iterator[Browser]:
    """One browser for a file of tests.

    No longer than that: while it is open, this thread has a running event loop, which would
    reach into other tests.
    """
    with sync_playwright() as playwright:
        path = browser_path(playwright)
        if path is None and os.environ.get("CI"):
            pytest.fail(no_browser)
        if path is None:
            pytest.skip(no_browser)
        opened = playwright.chromium.launch(executable_path=path, args=browser_flags())
        yield opened
        opened.close()


def patient_context(browser: Browser, **options: Any) -> BrowserContext:
    """A fresh profile whose pages a busy machine does not fail."""
    made = browser.new_context(**options)
    made.set_default_timeout(PATIENCE_MS)
    return made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile: no cookies, nothing stored."""
    opened = patient_context(browser, viewport=DESK, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A fresh page; it closes with its context."""
    return context.new_page()


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    """A server of single pages under the policy of the desk."""
    with PageServer() as running:
        yield running
