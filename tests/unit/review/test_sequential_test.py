"""Exams that are decided item by item."""

import pytest

from assay.contracts.contract import QualificationRule
from assay.core.errors import UsageError
from assay.review.sequential_test import (
    ExamPlan,
    decide,
    exam_fault,
    mean_items,
    needed_items,
    pass_probability,
    plan_error,
    plan_of,
    sit,
)

PLAN = ExamPlan(unqualified=8000, qualified=9000, false_pass=1000, false_fail=500, most=120)


def _entry(items: int | None = 100, pass_mark: float | None = 0.85) -> QualificationRule:
    return QualificationRule(
        role="reviewer", duty="Judges.", expertise="Some.", items=items, pass_mark=pass_mark
    )


def test_twenty_flawless_answers_pass_and_nineteen_do_not() -> None:
    """At 10 against 20 errors in 100, the first pass is after 20 right answers in a row."""
    assert decide(19, 19, PLAN) == "continue"
    assert decide(20, 20, PLAN) == "passed"


def test_an_exam_stops_at_its_first_decision() -> None:
    """What is answered after the decision counts for nothing, in either direction."""
    passed = sit([True] * 20 + [False] * 30, PLAN)
    assert (passed.trials, passed.correct, passed.decision) == (20, 20, "passed")
    failed = sit([False] * 6 + [True] * 60, PLAN)
    assert failed.decision == "failed"
    assert failed.trials < 10


def test_an_exam_without_answers_goes_on() -> None:
    """Nothing answered decides nothing."""
    sitting = sit([], PLAN)
    assert (sitting.trials, sitting.correct, sitting.decision) == (0, 0, "continue")


def test_the_end_of_an_exam_decides_in_any_case() -> None:
    """After the last item nobody goes on, and one right answer fewer than the mark fails."""
    mark = plan_error(PLAN).pass_mark
    assert mark is not None
    assert decide(PLAN.most, mark, PLAN) == "passed"
    assert decide(PLAN.most, mark - 1, PLAN) == "failed"


def test_a_plan_keeps_the_false_passes_that_it_accepts() -> None:
    """Whatever the length, somebody at the unqualified share passes no more often than stated."""
    for most in (5, 20, 21, 60, 200):
        plan = ExamPlan(
            unqualified=8000, qualified=9000, false_pass=1000, false_fail=500, most=most
        )
        assert plan_error(plan).false_pass <= 0.1


def test_the_needed_items_are_the_fewest_that_keep_both_errors() -> None:
    """With so many items both errors are kept; with one item fewer the false fails are not."""
    needed = needed_items(PLAN)
    kept = ExamPlan(unqualified=8000, qualified=9000, false_pass=1000, false_fail=500, most=needed)
    error = plan_error(kept)
    assert error.false_pass <= 0.1
    assert error.false_fail <= 0.05
    short = ExamPlan(
        unqualified=8000, qualified=9000, false_pass=1000, false_fail=500, most=needed - 1
    )
    assert plan_error(short).false_fail > 0.05


def test_two_shares_that_no_exam_tells_apart_are_refused() -> None:
    """98 and 99 right answers in 100 differ by less than a thousand items show."""
    plan = ExamPlan(unqualified=9800, qualified=9900, false_pass=500, false_fail=1000, most=20)
    with pytest.raises(UsageError, match="no exam of 1000 items"):
        needed_items(plan)


def test_the_default_plan_comes_from_the_contract() -> None:
    """The pass mark qualifies, twice its errors do not, and the contract's items are the end."""
    assert plan_of(_entry()) == ExamPlan(
        unqualified=7000, qualified=8500, false_pass=500, false_fail=1000, most=100
    )


def test_a_contract_without_items_gets_as_many_as_the_errors_need() -> None:
    """Without a number of items the exam is just long enough for both errors."""
    plan = plan_of(_entry(items=None))
    assert plan.most == needed_items(plan)
    assert plan_error(plan).false_fail <= 0.1


@pytest.mark.parametrize("mark", [None, 0.0, 0.5, 0.99996, 1.0])
def test_a_pass_mark_that_gives_no_plan_is_refused(mark: float | None) -> None:
    """No mark, half or less, and certainty are no marks to plan by."""
    with pytest.raises(UsageError) as caught:
        plan_of(_entry(pass_mark=mark))
    assert caught.value.code == "no-pass-mark"


def test_an_exam_that_nobody_can_pass_is_refused() -> None:
    """Twenty flawless answers do not show a pass mark of 0.95, so such an exam is never begun."""
    with pytest.raises(UsageError) as caught:
        plan_of(_entry(items=20, pass_mark=0.95))
    assert caught.value.code == "exam-too-short"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"unqualified": 9000}, "must be below"),
        ({"false_pass": 5000}, "tests nothing"),
        ({"false_fail": 0}, "strictly between"),
        ({"qualified": 10_000}, "strictly between"),
        ({"most": 0}, "1 to 1000 items"),
    ],
)
def test_an_impossible_plan_says_what_is_wrong(changes: dict[str, int], fault: str) -> None:
    """Each fault of a plan is named, by every function that is given one."""
    plan = ExamPlan(
        **({
            "unqualified": 8000, "qualified": 9000, "false_pass": 500, "false_fail": 500,
            "most": 50,
        } | changes)
    )  # fmt: skip
    for use in (plan_error, needed_items, lambda each: sit([], each)):
        with pytest.raises(UsageError, match=fault):
            use(plan)


@pytest.mark.parametrize(("trials", "correct"), [(-1, -1), (3, 4), (121, 100), (3, -1)])
def test_an_impossible_count_is_refused(trials: int, correct: int) -> None:
    """More right answers than answers, or more answers than items, are a mistake of the caller."""
    with pytest.raises(UsageError, match="not a state of an exam"):
        decide(trials, correct, PLAN)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_an_impossible_true_share_is_refused(share: float) -> None:
    """A share lies between 0 and 1."""
    for use in (pass_probability, mean_items):
        with pytest.raises(UsageError, match="impossible"):
            use(PLAN, share)


@pytest.mark.parametrize(
    ("items", "pass_mark", "impossible"),
    [(1, 0.8, True), (5, 0.8, True), (6, 0.8, False), (20, 0.5, True), (20, 0.01, True), (20, 0.9, False)],
)  # fmt: skip
def test_an_exam_that_cannot_tell_has_a_fault(
    items: int, pass_mark: float, *, impossible: bool
) -> None:
    """Too few items, or a pass mark by chance, are reported with figures and with what to do."""
    fault = exam_fault(_entry(items=items, pass_mark=pass_mark))
    assert fault is not None
    assert fault.impossible is impossible
    assert fault.message
    assert fault.hint


def test_a_fault_states_the_exact_share_of_false_fails() -> None:
    """Known answer: of 20 items at 90 %, somebody at the pass mark fails with probability 0.88."""
    fault = exam_fault(_entry(items=20, pass_mark=0.9))
    assert fault is not None
    assert "fails with probability 0.88 (limit 0.5)" in fault.message
    assert "158" in fault.hint


@pytest.mark.parametrize(("items", "pass_mark"), [(None, 0.9), (30, 0.8), (40, 0.85), (60, 0.9)])
def test_an_exam_that_can_tell_has_none(items: int | None, pass_mark: float) -> None:
    """An exam as long as it must be, or one that passes the qualified more often than not, is sound."""
    assert exam_fault(_entry(items=items, pass_mark=pass_mark)) is None
