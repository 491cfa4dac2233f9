"""The modules of the page keep the server's rules, at every boundary of the shared cases.

Run by node where it is there; `tests/browser/test_least_answers.py` runs the same in Chromium.
"""

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from assay.review.completeness import gaps
from assay.web.app import HERE
from simulators.least_answers import least_answers
from simulators.priority_cases import priority_cases

WORKBENCH = HERE / "static" / "workbench"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None, reason="node is not here; Chromium runs the same cases (tests/browser)"
)

SCRIPT = """
import { readFileSync } from "node:fs";
import { fullForm } from "./answer.js";
import { gaps } from "./completeness.js";
import { computed } from "./priority.js";

const { priority, least } = JSON.parse(readFileSync(0, "utf8"));
const outcomes = priority.map(({ form, candidates }) => {
  const full = fullForm(form);
  const { rule, ...outcome } = computed(candidates, full);
  return { ...outcome, rule: rule === null ? null : full.priority.indexOf(rule) };
});
const missing = least.map(({ answer, form, shape }) => gaps(answer, fullForm(form), shape));
process.stdout.write(JSON.stringify({ outcomes, missing }));
"""


def _as_json(value: object) -> object:
    return json.loads(msgspec.json.encode(value))


EXPECTED = {
    "outcomes": [_as_json(case.outcome) for case in priority_cases()],
    "missing": [_as_json(gaps(*case.parsed())) for case in least_answers()],
}

MUTANTS = (
    ("priority.js", "< (rule.by ?? 1)", "<= (rule.by ?? 1)"),
    ("priority.js", "rule.by ?? 1", "1"),
    ("priority.js", "score < rule.below", "score <= rule.below"),
    ("priority.js", "score > rule.above", "score >= rule.above"),
    ("priority.js", "Math.max(decisive, hit)", "hit"),
    ("priority.js", "? -score : score", "? score : score"),
    ("priority.js", "standing.length < 3", "standing.length < 4"),
    ("priority.js", "standing.length === 1 && vetoed.length", "standing.length === 1"),
    ("priority.js", "if (unknown)", "if (false)"),
    ("completeness.js", "answered.size >= total", "answered.size > total"),
    ("completeness.js", 'outcome === "held" || severity', 'outcome === "held"'),
    ("completeness.js", "answer.written !== shape.original", "answer.written === shape.original"),
)
"""File, what stands there, and what a slip of the pen would put there."""


def _answers(folder: Path) -> object:
    """What the modules of a folder say of every case; node's own words where they do not run."""
    assert NODE is not None
    cases = {
        "priority": [{"form": x.form, "candidates": x.candidates} for x in priority_cases()],
        "least": [{"answer": x.answer, "form": x.form, "shape": x.shape} for x in least_answers()],
    }
    done = subprocess.run(
        [NODE, "cases.js"],
        cwd=folder,
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A copy of the page's modules that node can run."""
    folder = tmp_path / "workbench"
    shutil.copytree(WORKBENCH, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "cases.js").write_text(SCRIPT)
    return folder


def test_the_page_says_of_every_case_what_the_server_says(modules: Path) -> None:
    """Outcomes of priority rules and gaps of answers are the same, word for word."""
    assert _answers(modules) == EXPECTED


@pytest.mark.parametrize(("file", "before", "after"), MUTANTS)
def test_a_slip_of_the_pen_is_found(modules: Path, file: str, before: str, after: str) -> None:
    """The cases tell the page's rule from its nearest wrong neighbours."""
    text = (modules / file).read_text("utf-8")
    assert text.count(before) == 1, f"{before!r} stands in {file} {text.count(before)} times"
    (modules / file).write_text(text.replace(before, after), "utf-8")
    assert _answers(modules) != EXPECTED
