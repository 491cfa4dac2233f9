"""From which queues a person may claim, in which role, and until when."""

from datetime import date

import msgspec
import pytest

from assay.contracts.contract import QualificationRule
from assay.core.errors import UsageError
from assay.review.eligibility import (
    EligibilityFacts,
    refuse_without_credentials,
    scope_of,
    seats_of,
)
from assay.review.qualification import (
    Credential,
    Qualification,
    QualificationScope,
    examine,
    issue,
)
from assay.review.queue.lease import Queue, QueueRow
from assay.review.sequential_test import ExamPlan
from simulators.known_work import RUBRIC, answer, key, records
from simulators.small_program import contract, rubric

WORK = Queue(stage="review", layer="all", kind="preference", roles=("reviewer",), family="sums")
EXAM = msgspec.structs.replace(WORK, stage="exam")
SCOPE = QualificationScope(role="reviewer", family="sums")
ISSUED = date(2026, 3, 1)
LAST_DAY = date(2026, 5, 29)


def _qualification() -> Qualification:
    """Passed on 1 March for 90 days: 29 May is the last day on which it counts."""
    items = records(20)
    plan = ExamPlan(unqualified=6000, qualified=9000, false_pass=500, false_fail=1000, most=20)
    examination = examine(
        [answer(record) for record in items],
        {record.id: key(record) for record in items},
        plan,
        reviewer="ada",
    )
    return issue(
        examination, reviewer="ada", scope=SCOPE, rubric=RUBRIC, plan=plan, on=ISSUED, days=90
    )


def _facts(*queues: Queue, **changes: object) -> EligibilityFacts:
    rules = (QualificationRule(role="reviewer", duty="Judges.", expertise="Arithmetic."),)
    facts = EligibilityFacts(
        contract=contract().model_copy(update={"roles": rules, "welfare": None}),
        rubric=rubric(),
        rubric_id=RUBRIC,
        on=ISSUED,
        queues=[
            QueueRow(id=number, handle=f"que_{number}", queue=queue)
            for number, queue in enumerate(queues, 1)
        ],
        consents={},
        credentials=(),
        qualifications=(),
        unchanged={},
        examined=frozenset(),
        rounds={},
    )
    return msgspec.structs.replace(facts, **changes)


def _seats(facts: EligibilityFacts, reviewer: str = "ada") -> list[tuple[int, str | None]]:
    return [(seat.queue, seat.until) for seat in seats_of(reviewer, ("reviewer",), facts)]


def test_where_nobody_made_an_exam_the_role_is_enough() -> None:
    """A seat without an end."""
    assert _seats(_facts(WORK)) == [(1, None)]
    assert list(seats_of("ada", ("author",), _facts(WORK))) == []


def test_where_there_is_an_exam_only_its_qualification_opens_the_work() -> None:
    """The unqualified sit the exam; the qualified work, until their qualification ends."""
    examined = frozenset({SCOPE})
    assert _seats(_facts(WORK, EXAM, examined=examined)) == [(2, None)]
    held = _facts(WORK, EXAM, examined=examined, qualifications=[_qualification()])
    assert _seats(held) == [(1, "2026-05-30T00:00:00Z")]
    assert _seats(held, "bob") == [(2, None)]


def test_a_seat_ends_with_its_qualification_and_not_a_day_before() -> None:
    """The last day counts; the day after, the exam is open again and the work is not."""
    facts = _facts(WORK, EXAM, examined=frozenset({SCOPE}), qualifications=[_qualification()])
    last, after = (msgspec.structs.replace(facts, on=on) for on in (LAST_DAY, date(2026, 5, 30)))
    assert [queue for queue, _ in _seats(last)] == [1, 2]
    assert [queue for queue, _ in _seats(after)] == [2]


def test_the_exam_opens_again_the_contracts_number_of_days_before_the_end() -> None:
    """14 days unless the contract says otherwise; the work stays open meanwhile."""
    facts = _facts(WORK, EXAM, examined=frozenset({SCOPE}), qualifications=[_qualification()])
    early, due = (msgspec.structs.replace(facts, on=date(2026, 5, day)) for day in (15, 16))
    assert [queue for queue, _ in _seats(early)] == [1]
    assert [queue for queue, _ in _seats(due)] == [1, 2]


def test_a_credential_admits_and_never_qualifies() -> None:
    """Without it neither exam nor work is open; with it alone, the exam."""
    rule = QualificationRule(
        role="reviewer", duty="Judges.", expertise="Care.", credentials=("nurse",)
    )
    asked = contract().model_copy(update={"roles": (rule,), "welfare": None})
    examined = frozenset({SCOPE})
    nurse = Credential(reviewer="ada", what="nurse", checked_by="lea", checked="2026-01-02")
    without = _facts(WORK, EXAM, contract=asked, examined=examined)
    assert _seats(without) == []
    admitted = msgspec.structs.replace(without, credentials=[nurse])
    assert _seats(admitted) == [(2, None)]
    assert _seats(admitted, "bob") == []
    qualified = msgspec.structs.replace(without, qualifications=[_qualification()])
    assert _seats(qualified) == []


def test_work_in_files_asks_for_credentials_as_the_desk_does() -> None:
    """Everybody who lacks one is named with it; whoever has it is asked."""
    rule = QualificationRule(
        role="reviewer", duty="Judges.", expertise="Care.", credentials=("nurse", "midwife")
    )
    asked = contract().model_copy(update={"roles": (rule,)})
    held = [
        Credential(reviewer="p-ada", what=what, checked_by="lea", checked="2026-01-02")
        for what in ("nurse", "midwife")
    ]
    people = {"ada": "reviewer", "lea": "lead"}
    refuse_without_credentials(people, "p-{}".format, asked, held)
    with pytest.raises(UsageError, match=r"requires: 'ada': 'midwife' "):
        refuse_without_credentials(people, "p-{}".format, asked, held[:1])
    with pytest.raises(UsageError, match="'bob': 'nurse'; 'bob': 'midwife'"):
        refuse_without_credentials({"bob": "reviewer"}, "p-{}".format, asked, held)


def test_a_qualification_under_an_older_rubric_counts_for_what_means_the_same() -> None:
    """It opens work that asks for an unchanged question, and no other."""
    old = _qualification()
    facts = _facts(WORK, examined=frozenset({SCOPE}), qualifications=[old], rubric_id="doc_new")
    assert _seats(facts) == []
    same = msgspec.structs.replace(facts, unchanged={RUBRIC: frozenset({"verdict"})})
    assert [queue for queue, _ in _seats(same)] == [1]
    other = msgspec.structs.replace(facts, unchanged={RUBRIC: frozenset({"clarity"})})
    assert _seats(other) == []


def test_sentinels_have_no_queue_of_their_own_for_anybody() -> None:
    """They come among other work alone."""
    assert _seats(_facts(msgspec.structs.replace(WORK, stage="sentinel"))) == []


def test_a_re_review_is_its_own_persons_while_its_rubric_is_in_force() -> None:
    """Nobody else may claim it, and nobody once the rubric has changed again."""
    own = msgspec.structs.replace(WORK, stage="second_look", only="ada", layer=RUBRIC)
    assert _seats(_facts(own)) == [(1, None)]
    assert _seats(_facts(own), "bob") == []
    assert _seats(_facts(own, rubric_id="doc_new")) == []


def test_a_scope_is_the_capability_or_else_the_kind() -> None:
    """What one queue hands out is one family."""
    assert scope_of(WORK, "reviewer") == SCOPE
    plain = msgspec.structs.replace(WORK, family=None)
    assert scope_of(plain, "reviewer").family == "preference"
