"""Pace: the active time of one item by reviewer, as median and middle half.

Times are coarse and records differ in length and difficulty, so they serve design and drift, and
rank nobody.
"""

from collections import defaultdict
from collections.abc import Iterable
from statistics import median, quantiles

import msgspec

from assay.records.judgment import Judgment


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long one person takes for an item. `timed + untimed` is every judgment of the person."""

    reviewer: str
    """Pseudonym of the person."""
    timed: int
    """Judgments with an active time."""
    untimed: int
    """Judgments without one, such as imported ones; in no figure."""
    median_ms: float | None
    """Median active time in milliseconds; None where nothing was timed."""
    low_ms: float | None
    """First quartile in milliseconds; None where fewer than two were timed."""
    high_ms: float | None
    """Third quartile in milliseconds; None where fewer than two were timed."""


def paces(judgments: Iterable[Judgment]) -> tuple[Pace, ...]:
    """How long each person takes for an item; sorted by pseudonym.

    Every judgment of a person counts, revisions too, for each took its time. Quartiles are those
    of definition 7 of Hyndman and Fan 1996, The American Statistician 50:361-365.

    Args:
        judgments: judgments in any order; those of models are left out.
    """
    times: dict[str, list[int]] = defaultdict(list)
    untimed: dict[str, int] = defaultdict(int)
    for judgment in judgments:
        if judgment.reviewer.automatic:
            continue
        person = judgment.reviewer.pseudonym
        if judgment.active_ms is None:
            untimed[person] += 1
        else:
            times[person].append(judgment.active_ms)
    return tuple(
        _pace(person, times.get(person, []), untimed.get(person, 0))
        for person in sorted({*times, *untimed})
    )


def _pace(person: str, times: list[int], untimed: int) -> Pace:
    spread = quantiles(times, n=4, method="inclusive") if len(times) > 1 else None
    return Pace(
        reviewer=person,
        timed=len(times),
        untimed=untimed,
        median_ms=float(median(times)) if times else None,
        low_ms=spread[0] if spread else None,
        high_ms=spread[2] if spread else None,
    )
