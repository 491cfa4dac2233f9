"""The figures of what is there: quotas, axes, the heat map, dispositions."""

from collections import Counter
from collections.abc import Sequence

from assay.quality.disposition import RELEASABLE
from assay.quality.figures.figure import Figure, FigureCell, Panel, inside, number, words
from assay.quality.figures.picture import (
    MOST_COLUMNS,
    Bar,
    BarPart,
    BarPicture,
    HeatPicture,
    cut_note,
    first_rows,
)
from assay.quality.quota_coverage import AxisCoverage, CrossTable, DistributionCoverage
from assay.quality.report import DispositionCount
from assay.quality.report_outline import slice_name
from assay.quality.wording import plain

ACCEPTED = tuple(("state", state) for state in RELEASABLE)
"""The condition of a list of records that may be released."""

RELEASABLE_WORDS = "accepted or preserved"
"""The records that may be released, in words: preserved are those with their disagreement."""

STATES = ("accepted", "disagreement_preserved", "needs_second_review", "needs_adjudication",
          "needs_rereview", "rejected", "set_aside", "undisposed")  # fmt: skip
"""Every disposition, in the order in which they are drawn."""


def quota_figure(coverage: DistributionCoverage) -> Figure:
    """Records that may be released by quota against what the quota needs."""
    quotas = [
        *(("quota", quota) for quota in coverage.quotas),
        *(("hard", quota) for quota in coverage.hard),
    ]
    bars = [
        Bar(
            label=slice_name(quota) if sort == "quota" else f"hard slice: {slice_name(quota)}",
            lengths=(quota.distinct, 0) if quota.met else (0, quota.distinct),
            target=quota.needed,
            # What is short stands below, so that the name of a slice has its whole line.
            note=f"{quota.distinct} of {quota.needed}"
            + ("" if quota.met else f", {quota.needed - quota.distinct} short"),
        )
        for sort, quota in quotas
    ]
    picture = BarPicture(
        name="quotas",
        title="Records accepted or preserved by quota, with targets",
        parts=(BarPart("met", "blue"), BarPart("not met", "orange")),
        bars=first_rows(bars),
        unit="distinct records accepted or preserved",
    )
    return Figure(
        name="quotas",
        title="Records accepted or preserved against the contract's quotas",
        caption="A bar is what is accepted or preserved with its disagreement, near copies counted once; the upright mark is what the "
        f"slice needs. A hard slice needs at least one record.{cut_note(len(bars))}",
        panels=(Panel(picture=picture),) if bars else (),
        columns=("sort", "slice", "needed", "distinct", RELEASABLE_WORDS, "records", "state"),
        rows=tuple(
            (
                words(sort),
                words(slice_name(quota)),
                number(quota.needed),
                number(quota.distinct),
                number(quota.accepted, records=(*ACCEPTED, *inside(quota.slice))),
                number(quota.records, records=inside(quota.slice)),
                words("met" if quota.met else "not met"),
            )
            for sort, quota in quotas
        ),
        empty="The contract states no quota. Name some under <code>sampling</code> in contract.yaml, "
        "so that hard slices cannot be crowded out by easy ones.",
    )


def heat_figure(table: CrossTable) -> Figure:
    """Records by two axes."""
    drawable = 0 < len(table.column_values) <= MOST_COLUMNS
    title = f"Records by {plain(table.rows)} and {plain(table.columns)}"
    picture = HeatPicture(
        name="heat",
        title=title,
        rows=first_rows(table.row_values),
        columns=table.column_values,
        counts=first_rows(table.counts),
    )
    return Figure(
        name="heat",
        title=title,
        caption="The stronger the colour, the more records. A zero is a cell that nobody sampled."
        + cut_note(len(table.row_values)),
        panels=(Panel(picture=picture),) if drawable and table.row_values else (),
        open=not drawable,
        columns=(table.rows, table.columns, "records"),
        rows=tuple(
            (
                words(row),
                words(column),
                number(
                    count,
                    records=(*inside({table.rows: row}), *inside({table.columns: column})),
                ),
            )
            for row, counts in zip(table.row_values, table.counts, strict=True)
            for column, count in zip(table.column_values, counts, strict=True)
        ),
    )


def axis_figure(coverage: DistributionCoverage) -> Figure:
    """Records by the values of each axis."""
    longest = max((len(axis.values) for axis in coverage.axes), default=0)
    return Figure(
        name="axes",
        title="Records by axis",
        caption="Each axis adds up to all records; beside the bar is the number of records "
        f"{RELEASABLE_WORDS} of all.{cut_note(longest)}",
        panels=tuple(_axis_panel(axis) for axis in coverage.axes if coverage.records),
        columns=("axis", "value", "records", RELEASABLE_WORDS, "in the contract"),
        rows=tuple(
            _axis_cells(axis, place) for axis in coverage.axes for place in range(len(axis.values))
        ),
        empty="The contract declares no axis.",
    )


def _axis_cells(axis: AxisCoverage, place: int) -> tuple[FigureCell, ...]:
    count = axis.values[place]
    own = inside({axis.axis: count.value})
    return (
        words(axis.axis),
        words(count.value),
        number(count.records, records=own),
        number(count.accepted, records=(*ACCEPTED, *own)),
        words("yes" if count.declared else "no"),
    )


def _axis_panel(axis: AxisCoverage) -> Panel:
    bars = [
        Bar(
            label=count.value,
            lengths=(count.accepted, count.records - count.accepted),
            note=f"{count.accepted} of {count.records}",
        )
        for count in axis.values
    ]
    picture = BarPicture(
        name=f"axes-{axis.axis}",
        title=f"Records {RELEASABLE_WORDS}, and others, by {plain(axis.axis)}",
        parts=(BarPart(RELEASABLE_WORDS, "blue"), BarPart("there, and neither", "sky")),
        bars=first_rows(bars),
        unit="records",
    )
    return Panel(picture=picture, heading=plain(axis.axis))


def disposition_figure(dispositions: Sequence[DispositionCount]) -> Figure:
    """Records by disposition."""
    states: Counter[str] = Counter()
    for entry in dispositions:
        states[entry.state] += entry.records
    counted = [(state, states[state]) for state in STATES if states[state]]
    total = states.total()
    picture = BarPicture(
        name="dispositions",
        title="Records by disposition",
        parts=(BarPart("records", "blue"),),
        bars=tuple(
            Bar(label=plain(state), lengths=(count,), note=f"{count} of {total}")
            for state, count in counted
        ),
        unit="records",
    )
    return Figure(
        name="dispositions",
        title="Records by disposition",
        caption="Accepted records and preserved disagreements are released if rights and gates let "
        "them; the rest wait or stay out.",
        panels=(Panel(picture=picture),) if counted else (),
        columns=("disposition", "records"),
        rows=tuple(
            (words(plain(state)), number(count, records=(("state", state),)))
            for state, count in counted
        ),
    )
