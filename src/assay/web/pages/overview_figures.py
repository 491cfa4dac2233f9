"""The figures of the overview and of the queues: what each shows, and of which numbers it is made."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from assay.desk.overview import CareStanding, ProgramStanding, QueueState
from assay.quality.coverage import AxisCoverage, CrossTable, DistributionCoverage, QuotaCoverage
from assay.quality.disposition import RELEASABLE
from assay.quality.estimate import Estimate, Rate, rate
from assay.quality.overturns import Overturns
from assay.quality.report import QualityReport
from assay.quality.wording import plain, undefined_text
from assay.review.welfare import ExposureSummary
from assay.web import drawing
from assay.web.drawing import MOST_COLUMNS, AxisScale, Bar, DrawnInterval, Segment
from assay.web.pages.figures import (
    Figure,
    FigureCell,
    Panel,
    inside,
    number,
    records,
    words,
)

SHARES = AxisScale(low=0.0, high=1.0, ticks=((0.0, "0"), (0.5, "50 %"), (1.0, "100 %")))
"""The axis of shares."""

ACCEPTED = tuple(("state", state) for state in RELEASABLE)
"""How the address of a list asks for accepted records."""


def standing_figures(found: ProgramStanding) -> tuple[Figure, ...]:
    """The figures of the start page."""
    report = found.report
    heat = (heat_figure(report.heat_map),) if report.heat_map else ()
    return (
        queue_figure(found.queues),
        quota_figure(report.coverage),
        *heat,
        axis_figure(report.coverage),
        abstention_figure(report),
        disagreement_figure(report),
        overturn_figure(found.overturns),
    )


def queue_figure(queues: Sequence[QueueState]) -> Figure:
    """Passes by queue: given, held, free."""
    rows = [_queue_bar(each) for each in queues]
    return Figure(
        name="queues",
        title="Passes by queue",
        caption="A bar is as long as the passes that the queue's records want, and longer where "
        "more people gave one. A pass is one independent judgment of one record.",
        keys=(
            ("bar", "stored at the desk"), ("elsewhere", "given elsewhere"),
            ("held", "held or handed out"), ("ground", "free"),
        ),
        panels=_one(drawing.bars("queues", "Passes given, held and free by queue", rows), rows),
        columns=(
            "queue", "items", "passes wanted", "free", "held", "handed out", "stored",
            "given elsewhere",
            "late", "surplus",
        ),
        rows=tuple(_queue_cells(each) for each in queues),
        empty="No record waits in a queue yet. Import records with <code>assay record import</code>; "
        "<code>assay serve</code> then fills the queues by the contract's layers of review.",
        open=True,
    )  # fmt: skip


def _queue_bar(each: QueueState) -> Bar:
    segments = (
        Segment(value=each.stored + each.surplus, shade="bar"),
        Segment(value=each.elsewhere, shade="elsewhere"),
        Segment(value=each.held + each.handed_out, shade="held"),
        Segment(value=each.free, shade="ground"),
    )
    given = each.stored + each.surplus + each.elsewhere
    held = f", {each.held} held" if each.held else ""
    out = f", {each.handed_out} handed out" if each.handed_out else ""
    return Bar(label=each.title, segments=segments, note=f"{given} of {each.wanted}{held}{out}")


def _queue_cells(each: QueueState) -> tuple[FigureCell, ...]:
    own = ("queue", each.queue)
    counted = (
        ("free", each.free),
        ("held", each.held),
        ("handed_out", each.handed_out),
        ("stored", each.stored),
        ("elsewhere", each.elsewhere),
        ("late", each.late),
        ("surplus", each.surplus),
    )
    return (
        words(each.title, f"/overview/queues#{each.queue}"),
        number(each.items, href=records(own)),
        number(each.wanted),
        *(number(count, href=records(own, ("passes", name))) for name, count in counted),
    )


def quota_figure(found: DistributionCoverage) -> Figure:
    """Accepted records by quota against what the quota needs."""
    quotas = [*(("quota", each) for each in found.quotas), *(("hard", each) for each in found.hard)]
    rows = [
        Bar(
            label=_slice(each) if sort == "quota" else f"hard slice: {_slice(each)}",
            segments=(Segment(value=each.distinct, shade="bar" if each.met else "short"),),
            target=each.needed,
            note=f"{each.distinct} of {each.needed}"
            + ("" if each.met else f", {each.needed - each.distinct} short"),
        )
        for sort, each in quotas
    ]
    return Figure(
        name="quotas",
        title="Accepted records against the contract's quotas",
        caption="The bar is what is accepted, near copies counted once, the upright mark what the slice needs. A hard slice "
        "needs at least one record.",
        panels=_one(drawing.bars("quotas", "Accepted records by quota, with targets", rows), rows),
        columns=("sort", "slice", "needed", "distinct", "accepted", "records", "state"),
        rows=tuple(
            (
                words(sort),
                words(_slice(each)),
                number(each.needed),
                number(each.distinct),
                number(each.accepted, href=records(*ACCEPTED, *inside(each.slice))),
                number(each.records, href=records(*inside(each.slice))),
                words("met" if each.met else "not met"),
            )
            for sort, each in quotas
        ),
        empty="The contract states no quota. Name some under <code>sampling</code> in contract.yaml, "
        "so that hard slices cannot be crowded out by easy ones.",
    )


def _slice(each: QuotaCoverage) -> str:
    return ", ".join(f"{axis} {value}" for axis, value in each.slice.items()) or "all records"


def heat_figure(found: CrossTable) -> Figure:
    """Records by two axes."""
    drawable = 0 < len(found.column_values) <= MOST_COLUMNS
    title = f"Records by {plain(found.rows)} and {plain(found.columns)}"
    panels = (
        _one(
            drawing.heat_map("heat", title, found.row_values, found.column_values, found.counts),
            found.row_values,
        )
        if drawable
        else ()
    )
    return Figure(
        name="heat",
        title=title,
        caption="The stronger the colour, the more records. A zero is a cell that nobody sampled.",
        panels=panels,
        open=not drawable,
        columns=(found.rows, found.columns, "records"),
        rows=tuple(
            (
                words(row),
                words(column),
                number(
                    count,
                    href=records(*inside({found.rows: row}), *inside({found.columns: column})),
                ),
            )
            for row, counts in zip(found.row_values, found.counts, strict=True)
            for column, count in zip(found.column_values, counts, strict=True)
        ),
    )


def axis_figure(found: DistributionCoverage) -> Figure:
    """Records by the values of each axis."""
    return Figure(
        name="axes",
        title="Records by axis",
        caption="Each axis adds up to all records; next to the bar is the number of accepted records of all.",
        keys=(("bar", "accepted"), ("elsewhere", "there, and not accepted")),
        panels=tuple(_axis_panel(each) for each in found.axes if found.records),
        columns=("axis", "value", "records", "accepted", "in the contract"),
        rows=tuple(
            (
                words(axis.axis),
                words(each.value),
                number(each.records, href=records(*inside({axis.axis: each.value}))),
                number(
                    each.accepted, href=records(*ACCEPTED, *inside({axis.axis: each.value}))
                ),
                words("yes" if each.declared else "no"),
            )
            for axis in found.axes
            for each in axis.values
        ),
        empty="The contract declares no axis.",
    )  # fmt: skip


def _axis_panel(axis: AxisCoverage) -> Panel:
    rows = [
        Bar(
            label=each.value,
            segments=(
                Segment(value=each.accepted, shade="bar"),
                Segment(value=each.records - each.accepted, shade="elsewhere"),
            ),
            note=f"{each.accepted} of {each.records}",
        )
        for each in axis.values
    ]
    title = f"Accepted and other records by {plain(axis.axis)}"
    return Panel(svg=drawing.bars(f"axis-{axis.axis}", title, rows), title=plain(axis.axis))


def abstention_figure(report: QualityReport) -> Figure:
    """How often people decline to answer, by question."""
    found = [(name, share, link) for name, share, link in _abstentions(report) if share.trials]
    rows = [rate_row(plain(name), share) for name, share, _ in found]
    return Figure(
        name="abstention",
        title="Abstention by question",
        caption="Answers that were declined, among all that were asked for. Lines are 95 % intervals.",
        panels=_one(drawing.intervals("abstention", "Abstentions by question", rows, SHARES), rows),
        columns=("question", "declined", "asked", "share", "low", "high"),
        rows=tuple((words(name), *rate_cells(share, link)) for name, share, link in found),
        empty="Nobody has judged yet.",
    )


def _abstentions(report: QualityReport) -> Iterator[tuple[str, Rate, str | None]]:
    if report.verdicts is not None:
        declined = report.verdicts.agreement.abstention.rate
        yield (
            "verdict on two candidates",
            declined,
            records(("candidates", 2), ("verdict", "abstained")),
        )
    for each in report.questions:
        yield each.name, rate(each.abstained, each.answers + each.abstained), None


def disagreement_figure(report: QualityReport) -> Figure:
    """How many pairs of answers differ, by question."""
    found = list(_percents(report))
    rows = [
        DrawnInterval(
            label=plain(name),
            aside=f"{each.n_items} items",
            value=_rest(each.value),
            low=_rest(each.high),
            high=_rest(each.low),
            note=_share(_rest(each.value), _rest(each.high), _rest(each.low))
            or undefined_text(each.reason),
        )
        for name, _, each in found
    ]
    return Figure(
        name="disagreement",
        title="Disagreement by question",
        caption="Pairs of answers to one item that are not exactly equal, averaged over the items "
        "with two answers: what percent agreement leaves. The list holds the records of these items.",
        panels=_one(drawing.intervals("disagreement", "Disagreement by question", rows, SHARES), rows),
        columns=("question", "share that differs", "low", "high", "items with two answers", "records"),
        rows=tuple(
            (
                words(name),
                *(_percent(_rest(bound)) for bound in (each.value, each.high, each.low)),
                number(each.n_items),
                words("where people differ", records(("differ", key))),
            )
            for name, key, each in found
        ),
        empty="No record has two answers yet. Agreement needs records that several people judge.",
    )  # fmt: skip


def _percents(report: QualityReport) -> Iterator[tuple[str, str, Estimate]]:
    if report.verdicts is not None:
        yield "which candidate is better", "verdict", report.verdicts.agreement.preference.percent
    for each in report.questions:
        yield each.name, each.name, each.agreement.percent


def overturn_figure(found: Overturns) -> Figure:
    """How often senior decisions differ from the judgments that they weighed."""
    shares = [("all causes", "any", found.adjudications, found.overturned)]
    shares += [
        (plain(each.cause), each.cause, each.adjudications, each.overturned)
        for each in found.causes
    ]
    if not found.adjudications:
        shares = []
    rows = [rate_row(name, share) for name, _, _, share in shares]
    return Figure(
        name="overturns",
        title="Judgments that adjudication overturned",
        caption="Among the judgments that can be compared with a senior decision; "
        f"{found.not_compared} weighed judgments cannot be compared and are left out. Judgments of "
        "one record are not independent, so the intervals are somewhat too narrow.",
        panels=_one(drawing.intervals("overturns", "Overturned judgments by cause", rows, SHARES), rows),
        columns=("cause", "adjudications", "overturned", "compared", "share", "low", "high"),
        rows=tuple(
            (
                words(name),
                number(count, href=records(("cause", cause))),
                *rate_cells(share, records(("cause", cause), ("overturned", "yes"))),
            )
            for name, cause, count, share in shares
        ),
        empty="No record was adjudicated yet. Records on which people disagree come to the "
        "adjudicators by the contract's rules.",
    )  # fmt: skip


def seat_figure(queues: Sequence[QueueState]) -> Figure:
    """Who sits in which queue."""
    return Figure(
        name="seats",
        title="Reviewers by queue",
        caption="Reviewers by pseudonym. A seat follows from a role, and from an exam where the "
        "contract asks for one.",
        panels=(),
        columns=("queue", "reviewer", "role", "until"),
        rows=tuple(
            (
                words(each.title, f"/overview/queues#{each.queue}"),
                words(seat.reviewer, records(("reviewer", seat.reviewer))),
                words(plain(seat.role)),
                words(seat.until or "no end"),
            )
            for each in queues
            for seat in each.seats
        ),
        empty="Nobody has a seat in a queue yet. An administrator invites people and gives them roles.",
    )


def care_figure(found: CareStanding) -> Figure:
    """Minutes of severe content by week and harm category, over groups alone."""
    categories = sorted({each.category for week in found.weeks for each in week.read})
    return Figure(
        name="care",
        title="Severe content read by week",
        caption=f"Minutes over all readers together, in whole weeks. A sum over fewer than "
        f"{found.least} people is suppressed, and no total is given from which it could be found.",
        panels=tuple(_care_panel(found, category) for category in categories),
        columns=("week from", "harm category", "people", "minutes"),
        rows=tuple(
            (words(week.begins), words(each.category), *_care_cells(each))
            for week in found.weeks
            for each in week.read
        ),
        open=True,
    )


def _care_panel(found: CareStanding, category: str) -> Panel:
    rows = []
    for week in found.weeks:
        for each in week.read:
            if each.category == category:
                minutes = each.minutes if isinstance(each, ExposureSummary) else 0
                told = f"{minutes} min" if isinstance(each, ExposureSummary) else "suppressed"
                segments = (Segment(value=minutes, shade="bar"),)
                rows.append(Bar(label=f"from {week.begins}", segments=segments, note=told))
    name = f"care-{category}"
    return Panel(
        svg=drawing.bars(name, f"{category}: minutes by week", rows), title=plain(category)
    )


def _care_cells(each: object) -> tuple[FigureCell, FigureCell]:
    if isinstance(each, ExposureSummary):
        return number(each.people), number(each.minutes)
    return number(None, "suppressed"), number(None, "suppressed")


def rate_row(label: str, share: Rate) -> DrawnInterval:
    """A share as a row of intervals."""
    return DrawnInterval(
        label=label,
        aside=f"{share.count} of {share.trials}",
        value=share.value,
        low=share.low,
        high=share.high,
        note=_share(share.value, share.low, share.high) or "nothing to count",
    )


def rate_cells(share: Rate, href: str | None = None) -> tuple[FigureCell, ...]:
    """A share as cells: count, trials, share, interval."""
    bounds = (_percent(each) for each in (share.value, share.low, share.high))
    return (number(share.count, href=href), number(share.trials), *bounds)


def _percent(value: float | None) -> FigureCell:
    if value is None:
        return number(None, "undefined")
    return number(round(value, 4), f"{value:.1%}")


def _share(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return ""
    if low is None or high is None:
        return f"{100 * value:.0f} %"
    return f"{100 * value:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def _rest(value: float | None) -> float | None:
    return None if value is None else max(0.0, 1 - value)


def _one(svg: Markup, rows: Sequence[object]) -> tuple[Panel, ...]:
    """The one picture of a figure; none where it has no rows."""
    return (Panel(svg=svg),) if rows else ()
