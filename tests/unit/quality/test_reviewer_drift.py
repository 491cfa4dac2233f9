"""A chart for each person and dimension."""

import pytest
from pydantic import ValidationError

from assay.contracts.contract import DriftWatch
from assay.quality.reviewer_drift import watch_by_reviewer
from assay.records.verdict import Prefers
from assay.review.sentinel import Sentinel, answers_to
from simulators.known_work import answer, key, records

MANY = records(200)
RULE = DriftWatch()


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
    found = {each.reviewer: each for each in watch_by_reviewer(given, ["clarity"], rule=RULE)}
    assert list(found) == ["ada", "bob", "cem"]
    watch = found["cem"].watch
    assert watch
    assert watch.signals[0].direction == "lower"
    assert 100 <= watch.signals[0].position < 140
    assert found["cem"].values == 200


def test_a_short_series_has_no_chart_and_is_named() -> None:
    """What is too short to show anything is in the list, with its length."""
    given = []
    for record in MANY[: RULE.least_values - 1]:
        given += [answer(record, "ada"), answer(record, "bob", clarity=4)]
    found = watch_by_reviewer(given, ["clarity", "taste"], rule=RULE)
    assert [(each.reviewer, each.values, each.watch) for each in found] == [
        ("ada", RULE.least_values - 1, None),
        ("bob", RULE.least_values - 1, None),
    ]


def test_wrong_answers_to_known_work_are_watched_too() -> None:
    """Right at first, always wrong later: the chart of errors says since when."""
    sentinels = [Sentinel(key=key(record), family="sums", retired_after=9) for record in MANY[:60]]
    given = [
        answer(record, verdict=Prefers(candidate=int(number >= 30)))
        for number, record in enumerate(MANY[:60])
    ]
    found = watch_by_reviewer(given, [], answers_to(given, sentinels), rule=RULE)
    verdict = next(each for each in found if each.dimension == "verdict")
    assert verdict.on == "sentinels"
    assert verdict.watch
    assert verdict.watch.signals[0].began == 30


def test_the_contract_says_from_how_many_values_a_chart_is_drawn() -> None:
    """Twelve answers have a chart where the contract asks for twelve, and none where for thirteen."""
    judgments = [
        judgment
        for record in MANY[:12]
        for judgment in (answer(record, "ada"), answer(record, "bob", clarity=4))
    ]
    drawn, left_out = (
        watch_by_reviewer(judgments, ["clarity"], rule=DriftWatch(least_values=least))
        for least in (12, 13)
    )
    assert all(series.watch for series in drawn)
    assert not any(series.watch for series in left_out)


def test_the_contract_says_how_rare_a_false_alarm_is() -> None:
    """A longer run length widens the limits of a chart."""
    judgments = [
        judgment
        for record in MANY[:30]
        for judgment in (answer(record, "ada"), answer(record, "bob", clarity=4))
    ]
    limits = []
    for run_length in (50, 1000, 10_000):
        series = watch_by_reviewer(judgments, ["clarity"], rule=DriftWatch(run_length=run_length))
        assert series[0].watch
        limits.append(series[0].watch.upper)
    assert limits == sorted(set(limits))


@pytest.mark.parametrize("run_length", [50, 10_000])
@pytest.mark.parametrize(("sound", "drifted"), [(0.02, 0.05), (0.02, 0.9), (0.4, 0.43), (0.4, 0.9)])
def test_every_rule_that_a_contract_may_state_can_be_planned(
    run_length: int, sound: float, drifted: float
) -> None:
    """The corners of the permitted ranges have a chart."""
    sentinels = [Sentinel(key=key(record), family="sums", retired_after=9) for record in MANY[:60]]
    judgments = [answer(record, verdict=Prefers(candidate=0)) for record in MANY[:60]]
    rule = DriftWatch(run_length=run_length, sound_share=sound, drifted_share=drifted)
    series = watch_by_reviewer(judgments, [], answers_to(judgments, sentinels), rule=rule)
    assert all(watched.watch and watched.watch.run_length >= run_length for watched in series)


def test_shares_that_no_chart_can_tell_apart_are_refused() -> None:
    """The drifted share lies at least 0.03 above the sound one."""
    with pytest.raises(ValidationError, match="drifted_share must be at least"):
        DriftWatch(sound_share=0.2, drifted_share=0.22)
