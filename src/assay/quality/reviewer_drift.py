"""Drift by reviewer: one control chart for each person and dimension, all planned alike."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from assay.quality.drift import Watch, error_chart, score_chart, watch_errors, watch_scores
from assay.quality.watched_series import ReviewerSeries, difference_series, error_series
from assay.records.judgment import Judgment
from assay.review.sentinel import SentinelAnswer

RUN_LENGTH = 1000
"""Mean number of sound answers on one chart until a false alarm (a convention)."""

LEAST_VALUES = 20
"""Values below which no chart is drawn: a short past shows nothing (a convention)."""

SOUND = 0.1
"""Share of wrong answers to sentinels that is sound (a convention)."""

DRIFTED = 0.3
"""Share of wrong answers to sentinels that is to be found (a convention)."""


class WatchedReviewer(msgspec.Struct, frozen=True, kw_only=True):
    """One person on one dimension under a control chart."""

    reviewer: str
    """Pseudonym of the person under watch."""
    dimension: str
    """The dimension; `verdict` for the overall answer to sentinels."""
    on: Literal["scores", "sentinels"]
    """What is watched: differences to the others' scores, or answers to known work."""
    values: int
    """Values in the series."""
    without: int
    """Judgments that were asked and have no value."""
    watch: Watch | None
    """The chart; None where there are too few values."""


def watch_by_reviewer(
    judgments: Iterable[Judgment],
    dimensions: Iterable[str],
    answers: Sequence[SentinelAnswer] = (),
) -> tuple[WatchedReviewer, ...]:
    """A chart for each person and dimension, by dimension and then by pseudonym.

    Args:
        judgments: judgments in their order of entry.
        dimensions: the dimensions, in the rubric's order; those without numbers give no chart.
        answers: answers to sentinels, in their order.
    """
    all_judgments = list(judgments)
    chart = score_chart(run_length=RUN_LENGTH)
    watched = [
        _watched_reviewer(reviewer, dimension, series, watch_scores(series.observations, chart))
        for dimension in dimensions
        for reviewer, series in difference_series(all_judgments, dimension).items()
        if series.observations
    ]
    return (*watched, *_sentinels(answers))


def _sentinels(answers: Sequence[SentinelAnswer]) -> Iterable[WatchedReviewer]:
    if not answers:
        return ()
    chart = error_chart(sound=SOUND, drifted=DRIFTED, run_length=RUN_LENGTH)
    return [
        WatchedReviewer(
            reviewer=watched.reviewer,
            dimension=watched.dimension,
            on="sentinels",
            values=len(series.observations),
            without=series.without,
            watch=watch_errors(series.observations, chart)
            if len(series.observations) >= LEAST_VALUES
            else None,
        )
        for watched, series in error_series(answers).items()
    ]


def _watched_reviewer(
    reviewer: str, dimension: str, series: ReviewerSeries, watch: Watch
) -> WatchedReviewer:
    values = len(series.observations)
    return WatchedReviewer(
        reviewer=reviewer,
        dimension=dimension,
        on="scores",
        values=values,
        without=series.without,
        watch=watch if values >= LEAST_VALUES else None,
    )
