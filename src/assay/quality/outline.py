"""The outline: the report as sections of sentences, lists and tables, for every page that shows it.

Sentences, headings and captions are the report's own words. Cells of tables hold names and numbers
that come from the documents and the data.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

SectionKey = Literal[
    "summary", "alarms", "verdicts", "dimensions", "disagreement", "shortcuts", "integrity", "duplicates", "reviewers",
    "dispositions", "ledger", "defects", "actions", "coverage", "limits",
]  # fmt: skip
"""Names of the report's sections, in the order in which they are read."""


class Paragraph(msgspec.Struct, frozen=True, tag=True):
    """One paragraph."""

    text: str
    """One or more whole sentences."""


class Bullets(msgspec.Struct, frozen=True, tag=True):
    """A list."""

    items: tuple[str, ...]
    """One sentence or fact each."""


class Table(msgspec.Struct, frozen=True, tag=True):
    """A table with a caption."""

    caption: str
    """What the table shows; searched for forbidden claims."""
    head: tuple[str, ...]
    """Column names; searched for forbidden claims."""
    rows: tuple[tuple[str, ...], ...]
    """Its rows: every one; a page may show the first of them and say so."""


Block = Paragraph | Bullets | Table


class ReportSection(msgspec.Struct, frozen=True, kw_only=True):
    """One section."""

    key: SectionKey
    """Its name for links and pictures."""
    title: str
    """The heading that people read."""
    blocks: tuple[Block, ...]
    """What it holds, in order."""


def section(key: SectionKey, title: str, blocks: Iterable[Block | str]) -> ReportSection:
    """A section; a plain text among its blocks is a paragraph."""
    typed = (Paragraph(block) if isinstance(block, str) else block for block in blocks)
    return ReportSection(key=key, title=title, blocks=tuple(typed))


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table."""
    return Table(caption, tuple(head), tuple(tuple(row) for row in rows))


def sentences(sections: Iterable[ReportSection]) -> Iterator[tuple[str, str]]:
    """Every text that is the report's own, with its place; cells of tables are not."""
    for report_section in sections:
        yield report_section.title, report_section.title
        for block in report_section.blocks:
            match block:
                case Paragraph(text=text):
                    yield report_section.title, text
                case Bullets(items=items):
                    yield from ((report_section.title, item) for item in items)
                case Table(caption=caption, head=head):
                    yield report_section.title, caption
                    yield from ((report_section.title, column) for column in head)
