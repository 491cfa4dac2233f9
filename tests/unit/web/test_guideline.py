"""The page of the guideline: a gap is answered, the asker hears of it, re-reviews are queued."""

from pathlib import Path

from litestar.testing import TestClient

from assay.program.program import Program
from assay.records.judgment import SectionRuling
from assay.records.record import Record
from assay.review.guideline_gap import GapAnswer, GuidelineGap
from assay.web.app import create_app
from assay.web.authentication import COOKIE
from simulators.desk_program import PASSWORD, opened
from simulators.small_program import judged
from unit.desk.test_guideline import judge, publish
from unit.web.conftest import SignIn, single_spaced
from unit.web.test_adjudication import queue_titled
from unit.web.test_care import account

WORDS = "Is <b>haste</b> assumed?"


def report(sign_in: SignIn, dimension: str | None) -> None:
    """Ana reports a gap at the record before her."""
    client = sign_in("ana")
    queue = queue_titled(client, "preference")
    (given,) = client.post("/api/v1/review/claims", json={"queue": queue}).json()["assignments"]
    path = f"/api/v1/review/assignments/{given['assignment']}/gap"
    sent = client.post(path, json={"dimension": dimension, "text": WORDS})
    assert sent.is_success, sent.text


def test_a_gap_is_shown_answered_and_told_to_who_asked(sign_in: SignIn, program: Program) -> None:
    """The lead sees the words, not who wrote them; the reviewer finds the answer at home."""
    report(sign_in, "correct")
    lead = sign_in("lea")
    shown = lead.get("/guideline").text
    assert "Is &lt;b&gt;haste&lt;/b&gt; assumed?" in shown
    assert all(each.pseudonym not in shown for each in program.accounts.list())
    (gap,) = program.guideline.gaps(account(program, "lea"))
    [stored] = program.store.scan(GuidelineGap)
    assert stored.id not in shown, "it is a digest of a record that a lead may not be able to read"
    assert gap.gap in shown
    half = lead.post("/guideline/answers", data={"text": "Only where the request says so."})
    assert half.status_code == 400
    assert "names no gap" in half.text
    assert "Only where the request says so." in half.text
    done = lead.post(
        "/guideline/answers",
        data={"gap": gap.gap, "text": "Only if asked.", "dimension": "correct"},
    )
    assert "1 gap answered" in done.text
    assert "No gap is open" in done.text
    (answer,) = program.store.scan(GapAnswer)
    assert answer.dimensions == ("correct",)
    assert "Only if asked." in sign_in("ana").get("/").text
    assert "Only if asked." not in sign_in("ben").get("/").text


def test_re_reviews_are_called_for_with_a_count(sign_in: SignIn) -> None:
    """The button answers with every number, even where nothing is needed."""
    done = sign_in("lea").post("/guideline/re-reviews", data={})
    assert done.status_code == 200
    assert "Of 0 judgments, 0 wait for a re-review now" in done.text


def test_the_page_is_in_the_navigation_of_leads_alone(sign_in: SignIn) -> None:
    """Who may answer finds the page; others are not led to it."""
    assert 'href="/guideline"' in sign_in("lea").get("/").text
    assert 'href="/guideline"' not in sign_in("ana").get("/").text


def test_a_changed_policy_section_is_named_with_the_command_that_asks_again(folder: Path) -> None:
    """Rulings under the older text are counted, though re-reviews are about the rubric alone."""
    with opened(folder) as program:
        lea = program.accounts.sign_in("lea", PASSWORD)
        assert lea
        record = next(each for each in program.store.scan(Record) if each.kind == "policy")
        ruling = SectionRuling(section="evasion", ruling="complies", candidate=0)
        given = judged(record, "ana", role="policy_reviewer", rulings=(ruling,))
        facts = {kind: fact.id for kind, fact in program.context.facts.items()}
        with program.store.write("judgment.import", actor="tests", documents=facts) as writing:
            writing.add([given])
    policy = folder / "policy.yaml"
    text = policy.read_text().replace("version: 1.0.0", "version: 2.0.0")
    policy.write_text(text.replace("or to avoid inspection", "or to hide from inspectors"))
    with opened(folder) as program:
        app = create_app(program, sweep_seconds=3600)
        with TestClient(app, base_url="https://desk.test") as client:
            client.cookies.set(COOKIE, lea.cookie)
            shown = single_spaced(client.get("/guideline").text)
    assert "Policy evasion: 1 judgments" in shown
    assert "assay review stale --assign" in shown


def test_what_a_new_version_touches_is_counted_by_why_and_dimension(folder: Path) -> None:
    """After the question of a dimension has changed, the button queues what was answered to it."""
    with opened(folder) as program:
        ana = program.accounts.sign_in("ana", PASSWORD)
        assert ana
        number = len(judge(program, ana.principal, "preference · en"))
        assert number
    publish(folder, "Are all fares right?", "2.0.0")
    with opened(folder) as program:
        lea = program.accounts.sign_in("lea", PASSWORD)
        assert lea
        app = create_app(program, sweep_seconds=3600)
        with TestClient(app, base_url="https://desk.test") as client:
            client.cookies.set(COOKIE, lea.cookie)
            client.headers["x-csrf-token"] = str(lea.principal.csrf)
            shown = single_spaced(client.get("/guideline").text)
            assert f"{number} judgments need a re-review" in shown
            assert "asks something else now" in shown
            done = single_spaced(client.post("/guideline/re-reviews", data={}).text)
            assert f"Of {number} judgments, {number} wait for a re-review now" in done
            again = single_spaced(client.post("/guideline/re-reviews", data={}).text)
            assert f"0 wait for a re-review now, {number} waited before" in again
