"""The figures on agreement and on reviewers: what each shows, and of which numbers it is made."""

from collections.abc import Iterator, Sequence

from assay.contracts.contract import DriftWatch
from assay.contracts.verdict_words import NO_WINNER_WORDS
from assay.desk.overview import AgreementStanding, HeldQualification, ReviewersStanding
from assay.quality.agreement import Agreement
from assay.quality.estimate import Estimate, Rate
from assay.quality.pace import Pace
from assay.quality.reviewer_drift import WatchedReviewer
from assay.quality.sections.questions import MIN_SLICE_ITEMS, ReportQuestion, SliceAgreement
from assay.quality.sections.reviewers import ReviewerRates
from assay.quality.sentinels import SentinelRates
from assay.quality.wording import number as decimals
from assay.quality.wording import plain, undefined_text
from assay.web import drawing
from assay.web.drawing import AxisScale, DrawnInterval
from assay.web.pages.figures import (
    Figure,
    FigureCell,
    Panel,
    inside,
    number,
    records,
    short,
    words,
)
from assay.web.pages.overview_figures import SHARES, rate_cells, rate_row

_ESTIMATES = ("value", "low", "high", "items", "answers", "undefined because")
_SECOND = 1000


def agreement_figures(found: AgreementStanding) -> tuple[Figure, ...]:
    """The figures on agreement."""
    return (question_figure(found), slice_figure(found))


def question_figure(found: AgreementStanding) -> Figure:
    """The three numbers of agreement by question."""
    asked = list(_asked(found))
    every = [each for _, _, agreed in asked for _, each in _three(agreed)]
    scale = _scale(every)
    return Figure(
        name="agreement",
        title="Agreement by question",
        caption="Krippendorff's alpha, Gwet's AC and percent agreement. 1 is full agreement; at 0 alpha "
        "and AC are what chance gives. Read the three together: where nearly all answers are equal, alpha is low beside a high "
        f"percent agreement. Lines are {found.level:.0%} bootstrap intervals over items.",
        panels=tuple(
            Panel(
                svg=drawing.intervals(
                    f"agreement-{key}", f"Agreement: {name}", [_row(*each) for each in _three(agreed)], scale
                ),
                title=name,
                aside=f"{agreed.alpha.n_raters} reviewers",
            )
            for name, key, agreed in asked
        ),
        columns=("question", "coefficient", *_ESTIMATES, "records"),
        rows=tuple(
            (
                words(name),
                words(coefficient),
                *_estimate_cells(each),
                words("where people differ", records(("differ", key))),
            )
            for name, key, agreed in asked
            for coefficient, each in _three(agreed)
        ),
        empty="Nobody has judged yet. Agreement needs records that several people judge: the "
        "contract's layers of review say how many.",
    )  # fmt: skip


def slice_figure(found: AgreementStanding) -> Figure:
    """Krippendorff's alpha by question and slice."""
    sliced = [(name, key, slices) for name, key, slices in _sliced(found) if slices]
    every = [each.alpha for _, _, slices in sliced for each in slices if each.alpha]
    scale = _scale(every)
    return Figure(
        name="slices",
        title="Agreement by question and slice",
        caption="Krippendorff's alpha within each slice of the contract's axes. Slices whose "
        "answers are spread differently do not compare. A slice with fewer than "
        f"{MIN_SLICE_ITEMS} items is named and not computed; questions that have only such slices "
        "are in the data and not drawn.",
        panels=tuple(
            Panel(
                svg=drawing.intervals(
                    f"slices-{key}", f"Alpha by slice: {name}", [_slice_row(each) for each in slices], scale
                ),
                title=name,
            )
            for name, key, slices in sliced
            if any(each.alpha for each in slices)
        ),
        columns=("question", "axis", "slice", *_ESTIMATES, "records"),
        rows=tuple(
            (
                words(name),
                words(each.axis),
                words(each.value),
                *_slice_cells(each),
                words(
                    "where people differ",
                    records(("differ", key), *inside({each.axis: each.value})),
                ),
            )
            for name, key, slices in sliced
            for each in slices
        ),
        empty="No slice has an item with two answers yet.",
    )  # fmt: skip


def reviewer_figures(found: ReviewersStanding) -> tuple[Figure, ...]:
    """The figures on reviewers."""
    return (
        answer_figure(found.rates),
        pace_figure(found.paces),
        drift_figure(found.drift, found.drift_rule),
        sentinel_figure(
            found.sentinels, used_up=found.sentinels_used_up, standing=found.sentinels_standing
        ),
        qualification_figure(found.qualifications),
    )


def answer_figure(rates: Sequence[ReviewerRates]) -> Figure:
    """Abstentions, open ends and place by reviewer."""
    kinds = ("abstained", "first shown", *_WITHOUT_WINNER)
    panels = []
    for kind in kinds:
        asked = [each for each in rates if _share(each, kind).trials]
        rows = [rate_row(short(each.reviewer), _share(each, kind)) for each in asked]
        if rows:
            title = _KIND_TITLES[kind]
            svg = drawing.intervals(kind.replace(" ", "-"), f"{title}, by reviewer", rows, SHARES)
            panels.append(Panel(svg=svg, title=title))
    return Figure(
        name="answers",
        title="Answers by reviewer",
        caption="Shares with 95 % Wilson intervals. Reviewers see different records, so this ranks "
        "nobody. Who looks only at quality chooses the candidate shown first about every second time.",
        panels=tuple(panels),
        columns=("reviewer", "kind", "judgments", "answer", "count", "of", "share", "low", "high"),
        rows=tuple(
            (
                words(each.reviewer, records(("reviewer", each.reviewer))),
                words(each.kind),
                number(each.judgments, href=records(("reviewer", each.reviewer))),
                words(kind),
                *rate_cells(_share(each, kind), _answer_link(each.reviewer, kind)),
            )
            for each in rates
            for kind in kinds
        ),
        empty="Nobody has judged yet. People join by invitation, and have a seat in the queues of their role.",
    )


_WITHOUT_WINNER = tuple(word.replace("_", " ") for word in NO_WINNER_WORDS)

_KIND_TITLES = {
    "abstained": "Declined to judge",
    "first shown": "Chose what was shown first",
    **{kind: kind.capitalize() for kind in _WITHOUT_WINNER},
}


def _share(each: ReviewerRates, kind: str) -> Rate:
    verdicts = {word.replace("_", " "): found for word, found in each.without_winner}
    return ({"abstained": each.abstained, "first shown": each.first_shown} | verdicts)[kind]


def _answer_link(reviewer: str, kind: str) -> str:
    own = ("reviewer", reviewer)
    if kind == "first shown":
        return records(own, ("first_shown", "yes"))
    return records(own, ("verdict", kind.replace(" ", "_")))


_PACE = (
    "The point is the median, the line the middle half. Active time counts while the page is "
    "visible and in use; every reviewer knows that it is taken. Records differ in length and "
    "difficulty: this serves design and drift, and pays or punishes nobody."
)
_NO_PACE = "No judgment carries an active time yet: the desk takes it, imported files seldom do."


def pace_figure(paces: Sequence[Pace]) -> Figure:
    """Active time of an item by reviewer."""
    timed = [each for each in paces if each.median_ms is not None]
    most = max([1.0, *((each.high_ms or each.median_ms or 0) / _SECOND for each in timed)])
    scale = AxisScale(low=0, high=most, ticks=((0, "0"), (most, _seconds(most * _SECOND))))
    rows = [
        DrawnInterval(
            label=short(each.reviewer),
            aside=f"{each.timed} items",
            value=_in_seconds(each.median_ms),
            low=_in_seconds(each.low_ms),
            high=_in_seconds(each.high_ms),
            note=_spread(each),
        )
        for each in timed
    ]
    return Figure(
        name="pace",
        title="Active time of an item by reviewer",
        caption=_PACE if timed else _NO_PACE,
        panels=(Panel(svg=drawing.intervals("pace", "Active time by reviewer", rows, scale)),) if rows else (),
        columns=("reviewer", "timed", "not timed", "median seconds", "lower quartile", "upper quartile"),
        rows=tuple(
            (
                words(each.reviewer, records(("reviewer", each.reviewer))),
                number(each.timed),
                number(each.untimed),
                *(_second_cell(ms) for ms in (each.median_ms, each.low_ms, each.high_ms)),
            )
            for each in paces
        ),
        empty=_NO_PACE,
    )  # fmt: skip


def drift_figure(drift: Sequence[WatchedReviewer], rule: DriftWatch) -> Figure:
    """Control charts by dimension and reviewer."""
    charted = [each for each in drift if each.watch]
    answers = sum(each.values for each in charted)
    expected = answers / rule.run_length
    return Figure(
        name="drift",
        title="Drift by dimension and reviewer",
        caption="Each line compares a reviewer's scores with the others', against the reviewer's own "
        "past; broken lines are the limits, a diamond is an alarm. A sound reviewer "
        f"raises a false alarm once in {rule.run_length:,} answers on average, so among these "
        f"{answers:,} answers about {expected:.1f} are to be expected. Series of fewer than "
        f"{rule.least_values} values are in the data and not drawn.",
        panels=tuple(_drift_panel(at, each) for at, each in enumerate(charted)),
        columns=(
            "dimension", "reviewer", "watched on", "values", "without a value", "alarms",
            "last alarm at", "moving since",
        ),
        rows=tuple(_drift_cells(each) for each in drift),
        empty="No reviewer has scored what others scored too. Drift shows from the overlap of passes.",
    )  # fmt: skip


def _drift_panel(at: int, each: WatchedReviewer) -> Panel:
    assert each.watch is not None
    alarms = len(each.watch.signals)
    told = "no alarm" if not alarms else "1 alarm" if alarms == 1 else f"{alarms} alarms"
    name = f"{plain(each.dimension)} · {short(each.reviewer)}"
    svg = drawing.control_chart(
        f"drift-{at}",
        f"{name}: {each.values} values, {told}",
        [point.statistic for point in each.watch.points],
        upper=each.watch.upper,
        lower=each.watch.lower,
        signals=[signal.position for signal in each.watch.signals],
    )
    return Panel(svg=svg, title=name, aside=told)


def _drift_cells(each: WatchedReviewer) -> tuple[FigureCell, ...]:
    signals = each.watch.signals if each.watch else ()
    last = signals[-1] if signals else None
    return (
        words(each.dimension),
        words(each.reviewer, records(("reviewer", each.reviewer))),
        words(each.on),
        number(each.values),
        number(each.without),
        number(len(signals)) if each.watch else number(None, "too few values"),
        number(last.position + 1 if last else None),
        number(last.began + 1 if last else None),
    )


def sentinel_figure(found: Sequence[SentinelRates], *, used_up: int, standing: int) -> Figure:
    """Right answers to known work by reviewer and dimension.

    Args:
        found: the rates.
        used_up: sentinels that as many people have seen as may.
        standing: all sentinels that were not taken out.
    """
    names = [f"{plain(each.watched.dimension)} · {short(each.watched.reviewer)}" for each in found]
    rows = [rate_row(name, each.right) for name, each in zip(names, found, strict=True)]
    return Figure(
        name="sentinels",
        title="Right answers to known work",
        caption="Sentinels are few for each person and differ in difficulty: the shares rank nobody. "
        f"{used_up} of {standing} have been seen by as many "
        "people as may: add new ones in their place.",
        panels=(Panel(svg=drawing.intervals("sentinels", "Right answers to sentinels", rows, SHARES)),)
        if rows
        else (),
        columns=(
            "reviewer", "dimension", "task family", "right", "of", "share", "low", "high",
            "declined", "unanswered",
        ),
        rows=tuple(
            (
                words(each.watched.reviewer),
                words(each.watched.dimension),
                words(each.watched.family),
                *rate_cells(each.right),
                number(each.declined.count),
                number(each.unanswered),
            )
            for each in found
        ),
        empty="No known work is hidden among the queues, so nothing can be said about skill. "
        "Agreement alone does not show who is right.",
    )  # fmt: skip


def qualification_figure(held: Sequence[HeldQualification]) -> Figure:
    """Who holds which qualification until when, and whose exam is open again."""
    return Figure(
        name="qualifications",
        title="Qualifications",
        caption="Each ends on its day. Before that its exam is open to its holder again, with items "
        "that the holder has not seen: add new ones.",
        panels=(),
        columns=("reviewer", "role", "task family", "language", "until", "renewal"),
        rows=tuple(
            (
                words(each.reviewer),
                words(each.role.replace("_", " ")),
                words(each.family),
                words(each.language or "any"),
                words(each.expires),
                words("due" if each.renewal_due else "not yet"),
            )
            for each in held
        ),
        empty="Nobody has passed an exam yet.",
    )


def _asked(found: AgreementStanding) -> Iterator[tuple[str, str, Agreement]]:
    if found.verdicts is not None:
        stages = found.verdicts.agreement
        yield "Can the candidates be compared?", "comparable", stages.comparability
        yield "Which candidate is better?", "verdict", stages.preference
    for each in found.questions:
        yield _named(each), each.name, each.agreement


def _sliced(found: AgreementStanding) -> Iterator[tuple[str, str, tuple[SliceAgreement, ...]]]:
    if found.verdicts is not None:
        yield "Which candidate is better?", "verdict", found.verdicts.slices
    for each in found.questions:
        yield _named(each), each.name, each.slices


def _named(each: ReportQuestion) -> str:
    return f"{plain(each.name)} ({each.nature})"


def _three(agreed: Agreement) -> tuple[tuple[str, Estimate], ...]:
    return (("alpha", agreed.alpha), ("AC", agreed.ac), ("percent agreement", agreed.percent))


def _row(label: str, each: Estimate) -> DrawnInterval:
    return DrawnInterval(
        label=label,
        aside=f"{each.n_items} items",
        value=each.value,
        low=each.low,
        high=each.high,
        note=_told(each),
    )


def _slice_row(each: SliceAgreement) -> DrawnInterval:
    label, aside = f"{plain(each.axis)}: {each.value}", f"{each.items} items"
    if each.alpha is None:
        too_few = f"under {MIN_SLICE_ITEMS} items"
        return DrawnInterval(
            label=label, aside=aside, value=None, low=None, high=None, note=too_few
        )
    return DrawnInterval(
        label=label,
        aside=aside,
        value=each.alpha.value,
        low=each.alpha.low,
        high=each.alpha.high,
        note=_told(each.alpha),
    )


def _told(each: Estimate) -> str:
    if each.value is None:
        return undefined_text(each.reason).removeprefix("undefined: ")
    if each.low is None or each.high is None:
        return f"{each.value:.2f}"
    return f"{each.value:.2f} ({each.low:.2f} to {each.high:.2f})"


def _scale(found: Sequence[Estimate]) -> AxisScale:
    """An axis to 1 that begins at 0, or below it where something is there."""
    bounds = [bound for each in found for bound in (each.value, each.low) if bound is not None]
    low = max(-1.0, min([0.0, *bounds]))
    ticks = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
    return AxisScale(low=low, high=1.0, ticks=ticks, marks=(0.0,))


def _estimate_cells(each: Estimate) -> tuple[FigureCell, ...]:
    why = undefined_text(each.reason) if each.reason else ""
    bounds = (each.value, each.low, each.high)
    return (
        *(_decimal(bound) for bound in bounds),
        number(each.n_items),
        number(each.n_ratings),
        words(why),
    )


def _slice_cells(each: SliceAgreement) -> tuple[FigureCell, ...]:
    if each.alpha is not None:
        return _estimate_cells(each.alpha)
    why = f"fewer than {MIN_SLICE_ITEMS} items"
    return (*(_decimal(None) for _ in range(3)), number(each.items), number(None), words(why))


def _decimal(value: float | None) -> FigureCell:
    return number(
        None if value is None else round(value, 4), decimals(value) if value is not None else None
    )


def _spread(each: Pace) -> str:
    median = _seconds(each.median_ms or 0)
    if each.low_ms is None or each.high_ms is None:
        return median
    return f"{median} ({each.low_ms / _SECOND:.0f} to {each.high_ms / _SECOND:.0f})"


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / _SECOND:.0f} s"


def _in_seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / _SECOND


def _second_cell(milliseconds: float | None) -> FigureCell:
    if milliseconds is None:
        return number(None)
    return number(milliseconds / _SECOND, f"{milliseconds / _SECOND:.1f}")
