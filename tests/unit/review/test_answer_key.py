"""What a right answer about a known record is."""

import pytest

from assay.core.errors import UsageError
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    InsufficientContext,
    NotAsked,
    Prefers,
    Ranks,
    ScoreAbstained,
    Scored,
    Tie,
    Verdict,
)
from assay.review.answer_key import (
    AcceptedScore,
    Key,
    OneOf,
    Outcome,
    Within,
    correct,
    first_answers,
    outcomes,
)
from simulators.known_work import RUBRIC, answer, key
from simulators.small_program import pair

RECORD = pair(texts=("4", "5", "6"))


def _verdict_key(*verdicts: Verdict) -> Key:
    return Key(record=RECORD.id, rubric=RUBRIC, source="adjudication", verdicts=verdicts)


def _score_key(*accepted: AcceptedScore) -> Key:
    return Key(record=RECORD.id, rubric=RUBRIC, source="expert", scores=accepted)


def test_a_right_answer_is_right_on_all_that_the_key_asks() -> None:
    """The verdict and each dimension are told apart."""
    assert correct(answer(RECORD), key(RECORD)) == {"verdict": True, "clarity": True}
    worse = answer(RECORD, verdict=Prefers(candidate=1), clarity=4)
    assert correct(worse, key(RECORD)) == {"verdict": False, "clarity": True}


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Prefers(candidate=0, strength=3), "right"),
        (Tie(), "right"),
        (Prefers(candidate=1), "wrong"),
        (InsufficientContext(), "wrong"),
        (Abstained(reason="not my field"), "abstained"),
        (NotAsked(), "unanswered"),
    ],
)
def test_a_verdict_is_right_where_the_key_accepts_it(verdict: Verdict, outcome: Outcome) -> None:
    """A key may accept several verdicts; to decline is neither right nor wrong."""
    accepting = _verdict_key(Prefers(candidate=0), Tie())
    judged = answer(RECORD, verdict=verdict)
    assert outcomes(judged, accepting) == {"verdict": outcome}
    assert correct(judged, accepting) == {"verdict": outcome == "right"}


def test_a_strength_counts_only_where_the_key_names_one() -> None:
    """A key with a strength accepts that strength alone."""
    accepting = _verdict_key(Prefers(candidate=0, strength=3))
    assert correct(answer(RECORD, verdict=Prefers(candidate=0, strength=3)), accepting)["verdict"]
    assert not correct(answer(RECORD), accepting)["verdict"]


def test_the_order_within_a_tied_group_means_nothing() -> None:
    """Rankings are compared group by group."""
    accepting = _verdict_key(Ranks(order=((2,), (0, 1))))
    assert correct(answer(RECORD, verdict=Ranks(order=((2,), (1, 0)))), accepting)["verdict"]
    assert not correct(answer(RECORD, verdict=Ranks(order=((0, 1), (2,)))), accepting)["verdict"]


def test_a_ranking_of_two_is_a_preference() -> None:
    """However the answer was written down, it says which of two is better, or that they tie."""
    first = Ranks(order=((0,), (1,)))
    assert correct(answer(RECORD, verdict=first), _verdict_key(Prefers(candidate=0)))["verdict"]
    assert correct(answer(RECORD, verdict=Ranks(order=((0, 1),))), _verdict_key(Tie()))["verdict"]
    assert not correct(answer(RECORD, verdict=first), _verdict_key(Prefers(candidate=1)))["verdict"]


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        (Scored(value=3), "wrong"),
        (Scored(value=4), "right"),
        (Scored(value=9, denominator=2), "right"),
        (Scored(value=11, denominator=2), "wrong"),
        (Category(value="4"), "wrong"),
        (ScoreAbstained(reason="unsure"), "abstained"),
    ],
)
def test_a_score_is_right_within_its_tolerance(
    score: Scored | Category | ScoreAbstained, outcome: Outcome
) -> None:
    """Numbers from 4 to 5 are right, fractions among them; another sort of answer is not."""
    accepting = _score_key(AcceptedScore(dimension="clarity", accepts=Within(low=4, high=5)))
    given = answer(RECORD, clarity=None, scores=(DimensionScore(dimension="clarity", score=score),))
    assert outcomes(given, accepting) == {"clarity": outcome}


def test_a_category_is_right_where_it_is_one_of_the_accepted() -> None:
    """Categories are compared as the rubric spells them."""
    accepting = _score_key(AcceptedScore(dimension="taste", accepts=OneOf(values=("yes",))))
    for value, right in (("yes", True), ("no", False)):
        score = DimensionScore(dimension="taste", score=Category(value=value))
        assert correct(answer(RECORD, clarity=None, scores=(score,)), accepting)["taste"] is right


def test_a_dimension_is_right_where_all_of_its_candidates_are() -> None:
    """One wrong score makes the dimension wrong; one that is missing leaves it open."""
    accepting = _score_key(
        AcceptedScore(dimension="clarity", candidate=0, accepts=Within(low=4, high=5)),
        AcceptedScore(dimension="clarity", candidate=1, accepts=Within(low=1, high=2)),
    )
    other = DimensionScore(dimension="clarity", candidate=1, score=Scored(value=5))
    assert outcomes(answer(RECORD), accepting) == {"clarity": "unanswered"}
    both = answer(RECORD, clarity=None, scores=(*answer(RECORD).scores, other))
    assert outcomes(both, accepting) == {"clarity": "wrong"}
    declined = DimensionScore(
        dimension="clarity", candidate=0, score=ScoreAbstained(reason="unsure")
    )
    half = answer(RECORD, clarity=None, scores=(declined, other))
    assert outcomes(half, accepting) == {"clarity": "wrong"}


def test_a_key_holds_for_its_own_record_and_rubric_alone() -> None:
    """An answer about another record, or under another version, is refused and never guessed at."""
    with pytest.raises(UsageError, match="another record"):
        outcomes(answer(pair(7)), key(RECORD))
    with pytest.raises(UsageError, match="another rubric"):
        outcomes(answer(RECORD, rubric="doc_older"), key(RECORD))


def test_the_first_answer_of_each_person_counts() -> None:
    """A later answer to the same known record, and one of a model, is no evidence of judgment."""
    first = answer(RECORD, verdict=Tie())
    again = answer(RECORD, supersedes=first.id)
    other = answer(RECORD, "bob")
    model = answer(RECORD, "a-model")
    model = model.replace(reviewer=other.reviewer.__class__(
        pseudonym="a-model", kind="model", role="reviewer"
    ))  # fmt: skip
    keys = {RECORD.id: key(RECORD)}
    given = [model, first, again, other, answer(pair(9))]
    assert [each for each, _ in first_answers(given, keys)] == [first, other]
    assert [each for each, _ in first_answers(given, keys, reviewer="bob")] == [other]


def test_a_first_answer_under_another_rubric_still_gives_the_record_away() -> None:
    """Whoever knows the record from an earlier version has no first answer under this one."""
    given = [answer(RECORD, rubric="doc_older"), answer(RECORD)]
    assert list(first_answers(given, {RECORD.id: key(RECORD)})) == []


@pytest.mark.parametrize(
    ("faulty", "fault"),
    [
        (_verdict_key(), "expects nothing"),
        (_verdict_key(Abstained(reason="so")), "not a right answer"),
        (_verdict_key(Prefers(candidate=3)), "does not have"),
        (_verdict_key(Ranks(order=((0,), (4,)))), "does not have"),
        (_score_key(AcceptedScore(dimension="clarity", accepts=Within(low=5, high=4))), "down to"),
        (_score_key(AcceptedScore(dimension="taste", accepts=OneOf(values=()))), "is accepted"),
        (
            _score_key(*[AcceptedScore(dimension="taste", accepts=OneOf(values=("yes",)))] * 2),
            "two things",
        ),
        (_verdict_key(Tie()).__class__(
            record="rec_other", rubric=RUBRIC, source="expert", verdicts=(Tie(),)
        ), "another record"),
    ],
)  # fmt: skip
def test_a_key_that_makes_no_sense_says_why(faulty: Key, fault: str) -> None:
    """Each fault of a key is named; a sound key has none."""
    assert any(fault in each for each in faulty.faults(RECORD))
    assert list(key(RECORD).faults(RECORD)) == []
