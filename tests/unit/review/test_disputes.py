"""What a decision settles of what is disputed, and how a dispute is named."""

from typing import Any

import pytest

from assay.records.evidence import TextSpan
from assay.records.judgment import Attack, LocalizedError, SectionRuling, StepLabel
from assay.records.verdict import (
    Category,
    DimensionScore,
    InsufficientContext,
    NotApplicable,
    NotAsked,
    ScoreAbstained,
    Scored,
    Tie,
)
from assay.review.adjudication import Decided
from assay.review.disputes import Dispute, is_decided, undecided_disputes


def score(dimension: str, value: int | str, candidate: int | None = 0) -> dict[str, Any]:
    given = Scored(value=value) if isinstance(value, int) else Category(value=value)
    return {"scores": (DimensionScore(dimension=dimension, candidate=candidate, score=given),)}


def step(label: Any, number: int = 2) -> dict[str, Any]:
    return {"step_labels": (StepLabel(candidate=0, step=number, label=label),)}


def ruling(word: Any, candidate: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"rulings": (SectionRuling(section="fees", ruling=word, candidate=candidate, **more),)}


def error(start: int, end: int, category: str = "wrong_sum", **more: Any) -> dict[str, Any]:
    span = TextSpan(
        pointer="/candidates/0/content", start=start, end=end, quote="x" * (end - start)
    )
    return {"errors": (LocalizedError(place=span, category=category, **more),)}


def attack(**parts: Any) -> dict[str, Any]:
    return {"attack": Attack(**parts)}


@pytest.mark.parametrize(
    ("dispute", "decision"),
    [
        (Dispute(what="verdict"), {"verdict": Tie()}),
        (Dispute(what="score", candidate=0, item="clarity"), score("clarity", 3)),
        (Dispute(what="score", candidate=0, item="clarity"), score("clarity", 3, None)),
        (Dispute(what="step", candidate=0, item="2"), step("bad")),
        (Dispute(what="section", candidate=0, item="fees"), ruling("complies")),
        (Dispute(what="section", item="fees"), ruling("complies")),
        (Dispute(what="errors"), {"errors": ()}),
        (Dispute(what="errors"), error(0, 5)),
        (Dispute(what="attack"), attack(outcome="held")),
        (Dispute(what="edit"), {"wrote": "rec_1"}),
        (Dispute(what="edit"), {"stands_as_is": True}),
    ],
    ids=repr,
)
def test_a_decision_settles_what_it_speaks_to(dispute: Dispute, decision: dict[str, Any]) -> None:
    """Its own part settles a dispute, nothing else does, and too little context settles all."""
    assert is_decided(dispute, Decided(**{"verdict": NotAsked()} | decision))
    assert not is_decided(dispute, Decided(verdict=NotAsked()))
    assert is_decided(dispute, Decided(verdict=InsufficientContext()))
    others = {"verdict", "score", "step", "section", "errors", "attack", "edit"} - {dispute.what}
    rest = [Dispute(what=what) for what in sorted(others)]  # type: ignore[arg-type]
    assert undecided_disputes(Decided(**{"verdict": NotAsked()} | decision), rest) == tuple(rest)


@pytest.mark.parametrize(
    ("given", "decided"), [(ScoreAbstained(reason="hard"), False), (NotApplicable(), True)]
)
def test_an_abstained_score_decides_nothing(given: Any, decided: bool) -> None:
    """That a dimension does not apply is a decision; that the senior cannot say is none."""
    scores = (DimensionScore(dimension="clarity", candidate=0, score=given),)
    dispute = Dispute(what="score", candidate=0, item="clarity")
    assert is_decided(dispute, Decided(verdict=NotAsked(), scores=scores)) is decided


def test_a_dispute_is_told_in_the_letters_that_are_shown() -> None:
    """The candidate moves to its presented place, and the words name its letter."""
    dispute = Dispute(what="step", candidate=1, item="0")
    assert dispute.as_presented((1, 0)) == Dispute(what="step", candidate=0, item="0")
    assert dispute.as_presented((1, 0)).words() == "step 1 of A"
    assert Dispute(what="section", item="fees").words() == "section fees"
    assert Dispute(what="edit").as_presented((1, 0)).words() == "the revision"
