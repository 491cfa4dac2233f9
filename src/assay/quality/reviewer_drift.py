"""Drift by reviewer: one control chart for each person and dimension, all planned alike."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from assay.contracts.contract import DriftWatch
from assay.quality.control_charts import Watch, error_chart, score_chart, watch_errors, watch_scores
from assay.quality.watched_series import difference_series, error_series
from assay.records.judgment import Judgment
from assay.review.sentinel import SentinelAnswer


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
    *,
    rule: DriftWatch,
) -> tuple[WatchedReviewer, ...]:
    """A chart for each person and dimension, by dimension and then by pseudonym.

    Args:
        judgments: judgments in their order of entry.
        dimensions: the dimensions, in the rubric's order; those without numbers give no chart.
        answers: answers to sentinels, in their order.
        rule: the contract's `review.drift`.
    """
    all_judgments = list(judgments)
    chart = score_chart(run_length=rule.run_length)
    watched = [
        WatchedReviewer(
            reviewer=reviewer,
            dimension=dimension,
            on="scores",
            values=len(series.observations),
            without=series.without,
            watch=watch_scores(series.observations, chart)
            if len(series.observations) >= rule.least_values
            else None,
        )
        for dimension in dimensions
        for reviewer, series in difference_series(all_judgments, dimension).items()
        if series.observations
    ]
    return (*watched, *_sentinels(answers, rule))


def _sentinels(answers: Sequence[SentinelAnswer], rule: DriftWatch) -> Iterable[WatchedReviewer]:
    if not answers:
        return ()
    chart = error_chart(
        sound=rule.sound_share, drifted=rule.drifted_share, run_length=rule.run_length
    )
    return [
        WatchedReviewer(
            reviewer=watched.reviewer,
            dimension=watched.dimension,
            on="sentinels",
            values=len(series.observations),
            without=series.without,
            watch=watch_errors(series.observations, chart)
            if len(series.observations) >= rule.least_values
            else None,
        )
        for watched, series in error_series(answers).items()
    ]
