"""Figures as a page shows them: addresses of pictures, of records behind a number, of files.

A page names its pictures by their digests and draws none; a browser asks for those that come into view,
in the theme that it shows. Drawing takes a tenth of a second, and a page has up to some dozens.
"""

from collections.abc import Sequence
from functools import cache
from urllib.parse import urlencode

import msgspec

from assay.quality.figures.figure import Figure, FigureCell
from assay.quality.figures.picture import (
    BarPicture,
    ControlPicture,
    HeatPicture,
    IntervalPicture,
    Picture,
    alternative_text,
)
from assay.quality.picture_cache import PictureCache, ThemeName, missing_drawing

RECORDS = "/overview/records"
"""The page of the records behind a number."""

QUEUES = "/overview/queues"
"""The page of the queues; a queue's handle is the fragment of its place there."""


WIDTH = 341
"""Width of a drawing in pixels, about."""

PICTURES = "/overview/pictures"
"""The path under which pictures are served."""


class ShownPanel(msgspec.Struct, frozen=True, kw_only=True):
    """A picture on a page."""

    heading: str
    """What it shows, where a figure has several."""
    aside: str
    """Its denominator, such as the number of reviewers; empty where it has none."""
    text: str
    """The picture in words, for those who do not see it."""
    light: str
    """Address of its drawing for a light page."""
    dark: str
    """Address of its drawing for a dark page."""
    width: int
    """Width of its drawing in pixels, about; the page keeps this much space for it."""
    height: int
    """Height of its drawing in pixels, about."""


class ShownFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure on a page."""

    figure: Figure
    """Its words and its data."""
    panels: tuple[ShownPanel, ...]
    """Its pictures; empty where there are none, or where nothing can draw them."""
    unfolded: bool
    """Whether its table is open from the start: always where nothing can be drawn."""


def records(*conditions: tuple[str, str | int]) -> str:
    """The address of a list of records."""
    return f"{RECORDS}?{urlencode(conditions)}" if conditions else RECORDS


def cell_address(cell: FigureCell) -> str | None:
    """Where a cell leads; None where it leads nowhere."""
    if cell.queue:
        return f"{QUEUES}#{cell.queue}"
    return None if cell.records is None else records(*cell.records)


@cache
def drawing_hint() -> str:
    """How to install what draws pictures; empty where it is installed."""
    missing = missing_drawing()
    return missing.hint if missing else ""


def new_cache() -> PictureCache:
    """An empty cache of drawings."""
    return PictureCache(_draw)


def _draw(picture: Picture, theme: ThemeName) -> str:
    from assay.quality.drawing import draw  # noqa: PLC0415  loads the drawing libraries

    return draw(picture, theme)


def shown_figures(
    page: str, figures: Sequence[Figure], drawings: PictureCache
) -> dict[str, ShownFigure]:
    """Figures as a page shows them, by name.

    Args:
        page: name of the page in `FIGURES`.
        figures: what it shows.
        drawings: holds the pictures, so that the browser can ask for them.
    """
    can_draw = not drawing_hint()
    return {
        figure.name: ShownFigure(
            figure=figure,
            panels=_shown_panels(page, figure, drawings) if can_draw else (),
            unfolded=figure.open or not can_draw,
        )
        for figure in figures
    }


def _shown_panels(page: str, figure: Figure, drawings: PictureCache) -> tuple[ShownPanel, ...]:
    panels = []
    for panel in figure.panels:
        address = f"{PICTURES}/{page}/{drawings.add(panel.picture)}"
        panels.append(
            ShownPanel(
                heading=panel.heading,
                aside=panel.aside,
                text=alternative_text(panel.picture),
                light=f"{address}/light.svg",
                dark=f"{address}/dark.svg",
                width=WIDTH,
                height=_height_of(panel.picture),
            )
        )
    return tuple(panels)


def _height_of(picture: Picture) -> int:
    """The height of a drawing in pixels, about."""
    # Without it the page would jump as pictures come in, and a browser would take all of them for being
    # in view and ask for all at once.
    match picture:
        case BarPicture(bars=rows) | IntervalPicture(intervals=rows):
            return 60 + 40 * len(rows)
        case HeatPicture(rows=names):
            return 60 + 30 * len(names)
        case ControlPicture():
            return 170
