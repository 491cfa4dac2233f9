"""What each tool exports, and the answer that it is: one table of all five."""

from collections.abc import Sequence
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.judgment import Unanchored
from assay.records.kinds import Critique
from assay.review.assignment import Assignment
from assay.review.exchange import AnswerContext, read_answer
from simulators.review_answers import RUBRIC
from simulators.review_formats import FORMATS
from simulators.small_program import pair

Row = dict[str, Any]

NOBODY = {"assignment": "asg_1"}
META = {"metadata": NOBODY}
PERSON = {"source": "ANNOTATION", "authorUserId": "u1"}


def studio(name: str, kind: str, value: Any, **more: Any) -> Row:
    """One result of Label Studio."""
    key = {"textarea": "text", "pairwise": "selected"}.get(kind, kind)
    return {"from_name": name, "to_name": "task", "type": kind, "value": {key: value}, **more}


def span(start: int, end: int, region: str) -> Row:
    """A span of Label Studio with the quote `two`."""
    result = studio("errors-a", "labels", ["wrong_sum"], id=region)
    return result | {"value": result["value"] | {"start": start, "end": end, "text": "two"}}


def annotation(*results: Row, **more: Any) -> Row:
    """One annotation of Label Studio."""
    return {"id": 7, "completed_by": 3, "was_cancelled": False, "result": list(results), **more}


def task(*annotations: Row, **more: Any) -> Row:
    """One task of Label Studio's export."""
    data = {"assignment": "asg_1", "candidate_A": "\U0001f600 two and two", "candidate_B": "b"}
    return {"id": 1, "data": data, "annotations": list(annotations), **more}


def studied(*results: Row) -> Row:
    """One task with one annotation."""
    return task(annotation(*results))


def server(*responses: Row) -> Row:
    """One record of an Argilla server."""
    fields = {"task": "?", "candidate-a": "one two two"}
    record = {"id": "5", "fields": fields, **META, "suggestions": [{"value": "B"}]}
    return record | {"responses": list(responses)}


def response(status: str | None = "submitted", **values: Any) -> Row:
    """One person's response in Argilla."""
    named = {name.replace("_", "-"): {"value": value} for name, value in values.items()}
    return {"user_id": "u1", "status": status, "values": named}


def potato(annotations: Any) -> Row:
    """One line of Potato."""
    return {"id": "asg_1", "annotations": annotations, "annotator": "anna"}


def feedback(key: str, user: str = "u1", kind: str = "app", **said: Any) -> Row:
    """One feedback of an annotation queue."""
    return {"key": key, "feedback_source": {"type": kind, "user_id": user}, **said}


def queue(*said: Any) -> Row:
    """One run with its feedback."""
    return {**META, "feedback": list(said)}


def line(question: str, answer: str, **more: str) -> Row:
    """One line of the long CSV."""
    return {"assignment": "asg_1", "question": question, "answer": answer, **more}


def by(person: str | None, **answer: Any) -> Row:
    """One answer as our own row; `__` stands for the dot of a column."""
    named = {"answered_by": person} if person else {}
    return NOBODY | named | {name.replace("__", "."): value for name, value in answer.items()}


WHY = studio("why-verdict", "textarea", ["not my field"])
CHOSEN_A = studio("verdict", "choices", ["A"])
SPAN = {"candidate": "A", "category": "wrong_sum", "quote": "two"}
FLAT = {
    "id": "asg_1", **NOBODY, "verdict.suggestion": "B",
    "verdict.responses": ["A", "tie"],
    "verdict.responses.users": ["u1", "u2"],
    "verdict.responses.status": ["submitted", "draft"],
}  # fmt: skip
MIXED = {
    "id": "asg_1",
    "verdict.responses": ["A"],
    "verdict.responses.users": ["u1"],
    "verdict.responses.status": ["submitted"],
    "reason.responses": ["why"],
    "reason.responses.users": ["u1"],
    "reason.responses.status": ["draft"],
}
STATE = {
    "user_id": "anna",
    "instance_id_to_label_to_value": {
        "asg_1": {"verdict": {"labels": {"A": True, "B": False}}},
        "asg_2": {"verdict": {"labels": {}}},
    },
}

READ: Sequence[tuple[str, str, Row, list[Row]]] = [
    (
        "label-studio", "choices, numbers, ratings and texts are cells, seconds milliseconds",
        task(
            annotation(
                CHOSEN_A,
                studio("strength", "number", 2),
                studio("score-clarity-b", "rating", 4),
                studio("reason-clarity", "textarea", ["short", "clear"]),
                lead_time=12.3456, created_at="2026-01-02",
            )
        ),
        [
            by(
                "3", verdict="A", strength="2", score__clarity__B="4",
                reason__clarity="short\nclear", active_ms=12346, judged_at="2026-01-02",
            )
        ],
    ),
    (
        "label-studio", "the right side of a pair is B",
        studied(studio("verdict", "pairwise", "right")), [by("3", verdict="B")],
    ),
    (
        "label-studio", "an abstention takes its reason",
        studied(studio("verdict", "choices", ["abstain"]), WHY),
        [by("3", verdict="abstain:not my field")],
    ),
    (
        "label-studio", "a span keeps its place, as a browser or as we count, with its remarks",
        studied(
            span(11, 14, "m1"), span(10, 13, "m2"), span(0, 4, "m3"),
            studio("error-severity-a", "choices", ["high"], id="m1"),
            studio("error-note-a", "textarea", ["twice"], id="m1"),
        ),
        [by("3", errors=[
            SPAN | {"start": 10, "severity": "high", "note": "twice"}, SPAN | {"start": 10}, SPAN,
        ])],
    ),
    (
        "label-studio", "a cancelled annotation is no answer",
        task(annotation(CHOSEN_A, was_cancelled=True)), [by("3")],
    ),
    (
        "label-studio", "drafts and predictions are no answers",
        task(drafts=[annotation(CHOSEN_A)], predictions=[{"result": [CHOSEN_A]}]), [NOBODY],
    ),
    (
        "label-studio", "each annotation is one person's answer",
        task(
            annotation(CHOSEN_A, completed_by={"email": "anna@x.org"}),
            annotation(studio("verdict", "choices", ["tie"])),
        ),
        [by("anna@x.org", verdict="A"), by("3", verdict="tie")],
    ),
    (
        "argilla", "values are cells, and a span is an error with the words that it covers",
        server(
            response(
                verdict="B", score_clarity_a=4,
                errors_a=[{"label": "wrong_sum", "start": 8, "end": 11}],
            )
        ),
        [by("u1", verdict="B", score__clarity__A="4", errors=[SPAN | {"start": 8}])],
    ),
    *(
        ("argilla", f"a response that is {status} is no answer",
         server(response(status, verdict="A")), [by("u1")])
        for status in ("draft", "discarded", "pending")
    ),
    ("argilla", "a record without a response is no answer", server(), [NOBODY]),
    (
        "argilla", "the client's columns are read person by person, suggestions never",
        FLAT, [by("u1", verdict="A"), by("u2")],
    ),
    (
        "potato", "values and labels are cells, and a span is an error by its words",
        potato({
            "verdict": "tie", "score-clarity-a": 4, "reason": {"text_box": "so"},
            "errors-a": [{"start": 1, "end": 4, "label": "wrong_sum", "text": "two"}],
        }) | {"timestamp": "2026-01-15"},
        [
            by(
                "anna", verdict="tie", score__clarity__A="4", reason="so", errors=[SPAN],
                judged_at="2026-01-15",
            )
        ],
    ),
    (
        "potato", "each item of a state is apart, and a label set to false was not chosen",
        STATE, [by("anna", verdict="A"), {"assignment": "asg_2", "answered_by": "anna"}],
    ),
    ("potato", "a skipped item is no answer", potato({}), [by("anna")]),
    (
        "annotation-queue", "the label counts before the number, and a comment is a reason",
        queue(
            feedback("verdict", value="abstain", score=7, comment="not my field"),
            feedback("score-clarity-a", value="4", score=4, comment="short"),
            feedback("score-sound-a", score=1.0),
            feedback("note", comment="odd task"),
            feedback("step-a-0", value="good", comment="at last"),
        ) | {"id": "r", "extra": META},
        [
            by(
                "u1", verdict="abstain:not my field", score__clarity__A="4",
                reason__clarity__A="short", score__sound__A="1", step__A__0="good",
                reason="odd task\nstep.A.0: at last",
            )
        ],
    ),
    *(
        ("annotation-queue", f"feedback of {kind} is no person's",
         queue(feedback("verdict", kind=kind, value="A")), [NOBODY])
        for kind in ("api", "model", "evaluator", "auto_eval")
    ),
    (
        "annotation-queue", "an evaluator's score is no person's",
        {**META, "scores": [{"name": "verdict", "source": "EVAL", "stringValue": "A"}]}, [NOBODY],
    ),
    (
        "annotation-queue", "a score is its string or its number, and the later one counts",
        {
            **META,
            "scores": [
                {**PERSON, "name": "verdict", "value": 1, "stringValue": "B",
                 "updatedAt": "2026-02-02"},
                {**PERSON, "name": "verdict", "value": 0, "stringValue": "A",
                 "updatedAt": "2026-01-01"},
                {**PERSON, "name": "score-clarity-b", "value": 3.0, "updatedAt": "2026-01-03"},
            ],
        },
        [by("u1", verdict="B", score__clarity__B="3", judged_at="2026-02-02")],
    ),
    (
        "annotation-queue", "each person is apart",
        queue(feedback("verdict", value="A"), feedback("verdict", "u2", value="tie")),
        [by("u1", verdict="A"), by("u2", verdict="tie")],
    ),
    ("long-csv", "a line is one cell", line("verdict", "A"), [by(None, verdict="A")]),
    (
        "long-csv", "a line names its person", line("score.clarity.A", "3", answered_by="anna"),
        [by("anna", score__clarity__A="3")],
    ),
    ("long-csv", "a text that is shown is no answer", line("task", "", values="shown"), [NOBODY]),
]  # fmt: skip
"""Tool, what the row shows, the row, the answers that it holds."""

REFUSED: Sequence[tuple[str, Row, str]] = [
    ("label-studio", {"id": 1, "text": "x", "verdict": "A"}, "no-annotations"),
    ("label-studio", studied() | {"data": {}}, "no-assignment"),
    ("label-studio", task() | {"annotations": {}}, "wrong-shape"),
    ("label-studio", studied(studio("verdict", "pairwise", None)), "unknown-verdict"),
    ("label-studio", studied(studio("verdict", "choices", ["tie"]), WHY), "no-abstention"),
    ("label-studio", studied(studio("sentiment", "choices", ["A"])), "unknown-question"),
    ("label-studio", studied(studio("verdict", "choices", ["A", "B"])), "answered-twice"),
    ("label-studio", studied(studio("verdict", "taxonomy", ["A"])), "unknown-result"),
    ("label-studio", studied(studio("verdict", "labels", ["A"])), "unknown-question"),
    (
        "label-studio",
        studied(CHOSEN_A, studio("verdict", "choices", ["B"])),
        "answered-twice",
    ),
    ("label-studio", studied(CHOSEN_A, studio("ranking", "textarea", ["B>A"])), "two-verdicts"),
    (
        "label-studio",
        studied(
            studio("no_errors", "choices", ["none_found"]),
            studio("errors", "textarea", ['[{"category": "x"}]']),
        ),
        "contradicting-errors",
    ),
    ("label-studio", studied(studio("errors", "textarea", ["{"])), "bad-errors"),
    ("argilla", server(response(None, verdict="A")), "no-status"),
    (
        "argilla",
        {"id": "asg_1", "responses": {"verdict": [{"value": "A", "user_id": "u1"}]}},
        "no-status",
    ),
    ("argilla", {"fields": {}, "responses": []}, "no-assignment"),
    ("argilla", server(response(mood="A")), "unknown-question"),
    (
        "argilla",
        server(response(verdict=[{"label": "x", "start": 0, "end": 1}])),
        "unknown-question",
    ),
    ("argilla", server(response(errors_a=[{"label": "x", "start": 5, "end": 2}])), "empty-span"),
    ("argilla", server(response(verdict={"a": 1})), "wrong-shape"),
    (
        "argilla",
        {"id": "asg_1", "verdict.responses": ["A"], "verdict.responses.users": []},
        "wrong-shape",
    ),
    ("argilla", MIXED, "mixed-status"),
    ("potato", {"id": "asg_1", "text": "?"}, "no-annotations"),
    ("potato", {"annotations": {"verdict": "A"}}, "no-assignment"),
    ("potato", potato({"verdict": {"A": True, "B": True}}), "answered-twice"),
    ("potato", potato({"sentiment": "good"}), "unknown-question"),
    ("potato", potato({"verdict": [{"label": "A"}]}), "unknown-question"),
    ("potato", potato({"errors-a": [{"label": "A"}]}), "empty-span"),
    ("potato", potato({"errors-a": ["A"]}), "wrong-shape"),
    ("potato", potato({"verdict": True}), "wrong-shape"),
    ("potato", potato(["verdict"]), "wrong-shape"),
    ("annotation-queue", {**META, "feedback_stats": {}}, "no-annotations"),
    ("annotation-queue", {"feedback": [feedback("verdict", value="A")]}, "no-assignment"),
    ("annotation-queue", queue(feedback("helpfulness", value="A")), "unknown-question"),
    ("annotation-queue", {**META, "feedback": {"verdict": "A"}}, "wrong-shape"),
    ("annotation-queue", queue("A"), "wrong-shape"),
    ("annotation-queue", queue(feedback("verdict", value={"a": 1})), "wrong-shape"),
    ("long-csv", line("task", "yes", values="shown"), "answered-text"),
    ("long-csv", {**NOBODY, "verdict": "A"}, "missing-column"),
]
"""Tool, a row that has no place in an answer, the code of its fault."""


def _read(tool: str, row: Row) -> list[Row]:
    form = FORMATS[tool]
    return [form.answer(part) for part in form.apart(row)]


@pytest.mark.parametrize(
    ("tool", "row", "answers"),
    [pytest.param(tool, row, answers, id=f"{tool}: {what}") for tool, what, row, answers in READ],
)
def test_a_row_is_read_as_the_answers_that_it_holds(
    tool: str, row: Row, answers: list[Row]
) -> None:
    """Only what a person submitted is an answer, and all of it is."""
    assert _read(tool, row) == answers


@pytest.mark.parametrize(("tool", "row", "code"), REFUSED)
def test_a_row_that_is_no_answer_is_refused_with_its_code(tool: str, row: Row, code: str) -> None:
    """Each fault has its code, and none is taken for an answer."""
    with pytest.raises(InputError) as caught:
        _read(tool, row)
    assert caught.value.code == code


def test_a_mark_without_a_bearing_offset_is_kept_unanchored() -> None:
    """Where the words stand twice and no offset fits, the quote is kept as it was said."""
    record = pair(texts=("two and two", "b")).replace(part=Critique())
    assignment = Assignment(record=record.id, reviewer="r1", number=0, order=(0, 1))
    mark = studio("errors-a", "labels", ["wrong_sum"], id="m1")
    mark["value"] |= {"start": 1, "end": 4, "text": "two"}
    (row,) = _read("label-studio", studied(mark))
    about = AnswerContext(assignment=assignment, record=record, rubric=RUBRIC, role="reviewer")
    (error,) = read_answer(row, about).errors or ()
    assert isinstance(error.place, Unanchored)
