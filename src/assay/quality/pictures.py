"""The pictures of the quality report: each with its data and its specification beside it.

Drawn by Altair (Vega-Lite) without a browser. Colours are those of Okabe and Ito (2008, Color
Universal Design), which people with any colour vision tell apart; no picture speaks by colour
alone.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import altair as alt
import msgspec
import vl_convert

from assay.contracts.terms import SEVERITIES
from assay.quality.agreement import Agreement
from assay.quality.estimate import Estimate
from assay.quality.outline import SectionKey
from assay.quality.report import QualityReport
from assay.quality.report_outline import SUPPORT, slice_name
from assay.quality.report_text import rounded
from assay.quality.wording import plain, undefined
from assay.review.exchange import defused
from assay.verification.ledger import ALL

BLUE, ORANGE, GREEN, PINK, SKY, YELLOW, GREY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#999999",
)  # fmt: skip

INK = "#1a1a1a"
"""Colour of text and lines, on white."""

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
"""Font of all text."""

WIDTH = 460
"""Width of the plotted area in pixels."""

MOST_ROWS = 20
"""Rows that one picture draws; its data has all of them."""

MOST_ODDS = 1e4
"""Intervals that reach further are not drawn; the table has them."""

Cell = str | int | float | None
"""One cell of a picture's data."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One picture."""

    name: str
    """Name of its files."""
    section: SectionKey
    """The section of the report that it belongs to."""
    title: str
    """What it shows, in a few words."""
    caption: str
    """How to read it."""
    columns: tuple[str, ...]
    """Columns of its data."""
    rows: tuple[tuple[Cell, ...], ...]
    """Its data: every row, drawn or not."""
    specification: dict[str, Any]
    """The Vega-Lite specification, with the rows that it draws."""


def pictures(report: QualityReport) -> tuple[Picture, ...]:
    """The pictures for which there is data, in the order of the report's sections."""
    kinds = (_agreement, _verdicts, _odds, _dispositions, _ledger, _defects, _quotas)
    return tuple(picture for kind in kinds for picture in kind(report))


def draw(picture: Picture) -> str:
    """The picture as SVG: no script, no reference to anything outside."""
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    svg: str = vl_convert.vegalite_to_svg(picture.specification, vl_version=version)
    return svg + "\n"


def to_csv(picture: Picture) -> str:
    """The picture's data as CSV; no cell reads as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(picture.columns)
    writer.writerows(
        [defused(cell) if isinstance(cell, str) else cell for cell in row] for row in picture.rows
    )
    return out.getvalue()


def to_specification(picture: Picture) -> str:
    """The picture's specification as JSON."""
    return json.dumps(picture.specification, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


COEFFICIENTS: Mapping[str, str] = {"alpha": BLUE, "AC": ORANGE, "percent agreement": GREY}
"""The numbers that belong together, with their colours."""


def _agreement(report: QualityReport) -> Iterator[Picture]:
    found: list[tuple[str, Agreement]] = []
    if report.verdicts is not None:
        verdicts = report.verdicts.agreement
        found = [
            ("can they be compared", verdicts.comparability),
            ("which is better", verdicts.preference),
        ]
    found += [(each.name, each.agreement) for each in report.questions]
    rows = [
        (name, coefficient, *_estimate(estimate))
        for name, each in found
        for coefficient, estimate in (
            ("alpha", each.alpha), ("AC", each.ac), ("percent agreement", each.percent),
        )
    ]  # fmt: skip
    columns = ("question", "coefficient", "value", "low", "high", "items", "answers", "undefined")
    shown = [name for name, _ in found[:MOST_ROWS]]
    drawn = [row for row in rows if row[0] in shown and row[2] is not None]
    if not drawn:
        return
    base = _chart(columns, drawn).encode(
        y=alt.Y("question:N", sort=shown, title=None),
        yOffset=alt.YOffset("coefficient:N", sort=list(COEFFICIENTS)),
        color=_colour("coefficient", COEFFICIENTS),
    )
    lowest = min(0.0, *(float(each) for row in drawn for each in row[2:4] if each is not None))
    scale = alt.Scale(domain=[lowest, 1.0])
    chart = alt.layer(
        base.mark_rule(strokeWidth=2).encode(
            x=alt.X("low:Q", scale=scale, title="agreement, with its interval"), x2="high:Q"
        ),
        base.mark_point(size=55, filled=True, opacity=1).encode(
            x=alt.X("value:Q", scale=scale),
            shape=alt.Shape(
                "coefficient:N", scale=alt.Scale(domain=list(COEFFICIENTS)), title=None
            ),
        ),
    )
    yield _picture(
        "agreement", "dimensions", "Agreement by question", columns=columns, rows=rows,
        chart=chart.properties(width=WIDTH, height=alt.Step(16)),
        caption="1 is full agreement, 0 is what chance would give for alpha and AC. Percent "
        "agreement is not corrected for chance. What is undefined is in the data, not drawn."
        + _cut(len(found)),
    )  # fmt: skip


def _estimate(found: Estimate) -> tuple[Cell, ...]:
    bounds = tuple(rounded(each) for each in (found.value, found.low, found.high))
    why = undefined(found.reason) if found.reason else ""
    return (*bounds, found.n_items, found.n_ratings, why)


ANSWERS: Mapping[str, str] = {
    "chose a candidate": BLUE,
    "tie": SKY,
    "both unacceptable": ORANGE,
    "insufficient context": YELLOW,
    "abstained": GREY,
}
"""Kinds of verdict, with their colours, in the order in which they are stacked."""


def _verdicts(report: QualityReport) -> Iterator[Picture]:
    rows: list[tuple[Cell, ...]] = []
    names: list[str] = []
    for each in report.reviewers:
        if not each.abstained.trials:
            continue
        open_ends = (each.tie.count, each.both_unacceptable.count, each.insufficient_context.count)
        counts = (each.tie.trials - sum(open_ends), *open_ends, each.abstained.count)
        name = f"{each.reviewer} ({each.abstained.trials})"
        names.append(name)
        rows += [(name, answer, n) for answer, n in zip(ANSWERS, counts, strict=True)]
    if rows:
        columns = ("reviewer", "verdict", "judgments")
        drawn = [row for row in rows if row[0] in names[:MOST_ROWS]]
        chart = _shares(columns, drawn, names[:MOST_ROWS], ANSWERS)
        yield _picture(
            "verdicts_by_reviewer", "reviewers", "Verdicts by reviewer", columns=columns, rows=rows, chart=chart,
            caption="Shares of the judgments of which a verdict was asked; their number stands "
            "behind each name. Reviewers see different records, so this ranks nobody."
            + _cut(len(names)),
        )  # fmt: skip


STATES = ("accepted", "disagreement_preserved", "needs_second_review", "needs_adjudication",
          "set_aside", "undisposed")  # fmt: skip
"""Dispositions in the order in which they are drawn."""


def _dispositions(report: QualityReport) -> Iterator[Picture]:
    states: Counter[str] = Counter()
    for each in report.dispositions:
        states[each.state] += each.records
    rows = [(plain(state), states[state]) for state in STATES if states[state]]
    if rows:
        columns = ("disposition", "records")
        yield _picture(
            "dispositions", "dispositions", "Records by disposition", columns=columns, rows=rows,
            chart=_bars(columns, rows),
            caption="Accepted records and preserved disagreements may be released; the rest "
            "wait or stay out.",
        )  # fmt: skip


LEDGER_COLOURS = dict(zip(SUPPORT, (GREEN, BLUE, SKY, GREY), strict=True))
"""Colours of what stands behind a dimension."""


def _odds(report: QualityReport) -> Iterator[Picture]:
    """Odds ratios of surface cues among people, where a fit was possible."""
    rows: list[tuple[Cell, ...]] = [
        (plain(effect.feature), each.group, effect.odds, effect.low, effect.high)
        for each in report.shortcuts
        for effect in each.style.effects
        if effect.odds is not None and effect.high is not None and effect.high < MOST_ODDS
    ]
    if not rows:
        return
    columns = ("cue", "group", "odds ratio", "low", "high")
    base = _chart(columns, rows[:MOST_ROWS]).encode(y=alt.Y("cue:N", title=None, sort=None))
    scale = alt.Scale(type="log", nice=True)
    title = "odds ratio for one standard deviation more"
    chart = alt.layer(
        base.mark_rule(color=GREY, size=2).encode(
            x=alt.X("low:Q", scale=scale, title=title), x2="high:Q"
        ),
        base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(
            x=alt.X("odds ratio:Q", scale=scale, title=title),
            shape=alt.Shape("group:N", title=None),
        ),
    )
    yield _picture(
        "shortcut_odds", "shortcuts", "Surface cues: what wins, with scores held equal", columns=columns, rows=rows,
        chart=chart.properties(width=WIDTH, height=alt.Step(24)),
        caption="At 1 a cue neither wins nor loses. Lines are 95 % intervals." + _cut(len(rows)),
    )  # fmt: skip


def _ledger(report: QualityReport) -> Iterator[Picture]:
    rows: list[tuple[Cell, ...]] = []
    names: list[str] = []
    for each in report.ledger:
        if each.axis != ALL:
            continue
        name = f"{each.dimension} ({each.items})"
        names.append(name)
        counts = (each.machine_verified, each.expert_judged, each.both, each.uncertain)
        rows += [(name, support, n) for support, n in zip(SUPPORT, counts, strict=True)]
    if rows:
        columns = ("dimension", "support", "items")
        drawn = [row for row in rows if row[0] in names[:MOST_ROWS]]
        chart = _shares(columns, drawn, names[:MOST_ROWS], LEDGER_COLOURS)
        yield _picture(
            "ledger", "ledger", "What stands behind each dimension", columns=columns, rows=rows, chart=chart,
            caption="Shares of the items that a dimension applies to; their number stands behind "
            "its name. A verifier covers only what it measures." + _cut(len(names)),
        )  # fmt: skip


def _defects(report: QualityReport) -> Iterator[Picture]:
    found: Counter[tuple[str, str]] = Counter()
    for each in report.defects:
        found[each.severity, plain(each.cause)] += each.errors
    known = [each for each in reversed(SEVERITIES) if any(key[0] == each for key in found)]
    severities = [*known, *sorted({severity for severity, _ in found} - set(known))]
    causes = sorted({cause for _, cause in found}, key=lambda each: (each.startswith("("), each))
    rows = [(severity, cause, found[severity, cause]) for severity in severities for cause in causes
            if found[severity, cause]]  # fmt: skip
    if rows:
        columns = ("severity", "cause", "errors")
        palette = (BLUE, ORANGE, GREEN, PINK, YELLOW)
        named = [each for each in causes if not each.startswith("(")]
        colours = dict(zip(named, palette, strict=False)) | {
            each: GREY for each in causes if each.startswith("(")
        }
        drawn = [row for row in rows if row[0] in severities[:MOST_ROWS]]
        chart = _stacked(columns, drawn, severities[:MOST_ROWS], colours, stack="zero")
        yield _picture(
            "defects_by_severity", "defects", "Errors by severity and cause", columns=columns, rows=rows, chart=chart,
            caption="Errors that reviewers localized. A cause is known only where an adjudication "
            "named it." + _cut(len(severities)),
        )  # fmt: skip


def _quotas(report: QualityReport) -> Iterator[Picture]:
    quotas = (*report.coverage.quotas, *report.coverage.hard)
    rows = [
        (f"{number}. {slice_name(each)}", each.needed, each.accepted, each.records,
         "met" if each.met else "not met")
        for number, each in enumerate(quotas, 1)
    ]  # fmt: skip
    if not rows:
        return
    columns = ("slice", "needed", "accepted", "records", "state")
    order = [str(row[0]) for row in rows[:MOST_ROWS]]
    base = _chart(columns, rows[:MOST_ROWS]).encode(
        y=alt.Y("slice:N", sort=order, title=None),
    )
    chart = alt.layer(
        base.mark_bar().encode(
            x=alt.X("accepted:Q", title="accepted records", axis=alt.Axis(tickMinStep=1)),
            color=_colour("state", {"met": BLUE, "not met": ORANGE}),
        ),
        base.mark_tick(thickness=3, color=INK, size=18).encode(
            x=alt.X("needed:Q", title="accepted records", axis=alt.Axis(tickMinStep=1))
        ),
    )
    yield _picture(
        "quotas", "coverage", "Quotas and hard slices: accepted against needed", columns=columns, rows=rows,
        chart=chart.properties(width=WIDTH, height=alt.Step(24)),
        caption="A bar is what is accepted; the black mark is what the slice needs."
        + _cut(len(rows)),
    )  # fmt: skip


def _shares(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    order: Sequence[str],
    colours: Mapping[str, str],
) -> Any:
    return _stacked(columns, rows, order, colours, stack="normalize")


def _stacked(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    order: Sequence[str],
    colours: Mapping[str, str],
    *,
    stack: Literal["zero", "normalize"],
) -> Any:
    """Bars of the third column by the first, split by the second."""
    name, part, count = columns
    places = {each: place for place, each in enumerate(colours)}
    placed = [(*row, places[str(row[1])]) for row in rows]
    axis = alt.Axis(format="%", tickCount=5) if stack == "normalize" else alt.Axis(tickMinStep=1)
    title = f"share of {count}" if stack == "normalize" else count
    return (
        _chart((*columns, "place"), placed)
        .mark_bar(stroke="white", strokeWidth=1)
        .encode(
            y=alt.Y(f"{name}:N", sort=list(order), title=None),
            x=alt.X(f"{count}:Q", stack=stack, axis=axis, title=title),
            color=_colour(part, colours),
            order=alt.Order("place:Q"),
        )
        .properties(width=WIDTH, height=alt.Step(24))
    )


def _bars(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Any:
    """Bars of the second column by the first, with the number at their end."""
    name, count = columns
    base = _chart(columns, rows).encode(
        y=alt.Y(f"{name}:N", sort=[str(row[0]) for row in rows], title=None),
        x=alt.X(f"{count}:Q", title=count, axis=alt.Axis(tickMinStep=1)),
    )
    labels = base.mark_text(align="left", dx=4, color=INK).encode(text=f"{count}:Q")
    return alt.layer(base.mark_bar(color=BLUE), labels).properties(width=WIDTH, height=alt.Step(24))


def _chart(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Any:
    values = [dict(zip(columns, row, strict=True)) for row in rows]
    return alt.Chart(alt.InlineData(values=values))


def _colour(field: str, colours: Mapping[str, str]) -> Any:
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", scale=scale, title=None)


def _cut(rows: int) -> str:
    """A sentence that says how many rows are not drawn; empty where all are."""
    return f" The first {MOST_ROWS} of {rows} are drawn." if rows > MOST_ROWS else ""


def _picture(
    name: str,
    section: SectionKey,
    title: str,
    *,
    caption: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    chart: Any,
) -> Picture:
    # Text is measured here and shown elsewhere, in a font that may be a fifth wider.
    longest = max(len(str(row[0])) for row in rows)
    styled = chart.configure(
        aria=False, background="white", font=FONT,
        padding={"left": 5 + min(50, 2 * longest), "right": 12, "top": 8, "bottom": 8},
    ).configure_view(
        stroke=None
    ).configure_axis(
        labelColor=INK, titleColor=INK, labelLimit=230, labelFontSize=12, titleFontSize=12,
        titleFontWeight="normal", gridColor="#e3e3e3", domainColor=INK, tickColor=INK,
    ).configure_legend(
        orient="bottom", labelColor=INK, labelFontSize=12, labelLimit=260, columns=3, columnPadding=30,
    )  # fmt: skip
    return Picture(
        name=name, section=section, title=title, caption=caption, columns=columns,
        rows=tuple(rows), specification=styled.to_dict(),
    )  # fmt: skip
