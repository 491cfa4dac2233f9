"""Care follows the text: consent, cover, cap and log hold in every view that shows a record."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import assay
from assay.governance.permissions import Principal
from assay.program.program import Program
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.answer_key import AcceptedScore, Key, Within
from assay.review.guideline_gap import GuidelineGap
from assay.review.qualification import QualificationScope
from assay.store.queue import SqlQueue
from simulators.desk_program import SEVERE_WORDS as MARK
from simulators.small_program import judged
from unit.web.conftest import Client, SignIn
from unit.web.test_adjudication import API, REVIEWERS, answer_all, attacked, taken_record

HARM = "fare_evasion"


@pytest.fixture
def severe(program: Program) -> Record:
    """The one record that shows a harm."""
    (found,) = (each for each in program.store.scan(Record) if each.sensitivity)
    return found


def account(program: Program, name: str) -> Principal:
    found = next(each for each in program.accounts.list() if each.name == name)
    return Principal(
        account=found.id, name=name, pseudonym=found.pseudonym, roles=found.roles,
        permissions=frozenset(),
    )  # fmt: skip


def agree(program: Program, name: str, *, given: bool = True) -> None:
    program.desk.consent(account(program, name), HARM, given=given)


def reach_the_cap(program: Program, name: str) -> None:
    """Somebody has read for as long as the day allows, and for longer than until a break."""
    who = account(program, name).pseudonym
    desk = SqlQueue(program.store)
    with desk.write("tests.expose", actor="tests") as unit:
        unit.expose(who, (HARM,), program.context.clock(), 120 * 60_000)
        unit.mark_action()


def read_minutes(program: Program, name: str) -> float:
    who = account(program, name).pseudonym
    seen = SqlQueue(program.store).exposures(who, "")
    return sum(each.milliseconds for each in seen if each.categories) / 60_000


def open_round(program: Program, severe: Record) -> str:
    """A round on the severe record whose members are two policy reviewers; its path."""
    members = [account(program, name).pseudonym for name in ("ana", "ben")]
    lead = account(program, "lea")
    found = program.calibration.open(lead, [severe.id], members)
    return f"/calibration/{program.calibration.handle(found)}"


def lock(program: Program, path: str, record: Record) -> None:
    """One member judges, and the lead locks the round without the other."""
    rubric = program.context.ids["rubric"]
    given = judged(record, account(program, "ben").pseudonym, role="policy_reviewer", rubric=rubric)
    with program.store.write("tests.judge", actor="tests") as unit:
        unit.add([given])
    program.calibration.step(account(program, "lea"), path.rsplit("/", 1)[-1], "lock")


def report_gap(program: Program, severe: Record) -> None:
    gap = GuidelineGap(
        record=severe.id, reviewer=account(program, "ana").pseudonym,
        rubric=program.context.ids["rubric"], dimension=None, text="Is this one?",
    )  # fmt: skip
    with program.store.write("tests.gap", actor="tests") as unit:
        unit.add([gap])


def exam_with(program: Program, severe: Record) -> None:
    """The severe record is in the exam of the policy reviewers."""
    key = Key(
        record=severe.id, rubric=program.context.ids["rubric"], source="expert",
        scores=(AcceptedScore(dimension="unsafe_help", candidate=0, accepts=Within(low=0, high=0)),),
    )  # fmt: skip
    scope = QualificationScope(role="policy_reviewer", family="adversarial", language="en")
    program.desk.eligibility.add_exam_items([key], scope)
    people = [(each.pseudonym, each.roles) for each in program.accounts.list()]
    program.desk.seat(people, by="tests")


def claimed(client: Client) -> tuple[bool, set[str]]:
    """Claim until nothing comes: whether the text came, and why at last nothing did."""
    reasons, came = set(), False
    for card in client.get("/api/v1/review/queues").json()["items"]:
        for _ in range(30):
            answer = client.post("/api/v1/review/claims", json={"queue": card["queue"]})
            assert answer.status_code == 200, answer.text
            body = answer.json()
            came = came or MARK in answer.text
            if not body["assignments"]:
                reasons.add(body["none"]["code"])
                break
            handle = body["assignments"][0]["assignment"]
            client.post(f"/api/v1/review/assignments/{handle}/release", json={"reason": "skip"})
    return came, reasons


WAYS: dict[str, Callable[[Program, Record], Any]] = {
    "its own queue": lambda *_: None,
    "a calibration round": open_round,
    "an exam": exam_with,
}
"""Ways by which a severe record comes to a reviewer."""


@pytest.mark.share(2)  # each way and each state is among them
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("state", ["no consent", "at the cap", "agreed"])
def test_no_claim_gives_a_text_that_its_reader_may_not_see(
    way: str, state: str, program: Program, severe: Record, sign_in: SignIn
) -> None:
    """Whichever queue it waits in: without consent or at a cap it is not given, and the claim says why."""
    WAYS[way](program, severe)
    if state != "no consent":
        agree(program, "ana")
    if state == "at the cap":
        reach_the_cap(program, "ana")
    came, reasons = claimed(sign_in("ana"))
    assert came is (state == "agreed")
    if state == "no consent" and way != "its own queue":
        assert "not-consented" in reasons
    if state == "at the cap":
        assert reasons & {"capped", "cool-down"}


def test_a_text_in_hand_is_taken_away_with_the_consent_and_not_by_a_cap(
    program: Program, sign_in: SignIn
) -> None:
    """Who has begun may finish; who takes the word back sees no more of it."""
    agree(program, "ana")
    client = sign_in("ana")
    queues = client.get("/api/v1/review/queues").json()["items"]
    (queue,) = [each["queue"] for each in queues if each["harms"]]
    given = client.post("/api/v1/review/claims", json={"queue": queue}).json()["assignments"][0]
    path = f"/api/v1/review/assignments/{given['assignment']}"
    reach_the_cap(program, "ana")
    assert MARK in client.get(path).text
    agree(program, "ana", given=False)
    refused = client.get(path)
    assert (refused.status_code, MARK in refused.text) == (403, False)
    assert refused.json()["title"] == "withheld"
    assert "not agreed" in refused.json()["detail"]


@pytest.fixture
def disputed(program: Program, severe: Record, sign_in: SignIn) -> Program:
    """Three policy reviewers differ on the severe record."""
    for name in REVIEWERS:
        agree(program, name)
        client = sign_in(name)
        queues = client.get("/api/v1/review/queues").json()["items"]
        (queue,) = [each["queue"] for each in queues if each["harms"]]
        assert answer_all(client, queue, attacked(name), name) == 1
    assert program.desk.route().adjudication == 1
    assert program.store.count(Judgment, record=severe.id) == 3
    return program


def test_an_adjudicator_meets_the_text_under_the_same_care(
    disputed: Program, sign_in: SignIn
) -> None:
    """No record is taken without consent or at a cap; taken, it goes with the consent, page and API."""
    client = sign_in("sen")
    assert client.post(f"{API}/claims").json() == {"handle": None}
    agree(disputed, "sen")
    reach_the_cap(disputed, "sen")
    assert client.post(f"{API}/claims").json() == {"handle": None}
    assert client.get(API).json()["open"] == 0
    with disputed.store.write("tests.forget", actor="tests") as unit:
        unit.connection.exec_driver_sql("delete from desk_exposures")
        unit.acted = True
    handle, look = taken_record(client)
    assert MARK in str(look)
    assert look["assignment"]["care"]["blur"] is True
    agree(disputed, "sen", given=False)
    for path in (f"{API}/{handle}", f"/adjudication/{handle}"):
        refused = client.get(path)
        assert (refused.status_code, MARK in refused.text) == (403, False)


PAGES = ("round", "guideline")
"""Pages that show records beside others."""


def page_of(kind: str, program: Program, severe: Record) -> tuple[str, str, dict[str, str]]:
    """A page with the severe record, where its text is asked for, and how."""
    if kind == "round":
        path = open_round(program, severe)
        lock(program, path, severe)
        return path, f"{path}/texts", {"record": "0"}
    report_gap(program, severe)
    (gap,) = program.guideline.gaps(account(program, "lea"))
    return "/guideline", "/guideline/texts", {"uncover": gap.gap}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_covers_a_text_until_it_is_asked_for_and_logs_it(
    kind: str, program: Program, severe: Record, sign_in: SignIn
) -> None:
    """Not without consent, not at a cap; else covered, then shown once, and counted as a minute."""
    path, uncover, form = page_of(kind, program, severe)
    client = sign_in("lea")
    without = client.get(path)
    assert (without.status_code, MARK in without.text) == (200, False)
    assert "you have not agreed to read content that shows fare evasion" in without.text
    refused = client.post(uncover, data=form)
    assert (refused.status_code, MARK in refused.text) == (403, False)
    assert client.post("/consents", data={"category": HARM, "given": "yes"}).is_success
    covered = client.get(path).text
    assert MARK not in covered
    assert "Uncover the text" in covered
    assert read_minutes(program, "lea") == 0
    assert MARK in client.post(uncover, data=form).text
    assert read_minutes(program, "lea") == 1
    assert MARK not in client.get(path).text
    reach_the_cap(program, "lea")
    for answer in (client.get(path), client.post(uncover, data=form)):
        assert MARK not in answer.text
    assert "cap on such content" in client.get(path).text
    assert read_minutes(program, "lea") == 121


@pytest.mark.parametrize("name", ["ana", "sen", "eva", "adm"])
def test_a_round_shows_its_texts_to_nobody_else(
    name: str, program: Program, severe: Record, sign_in: SignIn
) -> None:
    """Members, adjudicators and strangers: covered, or refused; never in the page as it is opened."""
    path = open_round(program, severe)
    for step in ("judging", "locked"):
        if step == "locked":
            lock(program, path, severe)
        client = sign_in(name)
        assert MARK not in client.get(path).text
        if name in {"eva", "adm"} or (name == "ana" and step == "judging"):
            agree(program, name)
            asked = client.post(f"{path}/texts", data={"record": "0"})
            assert (asked.is_success, MARK in asked.text) == (False, False)


def test_severe_content_that_names_no_harm_counts_too(
    program: Program, severe: Record, sign_in: SignIn
) -> None:
    """Reading it is logged under a category of its own, so that it is never taken for benign."""
    care = severe.sensitivity
    assert care
    plain = severe.replace(sensitivity=msgspec.structs.replace(care, categories=()), key="plain")
    with program.store.write("tests.add", actor="tests") as unit:
        unit.add([plain])
    path = open_round(program, plain)
    lock(program, path, plain)
    asked = sign_in("lea").post(f"{path}/texts", data={"record": "0"})
    assert asked.is_success
    assert read_minutes(program, "lea") == 1


def test_one_module_leads_from_a_record_to_its_text() -> None:
    """No other module of the application turns a record into what is shown of it."""
    package = Path(assay.__file__).parent
    users = {
        file.relative_to(package).as_posix()
        for folder in ("desk", "program", "web")
        for file in (package / folder).rglob("*.py")
        if "present" in _imported(file)
    }
    assert users == {"desk/text_access.py"}


def _imported(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "assay.review.presentation"
        for name in node.names
    }
