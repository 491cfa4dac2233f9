"""Drift: planted drift is found, and sound people raise alarms no more often than stated."""

from collections.abc import Sequence

import numpy as np
import pytest

from assay.core.errors import UsageError
from assay.quality.control_charts import (
    Observation,
    ScoreChart,
    error_chart,
    score_chart,
    watch_errors,
    watch_scores,
)

ERRORS = error_chart(sound=0.05, drifted=0.15, run_length=1000)


@pytest.fixture(scope="module")
def scores() -> ScoreChart:
    """A chart of scores; its width takes a moment to find."""
    return score_chart(run_length=1000)


def _observed(values: Sequence[float] | np.ndarray) -> list[Observation]:
    return [Observation(judgment=f"jud_{at}", value=float(each)) for at, each in enumerate(values)]


def _skewed(draw: np.random.Generator, number: int, shift: float = 0.0) -> np.ndarray:
    """Differences of one reviewer: mostly 0, now and then 1 or 2 above, rarely below; in thirds."""
    plain = draw.choice([0, 1, 2, -1], p=[0.7, 0.15, 0.1, 0.05], size=number)
    return plain + (draw.random(number) < shift) - draw.integers(0, 3, number) / 3


def test_sound_people_alarm_no_more_often_than_stated_on_errors() -> None:
    """400 people with 5 errors in 100 over 1000 answers raise at most the stated alarms."""
    draw = np.random.default_rng(1)
    alarms = [
        len(watch_errors(_observed(draw.random(1000) < 0.05), ERRORS).signals) for _ in range(400)
    ]
    expected = 400 * 1000 / ERRORS.run_length
    assert sum(alarms) < expected + 4 * expected**0.5


def test_sound_people_alarm_no_more_often_than_stated_on_scores(scores: ScoreChart) -> None:
    """The run length holds for skewed differences with many ties, without a sound period named."""
    draw = np.random.default_rng(2)
    alarms = [
        len(watch_scores(_observed(_skewed(draw, 1000)), scores, seed=person).signals)
        for person in range(200)
    ]
    expected = 200 * 1000 / scores.run_length
    assert abs(sum(alarms) - expected) < 4 * expected**0.5


def test_a_person_who_begins_to_err_is_found_about_where_it_began() -> None:
    """From 5 to 15 errors in 100 after 200 answers: found in nine of ten cases, near the place."""
    draw = np.random.default_rng(3)
    found = []
    for _ in range(100):
        wrong = np.concatenate([draw.random(200) < 0.05, draw.random(300) < 0.15])
        late = [each for each in watch_errors(_observed(wrong), ERRORS).signals
                if each.position >= 200]  # fmt: skip
        found += late[:1]
    assert len(found) >= 90
    assert 0 < np.median([each.position - 200 for each in found]) < 2 * ERRORS.delay
    assert abs(np.median([each.began - 200 for each in found])) < 25
    assert {each.direction for each in found} == {"more_errors"}


@pytest.mark.parametrize(("sign", "direction"), [(1, "higher"), (-1, "lower")])
def test_a_person_who_grows_lenient_or_strict_is_found(
    sign: int, direction: str, scores: ScoreChart
) -> None:
    """Every second score one step higher, or lower, from the 200th on is found in nine of ten."""
    draw = np.random.default_rng(4)
    found = []
    for person in range(60):
        values = np.concatenate([_skewed(draw, 200), _skewed(draw, 200, shift=0.6)])
        late = [each for each in watch_scores(_observed(sign * values), scores, seed=person).signals
                if each.position >= 200 and each.direction == direction]  # fmt: skip
        found += late[:1]
    assert len(found) >= 54
    assert abs(np.median([each.began - 200 for each in found])) < 25


def test_a_lasting_difference_is_no_drift(scores: ScoreChart) -> None:
    """Somebody who was always a point stricter raises no alarm for that."""
    draw = np.random.default_rng(5)
    values = _skewed(draw, 300)
    same = watch_scores(_observed(values), scores, seed=1)
    stricter = watch_scores(_observed(values - 1), scores, seed=1)
    assert [each.statistic for each in stricter.points] == pytest.approx(
        [each.statistic for each in same.points]
    )


def test_scores_that_never_differ_raise_no_alarm(scores: ScoreChart) -> None:
    """Only ties: the ranks are chance, and the chart repeats with its seed."""
    watch = watch_scores(_observed([0.0] * 200), scores, seed=7)
    assert len(watch.points) == 200
    assert watch.signals == ()
    assert watch == watch_scores(_observed([0.0] * 200), scores, seed=7)


def test_after_an_alarm_a_chart_starts_anew() -> None:
    """Errors without end alarm again and again, each time from 0."""
    chart = error_chart(sound=0.05, drifted=0.15, run_length=100)
    watch = watch_errors(_observed([1.0] * 20), chart)
    gap = -(-chart.threshold // (chart.step - 1))
    assert [each.position for each in watch.signals] == list(range(gap - 1, 20, gap))
    assert [each.began for each in watch.signals] == list(range(0, 20 - gap + 1, gap))


def test_after_an_alarm_the_new_level_is_the_past() -> None:
    """A shift that lasts alarms once, not again and again."""
    draw = np.random.default_rng(6)
    values = np.concatenate([draw.normal(size=300), draw.normal(3, 1, size=150)])
    chart = score_chart(run_length=20_000)
    signals = watch_scores(_observed(values), chart).signals
    assert len(signals) == 1
    assert 300 <= signals[0].began <= signals[0].position < 330


def test_a_chart_says_its_limits_and_names_each_answer(scores: ScoreChart) -> None:
    """Points carry the judgment; one chart has an upper limit, the other two."""
    errors = watch_errors(_observed([0.0, 1.0]), ERRORS)
    assert [point.judgment for point in errors.points] == ["jud_0", "jud_1"]
    assert (errors.upper, errors.lower) == (ERRORS.threshold, None)
    watch = watch_scores(_observed([0.5]), scores)
    assert watch.upper == -(watch.lower or 0) == scores.limit
    assert watch_scores([], scores).points == ()


def test_a_planned_limit_is_the_lowest_with_its_run_length() -> None:
    """The stated run length is reached, and the next lower limit does not reach it."""
    assert ERRORS.run_length >= 1000
    lower = error_chart(sound=0.05, drifted=0.15, run_length=ERRORS.run_length - 300)
    assert lower.threshold <= ERRORS.threshold
    assert lower.run_length >= ERRORS.run_length - 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"sound": 0.2, "drifted": 0.1, "run_length": 100},
        {"sound": 0.0, "drifted": 0.1, "run_length": 100},
        {"sound": 0.1, "drifted": 0.2, "run_length": 1},
        {"sound": 0.0005, "drifted": 0.001, "run_length": 100},
        {"sound": 0.1, "drifted": 0.11, "run_length": 1e300},
    ],
)
def test_an_impossible_error_chart_is_refused(wrong: dict[str, float]) -> None:
    """Shares the wrong way round, no errors at all, and run lengths out of reach are refused."""
    with pytest.raises(UsageError, match="no control chart"):
        error_chart(**wrong)


@pytest.mark.parametrize(("run_length", "weight"), [(10, 0.05), (1000, 0.0), (1000, 1.5)])
def test_an_impossible_score_chart_is_refused(run_length: float, weight: float) -> None:
    """Run lengths and weights out of range are refused."""
    with pytest.raises(UsageError, match="no control chart"):
        score_chart(run_length=run_length, weight=weight)
