"""Welfare at the desk: told before, covered, left at once, capped, and never without consent."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from assay.core.clock import system_clock
from assay.records.judgment import Judgment
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import pairs, severe_records

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: care")]

COVERED = ".veiled"
QUEUE = "adversarial · hide"
REPORT_MS = 31_000
"""A little more than the time after which the page reports what was uncovered."""


_IN_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


class MovedClock:
    """The machine's time, moved on by hand."""

    def __init__(self) -> None:
        self.minutes = 0

    def __call__(self) -> str:
        moment = datetime.fromisoformat(system_clock()) + timedelta(minutes=self.minutes)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _low_caps(folder: Path) -> None:
    """A break is due after a minute, and the day ends after two."""
    file = folder / "contract.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("daily_minutes: 120", "daily_minutes: 2")
    file.write_text(text.replace("break_after_minutes: 45", "break_after_minutes: 1"), "utf-8")


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    """The clock of the server."""
    return MovedClock()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> Iterator[DeskServer]:
    """The desk with severe records and benign ones, under low caps."""
    folder = tmp_path_factory.mktemp("care") / "program"
    records = [*severe_records(6), *pairs("benign", 3)]
    with DeskServer(folder, records=records, edit=_low_caps, clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def hands(desk: DeskServer, browser: Browser) -> Iterator[Callable[[str], Hand]]:
    """Somebody's hand at a page of their own, whose clock can be put forward."""
    contexts: list[BrowserContext] = []

    def hand_of(name: str) -> Hand:
        contexts.append(patient_context(browser, viewport=DESK, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.clock.install()
        hand = Hand(page, desk.origin)
        hand.sign_in(name)
        return hand

    yield hand_of
    for each in contexts:
        each.close()


def agree(desk: DeskServer, name: str) -> None:
    desk.program.desk.consent(desk.people[name], "fare_evasion", given=True)


def title(page: Page, text: str) -> None:
    expect(page.locator(".empty h2")).to_contain_text(text)


def test_severe_work_is_told_of_covered_and_left_at_once(
    hands: Callable[[str], Hand], desk: DeskServer
) -> None:
    """Severity and harms come first, each paragraph is uncovered by a key, one key leaves."""
    agree(desk, "ana")
    hand = hands("ana")
    hand.open_gate(QUEUE)
    gate = hand.page.locator(".gate")
    expect(gate).to_contain_text("high")
    expect(gate).to_contain_text("Fare evasion")
    expect(gate).to_contain_text("the data lead of the traveller's desk")
    expect(hand.page.locator(".prose")).to_have_count(0)
    hand.enter()
    hand.at_work()
    covered = hand.page.locator(COVERED)
    expect(covered).to_have_count(2)
    assert "blur" in covered.first.evaluate("(each) => getComputedStyle(each).filter")
    assert covered.first.get_attribute("aria-hidden") == "true"
    hand.press(".")
    expect(covered).to_have_count(1)
    hand.press(".")
    expect(covered).to_have_count(0)
    with hand.page.expect_response("**/release") as released:
        hand.press("w")
    assert released.value.status == 204
    title(hand.page, "You have left the assignment")
    expect(hand.page.locator(".empty")).to_contain_text("counts for nothing")
    who = desk.people["ana"].pseudonym
    assert list(desk.program.store.scan(Judgment, reviewer=who)) == []


def test_severe_work_can_be_declined_before_anything_is_seen(
    hands: Callable[[str], Hand], desk: DeskServer
) -> None:
    """The same key leaves at the gate."""
    agree(desk, "dan")
    hand = hands("dan")
    hand.open_gate(QUEUE)
    with hand.page.expect_response("**/release"):
        hand.press("w")
    title(hand.page, "You have left the assignment")


def test_without_consent_no_such_work_is_offered(
    hands: Callable[[str], Hand], desk: DeskServer
) -> None:
    """The queue is not shown, nor given by its address; after consent it is; withdrawn, not."""
    hand = hands("cleo")
    queue = hand.page.get_by_role("link", name=QUEUE)
    expect(queue).to_have_count(0)
    hand.tab_to("^Agree")
    hand.press("Enter")
    expect(queue).to_have_count(1)
    address = queue.get_attribute("href")
    hand.tab_to("^Take it back")
    hand.press("Enter")
    expect(queue).to_have_count(0)
    hand.page.goto(f"{hand.origin}{address}")
    title(hand.page, "needs a qualification")
    expect(hand.page.locator(".empty")).to_contain_text("You do not have access to this queue")


@pytest.mark.long
def test_a_break_is_due_and_then_the_day_is_over(
    hands: Callable[[str], Hand], desk: DeskServer, clock: MovedClock
) -> None:
    """What is uncovered is counted; at the cap the page says which one and until when."""
    agree(desk, "ben")
    hand = hands("ben")
    hand.open_gate(QUEUE)
    read(hand, 3)
    hand.page.goto(hand.page.url)
    title(hand.page, "Time for something lighter")
    expect(hand.page.locator(".empty time")).to_have_attribute("datetime", _IN_TIME)
    hand.home()
    hand.open_queue("preference · benign")
    clock.minutes += 30
    hand.open_gate(QUEUE)
    read(hand, 3)
    hand.page.goto(hand.page.url)
    title(hand.page, "You have reached today's limit")
    expect(hand.page.locator(".empty")).to_contain_text("the day's cap")
    expect(hand.page.locator(".empty time")).to_have_attribute("datetime", _IN_TIME)


def read(hand: Hand, reports: int) -> None:
    """Open severe work, uncover it, and read on until it was reported so often."""
    hand.enter()
    hand.at_work()
    hand.press(".")
    for _ in range(reports):
        with hand.page.expect_response("**/uncovered"):
            for _ in range(REPORT_MS // 1000):
                hand.press("j")
                hand.page.clock.run_for(1_000)
