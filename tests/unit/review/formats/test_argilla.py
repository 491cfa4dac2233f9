"""Argilla: what it exports, row by row."""

import json
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.review.assignment import Assignment
from assay.review.formats import FORMATS
from assay.review.formats.questions import extent_of, questionnaire
from assay.review.presentation import present
from simulators.review_answers import RECORDS, RUBRIC

FORM = FORMATS["argilla"]


def _read(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [FORM.answer(part) for part in FORM.apart(row)]


def _server(*responses: dict[str, Any]) -> dict[str, Any]:
    fields = {"task": "?", "candidate-a": "one two two"}
    record = {"id": "5", "fields": fields, "metadata": {"assignment": "asg_1"}}
    return record | {"responses": list(responses), "suggestions": [{"value": "B"}]}


def _response(status: str | None = "submitted", **values: Any) -> dict[str, Any]:
    named = {name.replace("_", "-"): {"value": value} for name, value in values.items()}
    return {"user_id": "u1", "status": status, "values": named}


def test_a_submitted_response_is_an_answer() -> None:
    """Values are cells, a number as its text; a span is an error with the words it covers."""
    span = [{"label": "wrong_sum", "start": 8, "end": 11}]
    response = _response(verdict="B", score_clarity_a=4, errors_a=span)
    assert _read(_server(response)) == [
        {
            "assignment": "asg_1",
            "answered_by": "u1",
            "verdict": "B",
            "score.clarity.A": "4",
            "errors": [{"candidate": "A", "category": "wrong_sum", "quote": "two", "start": 8}],
        }
    ]


@pytest.mark.parametrize("status", ["draft", "discarded", "pending"])
def test_a_response_that_was_not_submitted_is_no_answer(status: str) -> None:
    """Drafts and discarded responses are unanswered, whatever they hold; so is a bare record."""
    assert _read(_server(_response(status, verdict="A"))) == [
        {"assignment": "asg_1", "answered_by": "u1"}
    ]
    assert _read(_server()) == [{"assignment": "asg_1"}]


def test_a_flat_row_is_read_person_by_person() -> None:
    """The client's columns belong together by their place; each person's answer is apart."""
    row = {
        "id": "asg_1",
        "assignment": "asg_1",
        "verdict.responses": ["A", "tie"],
        "verdict.responses.users": ["u1", "u2"],
        "verdict.responses.status": ["submitted", "draft"],
        "verdict.suggestion": "B",
    }
    assert _read(row) == [
        {"assignment": "asg_1", "answered_by": "u1", "verdict": "A"},
        {"assignment": "asg_1", "answered_by": "u2"},
    ]
    assert not any("verdict.suggestion" in part for part in FORM.apart(row))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (_server(_response(None, verdict="A")), "no-status"),
        (
            {
                "id": "asg_1",
                "responses": {"verdict": [{"value": "A", "user_id": "u1"}]},
            },
            "no-status",
        ),
        ({"fields": {}, "responses": []}, "no-assignment"),
        (_server(_response(mood="A")), "unknown-question"),
        (_server(_response(verdict=[{"label": "x", "start": 0, "end": 1}])), "unknown-question"),
        (_server(_response(errors_a=[{"label": "x", "start": 5, "end": 2}])), "empty-span"),
        (_server(_response(verdict={"a": 1})), "wrong-shape"),
        (
            {"id": "asg_1", "verdict.responses": ["A"], "verdict.responses.users": []},
            "wrong-shape",
        ),
        (
            {
                "id": "asg_1",
                "verdict.responses": ["A"],
                "verdict.responses.users": ["u1"],
                "verdict.responses.status": ["submitted"],
                "reason.responses": ["why"],
                "reason.responses.users": ["u1"],
                "reason.responses.status": ["draft"],
            },
            "mixed-status",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_refused(row: dict[str, Any], code: str) -> None:
    """An export that does not say what was submitted, and other faults, have their code."""
    with pytest.raises(InputError) as caught:
        _read(row)
    assert caught.value.code == code


def test_the_settings_are_those_of_a_data_set() -> None:
    """Names fit Argilla, none stands twice, spans name a field, and one question is required."""
    shown = [
        (present(each, Assignment(record=each.id, reviewer="r1", number=0)), each.part)
        for each in RECORDS.values()
    ]
    asked = questionnaire(RUBRIC, extent_of(shown), {"wrong": "It is."}, file="work.json")
    settings = json.loads(FORM.settings(asked))
    fields = {each["name"] for each in settings["fields"]}
    questions = [each["name"] for each in settings["questions"]]
    assert len(fields | set(questions) | {"assignment"}) == len(fields) + len(questions) + 1
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-") for name in questions)
    assert [each["name"] for each in settings["questions"] if each["required"]] == ["verdict"]
    spans = [each for each in settings["questions"] if each["settings"]["type"] == "span"]
    assert {each["settings"]["field"] for each in spans} <= fields
    (record,) = FORM.work(shown[0][0], asked)
    assert set(record["fields"]) <= fields
