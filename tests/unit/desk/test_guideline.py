"""Re-reviews: who judged under older words looks again, alone, and the new judgment replaces it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.governance.permissions import Principal
from assay.program.program import Program
from assay.records.judgment import Judgment, standing
from assay.review.answer import Answer
from assay.review.assignment import Assignment
from assay.review.queue.lease import Lease
from assay.store.audit import verify
from simulators.desk_program import PASSWORD, opened, person, write_desk_program

QUESTION = "Are all fares, times and totals right?"


def publish(folder: Path, question: str, version: str) -> None:
    """Put another version of the rubric in force, which asks something else of `correct`."""
    file = folder / "rubric.yaml"
    text = file.read_text(encoding="utf-8")
    assert QUESTION in text
    changed = text.replace(QUESTION, question).replace("version: 1.0.0", f"version: {version}")
    file.write_text(changed, encoding="utf-8")


def judge(program: Program, who: Principal, words: str, value: int = 0) -> list[Lease]:
    """Answer everything in the queue with these words in its title; the leases."""
    done: list[Lease] = []
    cards = [each for each in program.desk.queues(who) if each.title.startswith(words)]
    for card in cards:
        while (given := program.desk.claims.claim(who, queue=card.queue).result()).leases:
            (lease,) = given.leases
            send(program, who, lease, value)
            done.append(lease)
    return done


def send(program: Program, who: Principal, lease: Lease, value: int) -> None:
    score = {"score": "scored", "value": value}
    said: dict[str, Any] = {
        "verdict": {"verdict": "tie"},
        "scores": [{"dimension": "correct", "candidate": 0, "score": score}],
        "reasons": [{"text": "so", "dimension": "correct"}],
    }
    body = msgspec.json.encode(said)
    given = msgspec.json.decode(body, type=Answer)
    key = f"key-{lease.handle}"
    program.desk.assignments.answer(who, str(lease.handle), given, body=body, key=key).result()


def signed_in(program: Program, name: str) -> Principal:
    found = program.accounts.sign_in(name, PASSWORD)
    assert found
    return found.principal


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program in which two people judged all pairs, one asked about a gap, and none looks on."""
    folder = tmp_path_factory.mktemp("guideline") / "program"
    write_desk_program(folder)
    with opened(folder) as program:
        for name in ("ana", "ben", "eva"):
            person(program, name, "reviewer")
        person(program, "lea", "lead")
        for name in ("ana", "ben"):
            who = signed_in(program, name)
            done = judge(program, who, "preference · en")
            assert done
            if name == "ana":
                handle = str(done[0].handle)
                program.desk.assignments.gap(
                    who, handle, dimension=None, text="Is haste assumed?"
                ).result()
    return folder


@pytest.fixture
def folder(judged: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(judged, tmp_path / "program"))


@pytest.fixture
def changed(folder: Path) -> Iterator[Program]:
    """The program under a version whose `correct` asks something else."""
    publish(folder, "Are all fares right?", "2.0.0")
    with opened(folder) as program:
        yield program


def test_a_gap_is_answered_for_those_who_asked_and_is_open_no_more(changed: Program) -> None:
    """The answer names the version in force, and reaches the person who asked and nobody else."""
    lea, ana, ben = (signed_in(changed, name) for name in ("lea", "ana", "ben"))
    (gap,) = changed.guideline.gaps(lea)
    assert (gap.text, gap.dimension, gap.in_force) == ("Is haste assumed?", None, False)
    assert gap.shown
    assert gap.shown.presentation
    assert gap.shown.presentation.candidates
    made = changed.guideline.answer(lea, [gap.gap], " No. ", ["verdict"])
    assert (made.rubric, made.text) == (changed.context.ids["rubric"], "No.")
    assert changed.guideline.gaps(lea) == []
    assert [answer.text for _, answer in changed.guideline.answers(ana)] == ["No."]
    assert changed.guideline.answers(ben) == []
    touched = [each for each in changed.guideline.re_reviews().needed if each.gaps]
    assert {(each.record, each.gaps) for each in touched} == {(gap.record, made.gaps)}


@pytest.mark.parametrize(
    ("gaps", "text", "dimensions", "code"),
    [
        ([], "No.", [], "no-gap"),
        (["gap_"], " ", [], "no-words"),
        (["gap_"], "No.", ["haste"], "unknown-dimension"),
    ],
)
def test_an_answer_that_says_nothing_is_refused(
    gaps: list[str], text: str, dimensions: list[str], code: str, changed: Program
) -> None:
    """It names gaps, has words, and speaks to dimensions of the rubric in force."""
    lea = signed_in(changed, "lea")
    with pytest.raises(UsageError) as refused:
        changed.guideline.answer(lea, gaps, text, dimensions)
    assert refused.value.code == code
    assert len(changed.guideline.gaps(lea)) == 1


def test_the_same_people_look_again_and_their_judgments_are_replaced(changed: Program) -> None:
    """Each gets their own judgments and no other; the new one supersedes the old under new words."""
    lea, ana, ben, eva = (signed_in(changed, name) for name in ("lea", "ana", "ben", "eva"))
    old = list(changed.store.scan(Judgment))
    queued = changed.guideline.queue_re_reviews(lea)
    assert queued.needed == queued.queued == len(old)
    again = changed.guideline.queue_re_reviews(lea)
    assert (again.needed, again.queued, again.already_queued) == (len(old), 0, len(old))
    assert not [each for each in changed.desk.queues(eva) if "re-review" in each.title]
    for who in (ana, ben):
        own = {each.record: each for each in old if each.reviewer.pseudonym == who.pseudonym}
        leases = judge(changed, who, "re-review", value=1)
        assert {each.record for each in leases} == set(own)
        for lease in leases:
            assignment = changed.store.get(Assignment, str(lease.assignment))
            assert assignment.rubric == changed.context.ids["rubric"]
            given = changed.store.scan(Judgment, record=lease.record, reviewer=who.pseudonym)
            stored = list(given)[-1]
            assert stored.supersedes == own[lease.record].id
    now = standing(changed.store.scan(Judgment))
    assert {each.rubric for each in now} == {changed.context.ids["rubric"]}
    assert len(now) == len(old)
    assert changed.guideline.re_reviews().needed == ()
    assert changed.guideline.queue_re_reviews(lea).needed == 0
    assert verify(changed.store).ok


def test_the_earlier_answer_is_not_in_sight(changed: Program) -> None:
    """A re-review begins empty; a first answer is not copied."""
    lea, ana = signed_in(changed, "lea"), signed_in(changed, "ana")
    changed.guideline.queue_re_reviews(lea)
    card = next(each for each in changed.desk.queues(ana) if "re-review" in each.title)
    (lease,) = changed.desk.claims.claim(ana, queue=card.queue).result().leases
    work = changed.desk.assignments.work(ana, str(lease.handle))
    assert work.answer is None
    assert work.draft is None


def test_who_has_left_is_counted_and_nobody_else_looks(changed: Program) -> None:
    """A closed account's judgments stay as they are, and the report says how many."""
    lea = signed_in(changed, "lea")
    ben = next(each for each in changed.accounts.list() if each.name == "ben")
    changed.accounts.close(ben.id, by="tests")
    theirs = changed.store.count(Judgment, reviewer=ben.pseudonym)
    assert theirs
    queued = changed.guideline.queue_re_reviews(lea)
    assert queued.nobody_left == theirs
    assert queued.needed == queued.queued + theirs


def test_a_still_newer_version_closes_the_queues_of_the_older(folder: Path) -> None:
    """Re-reviews are given under the version in force alone; what waited is queued anew."""
    publish(folder, "Are all fares right?", "2.0.0")
    with opened(folder) as program:
        lea = signed_in(program, "lea")
        before = program.guideline.queue_re_reviews(lea)
    file = folder / "rubric.yaml"
    text = file.read_text(encoding="utf-8").replace("all fares right", "all times right")
    file.write_text(text.replace("version: 2.0.0", "version: 3.0.0"), encoding="utf-8")
    with opened(folder) as program:
        lea, ana = signed_in(program, "lea"), signed_in(program, "ana")
        after = program.guideline.queue_re_reviews(lea)
        assert after.queued == before.queued
        own = program.store.count(Judgment, reviewer=ana.pseudonym)
        assert len(judge(program, ana, "re-review")) == own


def test_a_record_is_concluded_from_anew_once_all_its_re_reviews_are_given(
    changed: Program,
) -> None:
    """While one is missing nothing is concluded; with the last, the record is concluded from anew."""
    lea, ana, ben, eva = (signed_in(changed, name) for name in ("lea", "ana", "ben", "eva"))
    judge(changed, eva, "preference · en", value=1)
    changed.desk.route()
    desk = changed.desk._queue_store
    settled = {each.id for each in desk.unsettled([row.id for row in desk.queues()], 1000)}
    changed.guideline.queue_re_reviews(lea)
    judge(changed, ana, "re-review", value=1)
    changed.desk.route()
    assert {each.id for each in desk.unsettled([row.id for row in desk.queues()], 1000)} == settled
    judge(changed, ben, "re-review", value=1)
    again = changed.desk.route()
    assert again.closed + again.second_review + again.adjudication > 0
