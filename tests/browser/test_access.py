"""Every screen can be used by everyone: by keyboard, at 320 pixels, in both themes and directions."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assay.records.judgment import Reason
from assay.records.verdict import BothUnacceptable, Prefers, Tie
from assay.review.answer import Answer
from browser.axe import findings
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import disputed_record, review_records, severe_records

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: access")]

View = tuple[str, str, int]

VIEWS: tuple[View, ...] = (("light", "ltr", 1440), ("dark", "rtl", 320))
"""Theme, direction and width of every screen: two views that share nothing."""

CROSSED: tuple[View, ...] = (*VIEWS, ("light", "rtl", 1440), ("dark", "ltr", 320))
"""With these, every two values of theme, direction and width come together once."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """The desk with one record of every kind, and a severe one."""
    folder = tmp_path_factory.mktemp("access") / "program"
    with DeskServer(
        folder, records=[*review_records(), *severe_records(), disputed_record()]
    ) as running:
        ana = running.people["ana"]
        running.program.desk.consent(ana, "fare_evasion", given=True)
        yield running


@pytest.fixture(scope="module")
def hand(desk: DeskServer, browser: Browser) -> Iterator[Hand]:
    """Ana's hand."""
    context = patient_context(browser, viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    page.clock.install()
    made = Hand(page, desk.origin)
    made.sign_in("ana")
    yield made
    context.close()


def assert_all_views(page: Page, screen: str, views: Sequence[View] = VIEWS) -> None:
    """No finding and no sideways scrolling in any theme, direction and width."""
    told = []
    for theme, direction, width in views:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(
            "([theme, dir]) => Object.assign(document.documentElement, {dir}).dataset.theme = theme",
            [theme, direction],
        )
        view = f"{screen}, {theme}, {direction}, {width}"
        told += [f"{view}: {each}" for each in findings(page)]
        wide: list[str] = page.evaluate(_WIDE)
        told += [f"{view}: scrolls sideways: {each}" for each in wide]
        cut: list[str] = page.evaluate(_CUT)
        told += [f"{view}: is cut off at the side: {each}" for each in cut]
    page.set_viewport_size(DESK)
    assert told == [], "\n".join(told)


_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && (box.right > width + 1 || box.left < -1);
  }).slice(0, 5).map((each) => `${each.localName}.${each.className}`);
}"""

_CUT = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (each) => each && (["auto", "scroll"].includes(getComputedStyle(each).overflowX)
    || scrolls(each.parentElement));
  return [...document.querySelectorAll("button, a, input, select, textarea, summary")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((each) => each.clientWidth > 1 && !scrolls(each.parentElement))
    .filter((each) => {
      const box = each.getBoundingClientRect();
      return box.right > width + 1 || (box.left < -1 && box.right > 0);
    }).slice(0, 5).map((each) => `${each.localName} ${each.textContent.trim()}`);
}"""
"""Controls whose end lies beyond the side of the window, where nothing can be scrolled to them."""

QUEUES = (
    "preference · pair",
    "preference · three",
    "outcome · write",
    "demonstration · edit",
    "critique · criticise",
    "process · steps",
    "outcome · total",
    "policy · rule",
    "adversarial · attack",
    "trajectory · calls",
)

USUAL = {"preference · pair", "critique · criticise", "trajectory · calls"}
"""Those that have most of the parts of the others; the others are looked at in the long run."""


@pytest.mark.parametrize(
    "queue",
    [pytest.param(each, marks=() if each in USUAL else pytest.mark.long) for each in QUEUES],
)
def test_the_work_of_every_kind_has_no_finding(queue: str, hand: Hand) -> None:
    """The workbench stands with each kind of record in it."""
    hand.open_queue(queue)
    assert_all_views(hand.page, queue, CROSSED if queue == QUEUES[0] else VIEWS)


def _critique(hand: Hand) -> None:
    hand.press("v", "s", "c", "2")


def _contradiction(hand: Hand) -> None:
    hand.press("Alt+0", "Alt+1", "1", "c")


def _reasons(hand: Hand) -> None:
    hand.press("Shift+1", "o", "Escape", "x", "Escape", "h", "Escape", "Control+Enter")


STATES: dict[str, Callable[[Hand], Any]] = {
    "keys": lambda hand: hand.press("?"),
    "search": lambda hand: hand.fill("/", "crowns"),
    "evidence": lambda hand: hand.press("e"),
    "guideline gap": lambda hand: hand.press("G"),
    "give back": lambda hand: hand.press("f"),
    "pause": lambda hand: hand.press("q"),
    "guide in full": lambda hand: hand.press("g"),
    "raw": lambda hand: hand.press("r"),
    "differences": lambda hand: hand.press("d"),
    "critique under way": _critique,
    "against the priority rules": _contradiction,
    "reasons, a cause and faults": _reasons,
}


@pytest.mark.long
@pytest.mark.parametrize("state", STATES)
def test_every_dialog_and_state_of_the_workbench_has_no_finding(state: str, hand: Hand) -> None:
    """Whatever a key opens stands as well as the work itself."""
    hand.open_queue("preference · pair")
    STATES[state](hand)
    assert_all_views(hand.page, state)


@pytest.mark.long
def test_severe_content_and_the_screens_around_it_have_no_finding(hand: Hand) -> None:
    """The gate, the covered work, what is uncovered, and the screen after leaving."""
    hand.open_gate("adversarial · hide")
    assert_all_views(hand.page, "gate")
    hand.enter()
    hand.at_work()
    assert_all_views(hand.page, "covered")
    hand.press(".", ".")
    assert_all_views(hand.page, "uncovered")
    hand.press("w")
    expect(hand.page.locator(".empty h2")).to_contain_text("You have left the assignment")
    assert_all_views(hand.page, "left")
    hand.press("Enter")
    expect(hand.page.locator(".empty h2")).to_contain_text("Nothing waits")
    assert_all_views(hand.page, "nothing waits")


def test_home_and_its_menu_have_no_finding(hand: Hand) -> None:
    """The first page after signing in, and the menu of the account."""
    hand.home()
    assert_all_views(hand.page, "home", CROSSED)
    hand.tab_to("^ana")
    hand.press("Enter")
    assert_all_views(hand.page, "menu")


def test_a_page_that_does_not_exist_has_no_finding(hand: Hand) -> None:
    """The problem page says what is the matter, and how to go on."""
    hand.page.goto(f"{hand.origin}/nowhere")
    assert_all_views(hand.page, "problem")


def test_signing_in_and_the_invitation_have_no_finding(desk: DeskServer, page: Page) -> None:
    """The pages before there is an account, right and wrong."""
    hand = Hand(page, desk.origin)
    page.goto(f"{desk.origin}/sign-in")
    assert_all_views(page, "sign in")
    hand.type("nobody")
    hand.press("Tab")
    hand.type("nothing")
    hand.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    assert_all_views(page, "sign in, wrong")
    link = desk.program.accounts.invite(("reviewer",), by="tests", name=None)
    page.goto(f"{desk.origin}/invitation/{link}")
    assert_all_views(page, "invitation")


@pytest.mark.long
def test_the_accounts_have_no_finding(desk: DeskServer, page: Page) -> None:
    """People, their roles, and a link that was just made."""
    hand = Hand(page, desk.origin)
    hand.sign_in("adm")
    page.goto(f"{desk.origin}/accounts")
    assert_all_views(page, "accounts")
    hand.tab_to_field("reviewer")
    hand.press("Space")
    hand.tab_to("Make a one-time link")
    hand.press("Enter")
    expect(page.locator("code.link")).to_be_visible()
    assert_all_views(page, "accounts, invited")


def test_the_direction_of_the_page_is_the_address_word(hand: Hand) -> None:
    """The direction that the tests above set by hand is the one that the server sets."""
    hand.page.goto(f"{hand.origin}/?dir=rtl")
    assert hand.page.evaluate("() => document.documentElement.dir") == "rtl"


_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const drawn = at.matches(".seg input") ? at.nextElementSibling : at;
  const style = getComputedStyle(drawn);
  const box = drawn.getBoundingClientRect();
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const seen = [[x, y], [box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]]
    .map(([left, top]) => document.elementFromPoint(left, top))
    .some((each) => each && (at.contains(each) || drawn.contains(each) || each.contains(at)
      && each.closest("label, .seg")));
  const name = at.getAttribute("aria-label") || at.textContent.trim().slice(0, 30) || at.id;
  return {name: `${at.localName} ${name}`, ring: style.outlineStyle !== "none"
    && parseFloat(style.outlineWidth) >= 2, seen};
}"""


@pytest.mark.long
@pytest.mark.parametrize("width", [1440, 320])
@pytest.mark.parametrize("queue", ["preference · pair", "process · steps", "critique · criticise"])
def test_the_focus_is_drawn_and_never_covered(queue: str, width: int, hand: Hand) -> None:
    """Tab reaches everything; what has the focus has a ring, and nothing lies over it."""
    hand.open_queue(queue)
    hand.page.set_viewport_size({"width": width, "height": 900})
    names = []
    for _ in range(120):
        hand.press("Tab")
        at = hand.page.evaluate(_FOCUS)
        if at is None:
            break
        names.append(at["name"])
        assert at["ring"], f"no ring around {at['name']}"
        assert at["seen"], f"{at['name']} is covered"
    hand.page.set_viewport_size(DESK)
    assert any("Submit" in name for name in names)
    assert any("Note" in name or "textarea" in name for name in names)


_SEEN = """() => {
  const dialog = document.querySelector("dialog[open]");
  const at = document.activeElement;
  return [document.body.innerHTML, dialog?.textContent, at?.outerHTML,
    [...document.querySelectorAll("input, textarea")].map((each) => [each.checked, each.value]),
    [...CSS.highlights.keys()]].map((each) => JSON.stringify(each)).join();
}"""

_PRINTED = """() => [...new Set([...document.querySelectorAll("kbd[data-command]")]
  .filter((each) => each.checkVisibility({visibilityProperty: true}))
  .map((each) => `${each.dataset.command} ${each.textContent}`))]"""

LEAVING = {"submit", "release", "exit", "pause"}
"""Commands after which another screen or a dialog is in view: they are tried last."""


def pressed(hand: Hand, printed: str) -> None:
    """Press a key as it is printed: `⇧1`, `Alt 1`, `G`."""
    hand.press(printed.replace("⇧", "Shift+").replace("Alt ", "Alt+"))


@pytest.mark.long
@pytest.mark.parametrize(
    "queue", ["preference · pair", "preference · three", "process · steps", "adversarial · attack"]
)
def test_every_printed_key_does_something(queue: str, hand: Hand) -> None:
    """What a key cap shows is a key that acts, on this page and at this moment."""
    hand.open_queue(queue)
    printed = [each.split(" ", 1) for each in hand.page.evaluate(_PRINTED)]
    assert len(printed) > 15
    for command, key in sorted(printed, key=lambda each: each[0] in LEAVING):
        hand.press("j" if command == "previous" else "Escape")
        if f"{command} {key}" not in hand.page.evaluate(_PRINTED):
            continue  # A key before it took away what it belongs to, and its cap with it.
        hand.read()
        before = hand.page.evaluate(_SEEN)
        pressed(hand, key)
        assert hand.page.evaluate(_SEEN) != before, f"{key} ({command}) does nothing"
        hand.press("Escape", "Escape")
        if command == "pause":
            hand.enter()


@pytest.mark.long
def test_single_keys_can_be_switched_off_for_good(hand: Hand) -> None:
    """Switched off they do nothing, are printed nowhere, and stay off after a reload."""
    hand.open_queue("preference · pair")
    hand.press("?")
    hand.tab_to_field("Switch the single keys off")
    with hand.page.expect_response("**/keymap") as kept:
        hand.press("Space")
    assert kept.value.ok
    hand.press("Escape")
    scale = hand.page.locator(".verdict")
    before = scale.evaluate(_CHOSEN)
    hand.press("2" if before != "prefers:0:2" else "5", "r")
    assert scale.evaluate(_CHOSEN) == before
    expect(hand.page.locator('.candidate [aria-pressed="true"]')).to_have_count(0)
    hand.page.reload()
    hand.at_work()
    expect(hand.page.locator("html")).to_have_class("keys-off")
    before = scale.evaluate(_CHOSEN)
    hand.press("2" if before != "prefers:0:2" else "5")
    assert scale.evaluate(_CHOSEN) == before
    hand.tab_to("^Keys")
    hand.press("Enter")
    hand.tab_to_field("Switch the single keys off")
    with hand.page.expect_response("**/keymap"):
        hand.press("Space")
    hand.press("Escape", "Escape", "2" if before != "prefers:0:2" else "5")
    assert scale.evaluate(_CHOSEN) != before


_CHOSEN = "(scale) => scale.querySelector('input:checked')?.value ?? ''"


@pytest.mark.long
def test_a_key_that_is_changed_acts_and_is_printed(hand: Hand) -> None:
    """A reviewer's own key takes the place of the desk's, on the page and after a reload."""
    hand.open_queue("preference · pair")
    hand.press("?")
    hand.tab_to_name("Equally good")
    hand.press("Enter")
    with hand.page.expect_response("**/keymap") as kept:
        hand.press("=")
    assert kept.value.ok
    assert "Equally good: =" in hand.page.evaluate("() => document.activeElement.ariaLabel")
    hand.press("Escape")
    hand.page.reload()
    hand.at_work()
    expect(hand.page.locator('.verdict kbd[data-command="tie"]')).to_have_text("=")
    # Whatever a draft had chosen, after this it is not a tie: a key takes its own choice back.
    hand.press("2", "=")
    expect(hand.page.locator('.verdict input[value="tie"]')).to_be_checked()
    hand.press("?")
    hand.tab_to("^Back to the keys")
    with hand.page.expect_response("**/keymap"):
        hand.press("Enter")
    hand.press("Escape")


LEAD_PAGES = (
    "/overview",
    "/overview/agreement",
    "/overview/reviewers",
    "/overview/care",
    "/overview/queues",
    "/overview/records",
    "/guideline",
    "/calibration",
)


@pytest.fixture(scope="module")
def disputed(desk: DeskServer) -> DeskServer:
    """The desk when three people have judged one record, each differently."""
    answers = (Prefers(candidate=0, strength=2), Tie(), BothUnacceptable())
    reasons = (Reason(text="It is brief.", dimension="fit"),)
    for name, verdict in zip(("ben", "cleo", "dan"), answers, strict=True):
        who = desk.people[name]
        (queue,) = [each for each in desk.program.desk.queues(who) if "dispute" in each.title]
        (lease,) = desk.program.desk.claims.claim(who, queue=queue.queue).result().leases
        answer = Answer(verdict=verdict, reasons=reasons)
        body, key = name.encode(), f"key-of-{name}"
        desk.program.desk.assignments.answer(
            who, str(lease.handle), answer, body=body, key=key
        ).result()
    desk.program.desk.route()
    return desk


@pytest.mark.long
def test_the_pages_of_a_lead_have_no_finding(disputed: DeskServer, page: Page) -> None:
    """Figures, tables, the guideline and calibration, each with something to show."""
    Hand(page, disputed.origin).sign_in("lea")
    for path in LEAD_PAGES:
        page.goto(disputed.origin + path)
        expect(page.locator("h1")).to_have_count(1)
        assert_all_views(page, path)


def test_adjudication_has_no_finding(disputed: DeskServer, page: Page) -> None:
    """The records that wait for a decision, and one of them side by side."""
    hand = Hand(page, disputed.origin)
    hand.sign_in("sen")
    page.goto(f"{disputed.origin}/adjudication")
    assert_all_views(page, "adjudication")
    hand.tab_to("^Take the next record")
    hand.press("Enter")
    hand.at_work()
    assert_all_views(page, "one record")
    page.locator("[data-run=submit]").click()
    expect(page.locator(".faults a").first).to_be_visible()
    assert_all_views(page, "what is not decided")
