"""Occasions: which of a reviewer's judgments on a record is the last, by content alone."""

import itertools

import pytest

from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.occasion import in_order, instant, is_unordered, last_answer
from assay.records.verdict import Prefers, Tie, Verdict

ADA = Reviewer(pseudonym="rvr_a", kind="human", role="reviewer")
A, B = Prefers(candidate=0), Prefers(candidate=1)


def judged(
    verdict: Verdict, *, at: str | None = None, occasion: int = 0, **more: object
) -> Judgment:
    return Judgment(
        record="rec_x",
        reviewer=ADA,
        verdict=verdict,
        judged_at=at,
        occasion=occasion,
        **more,  # type: ignore[arg-type]
    )


def test_times_are_compared_as_instants() -> None:
    """ISO 8601 is read with its zone, as UTC without one; any other text gives no time."""
    assert instant("2026-01-01T12:00:00Z") == instant("2026-01-01T13:00:00+01:00")
    assert instant("2026-01-01T12:00:00") == instant(" 2026-01-01T12:00:00Z ")
    assert instant("Mon Mar 25 07:39:42 PDT 2019") is None
    assert instant(None) is None


LAST = [
    ([judged(A), judged(B, occasion=1)], 1),
    ([judged(A, at="2026-02-01"), judged(B, at="2026-01-01")], 0),
    ([judged(A, at="2026-02-01T00:00:00+02:00"), judged(B, at="2026-01-31T23:00:00Z")], 1),
    ([judged(A, occasion=1, at="2026-01-01"), judged(B, at="2026-02-01")], 0),
]


@pytest.mark.parametrize(("judgments", "last"), LAST)
def test_the_higher_number_then_the_later_time_is_the_last(
    judgments: list[Judgment], last: int
) -> None:
    """In whatever order they are given, the last answer is the same."""
    for order in itertools.permutations(judgments):
        assert last_answer(order) == judgments[last]
        assert in_order(order)[-1] == judgments[last]


UNKNOWN = [
    [judged(A), judged(B)],
    [judged(A), judged(B, at="2026-01-01")],
    [judged(A, at="first"), judged(B, at="second")],
    [judged(A, at="2026-01-01"), judged(Tie(), at="2026-01-01T00:00:00Z")],
    [judged(Tie()), judged(A, occasion=2), judged(B, occasion=2)],
]


@pytest.mark.parametrize("judgments", UNKNOWN)
def test_without_number_or_time_no_answer_is_the_last(judgments: list[Judgment]) -> None:
    """Different answers that nothing orders leave the reviewer's answer unknown."""
    assert last_answer(judgments) is None
    assert last_answer(judgments[::-1]) is None
    assert is_unordered(judgments[-1], judgments[-2])


@pytest.mark.parametrize(
    ("texts", "in_force"),
    [
        ([{"guideline": "theirs"}, {"rubric": "doc_new"}], 1),
        ([{"guideline": "theirs"}, {"rubric": "doc_old"}], 1),
        ([{"guideline": "theirs"}, {}], 1),
        ([{"rubric": "doc_old"}, {"rubric": "doc_new"}, {"guideline": "theirs"}], 1),
        ([{}, {"rubric": "doc_new"}], 1),
    ],
)
def test_of_equal_answers_the_one_under_the_text_in_force_stands(
    texts: list[dict[str, str]], in_force: int
) -> None:
    """Neither the order in which they are given nor their ids tell which of them it is."""
    for number in range(8):
        judgments = [judged(A, active_ms=number, **text) for text in texts]
        for order in itertools.permutations(judgments):
            assert last_answer(order, "doc_new") == judgments[in_force]


def test_one_answer_given_twice_is_an_answer() -> None:
    """Where only reasons and times of work differ, nothing is unknown."""
    twice = [judged(A, active_ms=9), judged(A, reasons=(Reason(text="clear"),))]
    assert last_answer(twice) == last_answer(twice[::-1]) == max(twice, key=lambda one: one.id)
