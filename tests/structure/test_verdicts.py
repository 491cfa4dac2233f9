"""A verdict is declared once, and everything that reads, asks or explains it takes it from there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec

from assay.contracts.verdict_words import (
    NO_WINNER_WORDS,
    VERDICT_WORDS,
    OpenVerdict,
)
from assay.quality.sections.reviewers import ReviewerRates
from assay.records.verdict import Verdict

TESTS = Path(__file__).parents[1]
SOURCE = TESTS.parent / "src" / "assay"

MOST_FILES = 7
"""Files of the package that may hold the word: the table, the type, the rules of the browser that
depend on its meaning, a column of the report, the demo's rubric, and one text for people."""

PLANTED = """
from assay.providers.judge import JudgeInstructions, messages_of
from assay.records.mapping.opinion import to_verdict
from assay.records.verdict_text import verdict_in_words
from assay.releases.exporters.comparison import WITHOUT_WINNER
from assay.releases.exporters.reasons import REASONS
from assay.review.assignment import Assignment
from assay.review.exchange import AnswerContext, read_answer
from assay.review.formats.questions import extent_of, questionnaire
from assay.review.presentation import present
from assay.web.pages.frame import DESK_VERDICTS
from simulators.small_program import pair, rubric

record, asked = pair(), rubric(priority=[], reasons_required=False)
assignment = Assignment(record=record.id, reviewer="r1", number=0, order=(0, 1))
about = AnswerContext(assignment=assignment, record=record, rubric=asked, role="reviewer")
verdict = read_answer({"assignment": assignment.id, "verdict": "unsafe_both"}, about).verdict
assert verdict == to_verdict("unsafe_both", int), verdict
assert verdict_in_words(verdict, str) == "unsafe both"
shown = present(record, assignment)
instructions = JudgeInstructions(
    rubric="r", dimensions=asked.dimensions, verdicts=asked.verdicts, priority=(),
    reasons_required=False,
)
prompt = messages_of(shown, instructions, b"key")[0].content
assert "unsafe_both (all of them do harm)" in prompt, prompt
question = questionnaire(asked, extent_of([(shown, record.part)]), {}, file="x").questions[0]
assert ("unsafe_both", "Harm in all") in [(each.value, each.text) for each in question.options]
assert "unsafe_both" in WITHOUT_WINNER
assert REASONS["unsafe_both"] == "every candidate does harm"
assert '"All harmful"' in DESK_VERDICTS
print("flows")
"""

ROW = """VERDICT_WORDS: Mapping[OpenVerdict, VerdictWords] = {
    "unsafe_both": VerdictWords(
        written="unsafe_both", label="Both harmful", label_of_several="All harmful",
        command="harm", option="Harm in all", meaning="all of them do harm",
        drop_reason="every candidate does harm",
    ),
"""

TYPE = '''
class UnsafeBoth(Value, tag_field="verdict", tag="unsafe_both"):
    """Planted."""


Verdict = UnsafeBoth | '''


def test_the_word_of_a_verdict_stands_in_few_files() -> None:
    """Who adds a verdict has few places to look at."""
    files = [path for path in SOURCE.rglob("*") if path.suffix in {".py", ".js", ".html", ".yaml"}]
    holding = [path for path in files if re.search(r"both_unacceptable", path.read_text("utf-8"))]
    assert len(holding) <= MOST_FILES, holding


def test_every_word_has_its_row_its_type_and_its_column() -> None:
    """The words, the table, the types and the report's columns by reviewer are the same list."""
    assert list(VERDICT_WORDS) == list(get_args(OpenVerdict))
    tags = {each.__struct_config__.tag for each in get_args(Verdict)}
    assert set(VERDICT_WORDS) < tags
    columns = {field.name for field in msgspec.structs.fields(ReviewerRates)}
    assert set(NO_WINNER_WORDS) < columns
    assert all(VERDICT_WORDS[word].drop_reason for word in NO_WINNER_WORDS)


def test_a_planted_verdict_needs_its_row_and_its_type_alone(tmp_path: Path) -> None:
    """With both planted in a copy, readers, tools, judges, the desk and exporters know it."""
    copy = tmp_path / "assay"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    _plant(copy / "contracts/verdict_words.py", 'NoWinner = Literal["tie"', ', "unsafe_both"')
    table = copy / "contracts/verdict_words.py"
    text = table.read_text("utf-8")
    head = ROW.splitlines()[0] + "\n"
    assert head in text
    table.write_text(text.replace(head, ROW), "utf-8")
    types = copy / "records/verdict.py"
    text = types.read_text("utf-8")
    assert "\nVerdict = " in text
    types.write_text(text.replace("\nVerdict = ", TYPE), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PLANTED],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(TESTS)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "flows\n", done.stderr


def _plant(file: Path, after: str, planted: str) -> None:
    text = file.read_text("utf-8")
    assert after in text
    file.write_text(text.replace(after, after + planted), "utf-8")
