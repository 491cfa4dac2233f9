"""Annotation queues: runs with feedback and traces with scores, row by row."""

import json
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.review.assignment import Assignment
from assay.review.formats import FORMATS
from assay.review.formats.questions import extent_of, questionnaire
from assay.review.presentation import present
from simulators.review_answers import RECORDS, RUBRIC

FORM = FORMATS["annotation-queue"]
META = {"metadata": {"assignment": "asg_1"}}


def _read(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [FORM.answer(part) for part in FORM.apart(row)]


def _feedback(key: str, user: str = "u1", kind: str = "app", **said: Any) -> dict[str, Any]:
    return {"key": key, "feedback_source": {"type": kind, "user_id": user}, **said}


def test_feedback_is_an_answer_and_its_comments_are_reasons() -> None:
    """The label counts before the number; a comment explains an abstention or a score."""
    feedback = [
        _feedback("verdict", value="abstain", score=7, comment="not my field"),
        _feedback("score-clarity-a", value="4", score=4, comment="short"),
        _feedback("score-sound-a", score=1.0),
        _feedback("note", comment="odd task"),
        _feedback("step-a-0", value="good", comment="at last"),
    ]
    (row,) = _read({"id": "r", "extra": META, "feedback": feedback})
    assert row == {
        "assignment": "asg_1",
        "answered_by": "u1",
        "verdict": "abstain:not my field",
        "score.clarity.A": "4",
        "reason.clarity.A": "short",
        "score.sound.A": "1",
        "step.A.0": "good",
        "reason": "odd task\nstep.A.0: at last",
    }


def test_what_no_person_said_in_the_tool_is_no_answer() -> None:
    """Feedback of evaluators, models and the API, and scores of EVAL and API, are left out."""
    for kind in ("api", "model", "evaluator", "auto_eval"):
        row = {**META, "feedback": [_feedback("verdict", kind=kind, value="A")]}
        assert _read(row) == [{"assignment": "asg_1"}]
    scores = [{"name": "verdict", "source": "EVAL", "stringValue": "A"}]
    assert _read({**META, "scores": scores}) == [{"assignment": "asg_1"}]


def test_scores_are_read_by_their_text() -> None:
    """A categorical score is its string, a numeric one its number; the later one counts."""
    common = {"source": "ANNOTATION", "authorUserId": "u1"}
    scores = [
        {**common, "name": "verdict", "value": 1, "stringValue": "B", "updatedAt": "2026-02-02"},
        {**common, "name": "verdict", "value": 0, "stringValue": "A", "updatedAt": "2026-01-01"},
        {**common, "name": "score-clarity-b", "value": 3.0, "updatedAt": "2026-01-03"},
    ]
    assert _read({**META, "scores": scores}) == [
        {
            "assignment": "asg_1",
            "answered_by": "u1",
            "verdict": "B",
            "score.clarity.B": "3",
            "judged_at": "2026-02-02",
        }
    ]


def test_each_person_is_apart() -> None:
    """Feedback of two people on one run is two answers."""
    feedback = [_feedback("verdict", "u1", value="A"), _feedback("verdict", "u2", value="tie")]
    found = [(row["answered_by"], row["verdict"]) for row in _read({**META, "feedback": feedback})]
    assert found == [("u1", "A"), ("u2", "tie")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({**META, "feedback_stats": {}}, "no-annotations"),
        ({"feedback": [_feedback("verdict", value="A")]}, "no-assignment"),
        ({**META, "feedback": [_feedback("helpfulness", value="A")]}, "unknown-question"),
        ({**META, "feedback": {"verdict": "A"}}, "wrong-shape"),
        ({**META, "feedback": ["A"]}, "wrong-shape"),
        ({**META, "feedback": [_feedback("verdict", value={"a": 1})]}, "wrong-shape"),
    ],
)
def test_what_has_no_place_in_an_answer_is_refused(row: dict[str, Any], code: str) -> None:
    """Each fault has its code."""
    with pytest.raises(InputError) as caught:
        _read(row)
    assert caught.value.code == code


def test_the_settings_number_every_option_once() -> None:
    """A scale's value is its own number, other options have free ones; both tools agree."""
    shown = [
        (present(each, Assignment(record=each.id, reviewer="r1", number=0)), each.part)
        for each in RECORDS.values()
    ]
    asked = questionnaire(RUBRIC, extent_of(shown), {}, file="work.jsonl")
    settings = json.loads(FORM.settings(asked))
    configs = settings["langsmith"]["feedback_configs"]
    clarity = configs["score-clarity-a"]["categories"]
    assert clarity == [
        *({"value": number, "label": str(number)} for number in range(1, 6)),
        {"value": 6, "label": "na"},
        {"value": 7, "label": "abstain"},
    ]
    assert configs["reason"] == {"type": "freeform"}
    scores = {each["name"]: each for each in settings["langfuse"]["score_configs"]}
    assert set(scores) == set(configs)
    assert len(scores["verdict"]["categories"]) == len(
        {each["value"] for each in scores["verdict"]["categories"]}
    )
