"""A bare Enter is no judgment: nothing is stored, and each gap leads to its control."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

import assay.web
from assay.records.judgment import Judgment
from assay.records.kinds import Demonstration
from assay.records.record import Record
from assay.review.completeness import gaps
from browser.axe import findings
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import UNREAD_MS, Hand
from browser.page_server import PageServer
from browser.review_records import RIGHT, pairs, record_of, review_records
from simulators.least_answers import least_answers
from simulators.priority_cases import priority_cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: least answers")]

BARE: dict[str, tuple[str, list[str]]] = {
    "preference · pair": ("pair", ["There is no overall verdict yet."]),
    "preference · three": ("three", ["Not every response has a rank."]),
    "demonstration · edit": ("edit", ["The text is neither revised nor left as it is."]),
    "critique · criticise": ("criticise", ["No error is marked yet."]),
    "process · steps": ("steps", [f"Step {step} of A has no label." for step in (1, 2, 3, 4)]),
    "trajectory · calls": ("calls", [f"Step {step} of A has no label." for step in (1, 2)]),
    "policy · rule": (
        "rule",
        ["Section evasion of A has no ruling.", "Section lost-tickets of A has no ruling."],
    ),
    "adversarial · attack": ("attack", ["The outcome of the attack is open."]),
    "outcome · total": ("total", ["Correct of A has no score."]),
    "outcome · write": ("write", ["The demonstration is empty."]),
}
"""The gaps of an untouched answer, by the title of the queue; the record's key before them."""

WORKBENCH = Path(str(assay.web.__file__)).parent / "static" / "workbench"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """The desk with one record of every kind, and some pairs in a row."""
    folder = tmp_path_factory.mktemp("least") / "program"
    # One text more to edit, so that judging it takes nothing from the tests of bare answers.
    kept = record_of("kept", Demonstration(), (RIGHT,))
    with DeskServer(folder, records=[*review_records(), kept, *pairs("row", 3)]) as running:
        yield running


@pytest.fixture(scope="module")
def hand(desk: DeskServer, browser: Browser) -> Iterator[Hand]:
    """Ana's hand, at a page whose clock stands still unless it is put forward."""
    context: BrowserContext = patient_context(browser, viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    page.clock.install()
    made = Hand(page, desk.origin)
    made.sign_in("ana")
    yield made
    context.close()


def gap_links(hand: Hand) -> list[str]:
    return hand.page.locator(".faults a").all_inner_texts()


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(name) => Boolean(document.activeElement?.closest(name))", selector))


@pytest.mark.share(5)
@pytest.mark.parametrize("title", BARE, ids=lambda title: title)
def test_a_bare_enter_stores_nothing_and_lists_the_gaps(
    title: str, hand: Hand, desk: DeskServer
) -> None:
    """On every kind the work stays in view, and what is missing stands above Submit as links."""
    key, missing = BARE[title]
    hand.open_queue(title)
    hand.read()
    hand.press("Enter")
    links = hand.page.locator(".faults a")
    expect(links.first).to_be_visible()
    found = gap_links(hand)
    assert found[: len(missing)] == missing
    assert hand.page.locator("#workbench.at-work").count() == 1
    hand.page.clock.fast_forward(60_000)
    (record,) = [each for each in desk.program.store.scan(Record) if each.key == key]
    assert not list(desk.program.store.scan(Judgment, record=record.id))


@pytest.mark.share(5)
@pytest.mark.parametrize(
    ("title", "control"),
    [
        ("preference · pair", ".verdict"),
        ("preference · three", ".ranking"),
        ("demonstration · edit", ".writing"),
        ("critique · criticise", "[data-none]"),
        ("process · steps", '[data-step="0/0"] .labels'),
        ("policy · rule", '[data-ruling="evasion/0"]'),
        ("adversarial · attack", '[data-gap="attack-outcome"]'),
        ("outcome · total", '[data-score="correct/0"]'),
    ],
)
def test_a_gap_leads_to_its_control(title: str, control: str, hand: Hand) -> None:
    """Enter on the link puts the focus where the gap is filled; the page has no fault for axe."""
    hand.open_queue(title)
    hand.read()
    hand.press("Enter")
    hand.page.locator(".faults a").first.focus()
    hand.press("Enter")
    assert focused(hand.page, control)
    assert findings(hand.page) == []


def test_enter_is_dead_until_what_appeared_can_have_been_read(
    desk: DeskServer, browser: Browser
) -> None:
    """An Enter that was meant for the item before answers nothing; after 400 ms it does."""
    context = patient_context(browser, viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    page.clock.install(time=0)
    hand = Hand(page, desk.origin)
    hand.sign_in("ben")
    page.clock.pause_at(120)
    hand.home()
    hand.tab_to("^preference · row")
    hand.press("Enter")
    hand.at_work()
    page.clock.run_for(5_000)
    asked = page.get_by_role("region", name="Prompt")
    first = asked.inner_text()
    hand.press("2", "Shift+1", "Enter")
    expect(asked).not_to_have_text(first, use_inner_text=True)
    second = asked.inner_text()
    page.clock.run_for(UNREAD_MS - 1)
    hand.press("t", "Enter")
    expect(page.locator('input[value="tie"]')).to_be_checked()
    assert asked.inner_text() == second
    page.clock.run_for(1)
    hand.press("Enter")
    expect(asked).not_to_have_text(second, use_inner_text=True)
    context.close()


def test_a_text_that_stands_as_it_is_is_told_by_key(hand: Hand, desk: DeskServer) -> None:
    """One key says that the text needs no revision, and that is the whole answer."""
    hand.open_queue("demonstration · kept")
    hand.press("=")
    assert hand.page.locator("[data-as-is]").is_checked()
    hand.submit()
    (record,) = [each for each in desk.program.store.scan(Record) if each.key == "kept"]
    (judgment,) = desk.program.store.scan(Judgment, record=record.id)
    assert judgment.stands_as_is
    assert judgment.wrote is None


def test_the_page_keeps_the_servers_rule(page: Page, server: PageServer) -> None:
    """Each case gives the same gaps in the browser as on the server, word for word."""
    address = server.put("", "")
    for name in ("completeness.js", "dom.js", "answer.js"):
        server.add(f"/{name}", "text/javascript; charset=utf-8", (WORKBENCH / name).read_bytes())
    page.goto(address)
    for case in least_answers():
        expected = msgspec.to_builtins(gaps(*case.parsed()))
        found = page.evaluate(
            """async ([answer, form, shape]) => {
              const { gaps } = await import("/completeness.js");
              const { fullForm } = await import("/answer.js");
              return gaps(answer, fullForm(form), shape);
            }""",
            [case.answer, case.form, case.shape],
        )
        assert found == expected, case.name


def test_the_page_keeps_the_servers_priority_rules(page: Page, server: PageServer) -> None:
    """Each case of priority rules has the same outcome in the browser as on the server."""
    address = server.put("", "")
    for name in ("priority.js", "answer.js"):
        server.add(f"/{name}", "text/javascript; charset=utf-8", (WORKBENCH / name).read_bytes())
    page.goto(address)
    for case in priority_cases():
        found = page.evaluate(
            """async ([candidates, form]) => {
              const { computed } = await import("/priority.js");
              const { fullForm } = await import("/answer.js");
              const full = fullForm(form);
              const { rule, ...outcome } = computed(candidates, full);
              return { ...outcome, rule: rule === null ? null : full.priority.indexOf(rule) };
            }""",
            [case.candidates, case.form],
        )
        assert found == msgspec.to_builtins(case.outcome) | {"vetoed": list(case.outcome.vetoed)}, (
            case.name
        )
