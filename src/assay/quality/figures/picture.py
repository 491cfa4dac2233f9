"""Pictures as data: what is drawn, in words and numbers, without a drawing library.

A picture holds all that its drawing shows, so that its digest names the drawing.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeVar

import msgspec

from assay.core.digest import sha256_hex

MOST_ROWS = 20
"""Rows that one picture draws; its figure's data has all of them."""

MOST_COLUMNS = 8
"""Columns of a heat map that leave space for their numbers."""

DIGEST_CHARS = 32
"""Characters of a picture's digest: 128 bits."""

SPOKEN_ROWS = 8
"""Rows that the alternative text of a picture reads out; the table beside it has all."""

Tone = Literal["blue", "orange", "green", "pink", "sky", "yellow", "grey", "empty"]
"""Names of the colours; what each looks like depends on the theme. `empty` is an outline."""

Row = TypeVar("Row")


class BarPart(msgspec.Struct, frozen=True):
    """A kind of what bars are made of; every bar has a length for each."""

    name: str
    """What it counts, as the legend says it."""
    tone: Tone


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A bar with its label and its number."""

    label: str
    """What it counts, such as a queue or a slice; a drawing cuts what is too long."""
    lengths: tuple[float, ...]
    """A length for each part of the picture, in the picture's unit."""
    note: str
    """The number in words, with its denominator."""
    aside: str = ""
    """More about it, above the note."""
    target: float | None = None
    """Where it should reach, in the picture's unit; None where nothing is asked for."""


class BarPicture(msgspec.Struct, frozen=True, kw_only=True, tag="bars"):
    """Horizontal bars, each of the same parts."""

    name: str
    """Name of the picture, unique in its figure."""
    title: str
    """What it shows, for those who do not see it."""
    parts: tuple[BarPart, ...]
    """What the bars are made of, from their start; a single part has no legend."""
    bars: tuple[Bar, ...]
    """The bars, from the top; at most `MOST_ROWS`."""
    unit: str
    """What lengths count, such as `records`."""
    shares: bool = False
    """Whether all bars are equally long and show the shares of their parts."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its interval."""

    label: str
    """What it is a number of, such as a question; a drawing cuts what is too long."""
    aside: str
    """Its denominator in words, such as `12 of 40` or `98 items`."""
    value: float | None
    """The number; None where it is undefined."""
    low: float | None
    """Lower bound; None where there is none."""
    high: float | None
    """Upper bound; None where there is none."""
    note: str
    """The number in words, or why there is none."""


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """The axis of intervals."""

    low: float
    """The number at its left end."""
    high: float
    """The number at its right end, above `low`."""
    title: str
    """What its numbers are, with their unit."""
    percent: bool = False
    """Whether numbers are shares and are written in per cent."""
    logarithmic: bool = False
    """Whether equal ratios are equally far apart; then `low` is above 0."""
    marks: tuple[float, ...] = ()
    """Numbers that have a line from top to bottom, such as chance."""


class IntervalPicture(msgspec.Struct, frozen=True, kw_only=True, tag="intervals"):
    """Numbers as points with their intervals, on one axis."""

    name: str
    """Name of the picture, unique in its figure."""
    title: str
    """What it shows, for those who do not see it."""
    intervals: tuple[Interval, ...]
    """The numbers, from the top; at most `MOST_ROWS`."""
    axis: Axis
    """What the numbers are drawn against."""


class HeatPicture(msgspec.Struct, frozen=True, kw_only=True, tag="heat"):
    """Counts by two axes, the stronger the colour the more, each with its number."""

    name: str
    """Name of the picture, unique in its figure."""
    title: str
    """What it shows, for those who do not see it."""
    rows: tuple[str, ...]
    """Names of the rows, from the top; at most `MOST_ROWS`."""
    columns: tuple[str, ...]
    """Names of the columns; at most `MOST_COLUMNS`."""
    counts: tuple[tuple[int, ...], ...]
    """A number for each row and column."""


class ControlPicture(msgspec.Struct, frozen=True, kw_only=True, tag="control"):
    """A statistic over answers between its limits."""

    name: str
    """Name of the picture, unique in its figure."""
    title: str
    """What it shows, for those who do not see it."""
    statistics: tuple[float, ...]
    """The statistic after each answer."""
    upper: float
    """The limit above, in the unit of the statistic."""
    lower: float | None
    """The limit below, in the same unit; None where only one direction is watched."""
    signals: tuple[int, ...]
    """Places of the answers that raised an alarm, from 0; the statistic starts again after each."""


Picture = BarPicture | IntervalPicture | HeatPicture | ControlPicture


def digest_of(picture: Picture) -> str:
    """The name of everything that a picture shows: pictures with the same digest look the same."""
    return sha256_hex(msgspec.json.encode(picture))[:DIGEST_CHARS]


def alternative_text(picture: Picture) -> str:
    """A picture in words: its title, and its first rows with their numbers."""
    spoken = list(_spoken_rows(picture))
    first = "; ".join(spoken[:SPOKEN_ROWS])
    more = f"; {len(spoken) - SPOKEN_ROWS} more in the data" if len(spoken) > SPOKEN_ROWS else ""
    return f"{picture.title}. {first}{more}" if spoken else picture.title


def _spoken_rows(picture: Picture) -> Iterator[str]:
    match picture:
        case BarPicture(bars=rows) | IntervalPicture(intervals=rows):
            for row in rows:
                yield f"{row.label}: {', '.join(text for text in (row.note, row.aside) if text)}"
        case HeatPicture():
            for name, counts in zip(picture.rows, picture.counts, strict=True):
                cells = zip(picture.columns, counts, strict=True)
                yield f"{name}: {', '.join(f'{column} {count}' for column, count in cells)}"
        case ControlPicture():
            return  # its title has the number of values and of alarms


def first_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows that are drawn."""
    return tuple(rows[:MOST_ROWS])


def cut_note(rows: int) -> str:
    """A sentence that says how many rows are not drawn; empty where all are."""
    return f" The first {MOST_ROWS} of {rows} are drawn." if rows > MOST_ROWS else ""
