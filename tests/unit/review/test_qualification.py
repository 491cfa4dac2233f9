"""Qualification by blinded tests on the exact task and rubric."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from typing import get_type_hints

import pytest

import assay.review
from assay.core.errors import UsageError
from assay.records.verdict import Abstained, Prefers
from assay.review import qualification as room
from assay.review.qualification import (
    Credential,
    ExamItem,
    Qualification,
    QualificationScope,
    exam_keys,
    examine,
    has_credentials,
    holds,
    issue,
    qualification_for,
    renewal_due,
    revoke,
    same_meaning,
    standing_qualifications,
)
from assay.review.sequential_test import ExamPlan
from simulators.known_work import RUBRIC, answer, key, records
from simulators.small_program import pair, rubric

SCOPE = QualificationScope(role="reviewer", family="sums", language="en")
PLAN = ExamPlan(unqualified=6000, qualified=9000, false_pass=500, false_fail=1000, most=20)
EXAM = records(20)
KEYS = {record.id: key(record) for record in EXAM}
ISSUED = date(2026, 3, 1)
BOTH = ("verdict", "clarity")


def _issued(clarity: int = 5, **changes: object) -> Qualification:
    given = [answer(record, clarity=clarity) for record in EXAM]
    examination = examine(given, KEYS, PLAN, reviewer="ada")
    found = issue(
        examination, reviewer="ada", scope=SCOPE, rubric=RUBRIC, plan=PLAN, on=ISSUED, days=90
    )
    return found.replace(**changes) if changes else found


def test_an_exam_is_decided_for_each_dimension_apart() -> None:
    """Right verdicts with wrong scores qualify for the verdict and not for the dimension."""
    found = _issued(clarity=1)
    assert found.decision == "passed"
    assert found.passed_dimensions == ("verdict",)
    by_name = {each.dimension: each for each in found.results}
    assert by_name["clarity"].decision == "failed"
    assert by_name["clarity"].correct == 0
    assert by_name["clarity"].trials < by_name["verdict"].trials <= 20


def test_only_the_persons_own_first_answers_count() -> None:
    """Others' answers, second answers and answers of an earlier exam are no trials."""
    own = [answer(record) for record in EXAM[:3]]
    again = [answer(EXAM[0], verdict=Prefers(candidate=1), supersedes=own[0].id)]
    others = [answer(record, "bob", verdict=Prefers(candidate=1)) for record in EXAM]
    examination = examine([*own, *again, *others], KEYS, PLAN, reviewer="ada")
    assert examination.judgments == tuple(each.id for each in own)
    assert {(each.trials, each.correct) for each in examination.results} == {(3, 3)}
    assert examination.open == BOTH
    second = examine([*own, *again], KEYS, PLAN, reviewer="ada", earlier=(own[0].id,))
    assert {each.trials for each in second.results} == {2}


def test_to_decline_is_not_to_be_right() -> None:
    """Abstentions count as trials without a right answer."""
    given = [answer(record, verdict=Abstained(reason="hm")) for record in EXAM]
    examination = examine(given, KEYS, PLAN, reviewer="ada")
    verdict = next(each for each in examination.results if each.dimension == "verdict")
    assert verdict.decision == "failed"


def test_an_open_exam_issues_nothing_unless_it_is_ended() -> None:
    """No answers, or open dimensions, are refused; ended early, what is open is not passed."""
    parts = {"reviewer": "ada", "scope": SCOPE, "rubric": RUBRIC, "plan": PLAN, "on": ISSUED}
    begun = examine([answer(EXAM[0])], KEYS, PLAN, reviewer="ada")
    with pytest.raises(UsageError, match="verdict, clarity is not decided"):
        issue(begun, **parts, days=90)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="everything is not decided"):
        issue(examine([], {}, PLAN, reviewer="ada"), **parts, days=90)  # type: ignore[arg-type]
    ended = issue(begun, **parts, days=90, ended_early=True)  # type: ignore[arg-type]
    assert ended.decision == "failed"
    assert ended.passed_dimensions == ()


def test_an_exam_that_ended_early_qualifies_for_what_was_decided() -> None:
    """One dimension passed, the other still open: only the first counts."""
    mixed = [answer(record, clarity=1 if at == 2 else 5) for at, record in enumerate(EXAM[:8])]
    ended = issue(
        examine(mixed, KEYS, PLAN, reviewer="ada"),
        reviewer="ada", scope=SCOPE, rubric=RUBRIC, plan=PLAN, on=ISSUED, days=90, ended_early=True,
    )  # fmt: skip
    by_name = {each.dimension: each.decision for each in ended.results}
    assert by_name == {"verdict": "passed", "clarity": "continue"}
    assert ended.passed_dimensions == ("verdict",)


def test_a_qualification_of_no_days_is_refused() -> None:
    """What never counts is not issued."""
    examination = examine([answer(record) for record in EXAM], KEYS, PLAN, reviewer="ada")
    with pytest.raises(UsageError, match="never counts"):
        issue(examination, reviewer="ada", scope=SCOPE, rubric=RUBRIC, plan=PLAN, on=ISSUED, days=0)


def test_a_qualification_holds_from_its_issue_until_it_expires() -> None:
    """It counts from the first day to the one before the last named, for all that was passed."""
    found = _issued()
    assert found.expires == "2026-05-30"
    for day, counts in (
        (date(2026, 2, 28), False),
        (ISSUED, True),
        (date(2026, 5, 29), True),
        (date(2026, 5, 30), False),
    ):
        assert holds(found, on=day, rubric=RUBRIC, questions=BOTH) is counts


def test_a_qualification_holds_for_what_was_passed_alone() -> None:
    """Work that asks a dimension that was failed, or never tested, is not open to the person."""
    found = _issued(clarity=1)
    assert holds(found, on=ISSUED, rubric=RUBRIC, questions=("verdict",))
    assert not holds(found, on=ISSUED, rubric=RUBRIC, questions=BOTH)
    assert not holds(found, on=ISSUED, rubric=RUBRIC, questions=("correctness",))
    assert not holds(found, on=ISSUED, rubric=RUBRIC, questions=())


def test_a_new_rubric_ends_a_qualification_where_it_asks_something_else() -> None:
    """A changed anchor ends that dimension; a changed title ends nothing."""
    old = rubric()
    changed = [each.model_dump(mode="json", exclude_defaults=True) for each in old.dimensions]
    changed[1]["anchors"] = {"5": "Nothing could be misread."}
    same = same_meaning(old, rubric(dimensions=changed, version="1.1.0"))
    assert "clarity" not in same
    assert {"verdict", "correctness"} <= same
    found = _issued()
    assert not holds(found, on=ISSUED, rubric="doc_new", questions=("verdict",))
    kept = {RUBRIC: same}
    assert holds(found, on=ISSUED, rubric="doc_new", questions=("verdict",), unchanged=kept)
    assert not holds(found, on=ISSUED, rubric="doc_new", questions=BOTH, unchanged=kept)
    assert same_meaning(old, rubric(title="Another", version="1.0.1")) >= {*BOTH, "taste"}


def test_a_dimension_that_is_new_was_never_shown() -> None:
    """A dimension that one version lacks does not mean the same in both, nor does the verdict."""
    fewer = [each.model_dump(mode="json", exclude_defaults=True) for each in rubric().dimensions]
    same = same_meaning(rubric(dimensions=fewer[:3], version="0.9.0"), rubric())
    assert "taste" not in same
    assert "verdict" not in same


def test_a_revoked_qualification_no_longer_counts() -> None:
    """Revoking supersedes; what stands then qualifies for nothing and says why."""
    found = _issued()
    gone = revoke(found, on=date(2026, 4, 1), reason="answers were shared")
    assert standing_qualifications([found, gone]) == [gone]
    assert gone.passed_dimensions == ()
    assert gone.reason == "answers were shared"
    assert not holds(gone, on=date(2026, 4, 2), rubric=RUBRIC, questions=("verdict",))


def test_nobody_can_take_anothers_qualification_away_by_naming_it() -> None:
    """Only a fact about the same person and scope supersedes."""
    found = _issued()
    stranger = _issued(reviewer="bob", supersedes=found.id)
    elsewhere = _issued(
        scope=QualificationScope(role="reviewer", family="essays"), supersedes=found.id
    )
    assert standing_qualifications([found, stranger, elsewhere]) == [found, stranger, elsewhere]


def test_a_person_is_qualified_by_a_standing_qualification_for_such_work() -> None:
    """Role, family and language must fit; a qualification for any language fits all of them."""
    found = _issued()
    everywhere = _issued(scope=QualificationScope(role="reviewer", family="sums"))

    def ask(*held: Qualification, person: str = "ada", **changes: str) -> Qualification | None:
        work = {"role": "reviewer", "family": "sums", "language": "en"} | changes
        return qualification_for(
            held,
            reviewer=person,
            work=QualificationScope(**work),
            on=ISSUED,
            rubric=RUBRIC,
            questions=BOTH,
        )  # type: ignore[arg-type]

    assert ask(found) == found
    assert ask(found, language="de") is None
    assert ask(everywhere, language="de") == everywhere
    assert ask(found, family="essays") is None
    assert ask(found, role="adjudicator") is None
    assert ask(found, person="bob") is None
    assert ask(found, revoke(found, on=ISSUED, reason="so")) is None
    assert ask(_issued(clarity=1), found) == found


def test_renewal_is_due_shortly_before_the_end() -> None:
    """Within the stated days of the end, and after it; never for what was not passed."""
    found = _issued()
    assert not renewal_due(found, on=date(2026, 5, 1), within_days=14)
    assert renewal_due(found, on=date(2026, 5, 16), within_days=14)
    assert renewal_due(found, on=date(2026, 7, 1), within_days=14)
    gone = revoke(found, on=ISSUED, reason="so")
    assert not renewal_due(gone, on=date(2026, 7, 1), within_days=14)


def test_exam_items_are_those_in_use_for_this_scope_and_rubric() -> None:
    """Retired and replaced items, other scopes and other rubrics are left out."""
    items = [ExamItem(key=key(record), scope=SCOPE) for record in EXAM[:4]]
    retired = ExamItem(key=items[0].key, scope=SCOPE, retired=True, supersedes=items[0].id)
    better = ExamItem(key=key(EXAM[1], better=1), scope=SCOPE, supersedes=items[1].id)
    elsewhere = ExamItem(
        key=key(EXAM[5]), scope=QualificationScope(role="reviewer", family="essays")
    )
    found = exam_keys([*items, retired, better, elsewhere], SCOPE, RUBRIC)
    assert set(found) == {record.id for record in EXAM[1:4]}
    assert found[EXAM[1].id] == better.key
    assert exam_keys(items, SCOPE, "doc_other") == {}


def test_credentials_admit_to_an_exam() -> None:
    """What is asked on paper must be there for this very person."""
    held = Credential(reviewer="ada", what="nurse", checked_by="lea", checked="2026-01-02")
    assert has_credentials([held], reviewer="ada", needed=("nurse",))
    assert not has_credentials([held], reviewer="bob", needed=("nurse",))
    assert not has_credentials([held], reviewer="ada", needed=("nurse", "midwife"))
    assert has_credentials([], reviewer="bob", needed=())


def _functions() -> Iterator[Callable[..., object]]:
    for module in pkgutil.iter_modules(assay.review.__path__, "assay.review."):
        for _, each in inspect.getmembers(import_module(module.name), inspect.isfunction):
            yield each
    for kind in (Qualification, Credential, room.Examination):
        for _, each in inspect.getmembers(kind, inspect.isfunction):
            if each.__module__.startswith("assay.review"):
                yield each


def _qualifies_by_credential(function: Callable[..., object]) -> bool:
    hints = {name: str(hint) for name, hint in get_type_hints(function).items()}
    made = hints.pop("return", "")
    takes = any("Credential" in each for each in hints.values())
    return takes and ("Qualification" in made or "Examination" in made)


def test_no_function_makes_a_qualification_from_a_credential() -> None:
    """By their types, credentials can end in a yes or no about sitting an exam and nothing else."""
    assert [each for each in _functions() if _qualifies_by_credential(each)] == []
    fields = {name: str(hint) for name, hint in get_type_hints(Qualification).items()}
    assert [name for name, hint in fields.items() if "redential" in hint] == []


def test_the_guard_on_credentials_bites() -> None:
    """A function that turns paper into a qualification is found."""

    def planted(held: list[Credential]) -> Qualification:
        raise AssertionError(held)

    assert _qualifies_by_credential(planted)


def test_an_unknown_record_is_no_item() -> None:
    """Ordinary work of the same person does not count in an exam."""
    examination = examine([answer(pair(99))], KEYS, PLAN, reviewer="ada")
    assert examination.judgments == ()
