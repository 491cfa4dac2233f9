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

from assay.quality.drawing import Picture, draw
from assay.quality.estimate import Estimate
from assay.quality.outline import Block, Bullets, Paragraph, ReportSection, Table
from assay.quality.report import QualityReport
from assay.quality.report_outline import outline
from assay.quality.wording import number, percent, undefined_text

FOLDED = 20
"""Rows beyond which a table is folded away until its reader opens it."""

SHOWN = 100
"""Rows of a table on the page; the JSON has all of them."""

STATES = ("RAISED", "CLEAR", "UNKNOWN", "yes", "no")
"""Cells that state an outcome; they are set apart by weight and colour."""

_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?|")
_SHORT = 36
"""Characters of a cell that stay on one line."""


def to_html(report: QualityReport, pictures: Sequence[Picture]) -> str:
    """The page.

    Args:
        report: the report.
        pictures: its pictures.
    """
    sections = outline(report)
    return _environment().get_template("quality.html.j2").render(
        title=f"Quality of {report.contract}",
        report=report,
        key_figures=list(_key_figures(report)),
        sections=[_section(section) for section in sections],
        figures={
            section.key: [_figure(picture) for picture in pictures if picture.section == section.key]
            for section in sections
        },
        states=STATES,
        folded=FOLDED,
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
            "label": "Alpha on which is better",
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


def _figure(picture: Picture) -> dict[str, Any]:
    rows = [["" if cell is None else str(cell) for cell in row] for row in picture.rows]
    drawing = draw(picture).removeprefix("<svg ")
    return {
        "title": picture.title,
        "caption": picture.caption,
        # The drawing has escaped its own texts; the title is escaped by the `%`.
        "svg": Markup('<svg role="img" aria-label="%s" ') % picture.title + Markup(drawing),  # noqa: S704
        "table": _grid(picture.columns, rows, f"pictures/{picture.name}.csv"),
    }


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
