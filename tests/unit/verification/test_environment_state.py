"""Environment states pass where they are as expected, and the place at fault is named."""

import copy
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.core.canonical import json_text
from assay.core.options import configure
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.evidence import Evidence
from assay.records.kinds import Outcome, Trajectory
from assay.records.record import Record
from assay.verification.json_value import differences, escape_key, read_value, same, value_at
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify, VerifierCase
from assay.verification.verifiers.environment_state import EnvironmentState
from builders import small_record, user_task

BEFORE = {"files": {"a": "one", "b/c": ["x", "y"]}, "count": 2, "open": True, "note": None}


def record(
    after: str | None,
    *,
    before: Any = BEFORE,
    expected: str | None = None,
    steps: tuple[str | None, ...] = (),
    evidence: tuple[Evidence, ...] = (),
) -> Record:
    candidate = Candidate(
        content="Done.",
        provenance=MadeByModel(model="m"),
        work=tuple(Step(text="A step.", state=state) for state in steps),
        state_after=after,
    )
    return small_record(
        Trajectory(expected_state=expected),
        user_task("Do it.", initial_state=None if before is None else json.dumps(before)),
        candidate,
        evidence=evidence,
    )


def ask(tried: Record, *asserted: Any, **options: Any) -> Found | NothingToVerify:
    if asserted:
        options["assertions"] = json.dumps(asserted)
    return configure(EnvironmentState, options).verify(tried, 0)


def found(tried: Record, *asserted: Any, **options: Any) -> Found:
    answer = ask(tried, *asserted, **options)
    assert isinstance(answer, Found), answer
    return answer


def reason(
    tried: Record, *asserted: Any, kind: type[Fail | VerifierError] = Fail, **options: Any
) -> str:
    """Why it fails, or why it cannot be told."""
    answer = found(tried, *asserted, **options).verdict
    assert isinstance(answer, kind), answer
    return answer.reason


def changed(path: str, value: Any) -> str:
    """The state after one place was set."""
    after = copy.deepcopy(BEFORE)
    *way, last = path.split(".")
    place: Any = after
    for key in way:
        place = place[key]
    place[last] = value
    return json.dumps(after)


@pytest.mark.parametrize("case", EnvironmentState().cases(), ids=lambda case: case.title)
def test_its_own_cases_come_out_as_they_say(case: VerifierCase) -> None:
    """Every gold case passes and every counter-gold case fails."""
    verdict = found(case.record, **case.options).verdict
    assert verdict.__struct_config__.tag == case.expected


@pytest.mark.parametrize(
    ("expected", "after", "why"),
    [
        ('{"a":1,"b":[1,2]}', '{"b":[1.0,2],"a":1}', None),
        ('{"a":1}', '{"a":2}', 'at "/a": expected 1, found 2'),
        ('{"a":1}', '{"a":true}', 'at "/a": expected 1, found true'),
        ('{"a":1}', '{"a":"1"}', 'at "/a": expected 1, found "1"'),
        ('{"a":1}', "{}", 'at "/a": expected 1, found nothing'),
        ("{}", '{"a":null}', 'at "/a": expected nothing, found null'),
        ('{"a":[1,2]}', '{"a":[2,1]}', 'at "/a/0": expected 1, found 2'),
        ('{"a/b":{"~":1}}', '{"a/b":{"~":2}}', 'at "/a~1b/~0": expected 1, found 2'),
        ("[]", "{}", "at the whole: expected [], found {}"),
        ('{"a":9007199254740993}', '{"a":9007199254740992}', 'at "/a"'),
    ],
)
def test_the_expected_state_is_the_whole_state(expected: str, after: str, why: str | None) -> None:
    """Keys in any order and numbers in any spelling pass; any other difference is named."""
    tried = record(after, expected=expected)
    if why is None:
        assert isinstance(found(tried).verdict, Pass)
    else:
        assert why in reason(tried)


@pytest.mark.parametrize(
    ("asserted", "after", "why"),
    [
        ({"op": "equals", "path": "/count", "value": 2.0}, "{}", "found nothing"),
        ({"op": "equals", "path": "/count", "value": 2.0}, changed("count", 2), None),
        ({"op": "equals", "path": "/files/b~1c/1", "value": "y"}, changed("count", 2), None),
        ({"op": "equals", "path": "/files/b~1c/01", "value": "y"}, changed("count", 2), "nothing"),
        ({"op": "equals", "path": "/files/b~1c/-", "value": "y"}, changed("count", 2), "nothing"),
        ({"op": "equals", "path": "/note", "value": None}, changed("count", 2), None),
        ({"op": "differs_from_before", "path": "/count"}, changed("count", 3), None),
        ({"op": "differs_from_before", "path": "/count"}, changed("count", 2.0), "another value"),
        ({"op": "differs_from_before", "path": "/gone"}, changed("count", 3), "another value"),
        ({"op": "unchanged", "path": "/files"}, changed("count", 3), None),
        ({"op": "unchanged", "path": "/files"}, changed("files.a", 3), "at"),
        ({"op": "unchanged"}, changed("count", 3), 'at "/count": expected 2 as before, found 3'),
        ({"op": "unchanged", "path": "/gone"}, "{}", None),
        ({"op": "unchanged", "path": "/gone"}, '{"gone":1}', "expected nothing as before"),
        ({"op": "exists", "path": "/note"}, changed("count", 3), None),
        ({"op": "exists", "path": "/gone"}, changed("count", 3), "expected something"),
        ({"op": "absent", "path": "/gone"}, changed("count", 3), None),
        ({"op": "absent", "path": "/note"}, changed("count", 3), "expected nothing, found null"),
        ({"op": "contains", "path": "/files/b~1c", "value": "x"}, changed("count", 3), None),
        ({"op": "contains", "path": "/files/b~1c", "value": 1}, changed("count", 3), "contains 1"),
        ({"op": "contains", "path": "/files", "value": "a"}, changed("count", 3), None),
        ({"op": "contains", "path": "/files/a", "value": "n"}, changed("count", 3), None),
        ({"op": "contains", "path": "/count", "value": 2}, changed("count", 2), "contains 2"),
        ({"op": "at_least", "path": "/count", "value": 2}, changed("count", 2), None),
        ({"op": "at_least", "path": "/count", "value": 2.5}, changed("count", 2), "at least 2.5"),
        ({"op": "at_least", "path": "/open", "value": 0}, changed("count", 2), "found true"),
        ({"op": "at_most", "path": "/count", "value": 2}, changed("count", 2), None),
        ({"op": "at_most", "path": "/count", "value": 2}, changed("count", 3), "at most 2"),
        ({"op": "length", "path": "/files", "value": 2}, changed("count", 3), None),
        ({"op": "length", "path": "/files/b~1c", "value": 3}, changed("count", 3), "length 3"),
        ({"op": "length", "path": "/count", "value": 1}, changed("count", 3), "length 1"),
        ({"op": "only_changed", "value": ["/count"]}, changed("count", 3), None),
        ({"op": "only_changed", "value": ["/files"]}, changed("count", 3), 'at "/count"'),
        ({"op": "only_changed", "value": ["/co"]}, changed("count", 3), 'at "/count"'),
        ({"op": "only_changed", "value": []}, changed("count", 2.0), None),
        ({"op": "only_changed", "value": ["/files/a"]}, changed("files", {}), 'at "/files/b~1c"'),
        ({"op": "only_changed", "value": ["/files/a"]}, changed("files", 1), 'at "/files"'),
        (
            {"op": "only_changed", "path": "/files", "value": ["/b~1c/0"]},
            changed("files", {"a": "one", "b/c": ["z", "y", "w"]}),
            'at "/files/b~1c/2": expected nothing as before, found "w"',
        ),
        ({"op": "only_changed", "path": "/new", "value": ["/a"]}, changed("new", {"a": 1}), "/new"),
    ],
)  # fmt: skip
def test_each_op_says_what_it_says(asserted: Any, after: str, why: str | None) -> None:
    """Each op holds or names the place with what was expected and found, from both sources."""
    text = json.dumps({"environment-state": [asserted]})
    evidence = (Evidence(kind="test", text=text),)
    for answer in (
        found(record(after), asserted),
        found(record(after, evidence=evidence)),
    ):
        if why is None:
            assert isinstance(answer.verdict, Pass), answer
        else:
            assert isinstance(answer.verdict, Fail), answer
            assert why in answer.verdict.reason
            assert answer.evidence[0].text == answer.verdict.reason


@pytest.mark.parametrize(
    "asserted",
    [
        {"op": "equal", "path": ""},
        {"op": "equals", "path": "/a"},
        {"op": "exists", "path": "/a", "value": 1},
        {"op": "exists", "path": "a"},
        {"op": "exists", "path": "/a~2"},
        {"op": "at_least", "path": "/a", "value": "1"},
        {"op": "at_least", "path": "/a", "value": True},
        {"op": "length", "path": "/a", "value": 1.5},
        {"op": "length", "path": "/a", "value": -1},
        {"op": "only_changed", "value": "/a"},
        {"op": "only_changed", "value": ["a"]},
        {"op": "exists", "pth": "/a"},
    ],
)
def test_an_assertion_with_a_slip_is_an_error(asserted: Any) -> None:
    """What is declared wrongly is an error, never a pass."""
    assert isinstance(found(record("{}"), asserted).verdict, VerifierError)


def test_no_assertions_where_some_were_meant_are_an_error() -> None:
    """An empty list, or a text that is no JSON, asserts nothing and says so."""
    for text in ("[]", "{}", "nonsense", '[{"op":"exists","op":"absent"}]'):
        assert isinstance(found(record("{}"), assertions=text).verdict, VerifierError)


def test_without_the_state_before_a_comparison_with_it_is_an_error() -> None:
    """Ops that speak of before need it; the others do not."""
    tried = record('{"a":1}', before=None)
    assert "no initial state" in reason(tried, {"op": "unchanged"}, kind=VerifierError)
    assert isinstance(found(tried, {"op": "exists", "path": "/a"}).verdict, Pass)


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ("nonsense", Fail),
        ('{"a":1,"a":1}', Fail),
        ('{"a":NaN}', Fail),
        ("[" * 100_000, Fail),
        ('"' + "x" * 1_000_001 + '"', Uncarried),
    ],
)
def test_a_state_that_cannot_be_read_is_no_pass(after: str, kind: type) -> None:
    """A broken state fails; one that is longer than we look at is an error."""
    assert isinstance(found(record(after), {"op": "absent", "path": "/b"}).verdict, kind)


def test_long_values_are_cut_in_the_reason() -> None:
    """A reason shows the beginning of what was found."""
    text = reason(record(json.dumps({"a": "x" * 5000})), {"op": "equals", "path": "/a", "value": 1})
    assert len(text) < 250
    assert text.endswith("...")


def test_steps_can_be_asked_for() -> None:
    """One step's state, the end, or all of them; the step at fault is named."""
    tried = record('{"a":1}', steps=('{"a":1}', None, '{"a":9}'))
    at_most = {"op": "at_most", "path": "/a", "value": 5}
    assert isinstance(found(tried, at_most).verdict, Pass)
    assert isinstance(found(tried, at_most, step=0).verdict, Pass)
    assert found(tried, at_most, step="2").step == 2
    assert isinstance(found(tried, at_most, step=2).verdict, Fail)
    assert found(tried, at_most, step="every").step == 2
    assert isinstance(ask(tried, at_most, step=1), NothingToVerify)
    assert isinstance(ask(tried, at_most, step=7), NothingToVerify)
    assert isinstance(found(tried, at_most, step="last").verdict, VerifierError)
    assert isinstance(found(tried, at_most, step=-1).verdict, VerifierError)


def test_the_expected_state_is_that_of_the_end_alone() -> None:
    """Steps are not held against it, and it is never passed by without an end."""
    tried = record('{"a":1}', expected='{"a":1}', steps=('{"a":0}',))
    assert isinstance(found(tried, step="every").verdict, Pass)
    assert isinstance(ask(tried, step=0), NothingToVerify)
    endless = record(None, expected='{"a":1}', steps=('{"a":1}',))
    assert isinstance(ask(endless, step="every"), NothingToVerify)


def test_nothing_to_verify_is_no_pass() -> None:
    """Without a state, or without anything to hold it against, nothing is said."""
    exists = {"op": "exists"}
    assert isinstance(ask(record("{}")), NothingToVerify)
    assert isinstance(ask(record(None), exists), NothingToVerify)
    plain = record("{}").replace(part=Outcome(criterion="right"))
    assert isinstance(ask(plain), NothingToVerify)
    assert isinstance(found(plain, exists).verdict, Pass)


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.text(alphabet="ab/~0", max_size=2), below, max_size=3)
    ),
    max_leaves=8,
)


def turned(value: Any) -> Any:
    """The same value with the keys of every object in the other order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(each) for each in value] if isinstance(value, list) else value


def places(value: Any, pointer: str = "") -> list[str]:
    """Pointers to every place of a value."""
    below: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict | list):
        below = value.items() if isinstance(value, dict) else enumerate(value)
    return [pointer] + [
        place for key, each in below for place in places(each, f"{pointer}/{escape_key(str(key))}")
    ]


def planted(value: Any, pointer: str, other: Any) -> Any:
    """A copy with another value at a place."""
    if not pointer:
        return other
    after = copy.deepcopy(value)
    above, _, last = pointer.rpartition("/")
    place = value_at(after, above)
    if isinstance(place, list):
        place[int(last)] = other
    else:
        place[last.replace("~1", "/").replace("~0", "~")] = other
    return after


STATES = VALUES.map(lambda value: {"at": value})


@given(STATES)
def test_the_order_of_keys_never_matters(value: Any) -> None:
    """A state with its keys turned round is the expected state, and unchanged."""
    text, expected = json.dumps(turned(value)), json.dumps(value, indent=1)
    assert same(read_value(text), read_value(expected))
    tried = record(text, before=value, expected=expected)
    assert isinstance(found(tried, {"op": "only_changed", "value": []}).verdict, Pass)


@given(STATES, SCALARS, st.data())
def test_a_planted_change_is_always_found(value: Any, other: Any, data: st.DataObject) -> None:
    """Wherever one place changes, `only_changed` finds it unless it is named, and only then."""
    place = data.draw(st.sampled_from(places(value)))
    assume(json_text(value_at(value, place)) != json_text(other))
    tried = record(json.dumps(planted(value, place, other)), before=value)
    assert isinstance(found(tried, {"op": "only_changed", "value": []}).verdict, Fail)
    assert isinstance(found(tried, {"op": "only_changed", "value": [place]}).verdict, Pass)
    assert isinstance(found(tried, {"op": "unchanged"}).verdict, Fail)


@given(VALUES, VALUES)
def test_two_values_differ_somewhere_or_are_the_same(one: Any, other: Any) -> None:
    """No difference is named exactly where canonical JSON gives one text."""
    assert (not list(differences(one, other))) == (json_text(one) == json_text(other))
    assert same(one, other) == (json_text(one) == json_text(other))


@given(st.text(max_size=60) | st.text(alphabet='{}[]",:0123456789eE.-~ntfu', max_size=60))
def test_no_text_breaks_the_verifier(text: str) -> None:
    """Any text as state, expected state or assertion gets an answer and raises nothing."""
    for tried, options in (
        (record(text, expected="{}"), {}),
        (record("{}", expected=text), {}),
        (record("{}"), {"assertions": text}),
    ):
        assert isinstance(ask(tried, **options), Found | NothingToVerify)
