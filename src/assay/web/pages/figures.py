"""A figure of a page: its pictures, and their data as a table and as CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from assay.review.exchange import escape_formula

RECORDS = "/overview/records"
"""The page of the records behind a number."""


class FigureCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of a figure's data."""

    value: str | int | float | None
    """What is in the CSV; None where there is nothing."""
    text: str
    """What is on the page."""
    href: str | None = None
    """The records behind it, where there is a list."""

    @property
    def number(self) -> bool:
        """Whether it is set as a number."""
        return not isinstance(self.value, str)


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One picture; several of one figure are small multiples."""

    svg: Markup
    """The picture."""
    title: str = ""
    """What it shows, where a figure has several."""
    aside: str = ""
    """Its denominator."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures with their data."""

    name: str
    """Its name in addresses, unique on its page."""
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
    keys: tuple[tuple[str, str], ...] = ()
    """What the shades mean: class -> words."""


def words(value: str, href: str | None = None) -> FigureCell:
    """A cell of words."""
    return FigureCell(value=value, text=value, href=href)


def number(value: float | None, shown: str | None = None, href: str | None = None) -> FigureCell:
    """A cell with a number; `shown` is how the page writes it."""
    text = shown if shown is not None else "none" if value is None else f"{value:,}"
    return FigureCell(value=value, text=text, href=href if value else None)


def records(*given: tuple[str, Any]) -> str:
    """The address of a list of records."""
    return f"{RECORDS}?{urlencode(given)}" if given else RECORDS


def inside(slices: dict[str, str]) -> list[tuple[str, str]]:
    """A slice as it is in the address of a list."""
    return [("slice", f"{axis}:{value}") for axis, value in slices.items()]


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[FigureCell]]) -> str:
    """A figure's data as CSV; no cell reads as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        values = [cell.value for cell in row]
        writer.writerow(
            [escape_formula(each) if isinstance(each, str) else each for each in values]
        )
    return out.getvalue()


def short(pseudonym: str) -> str:
    """The beginning of a pseudonym, by which people distinguish it from others."""
    return pseudonym[:12]
