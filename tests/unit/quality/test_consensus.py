"""What the judgments of one record say together."""

import pytest

from assay.quality.consensus import Counting, consensus, effective
from assay.records.judgment import Judgment, SectionRuling, StepLabel
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
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
    verdict_key,
)
from assay.review.adjudication import Adjudication, Decided, Preserved, Returned
from simulators.small_program import judged, pair, worked

PAIR = pair()
TRIPLE = pair(texts=("a", "b", "c"))
NEITHER, UNCLEAR, PASSED = BothUnacceptable(), InsufficientContext(), Abstained(reason="unsure")


def _say(record: Record, *verdicts: Verdict | int | None) -> list[Judgment]:
    return [judged(record, f"r{number}", verdict) for number, verdict in enumerate(verdicts)]


def _adjudicated(decision: Decided | Preserved | Returned) -> Adjudication:
    return Adjudication(
        record=PAIR.id, judgments=(), decision=decision, cause="expertise", adjudicator="senior"
    )


@pytest.mark.parametrize(
    ("verdicts", "outcome", "candidate"),
    [
        ([0, 0, 1], "prefers", 0),
        ([0, 1], "no_majority", None),
        ([0, 0, Tie(), Tie()], "no_majority", None),
        ([0, 0, Tie(), PASSED], "prefers", 0),
        ([Tie(), Tie(), 1], "tie", None),
        ([NEITHER, NEITHER, 1], "both_unacceptable", None),
        ([UNCLEAR], "insufficient_context", None),
        ([PASSED, PASSED], "unjudged", None),
        ([], "unjudged", None),
        ([None], "unjudged", None),
    ],
)
def test_only_a_strict_majority_for_a_candidate_is_a_winner(
    verdicts: list[Verdict | int | None], outcome: str, candidate: int | None
) -> None:
    """More than half of the answers decide; everything else has its own name and no winner."""
    found = consensus(PAIR, _say(PAIR, *verdicts))
    assert (found.outcome, found.candidate) == (outcome, candidate)


def test_the_distribution_stands_beside_the_outcome() -> None:
    """Every answer is counted under its name, abstentions and unasked verdicts apart."""
    looked = judged(PAIR, "looked", errors=())
    found = consensus(PAIR, [*_say(PAIR, 0, 0, 0, Tie(), PASSED, None), looked])
    assert found.distribution == {"prefers:0": 3, "tie": 1}
    assert (found.people.n_answered, found.people.abstained, found.people.not_asked) == (4, 1, 1)
    assert found.people.judgments == 6


def test_a_share_can_be_asked_for() -> None:
    """Two of three are a majority, but not three quarters."""
    given = _say(PAIR, 0, 0, 1)
    assert consensus(PAIR, given, counting=Counting(share=2 / 3)).outcome == "prefers"
    strict = consensus(PAIR, given, counting=Counting(share=0.75))
    assert (strict.outcome, strict.method) == ("no_majority", "majority/0.75")


def test_models_never_outvote_people() -> None:
    """Any number of models is counted apart; counting them is a choice that must be stated."""
    people = _say(PAIR, 0)
    models = [judged(PAIR, f"m{number}", 1, kind="model") for number in range(5)]
    found = consensus(PAIR, people + models)
    assert (found.outcome, found.candidate) == ("prefers", 0)
    assert found.models.verdicts == {"prefers:1": 5}
    counted = consensus(PAIR, people + models, counting=Counting(kinds=("human", "model")))
    assert counted.candidate == 1


def test_only_the_roles_of_the_layer_count() -> None:
    """A judgment in another role is left out where roles are named."""
    given = [judged(PAIR, "a", 0), judged(PAIR, "b", 1, role="policy_reviewer")]
    assert consensus(PAIR, given, counting=Counting(roles=("policy_reviewer",))).candidate == 1


def test_of_several_occasions_the_last_counts() -> None:
    """One reviewer who judges twice is one voice, and a superseded judgment is none."""
    first = judged(PAIR, "a", 0)
    second = judged(PAIR, "a", 1, occasion=1)
    replaced = judged(PAIR, "b", 0)
    replacing = judged(PAIR, "b", Tie(), supersedes=replaced.id)
    assert effective([second, first, replacing, replaced]) == [second, replacing]


def test_answers_that_nothing_orders_do_not_count() -> None:
    """A reviewer with two answers and no last one is no voice; a time makes one of them the last."""
    one, other = judged(PAIR, "a", 0), judged(PAIR, "a", 1)
    third = judged(PAIR, "b", 0)
    assert effective([one, other, third]) == [third]
    timed = [one.replace(judged_at="2026-02-01"), other.replace(judged_at="2026-01-01")]
    assert effective([*timed, third]) == [timed[0], third]


def test_a_ranking_speaks_for_its_single_best() -> None:
    """Rankings that put one candidate first count for it; the agreed ranking is kept whole."""
    ranks = Ranks(order=((2,), (0, 1)))
    found = consensus(TRIPLE, _say(TRIPLE, ranks, ranks, 0))
    assert (found.outcome, found.candidate) == ("prefers", 2)
    assert found.ranking == ((2,), (0, 1))
    assert found.distribution == {"prefers:0": 1, "ranks:2>0=1": 2}


def test_a_ranking_with_a_shared_top_has_no_winner() -> None:
    """An agreed order whose best group holds two candidates is an order without a winner."""
    found = consensus(TRIPLE, _say(TRIPLE, Ranks(order=((0, 1), (2,)))))
    assert (found.outcome, found.candidate) == ("ranks", None)


@pytest.mark.parametrize(
    ("verdict", "n_candidates", "key"),
    [
        (Ranks(order=((1,), (0,))), 2, "prefers:1"),
        (Ranks(order=((1, 0),)), 2, "tie"),
        (Ranks(order=((1, 0, 2),)), 3, "tie"),
        (Ranks(order=((1, 0), (2,))), 3, "ranks:0=1>2"),
        (Prefers(candidate=1, strength=3), 2, "prefers:1"),
    ],
)
def test_equal_answers_have_one_name(verdict: Verdict, n_candidates: int, key: str) -> None:
    """A ranking of two is a preference or a tie, and ties within a group have no order."""
    assert verdict_key(verdict, n_candidates) == key


def test_a_decision_overrides_and_keeps_the_distribution() -> None:
    """The adjudicator's verdict stands, the method says so, and the judgments stay counted."""
    found = consensus(
        PAIR, _say(PAIR, 0, 0, 1), [_adjudicated(Decided(verdict=Prefers(candidate=1)))]
    )
    assert (found.outcome, found.candidate) == ("prefers", 1)
    assert found.method == "adjudication/decided"
    assert found.distribution == {"prefers:0": 2, "prefers:1": 1}


def test_a_preserved_disagreement_has_no_winner() -> None:
    """Keeping the distribution takes the winner away even where there was a majority."""
    found = consensus(PAIR, _say(PAIR, 0, 0, 1), [_adjudicated(Preserved())])
    assert (found.outcome, found.candidate) == ("preserved", None)
    assert found.distribution == {"prefers:0": 2, "prefers:1": 1}


def test_the_last_adjudication_stands() -> None:
    """A record that was sent back has no winner, until a later decision gives one."""
    returned = _adjudicated(Returned(reason="the task is unclear"))
    decided = _adjudicated(Decided(verdict=Tie()))
    given = _say(PAIR, 0)
    assert consensus(PAIR, given, [decided, returned]).outcome == "returned"
    assert consensus(PAIR, given, [returned, decided]).outcome == "tie"


def test_scores_are_kept_as_distributions() -> None:
    """Values are counted by dimension and candidate; only a majority value is called agreed."""
    scores = [(Scored(value=4), 0), (Scored(value=4), 0), (Scored(value=1), 0)]
    given = [
        judged(
            PAIR,
            f"r{number}",
            scores=(DimensionScore(dimension="clarity", score=score, candidate=candidate),),
        )
        for number, (score, candidate) in enumerate(scores)
    ]
    given.append(
        judged(
            PAIR,
            "r9",
            scores=(
                DimensionScore(dimension="clarity", score=ScoreAbstained(reason="?"), candidate=0),
                DimensionScore(dimension="taste", score=Category(value="yes")),
            ),
        )
    )
    clarity, taste = consensus(PAIR, given).scores
    assert (clarity.dimension, clarity.candidate, clarity.counts) == (
        "clarity",
        0,
        {"1": 1, "4": 2},
    )
    assert (clarity.agreed, clarity.abstained) == ("4", 1)
    assert (taste.candidate, taste.agreed) == (None, "yes")


def test_an_adjudicated_score_is_the_agreed_one() -> None:
    """The decision's score stands beside the distribution that it overrides."""
    score = DimensionScore(dimension="sound", score=Scored(value=1), candidate=0)
    other = DimensionScore(dimension="sound", score=Scored(value=0), candidate=0)
    given = [judged(PAIR, "a", scores=(score,)), judged(PAIR, "b", scores=(other,))]
    decided = _adjudicated(Decided(verdict=NotAsked(), scores=(score,)))
    assert consensus(PAIR, given).scores[0].agreed is None
    found = consensus(PAIR, given, [decided]).scores[0]
    assert (found.agreed, found.counts) == ("1", {"0": 1, "1": 1})


def test_steps_and_rulings_have_their_own_consensus() -> None:
    """Each step and each section is agreed or open by itself; an unlabelled step is absent."""
    record = worked(3)
    bad, good = "bad", "good"
    given = [
        judged(
            record,
            "a",
            step_labels=(
                StepLabel(candidate=0, step=0, label=good),
                StepLabel(candidate=0, step=1, label=bad),
            ),
            rulings=(SectionRuling(section="s1", ruling="violates"),),
        ),
        judged(
            record,
            "b",
            step_labels=(
                StepLabel(candidate=0, step=0, label=good),
                StepLabel(candidate=0, step=1, label=good),
            ),
            rulings=(SectionRuling(section="s1", ruling="violates"),),
        ),
    ]
    found = consensus(record, given)
    assert [(step.step, step.agreed) for step in found.steps] == [(0, "good"), (1, None)]
    assert [(ruling.section, ruling.agreed) for ruling in found.rulings] == [("s1", "violates")]


def test_strengths_are_those_of_the_winner() -> None:
    """How strongly the loser was preferred is not part of how strongly the winner was."""
    given = [
        judged(PAIR, "a", Prefers(candidate=0, strength=3)),
        judged(PAIR, "b", Prefers(candidate=0, strength=1)),
        judged(PAIR, "c", Prefers(candidate=1, strength=2)),
    ]
    assert consensus(PAIR, given).strengths == {1: 1, 3: 1}
