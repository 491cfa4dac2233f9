"""Drawing: small pictures as inline SVG, in classes of the style sheet, so that both themes hold.

A picture of rows has no scale of its own: its marks are at shares of the width and its text keeps
its size, so that it reads on a telephone as on a desk. Text is text. Every picture names itself;
its data is in a table beside it.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec
from markupsafe import Markup, escape

ROW = 44
"""Height of one row of bars or intervals, in pixels."""

PLOT = 60.0
"""Share of the width that marks take, in per cent; numbers are to the right of it."""

LONGEST = 44
"""Characters of a label; a longer one is cut, and is whole in the table."""

LONGEST_BESIDE = 28
"""Characters of a label that has a number at its side."""

MOST_COLUMNS = 8
"""Columns of a heat map that leave space for their numbers."""

CHART_WIDTH, CHART_HEIGHT = 310, 100
"""Size of a control chart, in units of its own."""

Attributes = Mapping[str, str | float]
"""Attributes of an element by name."""

_HEAT_ROW, _HEAT_LABELS, _SHADES = 32, 28.0, 5


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a bar."""

    value: float
    """How long it is, in the bars' unit."""
    shade: str
    """Its class in the style sheet."""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A bar with its label and its number."""

    label: str
    """What it counts."""
    segments: tuple[Segment, ...]
    """Its parts, from the start."""
    note: str
    """The number in words, with its denominator."""
    target: float | None = None
    """Where it should reach; None where nothing is asked for."""


class DrawnInterval(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its interval."""

    label: str
    """What it is."""
    aside: str
    """Its denominator."""
    value: float | None
    """The number; None where it is undefined."""
    low: float | None
    """Lower bound; None where there is none."""
    high: float | None
    """Upper bound; None where there is none."""
    note: str
    """The number in words, or why there is none."""


class AxisScale(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that an axis shows."""

    low: float
    """Its start."""
    high: float
    """Its end, above `low`."""
    ticks: tuple[tuple[float, str], ...]
    """Places that carry a name."""
    marks: tuple[float, ...] = ()
    """Places of a line from top to bottom, such as chance."""

    def place(self, value: float) -> float:
        """The place of a number, in per cent of the picture's width; outside it, at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return 100 * min(1.0, max(0.0, share)) * PLOT / 100


def bars(name: str, title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars with their labels above and their numbers beside them.

    Args:
        name: name of the picture, unique on its page.
        title: what it shows, for those who do not see it.
        rows: the bars, from the top.
    """
    most = max([1.0, *(_length(row) for row in rows), *(row.target or 0 for row in rows)])
    scale = AxisScale(low=0, high=most, ticks=())
    drawn = [_bar(row, scale, at * ROW) for at, row in enumerate(rows)]
    return _picture(name, title, drawn, _wide(ROW * len(rows)))


def intervals(name: str, title: str, rows: Sequence[DrawnInterval], scale: AxisScale) -> Markup:
    """Numbers as points with their intervals, on one axis.

    Args:
        name: name of the picture, unique on its page.
        title: what it shows, for those who do not see it.
        rows: the numbers, from the top.
        scale: the axis.
    """
    height = ROW * len(rows)
    drawn = [_interval(row, scale, at * ROW) for at, row in enumerate(rows)]
    grid = [_upright(scale.place(mark), 0, height, "grid") for mark in scale.marks]
    parts = [*grid, *drawn, _axis(scale, height)]
    return _picture(name, title, parts, _wide(height + 20))


def heat_map(
    name: str,
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
) -> Markup:
    """Counts by two axes, the darker the more, each with its number.

    Args:
        name: name of the picture, unique on its page.
        title: what it shows, for those who do not see it.
        rows: names of the rows.
        columns: names of the columns, at most `MOST_COLUMNS`.
        counts: a number for each row and column.
    """
    width = (100 - _HEAT_LABELS) / len(columns)
    most = max([1, *(count for row in counts for count in row)])
    parts = [
        text(column, _HEAT_LABELS + width * (at + 0.5), 16, anchor="middle", longest=40 // len(columns))
        for at, column in enumerate(columns)
    ]  # fmt: skip
    for line, (row, numbers) in enumerate(zip(rows, counts, strict=True)):
        top = 24 + line * _HEAT_ROW
        parts.append(text(row, 0, top + 20, longest=14))
        for at, number in enumerate(numbers):
            shade = _shade(number, most)
            left = _HEAT_LABELS + width * at
            parts.append(_box(left, top, width - 0.5, _HEAT_ROW - 2, f"heat-{shade}"))
            on = "on" if shade == _SHADES - 1 else ""
            middle = left + (width - 0.5) / 2
            parts.append(text(str(number), middle, top + 20, anchor="middle", shade=on))
    return _picture(name, title, parts, _wide(24 + _HEAT_ROW * len(rows)))


def control_chart(
    name: str,
    title: str,
    statistics: Sequence[float],
    *,
    upper: float,
    lower: float | None,
    signals: Sequence[int],
) -> Markup:
    """A statistic over answers between its limits; alarms stand out by shape, colour and number.

    Args:
        name: name of the picture, unique on its page.
        title: what it shows, for those who do not see it.
        statistics: the statistic after each answer.
        upper: the limit above.
        lower: the limit below; None where only one direction is watched.
        signals: places of the answers that raised an alarm, from 0.
    """
    bottom = lower if lower is not None else 0.0
    high, low = max([upper, *statistics]), min([bottom, *statistics])
    span = (high - low) or 1.0
    last = max(1, len(statistics) - 1)

    def across(at: int) -> float:
        return round(8 + (CHART_WIDTH - 16) * at / last, 2)

    def down(value: float) -> float:
        return round(10 + (CHART_HEIGHT - 32) * (high - value) / span, 2)

    limits = [upper] if lower is None else [upper, lower]
    parts = [_level(down(limit), "target") for limit in limits]
    parts.append(_level(down(0.0), "axis"))
    for (at, before), (following, after) in pairwise(enumerate(statistics)):
        if at in signals:
            continue  # the statistic starts again after an alarm
        parts.append(_line(across(at), across(following), down(before), down(after), "line"))
    for at in signals:
        x, y = across(at), down(statistics[at])
        diamond = f"M{x} {y - 6}L{x + 6} {y}L{x} {y + 6}L{x - 6} {y}Z"
        parts.append(element("path", {"d": diamond, "class": "out"}))
    base = CHART_HEIGHT - 4
    parts.append(_plain_text("1", 8, base, "start"))
    parts.append(_plain_text(str(len(statistics)), CHART_WIDTH - 8, base, "end"))
    view = {"viewBox": f"0 0 {CHART_WIDTH} {CHART_HEIGHT}"}
    return _picture(name, title, parts, view)


def text(
    words: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    shade: str = "",
    longest: int = LONGEST,
) -> Markup:
    """Words at a share of the width and a height in pixels; what is too long is cut."""
    shown = words if len(words) <= longest else f"{words[: max(1, longest - 1)]}…"
    place: dict[str, str | float] = {"x": _percent(x), "y": y}
    if anchor != "start":
        place["text-anchor"] = anchor
    if shade:
        place["class"] = shade
    return element("text", place, escape(shown))


def element(name: str, attributes: Attributes, *children: Markup) -> Markup:
    """An element of SVG; attributes and words are escaped."""
    given = Markup().join(
        Markup(' {}="{}"').format(Markup(key), value)  # noqa: S704  keys are our own
        for key, value in attributes.items()
    )
    tag = Markup(name)  # noqa: S704  names are our own
    return Markup("<{0}{1}>{2}</{0}>").format(tag, given, Markup().join(children))


def _wide(height: int) -> Attributes:
    return {"width": "100%", "height": height}


def _picture(name: str, title: str, parts: Sequence[Markup], size: Attributes) -> Markup:
    """The whole picture. Its own direction is fixed: numbers grow to the right in every language."""
    frame: Attributes = {"role": "img", "aria-labelledby": f"title-{name}", "direction": "ltr"}
    named = element("title", {"id": f"title-{name}"}, escape(title))
    return element("svg", {**frame, **size}, named, *parts)


def _bar(row: Bar, scale: AxisScale, top: int) -> Markup:
    parts = [text(row.label, 0, top + 14)]
    begin = 0.0
    for segment in row.segments:
        left, right = scale.place(begin), scale.place(begin + segment.value)
        begin += segment.value
        if segment.value:
            parts.append(_box(left, top + 21, right - left, 12, segment.shade))
    if row.target is not None:
        goal = scale.place(row.target)
        parts += [_upright(goal, top + 18, top + 36, shade) for shade in ("halo", "goal")]
    parts.append(text(row.note, PLOT + 2, top + 32))
    return element("g", {}, *parts)


def _interval(row: DrawnInterval, scale: AxisScale, top: int) -> Markup:
    middle = top + 28
    parts = [text(row.label, 0, top + 14, longest=LONGEST_BESIDE)]
    parts.append(text(row.aside, PLOT + 2, top + 14, shade="faint"))
    if row.low is not None and row.high is not None:
        low, high = scale.place(row.low), scale.place(row.high)
        parts.append(_line(_percent(low), _percent(high), middle, middle, "interval"))
        parts += [_upright(end, middle - 4, middle + 4, "interval") for end in (low, high)]
    if row.value is not None:
        centre = _percent(scale.place(row.value))
        spot: Attributes = {"cx": centre, "cy": middle, "r": 4.5, "class": "point"}
        parts.append(element("circle", spot))
    parts.append(text(row.note, PLOT + 2, middle + 4))
    return element("g", {}, *parts)


def _axis(scale: AxisScale, top: int) -> Markup:
    parts = [_line(0, _percent(PLOT), top, top, "axis")]
    for place, name in scale.ticks:
        x = scale.place(place)
        anchor = "start" if x < 1 else "end" if x > PLOT - 1 else "middle"
        parts.append(text(name, x, top + 15, anchor=anchor, shade="faint"))
    return Markup().join(parts)


def _upright(x: float, top: float, bottom: float, shade: str) -> Markup:
    return _line(_percent(x), _percent(x), top, bottom, shade)


def _level(y: float, shade: str) -> Markup:
    return _line(8, CHART_WIDTH - 8, y, y, shade)


def _line(x1: float | str, x2: float | str, y1: float, y2: float, shade: str) -> Markup:
    return element("line", {"x1": x1, "x2": x2, "y1": y1, "y2": y2, "class": shade})


def _plain_text(words: str, x: float, y: float, anchor: str) -> Markup:
    return element("text", {"x": x, "y": y, "text-anchor": anchor, "class": "faint"}, escape(words))


def _length(row: Bar) -> float:
    return sum(segment.value for segment in row.segments)


def _shade(number: int, most: int) -> int:
    """0 for nothing, then four steps up to the most."""
    return 0 if number == 0 else min(_SHADES - 1, 1 + (number * (_SHADES - 1) - 1) // most)


def _box(left: float, top: float, width: float, height: float, shade: str) -> Markup:
    place: Attributes = {"x": _percent(left), "y": top, "width": _percent(width)}
    return element("rect", {**place, "height": height, "class": shade})


def _percent(share: float) -> str:
    return f"{share:.2f}%"
