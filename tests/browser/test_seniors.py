"""A calibration round and an adjudication, from beginning to end, by keyboard alone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import DimensionScore, Prefers, Scored, Tie
from assay.review.adjudication import Adjudication, Decided
from assay.review.calibration import Round, RoundNote, RoundStep
from browser.conftest import DESK
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import RIGHT, disputed_record, pairs

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: seniors")]

Hands = Callable[[str], Hand]

MOST_OF_A_GROUP = 10

WHY = "Its sum is the fare table's, which is what was asked."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """The desk with a pair to calibrate on, and one of a layer that asks for a senior decision."""
    folder = tmp_path_factory.mktemp("seniors") / "program"
    with DeskServer(folder, records=[*pairs("round", 1), disputed_record()]) as running:
        yield running


@pytest.fixture
def hands(desk: DeskServer, browser: Browser) -> Iterator[Hands]:
    """Somebody's hand at a page of their own."""
    known: dict[str, Hand] = {}
    contexts: list[BrowserContext] = []

    def hand_of(name: str) -> Hand:
        if name not in known:
            contexts.append(browser.new_context(viewport=DESK, reduced_motion="reduce"))
            page = contexts[-1].new_page()
            page.clock.install()
            known[name] = Hand(page, desk.origin)
            known[name].sign_in(name)
        return known[name]

    yield hand_of
    for each in contexts:
        each.close()


def record_of(desk: DeskServer, key: str) -> Record:
    (found,) = [each for each in desk.program.store.scan(Record) if each.key == key]
    return found


def go(hand: Hand, *controls: str) -> None:
    """From home, through links and buttons by their words."""
    hand.home()
    for each in controls:
        follow(hand, each)


def follow(hand: Hand, control: str) -> None:
    """Use a link or a button by its words, and wait for the page to which it leads."""
    hand.tab_to(f"^{control}")
    with hand.page.expect_navigation():
        hand.press("Enter")


def pick(hand: Hand, label: str, option: str) -> None:
    """Choose an option of a list by typing how it begins."""
    hand.tab_to_field(label)
    hand.type(option)


def tick(hand: Hand, label: str) -> None:
    """Tick a box."""
    hand.tab_to_field(label)
    hand.press("Space")


def choose(hand: Hand, first: str, label: str) -> None:
    """Choose one of a group: Tab leads to its first, and the arrows move through it."""
    hand.tab_to_field(first)
    hand.press("Space")
    for _ in range(MOST_OF_A_GROUP):
        if hand.is_at_field(label):
            return
        hand.press("ArrowDown")
    raise AssertionError(f"the group has no {label!r}")


def test_a_round_from_apart_to_a_cause(hands: Hands, desk: DeskServer) -> None:
    """Opened, judged apart, locked without the one who is late, revealed, discussed, closed."""
    record = record_of(desk, "round-0")
    lead, senior = hands("lea"), hands("sen")
    go(lead, "Calibration")
    lead.tab_to_field("Records, by id")
    lead.type(record.id)
    for name in ("ana", "ben", "cleo"):
        tick(lead, desk.people[name].pseudonym)
    follow(lead, "Open the round")
    expect(lead.page.get_by_text("Members judge apart")).to_be_visible()
    for name, verdict in (("ana", "2"), ("ben", "t")):
        member = hands(name)
        go(member, "Calibration", "judge$")
        member.at_work()
        member.press(verdict, "Shift+1")
        member.fill("n", f"words of {name}")
        member.submit()
        go(member, "Calibration", desk.program.session.clock()[:10])
        expect(member.page.get_by_text("Nobody sees another's answers")).to_be_visible()
        assert "better: " not in member.page.content()
    lead.page.reload()
    expect(lead.page.locator(".warning")).to_contain_text(desk.people["cleo"].pseudonym)
    for step in ("Lock the round", "Show members"):
        lead.page.reload()
        follow(lead, step)
        expect(lead.page.get_by_role("button", name=step)).to_have_count(0)
    go(senior, "Calibration", desk.program.session.clock()[:10])
    expect(senior.page.locator(".tag.warn")).to_have_text("people differ")
    pick(senior, "Why people differ", "The guideline")
    pick(senior, "What follows", "Revise the guideline")
    senior.tab_to_field("Note, for those who judged")
    senior.type(WHY)
    follow(senior, "Write the note")
    expect(senior.page.locator(".notice")).to_contain_text(WHY)
    lead.page.reload()
    follow(lead, "Close the round")
    expect(lead.page.locator("[aria-current=step]")).to_have_text("closed")
    ana = hands("ana")
    go(ana, "Calibration", desk.program.session.clock()[:10])
    expect(ana.page.locator(".tag.good")).to_contain_text("is better: 1")
    expect(ana.page.locator(".notice")).to_contain_text(WHY)

    store = desk.program.store
    (opened,) = store.scan(Round)
    assert opened.records == (record.id,)
    verdicts = {each.reviewer.pseudonym: each.verdict for each in store.scan(Judgment)}
    assert isinstance(verdicts[desk.people["ana"].pseudonym], Prefers)
    assert verdicts[desk.people["ben"].pseudonym] == Tie()
    assert [each.step for each in store.scan(RoundStep)] == ["lock", "reveal", "close"]
    (note,) = store.scan(RoundNote)
    assert (note.cause, note.outcome) == ("guideline_ambiguity", "revise_guideline")
    assert note.adjudicator == desk.people["sen"].pseudonym


def test_a_record_on_which_people_disagree_is_decided(hands: Hands, desk: DeskServer) -> None:
    """Three answers stand side by side without a name; the decision lands with its cause."""
    record = record_of(desk, "dispute")
    for name, verdict in (("ana", "2"), ("ben", "t"), ("cleo", "u")):
        hand = hands(name)
        hand.open_queue("preference · dispute")
        hand.press(verdict, "Alt+1", "Alt+1", "Shift+1")
        hand.submit()
    desk.program.desk.route()
    senior = hands("sen")
    go(senior, "Adjudication", "Take the next record")
    expect(senior.page.get_by_role("heading", name="What 3 people said")).to_be_visible()
    shown = senior.page.content()
    for name in ("ana", "ben", "cleo"):
        assert desk.people[name].pseudonym not in shown
    texts = senior.page.locator(".candidate .rendered").all_inner_texts()
    right = next(place for place, text in enumerate(texts) if RIGHT in text)
    letter = "AB"[right]
    senior.tab_to_name(f"Your score: correct, {letter}")
    senior.type("1")
    choose(senior, "A is better", f"{letter} is better")
    choose(senior, "Missing context", "A reviewer erred")
    senior.tab_to_field("Note, for those who judged")
    senior.type(WHY)
    follow(senior, "Decide$")
    expect(senior.page.get_by_text("Nothing waits for a decision")).to_be_visible()

    (made,) = desk.program.store.scan(Adjudication, record=record.id)
    assert isinstance(made.decision, Decided)
    best = [each.content for each in record.candidates].index(RIGHT)
    assert made.decision.verdict == Prefers(candidate=best)
    score = DimensionScore(dimension="correct", candidate=best, score=Scored(value=1))
    assert made.decision.scores == (score,)
    assert (made.cause, made.note) == ("reviewer_error", WHY)
    assert len(made.judgments) == 3
