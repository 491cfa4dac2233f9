"""The sequential test: after each item of an exam, pass, fail, or one item more.

Wald's sequential probability ratio test for a proportion, cut off after a stated number of items.
Wald's own error rates are bounds for a test without an end; here the errors of the very plan that
is used are computed exactly, so that a plan can say how often it is wrong.

Source: Wald 1947, Sequential Analysis, chapters 3 and 5; the exact computation steps through all
states of (items, right answers), as in Aroian 1968, Technometrics 10:125-132.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import ceil, floor, log
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from assay.contracts.contract import QualificationRule
from assay.contracts.exam_fault import ExamFault
from assay.core.errors import UsageError
from assay.core.fact import Value

Decision = Literal["passed", "failed", "continue"]
"""What an exam says after some items; `continue`: one item more."""

PerTenThousand = Annotated[int, Meta(ge=1, le=9999)]
"""A share or a probability strictly between 0 and 1, in ten-thousandths (facts hold no floats)."""

WHOLE = 10_000
"""Ten-thousandths in a whole."""

MOST_ITEMS = 1000
"""No exam is longer; the exact computation takes time and memory by the square of its length."""

FALSE_PASS = 500
"""False passes that the default plan accepts, in ten-thousandths (a convention)."""

FALSE_FAIL = 1000
"""False fails that the default plan accepts, in ten-thousandths (a convention)."""

MOST_FALSE_FAILS = 0.5
"""An exam that fails more of the qualified than this cannot tell (by chance alone it were half)."""

_ROUNDING = 1e-9
"""Boundaries nearer than this to a whole number are that number."""


class ExamPlan(Value):
    """When an exam is passed or failed, and which errors are accepted on the way."""

    unqualified: PerTenThousand
    """Share of right answers at or below which a person is not qualified, in ten-thousandths."""
    qualified: PerTenThousand
    """Share of right answers at or above which a person is qualified, in ten-thousandths."""
    false_pass: PerTenThousand
    """Accepted probability that somebody at `unqualified` passes, in ten-thousandths, below a half."""
    false_fail: PerTenThousand
    """Accepted probability that somebody at `qualified` fails, in ten-thousandths, below a half."""
    most: Annotated[int, Meta(ge=1, le=MOST_ITEMS)]
    """Items after which the exam ends in any case."""

    def faults(self) -> Iterator[str]:
        """Why this plan makes no sense; nothing for a sound one."""
        for name in ("unqualified", "qualified", "false_pass", "false_fail"):
            if not 0 < getattr(self, name) < WHOLE:
                yield f"{name} lies strictly between 0 and {WHOLE}"
        if not 1 <= self.most <= MOST_ITEMS:
            yield f"an exam has 1 to {MOST_ITEMS} items"
        if self.unqualified >= self.qualified:
            yield "the share of the unqualified must be below that of the qualified"
        if max(self.false_pass, self.false_fail) * 2 >= WHOLE:
            yield "an error probability of a half tests nothing; both must be below a half"


class PlanError(msgspec.Struct, frozen=True, kw_only=True):
    """How often a plan is wrong and how long it takes, computed exactly."""

    false_pass: float
    """Probability that somebody at the unqualified share passes."""
    false_fail: float
    """Probability that somebody at the qualified share fails."""
    items_if_unqualified: float
    """Mean number of items for somebody at the unqualified share."""
    items_if_qualified: float
    """Mean number of items for somebody at the qualified share."""
    pass_mark: int | None
    """Right answers that pass where the exam runs to its end; None where nothing then does."""


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Wald's two parallel lines: how many right answers decide after n items."""

    slope: float
    """Right answers per item along both lines, between 0 and 1."""
    above: float
    """Passed at `slope * n + above` right answers or more."""
    below: float
    """Failed at `slope * n - below` right answers or fewer."""


class ExamProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one exam has come."""

    trials: int
    """Items that count: those up to the decision."""
    correct: int
    """Right answers among them."""
    decision: Decision
    """What the answers so far say: pass, fail or one more item."""


class _State(msgspec.Struct, frozen=True):
    """The states of an exam after some items, under one true share."""

    items: int
    """Number of items answered so far."""
    passed: float
    """Probability of having passed by now."""
    failed: float
    """Probability of having failed by now."""
    undecided: dict[int, float]
    """Right answers so far -> probability of being there without a decision."""


def check_plan(plan: ExamPlan) -> None:
    """Refuse a plan that makes no sense.

    Raises:
        UsageError: naming everything that is wrong with it.
    """
    faults = list(plan.faults())
    if faults:
        raise UsageError(
            code="impossible-exam-plan",
            message="; ".join(faults),
            where="exam plan",
            hint="shares and probabilities are given in ten-thousandths",
        )


def plan_of(entry: QualificationRule) -> ExamPlan:
    """The default plan of a role's entry in the contract.

    Somebody who answers exactly at the pass mark is qualified; somebody who errs twice as often is
    not. At most 5 in 100 of these pass, and the plan aims at failing at most 10 in 100 of those.
    The contract's number of items is the exam's end; `plan_error` says what so many can show.
    Without a number the exam is as long as these errors need.

    Raises:
        UsageError: where the entry has no pass mark, one of 0.5 or less (twice the errors would be
            all answers), or one of 1 (everybody errs at times), or where the exam is so short that
            even flawless answers show nothing.
    """
    mark = entry.pass_mark
    if mark is None or not 0.5 < round(mark * WHOLE) / WHOLE < 1:  # noqa: PLR2004 - see Raises
        raise UsageError(
            code="no-pass-mark",
            message=f"the role {entry.role!r} has no pass mark between 0.5 and 1 to plan by",
            where=f"contract, roles, {entry.role}",
            hint="give pass_mark a share such as 0.85",
        )
    qualified = round(mark * WHOLE)
    # Twice the errors of the mark q leave 1 - 2 (1 - q) = 2 q - 1 right answers.
    plan = ExamPlan(
        unqualified=2 * qualified - WHOLE,
        qualified=qualified,
        false_pass=FALSE_PASS,
        false_fail=FALSE_FAIL,
        most=min(entry.items or MOST_ITEMS, MOST_ITEMS),
    )
    if entry.items is None:
        return msgspec.structs.replace(plan, most=needed_items(plan))
    if pass_probability(plan, 1.0) == 0:
        raise UsageError(
            code="exam-too-short",
            message=f"{plan.most} flawless answers do not show a pass mark of {mark:g}",
            where=f"contract, roles, {entry.role}",
            hint="give more items or a lower pass mark; without items the exam is as long as it must be",
        )
    return plan


def exam_fault(entry: QualificationRule) -> ExamFault | None:
    """What is wrong with a role's exam at its size; None where it can discriminate.

    A person whose true share of right answers is the pass mark is qualified; one whose share lies
    as far above chance as the mark is short of perfect is not. The test keeps false passes rare at
    any size, and pays for it with qualified people who fail.
    """
    try:
        plan = plan_of(entry)
    except UsageError as error:
        return ExamFault(message=error.message, hint=error.hint, impossible=True)
    false_fail = plan_error(plan).false_fail
    if false_fail <= MOST_FALSE_FAILS:
        return None
    mark = plan.qualified / WHOLE
    return ExamFault(
        message=(
            f"with {plan.most} items, somebody who answers {mark:.0%} rightly in the long run, the pass "
            f"mark, fails with probability {false_fail:.2f} (limit {MOST_FALSE_FAILS:g})"
        ),
        hint=_hint(plan),
        impossible=False,
    )


def _hint(plan: ExamPlan) -> str:
    try:
        needed = needed_items(plan)
    except UsageError:
        return "lower the pass mark: no exam can detect so small a difference"
    return (
        f"give more items: {needed} keep false fails within {FALSE_FAIL / WHOLE:.0%}, and leaving "
        "'items' out asks for as many; the exam ends as soon as the result is clear"
    )


def needed_items(plan: ExamPlan) -> int:
    """The fewest items after which a plan like this one keeps both of its errors.

    Raises:
        UsageError: where even the longest exam does not.
    """
    check_plan(plan)
    longest = msgspec.structs.replace(plan, most=MOST_ITEMS)
    # Both shares are followed at once, so that one walk over the lengths finds the shortest exam.
    pairs = zip(_steps(longest, plan.unqualified), _steps(longest, plan.qualified), strict=True)
    for below, above in pairs:
        mark = _end_mark(below, plan.false_pass / WHOLE)
        passed = above.passed + _at_least(above, mark)
        keeps_false_pass = below.passed + _at_least(below, mark) <= plan.false_pass / WHOLE
        if keeps_false_pass and 1 - passed <= plan.false_fail / WHOLE:
            return below.items
    raise UsageError(
        code="exam-too-long",
        message=f"no exam of {MOST_ITEMS} items keeps these errors between these two shares",
        where="exam plan",
        hint="move the two shares apart, or accept more errors",
    )


def lines(plan: ExamPlan) -> Lines:
    """Wald's lines of a plan (Wald 1947, section 5.3), before the exam is cut off."""
    low, high = plan.unqualified / WHOLE, plan.qualified / WHOLE
    alpha, beta = plan.false_pass / WHOLE, plan.false_fail / WHOLE
    right, wrong = log(high / low), log((1 - low) / (1 - high))
    return Lines(
        slope=wrong / (right + wrong),
        above=log((1 - beta) / alpha) / (right + wrong),
        below=log((1 - alpha) / beta) / (right + wrong),
    )


def decide(trials: int, correct: int, plan: ExamPlan) -> Decision:
    """What this many right answers say, where no decision fell before.

    At the plan's end those pass who reach its pass mark: the fewest right answers with which the
    probability of a false pass, over the whole exam, stays within the accepted one. All others
    fail: who is not shown to be qualified is not qualified.

    Args:
        trials: items answered, 0 to the plan's most.
        correct: right answers among them.
        plan: the plan.

    Raises:
        UsageError: for an impossible plan or count.
    """
    check_plan(plan)
    if not 0 <= correct <= trials <= plan.most:
        raise UsageError(
            code="impossible-exam",
            message=f"{correct} right of {trials} answers is not a state of an exam of {plan.most} items",
            where="exam",
            hint="count right answers among those given, up to the end of the exam",
        )
    decision = _by_lines(trials, correct, lines(plan))
    if decision != "continue" or trials < plan.most:
        return decision
    return "passed" if correct >= _pass_mark(plan) else "failed"


def sit(answers: Sequence[bool], plan: ExamPlan) -> ExamProgress:
    """Follow an exam answer by answer up to its decision; what comes after it counts for nothing.

    Args:
        answers: whether each answer is right, in the order in which they were given.
        plan: the plan.

    Raises:
        UsageError: for an impossible plan.
    """
    check_plan(plan)
    correct = 0
    for trials, right in enumerate(answers, start=1):
        correct += right
        decision = decide(trials, correct, plan)
        if decision != "continue":
            return ExamProgress(trials=trials, correct=correct, decision=decision)
    return ExamProgress(trials=len(answers), correct=correct, decision="continue")


def pass_probability(plan: ExamPlan, true_share: float) -> float:
    """The operating characteristic: how probably somebody with this true share passes, exactly.

    Args:
        plan: the plan.
        true_share: the person's share of right answers in the long run, 0 to 1.

    Raises:
        UsageError: for an impossible plan or share.
    """
    last = _last(plan, true_share)
    return last.passed + _at_least(last, _pass_mark(plan))


def mean_items(plan: ExamPlan, true_share: float) -> float:
    """The mean number of items until the decision, exactly.

    Args:
        plan: the plan.
        true_share: the person's share of right answers in the long run, 0 to 1.

    Raises:
        UsageError: for an impossible plan or share.
    """
    _check(plan, true_share)
    # The mean of a count is the sum, over all n from 0, of the probability that it exceeds n.
    steps = _steps(plan, true_share * WHOLE)
    return 1 + sum(sum(step.undecided.values()) for step in steps if step.items < plan.most)


def plan_error(plan: ExamPlan) -> PlanError:
    """How often a plan is wrong and how many items it takes, exactly.

    A second attempt is a second chance: after m attempts with new items the probability of a false
    pass is up to m times as great.

    Raises:
        UsageError: for an impossible plan.
    """
    check_plan(plan)
    low, high = plan.unqualified / WHOLE, plan.qualified / WHOLE
    mark = _pass_mark(plan)
    return PlanError(
        false_pass=pass_probability(plan, low),
        false_fail=1 - pass_probability(plan, high),
        items_if_unqualified=mean_items(plan, low),
        items_if_qualified=mean_items(plan, high),
        pass_mark=mark if mark <= plan.most else None,
    )


def _by_lines(trials: int, correct: int, bounds: Lines) -> Decision:
    # A boundary that is a whole number in exact arithmetic can come out a little above or below it in
    # floats.
    middle = bounds.slope * trials
    if correct >= ceil(middle + bounds.above - _ROUNDING):
        return "passed"
    return "failed" if correct <= floor(middle - bounds.below + _ROUNDING) else "continue"


def _steps(plan: ExamPlan, share: float) -> Iterator[_State]:
    """The states of the exam after each number of items; `share` in ten-thousandths."""
    right, bounds = share / WHOLE, lines(plan)
    passed = failed = 0.0
    undecided = {0: 1.0}
    for items in range(1, plan.most + 1):
        reached: dict[int, float] = {}
        # Paths with the same count of right answers are summed: the work is quadratic in the items,
        # not exponential.
        for correct, probability in undecided.items():
            reached[correct] = reached.get(correct, 0.0) + probability * (1 - right)
            reached[correct + 1] = reached.get(correct + 1, 0.0) + probability * right
        undecided = {}
        for correct, probability in reached.items():
            decision = _by_lines(items, correct, bounds)
            if decision == "continue":
                undecided[correct] = probability
            passed += probability * (decision == "passed")
            failed += probability * (decision == "failed")
        yield _State(items, passed, failed, undecided)


def _last(plan: ExamPlan, true_share: float) -> _State:
    _check(plan, true_share)
    *_, last = _steps(plan, true_share * WHOLE)
    return last


def _check(plan: ExamPlan, true_share: float) -> None:
    check_plan(plan)
    if not 0 <= true_share <= 1:
        raise UsageError(
            code="impossible-share",
            message=f"a true share of {true_share} is impossible",
            hint="give a share from 0 to 1",
        )


@lru_cache(maxsize=256)
def _pass_mark(plan: ExamPlan) -> int:
    """Right answers that pass at the plan's end; more than its items where nothing then does."""
    return _end_mark(_last(plan, plan.unqualified / WHOLE), plan.false_pass / WHOLE)


def _end_mark(state: _State, accepted: float) -> int:
    """The fewest right answers that pass at the end and keep the false passes within `accepted`."""
    mark, probability = state.items + 1, state.passed
    for correct in sorted(state.undecided, reverse=True):
        probability += state.undecided[correct]
        # The sum only grows: no lower mark can be within the limit.
        if probability > accepted:
            break
        mark = correct
    return mark


def _at_least(state: _State, mark: int) -> float:
    return sum(share for correct, share in state.undecided.items() if correct >= mark)
