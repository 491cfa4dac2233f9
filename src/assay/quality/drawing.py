"""A picture: its data, its specification, and how it becomes SVG.

Drawn by Altair (Vega-Lite) without a browser. Colours are those of Okabe and Ito (2008, Color
Universal Design), which people with any colour vision can distinguish; no picture relies on colour
alone.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from assay.core.errors import missing_extra

try:
    import altair as alt
    import vl_convert
except ImportError as error:
    raise missing_extra("report", "the pictures of the quality report") from error

from assay.quality.outline import SectionKey
from assay.review.exchange import escape_formula

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
        [escape_formula(cell) if isinstance(cell, str) else cell for cell in row]
        for row in picture.rows
    )
    return out.getvalue()


def to_specification(picture: Picture) -> str:
    """The picture's specification as JSON."""
    return json.dumps(picture.specification, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


COEFFICIENTS: Mapping[str, str] = {"alpha": BLUE, "AC": ORANGE, "percent agreement": GREY}
"""The numbers that belong together, with their colours."""


def stacked_bars(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    order: Sequence[str],
    colours: Mapping[str, str],
    *,
    stack: Literal["zero", "normalize"],
) -> Any:
    """Bars of the third column by the first, split by the second."""
    name, part, count = columns
    places = {value: place for place, value in enumerate(colours)}
    placed = [(*row, places[str(row[1])]) for row in rows]
    axis = alt.Axis(format="%", tickCount=5) if stack == "normalize" else alt.Axis(tickMinStep=1)
    title = f"share of {count}" if stack == "normalize" else count
    return (
        chart_of((*columns, "place"), placed)
        .mark_bar(stroke="white", strokeWidth=1)
        .encode(
            y=alt.Y(f"{name}:N", sort=list(order), title=None),
            x=alt.X(f"{count}:Q", stack=stack, axis=axis, title=title),
            color=colour(part, colours),
            order=alt.Order("place:Q"),
        )
        .properties(width=WIDTH, height=alt.Step(24))
    )


def chart_of(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Any:
    """A chart of these rows, without marks."""
    values = [dict(zip(columns, row, strict=True)) for row in rows]
    return alt.Chart(alt.InlineData(values=values))


def colour(field: str, colours: Mapping[str, str]) -> Any:
    """The colour of a field's values, with a legend but no title."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(f"{field}:N", scale=scale, title=None)


def cut(rows: int) -> str:
    """A sentence that says how many rows are not drawn; empty where all are."""
    return f" The first {MOST_ROWS} of {rows} are drawn." if rows > MOST_ROWS else ""


def picture_of(
    name: str,
    section: SectionKey,
    title: str,
    *,
    caption: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    chart: Any,
) -> Picture:
    """The picture that a chart makes, in the one style of all pictures.

    Args:
        name: name of its files.
        section: the section that it belongs to.
        title: what it shows, in a few words.
        caption: how to read it.
        columns: columns of its data.
        rows: its data, drawn or not; at least one row.
        chart: the Altair chart.
    """
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
