"""Review over REST: what is claimed is blinded, what is answered is kept, what is wrong is told."""

import re
from time import monotonic, sleep
from typing import Any

import pytest
from litestar.testing import TestClient

from assay.desk.claims import MOST_HELD
from assay.program.program import Program
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.review.handle import JUDGMENT_HANDLE
from assay.store.pass_register import Passes
from assay.web.app import create_app
from simulators.desk_program import CANARY
from unit.web.conftest import Client, SignIn

KEY = {"idempotency-key": "key-000001"}


def claim(client: Client, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/v1/review/claims", json={"count": count, **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["assignments"]
    return found


def of_kind(client: Client, kind: str) -> dict[str, Any]:
    """An assignment of this kind; others are given back."""
    for _ in range(60):
        (found,) = claim(client)
        if found["form"]["kind"] == kind and "ranks" not in found["form"]["verdicts"]:
            return found
        path = f"/api/v1/review/assignments/{found['assignment']}/release"
        assert client.post(path, json={"reason": "skip"}).status_code == 204
    raise AssertionError(f"no {kind} waits")


def send(client: Client, assignment: dict[str, Any], body: Any, key: str = "key-000001") -> Any:
    path = f"/api/v1/review/assignments/{assignment['assignment']}/judgment"
    return client.post(path, json=body, headers={"idempotency-key": key})


def preferring(place: int) -> dict[str, Any]:
    return {
        "verdict": {"verdict": "prefers", "candidate": place, "strength": 2},
        "reasons": [{"text": "Its fares are the table's.", "dimension": "correct"}],
    }


def test_a_choice_names_the_candidate_that_was_shown(sign_in: SignIn, program: Program) -> None:
    """A is what stood first on the page, whatever the record's own order."""
    client = sign_in("ana")
    given = of_kind(client, "preference")
    receipt = send(client, given, preferring(0))
    assert receipt.status_code == 201
    judgment = judgment_of(program, receipt.json()["judgment"])
    record = program.store.get(Record, judgment.record)
    chosen = record.candidates[judgment.verdict.candidate]  # type: ignore[union-attr]
    assert chosen.content == given["shown"]["candidates"][0]["text"]["raw"]
    assert judgment.order is not None
    assert judgment.reviewer.role == "reviewer"
    assert receipt.json()["revision"] == 1
    assert not receipt.json()["late"]


def test_a_retry_counts_once_and_a_reused_key_is_a_conflict(
    sign_in: SignIn, program: Program
) -> None:
    """The same key and body give the stored receipt; another body under that key is refused."""
    client = sign_in("ana")
    given = of_kind(client, "preference")
    first = send(client, given, preferring(0))
    again = send(client, given, preferring(0))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["judgment"] == first.json()["judgment"]
    other = send(client, given, preferring(1))
    assert other.status_code == 409
    assert program.store.count(Judgment) == 1


def test_a_revision_supersedes_and_the_page_gets_the_stored_answer_back(
    sign_in: SignIn, program: Program
) -> None:
    """Undo is a second judgment; what is opened again is what was said, in presented order."""
    client = sign_in("ana")
    given = of_kind(client, "preference")
    send(client, given, preferring(1))
    seen = client.get(f"/api/v1/review/assignments/{given['assignment']}").json()
    assert seen["answer"]["verdict"]["candidate"] == 1
    second = send(client, given, {"verdict": {"verdict": "tie"}}, key="key-000002")
    assert second.json()["revision"] == 2
    assert [bool(each.supersedes) for each in program.store.scan(Judgment)] == [False, True]


@pytest.mark.share(4)
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"verdict": {"verdict": "prefers", "candidate": 0, "strength": 2}}, "reason"),
        ({"verdict": {"verdict": "prefers", "candidate": 7, "strength": 2}, "reasons": [{"text": "x", "dimension": "correct"}]}, "candidate"),
        ({"verdict": {"verdict": "prefers", "candidate": 0, "strength": 9}}, "strength"),
        ({"verdict": {"verdict": "abstained", "reason": " "}}, "why"),
        ({"verdict": {"verdict": "insufficient_context"}}, "missing"),
        ({"verdict": {"verdict": "tie"}, "scores": [{"dimension": "colour", "score": {"score": "scored", "value": 1}}]}, "colour"),
        ({"verdict": {"verdict": "tie"}, "scores": [{"dimension": "fit", "candidate": 0, "score": {"score": "scored", "value": 9}}]}, "scale"),
        ({"verdict": {"verdict": "tie"}, "written": "a text"}, "no text"),
        ({"verdict": {"verdict": "tie"}, "step_labels": [{"candidate": 0, "step": 0, "label": "good"}]}, "step labels"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_fit_is_refused_by_field(
    body: dict[str, Any], told: str, sign_in: SignIn, program: Program
) -> None:
    """Nothing is stored, and the problem names the field and the way out."""
    client = sign_in("ana")
    answer = send(client, of_kind(client, "preference"), body)
    assert answer.status_code == 422
    assert told in answer.text
    assert answer.json()["errors"][0]["field"]
    assert program.store.count(Judgment) == 0


NOT_ASKED = {"verdict": {"verdict": "not_asked"}}

DECLINED = {"verdict": {"verdict": "abstained", "reason": "I know the author."}}


@pytest.mark.parametrize(
    ("kind", "pointers"),
    [
        ("preference", {"#/verdict"}),
        ("demonstration", {"#/written"}),
        ("critique", {"#/errors"}),
        ("process", {"#/step_labels"}),
        ("trajectory", {"#/step_labels"}),
        ("outcome", {"#/scores"}),
        ("policy", {"#/rulings"}),
        ("adversarial", {"#/attack/outcome"}),
    ],
)
def test_a_bare_answer_is_refused_with_every_gap(
    kind: str, pointers: set[str], sign_in: SignIn, program: Program
) -> None:
    """Each kind has its least answer: what is missing comes back with its place and a way out."""
    client = sign_in("ana")
    given = of_kind(client, kind)
    refused = send(client, given, NOT_ASKED)
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")
    errors = refused.json()["errors"]
    assert {error["pointer"] for error in errors} == pointers
    assert all(error["message"] and error["hint"] for error in errors)
    assert len(errors) == len({error["message"] for error in errors})
    assert program.store.count(Judgment) == 0
    assert send(client, given, DECLINED).status_code == 201


def test_every_step_is_named_that_is_neither_labelled_nor_skipped(
    sign_in: SignIn, program: Program
) -> None:
    """All gaps come at once; a step that is skipped is kept as such, with its reason."""
    client = sign_in("ana")
    given = of_kind(client, "process")
    steps = [step["step"] for step in given["shown"]["candidates"][0]["work"]]
    assert len(steps) > 1
    refused = send(client, given, NOT_ASKED)
    assert len(refused.json()["errors"]) == len(steps)
    first, *others = steps
    body = NOT_ASKED | {
        "step_labels": [{"candidate": 0, "step": first, "label": "good"}],
        "skipped_steps": [
            {"candidate": 0, "step": step, "reason": "Unreadable."} for step in others
        ],
    }
    assert send(client, given, body, key="key-000002").status_code == 201
    (judgment,) = program.store.scan(Judgment)
    assert [step.step for step in judgment.skipped_steps] == others
    assert judgment.skipped_steps[0].reason == "Unreadable."
    seen = client.get(f"/api/v1/review/assignments/{given['assignment']}").json()["answer"]
    assert [step["step"] for step in seen["skipped_steps"]] == others


def test_a_violation_needs_its_reason(sign_in: SignIn, program: Program) -> None:
    """A ruling that says `violates` and not why is refused at its own place."""
    client = sign_in("ana")
    given = of_kind(client, "policy")
    rulings = [
        {"section": section["id"], "ruling": "violates", "candidate": 0, "severity": "high"}
        for section in given["form"]["sections"]
    ]
    refused = send(client, given, NOT_ASKED | {"rulings": rulings})
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        f"#/rulings/{number}/reason" for number in range(len(rulings))
    ]
    reasoned = [ruling | {"reason": "It tells how to hide."} for ruling in rulings]
    assert send(client, given, NOT_ASKED | {"rulings": reasoned}).status_code == 201
    (judgment,) = program.store.scan(Judgment)
    assert {ruling.reason for ruling in judgment.rulings} == {"It tells how to hide."}


def test_a_text_that_stands_as_it_is_is_an_answer(sign_in: SignIn, program: Program) -> None:
    """An edit that changes nothing says so, and what is revised is not left as it is."""
    client = sign_in("ana")
    given = of_kind(client, "demonstration")
    original = given["shown"]["candidates"][0]["text"]["raw"]
    both = NOT_ASKED | {"written": "Another text.", "stands_as_is": True}
    assert "Keep one of the two" in send(client, given, both).text
    assert "the same as the original" in send(client, given, NOT_ASKED | {"written": original}).text
    stored = send(client, given, NOT_ASKED | {"stands_as_is": True})
    assert stored.status_code == 201
    (judgment,) = program.store.scan(Judgment)
    assert judgment.stands_as_is
    assert judgment.wrote is None


@pytest.mark.parametrize("body", [{"verdict": {"verdict": "best"}}, {}, {"verdict": {"verdict": "tie"}, "mood": 1}, [1], "x"])  # fmt: skip
def test_a_body_that_is_no_answer_is_refused(body: Any, sign_in: SignIn) -> None:
    """What does not have the shape of an answer is told so, as problem details."""
    client = sign_in("ana")
    answer = send(client, of_kind(client, "preference"), body)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_nobody_reads_or_answers_what_another_was_given(sign_in: SignIn, program: Program) -> None:
    """An assignment exists for its own reviewer alone."""
    given = of_kind(sign_in("ana"), "preference")
    other = sign_in("ben")
    assert other.get(f"/api/v1/review/assignments/{given['assignment']}").status_code == 404
    assert send(other, given, preferring(0)).status_code == 404
    path = f"/api/v1/review/assignments/{given['assignment']}"
    assert other.post(f"{path}/opened").status_code == 404
    assert other.post(f"{path}/release", json={"reason": "skip"}).status_code == 404
    assert other.put(f"{path}/draft", json={"revision": 0, "answer": {}}).status_code == 404
    assert program.store.count(Judgment) == 0


def test_a_draft_is_kept_and_a_newer_one_is_not_written_over(sign_in: SignIn) -> None:
    """The newest revision wins; the page that was behind gets it back to merge."""
    client = sign_in("ana")
    (given,) = claim(client)
    path = f"/api/v1/review/assignments/{given['assignment']}"
    assert client.put(f"{path}/draft", json={"revision": 0, "answer": {"a": 1}}).json() == {
        "revision": 1
    }
    assert client.put(f"{path}/draft", json={"revision": 1, "answer": {"a": 2}}).status_code == 200
    behind = client.put(f"{path}/draft", json={"revision": 0, "answer": {"b": 1}})
    assert behind.status_code == 409
    assert (behind.json()["revision"], behind.json()["answer"]) == (2, {"a": 2})
    assert client.get(path).json()["draft"] == {"revision": 2, "answer": {"a": 2}}


def test_a_reloaded_page_gets_back_what_it_held(sign_in: SignIn) -> None:
    """A claim first gives what the page lost sight of; nobody hoards by reloading."""
    client = sign_in("ana")
    held = {each["assignment"] for each in claim(client, 4)}
    assert len(held) == 4
    assert {each["assignment"] for each in claim(client, 4)} == held
    for _ in range(3):
        held |= {each["assignment"] for each in claim(client, 4, held=sorted(held))}
    assert len(held) == MOST_HELD
    assert claim(client, 4, held=sorted(held)) == []


def judgment_of(program: Program, handle: str) -> Judgment:
    """The judgment that a receipt names."""
    handled = {
        program.context.handle(JUDGMENT_HANDLE, each.id): each
        for each in program.store.scan(Judgment)
    }
    return handled[handle]


def assert_no_content_ids(seen: bytes) -> None:
    """No id that is a digest of a fact's content is there, but those of public documents."""
    ids = set(re.findall(rb"\b([a-z]{3})_[a-z2-7]{52}\b", seen))
    assert ids <= {b"doc"}, ids


def test_no_hidden_word_reaches_a_reviewer(sign_in: SignIn) -> None:
    """Models, sources, families and keys are in no byte that a reviewer can reach."""
    client = sign_in("ana")
    seen = b""
    for number in range(40):
        given = client.post("/api/v1/review/claims", json={"count": 1})
        seen += given.content + str(given.headers).encode()
        assignments = given.json()["assignments"]
        if not assignments:
            break
        path = f"/api/v1/review/assignments/{assignments[0]['assignment']}"
        for answer in (
            client.get(path),
            client.post(f"{path}/opened"),
            client.put(f"{path}/draft", json={"revision": 0, "answer": {}}),
            client.post(f"{path}/judgment", json={"verdict": {"verdict": "abstained", "reason": "x"}}, headers={"idempotency-key": f"key-{number:06}"}),
        ):  # fmt: skip
            seen += answer.content + str(answer.headers).encode()
    for page in ("/", "/review", "/api/v1/review/queues", "/api/v1/review/history", "/api/v1/me"):
        answer = client.get(page)
        seen += answer.content + str(answer.headers).encode()
    assert number > 20
    assert CANARY.encode() not in seen
    assert_no_content_ids(seen)


def test_restricted_content_waits_for_cleared_people_and_consent(sign_in: SignIn) -> None:
    """Severe content is offered to nobody whose role is not cleared or who did not agree."""
    client = sign_in("ana")
    queues = client.get("/api/v1/review/queues").json()["items"]
    assert queues
    assert not [each for each in queues if each["severity"] or each["harms"]]


def test_a_record_that_comes_while_the_desk_is_open_is_queued(program: Program) -> None:
    """New work appears by itself: nobody starts the server anew."""
    record, *_ = program.store.scan(Record)
    late = record.replace(key="came-late")
    register = Passes(program.store)
    before = register.count().items
    with TestClient(create_app(program, sweep_seconds=0.02)):
        with program.store.write("record.import", actor="tests") as unit:
            unit.add([late])
        until = monotonic() + 120
        while not register.needs([late.id]) and monotonic() < until:
            sleep(0.02)
    assert register.needs([late.id])
    assert register.count().items == before + 1
