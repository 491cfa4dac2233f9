"""Drift: control charts that show when a person no longer judges as before, and since when.

Two charts. Right and wrong answers on known work go into a Bernoulli CUSUM, scores as differences
to the others' into an EWMA of sequential ranks. Both are planned by their in-control run length:
the mean number of answers of a sound person until a false alarm, which no chart is without. A
hundred sound people on charts of run length 1000 raise one alarm in every ten answers of each.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from functools import cache, lru_cache
from math import log, pi
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np

from assay.core.errors import UsageError, missing_extra

try:
    import scipy  # its parts load when they are first asked for
except ImportError as error:
    raise missing_extra("statistics", "watching reviewers for drift") from error

MOST_STEP = 200
"""Largest gain of one wrong answer: shares of errors below about 1 in 200 need other charts."""

MOST_THRESHOLD = 4000
"""Largest limit of a Bernoulli CUSUM; the exact run length solves as many equations."""

WEIGHT = 0.05
"""Weight of the newest rank: small, for small lasting shifts (Lucas and Saccucci 1990)."""

NODES = 96
"""Nodes of the quadrature; more change no figure of the published tables."""

_STANDARD_NORMAL = NormalDist()

_INSIDE = 1e-12
"""Keeps a rank's share off 0 and 1, which have no normal value."""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that is watched."""

    judgment: str
    """Id of the judgment, so that a point can be traced to its record."""
    value: float
    """1 for a wrong answer and 0 for a right one; or the difference to the others' score."""


class ChartPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a chart."""

    position: int
    """Place of the answer in the series, from 0."""
    judgment: str
    """Id of the judgment."""
    value: float
    """The observation, as the series has it."""
    statistic: float
    """The chart's statistic after this answer."""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm: the chart's limit was reached."""

    position: int
    """Place of the answer that reached it."""
    began: int
    """Place of the first answer since which the statistic has moved this way: where to look first."""
    direction: Literal["more_errors", "higher", "lower"]
    """More errors than before; or scores above or below the others', compared with before."""


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """One series under a control chart."""

    method: str
    """The chart with its parameters."""
    run_length: float
    """Mean number of answers of a sound person until a false alarm, as the limit was computed."""
    upper: float
    """The limit above; an alarm where the statistic reaches it."""
    lower: float | None
    """The limit below; None where only one direction is watched."""
    points: tuple[ChartPoint, ...]
    """All answers in order; after an alarm the statistic starts again."""
    signals: tuple[Signal, ...]
    """The alarms in order."""


class ErrorChart(msgspec.Struct, frozen=True, kw_only=True):
    """A Bernoulli CUSUM: a wrong answer adds `step - 1`, a right one takes 1, never below 0."""

    sound: float
    """Share of wrong answers that is sound."""
    drifted: float
    """Share of wrong answers that is to be found."""
    step: int
    """How many right answers one wrong answer outweighs, with itself."""
    threshold: int
    """The statistic at which the chart alarms, a whole number of right answers."""
    run_length: float
    """Mean number of answers until an alarm at the sound share, exactly."""
    delay: float
    """Mean number of answers until an alarm at the drifted share, exactly, from a start at 0."""


class ScoreChart(msgspec.Struct, frozen=True, kw_only=True):
    """A two-sided EWMA of standard normal values with constant limits."""

    weight: float
    """Weight of the newest value, above 0 to 1."""
    width: float
    """The limits in standard deviations of the statistic."""
    limit: float
    """The limits, in the statistic's own unit, on both sides of 0."""
    run_length: float
    """Mean number of answers until a false alarm."""


def error_chart(*, sound: float, drifted: float, run_length: float) -> ErrorChart:
    """Plan a chart for wrong answers: the lowest limit with at least the stated run length.

    Source: Reynolds and Stoumbos 1999, Journal of Quality Technology 31:87-108. The step is the
    whole number nearest to 1/r, r = r1/r2, of their section on design, so that all states are
    whole numbers and the Markov chain of Brook and Evans 1972 is exact.

    Args:
        sound: share of wrong answers that is sound, between 0 and 1.
        drifted: share of wrong answers that is to be found, above `sound`.
        run_length: least mean number of sound answers until a false alarm, above 1.

    Raises:
        UsageError: for impossible shares or run lengths, or where no limit reaches the run length.
    """
    if not 0 < sound < drifted < 1 or not run_length > 1:
        raise _impossible_chart(
            "give shares with 0 < sound < drifted < 1, and a run length above 1"
        )
    first = -log((1 - drifted) / (1 - sound))
    second = log(drifted * (1 - sound) / (sound * (1 - drifted)))
    step = max(2, round(second / first))
    if step > MOST_STEP:
        raise _impossible_chart(
            f"errors this rare need a step of {step}; watch for more than 1 in 200"
        )
    # The run length grows with the limit, so doubling brackets it and bisection finds the least
    # one in a few dozen solves.
    low, high = 1, 2
    while cusum_run_length(sound, step, high) < run_length:
        low, high = high, high * 2
        if high > MOST_THRESHOLD:
            raise _impossible_chart("no limit is high enough; ask for a shorter run length")
    while low < high:
        middle = (low + high) // 2
        enough = cusum_run_length(sound, step, middle) >= run_length
        low, high = (low, middle) if enough else (middle + 1, high)
    return ErrorChart(
        sound=sound,
        drifted=drifted,
        step=step,
        threshold=low,
        run_length=cusum_run_length(sound, step, low),
        delay=cusum_run_length(drifted, step, low),
    )


@lru_cache(maxsize=512)
def cusum_run_length(share: float, step: int, threshold: int) -> float:
    """Mean number of answers until an alarm, exactly, from a start at 0.

    Source: Brook and Evans 1972, Biometrika 59:539-549: the mean absorption time of the Markov
    chain over the values 0 to `threshold - 1`.

    Args:
        share: share of wrong answers, 0 to 1.
        step: the chart's step, at least 2.
        threshold: the chart's limit, at least 1.
    """
    chain = np.eye(threshold)
    for state in range(threshold):
        chain[state, max(state - 1, 0)] -= 1 - share
        if state + step - 1 < threshold:
            chain[state, state + step - 1] -= share
    if share == 0:
        return float("inf")
    return float(np.linalg.solve(chain, np.ones(threshold))[0])


def watch_errors(answers: Iterable[Observation], chart: ErrorChart) -> Watch:
    """Follow a person's right (0) and wrong (1) answers on known work, in order.

    An alarm's beginning is the first answer since the statistic was last at 0, which is the
    maximum likelihood estimate of the change (Page 1954, Biometrika 41:100-115).
    """
    statistic = began = 0
    points, signals = [], []
    for position, answer in enumerate(answers):
        if statistic == 0:
            began = position
        statistic = max(0, statistic + (chart.step - 1 if answer.value else -1))
        points.append(_point(position, answer, statistic))
        if statistic >= chart.threshold:
            signals.append(Signal(position=position, began=began, direction="more_errors"))
            statistic = 0
    return Watch(
        method=f"bernoulli-cusum/step {chart.step}",
        run_length=chart.run_length,
        upper=chart.threshold,
        lower=None,
        points=tuple(points),
        signals=tuple(signals),
    )


@lru_cache(maxsize=8)
def score_chart(*, run_length: float, weight: float = WEIGHT) -> ScoreChart:
    """Plan a chart for differences of scores, with the stated run length.

    Args:
        run_length: mean number of sound answers until a false alarm, 20 to 100,000.
        weight: weight of the newest value, 0.02 to 1.

    Raises:
        UsageError: for a run length or a weight out of range.
    """
    if not 20 <= run_length <= 100_000 or not 0.02 <= weight <= 1:  # noqa: PLR2004 - see Args
        raise _impossible_chart("give a run length from 20 to 100,000 and a weight from 0.02 to 1")
    width = float(
        scipy.optimize.brentq(
            lambda width: log(ewma_run_length(width, weight) / run_length), 0.5, 6, xtol=1e-8
        )
    )
    return ScoreChart(
        weight=weight,
        width=width,
        limit=width * (weight / (2 - weight)) ** 0.5,
        run_length=ewma_run_length(width, weight),
    )


def ewma_run_length(width: float, weight: float, *, shift: float = 0.0) -> float:
    """Mean number of normal values until an EWMA leaves its limits, from a start at 0.

    Source: Crowder 1987, Technometrics 29:401-407: the Fredholm equation of the run length, by the
    Nystrom method with Gauss-Legendre nodes.

    Args:
        width: the limits in standard deviations of the statistic.
        weight: weight of the newest value.
        shift: mean of the values, in their standard deviations.
    """
    limit = width * (weight / (2 - weight)) ** 0.5
    nodes, weights = _quadrature()
    at = limit * nodes

    def kernel(start: np.ndarray) -> np.ndarray:
        moved = (at - (1 - weight) * start[:, None]) / weight
        density: np.ndarray = _normal_density(moved - shift) * limit * weights / weight
        return density

    lengths = np.linalg.solve(np.eye(NODES) - kernel(at), np.ones(NODES))
    return float(1 + (kernel(np.zeros(1)) @ lengths)[0])


@cache
def _quadrature() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre on [-1, 1], which a chart asks for ten times."""
    return np.polynomial.legendre.leggauss(NODES)


def _normal_density(values: np.ndarray) -> np.ndarray:
    density: np.ndarray = np.exp(-np.square(values) / 2) / (2 * pi) ** 0.5
    return density


def watch_scores(differences: Iterable[Observation], chart: ScoreChart, *, seed: int = 0) -> Watch:
    """Follow a person's distance from the others' scores, in order, against the person's past.

    Each difference becomes its rank among all of the person's so far, ties broken at random, and
    the rank a normal value. As long as nothing changes these are independent and standard normal,
    whatever the scale and however skewed the differences; so the run length holds exactly and no
    sound period must be named beforehand. Lasting leniency is not drift. The first few dozen
    answers can show little, for there is no past to compare with; after an alarm the past starts
    again as well.

    Source: sequential normal scores, Conover, Tercero-Gomez, Cordero-Franco 2017, Sequential
    Analysis 36:397-414, with ties broken at random. An alarm's beginning is the first answer since
    the statistic last changed its sign (Nishina 1992, Statistics and Probability Letters
    15:289-293).

    Args:
        differences: the person's score minus the others' mean, one a judgment.
        chart: the chart.
        seed: seed of the random ties.
    """
    draw = np.random.default_rng(seed)
    statistic, began = 0.0, 0
    past: list[float] = []
    points: list[ChartPoint] = []
    signals: list[Signal] = []
    for position, difference in enumerate(differences):
        # The rank is among all answers so far, this one included: its place among n is then
        # uniform, and the very first answer has one.
        insort(past, difference.value)
        below, upto = bisect_left(past, difference.value), bisect_right(past, difference.value)
        share = draw.uniform(_INSIDE, 1 - _INSIDE)
        score = _STANDARD_NORMAL.inv_cdf((below + (upto - below) * share) / len(past))
        moved = (1 - chart.weight) * statistic + chart.weight * score
        # A change of sign, and the start at 0, begin a new run: an alarm is dated back to it.
        if moved * statistic <= 0:
            began = position
        statistic = moved
        points.append(_point(position, difference, statistic))
        if abs(statistic) >= chart.limit:
            direction: Literal["higher", "lower"] = "higher" if statistic > 0 else "lower"
            signals.append(Signal(position=position, began=began, direction=direction))
            statistic = 0.0
            # After a change, old differences are no reference any more; the new level becomes the
            # person's own.
            past.clear()
    return Watch(
        method=f"sequential-rank-ewma/weight {chart.weight:g}",
        run_length=chart.run_length,
        upper=chart.limit,
        lower=-chart.limit,
        points=tuple(points),
        signals=tuple(signals),
    )


def _point(position: int, observation: Observation, statistic: float) -> ChartPoint:
    return ChartPoint(
        position=position,
        judgment=observation.judgment,
        value=observation.value,
        statistic=float(statistic),
    )


def _impossible_chart(hint: str) -> UsageError:
    return UsageError(
        code="impossible-chart",
        message="no control chart has these parameters",
        where="drift",
        hint=hint,
    )
