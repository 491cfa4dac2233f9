"""A review of every kind by keyboard alone, and the judgment that comes of it, field by field."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from assay.quality.consensus import consensus
from assay.records.candidate import MadeByEdit, MadeByPerson
from assay.records.evidence import TextSpan
from assay.records.judgment import (
    Action,
    Attack,
    Judgment,
    LocalizedError,
    Reason,
    SectionRuling,
    SkippedStep,
    StepLabel,
    Whole,
)
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    DimensionScore,
    InsufficientContext,
    NotApplicable,
    NotAsked,
    Prefers,
    Ranks,
    ScoreAbstained,
    Scored,
)
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.trl import TrlPreference
from browser.conftest import DESK, patient_context
from browser.desk_server import DeskServer
from browser.hand import Hand
from browser.review_records import MARKED, RIGHT, SILENT, WRONG, review_records

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser: reviews")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """The desk with one record of every kind."""
    folder = tmp_path_factory.mktemp("reviews") / "program"
    with DeskServer(folder, records=review_records()) as running:
        yield running


@pytest.fixture(scope="module")
def hands(desk: DeskServer, browser: Browser) -> Iterator[Callable[[str], Hand]]:
    """Somebody's hand at a page of their own, whose clock can be put forward."""
    known: dict[str, Hand] = {}
    contexts: list[BrowserContext] = []

    def hand_of(name: str) -> Hand:
        if name not in known:
            contexts.append(patient_context(browser, viewport=DESK))
            page = contexts[-1].new_page()
            page.clock.install()
            known[name] = Hand(page, desk.origin)
            known[name].sign_in(name)
        return known[name]

    yield hand_of
    for each in contexts:
        each.close()


@pytest.fixture
def hand(hands: Callable[[str], Hand]) -> Hand:
    """Ana's hand."""
    return hands("ana")


def told(desk: DeskServer, capability: str, name: str = "ana") -> tuple[Record, Judgment]:
    """The record of a capability, and somebody's judgment of it."""
    store = desk.program.store
    (record,) = [each for each in store.scan(Record) if each.key == capability]
    who = desk.people[name].pseudonym
    (judgment,) = store.scan(Judgment, record=record.id, reviewer=who)
    return record, judgment


def place_of(record: Record, text: str) -> int:
    """The place in the record of the candidate with this text."""
    (place,) = [n for n, each in enumerate(record.candidates) if each.content == text]
    return place


def scored(dimension: str, candidate: int | None, value: int) -> DimensionScore:
    return DimensionScore(dimension=dimension, candidate=candidate, score=Scored(value=value))


def as_set(values: Any) -> set[Any]:
    return {repr(each) for each in values}


def test_a_preference_with_its_scores_reasons_and_note(hand: Hand, desk: DeskServer) -> None:
    """Every key's word stands in the judgment, in the order of the record and not of the page."""
    hand.open_queue("preference · pair")
    right = 0 if hand.text_of(0) == RIGHT else 1
    hand.press("5" if right else "2")
    hand.press(*(("Alt+0", "Alt+1") if right else ("Alt+1", "Alt+0")))
    hand.press(*((";", "1", ";", "3") if right else (";", "3", ";", "1")))
    hand.press("y", "h")
    expect(hand.page.locator("[data-hold]")).to_be_focused()
    hand.type("Too short to say.")
    hand.press("Escape", "k", "k", "Shift+1")
    hand.press("o")
    hand.type("Its legs are the table's.")
    hand.press("Shift+Tab")
    hand.press("ArrowDown")
    hand.press("Shift+Tab")
    hand.press("B" if right else "A", "Escape")
    hand.press("a" if right else "b", "v", "Shift+ArrowRight", "s", "c")
    hand.press("Escape")
    hand.fill("n", "A plain case.")
    hand.submit()
    record, judgment = told(desk, "pair")
    better, worse = place_of(record, RIGHT), place_of(record, WRONG)
    assert judgment.order == ((worse, better) if right else (better, worse))
    assert judgment.verdict == Prefers(candidate=better, strength=2)
    shown = judgment.order
    assert as_set(judgment.scores) == as_set(
        [
            scored("correct", better, 1),
            scored("correct", worse, 0),
            scored("grounded", better, 3),
            scored("grounded", worse, 1),
            DimensionScore(dimension="fit", candidate=shown[0], score=NotApplicable()),
            DimensionScore(
                dimension="fit",
                candidate=shown[1],
                score=ScoreAbstained(reason="Too short to say."),
            ),
        ]
    )
    assert as_set(judgment.reasons) == as_set(
        [
            Reason(text="", code="wrong_sum", dimension="grounded"),
            Reason(
                text="Its legs are the table's.", dimension="grounded", candidate=better, evidence=0
            ),
            Reason(text="A plain case.", code="note"),
        ]
    )
    (error,) = judgment.errors or ()
    assert isinstance(error.place, TextSpan)
    assert error.place.pointer == f"/candidates/{worse}/content"
    assert error.place.quote == WRONG[error.place.start : error.place.end] == "12 crowns"
    assert judgment.reviewer.pseudonym == desk.people["ana"].pseudonym
    assert judgment.reviewer.role == "reviewer"
    assert judgment.active_ms
    assert judgment.rubric == desk.program.desk.in_force.rubric_id
    assert judgment.supersedes is None


@pytest.mark.long
def test_an_order_of_three_with_a_tie(hand: Hand, desk: DeskServer) -> None:
    """Letters choose, digits rank; the same rank twice is a tie in the judgment."""
    hand.open_queue("preference · three")
    shown = [hand.text_of(place) for place in range(3)]
    for text, rank in ((RIGHT, "1"), (WRONG, "2"), (SILENT, "2")):
        hand.press("abc"[shown.index(text)], rank)
    hand.press(*(("Alt+0" if text == RIGHT else "Alt+1") for text in shown))
    (letter,) = ["ABC"[place] for place in range(3) if shown[place] == RIGHT]
    expect(hand.page.locator(".question")).to_contain_text(f"{letter} may not be used")
    hand.press("k", *(("Alt+1" if text == RIGHT else "Alt+0") for text in shown))
    expect(hand.page.locator(".question")).to_be_hidden()
    hand.press("Shift+3")
    hand.submit()
    record, judgment = told(desk, "three")
    right = place_of(record, RIGHT)
    assert as_set(judgment.scores) == as_set(
        scored("correct", place, int(place == right)) for place in range(3)
    )
    better, worse, silent = (place_of(record, each) for each in (RIGHT, WRONG, SILENT))
    assert judgment.verdict == Ranks(order=((better,), tuple(sorted((worse, silent)))))
    assert judgment.order == tuple(place_of(record, text) for text in shown)
    assert judgment.reasons == (Reason(text="", code="invented", dimension="grounded"),)


@pytest.mark.long
def test_a_demonstration_that_is_written_anew(hand: Hand, desk: DeskServer) -> None:
    """What was typed is a record of its own: by its author, and a child of the task."""
    hand.open_queue("outcome · write")
    hand.fill(",", "11 crowns: 4 to Birkfell and 7 on to Corrie.")
    hand.submit()
    record, judgment = told(desk, "write")
    assert judgment.verdict == NotAsked()
    written = desk.program.store.get(Record, str(judgment.wrote))
    assert written.kind == "demonstration"
    assert written.candidates[0].content == "11 crowns: 4 to Birkfell and 7 on to Corrie."
    author = MadeByPerson(pseudonym=judgment.reviewer.pseudonym, role="reviewer")
    assert written.candidates[0].provenance == author
    assert written.lineage
    assert written.lineage.parents == (record.id,)
    assert written.task == record.task


@pytest.mark.long
def test_a_demonstration_that_is_edited(hand: Hand, desk: DeskServer) -> None:
    """What is edited from another's words says whose words they were."""
    hand.open_queue("demonstration · edit")
    hand.press(",", "Shift+Tab", "Enter", "Control+End")
    hand.type(" It is 11.")
    hand.press("Escape")
    hand.submit()
    record, judgment = told(desk, "edit")
    written = desk.program.store.get(Record, str(judgment.wrote))
    assert written.candidates[0].content == f"{WRONG} It is 11."
    editor = MadeByEdit(original=record.id, editor=judgment.reviewer.pseudonym)
    assert written.candidates[0].provenance == editor
    assert {each.source_class for each in written.sources} == {"desk-authors", "target-model"}


def test_a_critique_on_words_with_its_revision(hand: Hand, desk: DeskServer) -> None:
    """The span's places count the raw text, beyond emoji and markup; the revision names its parent."""
    hand.open_queue("critique · criticise")
    hand.press("v", "Home", "ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "s")
    hand.press("c", "c", "3")
    hand.fill("o", "eleven crowns")
    hand.fill("y", "I added the legs.")
    hand.press("Enter")
    hand.press("s", "c", "1", "Escape")
    hand.press(",", "Shift+Tab", "Enter", "Control+End")
    hand.press(*["Backspace"] * len("12."))
    hand.type("11.")
    hand.press("Escape")
    hand.submit()
    record, judgment = told(desk, "criticise")
    quote = "twelve* crowns"
    start = MARKED.index(quote)
    span = TextSpan(
        pointer="/candidates/0/content", start=start, end=start + len(quote), quote=quote
    )
    assert judgment.errors == (
        LocalizedError(
            place=span,
            category="wrong_leg",
            severity="high",
            correction="eleven crowns",
            verification="I added the legs.",
        ),
        LocalizedError(place=Whole(candidate=0), category="wrong_sum", severity="low"),
    )
    written = desk.program.store.get(Record, str(judgment.wrote))
    assert [each.content for each in written.candidates] == [MARKED, MARKED[: -len("12.")] + "11."]
    assert written.lineage
    assert written.lineage.parents == (record.id,)
    editor = MadeByEdit(original=f"{record.id}#0", editor=judgment.reviewer.pseudonym)
    assert written.candidates[1].provenance == editor


@pytest.mark.long
def test_labels_of_steps_and_a_critique_of_one(hand: Hand, desk: DeskServer) -> None:
    """Neutral is a label; a step that is left without one is skipped, in so many words."""
    hand.open_queue("process · steps")
    hand.press("1", "3", "j", "2")
    hand.press("k", "k", "k", "s", "c", "Escape")
    hand.press("l", "0", "2")
    hand.read()
    hand.press("Enter")
    expect(hand.page.locator(".faults a")).to_have_text(["Step 3 of A has no label."])
    hand.press("l", "j", "j", "4")
    expect(hand.page.locator(".faults a")).to_have_count(0)
    hand.submit()
    record, judgment = told(desk, "steps")
    assert record.kind == "process"
    assert judgment.step_labels == (
        StepLabel(candidate=0, step=0, label="good"),
        StepLabel(candidate=0, step=1, label="bad"),
        StepLabel(candidate=0, step=3, label="neutral"),
    )
    assert judgment.skipped_steps == (SkippedStep(candidate=0, step=2),)
    assert [(each.place, each.category) for each in judgment.errors or ()] == [
        (Action(candidate=0, step=1), "wrong_sum")
    ]
    assert judgment.scores == (scored("correct", 0, 0), scored("grounded", 0, 2))


@pytest.mark.long
def test_scores_of_an_outcome(hand: Hand, desk: DeskServer) -> None:
    """Where no overall verdict is asked a plain digit is a value; the same again takes it back."""
    hand.open_queue("outcome · total")
    hand.press("0", "1", "5", "k", "5", "4")
    hand.submit()
    _, judgment = told(desk, "total")
    assert judgment.verdict == NotAsked()
    assert judgment.scores == (
        scored("correct", 0, 0),
        scored("grounded", 0, 1),
        scored("fit", 0, 4),
    )


@pytest.mark.long
def test_rulings_on_sections_of_the_policy(hand: Hand, desk: DeskServer) -> None:
    """A violation has its severity and its reason; what is unclear has none."""
    hand.open_queue("policy · rule")
    hand.press("1", "6", "o")
    hand.type("It tells how to hide.")
    hand.press("Escape", "j", "3")
    hand.submit()
    _, judgment = told(desk, "rule")
    assert judgment.reviewer.role == "policy_reviewer"
    assert judgment.rulings == (
        SectionRuling(
            section="evasion",
            ruling="violates",
            candidate=0,
            severity="high",
            reason="It tells how to hide.",
        ),
        SectionRuling(section="lost-tickets", ruling="unclear", candidate=0),
    )


@pytest.mark.long
def test_a_red_team_transcript(hand: Hand, desk: DeskServer) -> None:
    """Outcome, severity, strategy and counts stand in the judgment as they were said."""
    hand.open_queue("adversarial · attack")
    hand.press("3", "7")
    hand.press(",")
    hand.type("A story as a cloak.")
    hand.press("Tab")
    hand.type("5")
    hand.press("Tab")
    hand.type("2")
    hand.press("Escape", "j", "1", "6", "o")
    hand.type("The story is a guide.")
    hand.submit("Control+Enter")
    _, judgment = told(desk, "attack")
    assert judgment.attack == Attack(
        strategy="A story as a cloak.",
        outcome="broken",
        severity="critical",
        attempts=5,
        successes=2,
    )
    assert judgment.rulings == (
        SectionRuling(
            section="evasion",
            ruling="violates",
            candidate=0,
            severity="high",
            reason="The story is a guide.",
        ),
    )


def test_a_trajectory_whose_calls_are_opened_by_key(hand: Hand, desk: DeskServer) -> None:
    """The call and its result are folded until a key opens them; then the steps are labelled."""
    hand.open_queue("trajectory · calls")
    call = hand.page.locator(".step.current details.fold")
    assert [each.get_attribute("open") for each in call.all()] == [None, None]
    hand.press("m")
    expect(hand.page.get_by_text('"from": "Alder"')).to_be_visible()
    expect(hand.page.get_by_text("4 crowns; 7 crowns")).to_be_visible()
    hand.press("m")
    expect(hand.page.get_by_text("4 crowns; 7 crowns")).to_be_hidden()
    hand.press("2", "1")
    hand.submit()
    _, judgment = told(desk, "calls")
    assert judgment.step_labels == (
        StepLabel(candidate=0, step=0, label="neutral"),
        StepLabel(candidate=0, step=1, label="good"),
    )


@pytest.mark.long
def test_verdicts_without_a_winner_say_why(hands: Callable[[str], Hand], desk: DeskServer) -> None:
    """Insufficient context and abstention carry their cause; both unacceptable needs its reason."""
    ben = hands("ben")
    ben.open_queue("preference · pair")
    ben.press("i")
    ben.type("Which day is it?")
    ben.submit("Control+Enter")
    ben.open_queue("outcome · total")
    ben.press("x", "Control+Enter")
    expect(ben.page.locator(".faults")).to_contain_text("An abstention says why")
    ben.type("I know the author.")
    ben.submit("Control+Enter")
    ben.open_queue("preference · three")
    ben.read()
    ben.press("u", "Enter")
    expect(ben.page.locator(".faults")).to_contain_text("A choice needs a reason")
    ben.press("Shift+4")
    ben.submit()
    _, asked = told(desk, "pair", "ben")
    assert asked.verdict == InsufficientContext()
    assert asked.reasons == (Reason(text="Which day is it?", code="cause"),)
    assert told(desk, "total", "ben")[1].verdict == Abstained(reason="I know the author.")
    _, refused = told(desk, "three", "ben")
    assert refused.verdict == BothUnacceptable()
    assert refused.reasons == (Reason(text="", code="padding", dimension="correct"),)


def test_a_verdict_against_the_priority_rules_says_why_it_stands(
    hands: Callable[[str], Hand], desk: DeskServer
) -> None:
    """By the scores the other one is ahead: the desk asks, and the answer is kept as a reason."""
    cleo = hands("cleo")
    cleo.open_queue("preference · pair")
    right = 0 if cleo.text_of(0) == RIGHT else 1
    cleo.press(*(("Alt+0", "Alt+1") if right else ("Alt+1", "Alt+0")))
    cleo.press("Alt+3", "Alt+3")
    cleo.press("3" if right else "4", "Shift+1")
    expect(cleo.page.locator(".question")).to_contain_text("Is your verdict an exception?")
    cleo.press("c")
    cleo.type("The table is out of date.")
    cleo.press("Escape")
    cleo.submit()
    record, judgment = told(desk, "pair", "cleo")
    assert judgment.verdict == Prefers(candidate=place_of(record, WRONG), strength=1)
    stands = Reason(text="The table is out of date.", code="priority_exception")
    assert stands in judgment.reasons


def test_a_trainer_gets_the_text_that_the_browser_chose(
    hands: Callable[[str], Hand], desk: DeskServer
) -> None:
    """The chosen text of a preference row is the one that was chosen on the page."""
    dan = hands("dan")
    dan.open_queue("preference · three")
    shown = [dan.text_of(place) for place in range(3)]
    for rank, text in enumerate((RIGHT, SILENT, WRONG), start=1):
        dan.press("abc"[shown.index(text)], str(rank))
    dan.press("Shift+1")
    dan.submit()
    record, judgment = told(desk, "three", "dan")
    released = ReleasedRecord(
        number=0,
        record=record,
        judgments=[judgment],
        consensus=consensus(record, [judgment]),
        state="accepted",
    )
    (row,) = TrlPreference().rows(released).rows
    assert row.values["chosen"] == [{"role": "assistant", "content": RIGHT}]
    assert row.values["rejected"] == [{"role": "assistant", "content": WRONG}]
