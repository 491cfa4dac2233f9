"""The desk's rules of who is given what: caps, consent, sentinels, exams, routing, balance."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.desk.filling import Filled, filled_under
from assay.governance.permissions import Principal
from assay.program.program import Program
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import Prefers
from assay.review.answer import Answer
from assay.review.answer_key import Key
from assay.review.guideline_gap import GuidelineGap
from assay.review.handle import JUDGMENT_HANDLE
from assay.review.qualification import Qualification, QualificationScope
from assay.review.queue.lease import Lease
from assay.review.queue.leasing import Receipt
from assay.store.audit import verify
from assay.store.pass_register import Passes
from assay.store.queue import SqlQueue
from simulators.desk_program import desk_records, opened, person, write_desk_program


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk") / "program"
    write_desk_program(folder, desk_records(each=24))
    return folder


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "program"))


Open = Callable[..., Program]


@pytest.fixture
def transaction(folder: Path, clock: Hands) -> Iterator[Open]:
    """Opens the program with lines of its contract changed."""
    with ExitStack() as stack:

        def open_one(**changes: str) -> Program:
            contract = folder / "contract.yaml"
            text = contract.read_text(encoding="utf-8")
            for old, new in (each.split(" -> ") for each in changes.values()):
                assert old in text
                text = text.replace(old, new)
            contract.write_text(text, encoding="utf-8")
            return stack.enter_context(opened(folder, clock))

        yield open_one


def claim(program: Program, who: Principal, **more: Any) -> Lease | None:
    given = program.desk.claims.claim(who, **more).result()
    return given.leases[0] if given.leases else None


def answer(program: Program, who: Principal, lease: Lease, place: int = 0) -> Receipt:
    """A verdict where one is asked, and nothing beyond it."""
    form = program.desk.assignments.work(who, str(lease.handle)).form
    said = {
        "prefers": {"verdict": "prefers", "candidate": place, "strength": 1},
        "ranks": {"verdict": "ranks", "order": [[0], [1], [2]]},
        "not_asked": {"verdict": "abstained", "reason": "not mine"},
    }[form.verdicts[0]]
    body = msgspec.json.encode(
        {"verdict": said, "reasons": [{"text": "so", "dimension": "correct"}]}
    )
    given = msgspec.json.decode(body, type=Answer)
    sent = program.desk.assignments.answer(
        who, str(lease.handle), given, body=body, key=f"k-{lease.handle}"
    )
    return sent.result()


def preference_queue(program: Program, who: Principal) -> str:
    cards = program.desk.queues(who)
    return next(each.queue for each in cards if each.title.startswith("preference · en"))


def pairs(program: Program) -> list[Record]:
    return [
        each
        for each in program.store.scan(Record)
        if each.kind == "preference" and len(each.candidates) == 2
    ]


def test_severe_work_needs_a_cleared_role_and_the_persons_own_word(transaction: Open) -> None:
    """Consent opens the queue, and taking it back closes it, both at once."""
    program = transaction()
    ana = person(program, "ana", "policy_reviewer")
    ben = person(program, "ben", "reviewer")

    def severe(who: Principal) -> bool:
        return any(each.harms for each in program.desk.queues(who))

    assert program.desk.harms() == ("fare_evasion",)
    assert not severe(ana)
    program.desk.consent(ana, "fare_evasion", given=True)
    assert severe(ana)
    program.desk.consent(ben, "fare_evasion", given=True)
    assert not severe(ben), "a reviewer is not cleared for severe content"
    program.desk.consent(ana, "fare_evasion", given=False)
    assert not severe(ana)


def test_a_cap_closes_severe_work_and_says_until_when(transaction: Open, clock: Hands) -> None:
    """At the day's cap no such queue is offered; a day later it is open again."""
    program = transaction(cap="daily_minutes: 120 -> daily_minutes: 10")
    ana = person(program, "ana", "policy_reviewer")
    program.desk.consent(ana, "fare_evasion", given=True)
    queue = next(each.queue for each in program.desk.queues(ana) if each.harms)
    lease = claim(program, ana, queue=queue)
    assert lease
    program.desk.assignments.expose(ana, str(lease.handle), 11 * 60).result()
    program.desk.assignments.release(ana, str(lease.handle), "welfare").result()
    clock.wait(minutes=12)
    given = program.desk.claims.claim(ana, queue=queue).result()
    assert given.none
    assert given.none.code == "capped"
    assert given.none.until
    assert given.none.until > clock()
    clock.wait(days=1)
    again = program.desk.claims.claim(ana, queue=queue).result()
    assert again.none is None or again.none.code == "no-work"


def test_benign_work_comes_after_a_break_from_severe_content(
    transaction: Open, clock: Hands
) -> None:
    """After the minutes of a break are over, so many benign items come first."""
    program = transaction(
        rest="  break_after_minutes: 45 ->   break_after_minutes: 5\n  cool_down_items: 2"
    )
    ana = person(program, "ana", "policy_reviewer", "reviewer")
    program.desk.consent(ana, "fare_evasion", given=True)
    severe = next(each.queue for each in program.desk.queues(ana) if each.harms)
    lease = claim(program, ana, queue=severe)
    assert lease
    program.desk.assignments.expose(ana, str(lease.handle), 6 * 60).result()
    program.desk.assignments.release(ana, str(lease.handle), "welfare").result()
    clock.wait(minutes=30)

    def closed() -> str | None:
        none = program.desk.claims.claim(ana, queue=severe).result().none
        return none.code if none else None

    assert closed() == "cool-down"
    for _ in range(2):
        benign = claim(program, ana, queue=preference_queue(program, ana))
        assert benign
        answer(program, ana, benign)
        clock.wait(minutes=2)
    assert closed() != "cool-down"


def test_every_prefix_of_a_queue_holds_the_contracts_shares(transaction: Open) -> None:
    """However early the work stops, no stratum is ahead of its share by more than one record."""
    program = transaction()
    ana = person(program, "ana", "reviewer")
    queue = preference_queue(program, ana)
    seen: list[str] = []
    while (lease := claim(program, ana, queue=queue)) is not None:
        record = program.store.get(Record, lease.record)
        seen.append(record.task.taxonomy["difficulty"])
        answer(program, ana, lease)
    total = Counter(seen)
    assert len(total) > 1
    for length in range(1, len(seen) + 1):
        for value, count in Counter(seen[:length]).items():
            assert count <= total[value] / len(seen) * length + 1.5


def test_passes_are_independent_people_and_never_ones_own_work(transaction: Open) -> None:
    """Three passes are three people; who wrote a candidate is not among them."""
    program = transaction()
    people = [person(program, name, "reviewer") for name in ("ana", "ben", "eva", "ida")]
    held: dict[str, list[str]] = {}
    for who in people:
        queue = next(each.queue for each in program.desk.queues(who) if "process" in each.title)
        while (lease := claim(program, who, queue=queue)) is not None:
            held.setdefault(lease.record, []).append(lease.reviewer)
            answer(program, who, lease)
    assert held
    for record, reviewers in held.items():
        assert len(set(reviewers)) == len(reviewers) <= 3, record
    assert verify(program.store).ok


def test_a_second_review_and_an_adjudication_follow_from_the_contract(transaction: Open) -> None:
    """Two against one where the layer asks for agreement: one more pass, then a senior decision."""
    change = "on_disagreement: preserve -> on_disagreement: second_review"
    program = transaction(layer=change, all="agreement: 0.66, max_abstentions: 1, on_disagreement: second_review -> agreement: 1.0, max_abstentions: 1, on_disagreement: second_review")  # fmt: skip
    people = [person(program, name, "reviewer") for name in ("ana", "ben", "eva", "ida")]
    for place, who in enumerate(people[:3]):
        queue = preference_queue(program, who)
        while (lease := claim(program, who, queue=queue)) is not None:
            record = program.store.get(Record, lease.record)
            shown = program.desk.assignments.work(who, str(lease.handle)).shown.candidates
            wanted = record.candidates[0 if place else 1].content
            answer(program, who, lease, [each.content for each in shown].index(wanted))
    routed = program.desk.route()
    assert routed.second_review > 0
    fourth = people[3]
    queue = preference_queue(program, fourth)
    more = 0
    while (lease := claim(program, fourth, queue=queue)) is not None:
        answer(program, fourth, lease)
        more += 1
    assert more >= routed.second_review
    assert program.desk.route().adjudication > 0
    sen = person(program, "sen", "adjudicator")
    assert program.adjudication.waiting(sen).open > 0


def test_sentinels_come_among_the_work_and_look_like_it(transaction: Open) -> None:
    """Known records come at their share, to nobody twice, and the card of the queue tells nothing."""
    program = transaction(share="  blinded: true ->   blinded: true\n  sentinel_share: 0.5")
    known = pairs(program)[:4]
    rubric = program.context.ids["rubric"]
    keys = [
        Key(record=each.id, rubric=rubric, source="expert", verdicts=(Prefers(candidate=0),))
        for each in known
    ]
    program.desk.eligibility.add_sentinels(
        keys, family="preference", language=None, retired_after=2
    )
    ana = person(program, "ana", "reviewer")
    before = [each.title for each in program.desk.queues(ana)]
    assert not [title for title in before if "sentinel" in title]
    records: list[str] = []
    shapes = set()
    while (lease := claim(program, ana, queue=preference_queue(program, ana))) is not None:
        work = program.desk.assignments.work(ana, str(lease.handle))
        shapes.add((work.state, work.lease_seconds, len(work.assignment), work.role))
        records.append(lease.record)
        answer(program, ana, lease)
    came = [each for each in records if each in {one.id for one in known}]
    assert 0 < len(came) <= 4
    assert len(set(records)) == len(records)
    assert len(shapes) == 1


def test_queues_are_filled_once_and_again_when_a_record_came(transaction: Open) -> None:
    """Where nothing came nothing is read; a new record waits, and another contract reads anew."""
    program = transaction()
    assert program.desk.fill() == Filled()
    late = pairs(program)[0].replace(key="came-late")
    with program.store.write("record.import", actor="tests") as unit:
        unit.add([late])
    filled = program.desk.fill()
    assert (filled.queued, filled.records) == (1, program.store.count(Record))
    assert Passes(program.store).wanted([late.id])
    assert program.desk.fill() == Filled()
    old = filled_under(program.context)
    changed = transaction(cap="daily_minutes: 120 -> daily_minutes: 10")
    queue_store, new = SqlQueue(changed.store), filled_under(changed.context)
    assert new != old
    assert queue_store.filled_to(new) == queue_store.newest_record()
    assert queue_store.filled_to(old) == 0  # the queues follow the contract in force


def test_an_exam_opens_the_queue_and_the_judgment_names_the_qualification(
    transaction: Open,
) -> None:
    """Where there is an exam, the role alone opens nothing; the right answers do, until a day."""
    program = transaction(exam="items: 40, pass_mark: 0.85 -> items: 12, pass_mark: 0.75")
    known = [each for each in pairs(program) if each.task.taxonomy["language"] == "en"][:12]
    rubric = program.context.ids["rubric"]
    scope = QualificationScope(role="reviewer", family="preference", language="en")
    keys = [
        Key(record=each.id, rubric=rubric, source="expert", verdicts=(Prefers(candidate=0),))
        for each in known
    ]
    assert program.desk.eligibility.add_exam_items(keys, scope) == len(known)
    program.desk.fill()
    good, bad = (person(program, name, "reviewer") for name in ("good", "bad"))

    def titles(who: Principal) -> list[str]:
        return [each.title for each in program.desk.queues(who)]

    for who, right in ((good, True), (bad, False)):
        assert [each for each in titles(who) if each.startswith("exam")]
        assert "preference · en · everything else" not in titles(who)
        queue = next(each.queue for each in program.desk.queues(who) if "exam" in each.title)
        for _ in known:
            lease = claim(program, who, queue=queue)
            if lease is None:
                break
            record = program.store.get(Record, lease.record)
            shown = program.desk.assignments.work(who, str(lease.handle)).shown.candidates
            wanted = record.candidates[0 if right else 1].content
            answer(program, who, lease, [each.content for each in shown].index(wanted))
            roles = {each.pseudonym: each.roles for each in program.accounts.list()}
            program.desk.route(roles)
    decisions = {each.reviewer: each.decision for each in program.store.scan(Qualification)}
    assert decisions == {good.pseudonym: "passed", bad.pseudonym: "failed"}
    assert "preference · en · everything else" in titles(good)
    assert "preference · en · everything else" not in titles(bad)
    lease = claim(program, good, queue=preference_queue(program, good))
    assert lease
    receipt = answer(program, good, lease)
    (stored,) = (
        each
        for each in program.store.scan(Judgment)
        if program.context.handle(JUDGMENT_HANDLE, each.id) == receipt.judgment
    )
    (held,) = (each for each in program.store.scan(Qualification) if each.decision == "passed")
    assert stored.reviewer.qualification == held.id


def test_a_gap_of_the_rubric_is_kept_with_its_record(transaction: Open) -> None:
    """The gap names the record, the rubric in force and the reviewer's words."""
    program = transaction()
    ana = person(program, "ana", "reviewer")
    lease = claim(program, ana)
    assert lease
    program.desk.assignments.gap(
        ana, str(lease.handle), dimension="fit", text="Is haste assumed?"
    ).result()
    (gap,) = program.store.scan(GuidelineGap)
    assert (gap.record, gap.dimension, gap.text) == (lease.record, "fit", "Is haste assumed?")
    assert gap.rubric == program.context.ids["rubric"]
