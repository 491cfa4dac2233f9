"""What drift is watched on, and sentinel outcomes as shares."""

from assay.quality.sentinels import sentinel_rates
from assay.quality.watched_series import difference_series, error_series
from assay.records.judgment import Reviewer
from assay.records.verdict import Abstained, DimensionScore, Prefers, ScoreAbstained, Scored
from assay.review.sentinel import Sentinel, answers_to, count
from simulators.known_work import answer, key, records

RECORDS = records(4)
SENTINELS = [Sentinel(key=key(record), family="sums", retired_after=9) for record in RECORDS]


def test_errors_come_in_the_order_of_the_answers() -> None:
    """Wrong is 1, right is 0; an abstention is counted beside and is neither."""
    given = [
        answer(RECORDS[0]),
        answer(RECORDS[1], verdict=Prefers(candidate=1)),
        answer(RECORDS[2], verdict=Abstained(reason="hm")),
        answer(RECORDS[3]),
    ]
    found = {each.dimension: it for each, it in error_series(answers_to(given, SENTINELS)).items()}
    assert [each.value for each in found["verdict"].observations] == [0, 1, 0]
    assert [each.judgment for each in found["verdict"].observations] == [
        given[0].id, given[1].id, given[3].id,
    ]  # fmt: skip
    assert found["verdict"].without == 1
    assert [each.value for each in found["clarity"].observations] == [0, 0, 0, 0]


def test_a_difference_is_to_the_mean_of_the_others() -> None:
    """The person's own score is no part of what it is compared with."""
    given = [
        answer(RECORDS[0], "ada", clarity=5),
        answer(RECORDS[0], "bob", clarity=3),
        answer(RECORDS[0], "cem", clarity=2),
        answer(RECORDS[1], "ada", clarity=1),
    ]
    found = difference_series(given, "clarity")
    assert [each.value for each in found["ada"].observations] == [2.5]
    assert found["ada"].without == 1
    assert [each.value for each in found["cem"].observations] == [-2.0]
    assert difference_series(given, "taste") == {}


def test_two_scores_of_one_judgment_give_one_difference() -> None:
    """Candidates are averaged within the judgment; fractions count as they are."""
    second = DimensionScore(dimension="clarity", candidate=1, score=Scored(value=5, denominator=2))
    given = [
        answer(RECORDS[0], "ada", scores=(*answer(RECORDS[0], clarity=5).scores, second)),
        answer(
            RECORDS[0],
            "bob",
            scores=(*answer(RECORDS[0], clarity=4).scores,
                    DimensionScore(dimension="clarity", candidate=1, score=Scored(value=2))),
        ),
    ]  # fmt: skip
    found = difference_series(given, "clarity")
    assert [each.value for each in found["ada"].observations] == [0.75]


def test_models_superseded_answers_and_abstentions_are_no_values() -> None:
    """A model's score is no part of the others' mean, and what was replaced does not count."""
    first = answer(RECORDS[0], "ada", clarity=1)
    model = Reviewer(pseudonym="a-model", kind="model", role="reviewer")
    declined = DimensionScore(
        dimension="clarity", candidate=0, score=ScoreAbstained(reason="unsure")
    )
    given = [
        first,
        answer(RECORDS[0], "ada", clarity=4, supersedes=first.id),
        answer(RECORDS[0], "bob", clarity=4),
        answer(RECORDS[0], clarity=1).replace(reviewer=model),
        answer(RECORDS[0], "cem", scores=(declined,)),
    ]
    found = difference_series(given, "clarity")
    assert [each.value for each in found["ada"].observations] == [0.0]
    assert found["cem"].without == 1
    assert "a-model" not in found


def test_shares_carry_intervals_and_denominators() -> None:
    """Abstentions are a share of their own; a person who always declined has no share of right."""
    given = [answer(record) for record in RECORDS[:3]]
    given += [answer(RECORDS[3], verdict=Abstained(reason="hm"), clarity=None)]
    given += [answer(RECORDS[0], "bob", verdict=Abstained(reason="hm"), clarity=None)]
    found = {
        (each.watched.reviewer, each.watched.dimension): each
        for each in sentinel_rates(count(answers_to(given, SENTINELS)))
    }
    ada = found["ada", "verdict"]
    assert (ada.right.count, ada.right.trials) == (3, 3)
    assert ada.right.low is not None
    assert 0.4 < ada.right.low < 0.5
    assert (ada.declined.count, ada.declined.trials) == (1, 4)
    assert found["ada", "clarity"].unanswered == 1
    assert found["bob", "verdict"].right.reason == "no_trials"
