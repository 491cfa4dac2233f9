"""Expected calls pass where each is made once, in its turn, with accepted arguments."""

from typing import Any

import pytest

from assay.core.canonical import json_text
from assay.core.options import configure
from assay.records.candidate import Step
from assay.records.kinds import Outcome, Trajectory
from assay.records.kinds.trajectory import ExpectedCall
from assay.records.record import Record
from assay.records.task import Message, Task, ToolCall
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify, VerifierCase
from assay.verification.verifiers.expected_calls import ExpectedCalls
from builders import model_answer, small_record

Calls = list[tuple[str, Any]]


def made(name: str, arguments: Any) -> ToolCall:
    given = arguments if isinstance(arguments, str) else json_text(arguments)
    return ToolCall(name=name, arguments=given)


def in_work(key: list[tuple[str, Any, int | None]], calls: Calls) -> Record:
    """A trajectory whose work makes the calls."""
    return record(key, work=tuple(Step(call=made(*each)) for each in calls))


def in_turns(key: list[tuple[str, Any, int | None]], *turns: Calls) -> Record:
    """A trajectory whose messages make the calls, a user message before each turn but the first."""
    said: list[Message] = []
    for number, calls in enumerate(turns):
        said += [Message(role="user", content="And then?")] * (number > 0)
        said.append(Message(role="assistant", tool_calls=tuple(made(*each) for each in calls)))
    return record(key, content=tuple(said))


def record(
    key: list[tuple[str, Any, int | None]],
    *,
    content: str | tuple[Message, ...] = "Done.",
    work: tuple[Step, ...] = (),
    users: int = 1,
) -> Record:
    expected = tuple(
        ExpectedCall(name=name, arguments=json_text(accepted), turn=turn)
        for name, accepted, turn in key
    )
    return small_record(
        Trajectory(expected_calls=expected),
        Task(messages=(Message(role="user", content="Do it."),) * users),
        model_answer(content, work=work),
    )


def found(given: Record, **options: Any) -> Found:
    answer = configure(ExpectedCalls, options).verify(given, 0)
    assert isinstance(answer, Found), answer
    return answer


def reason(
    given: Record, kind: type[Fail | Uncarried | VerifierError] = Fail, **options: Any
) -> str:
    """Why it fails, or why it cannot be told."""
    answer = found(given, **options).verdict
    assert isinstance(answer, kind), answer
    return answer.reason


@pytest.mark.parametrize("case", ExpectedCalls().cases(), ids=lambda case: case.title)
def test_its_own_cases_come_out_as_they_say(case: VerifierCase) -> None:
    """Every gold case passes and every counter-gold case fails."""
    verdict = found(case.record, **case.options).verdict
    assert verdict.__struct_config__.tag == case.expected


@pytest.mark.parametrize(
    ("accepted", "given", "strings", "kind"),
    [
        ([5], "5", "exact", Pass),
        ([5], "5.0", "exact", Pass),
        ([5], "5.5", "exact", Fail),
        ([5], '"5"', "exact", Fail),
        ([1], "true", "exact", Fail),
        ([True], "1", "exact", Fail),
        ([True], "true", "exact", Pass),
        ([[1, 2]], "[1,2]", "exact", Pass),
        ([[1, 2]], "[2,1]", "exact", Fail),
        ([[1, 2], [2, 1]], "[2,1]", "exact", Pass),
        ([[1]], "[true]", "exact", Fail),
        ([None], "null", "exact", Pass),
        ([0], "null", "exact", Fail),
        ([""], '""', "exact", Pass),
        ([5, ""], "null", "exact", Fail),
        ([], "5", "exact", Fail),
        (["New York"], '"new york"', "exact", Fail),
        (["New York"], '"new  york"', "normalised", Pass),
        (["New York"], '"New York."', "normalised", Fail),
        (["New York, NY"], '"new-york ny."', "bfcl", Pass),
        (["it's"], '"It\\"s"', "bfcl", Pass),
        (["-5"], '"5"', "normalised", Fail),
        (["1.5"], '"15"', "bfcl", Pass),
        ([[["A-1"]]], '[["a1"]]', "bfcl", Pass),
        ([{"at": ["noon", "12"], "day": [3, ""]}], '{"at":"12"}', "exact", Pass),
        ([{"at": ["noon"], "day": [3]}], '{"at":"noon"}', "exact", Fail),
        ([{"at": ["noon"]}], '{"at":"noon","day":3}', "exact", Fail),
        ([{"at": ["noon"]}, {"day": [3]}], '{"day":3}', "exact", Pass),
        ([{"in": [{"at": ["noon", "12"]}]}], '{"in":{"at":"12"}}', "exact", Pass),
        ([[{"at": [1, 2]}, {"at": [3]}]], '[{"at":2},{"at":3}]', "exact", Pass),
        ([[{"at": [1, 2]}, {"at": [3]}]], '[{"at":3},{"at":2}]', "exact", Fail),
    ],
)
def test_values_are_compared_as_the_page_says(
    accepted: list[Any], given: str, strings: str, kind: type
) -> None:
    """Types never mix, numbers go by value, texts by the option, objects by lists of their own."""
    tried = in_work([("f", {"x": accepted}, None)], [("f", f'{{"x":{given}}}')])
    assert isinstance(found(tried, strings=strings).verdict, kind)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"y": 1}, '"x" is left out'),
        ({"x": 1}, None),
        ({"x": 1, "y": 2}, None),
        ({"x": 1, "z": 2}, '"z" is not expected'),
        ('{"x":1,"x":2}', "appears twice"),
        ("[1]", "not a JSON object"),
        ("{", "not valid JSON"),
    ],
)
def test_arguments_may_be_left_out_only_where_the_key_says_so(given: Any, why: str | None) -> None:
    """An empty text in the list lets an argument be left out; unknown ones are a fault."""
    tried = in_work([("f", {"x": [1], "y": [2, 1, ""]}, None)], [("f", given)])
    if why is None:
        assert isinstance(found(tried).verdict, Pass)
    else:
        assert why in reason(tried)
        assert found(tried).step == 0


def test_order_counts_only_where_it_is_asked_for() -> None:
    """The same calls in another order pass, and fail under `ordered`."""
    key = [("f", {"x": [1]}, None), ("g", {}, None)]
    turned = in_work(key, [("g", {}), ("f", {"x": 1})])
    assert isinstance(found(turned).verdict, Pass)
    assert reason(turned, ordered=True) == '"g": it is made out of order'
    right = in_work(key, [("f", {"x": 1}), ("g", {})])
    assert isinstance(found(right, ordered=True).verdict, Pass)


def test_calls_beyond_the_key_are_a_fault_unless_borne() -> None:
    """A further call fails and is named; under `extra` it passes and is counted."""
    key = [("f", {"x": [1]}, None), ("g", {}, None)]
    more = in_work(key, [("f", {"x": 1}), ("f", {"x": 1}), ("g", {})])
    for ordered in (True, False):
        assert "beyond the expected" in reason(more, ordered=ordered)
        assert found(more, ordered=ordered).step == 1
        assert found(more, ordered=ordered, extra=True).note == "2 expected calls made, 1 more"


def test_no_call_is_spent_on_the_wrong_entry() -> None:
    """A call that two entries accept goes to the one that has no other."""
    key = [("f", {"x": [1, 2]}, None), ("f", {"x": [1]}, None)]
    assert isinstance(found(in_work(key, [("f", {"x": 1}), ("f", {"x": 2})])).verdict, Pass)
    assert isinstance(found(in_work(key, [("f", {"x": 2}), ("f", {"x": 2})])).verdict, Fail)


def test_a_call_made_twice_is_not_two_expected_calls_made() -> None:
    """One call answers one entry."""
    key = [("f", {"x": [1]}, None)] * 2
    assert "not called" in reason(in_work(key, [("f", {"x": 1})]))
    assert isinstance(found(in_work(key, [("f", {"x": 1})] * 2)).verdict, Pass)


def test_a_turn_counts_where_the_key_gives_one() -> None:
    """Calls in messages belong to the user turn before them."""
    key = [("f", {}, 0), ("g", {}, 1), ("h", {}, None)]
    assert isinstance(found(in_turns(key, [("f", {})], [("h", {}), ("g", {})])).verdict, Pass)
    assert isinstance(found(in_turns(key, [("h", {}), ("f", {})], [("g", {})])).verdict, Pass)
    early = in_turns(key, [("f", {}), ("g", {})], [("h", {})])
    assert "made in turn 0, expected in turn 1" in reason(early)


def test_turns_that_cannot_be_told_are_an_error() -> None:
    """Steps have no turn, and a turn before the answer cannot be answered."""
    assert "has none" in reason(in_work([("f", {}, 0), ("g", {}, 1)], [("f", {})]), VerifierError)
    assert isinstance(found(in_work([("f", {}, 0)], [("f", {})])).verdict, Pass)
    late = record([("f", {}, 0)], users=2, work=(Step(call=made("f", {})),))
    assert "begins in turn 1" in reason(late, VerifierError)


@pytest.mark.parametrize("key", [{"x": 5}, {"x": [{"y": 5}]}, {"x": [[{"y": 5}]]}, [1]])
def test_a_key_that_is_no_key_is_an_error(key: Any) -> None:
    """A value that stands outside a list is named, and lets nothing pass."""
    assert "expected call 0" in reason(
        in_work([("f", key, None)], [("f", {"x": 5})]), VerifierError
    )


def test_nothing_to_verify_is_no_pass() -> None:
    """Records without a key are left alone; expected calls and none made is a fault."""
    plain = record([]).replace(part=Outcome(criterion="right"))
    for given in (record([]), plain):
        assert isinstance(ExpectedCalls().verify(given, 0), NothingToVerify)
    assert "not called" in reason(in_work([("f", {}, None)], []))


def test_a_key_without_calls_fails_every_call() -> None:
    """Where no call is right, an answer without one passes and any call is one beyond the key."""
    no_call = Trajectory(no_call=True)
    assert isinstance(found(record([]).replace(part=no_call)).verdict, Pass)
    calling = in_work([], [("f", {})]).replace(part=no_call)
    assert "beyond the expected ones" in reason(calling)


def test_a_flood_of_calls_is_an_error() -> None:
    """More calls, or more pairs of calls, than are looked at never pass."""
    one = ("f", {}, None)
    assert "more than 500" in reason(in_work([one], [("f", {})] * 501), Uncarried)
    assert "pairs" in reason(in_work([one] * 100, [("f", {})] * 500), Uncarried)
    assert "expected calls" in reason(in_work([one] * 101, [("f", {})]), VerifierError)
