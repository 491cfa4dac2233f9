"""The names under which verdicts and scores are counted."""

import pytest

from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    Category,
    InsufficientContext,
    NotApplicable,
    NotAsked,
    Prefers,
    Ranks,
    Score,
    ScoreAbstained,
    Scored,
    Tie,
    Verdict,
    score_key,
    verdict_key,
)


@pytest.mark.parametrize(
    ("verdict", "candidates", "key"),
    [
        (Prefers(candidate=1, strength=3), 2, "prefers:1"),
        (Tie(), 2, "tie"),
        (BothUnacceptable(), 2, "both_unacceptable"),
        (InsufficientContext(), 2, "insufficient_context"),
        (Abstained(reason="tired"), 2, "abstained"),
        (NotAsked(), 2, "not_asked"),
        (Ranks(order=((1,), (0,))), 2, "prefers:1"),
        (Ranks(order=((0, 1),)), 2, "tie"),
        (Ranks(order=((1, 0, 2),)), 3, "tie"),
        (Ranks(order=((0, 1),)), 3, "ranks:0=1"),
        (Ranks(order=((2,), (1, 0))), 3, "ranks:2>0=1"),
    ],
)
def test_a_verdict_is_counted_under_one_name(verdict: Verdict, candidates: int, key: str) -> None:
    """A ranking of two candidates is a preference or a tie; a tie is not both unacceptable."""
    assert verdict_key(verdict, candidates) == key


@pytest.mark.parametrize(
    ("score", "key"),
    [
        (Scored(value=-2), "-2"),
        (Scored(value=1, denominator=3), "1/3"),
        (Category(value="warm"), "warm"),
        (ScoreAbstained(reason="unsure"), None),
        (NotApplicable(), None),
    ],
)
def test_a_score_that_was_not_given_is_counted_nowhere(score: Score, key: str | None) -> None:
    """A fraction keeps its denominator, so that 1 of 3 is not 1."""
    assert score_key(score) == key
