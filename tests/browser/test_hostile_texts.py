"""No text that a model wrote does anything in a browser but be read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from assay.web.cleaning import ATTRIBUTES, TAGS
from assay.web.maths import ATTRIBUTES as MATHS_ATTRIBUTES
from assay.web.rendering import render
from browser.conftest import patient_context
from browser.page_server import PageServer
from simulators.hostile_texts import FIRE, HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: hostile texts")]

WATCH = """
window.__seen = [];
const see = (what) => window.__seen.push(what);
addEventListener("securitypolicyviolation", (e) => see(`policy: ${e.violatedDirective} ${e.blockedURI}`));
addEventListener("error", (e) => see(`error: ${e.message || e.target.tagName}`), true);
window.__known = new Set(Object.getOwnPropertyNames(window));
"""

LOOK = """
([tags, attributes]) => {
  if (!window.__seen) return ["page left"];
  const found = [...window.__seen];
  const allowedTags = new Set(tags), allowedAttributes = new Set(attributes);
  const box = document.getElementById("box");
  for (const element of box.querySelectorAll("*")) {
    if (!allowedTags.has(element.localName)) found.push(`element: ${element.localName}`);
    for (const {name} of element.attributes)
      if (!allowedAttributes.has(name)) found.push(`attribute: ${element.localName} ${name}`);
    if (element.tabIndex >= 0) found.push(`focusable: ${element.localName}`);
    if (element.id && document[element.id] !== undefined) found.push(`clobbered: ${element.id}`);
  }
  for (const name of Object.getOwnPropertyNames(window))
    if (!window.__known.has(name) && !/^(__|h-)/.test(name) && !/^\\d+$/.test(name))
      found.push(`global: ${name}`);
  if (window.__fired) found.push("fired");
  if (document.title !== "The page's own title") found.push("title");
  if (document.querySelectorAll("body > *").length !== 3) found.push("outside the box");
  if (document.getElementById("end").previousElementSibling !== box) found.push("box left");
  if (document.querySelector("h1").textContent !== "The page's own words") found.push("heading");
  if (getComputedStyle(document.body).display === "none") found.push("hidden page");
  return found;
}
"""
PATIENCE = 2400
"""Twentieths of a second that a planted text is given to do its work."""

LISTS = [sorted(TAGS), sorted(ATTRIBUTES | MATHS_ATTRIBUTES)]


EVENTS: dict[str, Callable[[Any], str]] = {
    "dialog": lambda dialog: f"dialog: {dialog.message}",
    "popup": lambda popup: f"popup: {popup.url}",
    "pageerror": lambda error: f"page error: {error}",
    "console": lambda message: f"console: {message.text}",
    "request": lambda request: f"request: {request.url}",
    "framenavigated": lambda frame: f"navigation: {frame.url}",
}
"""What a page can do beyond being read, and the words for it."""


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """One page for all texts, and what it did."""
    with _watched(browser) as found:
        yield found


@pytest.fixture
def planted(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page for one planted text: what it begins is over before the next text is shown."""
    with _watched(browser) as found:
        yield found


@contextmanager
def _watched(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    seen: list[str] = []
    with patient_context(browser) as context:
        page = context.new_page()
        for event, words in EVENTS.items():
            page.on(event, partial(_note, seen, words))  # type: ignore[call-overload]
        yield page, seen


def _note(seen: list[str], words: Callable[[Any], str], happened: Any) -> None:
    seen.append(words(happened))
    if hasattr(happened, "dismiss"):
        happened.dismiss()


def happenings(watched: tuple[Page, list[str]], server: PageServer, html: str) -> list[str]:
    """All that happens when HTML is shown, clicked into and tabbed through."""
    page, seen = watched
    address = server.put(html, WATCH)
    seen.clear()
    found = _use(page, address)
    ours = {f"request: {address}", f"request: {address}page.js", f"navigation: {address}"}
    asked = [path for path in server.asked if path not in {"/", "/page.js", "/favicon.ico"}]
    return [*found, *(each for each in seen if each not in ours), *map("asked: {}".format, asked)]


def _use(page: Page, address: str) -> list[str]:
    """What the page has become after use; one that goes elsewhere meanwhile is a finding."""
    try:
        page.goto(address, wait_until="load")
        page.mouse.click(60, 120)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        found: list[str] = page.evaluate(LOOK, LISTS)
    except PlaywrightError as left:
        return [f"page left: {left.message}"]
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_happens_but_reading(
    name: str, watched: tuple[Page, list[str]], server: PageServer
) -> None:
    """Rendered and raw, a hostile text runs, loads, opens, navigates and clobbers nothing."""
    raw = HOSTILE[name]
    html = f"{render(raw).html}<pre>{render(raw).raw_html}</pre>"
    assert happenings(watched, server, html) == []


@pytest.mark.parametrize(
    ("html", "what"),
    [
        (f"<script>{FIRE}</script>", "policy: script-src"),
        (f'<img src=x onerror="{FIRE}">', "element: img"),
        ('<img src="/pixel.png">', "asked: /pixel.png"),
        ("<button>Next task</button>", "focusable: button"),
        ('<a href="javascript:alert(1)">x</a>', "element: a"),
        ('<meta http-equiv="refresh" content="0;url=/away">', "request: http://127.0.0.1"),
        ('<p style="position:fixed">x</p>', "attribute: p style"),
        ("</main></body><p>out</p>", "outside the box"),
        ('<p id="title">x</p><form id="forms"></form>', "clobbered: title"),
    ],
)
def test_the_detectors_bite(
    html: str, what: str, planted: tuple[Page, list[str]], server: PageServer
) -> None:
    """Put into the page without rendering, each of these is seen."""
    page, seen = planted
    found = happenings(planted, server, html)
    for _ in range(PATIENCE):
        if any(each.startswith(what) for each in (*found, *seen)):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{what} was not seen among {[*found, *seen]}")
