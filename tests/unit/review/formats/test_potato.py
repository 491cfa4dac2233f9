"""Potato: what it exports, row by row."""

from typing import Any

import pytest
from ruamel.yaml import YAML

from assay.core.errors import InputError
from assay.review.assignment import Assignment
from assay.review.formats import FORMATS
from assay.review.formats.questions import extent_of, questionnaire
from assay.review.presentation import present
from simulators.review_answers import RECORDS
from simulators.small_program import rubric

FORM = FORMATS["potato"]


def _read(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [FORM.answer(part) for part in FORM.apart(row)]


def test_a_line_is_an_answer() -> None:
    """Values and labels are cells, a mark is an error by its words; the time is kept."""
    row = {
        "id": "asg_1",
        "annotations": {
            "verdict": "tie",
            "score-clarity-a": 4,
            "reason": {"text_box": "so"},
            "errors-a": [{"start": 1, "end": 4, "label": "wrong_sum", "text": "two"}],
        },
        "annotator": "anna",
        "timestamp": "2026-01-15T10:30:00Z",
    }
    assert _read(row) == [
        {
            "assignment": "asg_1",
            "answered_by": "anna",
            "verdict": "tie",
            "score.clarity.A": "4",
            "reason": "so",
            "errors": [{"candidate": "A", "category": "wrong_sum", "quote": "two"}],
            "judged_at": "2026-01-15T10:30:00Z",
        }
    ]


def test_a_state_file_is_one_answer_an_item() -> None:
    """Each item of a user's state is apart; a label set to false was not chosen."""
    labels = {
        "asg_1": {"verdict": {"labels": {"A": True, "B": False}}},
        "asg_2": {"verdict": {"labels": {}}},
    }
    row = {"user_id": "anna", "instance_id_to_label_to_value": labels}
    assert _read(row) == [
        {"assignment": "asg_1", "answered_by": "anna", "verdict": "A"},
        {"assignment": "asg_2", "answered_by": "anna"},
    ]


def test_a_skipped_item_is_no_answer() -> None:
    """An item with no annotation names its assignment alone."""
    assert _read({"id": "asg_1", "annotations": {}, "annotator": "anna"}) == [
        {"assignment": "asg_1", "answered_by": "anna"}
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"id": "asg_1", "text": "?"}, "no-annotations"),
        ({"annotations": {"verdict": "A"}}, "no-assignment"),
        ({"id": "asg_1", "annotations": {"verdict": {"A": True, "B": True}}}, "answered-twice"),
        ({"id": "asg_1", "annotations": {"sentiment": "good"}}, "unknown-question"),
        ({"id": "asg_1", "annotations": {"verdict": [{"label": "A"}]}}, "unknown-question"),
        ({"id": "asg_1", "annotations": {"errors-a": [{"label": "A"}]}}, "empty-span"),
        ({"id": "asg_1", "annotations": {"errors-a": ["A"]}}, "wrong-shape"),
        ({"id": "asg_1", "annotations": {"verdict": True}}, "wrong-shape"),
        ({"id": "asg_1", "annotations": ["verdict"]}, "wrong-shape"),
    ],
)
def test_what_has_no_place_in_an_answer_is_refused(row: dict[str, Any], code: str) -> None:
    """Each fault has its code."""
    with pytest.raises(InputError) as caught:
        _read(row)
    assert caught.value.code == code


def test_the_configuration_is_yaml_that_holds_any_text() -> None:
    """Signs that YAML reads stay text, and the file of work is named."""
    question = 'Is "it": right? #no\n- {x: *y}\t\U0001f600 \x85 so'
    dimension = {"id": "odd", "question": question, "scale": ["yes", "0"], "judged_by": "expert"}
    asked = rubric(dimensions=[dimension], priority=[])
    shown = [
        (present(each, Assignment(record=each.id, reviewer="r1", number=0)), each.part)
        for each in RECORDS.values()
    ]
    text = FORM.settings(questionnaire(asked, extent_of(shown), {}, file="anna.jsonl"))
    config = YAML(typ="safe", pure=True).load(text)
    schemes = {each["name"]: each for each in config["annotation_schemes"]}
    assert schemes["score-odd-a"]["labels"] == ["yes", "0", "na", "abstain"]
    assert schemes["score-odd-a"]["description"].startswith(f"A: {question}")
    assert config["data_files"] == ["anna.jsonl"]
    (item,) = FORM.work(shown[0][0], questionnaire(asked, extent_of(shown), {}, file="x"))
    keys = {each["key"] for each in config["instance_display"]["fields"]}
    assert keys <= set(item)
    assert all(each["type"] == "text" for each in config["instance_display"]["fields"])
