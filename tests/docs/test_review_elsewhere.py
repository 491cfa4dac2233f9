"""The how-to about other tools: what it shows is what is read."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from assay.records.ports import Row
from assay.review.formats.service import native_rows
from simulators.review_formats import FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "review-elsewhere.md").read_text()
SECTIONS = {
    "Label Studio": "label-studio",
    "Argilla": "argilla",
    "Potato": "potato",
    "LangSmith and Langfuse": "annotation-queue",
    "CSV in long form": "long-csv",
}
ANSWER = {
    "assignment": "asg_7d2c",
    "answered_by": "anna",
    "verdict": "A",
    "score.clarity.B": "abstain:too long",
    "reason.clarity": "shorter",
}


def _examples(title: str) -> list[list[dict[str, Any]]]:
    """The rows of each example under a heading."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    tables = re.findall(r"```csv\n(.*?)```", section, flags=re.DOTALL)
    rows = re.findall(r"```json\n(.*?)```", section, flags=re.DOTALL)
    lines = [list(csv.DictReader(io.StringIO(table))) for table in tables]
    return [*lines, *([json.loads(row)] for row in rows)]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_example_of_the_page_is_the_same_answer(title: str) -> None:
    """Each tool's example on the page is read as one answer, the same in all."""
    examples = _examples(title)
    assert examples
    for example in examples:
        rows = [Row(number=number, values=row) for number, row in enumerate(example, start=1)]
        (read,) = native_rows(rows, FORMATS[SECTIONS[title]])
        assert read.fault is None
        assert read.values == ANSWER


def test_the_table_of_the_page_names_every_format_with_its_files() -> None:
    """Names and suffixes in the table are those of the formats."""
    for form in FORMATS.values():
        suffixes = ", ".join(f"`{suffix}`" for suffix in form.suffixes)
        row = f"| `{form.name}` | {suffixes} | `.settings{form.settings_suffix}`"
        assert row in PAGE
    assert len(FORMATS) == len(SECTIONS)
