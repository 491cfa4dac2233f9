"""Real pages in a real Chromium.

Where no browser is found the tests here are skipped, and the end of the run says so
(`tests/conftest.py`); where `CI` is set they fail instead.
"""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Thread

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from browser.page_server import PageServer
from simulators.served import free_port

DESK: ViewportSize = {"width": 1440, "height": 900}
"""The size of a usual screen."""

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


@pytest.fixture(scope="session")
def chromium(no_browser: str) -> Iterator[str]:
    """The address of the one Chromium of the run.

    It is started in a thread of its own: as long as Playwright is open in a thread, that thread has
    a running event loop, which would reach into other tests.
    """
    started: Future[str | None] = Future()
    over = Event()
    thread = Thread(target=_run_chromium, args=(started, over))
    thread.start()
    try:
        address = started.result()
        if address is None and os.environ.get("CI"):
            pytest.fail(no_browser)
        if address is None:
            pytest.skip(no_browser)
        yield address
    finally:
        over.set()
        thread.join()


def _run_chromium(started: "Future[str | None]", over: Event) -> None:
    """Run a Chromium until it is over, and tell its address; none where no browser is found."""
    try:
        with sync_playwright() as playwright:
            path = browser_path(playwright)
            if path is None:
                started.set_result(None)
                return
            port = free_port()
            flags = [*browser_flags(), f"--remote-debugging-port={port}"]
            opened = playwright.chromium.launch(executable_path=path, args=flags)
            started.set_result(f"http://127.0.0.1:{port}")
            over.wait()
            opened.close()
    except PlaywrightError as error:
        if started.done():
            raise
        started.set_exception(error)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The browser of the run, for a file of tests; what the file opened is closed with it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.connect_over_cdp(chromium)
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile: no cookies, nothing stored."""
    opened = browser.new_context(viewport=DESK, reduced_motion="reduce")
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
