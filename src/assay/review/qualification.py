"""The qualification: judgment shown on blinded work, on the exact task and rubric.

An exam hides known records among a reviewer's work. Each dimension, and the verdict, is a test of
its own; a person is qualified for those that were passed, in one role, task family and language,
under one version of the rubric, until a day. Credentials are separate and never qualify.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import ClassVar, Literal

import msgspec

from assay.contracts.diff import VERDICT, compare
from assay.contracts.rubric import Rubric
from assay.core.errors import UsageError
from assay.core.fact import Fact, Value
from assay.records.fields import Index, Role
from assay.records.judgment import Judgment
from assay.review.answer_key import Key, correct, first_answers
from assay.review.sequential_test import Decision, ExamPlan, sit


class QualificationScope(Value):
    """What is qualified for: one role in one task family and language."""

    role: Role
    """The role in which the person judges."""
    family: str
    """The task family: the kind of work that one queue hands out."""
    language: str | None = None
    """The language of the work; absent where it does not matter."""


class ExamItem(Fact):
    """A known record that may be put before people who sit an exam."""

    prefix: ClassVar[str] = "exm"

    key: Key
    """What a right answer is."""
    scope: QualificationScope
    """The exam that it belongs to."""
    retired: bool = False
    """Whether it is no longer used; then `supersedes` names the item that it retires."""
    supersedes: str | None = None
    """Id of the item that this one replaces."""


class ExamResult(Value):
    """The result of one exam on one dimension, or on the verdict."""

    dimension: str
    """The dimension; `verdict` for the overall answer."""
    trials: Index
    """Items that count: those up to the decision."""
    correct: Index
    """Right answers among them."""
    decision: Decision
    """What follows; `continue` where the exam ended early."""


class Qualification(Fact):
    """What one person has shown, and until when it counts. Never edited, only superseded."""

    prefix: ClassVar[str] = "qua"

    reviewer: str
    """Pseudonym of the person."""
    scope: QualificationScope
    """The role, task family and language."""
    rubric: str
    """Document id of the rubric under which it was shown."""
    plan: ExamPlan
    """The plan of the exam, with the errors that it accepts."""
    results: tuple[ExamResult, ...]
    """The results of the exam, by dimension."""
    decision: Literal["passed", "failed", "revoked"]
    """`passed`: at least one dimension was; `revoked`: an earlier one no longer counts."""
    judgments: tuple[str, ...]
    """Ids of the judgments weighed, in the order in which they were given."""
    issued: str
    """First day on which it counts, `YYYY-MM-DD`."""
    expires: str
    """First day on which it no longer counts, `YYYY-MM-DD`."""
    supersedes: str | None = None
    """Id of the same person's qualification that this one replaces."""
    reason: str | None = None
    """Why it was revoked."""

    @property
    def passed_dimensions(self) -> tuple[str, ...]:
        """The dimensions that it qualifies for, `verdict` among them; none unless it was passed."""
        if self.decision != "passed":
            return ()
        return tuple(result.dimension for result in self.results if result.decision == "passed")


class Credential(Fact):
    """Proof of a degree, licence or experience. It may admit to an exam and never replaces one."""

    prefix: ClassVar[str] = "cre"

    reviewer: str
    """Pseudonym of the person."""
    what: str
    """The degree, licence or experience, in words that name nobody."""
    checked_by: str
    """Pseudonym of who saw the proof."""
    checked: str
    """The day on which it was seen, `YYYY-MM-DD`."""


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """How far one person's exam has come."""

    results: tuple[ExamResult, ...]
    """The state of each dimension."""
    judgments: tuple[str, ...]
    """Ids of the answers that were weighed, in the order in which they were given."""

    @property
    def open(self) -> tuple[str, ...]:
        """The dimensions that need more items; the exam goes on while there are any."""
        return tuple(result.dimension for result in self.results if result.decision == "continue")


def has_credentials(
    credentials: Iterable[Credential], *, reviewer: str, needed: Collection[str]
) -> bool:
    """Whether a person has the credentials that a role requires.

    Args:
        credentials: credentials of anybody.
        reviewer: pseudonym of the person.
        needed: credentials that the role requires; without any, everybody qualifies.
    """
    held = {credential.what for credential in credentials if credential.reviewer == reviewer}
    return held.issuperset(needed)


def exam_keys(items: Iterable[ExamItem], scope: QualificationScope, rubric: str) -> dict[str, Key]:
    """The keys of one exam that are in use, by record id.

    Args:
        items: exam items in their order of entry; of one record the last counts.
        scope: the exam's scope.
        rubric: document id of the rubric in force.
    """
    all_items = list(items)
    replaced = {item.supersedes for item in all_items if item.supersedes}
    return {
        item.key.record: item.key
        for item in all_items
        if item.scope == scope
        and item.key.rubric == rubric
        and item.id not in replaced
        and not item.retired
    }


def examine(
    judgments: Iterable[Judgment],
    keys: Mapping[str, Key],
    plan: ExamPlan,
    *,
    reviewer: str,
    earlier: Collection[str] = (),
) -> Examination:
    """How far an exam has come, from the person's own answers.

    Of each record the first answer counts. A dimension is followed up to its own decision; items
    whose key does not ask it are not trials of it. An abstention is not right.

    Args:
        judgments: judgments in their order of entry, by anybody.
        keys: the exam's keys by record id.
        plan: the plan, the same for every dimension.
        reviewer: pseudonym of the person.
        earlier: ids of the answers that an earlier exam weighed; they do not count again.

    Raises:
        UsageError: for an impossible plan.
    """
    questions = dict.fromkeys(name for key in keys.values() for name in key.asks)
    answers: dict[str, list[bool]] = {name: [] for name in questions}
    weighed = []
    for judgment, key in first_answers(judgments, keys, reviewer=reviewer):
        if judgment.id in earlier:
            continue
        weighed.append(judgment.id)
        for name, right in correct(judgment, key).items():
            answers[name].append(right)
    results = []
    for name in sorted(questions, key=lambda name: (name != VERDICT, name)):
        sitting = sit(answers[name], plan)
        results.append(
            ExamResult(
                dimension=name,
                trials=sitting.trials,
                correct=sitting.correct,
                decision=sitting.decision,
            )
        )
    return Examination(results=tuple(results), judgments=tuple(weighed))


def issue(
    examination: Examination,
    *,
    reviewer: str,
    scope: QualificationScope,
    rubric: str,
    plan: ExamPlan,
    on: date,
    days: int,
    ended_early: bool = False,
    supersedes: str | None = None,
) -> Qualification:
    """The fact that an exam's end makes: passed where at least one dimension was, else failed.

    Each dimension is a chance of its own: somebody unqualified on several has the plan's
    probability of a false pass on each of them.

    Args:
        examination: the exam.
        reviewer: pseudonym.
        scope: what it qualifies for.
        rubric: document id of the rubric.
        plan: the exam's plan.
        on: the day of issue.
        days: days for which it counts, at least 1.
        ended_early: whether the exam is over with dimensions still open; these are not passed.
        supersedes: id of the person's earlier qualification of the same scope.

    Raises:
        UsageError: if nothing was answered, a dimension is still open, or no day is left to count.
    """
    if not examination.judgments or (examination.open and not ended_early):
        raise UsageError(
            code="exam-not-over",
            message=f"{', '.join(examination.open) or 'everything'} is not decided yet",
            where=f"exam of {reviewer}",
            hint="give more items, or end the exam early",
        )
    if days < 1:
        raise UsageError(
            code="never-valid",
            message=f"a qualification of {days} days never counts",
            hint="give at least 1 day",
        )
    passed = any(result.decision == "passed" for result in examination.results)
    return Qualification(
        reviewer=reviewer,
        scope=scope,
        rubric=rubric,
        plan=plan,
        results=examination.results,
        decision="passed" if passed else "failed",
        judgments=examination.judgments,
        issued=on.isoformat(),
        expires=(on + timedelta(days=days)).isoformat(),
        supersedes=supersedes,
    )


def revoke(qualification: Qualification, *, on: date, reason: str) -> Qualification:
    """The fact by which a qualification no longer counts, from the day on which it is added."""
    return qualification.replace(
        decision="revoked", supersedes=qualification.id, issued=on.isoformat(), reason=reason
    )


def standing_qualifications(qualifications: Iterable[Qualification]) -> list[Qualification]:
    """The qualifications that no later one of the same person and scope replaces, revoked ones too."""
    every = list(qualifications)
    # With person and scope, so that nobody can end the qualification of another by naming it.
    replaced = {
        (qualification.supersedes, qualification.reviewer, qualification.scope)
        for qualification in every
    }
    return [
        qualification
        for qualification in every
        if (qualification.id, qualification.reviewer, qualification.scope) not in replaced
    ]


def holds(
    qualification: Qualification,
    *,
    on: date,
    rubric: str,
    questions: Collection[str],
    unchanged: Mapping[str, frozenset[str]] = {},
) -> bool:
    """Whether a standing qualification lets a person do work that asks these dimensions.

    Args:
        qualification: a qualification that nothing supersedes.
        on: the day.
        rubric: document id of the rubric in force.
        questions: the dimensions that the work asks, `verdict` among them; at least one.
        unchanged: older rubric id -> what still means the same (`same_meaning`).
    """
    # ISO dates of equal length compare as text.
    counts = qualification.issued <= on.isoformat() < qualification.expires
    able = frozenset(qualification.passed_dimensions)
    if qualification.rubric != rubric:
        able &= unchanged.get(qualification.rubric, frozenset())
    return counts and bool(questions) and able.issuperset(questions)


def qualification_for(
    qualifications: Iterable[Qualification],
    *,
    reviewer: str,
    work: QualificationScope,
    on: date,
    rubric: str,
    questions: Collection[str],
    unchanged: Mapping[str, frozenset[str]] = {},
) -> Qualification | None:
    """The qualification by which a person may do some work; None where there is none.

    Args:
        qualifications: everybody's qualifications, superseded ones included.
        reviewer: pseudonym.
        work: role, task family and language of the work.
        on: the day.
        rubric: document id of the rubric in force.
        questions: the dimensions that the work asks, `verdict` among them.
        unchanged: older rubric id -> what still means the same (`same_meaning`).
    """
    own = [qualification for qualification in qualifications if qualification.reviewer == reviewer]
    return next(
        (
            qualification
            for qualification in standing_qualifications(own)
            if _covers(qualification.scope, work)
            and holds(qualification, on=on, rubric=rubric, questions=questions, unchanged=unchanged)
        ),
        None,
    )


def renewal_due(qualification: Qualification, *, on: date, within_days: int) -> bool:
    """Whether a qualification still counts and ends within so many days, or has ended already."""
    if qualification.decision != "passed":
        return False
    return date.fromisoformat(qualification.expires) <= on + timedelta(days=within_days)


def same_meaning(old: Rubric, new: Rubric) -> frozenset[str]:
    """What two versions of a rubric ask alike: dimensions, and `verdict`.

    A qualification under the old version carries over to these alone.
    """
    touched = frozenset(compare({"rubric": old}, {"rubric": new}).re_review)
    shared = {dimension.id for dimension in old.dimensions} & {
        dimension.id for dimension in new.dimensions
    }
    return frozenset({*shared, VERDICT}) - touched


def _covers(scope: QualificationScope, work: QualificationScope) -> bool:
    same = scope.role == work.role and scope.family == work.family
    return same and scope.language in {None, work.language}
