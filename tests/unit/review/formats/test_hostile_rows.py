"""Whatever a row holds, it is read or refused with a reason."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.records.ports import Row
from assay.review.exchange import is_unanswered
from assay.review.formats.service import native_rows
from simulators.review_formats import FORMATS

_KEYS = st.sampled_from([
    "data", "meta", "metadata", "extra", "assignment", "annotations", "result", "type", "value",
    "from_name", "to_name", "id", "choices", "labels", "text", "textarea", "start", "end",
    "was_cancelled", "completed_by", "lead_time", "responses", "values", "status", "user_id",
    "fields", "verdict.responses", "verdict.responses.users", "verdict.responses.status", "label",
    "annotator", "timestamp", "instance_id_to_label_to_value", "instance_id_to_span_to_value",
    "feedback", "scores", "key", "name", "score", "comment", "feedback_source", "source",
    "stringValue", "created_at", "question", "answer", "answered_by", "verdict", "errors-a",
    "why-verdict", "errors", "no_errors", "asg_1",
])  # fmt: skip
_WORDS = _KEYS | st.sampled_from([
    "app", "ANNOTATION", "submitted", "draft", "shown", "A", "abstain", "asg_1", "", "choices",
    "labels", "textarea", "[]", "{", "--fffffff--", "score-\ud7ff",
])  # fmt: skip
_PLAIN = st.none() | st.booleans() | st.integers(-5, 2**40) | st.floats(allow_nan=False) | _WORDS
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)


WHOLE_ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "label-studio": (
        "label-studio",
        {
            "data": {"assignment": "asg_1", "candidate_A": "two"},
            "annotations": [
                {
                    "completed_by": {"email": "anna"},
                    "lead_time": 3.5,
                    "created_at": "2026",
                    "result": [
                        {"id": "1", "from_name": "verdict", "type": "choices",
                         "value": {"choices": ["abstain"]}},
                        {"id": "2", "from_name": "why-verdict", "type": "textarea",
                         "value": {"text": ["so"]}},
                        {"id": "3", "from_name": "errors-a", "type": "labels",
                         "value": {"start": 0, "end": 3, "text": "two", "labels": ["x"]}},
                        {"id": "3", "from_name": "error-severity-a", "type": "choices",
                         "value": {"choices": ["low"]}},
                    ],
                }
            ],
        },
    ),
    "argilla, server": (
        "argilla",
        {
            "fields": {"candidate-a": "two"},
            "metadata": {"assignment": "asg_1"},
            "responses": [
                {"user_id": "u", "status": "submitted", "values": {
                    "verdict": {"value": "A"},
                    "errors-a": {"value": [{"start": 0, "end": 3, "label": "x"}]}}}
            ],
        },
    ),
    "argilla, flat": (
        "argilla",
        {
            "id": "asg_1",
            "verdict.responses": ["A", "B"],
            "verdict.responses.users": ["u", "v"],
            "verdict.responses.status": ["submitted", "draft"],
        },
    ),
    "potato, lines": (
        "potato",
        {
            "id": "asg_1",
            "annotator": "anna",
            "annotations": {
                "verdict": {"labels": {"A": True}},
                "errors-a": [{"start": 0, "end": 3, "text": "two", "label": "x"}],
            },
        },
    ),
    "potato, state": (
        "potato",
        {
            "user_id": "anna",
            "instance_id_to_label_to_value": {"asg_1": {"reason": {"text_box": "so"}}},
            "instance_id_to_span_to_value": {"asg_1": {"errors-a": [{"text": "t", "label": "x"}]}},
        },
    ),
    "langsmith": (
        "annotation-queue",
        {
            "extra": {"metadata": {"assignment": "asg_1"}},
            "feedback": [
                {"key": "verdict", "value": "A", "score": 1, "comment": "so", "created_at": "2026",
                 "feedback_source": {"type": "app", "user_id": "u"}}
            ],
        },
    ),
    "long csv": (
        "long-csv",
        {"assignment": "asg_1", "question": "verdict", "answer": "A", "answered_by": "anna"},
    ),
}  # fmt: skip
"""Sound rows, each with the format that reads it."""


def _read(name: str, row: dict[str, Any]) -> list[Row]:
    found = list(native_rows([Row(number=1, values=row)], FORMATS[name]))
    for each in found:
        json.dumps(each.values)
        if each.fault is None:
            assert each.values is not None
            assert isinstance(each.values["assignment"], str)
            is_unanswered(each.values)
        else:
            # Our own formats foresee every shape; that a row is set aside all the same is for others.
            assert each.fault.code not in {"", "unforeseen-shape"}
    return found


class Careless:
    """A format of a plug-in that trusts every row to have what it reads."""

    in_parts = False

    def apart(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """One answer a row."""
        yield row

    def answer(self, row: dict[str, Any]) -> dict[str, Any]:
        """The answer of a row, whose reviewer has two names."""
        return {"assignment": row["assignment"], "answered_by": row["names"][1]}


def test_a_format_that_stumbles_over_a_row_costs_that_row_alone() -> None:
    """A shape that a plug-in did not foresee is a fault of its row, and the others are read."""
    rows = [{"assignment": "asg_1", "names": names} for names in (["a", "b"], ["a"], 5, None)]
    answers = native_rows(
        [Row(number=place, values=row) for place, row in enumerate(rows, 1)],
        Careless(),  # type: ignore[arg-type]
    )
    faults = [each.fault.code if each.fault else None for each in answers]
    assert faults == [None, *["unforeseen-shape"] * 3]


@pytest.mark.parametrize("name", FORMATS)
@given(row=st.dictionaries(_KEYS, _VALUES, max_size=8))
def test_any_row_is_read_or_has_a_reason(name: str, row: dict[str, Any]) -> None:
    """No row stops the file: each gives answers that name an assignment, or a fault."""
    found = _read(name, row)
    # The state of somebody who has opened nothing holds no answer.
    assert found or any(key.startswith("instance_id_to") for key in row)


@pytest.mark.parametrize("tool", WHOLE_ROWS)
def test_the_sound_rows_are_sound(tool: str) -> None:
    """Before anything is damaged every row is read without a fault."""
    name, row = WHOLE_ROWS[tool]
    assert [each.fault for each in _read(name, row)] in ([None], [None, None])


@pytest.mark.parametrize("tool", WHOLE_ROWS)
@given(data=st.data())
def test_a_row_spoilt_anywhere_is_read_or_has_a_reason(tool: str, data: st.DataObject) -> None:
    """Any value of a sound row may be any other value; the file goes on."""
    name, sound = WHOLE_ROWS[tool]
    row = json.loads(json.dumps(sound))
    holder, key = data.draw(st.sampled_from(list(_places(row))))
    holder[key] = data.draw(_VALUES)
    _read(name, row)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a value, with each of its keys."""
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in inner:
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)
