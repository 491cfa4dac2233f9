"""Label Studio: what it exports, row by row."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from assay.core.errors import InputError
from assay.records.judgment import Unanchored
from assay.records.kinds import Critique
from assay.review.assignment import Assignment
from assay.review.exchange import AnswerContext, read_answer
from assay.review.formats import FORMATS
from assay.review.formats.questions import extent_of, questionnaire
from assay.review.presentation import present
from simulators.review_answers import RUBRIC
from simulators.small_program import pair, rubric

FORM = FORMATS["label-studio"]


def _result(name: str, kind: str, value: Any, **more: Any) -> dict[str, Any]:
    key = "text" if kind == "textarea" else kind
    return {"from_name": name, "to_name": "task", "type": kind, "value": {key: value}, **more}


def _task(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    data = {"assignment": "asg_1", "candidate_A": "\U0001f600 two and two", "candidate_B": "b"}
    return {"id": 1, "data": data, "annotations": list(annotations), **more}


def _annotation(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 7, "completed_by": 3, "was_cancelled": False, "result": list(results), **more}


def _read(task: dict[str, Any]) -> list[dict[str, Any]]:
    return [FORM.answer(part) for part in FORM.apart(task)]


def test_an_annotation_is_an_answer_with_its_time() -> None:
    """Choices, texts, ratings and numbers are cells; seconds become milliseconds."""
    annotation = _annotation(
        _result("verdict", "choices", ["A"]),
        _result("strength", "number", 2),
        _result("score-clarity-b", "rating", 4),
        _result("reason-clarity", "textarea", ["short", "clear"]),
        lead_time=12.3456,
        created_at="2026-01-02T03:04:05Z",
    )
    assert _read(_task(annotation)) == [
        {
            "assignment": "asg_1",
            "answered_by": "3",
            "verdict": "A",
            "strength": "2",
            "score.clarity.B": "4",
            "reason.clarity": "short\nclear",
            "active_ms": 12346,
            "judged_at": "2026-01-02T03:04:05Z",
        }
    ]


def test_a_pairwise_choice_is_a_verdict() -> None:
    """Left is A and right is B; anything else is refused."""
    chosen = {"from_name": "verdict", "type": "pairwise", "value": {"selected": "right"}}
    assert _read(_task(_annotation(chosen)))[0]["verdict"] == "B"
    with pytest.raises(InputError, match="not a side"):
        _read(_task(_annotation(chosen | {"value": {"selected": None}})))


def test_an_abstention_takes_its_reason() -> None:
    """A reason to abstain explains the abstention; beside another answer it is a fault."""
    chosen = _result("verdict", "choices", ["abstain"])
    why = _result("why-verdict", "textarea", ["not my field"])
    (row,) = _read(_task(_annotation(chosen, why)))
    assert row["verdict"] == "abstain:not my field"
    with pytest.raises(InputError, match="'tie', and there is a reason to abstain"):
        _read(_task(_annotation(_result("verdict", "choices", ["tie"]), why)))


def test_marks_become_errors_with_what_is_said_of_them() -> None:
    """A mark keeps its place, counted as the browser or as we count, with its own remarks."""
    marks = [
        _result("errors-a", "labels", ["wrong_sum"], id="m1"),
        _result("errors-a", "labels", ["wrong_sum"], id="m2"),
        _result("errors-a", "labels", ["wrong_sum"], id="m3"),
    ]
    marks[0]["value"] |= {"start": 11, "end": 14, "text": "two"}
    marks[1]["value"] |= {"start": 10, "end": 13, "text": "two"}
    marks[2]["value"] |= {"start": 0, "end": 4, "text": "two"}
    said = _result("error-severity-a", "choices", ["high"], id="m1")
    note = _result("error-note-a", "textarea", ["twice"], id="m1")
    (row,) = _read(_task(_annotation(*marks, said, note)))
    plain = {"candidate": "A", "category": "wrong_sum", "quote": "two"}
    assert row["errors"] == [
        plain | {"start": 10, "severity": "high", "note": "twice"},
        plain | {"start": 10},
        plain,
    ]


def test_a_mark_without_a_bearing_offset_is_kept_unanchored() -> None:
    """Where the words stand twice and no offset fits, the quote is kept as it was said."""
    record = pair(texts=("two and two", "b")).replace(part=Critique())
    assignment = Assignment(record=record.id, reviewer="r1", number=0, order=(0, 1))
    mark = _result("errors-a", "labels", ["wrong_sum"], id="m1")
    mark["value"] |= {"start": 1, "end": 4, "text": "two"}
    (row,) = _read(_task(_annotation(mark)))
    about = AnswerContext(assignment=assignment, record=record, rubric=RUBRIC, role="reviewer")
    (error,) = read_answer(row, about).errors or ()
    assert isinstance(error.place, Unanchored)


def test_what_nobody_submitted_is_no_answer() -> None:
    """A cancelled annotation, a draft, a prediction and an empty task give no cell."""
    chosen = _result("verdict", "choices", ["A"])
    assert _read(_task(_annotation(chosen, was_cancelled=True))) == [
        {"assignment": "asg_1", "answered_by": "3"}
    ]
    drafts = {"drafts": [_annotation(chosen)], "predictions": [{"result": [chosen]}]}
    assert _read(_task(**drafts)) == [{"assignment": "asg_1"}]


def test_each_annotation_is_apart() -> None:
    """Two annotations of a task are two answers, each by its person."""
    anna = _annotation(_result("verdict", "choices", ["A"]), completed_by={"email": "anna@x.org"})
    bela = _annotation(_result("verdict", "choices", ["tie"]))
    found = [(row["answered_by"], row["verdict"]) for row in _read(_task(anna, bela))]
    assert found == [("anna@x.org", "A"), ("3", "tie")]


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ({"id": 1, "text": "x", "verdict": "A"}, "no-annotations"),
        (_task(_annotation()) | {"data": {}}, "no-assignment"),
        (_task() | {"annotations": {}}, "wrong-shape"),
        (_task(_annotation(_result("sentiment", "choices", ["A"]))), "unknown-question"),
        (_task(_annotation(_result("verdict", "choices", ["A", "B"]))), "answered-twice"),
        (_task(_annotation(_result("verdict", "taxonomy", ["A"]))), "unknown-result"),
        (_task(_annotation(_result("verdict", "labels", ["A"]))), "unknown-question"),
        (
            _task(
                _annotation(
                    _result("verdict", "choices", ["A"]), _result("verdict", "choices", ["B"])
                )
            ),
            "answered-twice",
        ),
        (
            _task(
                _annotation(
                    _result("verdict", "choices", ["A"]), _result("ranking", "textarea", ["B>A"])
                )
            ),
            "two-verdicts",
        ),
        (
            _task(
                _annotation(
                    _result("no_errors", "choices", ["none_found"]),
                    _result("errors", "textarea", ['[{"category": "x"}]']),
                )
            ),
            "contradicting-errors",
        ),
        (_task(_annotation(_result("errors", "textarea", ["{"]))), "bad-errors"),
    ],
)
def test_what_has_no_place_in_an_answer_is_refused(task: dict[str, Any], code: str) -> None:
    """Each fault has its code."""
    with pytest.raises(InputError) as caught:
        _read(task)
    assert caught.value.code == code


def test_the_configuration_holds_any_text() -> None:
    """Quotes, brackets, line breaks, control signs and dollar signs of a rubric stay texts."""
    question = "Is \"$task\" <b>right</b> & 'sound'?\nSay\u0001 so."
    dimension = {"id": "odd", "question": question, "scale": ["$a", 'b"<>'], "judged_by": "expert"}
    asked = rubric(dimensions=[dimension], priority=[])
    record = pair()
    shown = present(record, Assignment(record=record.id, reviewer="r1", number=0))
    extent = extent_of([(shown, record.part)])
    text = FORM.settings(questionnaire(asked, extent, {}, file="work.json"))
    root = ET.fromstring(text)  # noqa: S314  our own text
    headers = [node.attrib["value"] for node in root.iter("Header")]
    assert "A: Is \"\uff04task\" <b>right</b> & 'sound'?\nSay\ufffd so." in headers
    control = next(node for node in root.iter() if node.attrib.get("name") == "score-odd-a")
    assert [each.attrib["alias"] for each in control] == ["$a", 'b"<>', "na", "abstain"]
    shown_values = {
        node.attrib["value"] for node in root.iter() if "$" in node.attrib.get("value", "")
    }
    assert shown_values == {"$kind", "$task", "$candidate_A", "$candidate_B"}


def test_every_task_has_every_text_that_the_configuration_shows() -> None:
    """A task without a third candidate has an empty text for it; nothing else is in its data."""
    record = pair(texts=("x", "y"))
    wide = pair(texts=("x", "y", "z"))
    shown = [
        (present(each, Assignment(record=each.id, reviewer="r1", number=0)), each.part)
        for each in (record, wide)
    ]
    asked = questionnaire(RUBRIC, extent_of(shown), {}, file="work.json")
    (task,) = FORM.work(shown[0][0], asked)
    assert list(task["data"].items())[2:] == [
        ("task", "What is 0 + 2?"),
        ("candidate_A", "x"),
        ("candidate_B", "y"),
        ("candidate_C", ""),
    ]
