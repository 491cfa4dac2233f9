"""A chart for each person and dimension."""

from assay.quality.reviewer_drift import LEAST_VALUES, watch_by_reviewer
from assay.records.verdict import Prefers
from assay.review.sentinel import Sentinel, answers_to
from simulators.known_work import answer, key, records

MANY = records(200)


def test_a_person_who_changes_raises_an_alarm_and_others_do_not() -> None:
    """One of three scores two points lower from the hundredth item on, and is found after it."""
    given = []
    for number, record in enumerate(MANY):
        usual = 3 + number % 2
        given += [
            answer(record, "ada", clarity=usual),
            answer(record, "bob", clarity=3 + (number // 2) % 2),
            answer(record, "cem", clarity=usual - (2 if number >= 100 else 0)),
        ]
    found = {each.reviewer: each for each in watch_by_reviewer(given, ["clarity"])}
    assert list(found) == ["ada", "bob", "cem"]
    watch = found["cem"].watch
    assert watch
    assert watch.signals[0].direction == "lower"
    assert 100 <= watch.signals[0].position < 140
    assert found["cem"].values == 200


def test_a_short_series_has_no_chart_and_is_named() -> None:
    """What is too short to show anything is in the list, with its length."""
    given = []
    for record in MANY[: LEAST_VALUES - 1]:
        given += [answer(record, "ada"), answer(record, "bob", clarity=4)]
    found = watch_by_reviewer(given, ["clarity", "taste"])
    assert [(each.reviewer, each.values, each.watch) for each in found] == [
        ("ada", LEAST_VALUES - 1, None),
        ("bob", LEAST_VALUES - 1, None),
    ]


def test_wrong_answers_to_known_work_are_watched_too() -> None:
    """Right at first, always wrong later: the chart of errors says since when."""
    sentinels = [Sentinel(key=key(record), family="sums", retired_after=9) for record in MANY[:60]]
    given = [
        answer(record, verdict=Prefers(candidate=int(number >= 30)))
        for number, record in enumerate(MANY[:60])
    ]
    found = watch_by_reviewer(given, [], answers_to(given, sentinels))
    verdict = next(each for each in found if each.dimension == "verdict")
    assert verdict.on == "sentinels"
    assert verdict.watch
    assert verdict.watch.signals[0].began == 30
