"""CSV in long form, row by row."""

import json
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.ports import Row
from assay.review.assignment import Assignment
from assay.review.formats import FORMATS
from assay.review.formats.questions import extent_of, questionnaire
from assay.review.formats.service import native_rows
from assay.review.presentation import present
from simulators.review_answers import RECORDS, RUBRIC
from simulators.small_program import pair, rubric

FORM = FORMATS["long-csv"]


def _read(*rows: dict[str, Any]) -> list[Row]:
    numbered = [Row(number=number, values=row) for number, row in enumerate(rows, start=1)]
    return list(native_rows(numbered, FORM))


def _row(question: str, answer: str, assignment: str = "asg_1", **more: str) -> dict[str, str]:
    return {"assignment": assignment, "question": question, "answer": answer, **more}


def test_rows_of_one_assignment_are_joined() -> None:
    """Rows come in any order; an assignment whose rows are empty is unanswered."""
    found = _read(
        _row("verdict", "A"),
        _row("verdict", "", "asg_2"),
        _row("score.clarity.A", "3"),
        _row("task", "", values="shown"),
    )
    assert [each.values for each in found] == [
        {"assignment": "asg_1", "verdict": "A", "score.clarity.A": "3"},
        {"assignment": "asg_2"},
    ]
    assert [each.number for each in found] == [1, 2]


def test_two_people_are_two_answers() -> None:
    """Rows are joined by assignment and person."""
    found = _read(
        _row("verdict", "A", answered_by="anna"),
        _row("verdict", "B", answered_by="bela"),
        _row("reason", "so", answered_by="anna"),
    )
    # Nobody knows the two, and each row of its own cannot tell that there are two.
    assert [(each.values or {}).get("answered_by") for each in found] == ["anna", "bela"]
    assert (found[0].values or {})["reason"] == "so"


def test_two_answers_to_one_question_are_a_fault() -> None:
    """They set the whole answer aside; the same answer twice does not."""
    (found,) = _read(_row("verdict", "A"), _row("verdict", "B"), _row("reason", "so"))
    assert found.fault is not None
    assert found.fault.code == "answered-twice"
    (same,) = _read(_row("verdict", "A"), _row("verdict", "A"))
    assert same.fault is None


def test_a_row_that_cannot_be_placed_is_refused() -> None:
    """An answer beside a shown text, and a table of another form, have their code."""
    with pytest.raises(InputError, match="asks nothing"):
        FORM.answer(_row("task", "yes", values="shown"))
    with pytest.raises(InputError, match="no 'question'"):
        FORM.answer({"assignment": "asg_1", "verdict": "A"})


def test_no_cell_is_a_formula() -> None:
    """Content and questions that a spreadsheet would run start with an apostrophe."""
    record = pair(texts=("=1+1", "@x"))
    dimension = {"id": "odd", "question": "Good?", "scale": ["=a", "b"], "judged_by": "expert"}
    asked = rubric(dimensions=[dimension], priority=[], title="=cmd")
    shown = present(record, Assignment(record=record.id, reviewer="r1", number=0))
    own = questionnaire(asked, extent_of([(shown, record.part)]), {}, file="work.csv")
    cells = [cell for row in FORM.work(shown, own) for cell in row.values()]
    assert "'=1+1" in cells
    assert "'=a | b | na | abstain:why" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_only_what_a_presentation_has_is_asked() -> None:
    """A candidate's own steps are asked, not those of the longest one; the code book has all."""
    record = RECORDS["uneven steps"]
    shown = present(record, Assignment(record=record.id, reviewer="r1", number=0))
    own = questionnaire(RUBRIC, extent_of([(shown, record.part)]), {}, file="work.csv")
    asked = [row["question"] for row in FORM.work(shown, own) if row["values"] != "shown"]
    steps = [name for name in asked if name.startswith("step.")]
    assert steps == ["step.A.0", "step.B.0", "step.B.1"]
    book = json.loads(FORM.settings(own))
    assert [each["question"] for each in book["questions"]] == asked
