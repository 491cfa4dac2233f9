"""Drawing: a picture as a Vega-Lite specification and as SVG, in a light and a dark theme.

Drawn by Altair (Vega-Lite) without a browser. Colours are those of Okabe and Ito (2008, Color
Universal Design), lighter on a dark ground; people with any colour vision can distinguish them, and no
picture relies on colour alone. Every row has its label and its denominator above its mark and its
number beside it, so that a picture reads at the width of a telephone.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Literal, assert_never

import msgspec

from assay.core.errors import missing_extra
from assay.quality.picture_cache import DRAWING_EXTRA, ThemeName

try:
    import altair as alt
    import vl_convert
except ImportError as error:
    raise missing_extra(*DRAWING_EXTRA) from error

from assay.quality.figures.picture import (
    BarPicture,
    ControlPicture,
    HeatPicture,
    Interval,
    IntervalPicture,
    Picture,
    Tone,
)

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
"""Font of all text."""

WIDTH = 320
"""Width of labels with their numbers in pixels."""

PLOT = 160
"""Width that marks take where a number is beside them, in pixels."""

ROW = 40
"""Height of one row in pixels: a line for its label, a line for its mark."""

LINE_CHARS, NOTE_CHARS = 48, 23
"""Characters that fit on the line of a label, and beside a mark."""

CELL_CHARS = 11
"""Characters that name a row or column of a heat map."""

CHART_HEIGHT = 110
"""Height of a control chart in pixels."""

_LABEL_Y, _MARK_Y = -11, 8


class DrawingTheme(msgspec.Struct, frozen=True, kw_only=True):
    """The colours of a ground and of what is drawn on it."""

    ground: str
    """Background of the picture."""
    ink: str
    """Text and lines."""
    faint: str
    """Text that is second in importance."""
    grid: str
    """Lines that are read past."""
    alarm: str
    """What calls for attention."""
    tones: Mapping[Tone, str]
    """The colours by their names."""


THEMES: Mapping[ThemeName, DrawingTheme] = {
    "light": DrawingTheme(
        ground="#fffefc",
        ink="#1d1c1a",
        faint="#5b574f",
        grid="#dedad1",
        alarm="#a3260f",
        tones={
            "blue": "#0072B2", "orange": "#D55E00", "green": "#009E73", "pink": "#CC79A7",
            "sky": "#56B4E9", "yellow": "#F0E442", "grey": "#999999", "empty": "#f1efe9",
        },
    ),
    "dark": DrawingTheme(
        ground="#201f1c",
        ink="#e9e5dd",
        faint="#b3ada2",
        grid="#45413a",
        alarm="#f2937f",
        tones={
            "blue": "#4ba3dd", "orange": "#f0813a", "green": "#2fc79b", "pink": "#df9bc2",
            "sky": "#a6d8f5", "yellow": "#F0E442", "grey": "#8f8a80", "empty": "#33302b",
        },
    ),
}  # fmt: skip
"""The themes; their grounds are those of the pages that show the pictures."""


def draw(picture: Picture, theme: ThemeName) -> str:
    """The picture as SVG: no script, no reference to anything outside.

    It is drawn once, in the light theme; the dark one is the same drawing in other colours.
    """
    light = _draw_light(picture)
    return light if theme == "light" else _TAG.sub(_tag_in_the_dark, light)


def to_specification(picture: Picture) -> str:
    """The picture's Vega-Lite specification as JSON, in the light theme."""
    specification = _specify(picture)
    return json.dumps(specification, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


@lru_cache(maxsize=256)
def _draw_light(picture: Picture) -> str:
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    svg: str = vl_convert.vegalite_to_svg(_specify(picture), vl_version=version)
    return svg + "\n"


_TAG = re.compile(r"<[A-Za-z][^>]*>")
"""An opening tag. Foreign text of a picture stands between tags, where `<` is escaped."""

_COLOUR = re.compile(r' (fill|stroke)="(#[0-9A-Fa-f]{6}|rgb\((\d+), ?(\d+), ?(\d+)\))"')
"""A colour that a drawing has: one of the theme's, or one between the two ends of a heat map."""


def _tag_in_the_dark(match: re.Match[str]) -> str:
    return _COLOUR.sub(_colour_in_the_dark, match[0])


def _colour_in_the_dark(match: re.Match[str]) -> str:
    attribute, colour, *channels = match.groups()
    dark = _shade_in_the_dark(*map(int, channels)) if channels[0] else _dark_colours()[colour]
    return f' {attribute}="{dark}"'


@cache
def _dark_colours() -> dict[str, str]:
    """Each colour of the light theme with the one that stands for it on a dark ground."""
    return dict(zip(_colours(THEMES["light"]), _colours(THEMES["dark"]), strict=True))


def _colours(theme: DrawingTheme) -> tuple[str, ...]:
    named = (theme.ground, theme.ink, theme.faint, theme.grid, theme.alarm)
    return (*named, *(theme.tones[tone] for tone in sorted(theme.tones)))


def _shade_in_the_dark(*channels: int) -> str:
    """A shade of a heat map as far between the dark theme's ends as it is between the light theme's."""
    (start, end), (dark_start, dark_end) = (
        (_channels(theme.tones["empty"]), _channels(theme.tones["blue"]))
        for theme in (THEMES["light"], THEMES["dark"])
    )
    # Red runs furthest from end to end, so it tells the place between them most exactly.
    way = (start[0] - channels[0]) / (start[0] - end[0])
    shades = (round(a + way * (b - a)) for a, b in zip(dark_start, dark_end, strict=True))
    return f"rgb({', '.join(map(str, shades))})"


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


@lru_cache(maxsize=256)
def _specify(picture: Picture) -> dict[str, Any]:
    theme = THEMES["light"]
    chart = _chart_of(picture, theme)
    styled = chart.configure(
        aria=False, background=theme.ground, font=FONT, padding=10,
    ).configure_view(
        stroke=None
    ).configure_axis(
        labelColor=theme.faint, titleColor=theme.faint, labelFontSize=11, titleFontSize=11,
        titleFontWeight="normal", gridColor=theme.grid, domainColor=theme.faint, tickColor=theme.faint,
    ).configure_legend(
        orient="bottom", labelColor=theme.ink, labelFontSize=11, labelLimit=140, columns=2,
        columnPadding=26, offset=8, symbolType="square", symbolStrokeWidth=0.75,
        symbolStrokeColor=theme.faint,
    )  # fmt: skip
    # Checking the specification against the schema of Vega-Lite takes as long as drawing it, and finds
    # nothing that the drawing would not.
    specification: dict[str, Any] = styled.to_dict(validate=False)
    return specification


def _chart_of(picture: Picture, theme: DrawingTheme) -> Any:
    match picture:
        case BarPicture():
            return _bars(picture, theme)
        case IntervalPicture():
            return _intervals(picture, theme)
        case HeatPicture():
            return _heat_map(picture, theme)
        case ControlPicture():
            return _control_chart(picture, theme)
        case _ as never:
            assert_never(never)


def _rows_chart(values: Sequence[Mapping[str, Any]]) -> Any:
    """A chart of these values, a row of the picture for each `row`."""
    scale = alt.Scale(paddingInner=0, paddingOuter=0)
    return alt.Chart(alt.InlineData(values=[dict(value) for value in values])).encode(
        y=alt.Y("row:O", axis=None, scale=scale)
    )


def _row_texts(rows: Sequence[tuple[str, str, str]], theme: DrawingTheme) -> list[Any]:
    """Label, aside and note of each row, as layers."""
    values = [
        {
            "row": place,
            "label": _cut(label, LINE_CHARS - len(aside)),
            "aside": aside,
            "note": _cut(note, NOTE_CHARS),
        }
        for place, (label, aside, note) in enumerate(rows)
    ]
    base = _rows_chart(values)

    def text(field: str, align: str, x: int, dy: int, colour: str) -> Any:
        size = 11 if field == "note" else 12
        mark = base.mark_text(align=align, baseline="middle", dy=dy, color=colour, fontSize=size)
        return mark.encode(x=alt.value(x), text=f"{field}:N")

    return [
        text("label", "left", 0, _LABEL_Y, theme.ink),
        text("aside", "right", WIDTH, _LABEL_Y, theme.faint),
        text("note", "right", WIDTH, _MARK_Y, theme.ink),
    ]


def _bars(picture: BarPicture, theme: DrawingTheme) -> Any:
    values = [
        {"row": row, "part": part.name, "place": place, "length": length}
        for row, bar in enumerate(picture.bars)
        for place, (part, length) in enumerate(zip(picture.parts, bar.lengths, strict=True))
        if length  # an outline of nothing would look like something
    ]
    targets = [
        {"row": row, "target": bar.target}
        for row, bar in enumerate(picture.bars)
        if bar.target is not None
    ]
    most = max([1.0, *(max(sum(bar.lengths), bar.target or 0) for bar in picture.bars)])
    title = f"share of {picture.unit}" if picture.shares else picture.unit
    x = alt.X(
        "length:Q",
        stack="normalize" if picture.shares else "zero",
        title=title,
        scale=alt.Scale(domain=[0, 1.0 if picture.shares else most], nice=False, range=[0, PLOT]),
        axis=alt.Axis(
            format="%" if picture.shares else "~s", tickCount=4, tickMinStep=0 if picture.shares else 1,
            grid=False, titleAnchor="start", titleX=0,
        ),
    )  # fmt: skip
    bars = (
        _rows_chart(values)
        .mark_bar(size=13, yOffset=_MARK_Y, stroke=theme.faint, strokeWidth=0.75)
        .encode(x=x, color=_part_colour(picture, theme), order=alt.Order("place:Q"))
    )
    layers = [bars, *_row_texts([(b.label, b.aside, b.note) for b in picture.bars], theme)]
    if targets:
        # A wider tick in the colour of the ground sets the mark apart from the bar that it crosses.
        goals = _rows_chart(targets).encode(x=alt.X("target:Q", title=title))
        for thickness, colour in ((6, theme.ground), (2.5, theme.ink)):
            layers.append(
                goals.mark_tick(thickness=thickness, size=20, yOffset=_MARK_Y, color=colour)
            )
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(ROW))


def _part_colour(picture: BarPicture, theme: DrawingTheme) -> Any:
    scale = alt.Scale(
        domain=[part.name for part in picture.parts],
        range=[theme.tones[part.tone] for part in picture.parts],
    )
    legend = alt.Undefined if len(picture.parts) > 1 else None
    return alt.Color("part:N", scale=scale, title=None, legend=legend)


def _intervals(picture: IntervalPicture, theme: DrawingTheme) -> Any:
    axis = picture.axis
    scale = alt.Scale(
        domain=[axis.low, axis.high], nice=False, range=[0, PLOT], clamp=True,
        type="log" if axis.logarithmic else "linear",
    )  # fmt: skip

    def across(field: str) -> Any:
        ticks = alt.Axis(
            tickCount=3,
            format=".0%" if axis.percent else "~g",
            grid=False,
            titleAnchor="start",
            titleX=0,
        )
        return alt.X(field, title=axis.title, scale=scale, axis=ticks)

    bounds = [_bounds(row, item) for row, item in enumerate(picture.intervals)]
    base = _rows_chart([value for value in bounds if value["low"] is not None])
    points = _rows_chart([value for value in bounds if value["value"] is not None])
    marks = alt.Chart(alt.InlineData(values=[{"mark": mark} for mark in axis.marks]))
    layers = [
        marks.mark_rule(color=theme.grid, strokeWidth=1.5).encode(x=across("mark:Q")),
        base.mark_rule(strokeWidth=2, yOffset=_MARK_Y, color=theme.ink).encode(
            x=across("low:Q"), x2="high:Q"
        ),
        points.mark_point(
            filled=True, size=70, opacity=1, yOffset=_MARK_Y, color=theme.tones["blue"]
        ).encode(x=across("value:Q")),
        *_row_texts([(item.label, item.aside, item.note) for item in picture.intervals], theme),
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(ROW))


def _bounds(row: int, item: Interval) -> dict[str, Any]:
    both = item.low is not None and item.high is not None
    return {
        "row": row,
        "value": item.value,
        "low": item.low if both else None,
        "high": item.high if both else None,
    }


def _heat_map(picture: HeatPicture, theme: DrawingTheme) -> Any:
    values = [
        {"row": row, "column": column, "count": count}
        for row, counts in enumerate(picture.counts)
        for column, count in enumerate(counts)
    ]
    most = max([1, *(value["count"] for value in values)])
    blue = theme.tones["blue"]
    colour = alt.Color(
        "count:Q",
        scale=alt.Scale(domain=[0, most], range=[theme.tones["empty"], blue], interpolate="rgb"),
        legend=None,
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("column:O", title=None, axis=_name_axis(picture.columns, orient="top")),
        y=alt.Y("row:O", title=None, axis=_name_axis(picture.rows, orient="left")),
    )
    # Where the colour is strong, text in ink would be lost on it.
    strong = alt.datum["count"] > most * 0.6
    text = base.mark_text(fontSize=12).encode(
        text="count:Q", color=alt.condition(strong, alt.value(theme.ground), alt.value(theme.ink))
    )
    return alt.layer(base.mark_rect(stroke=theme.ground).encode(color=colour), text).properties(
        width=WIDTH - 70, height=alt.Step(30)
    )


def _name_axis(names: Sequence[str], *, orient: Literal["top", "left"]) -> Any:
    """An axis of places that shows names; the names are data of the expression, as JSON."""
    shown = json.dumps([_cut(name, CELL_CHARS) for name in names])
    return alt.Axis(
        labelExpr=f"{shown}[datum.value]",
        orient=orient,
        labelAngle=-30 if orient == "top" else 0,
        domain=False,
        ticks=False,
    )


def _control_chart(picture: ControlPicture, theme: DrawingTheme) -> Any:
    values = [
        {"answer": place + 1, "statistic": statistic, "signal": place in picture.signals}
        for place, statistic in enumerate(picture.statistics)
    ]
    limits = [0.0, picture.upper, *([] if picture.lower is None else [picture.lower])]
    x = alt.X(
        "answer:Q", title="answers", axis=alt.Axis(tickCount=4, tickMinStep=1, grid=False),
        scale=alt.Scale(domain=[1, max(2, len(values))], nice=False),
    )  # fmt: skip
    y = alt.Y("statistic:Q", title=None, axis=alt.Axis(tickCount=4, grid=False))
    signals = alt.Chart(alt.InlineData(values=[value for value in values if value["signal"]]))
    bounds = alt.Chart(alt.InlineData(values=[{"limit": limit} for limit in limits[1:]]))
    zero = alt.Chart(alt.InlineData(values=[{"limit": 0.0}]))
    layers = [
        zero.mark_rule(color=theme.grid).encode(y="limit:Q"),
        bounds.mark_rule(color=theme.tones["orange"], strokeDash=[4, 3]).encode(y="limit:Q"),
        alt.Chart(alt.InlineData(values=_segments(picture)))
        .mark_rule(color=theme.tones["blue"], strokeWidth=2)
        .encode(x=x, y=y, x2="next_answer", y2="next_statistic"),
        signals.mark_point(
            shape="diamond", filled=True, size=120, opacity=1, color=theme.alarm
        ).encode(x=x, y=y),
    ]
    return alt.layer(*layers).properties(width=WIDTH - 30, height=CHART_HEIGHT)


def _segments(picture: ControlPicture) -> list[dict[str, Any]]:
    """The line in pieces: it breaks after an alarm, where the statistic starts again."""
    points = list(enumerate(picture.statistics, 1))
    return [
        {"answer": answer, "statistic": value, "next_answer": after, "next_statistic": next_value}
        for (answer, value), (after, next_value) in pairwise(points)
        if answer - 1 not in picture.signals
    ]


def _cut(text: str, longest: int) -> str:
    """A text that fits; the data beside the picture has the whole."""
    return text if len(text) <= longest else f"{text[: max(1, longest - 1)]}…"
