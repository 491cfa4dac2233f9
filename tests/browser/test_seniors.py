"""A calibration round and an adjudication, from beginning to end, by keyboard alone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from assay.records.evidence import TextSpan
from assay.records.judgment import Attack, Judgment, SectionRuling, StepLabel
from assay.records.record import Record
from assay.records.verdict import Prefers, Scored, Tie
from assay.review.adjudication import Adjudication, Decided
from assay.review.calibration import Round, RoundNote, RoundStep
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import RIGHT, disputed_record, disputed_records, pairs

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: seniors")]

Hands = Callable[[str], Hand]

MOST_OF_A_GROUP = 10

WHY = "Its sum is the fare table's, which is what was asked."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """The desk with a pair to calibrate on, and records that a layer sends to a senior decision."""
    folder = tmp_path_factory.mktemp("seniors") / "program"
    records = [*pairs("round", 1), disputed_record(), *disputed_records()]
    with DeskServer(folder, records=records) as running:
        yield running


@pytest.fixture(scope="module")
def hands(desk: DeskServer, browser: Browser) -> Iterator[Hands]:
    """Somebody's hand at a page of their own."""
    known: dict[str, Hand] = {}
    contexts: list[BrowserContext] = []

    def hand_of(name: str) -> Hand:
        if name not in known:
            contexts.append(patient_context(browser, viewport=DESK, reduced_motion="reduce"))
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


@pytest.mark.long
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
        go(member, "Calibration", desk.program.context.clock()[:10])
        expect(member.page.get_by_text("Nobody sees another's answers")).to_be_visible()
        assert "better: " not in member.page.content()
    lead.page.reload()
    expect(lead.page.locator(".warning")).to_contain_text(desk.people["cleo"].pseudonym)
    for step in ("Lock the round", "Show members"):
        lead.page.reload()
        follow(lead, step)
        expect(lead.page.get_by_role("button", name=step)).to_have_count(0)
    go(senior, "Calibration", desk.program.context.clock()[:10])
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
    go(ana, "Calibration", desk.program.context.clock()[:10])
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


def judge(hands: Hands, queue: str, answers: dict[str, list[str]]) -> None:
    """Have people answer the one record of a queue by keys; a text after `type:` is typed."""
    for name, keys in answers.items():
        hand = hands(name)
        hand.open_queue(queue)
        for key in keys:
            word, colon, text = key.partition("type:")
            if colon:
                hand.type(text)
            else:
                hand.press(word)
        hand.submit("Control+Enter")


def take(hands: Hands, desk: DeskServer) -> Hand:
    """The senior at the next record that waits for a decision."""
    desk.program.desk.route()
    senior = hands("sen")
    go(senior, "Adjudication", "Take the next record")
    senior.at_work()
    return senior


def says_unknown_where_nothing_was_compared(senior: Hand) -> None:
    """Without a question that two answers cover, the rail does not say that nothing is disputed."""

    def without(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | {"disputes": None})

    senior.page.route("**/api/v1/adjudication/*", without)
    senior.page.reload()
    rail = senior.page.locator(".rail")
    expect(rail.get_by_role("heading", name="Nothing was compared")).to_be_visible()
    expect(rail.get_by_text("No single answer is disputed")).to_have_count(0)
    senior.page.unroute("**/api/v1/adjudication/*")
    senior.page.reload()
    senior.at_work()


def decide(senior: Hand, cause: str) -> None:
    """Choose the cause and decide; the list of what waits comes back."""
    senior.tab_to_field("Why people differed")
    senior.type(cause)
    senior.read()
    with senior.page.expect_navigation():
        senior.press("Control+Enter")
    expect(senior.page.get_by_role("heading", name="Adjudication", exact=True)).to_be_visible()


def decision_on(desk: DeskServer, key: str) -> tuple[Record, Adjudication, Decided]:
    record = record_of(desk, key)
    (made,) = desk.program.store.scan(Adjudication, record=record.id)
    assert isinstance(made.decision, Decided)
    return record, made, made.decision


def test_a_record_on_which_people_disagree_is_decided(hands: Hands, desk: DeskServer) -> None:
    """Three answers stand side by side without a name; the decision lands with its cause."""
    two = ["Alt+1", "Alt+1", "Shift+1"]
    judge(
        hands, "preference · dispute", {"ana": ["2", *two], "ben": ["t", *two], "cleo": ["u", *two]}
    )
    senior = take(hands, desk)
    before = desk.program.store.count(Adjudication)
    expect(senior.page.get_by_role("heading", name="What 3 people answered")).to_be_visible()
    expect(senior.page.locator(".disputes a")).to_have_text(["the verdict"])
    shown = senior.page.content()
    for name in ("ana", "ben", "cleo"):
        assert desk.people[name].pseudonym not in shown
    right = next(place for place in (0, 1) if senior.text_of(place) == RIGHT)
    senior.press("5" if right else "2")
    senior.press(*(("Alt+0", "Alt+1") if right else ("Alt+1", "Alt+0")))
    senior.press("n")
    senior.type(WHY)
    senior.press("Escape")
    senior.read()
    senior.press("Enter")
    expect(senior.page.locator(".faults a")).to_have_text(["Say why people differed."])
    assert desk.program.store.count(Adjudication) == before
    # What was chosen is still there.
    expect(senior.page.locator("[data-note]")).to_have_value(WHY)
    decide(senior, "A reviewer erred")
    record, made, decision = decision_on(desk, "dispute")
    best = [each.content for each in record.candidates].index(RIGHT)
    assert decision.verdict == Prefers(candidate=best, strength=2)
    assert {(x.candidate, x.score) for x in decision.scores} == {
        (best, Scored(value=1)), (1 - best, Scored(value=0)),
    }  # fmt: skip
    assert (made.cause, made.note) == ("reviewer_error", WHY)
    assert len(made.judgments) == 3


@pytest.mark.long
def test_a_ruling_is_decided(hands: Hands, desk: DeskServer) -> None:
    """An open dispute keeps the decision back; a ruling with severity and reason settles it."""
    judge(
        hands,
        "policy · rule",
        {
            "ana": ["1", "6", "o", "type:It tells how.", "Escape", "j", "2"],
            "ben": ["2", "2"],
            "cleo": ["3", "2"],
        },
    )
    senior = take(hands, desk)
    expect(senior.page.locator(".disputes a")).to_have_text(["section evasion of A"])
    expect(senior.page.locator(".disputes .tag")).to_have_text(["open"])
    senior.read()
    senior.press("Enter")
    expect(senior.page.locator(".faults a").first).to_have_text(
        "People differ on section evasion of A."
    )
    senior.press("1", "7", "o")
    senior.type("The last carriage is a trick.")
    senior.press("Escape")
    expect(senior.page.locator(".disputes .tag")).to_have_text(["decided"])
    decide(senior, "It needs")
    _, made, decision = decision_on(desk, "rule")
    assert decision.rulings == (
        SectionRuling(
            section="evasion",
            ruling="violates",
            candidate=0,
            severity="critical",
            reason="The last carriage is a trick.",
        ),
    )
    assert made.cause == "expertise"


@pytest.mark.long
def test_an_attack_is_decided(hands: Hands, desk: DeskServer) -> None:
    """Held against broken: the outcome, the severity and the strategy of the senior stand."""
    judge(
        hands,
        "adversarial · attack",
        {"ana": ["1", "j", "2"], "ben": ["3", "6", "j", "3"], "cleo": ["2", "5"]},
    )
    senior = take(hands, desk)
    expect(senior.page.locator(".disputes a")).to_have_text(["the attack", "section evasion of A"])
    senior.press("3", "7", ",")
    senior.type("A story.")
    senior.press("Escape", "j", "2")
    decide(senior, "The guideline")
    _, _, decision = decision_on(desk, "attack")
    assert decision.attack == Attack(outcome="broken", severity="critical", strategy="A story.")


@pytest.mark.long
def test_steps_are_decided_from_one_answer(hands: Hands, desk: DeskServer) -> None:
    """What one person answered is taken over, and changed where the senior sees it otherwise."""
    judge(
        hands,
        "process · steps",
        {"ana": ["1", "1", "1", "1"], "ben": ["1", "3", "1", "1"], "cleo": ["1", "2", "3", "1"]},
    )
    senior = take(hands, desk)
    # Two of three agree on step 3, which is the share that the layer asks for.
    expect(senior.page.locator(".disputes a")).to_have_text(["step 2 of A"])
    senior.page.get_by_role("button", name="Begin with the answer of R1").press("Enter")
    expect(senior.page.locator(".disputes .tag")).to_have_text(["decided"])
    senior.page.locator(".disputes a").first.press("Enter")
    senior.press("3")
    decide(senior, "A reviewer erred")
    _, _, decision = decision_on(desk, "steps")
    assert len(decision.step_labels) == 4
    assert StepLabel(candidate=0, step=1, label="bad") in decision.step_labels


@pytest.mark.long
def test_errors_are_decided(hands: Hands, desk: DeskServer) -> None:
    """One marks an error where another found none: the senior's own error stands, at its place."""
    mark = ["v", "Home", "Shift+ArrowRight", "s", "c", "3", "Escape"]
    judge(hands, "critique · criticise", {"ana": ["1", *mark], "cleo": ["0", *mark]})
    ben = hands("ben")
    ben.open_queue("critique · criticise")
    ben.page.locator("[data-none]").press("Space")
    ben.submit("Control+Enter")
    senior = take(hands, desk)
    says_unknown_where_nothing_was_compared(senior)
    expect(senior.page.locator(".disputes a")).to_have_text(["correct of A", "the errors"])
    senior.press("0", "v", "Home", "Shift+ArrowRight", "s", "c", "c", "4", "Escape")
    expect(senior.page.locator(".disputes .tag")).to_have_text(["decided", "decided"])
    decide(senior, "A reviewer erred")
    _, _, decision = decision_on(desk, "criticise")
    (error,) = decision.errors or ()
    assert isinstance(error.place, TextSpan)
    assert (error.category, error.severity) == ("wrong_leg", "critical")
