"""The figures of people: answers, pace, drift and known work by pseudonym. They rank nobody."""

from collections.abc import Iterable, Sequence

from assay.contracts.contract import DriftWatch
from assay.contracts.verdict_words import NO_WINNER_WORDS
from assay.quality.estimate import Rate
from assay.quality.figures.figure import (
    SHARES,
    Conditions,
    Figure,
    FigureCell,
    Panel,
    number,
    rate_cells,
    rate_interval,
    short,
    words,
)
from assay.quality.figures.picture import (
    Axis,
    Bar,
    BarPart,
    BarPicture,
    ControlPicture,
    Interval,
    IntervalPicture,
    Tone,
    cut_note,
    first_rows,
)
from assay.quality.pace import Pace
from assay.quality.reviewer_drift import WatchedReviewer
from assay.quality.sections.reviewers import ReviewerRates
from assay.quality.sentinels import SentinelRates
from assay.quality.wording import plain

_SECOND = 1000
_WITHOUT_WINNER = tuple(word.replace("_", " ") for word in NO_WINNER_WORDS)
_ANSWERS = ("chose a candidate", *_WITHOUT_WINNER, "abstained")
_TONES: tuple[Tone, ...] = ("blue", "sky", "orange", "yellow", "pink", "green")

_KIND_TITLES = {
    "abstained": "Declined to judge",
    "first shown": "Chose what was shown first",
    **{kind: kind.capitalize() for kind in _WITHOUT_WINNER},
}


def verdict_figure(rates: Sequence[ReviewerRates]) -> Figure:
    """Kinds of verdict by reviewer, as shares of what each was asked."""
    counted = [(rate, _verdict_counts(rate)) for rate in rates if rate.abstained.trials]
    tones: tuple[Tone, ...] = (*_TONES[: len(_ANSWERS) - 1], "grey")
    picture = BarPicture(
        name="verdicts_by_reviewer",
        title="Verdicts by reviewer",
        parts=tuple(BarPart(name, tone) for name, tone in zip(_ANSWERS, tones, strict=True)),
        bars=first_rows(
            [
                Bar(
                    label=rate.reviewer,
                    lengths=counts,
                    note=f"{rate.abstained.trials} judgments",
                )
                for rate, counts in counted
            ]
        ),
        unit="judgments",
        shares=True,
    )
    return Figure(
        name="verdicts_by_reviewer",
        title="Verdicts by reviewer",
        caption="Shares of the judgments of which a verdict was asked; their number is beside each "
        f"bar. Reviewers see different records, so this ranks nobody.{cut_note(len(counted))}",
        panels=(Panel(picture=picture),) if counted else (),
        columns=("reviewer", "verdict", "judgments", "of"),
        rows=tuple(
            (words(rate.reviewer), words(answer), number(count), number(rate.abstained.trials))
            for rate, counts in counted
            for answer, count in zip(_ANSWERS, counts, strict=True)
        ),
    )


def _verdict_counts(rate: ReviewerRates) -> tuple[int, ...]:
    without_winner = tuple(share.count for _, share in rate.without_winner)
    # Ties are counted among the verdicts given, so their trials are all of those.
    return (rate.tie.trials - sum(without_winner), *without_winner, rate.abstained.count)


def answer_figure(rates: Sequence[ReviewerRates]) -> Figure:
    """Abstentions, open ends and place by reviewer."""
    kinds = ("abstained", "first shown", *_WITHOUT_WINNER)
    return Figure(
        name="answers",
        title="Answers by reviewer",
        caption="Shares with 95 % Wilson intervals. Reviewers see different records, so this ranks "
        "nobody. Who looks only at quality chooses the candidate shown first about every second "
        f"time.{cut_note(len(rates))}",
        panels=tuple(_answer_panels(rates, kinds)),
        columns=("reviewer", "kind", "judgments", "answer", "count", "of", "share", "low", "high"),
        rows=tuple(
            (
                words(rate.reviewer, _by(rate.reviewer)),
                words(rate.kind),
                number(rate.judgments, records=_by(rate.reviewer)),
                words(kind),
                *rate_cells(_rate_of(rate, kind), _by_answer(rate.reviewer, kind)),
            )
            for rate in rates
            for kind in kinds
        ),
        empty="Nobody has judged yet. People join by invitation, and have a seat in the queues of "
        "their role.",
    )


def _answer_panels(rates: Sequence[ReviewerRates], kinds: Sequence[str]) -> Iterable[Panel]:
    for kind in kinds:
        intervals = [
            rate_interval(short(rate.reviewer), _rate_of(rate, kind))
            for rate in rates
            if _rate_of(rate, kind).trials
        ]
        if intervals:
            title = _KIND_TITLES[kind]
            picture = IntervalPicture(
                name=f"answers-{kind.replace(' ', '-')}",
                title=f"{title}, by reviewer",
                intervals=first_rows(intervals),
                axis=SHARES,
            )
            yield Panel(picture=picture, heading=title)


def _rate_of(rates: ReviewerRates, kind: str) -> Rate:
    verdicts = {word.replace("_", " "): share for word, share in rates.without_winner}
    return ({"abstained": rates.abstained, "first shown": rates.first_shown} | verdicts)[kind]


def _by(reviewer: str) -> Conditions:
    return (("reviewer", reviewer),)


def _by_answer(reviewer: str, kind: str) -> Conditions:
    if kind == "first shown":
        return (*_by(reviewer), ("first_shown", "yes"))
    return (*_by(reviewer), ("verdict", kind.replace(" ", "_")))


_PACE = (
    "The point is the median, the line the middle half. Active time counts while the page is "
    "visible and in use; every reviewer knows that it is taken. Records differ in length and "
    "difficulty: this serves design and drift, and pays or punishes nobody."
)
_NO_PACE = "No judgment carries an active time yet: the desk takes it, imported files seldom do."


def pace_figure(paces: Sequence[Pace]) -> Figure:
    """Active time of an item by reviewer."""
    timed = [pace for pace in paces if pace.median_ms is not None]
    most = max([1.0, *((pace.high_ms or pace.median_ms or 0) / _SECOND for pace in timed)])
    picture = IntervalPicture(
        name="pace",
        title="Active time by reviewer",
        intervals=first_rows([_pace_interval(pace) for pace in timed]),
        axis=Axis(low=0, high=most, title="seconds for an item"),
    )
    return Figure(
        name="pace",
        title="Active time of an item by reviewer",
        caption=_PACE + cut_note(len(timed)) if timed else _NO_PACE,
        panels=(Panel(picture=picture),) if timed else (),
        columns=("reviewer", "timed", "not timed", "median seconds", "lower quartile", "upper quartile"),
        rows=tuple(
            (
                words(pace.reviewer, _by(pace.reviewer)),
                number(pace.timed),
                number(pace.untimed),
                *(_second_cell(ms) for ms in (pace.median_ms, pace.low_ms, pace.high_ms)),
            )
            for pace in paces
        ),
        empty=_NO_PACE,
    )  # fmt: skip


def _pace_interval(pace: Pace) -> Interval:
    return Interval(
        label=short(pace.reviewer),
        aside=f"{pace.timed} items",
        value=_in_seconds(pace.median_ms),
        low=_in_seconds(pace.low_ms),
        high=_in_seconds(pace.high_ms),
        note=_spread(pace),
    )


def _spread(pace: Pace) -> str:
    median = f"{(pace.median_ms or 0) / _SECOND:.0f} s"
    if pace.low_ms is None or pace.high_ms is None:
        return median
    return f"{median} ({pace.low_ms / _SECOND:.0f} to {pace.high_ms / _SECOND:.0f})"


def _in_seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / _SECOND


def _second_cell(milliseconds: float | None) -> FigureCell:
    if milliseconds is None:
        return number(None)
    return number(milliseconds / _SECOND, f"{milliseconds / _SECOND:.1f}")


def drift_figure(watched: Sequence[WatchedReviewer], rule: DriftWatch) -> Figure:
    """Control charts by dimension and reviewer."""
    charted = [series for series in watched if series.watch]
    answers = sum(series.values for series in charted)
    return Figure(
        name="drift",
        title="Drift by dimension and reviewer",
        caption="Each line compares a reviewer's scores with the others', against the reviewer's own "
        "past; broken lines are the limits, a diamond is an alarm. A sound reviewer "
        f"raises a false alarm once in {rule.run_length:,} answers on average, so among these "
        f"{answers:,} answers about {answers / rule.run_length:.1f} are to be expected. Series of fewer "
        f"than {rule.least_values} values are in the data and not drawn.",
        panels=tuple(_drift_panel(place, series) for place, series in enumerate(charted)),
        columns=(
            "dimension", "reviewer", "watched on", "values", "without a value", "alarms",
            "last alarm at", "moving since",
        ),
        rows=tuple(_drift_cells(series) for series in watched),
        empty="No reviewer has scored what others scored too. Drift shows from the overlap of passes.",
    )  # fmt: skip


def _drift_panel(place: int, series: WatchedReviewer) -> Panel:
    assert series.watch is not None
    alarms = len(series.watch.signals)
    alarm_words = "no alarm" if not alarms else "1 alarm" if alarms == 1 else f"{alarms} alarms"
    name = f"{plain(series.dimension)} · {short(series.reviewer)}"
    picture = ControlPicture(
        name=f"drift-{place}",
        title=f"{name}: {series.values} values, {alarm_words}",
        statistics=tuple(point.statistic for point in series.watch.points),
        upper=series.watch.upper,
        lower=series.watch.lower,
        signals=tuple(signal.position for signal in series.watch.signals),
    )
    return Panel(picture=picture, heading=name, aside=alarm_words)


def _drift_cells(series: WatchedReviewer) -> tuple[FigureCell, ...]:
    signals = series.watch.signals if series.watch else ()
    last = signals[-1] if signals else None
    return (
        words(series.dimension),
        words(series.reviewer, _by(series.reviewer)),
        words(series.on),
        number(series.values),
        number(series.without),
        number(len(signals)) if series.watch else number(None, "too few values"),
        number(last.position + 1 if last else None),
        number(last.began + 1 if last else None),
    )


def sentinel_figure(rates: Sequence[SentinelRates], *, used_up: int, standing: int) -> Figure:
    """Right answers to known work by reviewer and dimension.

    Args:
        rates: right answers by reviewer and dimension.
        used_up: sentinels that as many people have seen as may.
        standing: all sentinels that were not taken out.
    """
    picture = IntervalPicture(
        name="sentinels",
        title="Right answers to sentinels",
        intervals=first_rows(
            [
                rate_interval(
                    f"{plain(rate.watched.dimension)} · {short(rate.watched.reviewer)}", rate.right
                )
                for rate in rates
            ]
        ),
        axis=SHARES,
    )
    return Figure(
        name="sentinels",
        title="Right answers to known work",
        caption="Sentinels are few for each person and differ in difficulty: the shares rank nobody. "
        f"{used_up} of {standing} have been seen by as many "
        f"people as may: add new ones in their place.{cut_note(len(rates))}",
        panels=(Panel(picture=picture),) if rates else (),
        columns=(
            "reviewer", "dimension", "task family", "right", "of", "share", "low", "high",
            "declined", "unanswered",
        ),
        rows=tuple(
            (
                words(rate.watched.reviewer),
                words(rate.watched.dimension),
                words(rate.watched.family),
                *rate_cells(rate.right),
                number(rate.declined.count),
                number(rate.unanswered),
            )
            for rate in rates
        ),
        empty="No known work is hidden among the queues, so nothing can be said about skill. "
        "Agreement alone does not show who is right.",
    )  # fmt: skip
