"""Values of a mapping: steps, lists of paths, numbers in tables, and messages that help."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import RowContext
from assay.records.record import Record

Context = Callable[[str], RowContext]


def key(spec: str, row: Mapping[str, Any], context: Context) -> str | None:
    """The key of the record that a mapping with this key gives."""
    text = f"""mapping: 1
kind: demonstration
record:
  key: {spec}
  messages: [{{user: Why?}}]
  candidates: [{{content: So., unknown: not said}}]
"""
    reader = MappingReader(require_mapping("m.yaml", text.encode()), {})
    (read,) = reader.read(row, context("demonstration"))
    assert isinstance(read.record, Record)
    return read.record.key


@pytest.mark.parametrize(
    ("spec", "row", "value"),
    [
        ("{column: n, minus: 1}", {"n": 3}, "2"),
        ("{column: n, plus: 2, minus: 1}", {"n": "3"}, "4"),
        ("{column: n, values: {a: 4}, minus: 1}", {"n": "a"}, "3"),
        ("{column: l, join: ', '}", {"l": ["a", 2, True]}, "a, 2, true"),
        ("{column: t, split: ' ', drop: b, join: '+'}", {"t": "a b c"}, "a+c"),
        ("{path: '$.l[*].t', join: '/'}", {"l": [{"t": "a"}, {"t": "b"}]}, "a/b"),
        ("{path: '$.l[1:]', join: '/'}", {"l": ["a", "b", "c"]}, "b/c"),
        ("{column: c, json: true, inside: [x, 1]}", {"c": '{"x": [4, 5]}'}, "5"),
        ("{column: c, literal: python, inside: [-1, 0]}", {"c": "[('a', 1), ('b', 2)]"}, "b"),
        ("{column: c, json: true, inside: ['{i}']}", {"c": "[7, 8]", "i": 1}, "8"),
        ("{column: c, json: true, inside: [9], optional: true, default: none}", {"c": "[7]"}, "none"),
        ("{column: l, drop_trailing: STOP, join: ' '}", {"l": ["a STOP", "b", "STOP", "- STOP -"]}, "a STOP b"),
        ("{column: l, gather: [g], inside: [1, rows, 0, t]}", {"l": [{"g": 1, "t": "a"}, {"g": 2, "t": "b"}]}, None),
        ("{column: v, values: {1: one}}", {"v": 1}, "one"),
        ("{column: v, values: {1: one}}", {"v": 1.0}, "one"),
        ("{column: v, values: {1: one}}", {"v": "1.0"}, "one"),
        ("{column: v, values: {0.5: half}}", {"v": "0.50"}, "half"),
        ("{column: v, values: {-1: no}}", {"v": -1}, "no"),
        ("{column: t, find: '[\\s\\S]+'}", {"t": "a\nb"}, "a\nb"),
    ],
)  # fmt: skip
def test_steps_give_the_value(
    spec: str, row: dict[str, Any], value: str | None, context: Context
) -> None:
    """Each step does what its field says, in the order of the fields."""
    if value is None:
        with pytest.raises(InputError):
            key(spec, row, context)
        return
    assert key(spec, row, context) == value


@pytest.mark.parametrize(
    ("spec", "row", "code"),
    [
        ("{column: n, minus: 1}", {"n": "x"}, "wrong-type"),
        ("{column: n, minus: 1}", {"n": True}, "wrong-type"),
        ("{column: l, join: ','}", {"l": "text"}, "wrong-type"),
        ("{column: l, gather: [g]}", {"l": [{"h": 1}]}, "missing-column"),
        ("{column: c, json: true, inside: [3]}", {"c": "[1]"}, "missing-value"),
        ("{column: v, values: {1: one}}", {"v": True}, "unmapped-value"),
        ("{column: v, values: {1: one}}", {"v": "1x"}, "unmapped-value"),
        ("{path: '$.l[*]'}", {"l": [1, 2]}, "several-values"),
    ],
)
def test_what_a_step_cannot_use_is_refused(
    spec: str, row: dict[str, Any], code: str, context: Context
) -> None:
    """The row is set aside with a reason of its own."""
    with pytest.raises(InputError) as caught:
        key(spec, row, context)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("spec", "row", "words"),
    [
        ('"{idd}"', {"id": 1}, "record.key, idd: the row has no 'idd' (did you mean 'id'?"),
        ("{column: t, json: true}", {"t": "{broken"}, "record.key, t, column 2: not valid JSON"),
        ("{at: ['Human {k}', x]}", {"k": 3}, "record.key, Human 3.x: the row has nothing there"),
        ("{column: t, values: {a: b}}", {"t": "q"}, "record.key, t: the table does not name the value 'q'"),
    ],
)  # fmt: skip
def test_an_error_names_the_field_the_column_and_the_nearest_name(
    spec: str, row: dict[str, Any], words: str, context: Context
) -> None:
    """Names in a way are filled in before it is named."""
    with pytest.raises(InputError) as caught:
        key(spec, row, context)
    assert words in str(caught.value)


def test_a_right_key_with_a_wrong_value_is_not_called_unknown() -> None:
    """A verdict written in a form that is not read is named as such, with the forms that are."""
    text = b"""mapping: 1
kind: preference
record:
  messages: [{user: Why?}]
  candidates: [{content: a, unknown: not said}, {content: b, unknown: not said}]
judgments:
  - reviewer: {unnamed: ranker}
    verdict: {ranks: {column: answers}}
"""
    _, (issue,) = read_mapping("m.yaml", text)
    assert (issue.line, issue.message) == (8, "'verdict' has a value of no known form")
    assert "ranks" in issue.hint


def test_a_path_in_a_loop_is_always_a_list(context: Context) -> None:
    """A slice that leaves one item is looped over once, not over the item's fields."""
    text = b"""mapping: 1
kind: demonstration
record:
  messages: [{for: {t: {path: "$.turns[:-1]"}}, role: "{t.role}", content: "{t.text}"}]
  candidates: [{content: {path: "$.turns[-1].text"}, unknown: not said}]
"""
    reader = MappingReader(require_mapping("m.yaml", text), {})
    turns = [{"role": "user", "text": "Hi"}, {"role": "assistant", "text": "Hello"}]
    (read,) = reader.read({"turns": turns}, context("demonstration"))
    assert read.record is not None
    assert [message.content for message in read.record.task.messages] == ["Hi"]
