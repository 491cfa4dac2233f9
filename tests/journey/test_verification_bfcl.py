"""BFCL's calls and states: the figures that the examples' page states, held against the raw files."""

import ast
import json
from types import ModuleType
from typing import Any

import pytest

from simulators import examples
from simulators.examples import example_script, needs_data

DATA = examples.DATA / "bfcl-a"

pytestmark = needs_data("NO CALL WAS VERIFIED", DATA)


@pytest.fixture(scope="module")
def bfcl() -> ModuleType:
    """The script of the example."""
    return example_script("verification/bfcl")


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def test_single_calls_pass_and_planted_faults_fail(bfcl: ModuleType) -> None:
    """Every answer of the key passes but one that breaks its own schema; no planted fault does."""
    found = bfcl.single_calls(DATA)
    tasks = {row["id"]: row["function"][0] for row in _lines("BFCL_v4_simple_python.json")}
    keys = {
        row["id"]: next(iter(row["ground_truth"][0].values()))
        for row in _lines("answer_BFCL_v4_simple_python.json")
    }
    assert found["tasks"] == len(tasks) == 400
    for answer in ("fullest", "shortest"):
        assert found[f"{answer} answer, key"] == "400 of 400 pass"
        assert found[f"{answer} answer, key with bfcl's texts"] == "400 of 400 pass"
    assert found["fullest answer, schema"] == "399 of 400 pass"
    assert found["shortest answer, schema"] == "400 of 400 pass"
    (unfit,) = found["answers of the key that do not fit the schema"]
    assert unfit.startswith("simple_python_307")
    required = sum(len(task["parameters"]["required"]) for task in tasks.values())
    said = sum(
        any(each != "" for each in values) for key in keys.values() for values in key.values()
    )
    planted = {kind: found[kind]["planted"] for kind in bfcl.PLANTS}
    assert planted == {
        "wrong function name": 400,
        "extra argument": 400,
        "missing required argument": required,
        "wrong value": said - 6,
        "wrong type": said - 1,
    }
    assert (required, said) == (866, 1143)
    assert found["wrong value"]["not planted, every value of the type is accepted"] == 6
    assert found["wrong type"]["not planted, the argument may have any type"] == 1
    assert {found[kind]["pass both"] for kind in bfcl.PLANTS} == {0}
    optional = sum(
        "" in keys[name].get(each, ())
        for name, task in tasks.items()
        for each in task["parameters"]["required"]
    )
    assert found["missing required argument"]["pass key"] == optional == 2


def test_types_that_json_schema_lacks_are_counted(bfcl: ModuleType) -> None:
    """Each foreign type name is changed once for each time that the raw file has it."""
    text = (DATA / "BFCL_v4_simple_python.json").read_text(encoding="utf-8")
    changed = bfcl.single_calls(DATA)["schema types changed"]
    for name, count in (("dict", 407), ("float", 77), ("tuple", 2), ("any", 1)):
        assert text.count(f'"type": "{name}"') == count
        assert next(n for key, n in changed.items() if key.startswith(f"{name}:")) == count


def test_calls_of_several_turns_pass_in_order_and_planted_faults_fail(bfcl: ModuleType) -> None:
    """The key's calls pass turn by turn; left out, doubled, altered, swapped or late ones fail."""
    found = bfcl.several_turns(DATA)
    answers = [row["ground_truth"] for row in _lines("answer_BFCL_v4_multi_turn_base.json")]
    texts = [text for turns in answers for turn in turns for text in turn]
    assert (found["tasks"], found["turns"], found["calls"]) == (200, 734, 1142)
    assert (len(answers), sum(map(len, answers)), len(texts)) == (200, 734, 1142)
    assert found["key's calls, key"] == "200 of 200 pass"
    assert found["key's calls, schema"] == "199 of 200 pass"
    assert found["calls of the key that do not fit the schema"] == [
        '"close_ticket": at /ticket_id: "ticket_001" is not of type "integer"'
    ]
    calls = [ast.parse(text, mode="eval").body for text in texts]
    arguments = sum(
        len(each.args) + len(each.keywords) for each in calls if isinstance(each, ast.Call)
    )
    assert {kind: found[kind]["planted"] for kind in bfcl.TURN_PLANTS} == {
        "a call left out": len(texts),
        "a call made twice": len(texts),
        "an argument altered": arguments,
        "two calls swapped": 411,
        "a call one turn late": sum(bool(turn) for turns in answers for turn in turns[:-1]),
    }
    assert {found[kind]["pass"] for kind in bfcl.TURN_PLANTS} == {0}


def test_ends_that_differ_fail_and_the_others_pass(bfcl: ModuleType) -> None:
    """Of 50 replayed tasks the end passes; a changed end fails exactly where it is another."""
    found = bfcl.states(DATA)
    assert found["tasks replayed"] == 50
    assert found["tasks skipped, of classes that are not simulated"] == 150
    assert found["calls"] == {"replayed": 231, "of other classes, not replayed": 45}
    assert found["calls of the key that the file system refused"] == 0
    for held in (
        "held against the expected state, pass",
        "held against what alone may change, pass",
    ):
        assert found[held] == {"end of the key's calls": 50, "one file more": 0}
    for kind, another, same in (("a call left out", 115, 116), ("an argument altered", 187, 146)):
        assert found[kind] == {
            "another end": another,
            "another end and pass": 0,
            "same end": same,
            "same end and pass": same,
        }


def test_a_key_that_is_more_than_literals_is_refused(bfcl: ModuleType) -> None:
    """What is no call of literals is refused and never run."""
    orders = {"f": ("a", "b")}
    assert bfcl.call_of("f(1, b=[2, {'c': -3}])", orders) == ("f", {"a": 1, "b": [2, {"c": -3}]})
    for text in ("f(open('x'))", "f(a=g())", "f.g(1)", "1 + 1", "f(a=1) or f(a=2)"):
        with pytest.raises((TypeError, ValueError)):
            bfcl.call_of(text, orders)
