"""The report as one page of HTML: no script, nothing fetched, every text escaped.

What reviewers, models and foreign files said is hostile input here: all of it passes through
Jinja's escaping, or through the drawing of a picture, which escapes it too.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from assay.quality.estimate import Estimate
from assay.quality.figures.figure import Figure, Panel
from assay.quality.figures.picture import alternative_text
from assay.quality.outline import Block, Bullets, Paragraph, ReportSection, SectionKey, Table
from assay.quality.picture_cache import PictureCache, ThemeName
from assay.quality.report import QualityReport
from assay.quality.report_outline import outline
from assay.quality.wording import WHICH_IS_BETTER, number, percent, undefined_text

FOLDED = 20
"""Rows beyond which a table is folded away until its reader opens it."""

MANY_COLUMNS = 10
"""Columns beyond which a table is set smaller, so that it fits a screen of 1280 pixels."""

SHOWN = 100
"""Rows of a table on the page; the JSON has all of them."""

STATES = ("RAISED", "CLEAR", "UNKNOWN", "yes", "no")
"""Cells that state an outcome; they are set apart by weight and colour."""

_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?|")
_SHORT = 36
"""Characters of a cell that stay on one line."""


def to_html(
    report: QualityReport, figures: Sequence[tuple[SectionKey, Figure]], cache: PictureCache
) -> str:
    """The page.

    Args:
        report: what the sections say.
        figures: its figures, each with the section that it belongs to.
        cache: draws their pictures.
    """
    sections = outline(report)
    return _environment().get_template("quality.html.j2").render(
        title=f"Quality of {report.contract}",
        report=report,
        key_figures=list(_key_figures(report)),
        sections=[_section(section) for section in sections],
        figures={
            section.key: [_figure(figure, cache) for key, figure in figures if key == section.key]
            for section in sections
        },
        states=STATES,
        folded=FOLDED,
        many=MANY_COLUMNS,
    )  # fmt: skip


def _key_figures(report: QualityReport) -> Iterator[dict[str, str]]:
    states = Counter(alarm.state for alarm in report.alarms)
    yield {
        "label": "Failure modes raised",
        "value": f"{states['raised']} of {states.total()}",
        "note": f"{states['clear']} clear, {states['unknown']} unknown",
    }
    yield {
        "label": "Records",
        "value": f"{report.records:,}",
        "note": f"{report.judged:,} of them judged",
    }
    yield {
        "label": "Judgments",
        "value": f"{report.judgments.get('given', 0):,}",
        "note": f"by {len(report.reviewers):,} reviewers",
    }
    accepted = report.accepted
    yield {
        "label": "Accepted or preserved",
        "value": "undefined" if accepted.value is None else percent(accepted.value),
        "note": f"{accepted.count:,} of {accepted.trials:,} records",
    }
    if report.verdicts is not None:
        alpha = report.verdicts.agreement.preference.alpha
        yield {
            "label": f"Alpha on {WHICH_IS_BETTER}",
            "value": "undefined" if alpha.value is None else number(alpha.value),
            "note": _interval(alpha),
        }


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return undefined_text(estimate.reason)
    return f"{number(estimate.low)} to {number(estimate.high)}, {estimate.n_items:,} items"


def _section(section: ReportSection) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "blocks": [_block(block) for block in section.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(text=text):
            return {"kind": "paragraph", "text": text}
        case Bullets(items=items):
            return {"kind": "list", "entries": items}
        case Table(caption=caption):
            return {
                "kind": "table",
                "caption": caption,
                "table": _grid(block.head, block.rows, "quality.json"),
            }


def _figure(figure: Figure, cache: PictureCache) -> dict[str, Any]:
    rows = [["" if cell.value is None else str(cell.value) for cell in row] for row in figure.rows]
    return {
        "title": figure.title,
        "caption": figure.caption,
        "panels": [_panel(panel, cache) for panel in figure.panels],
        "table": _grid(figure.columns, rows, f"pictures/{figure.name}.csv"),
    }


def _panel(panel: Panel, cache: PictureCache) -> dict[str, Any]:
    """A picture in both themes; the style sheet shows the one that the reader's system prefers."""
    digest, text = cache.add(panel.picture), alternative_text(panel.picture)
    return {
        "heading": panel.heading,
        "aside": panel.aside,
        "light": _inline(cache, digest, "light", text),
        "dark": _inline(cache, digest, "dark", text),
    }


def _inline(cache: PictureCache, digest: str, theme: ThemeName, text: str) -> Markup:
    drawing = cache.drawing(digest, theme)
    assert drawing is not None
    # The drawing has escaped its own texts; the alternative text is escaped by the `%`.
    opening = Markup('<svg role="img" aria-label="%s" ') % text
    return opening + Markup(drawing.removeprefix("<svg "))  # noqa: S704


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]], whole: str) -> dict[str, Any]:
    columns = list(zip(*rows, strict=True)) or [()] * len(head)
    return {
        "head": head,
        "rows": rows[:SHOWN],
        "hidden": max(0, len(rows) - SHOWN),
        "classes": [_class(column) for column in columns],
        "whole": whole,
    }


def _class(cells: Sequence[str]) -> str:
    """How a column is set: `n` numbers, `s` short texts that stay on one line, `t` longer ones."""
    if any(cells) and all(map(_NUMBER.fullmatch, cells)):
        return "n"
    return "s" if max(map(len, cells), default=0) <= _SHORT else "t"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
