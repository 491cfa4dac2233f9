"""The report as text: `quality.json` for machines and `quality.md` for people."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from assay.quality.outline import Block, Bullets, Paragraph, ReportSection, Table
from assay.quality.report import QualityReport
from assay.quality.report_outline import outline

SHOWN = 25
"""Rows of a table in Markdown; the JSON has all of them."""

SIGNIFICANT = 10
"""Significant digits of a number in the JSON, so that machines agree on it."""


def to_json(report: QualityReport) -> str:
    """The report as JSON: every field, floats to ten significant digits, a newline at the end."""
    plain = round_floats(msgspec.to_builtins(report))
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_markdown(report: QualityReport) -> str:
    """The report for people, in Markdown; tables show the first rows and say how many there are."""
    parts = [_section(section) for section in outline(report)]
    lines = [f"# Quality of {report.contract}", ""]
    return "\n".join([*lines, *(line for part in parts for line in part)]).rstrip() + "\n"


def round_floats(value: Any) -> Any:
    """The same value with floats to ten significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {key: round_floats(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [round_floats(item) for item in value]
    return value


def _section(section: ReportSection) -> Iterator[str]:
    yield f"## {_text(section.title)}"
    yield ""
    for block in section.blocks:
        yield from _block(block)
        yield ""


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text=text):
            yield _text(text)
        case Bullets(items=items):
            yield from (f"- {_text(item)}" for item in items)
        case Table():
            yield f"**{_text(block.caption)}**"
            yield ""
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    yield _row(table.head)
    yield f"|{'---|' * len(table.head)}"
    yield from (_row(row) for row in table.rows[:SHOWN])
    if len(table.rows) > SHOWN:
        yield ""
        yield f"The first {SHOWN} of {len(table.rows)}; `quality.json` has all that are kept."


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_text(cell) for cell in cells)} |"


def _text(text: str) -> str:
    """Text on one line that cannot break out of its place or become markup of its own."""
    flat = " ".join(text.split())
    for character in ("\\", "|", "<", "`", "[", "*"):
        flat = flat.replace(character, f"\\{character}")
    return flat
