"""The state line never lies: offline, undone, revised, reloaded, late, refused, signed out."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from assay.core.clock import system_clock
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers, Tie
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import GRACE_MS, Hand
from browser.review_records import pairs, severe_records

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: truth")]

QUEUES = ("offline", "undo", "revise", "reload", "tabs", "late", "refuse", "leave")
"""A queue for each test, named by the capability of its pairs."""

HALF_AN_HOUR_S = 1800


class MovedClock:
    """The machine's time, moved on by hand."""

    def __init__(self) -> None:
        self.seconds = 0

    def __call__(self) -> str:
        moment = datetime.fromisoformat(system_clock()) + timedelta(seconds=self.seconds)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    """The clock of the server."""
    return MovedClock()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> Iterator[DeskServer]:
    """The desk with a queue of pairs for each test."""
    records = [pair for name in QUEUES for pair in pairs(name, 4)]
    folder = tmp_path_factory.mktemp("truth") / "program"
    with DeskServer(folder, records=[*records, *severe_records()], clock=clock) as running:
        ana = running.people["ana"]
        running.program.desk.consent(ana, "fare_evasion", given=True)
        yield running


@pytest.fixture(scope="module")
def cookies(browser: Browser, desk: DeskServer) -> list[dict[str, object]]:
    """Ana's session: she signed in once, on the real page."""
    context = patient_context(browser)
    Hand(context.new_page(), desk.origin).sign_in("ana")
    found = [dict(each) for each in context.cookies()]
    context.close()
    return found


Devices = Callable[[], Hand]


@pytest.fixture
def device(
    browser: Browser, desk: DeskServer, cookies: list[dict[str, object]]
) -> Iterator[Devices]:
    """A device of Ana's: nothing is stored on it, and its clock can be put forward."""
    contexts: list[BrowserContext] = []

    def made() -> Hand:
        context = patient_context(browser, viewport=DESK, reduced_motion="reduce")
        context.add_cookies(cookies)  # type: ignore[arg-type]
        contexts.append(context)
        return tab_of(context, desk)

    yield made
    for each in contexts:
        each.close()


def tab_of(context: BrowserContext, desk: DeskServer) -> Hand:
    page = context.new_page()
    page.clock.install()
    return Hand(page, desk.origin)


def stored(desk: DeskServer, queue: str) -> list[Judgment]:
    """The judgments of a queue's records, in the order in which they were stored."""
    store = desk.program.store
    ids = {each.id for each in store.scan(Record) if (each.key or "").startswith(f"{queue}-")}
    return [each for each in store.scan(Judgment) if each.record in ids]


def kept_here(hand: Hand) -> dict[str, int]:
    """How much this device keeps: rows of each store; nothing where there is no database."""
    found: dict[str, int] = hand.page.evaluate(
        """async () => {
          if (!(await indexedDB.databases()).some((each) => each.name === "assay-desk")) return {};
          const db = await new Promise((resolve, reject) => {
            const opening = indexedDB.open("assay-desk");
            opening.onsuccess = () => resolve(opening.result);
            opening.onerror = () => reject(opening.error);
          });
          const counts = {};
          for (const name of db.objectStoreNames) {
            counts[name] = await new Promise((resolve) => {
              const asked = db.transaction(name).objectStore(name).count();
              asked.onsuccess = () => resolve(asked.result);
            });
          }
          db.close();
          return counts;
        }"""
    )
    return found


def choose(hand: Hand, digit: str = "2") -> None:
    hand.press(digit, "Shift+1")


def ready(hand: Hand, queue: str) -> None:
    """Open a queue and wait until the next two are fetched, so that no request is under way."""
    with hand.page.expect_response(lambda answer: answer.url.endswith("/opened")):
        hand.open_queue(f"preference · {queue}")
    hand.page.wait_for_load_state("networkidle")


def test_two_answers_wait_offline_and_leave_in_order_once_each(
    device: Devices, desk: DeskServer
) -> None:
    """Offline the line says so and counts; online again they arrive in order, each once."""
    hand = device()
    ready(hand, "offline")
    hand.page.context.set_offline(True)
    for digit in ("1", "6"):
        choose(hand, digit)
        hand.enter()
    hand.page.clock.fast_forward(GRACE_MS)
    hand.state("offline, 2 waiting")
    assert stored(desk, "offline") == []
    assert kept_here(hand)["outbox"] == 2
    hand.page.context.set_offline(False)
    hand.state("all saved")
    first, second = stored(desk, "offline")
    assert first.record != second.record
    shown = [each.order or () for each in (first, second)]
    assert first.verdict == Prefers(candidate=shown[0][0], strength=3)
    assert second.verdict == Prefers(candidate=shown[1][1], strength=3)
    assert kept_here(hand)["outbox"] == 0


def test_an_answer_that_is_undone_in_time_never_leaves(device: Devices, desk: DeskServer) -> None:
    """Within ten seconds nothing has reached the server, and the answer is back as it was."""
    hand = device()
    hand.open_queue("preference · undo")
    text = hand.text_of(0)
    choose(hand, "2")
    hand.enter()
    hand.state("held for undo")
    hand.press("z")
    expect(hand.page.locator('.verdict input[value="prefers:0:2"]')).to_be_checked()
    assert hand.text_of(0) == text
    hand.page.clock.fast_forward(2 * GRACE_MS)
    hand.state("draft saved")
    assert stored(desk, "undo") == []
    assert kept_here(hand)["outbox"] == 0


@pytest.mark.long
def test_an_answer_that_is_undone_later_becomes_a_revision(
    device: Devices, desk: DeskServer
) -> None:
    """What had arrived is opened again, and the second answer names the first."""
    hand = device()
    hand.open_queue("preference · revise")
    choose(hand)
    hand.submit()
    hand.press("z")
    expect(hand.page.get_by_role("button", name="Submit revision")).to_be_visible()
    hand.press("t")
    hand.submit()
    first, second = stored(desk, "revise")
    assert isinstance(first.verdict, Prefers)
    assert second.verdict == Tie()
    assert second.supersedes == first.id


@pytest.mark.long
def test_a_draft_outlives_the_page_and_follows_to_another_device(device: Devices) -> None:
    """A reload brings it back from this device; another device gets it from the server."""
    hand = device()
    hand.open_queue("preference · reload")
    hand.press("5", "Alt+1")
    hand.state("draft on this device")
    hand.page.wait_for_function(
        """async () => {
          const db = await new Promise((resolve) => {
            const opening = indexedDB.open("assay-desk");
            opening.onsuccess = () => resolve(opening.result);
          });
          const asked = db.transaction("drafts").objectStore("drafts").getAll();
          const rows = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
          db.close();
          return rows.some((each) => Object.keys(each.said.scores).length);
        }"""
    )
    hand.page.reload()
    hand.at_work()
    expect(hand.page.locator('.verdict input[value="prefers:1:2"]')).to_be_checked()
    hand.page.clock.fast_forward(1_000)
    hand.state("draft saved")
    other = device()
    other.open_queue("preference · reload")
    expect(other.page.locator('.verdict input[value="prefers:1:2"]')).to_be_checked()
    expect(other.page.locator(".score-row").first.locator("input:checked")).to_have_count(1)


@pytest.mark.long
def test_two_pages_on_one_assignment_are_joined_in_sight(device: Devices) -> None:
    """What only one page said is taken over by the other, and it says so."""
    here, there = device(), device()
    here.open_queue("preference · tabs")
    here.press("1")
    here.page.clock.fast_forward(1_000)
    here.state("draft saved")
    there.open_queue("preference · tabs")
    expect(there.page.locator('.verdict input[value="prefers:0:3"]')).to_be_checked()
    here.press("2")
    here.page.clock.fast_forward(1_000)
    here.state("draft saved")
    there.press("Alt+1")
    there.page.clock.fast_forward(1_000)
    expect(there.page.locator(".notice")).to_contain_text("also worked at elsewhere")
    expect(there.page.locator('.verdict input[value="prefers:0:2"]')).to_be_checked()
    there.page.clock.fast_forward(1_000)
    there.state("draft saved")


@pytest.mark.long
def test_a_hold_that_ends_says_so_and_a_late_answer_is_stored_late(
    device: Devices, desk: DeskServer, clock: MovedClock
) -> None:
    """The page warns, the draft stays, and the answer is kept and marked late."""
    hand = device()
    hand.open_queue("preference · late")
    choose(hand)
    clock.seconds += HALF_AN_HOUR_S + 60
    assert desk.program.desk.sweep() >= 1
    hand.page.clock.fast_forward((HALF_AN_HOUR_S + 60) * 1000)
    expect(hand.page.locator(".toast")).to_contain_text("The hold on this assignment has ended")
    hand.enter()
    hand.page.clock.fast_forward(GRACE_MS)
    hand.state("all saved, the last one stored late")
    (judgment,) = stored(desk, "late")
    assert isinstance(judgment.verdict, Prefers)


def test_an_answer_that_is_refused_shows_the_way_out(device: Devices, desk: DeskServer) -> None:
    """The server says no: the line says so, and the answer is opened, corrected and stored."""
    hand = device()
    hand.open_queue("preference · refuse")
    choose(hand)
    hand.press("n")
    hand.page.keyboard.insert_text("too much " * 12_000)
    hand.press("Control+Enter")
    hand.page.clock.fast_forward(GRACE_MS)
    hand.state("1 not accepted")
    assert stored(desk, "refuse") == []
    hand.tab_to("^1 not accepted")
    hand.press("Enter")
    dialog = hand.page.get_by_role("dialog", name="Not accepted")
    expect(dialog).to_contain_text("100,000 characters")
    hand.tab_to("^Open it and fix it")
    hand.press("Enter")
    expect(hand.page.locator("[data-note]")).not_to_have_value("")
    hand.press("n", "Control+a")
    hand.type("Short.")
    hand.press("Control+Enter")
    hand.page.clock.fast_forward(GRACE_MS)
    hand.state("all saved")
    (judgment,) = stored(desk, "refuse")
    assert [each.text for each in judgment.reasons if each.code == "note"] == ["Short."]


@pytest.mark.long
def test_signing_out_leaves_nothing_on_the_device(browser: Browser, desk: DeskServer) -> None:
    """Who signs out is asked about answers that wait; then the device keeps nothing."""
    context = patient_context(browser, viewport=DESK)
    hand = tab_of(context, desk)
    hand.sign_in("ben")
    ready(hand, "leave")
    choose(hand)
    hand.enter()
    choose(hand, "5")
    hand.state("held for undo")
    asked: list[str] = []
    hand.page.on("dialog", lambda box: (asked.append(box.message), box.accept()))
    hand.tab_to("^ben")
    hand.press("Enter")
    hand.tab_to("^Sign out")
    hand.press("Enter")
    expect(hand.page).to_have_url(f"{desk.origin}/sign-in")
    assert len(asked) == 1
    assert "1 answer(s)" in asked[0]
    assert kept_here(hand) == {}
    assert [each["name"] for each in context.cookies() if "assay" in each["name"]] == []
    context.close()


def test_restricted_content_leaves_nothing_on_the_device(device: Devices, desk: DeskServer) -> None:
    """Neither draft nor answer of severe content is kept here; the answer leaves at once."""
    hand = device()
    hand.open_gate("adversarial · hide")
    hand.enter()
    hand.at_work()
    hand.press(".", "1", "j", "2")
    hand.page.clock.fast_forward(1_000)
    hand.state("draft saved")
    assert sum(kept_here(hand).values()) == 0
    hand.enter()
    hand.state("all saved")
    assert sum(kept_here(hand).values()) == 0
    assert [each.attack for each in desk.program.store.scan(Judgment) if each.attack]
