"""On what judgments differ, and what a decision settles."""

from typing import Any

import pytest

from assay.records.evidence import TextSpan
from assay.records.judgment import Attack, LocalizedError, SectionRuling, StepLabel, Whole
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    InsufficientContext,
    NotApplicable,
    NotAsked,
    Prefers,
    ScoreAbstained,
    Scored,
    Tie,
)
from assay.review.adjudication import Decided
from assay.review.disputes import Dispute, disputes, is_decided, undecided
from simulators.small_program import judged, pair, rubric

RECORD = pair()


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


def found(
    *parts: dict[str, Any], n_candidates: int = 2
) -> list[tuple[str, int | None, str | None]]:
    given = [judged(RECORD, f"r{number}", **own) for number, own in enumerate(parts)]
    return [(x.what, x.candidate, x.item) for x in disputes(given, rubric(), n_candidates)]


VERDICT = [("verdict", None, None)]
CLARITY = [("score", 0, "clarity")]
STEP = [("step", 0, "2")]
SECTION = [("section", 0, "fees")]
ATTACK = [("attack", None, None)]
ERRORS = [("errors", None, None)]


@pytest.mark.parametrize(
    ("one", "other", "disputed"),
    [
        ({"verdict": Prefers(candidate=0)}, {"verdict": Prefers(candidate=1)}, VERDICT),
        ({"verdict": Prefers(candidate=0)}, {"verdict": Prefers(candidate=0, strength=3)}, []),
        ({"verdict": Prefers(candidate=0)}, {"verdict": Tie()}, VERDICT),
        ({"verdict": Prefers(candidate=0)}, {"verdict": InsufficientContext()}, VERDICT),
        ({"verdict": Prefers(candidate=0)}, {"verdict": Abstained(reason="mine")}, []),
        (score("clarity", 2), score("clarity", 3), []),
        (score("clarity", 2), score("clarity", 4), CLARITY),
        (score("clarity", 2), score("clarity", 4, 1), []),
        (score("sound", 0), score("sound", 1), [("score", 0, "sound")]),
        (score("taste", "yes"), score("taste", "no"), []),
        (step("good"), step("bad"), STEP),
        (step("good"), step("bad", 1), []),
        (ruling("violates"), ruling("complies"), SECTION),
        (ruling("violates", severity="low"), ruling("violates", severity="high"), SECTION),
        (ruling("violates", severity="low"), ruling("violates"), []),
        (attack(outcome="held"), attack(outcome="broken"), ATTACK),
        (attack(outcome="broken", severity="low"), attack(outcome="broken", severity="high"), ATTACK),
        (attack(outcome="held"), attack(strategy="a story"), []),
        (error(0, 5), error(3, 9), []),
        (error(0, 5), error(5, 9), ERRORS),
        (error(0, 5), error(0, 5, "invented"), ERRORS),
        (error(0, 5, severity="low"), error(0, 5, severity="high"), ERRORS),
        (error(0, 5), {"errors": ()}, ERRORS),
        (error(0, 5), {}, []),
        ({"wrote": "rec_1"}, {"stands_as_is": True}, [("edit", None, None)]),
        ({"wrote": "rec_1"}, {"wrote": "rec_2"}, []),
    ],
    ids=repr,
)  # fmt: skip
def test_what_two_people_differ_on(
    one: dict[str, Any], other: dict[str, Any], disputed: list[Any]
) -> None:
    """Every part of an answer can be disputed, in whichever order the two are read."""
    assert found(one, other) == disputed
    assert found(other, one) == disputed


def test_one_candidate_is_the_whole_record() -> None:
    """A ruling on the only candidate and one on the record as a whole are about the same thing."""
    assert found(ruling("violates", None), ruling("complies", 0), n_candidates=1) == SECTION


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
    assert undecided(Decided(**{"verdict": NotAsked()} | decision), rest) == tuple(rest)


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
    assert dispute.moved((1, 0)) == Dispute(what="step", candidate=0, item="0")
    assert dispute.moved((1, 0)).words() == "step 1 of A"
    assert Dispute(what="section", item="fees").words() == "section fees"
    assert Dispute(what="edit").moved((1, 0)).words() == "the revision"


def test_errors_without_a_span_match_by_their_place() -> None:
    """The same candidate as a whole is the same place."""
    whole = {"errors": (LocalizedError(place=Whole(candidate=0), category="wrong_sum"),)}
    other = {"errors": (LocalizedError(place=Whole(candidate=1), category="wrong_sum"),)}
    assert found(whole, whole) == []
    assert found(whole, other) == ERRORS
