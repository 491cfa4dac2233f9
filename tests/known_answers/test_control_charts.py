"""Known answers for control charts and for shares of right answers."""

import numpy as np
import pytest

from assay.quality.control_charts import (
    ErrorChart,
    Observation,
    cusum_run_length,
    ewma_run_length,
    score_chart,
    watch_errors,
)


@pytest.mark.parametrize(
    ("threshold", "share", "expected"),
    [
        (25, 0.05, 607.6542242),
        (25, 0.10, 88.15538894),
        (25, 0.20, 23.01587089),
        (35, 0.05, 2632.225497),
        (35, 0.10, 162.4857658),
        (35, 0.20, 33.16658793),
    ],
)
def test_the_run_length_of_a_bernoulli_cusum_is_that_of_its_markov_chain(
    threshold: int, share: float, expected: float
) -> None:
    """With a step of 10 the run lengths are those of two other programs' Markov chains.

    Source: the method of Brook and Evans 1972; figures from R and from numpy, apart from ours.
    """
    assert cusum_run_length(share, 10, threshold) == pytest.approx(expected, rel=1e-9)


def test_two_errors_in_a_row_have_a_run_length_in_closed_form() -> None:
    """A step of 2 and a limit of 2: an alarm at the second error running, after 1/p + 1/p^2 answers.

    Source: Feller 1968, XIII.7, for runs of length 2; a right answer takes the statistic to 0.
    """
    for share in (0.1, 0.5, 0.9):
        expected = 1 / share + 1 / share**2
        assert cusum_run_length(share, 2, 2) == pytest.approx(expected, rel=1e-12)


def test_a_limit_of_one_alarms_at_the_first_error() -> None:
    """Then the run length is that of the geometric distribution, and without errors there is none."""
    assert cusum_run_length(0.2, 5, 1) == pytest.approx(5)
    assert cusum_run_length(0.0, 5, 1) == float("inf")


def test_the_path_of_a_bernoulli_cusum_can_be_followed_by_hand() -> None:
    """Ten right answers, then five errors in ten: the statistic reaches 30 at the last of them."""
    wrong = [0] * 10 + [1, 0, 0, 1, 0, 0, 0, 1, 0, 1]
    answers = [Observation(judgment=f"jud_{at}", value=value) for at, value in enumerate(wrong)]
    chart = ErrorChart(
        sound=0.05, drifted=0.15, step=10, threshold=25, run_length=607.65, delay=40.0
    )
    watch = watch_errors(answers, chart)
    path = [0] * 10 + [9, 8, 7, 16, 15, 14, 13, 22, 21, 30]
    assert [point.statistic for point in watch.points] == path
    assert [(each.position, each.began) for each in watch.signals] == [(19, 10)]


LUCAS_SACCUCCI = {
    (0.05, 2.615): (500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2, 3.5),
    (0.10, 2.814): (500, 106, 31.3, 15.9, 10.3, 6.1, 4.4, 2.9),
    (0.25, 2.998): (500, 170, 48.2, 20.1, 11.1, 5.5, 3.6, 2.3),
    (0.40, 3.054): (500, 224, 71.2, 28.4, 14.3, 5.9, 3.5, 2.0),
}
"""(weight, width) -> run lengths at shifts of 0, .25, .5, .75, 1, 1.5, 2 and 3.

Source: Lucas and Saccucci 1990, Technometrics 32:1-12, as tabled in Montgomery, Introduction to
Statistical Quality Control, chapter on CUSUM and EWMA charts.
"""


@pytest.mark.parametrize(("weight", "width"), LUCAS_SACCUCCI)
def test_the_run_lengths_of_the_published_ewma_table(weight: float, width: float) -> None:
    """Every figure of the table to the digits printed, widths themselves being rounded."""
    shifts = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3)
    for shift, expected in zip(shifts, LUCAS_SACCUCCI[weight, width], strict=True):
        found = ewma_run_length(width, weight, shift=shift)
        assert found == pytest.approx(expected, rel=0.004, abs=0.06)


def test_with_the_whole_weight_an_ewma_is_shewharts_chart() -> None:
    """At three standard deviations the run length is 1 / P(|Z| > 3) = 370.4."""
    assert ewma_run_length(3.0, 1.0) == pytest.approx(370.398, abs=0.01)


@pytest.mark.parametrize(("weight", "width"), LUCAS_SACCUCCI)
def test_a_score_chart_of_500_has_the_published_width(weight: float, width: float) -> None:
    """Planning backwards from the run length finds the table's limits."""
    assert score_chart(run_length=500, weight=weight).width == pytest.approx(width, abs=1e-3)


def test_the_run_length_of_a_cusum_agrees_with_a_simulation() -> None:
    """4000 simulated series alarm after as many answers in the mean as the chain says."""
    draw = np.random.default_rng(3)
    statistic = np.zeros(4000, dtype=int)
    lengths = np.zeros(4000)
    running = np.ones(4000, dtype=bool)
    while running.any():
        wrong = draw.random(4000) < 0.2
        statistic = np.maximum(0, statistic + np.where(wrong, 9, -1))
        lengths += running
        running &= statistic < 25
    exact = cusum_run_length(0.2, 10, 25)
    assert abs(lengths.mean() - exact) < 4 * lengths.std() / 4000**0.5
