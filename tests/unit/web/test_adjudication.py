"""Adjudication and calibration: others' judgments are seen in one place, and only in their time."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.program.program import Program
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.adjudication import Adjudication, Decided
from assay.review.calibration import RoundNote, RoundStep
from assay.review.handle import DECISION_HANDLE
from assay.store.queue import SqlQueue
from unit.web.conftest import Client, SignIn, single_spaced
from unit.web.test_review_api import assert_no_content_ids

REVIEWERS = ("ana", "ben", "eva")

API = "/api/v1/adjudication"

NOT_ASKED = {"verdict": {"verdict": "not_asked"}}


def answer_all(client: Client, queue: str, said: Callable[[dict[str, Any]], Any], name: str) -> int:
    """Answer everything in a queue; how many."""
    for number in range(20):
        given = client.post("/api/v1/review/claims", json={"queue": queue}).json()
        if not given["assignments"]:
            return number
        assignment = given["assignments"][0]
        answer = client.post(
            f"/api/v1/review/assignments/{assignment['assignment']}/judgment",
            json=said(assignment),
            headers={"idempotency-key": f"key-{name}-{number:04}"},
        )
        assert answer.status_code == 201, answer.text
    raise AssertionError("the queue does not end")


def ruling(name: str) -> Callable[[dict[str, Any]], Any]:
    """What a policy reviewer says of everything: ana one thing, ben the other, eva nothing."""
    if name == "eva":
        return lambda _: {"verdict": {"verdict": "abstained", "reason": "I cannot tell"}}
    word = "violates" if name == "ana" else "complies"
    return lambda assignment: {
        "verdict": {"verdict": "not_asked"},
        "scores": [
            {"dimension": "unsafe_help", "candidate": 0, "score": {"score": "scored", "value": 0}}
        ],
        "rulings": [
            {"section": section["id"], "ruling": word, "candidate": 0, "reason": f"seen by {name}"}
            for section in assignment["form"]["sections"]
        ],
        "reasons": [{"text": f"words of {name}", "dimension": "unsafe_help"}],
    }


def queue_titled(client: Client, words: str) -> str:
    found = client.get("/api/v1/review/queues").json()["items"]
    return str(next(each["queue"] for each in found if words in each["title"]))


@pytest.fixture
def disagreed(sign_in: SignIn, program: Program) -> Program:
    """Three policy reviewers have judged the policy records, and one stands alone."""
    for name in REVIEWERS:
        client = sign_in(name)
        assert answer_all(client, queue_titled(client, "policy"), ruling(name), name) == 3
    program.desk.route()
    people = [(each.pseudonym, each.roles) for each in program.accounts.list()]
    program.desk.seat(people, by="tests")
    return program


def test_a_disagreement_waits_for_an_adjudicator_who_sees_all_sides(
    disagreed: Program, sign_in: SignIn
) -> None:
    """Three voices stand side by side without a name or a pseudonym, and the decision is kept."""
    client = sign_in("sen")
    assert "3 records wait" in single_spaced(client.get("/adjudication").text)
    taken = client.post("/adjudication/next", data={}, follow_redirects=True)
    page = taken.text
    for words in ("R1", "R2", "R3", "words of ana", "words of ben", "differs"):
        assert words in page
    for account in disagreed.accounts.list():
        if account.name in REVIEWERS:
            assert account.pseudonym not in page
    handle = str(taken.url.path).rsplit("/", 1)[-1]
    assert "people differ on section" in single_spaced(client.get("/adjudication").text)
    look = client.get(f"{API}/{handle}").json()
    answer = NOT_ASKED | {"rulings": [ruled(x, "complies") for x in sections(look)]}
    decided = client.post(
        f"{API}/{handle}/decision",
        json={
            "decision": "decided", "cause": "guideline_ambiguity", "answer": answer,
            "note": "Read section two again.",
        },
    )  # fmt: skip
    assert decided.status_code == 201, decided.text
    (adjudication,) = disagreed.store.scan(Adjudication)
    named = disagreed.context.handle(DECISION_HANDLE, adjudication.id)
    assert decided.json() == {"adjudication": named, "weighed": 3}
    assert isinstance(adjudication.decision, Decided)
    assert [each.ruling for each in adjudication.decision.rulings] == ["complies"] * len(
        sections(look)
    )
    assert adjudication.cause == "guideline_ambiguity"
    assert len(adjudication.judgments) == 3
    assert "2 records wait" in single_spaced(client.get("/adjudication").text)
    assert "You have decided this record" in client.get(str(taken.url.path)).text
    again = client.post(
        f"{API}/{handle}/decision", json={"decision": "preserved", "cause": "expertise"}
    )
    assert again.status_code == 409


def taken_record(client: Client) -> tuple[str, dict[str, Any]]:
    """The handle of the next record, and what is seen of it."""
    handle = client.post(f"{API}/claims").json()["handle"]
    return handle, client.get(f"{API}/{handle}").json()


def sections(look: dict[str, Any]) -> list[str]:
    return [each["id"] for each in look["assignment"]["form"]["sections"]]


def ruled(section: str, word: str, **more: Any) -> dict[str, Any]:
    return {"section": section, "ruling": word, "candidate": 0, **more}


def test_what_people_differ_on_is_named(disagreed: Program, sign_in: SignIn) -> None:
    """Each section on which they differ is a dispute, with its words; a voice carries all it said."""
    _, look = taken_record(sign_in("sen"))
    assert [(x["what"], x["item"], x["candidate"]) for x in look["disputes"]] == [
        ("section", section, 0) for section in sorted(sections(look))
    ]
    assert look["disputes"][0]["words"] == f"section {min(sections(look))} of A"
    reasons = {x["reason"] for voice in look["voices"] for x in voice["answer"].get("rulings", [])}
    assert reasons == {"seen by ana", "seen by ben"}
    assert disagreed.store.count(Adjudication) == 0


def test_where_nothing_was_compared_nothing_is_said_of_disputes(
    disagreed: Program, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is shown and may be decided, and an empty list does not stand for the unknown."""
    monkeypatch.setattr("assay.quality.service.disputes_of", lambda *_: None)
    client = sign_in("sen")
    handle, look = taken_record(client)
    assert look["disputes"] is None
    assert [each["disputes"] for each in client.get(API).json()["held"]] == [None]
    assert client.get(f"/adjudication/{handle}").status_code == 200
    decision = {"decision": "decided", "cause": "expertise", "answer": {"verdict": {"verdict": "not_asked"}, "rulings": [ruled(sections(look)[0], "complies")]}}  # fmt: skip
    assert client.post(f"{API}/{handle}/decision", json=decision).status_code == 201
    assert disagreed.store.count(Adjudication) == 1


@pytest.mark.share(4)
@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"decision": "decided", "cause": "expertise"}, "an adjudication decides"),
        ({"decision": "decided", "cause": "expertise", "answer": {"verdict": {"verdict": "not_asked"}}}, "an adjudication decides"),
        ({"decision": "decided", "cause": "expertise", "answer": {"verdict": {"verdict": "not_asked"}, "errors": []}}, "people differ on section"),
        ({"decision": "returned", "cause": "missing_context"}, "what must be fixed"),
        ({"decision": "preserved", "cause": "expertise", "answer": {"verdict": {"verdict": "tie"}}}, "without an answer"),
        ({"decision": "decided", "cause": "expertise", "answer": {"verdict": {"verdict": "not_asked"}, "scores": [{"dimension": "unsafe_help", "candidate": 0, "score": {"score": "scored", "value": 9}}]}}, "not on the scale"),
        ({"decision": "decided", "cause": "expertise", "answer": {"verdict": {"verdict": "not_asked"}, "rulings": [{"section": "evasion", "ruling": "violates", "candidate": 0}]}}, "a violation says why"),
        ({"decision": "decided", "cause": "expertise", "answer": {"verdict": {"verdict": "not_asked"}, "attack": {"outcome": "held"}}}, "no attack is asked about"),
    ],
)  # fmt: skip
def test_half_a_decision_is_refused_with_what_is_missing(
    data: dict[str, Any], told: str, disagreed: Program, sign_in: SignIn
) -> None:
    """Every fault comes back with its place, and nothing is stored."""
    client = sign_in("sen")
    handle, _ = taken_record(client)
    answer = client.post(f"{API}/{handle}/decision", json=data)
    assert answer.status_code == 422
    assert told in answer.text.lower()
    assert all(error["pointer"].startswith("#/") for error in answer.json()["errors"])
    assert disagreed.store.count(Adjudication) == 0


def test_a_decision_without_a_cause_is_no_decision(disagreed: Program, sign_in: SignIn) -> None:
    """Why people differed is a part of the request."""
    client = sign_in("sen")
    handle, _ = taken_record(client)
    assert (
        client.post(f"{API}/{handle}/decision", json={"decision": "preserved"}).status_code == 400
    )
    assert disagreed.store.count(Adjudication) == 0


@pytest.mark.parametrize("decision", ["preserved", "returned"])
def test_the_distribution_can_stay_and_a_record_can_go_back(
    decision: str, disagreed: Program, sign_in: SignIn
) -> None:
    """Neither needs an answer on what is disputed."""
    client = sign_in("sen")
    handle, _ = taken_record(client)
    body = {"decision": decision, "cause": "missing_context", "note": "Which ticket?"}
    assert client.post(f"{API}/{handle}/decision", json=body).status_code == 201
    (adjudication,) = disagreed.store.scan(Adjudication)
    assert type(adjudication.decision).__struct_config__.tag == decision


def attacked(name: str) -> Callable[[dict[str, Any]], Any]:
    """What a policy reviewer says of a severe transcript: everybody something else."""
    word = {"ana": "violates", "ben": "complies", "eva": "unclear"}[name]
    return lambda assignment: (
        NOT_ASKED
        | {
            "attack": {"outcome": "held"},
            "rulings": [
                ruled(section["id"], word, reason="seen")
                for section in assignment["form"]["sections"]
            ],
        }
    )


def test_severe_content_waits_for_an_adjudicator_who_agreed_to_it(
    program: Program, sign_in: SignIn
) -> None:
    """Without consent it is neither counted nor given; with it, what it shows is told first."""
    people = {each.name: each for each in program.accounts.list()}

    def agree(name: str) -> None:
        account = people[name]
        program.desk.eligibility.consent(account.pseudonym, "fare_evasion", given=True)
        program.desk.seat([(account.pseudonym, account.roles)], by="tests")

    for name in REVIEWERS:
        agree(name)
        client = sign_in(name)
        queues = client.get("/api/v1/review/queues").json()["items"]
        (severe,) = [each["queue"] for each in queues if each["harms"]]
        assert answer_all(client, severe, attacked(name), name) == 1
    assert program.desk.route().adjudication == 1
    senior = sign_in("sen")
    assert senior.get(API).json() == {"held": [], "open": 0}
    assert senior.post(f"{API}/claims").json() == {"handle": None}
    agree("sen")
    assert senior.get(API).json()["open"] == 1
    handle, look = taken_record(senior)
    care = look["assignment"]["care"]
    assert (care["severity"], care["harms"], care["blur"]) == ("high", ["fare_evasion"], True)
    path = f"/api/v1/review/assignments/{handle}/uncovered"
    assert senior.post(path, json={"seconds": 30}).status_code == 204
    assert [
        each.categories for each in SqlQueue(program.store).exposures(people["sen"].pseudonym, "")
    ]


def test_nobody_decides_what_they_judged(disagreed: Program, sign_in: SignIn) -> None:
    """A reviewer who also adjudicates is never given a record of their own."""
    ana = next(each for each in disagreed.accounts.list() if each.name == "ana")
    disagreed.accounts.set_roles(ana.id, [*ana.roles, "adjudicator"], by="tests")
    disagreed.desk.seat([(ana.pseudonym, (*ana.roles, "adjudicator"))], by="tests")
    client = sign_in("ana")
    client.post("/adjudication/next", data={}, follow_redirects=True)
    assert not disagreed.adjudication.waiting(
        disagreed.accounts.principal(client.cookies["__Host-assay"])  # type: ignore[arg-type]
    ).held


def test_a_round_goes_from_apart_to_a_cause(sign_in: SignIn, program: Program) -> None:
    """Members see nothing of each other before the reveal; then the spread, then the note."""
    pairs = [each for each in program.store.scan(Record) if each.kind == "preference"]
    record = next(each for each in pairs if len(each.candidates) == 2)
    people = {each.name: each.pseudonym for each in program.accounts.list()}
    lead = sign_in("lea")
    opened = lead.post(
        "/calibration",
        data={"records": record.id, "member": [people["ana"], people["ben"]]},
        follow_redirects=True,
    )
    path = str(opened.url.path)
    assert "independent" in opened.text
    for place, name in enumerate(("ana", "ben")):
        member = sign_in(name)
        own = member.get(path).text
        assert "Judge your part" in own
        assert record.candidates[0].content[:20] not in own
        queue = queue_titled(member, "calibration round")
        shown = member.post("/api/v1/review/claims", json={"queue": queue}).json()
        (given,) = shown["assignments"]
        texts = [each["text"]["raw"] for each in given["shown"]["candidates"]]
        chosen = texts.index(str(record.candidates[place].content))
        body = {
            "verdict": {"verdict": "prefers", "candidate": chosen, "strength": 1},
            "reasons": [{"text": "x", "dimension": "correct"}],
        }
        sent = member.post(
            f"/api/v1/review/assignments/{given['assignment']}/judgment",
            json=body,
            headers={"idempotency-key": f"key-round-{name}"},
        )
        assert sent.status_code == 201
        assert "prefers" not in member.get(path).text
    assert_no_content_ids(member.get(path).content + path.encode())
    assert sign_in("lea").post(f"{path}/reveal", data={}).status_code == 200
    seen = single_spaced(sign_in("ana").get(path).text)
    assert "people differ" in seen
    assert "A is better: 1" in seen
    assert "B is better: 1" in seen
    senior = sign_in("sen")
    noted = senior.post(
        f"{path}/notes",
        data={
            "record": "0", "cause": "guideline_ambiguity",
            "outcome": "revise_guideline", "note": "What counts as correct?",
        },
        follow_redirects=True,
    )  # fmt: skip
    assert "What counts as correct?" in noted.text
    assert sign_in("lea").post(f"{path}/close", data={}).status_code == 200
    assert [each.step for each in program.store.scan(RoundStep)] == ["reveal", "close"]
    assert program.store.count(RoundNote) == 1
    assert program.store.count(Judgment) == 2


def test_a_stranger_to_a_round_is_told_so(sign_in: SignIn, program: Program) -> None:
    """Who is no member and hosts nothing sees neither the round nor its records."""
    record = next(each for each in program.store.scan(Record) if each.kind == "preference")
    people = {each.name: each.pseudonym for each in program.accounts.list()}
    opened = sign_in("lea").post(
        "/calibration",
        data={"records": record.id, "member": [people["ana"], people["ben"]]},
        follow_redirects=True,
    )
    answer = sign_in("eva").get(str(opened.url.path))
    assert answer.status_code == 400
    assert "not a member of this round" in answer.text
