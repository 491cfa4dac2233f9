"""Sentinels and `no_call` in a mapping: what the source says is known of a record."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.kinds.trajectory import Trajectory
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import Read, RowContext
from assay.records.verdict import Prefers

Context = Callable[[str], RowContext]

PAIRS = """mapping: 1
kind: preference
record:
  messages: [{user: "{ask}"}]
  candidates:
    - {name: a, content: "{a}", unknown: not said}
    - {name: b, content: "{b}", unknown: not said}
  sentinel:
    when: {gold: ["1"]}
    verdict: {column: key, values: {a: prefers a, b: prefers b}}
judgments:
  - reviewer: {person: "{who}"}
    verdict: {column: vote, values: {a: prefers a, b: prefers b}}
"""
ROW = {
    "ask": "Which?",
    "a": "Red.",
    "b": "Blue.",
    "who": "ann",
    "vote": "b",
    "key": "a",
    "gold": "1",
}
CALLS = """mapping: 1
kind: trajectory
record:
  messages: [{user: "{ask}"}]
  part:
    expected_calls: [{for: {call: "{calls}"}, name: "{call.name}", arguments: "{call.arguments}"}]
    no_call: NO_CALL
"""


def _read(text: str, row: dict[str, Any], context: RowContext) -> Read:
    (read,) = MappingReader(require_mapping("m.yaml", text.encode()), {}).read(row, context)
    return read


def test_a_planted_row_has_its_axis_and_its_key(context: Context) -> None:
    """The key is an unnamed adjudicator's judgment, after those of the reviewers."""
    read = _read(PAIRS, ROW, context("preference"))
    assert read.record is not None
    assert read.record.task.taxonomy == {"sentinel": "planted"}
    worker, key = read.judgments
    assert (key.reviewer.kind, key.reviewer.role) == ("unknown", "adjudicator")
    assert isinstance(key.verdict, Prefers)
    assert isinstance(worker.verdict, Prefers)
    assert read.record.candidates[key.verdict.candidate].content == "Red."
    assert read.record.candidates[worker.verdict.candidate].content == "Blue."


def test_an_ordinary_row_has_neither(context: Context) -> None:
    """Its key column is not read, whatever it holds."""
    read = _read(PAIRS, ROW | {"gold": "0", "key": "no answer"}, context("preference"))
    assert read.record is not None
    assert read.record.task.taxonomy == {}
    assert len(read.judgments) == 1


def test_planted_and_ordinary_rows_of_one_text_are_two_records(context: Context) -> None:
    """A record that is held for repeated rows is not taken for the other one."""
    reader = MappingReader(require_mapping("m.yaml", PAIRS.encode()), {})
    own = context("preference")
    records = [reader.read(ROW | {"gold": gold}, own)[0].record for gold in ("1", "0", "1")]
    assert records[0] == records[2] != records[1]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('    when: {gold: ["1"]}\n', "", "which rows are sentinels"),
        ("    verdict: {column: key, values: {a: prefers a, b: prefers b}}\n", "", "right answer"),
        ("  sentinel:", "  taxonomy: {sentinel: x}\n  sentinel:", "leave it out of `taxonomy`"),
    ],
)
def test_a_sentinel_that_says_too_little_or_twice_is_a_fault(
    old: str, new: str, fault: str
) -> None:
    """Without a condition, without an answer, or with an axis of its own."""
    issues = read_mapping("m.yaml", PAIRS.replace(old, new).encode())[1]
    assert any(fault in issue.message for issue in issues)


@pytest.mark.parametrize("value", [True, "true", 1, "1"])
def test_a_mapping_states_that_no_call_is_right(value: Any, context: Context) -> None:
    """As a truth value, a number or a text."""
    read = _read(
        CALLS.replace("NO_CALL", '"{none}"'), {"ask": "Sing.", "calls": [], "none": value},
        context("trajectory"),
    )  # fmt: skip
    assert read.record is not None
    assert read.record.part == Trajectory(no_call=True)


def test_an_empty_list_says_it_by_a_table(context: Context) -> None:
    """Where the format gives the empty list that meaning."""
    text = CALLS.replace("NO_CALL", '{column: calls, values: {"[]": true}, otherwise: false}')
    read = _read(text, {"ask": "Sing.", "calls": []}, context("trajectory"))
    assert read.record is not None
    assert read.record.part == Trajectory(no_call=True)


def test_another_word_is_no_truth_value(context: Context) -> None:
    """It sets the row aside by the field's name."""
    with pytest.raises(InputError, match=r"neither true nor false") as refused:
        _read(
            CALLS.replace("NO_CALL", '"{none}"'), {"ask": "Sing.", "calls": [], "none": "perhaps"},
            context("trajectory"),
        )  # fmt: skip
    assert refused.value.where.startswith("record.part.no_call")


@pytest.mark.parametrize(
    "arguments",
    [{"lock": [9007199254740993]}, '{"lock": [9007199254740993]}'],
    ids=["an object", "its text"],
)
def test_right_calls_keep_integers_of_any_size(arguments: Any, context: Context) -> None:
    """Identifiers that tools take are longer than the 53 bits of a floating-point number."""
    row = {"ask": "How deep?", "calls": [{"name": "depth", "arguments": arguments}]}
    mapping = CALLS.replace("    no_call: NO_CALL\n", "")
    record = _read(mapping, row, context("trajectory")).record
    assert record is not None
    assert isinstance(record.part, Trajectory)
    assert record.part.expected_calls[0].arguments == '{"lock":[9007199254740993]}'
