"""A figure: what it shows and how to read it, its pictures, and its data as a table and as CSV."""

import csv
import io
import math

import msgspec

from assay.quality.estimate import Estimate, Rate
from assay.quality.figures.picture import Axis, Interval, Picture
from assay.quality.wording import estimate as estimate_text
from assay.quality.wording import number as decimals
from assay.quality.wording import percent, undefined_text
from assay.review.exchange import escape_formula

Conditions = tuple[tuple[str, str], ...]
"""What a list of records has in common: name of a condition and its value, as addresses have them."""

DECIMALS = 4
"""Decimals of a share or coefficient in the data."""

SHARES = Axis(low=0.0, high=1.0, title="share", percent=True)
"""The axis of shares."""


class FigureCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of a figure's data."""

    value: str | int | float | None
    """What is in the CSV; None where there is nothing."""
    text: str
    """The same in words, as tables of pages show it."""
    records: Conditions | None = None
    """The records behind it: all where no condition is named, None where there is no list."""
    queue: str = ""
    """Handle of the queue that it names; empty where it names none."""

    @property
    def number(self) -> bool:
        """Whether it is set as a number."""
        return not isinstance(self.value, str)


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One picture of a figure; several are small multiples."""

    picture: Picture
    """What is drawn, as data; `drawing` makes an image of it."""
    heading: str = ""
    """What it shows, where a figure has several."""
    aside: str = ""
    """Its denominator, beside the heading; empty where each row has its own."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures with their data."""

    name: str
    """Its name in addresses and files, unique on its page."""
    title: str
    """What it shows, in a few words."""
    caption: str
    """How to read it."""
    panels: tuple[Panel, ...]
    """Its pictures; empty where there is nothing to draw."""
    columns: tuple[str, ...]
    """Columns of its data."""
    rows: tuple[tuple[FigureCell, ...], ...]
    """Its data: every row, drawn or not."""
    empty: str = ""
    """What to do where there is no data, as HTML of our own."""
    open: bool = False
    """Whether the table is unfolded from the start."""

    def file_names(self) -> tuple[str, ...]:
        """A name for the files of each picture: the figure's, with a number where it has several."""
        if len(self.panels) == 1:
            return (self.name,)
        return tuple(f"{self.name}-{place}" for place in range(1, len(self.panels) + 1))


def words(value: str, records: Conditions | None = None) -> FigureCell:
    """A cell of words."""
    return FigureCell(value=value, text=value, records=records)


def number(
    value: float | None, shown: str | None = None, records: Conditions | None = None
) -> FigureCell:
    """A cell with a number; `shown` is how people read it. A zero has no records behind it."""
    text = shown if shown is not None else "none" if value is None else f"{value:,}"
    return FigureCell(value=value, text=text, records=records if value else None)


def inside(slices: dict[str, str]) -> Conditions:
    """A slice as the condition of a list."""
    return tuple(("slice", f"{axis}:{value}") for axis, value in slices.items())


def decimal_cell(value: float | None) -> FigureCell:
    """A coefficient as a cell."""
    return number(None) if value is None else number(round(value, DECIMALS), decimals(value))


def percent_cell(value: float | None) -> FigureCell:
    """A share as a cell."""
    if value is None:
        return number(None, "undefined")
    return number(round(value, DECIMALS), percent(value))


def rate_cells(rate: Rate, records: Conditions | None = None) -> tuple[FigureCell, ...]:
    """A share as cells: count, trials, share, interval."""
    bounds = (percent_cell(bound) for bound in (rate.value, rate.low, rate.high))
    return (number(rate.count, records=records), number(rate.trials), *bounds)


def rate_interval(label: str, rate: Rate) -> Interval:
    """A share as it is drawn."""
    return Interval(
        label=label,
        aside=f"{rate.count} of {rate.trials}",
        value=rate.value,
        low=rate.low,
        high=rate.high,
        note=share_text(rate.value, rate.low, rate.high) or "nothing to count",
    )


def share_text(value: float | None, low: float | None, high: float | None) -> str:
    """A share with its interval; empty where it is undefined."""
    if value is None:
        return ""
    if low is None or high is None:
        return percent(value)
    return f"{percent(value)} ({100 * low:.1f} to {100 * high:.1f})"


ESTIMATE_COLUMNS = ("value", "low", "high", "items", "answers", "undefined because")
"""Columns of a coefficient."""


def estimate_cells(coefficient: Estimate) -> tuple[FigureCell, ...]:
    """A coefficient as cells, by `ESTIMATE_COLUMNS`."""
    return (
        *(decimal_cell(bound) for bound in (coefficient.value, coefficient.low, coefficient.high)),
        number(coefficient.n_items),
        number(coefficient.n_ratings),
        words(undefined_text(coefficient.reason) if coefficient.reason else ""),
    )


def estimate_interval(label: str, coefficient: Estimate) -> Interval:
    """A coefficient as it is drawn."""
    return Interval(
        label=label,
        aside=f"{coefficient.n_items} items",
        value=coefficient.value,
        low=coefficient.low,
        high=coefficient.high,
        note=_estimate_note(coefficient),
    )


def _estimate_note(coefficient: Estimate) -> str:
    """What is beside a mark; why there is no interval is in the data."""
    if coefficient.value is not None and coefficient.low is None:
        return decimals(coefficient.value)
    return estimate_text(coefficient).removeprefix("undefined: ")


def coefficient_axis(coefficients: list[Estimate]) -> Axis:
    """An axis to 1 that begins at 0, or at a tenth below it where something is there."""
    bounds = [b for item in coefficients for b in (item.value, item.low) if b is not None]
    low = max(-1.0, min([0.0, *(math.floor(bound * 10) / 10 for bound in bounds)]))
    return Axis(low=low, high=1.0, title="agreement", marks=(0.0,))


def to_csv(figure: Figure) -> str:
    """A figure's data as CSV; no cell reads as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(figure.columns)
    for row in figure.rows:
        values = [cell.value for cell in row]
        writer.writerow(
            [escape_formula(value) if isinstance(value, str) else value for value in values]
        )
    return out.getvalue()


def short(pseudonym: str) -> str:
    """The beginning of a pseudonym, by which people distinguish it from others."""
    return pseudonym[:12]
