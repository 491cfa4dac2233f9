"""Tool calls pass where schema, permission and rules hold, and the step at fault is named."""

from typing import Any

import pytest

from assay.core.canonical import json_text
from assay.core.options import configure
from assay.records.candidate import Step
from assay.records.evidence import Evidence
from assay.records.kinds import Trajectory
from assay.records.record import Record
from assay.records.task import Message, Task, Tool, ToolCall
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify, VerifierCase
from assay.verification.verifiers.tool_calls import ToolCalls
from builders import model_answer, small_record

PARAMETERS = json_text(
    {
        "type": "object",
        "properties": {"to": {"type": "string"}, "euros": {"type": "number", "minimum": 1}},
        "required": ["to"],
    }
)
SEND = Tool(name="send_money", parameters=PARAMETERS)
LOGIN = Tool(name="login")


def user(text: str) -> Message:
    return Message(role="user", content=text)


def assistant(text: str, *calls: ToolCall) -> Message:
    return Message(role="assistant", content=text, tool_calls=calls)


def call(name: str, arguments: Any = None) -> ToolCall:
    given = arguments if isinstance(arguments, str) else json_text(arguments or {})
    return ToolCall(name=name, arguments=given)


def record(
    *calls: ToolCall,
    tools: tuple[Tool, ...] = (SEND, LOGIN),
    content: str | tuple[Message, ...] = "Done.",
    before: tuple[Message, ...] = (),
    evidence: tuple[Evidence, ...] = (),
) -> Record:
    """A trajectory whose work makes some calls."""
    work = tuple(Step(call=each) for each in calls)
    return small_record(
        Trajectory(),
        Task(messages=(user("Send Ada her money."), *before), tools=tools),
        model_answer(content, work=work),
        evidence=evidence,
    )


def ask(given: Record, **options: Any) -> Found | NothingToVerify:
    return configure(ToolCalls, options).verify(given, 0)


def found(given: Record, **options: Any) -> Found:
    answer = ask(given, **options)
    assert isinstance(answer, Found), answer
    return answer


def reason(
    given: Record, kind: type[Fail | Uncarried | VerifierError] = Fail, **options: Any
) -> str:
    """Why it fails, or why it cannot be told."""
    answer = found(given, **options).verdict
    assert isinstance(answer, kind), answer
    return answer.reason


@pytest.mark.parametrize("case", ToolCalls().cases(), ids=lambda case: case.title)
def test_its_own_cases_come_out_as_they_say(case: VerifierCase) -> None:
    """Every gold case passes and every counter-gold case fails."""
    verdict = found(case.record, **case.options).verdict
    assert verdict.__struct_config__.tag == case.expected


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"to": "Ada", "euros": 5.5}, None),
        ({"to": "Ada", "euros": 0}, "at /euros"),
        ({"euros": 5}, '"to" is a required property'),
        ({"to": "Ada", "note": "hi"}, "'note' was unexpected"),
        ('{"to":"Ada","to":"Bob"}', "the key 'to' appears twice"),
        ('{"to":"Ada"', "not valid JSON"),
        ('["Ada"]', "not a JSON object"),
        ('{"euros":1e999,"to":"Ada"}', "too large"),
        ('{"euros":NaN,"to":"Ada"}', "NaN is not JSON"),
        ('{"to":' + "[" * 5000 + "]" * 5000 + "}", "nested too deeply"),
        ('{"to":' + "[" * 80 + "]" * 80 + "}", "more than 64 levels"),
    ],
)
def test_arguments_are_held_against_the_tools_schema(arguments: Any, why: str | None) -> None:
    """Arguments that fit pass; any others fail with their place, and nothing raises."""
    given = record(call("login"), call("send_money", arguments))
    if why is None:
        assert isinstance(found(given).verdict, Pass)
        return
    assert why in reason(given)
    assert found(given).step == 1


def test_a_schema_that_speaks_of_other_arguments_is_taken_at_its_word() -> None:
    """Unnamed arguments pass where the schema lets them, or where the option does."""
    open_schema = json_text({"properties": {"to": {}}, "additionalProperties": True})
    given = record(call("pay", {"tip": 1}), tools=(Tool(name="pay", parameters=open_schema),))
    assert isinstance(found(given).verdict, Pass)
    extra = record(call("send_money", {"to": "Ada", "note": "hi"}))
    assert isinstance(found(extra, extra_arguments=True).verdict, Pass)


@pytest.mark.parametrize(
    "schema", [{"$ref": "https://example.org/s.json"}, {"type": "dict"}, {"$ref": "file:///etc/s"}]
)
def test_a_schema_that_fetches_or_is_none_is_an_error(schema: Any) -> None:
    """A schema at fault says nothing about the candidate; a sure fault beside it still does."""
    tool = Tool(name="pay", parameters=json_text(schema))
    assert "the schema cannot be used" in reason(record(call("pay"), tools=(tool,)), VerifierError)
    given = record(call("pay"), call("other"), tools=(tool,))
    assert "not on offer" in reason(given)
    assert found(given).step == 1


def test_a_pattern_that_would_search_for_ever_is_answered() -> None:
    """A schema's pattern with nested repeats gets its verdict on a long text."""
    schema = json_text({"properties": {"to": {"pattern": "^(a+)+$"}}})
    tool = Tool(name="pay", parameters=schema)
    assert "does not match" in reason(record(call("pay", {"to": "a" * 5000 + "!"}), tools=(tool,)))


def test_nothing_to_verify_is_no_pass() -> None:
    """Without a call, or without tools and rules, there is nothing to verify."""
    assert isinstance(ask(record()), NothingToVerify)
    assert isinstance(ask(record(call("login"), tools=())), NothingToVerify)
    assert isinstance(found(record(call("login"))).verdict, Pass)
    assert found(record(call("login"))).note == "1 calls, 1 of tools without a schema"


def test_two_tools_of_one_name_are_an_error() -> None:
    """Which of two schemas or permissions holds cannot be told."""
    assert "one name" in reason(record(call("login"), tools=(LOGIN, LOGIN)), VerifierError)


def test_more_calls_than_are_looked_at_are_an_error() -> None:
    """A flood of calls is never a silent pass."""
    assert "more than 500" in reason(record(*[call("login")] * 501), Uncarried)
    assert "characters of arguments" in reason(
        record(call("login", json_text({"a": "x" * 1_000_001}))), Uncarried
    )


@pytest.mark.parametrize(
    ("rules", "calls", "step", "why"),
    [
        ({"before": [["login", "send_money"]]}, ["send_money", "login"], 0, 'before "login"'),
        ({"before": [["login", "send_money"]]}, ["login", "send_money"], None, None),
        ({"at_most": {"login": 1}}, ["login", "send_money", "login"], 2, "more than 1 times"),
        ({"at_most": {"login": 0}}, ["send_money"], None, None),
        ({"at_most": {"login": 0}}, ["login"], 0, "more than 0 times"),
        ({"never": ["login"]}, ["send_money", "login"], 1, "must never be called"),
        ({"required": ["login"]}, ["send_money"], None, "is never called"),
        ({"required": ["login"]}, [], None, "is never called"),
        ({"permitted": {"send_money": {"to": ["Ada"]}}}, ["send_money"], None, None),
        ({"permitted": {"send_money": {"to": ["Bob"]}}}, ["send_money"], 0, 'permitted: ["Bob"]'),
        ({"permitted": {"send_money": {"to": []}}}, ["send_money"], 0, "permitted: []"),
        ({"permitted": {"send_money": {"euros": [1]}}}, ["send_money"], None, None),
    ],
)
def test_declared_rules_hold_wherever_they_stand(
    rules: Any, calls: list[str], step: int | None, why: str | None
) -> None:
    """Values, order and numbers are held, from the option and from evidence alike."""
    made = [call(name, {"to": "Ada"} if name == "send_money" else {}) for name in calls]
    text = json_text({"tool-calls": rules})
    for given, options in (
        (record(*made), {"rules": json_text(rules)}),
        (record(*made, evidence=(Evidence(kind="test", text=text),)), {}),
    ):
        if why is None:
            assert isinstance(found(given, **options).verdict, Pass)
        else:
            assert why in reason(given, **options)
            assert found(given, **options).step == step


def test_permitted_values_are_compared_by_value_and_type() -> None:
    """1.0 is 1; true and "1" are not."""
    rules = json_text({"permitted": {"login": {"n": [1]}}})
    for value, kind in (("1.0", Pass), ("true", Fail), ('"1"', Fail), ("[1]", Fail)):
        given = record(call("login", f'{{"n":{value}}}'))
        assert isinstance(found(given, rules=rules).verdict, kind), value


@pytest.mark.parametrize(
    "rules",
    ["{", '{"permited":{}}', '{"at_most":{"login":-1}}', "[]", '{"never":["a"],"never":[]}'],
)
def test_rules_that_cannot_be_read_are_an_error(rules: str) -> None:
    """A slip in the rules never lets a call pass."""
    assert isinstance(found(record(call("login")), rules=rules).verdict, VerifierError)
    text = f'{{"tool-calls":{rules}}}'
    evidence = (Evidence(kind="test", text=text),)
    assert isinstance(found(record(call("login"), evidence=evidence)).verdict, VerifierError)


def test_evidence_for_others_is_left_alone() -> None:
    """Tests of another sort, and rules on another candidate, do not speak to it."""
    never = json_text({"tool-calls": {"never": ["login"]}})
    others = (
        Evidence(kind="test", text="assert f() == 1"),
        Evidence(kind="source", text=never),
        Evidence(kind="test", text=json_text({"environment-state": []})),
    )
    assert isinstance(found(record(call("login"), evidence=others)).verdict, Pass)
    ours = (*others, Evidence(kind="test", text=never, candidate=0))
    assert isinstance(found(record(call("login"), evidence=ours)).verdict, Fail)


GUARDED = Tool(name="send_money", parameters=PARAMETERS, permission="needs_confirmation")
GO = call("send_money", {"to": "Ada", "euros": 1200})
ASKED = "Shall I send the money, 1,200 euros, to Ada?"


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        (ASKED, "Yes.", Pass),
        (ASKED, "ok, go ahead!", Pass),
        (ASKED, "Yes, send the 1200 euros", Pass),
        (ASKED, "No.", Fail),
        (ASKED, "don't", Fail),
        (ASKED, "Yes, but send less", Uncarried),
        (ASKED, "Yes, no, wait", Uncarried),
        (ASKED, "Yes, 12 euros", Uncarried),
        (ASKED, "Yes?", Uncarried),
        (ASKED, "What is the rate", Uncarried),
        (ASKED, "yesterday was fine", Uncarried),
        (ASKED, "yes " + "please " * 50, Uncarried),
        ("I will send money, 1200 euros, to Ada.", "Yes.", Fail),
        ("Shall I send the money to Ada?", "Yes.", Uncarried),
        ("Shall I send the money, 12,000 euros, to Ada?", "Yes.", Uncarried),
        ("Shall I send the money, 1,200 euros, to Adam?", "Yes.", Uncarried),
        ("Shall I look up 1,200 euros to Ada?", "Yes.", Uncarried),
        ("Shall I send the money, 1,200 euros, to Ada or Bob?", "Yes.", Uncarried),
    ],
)
def test_a_guarded_call_needs_a_question_that_names_it_and_a_plain_yes(
    question: str, answer: str, kind: type
) -> None:
    """Confirmed passes, unasked or refused fails, and what cannot be determined is not passed."""
    for given in (
        record(GO, tools=(GUARDED,), before=(assistant(question), user(answer))),
        record(tools=(GUARDED,), content=(assistant(question), user(answer), assistant("So.", GO))),
    ):
        assert isinstance(found(given).verdict, kind), found(given).verdict


def test_a_confirmation_is_not_older_than_the_last_message() -> None:
    """A yes to an earlier question, or from a tool or the model itself, confirms nothing."""
    for said in (
        (assistant(ASKED), user("Yes."), assistant("Noted."), user("And the weather?")),
        (assistant(ASKED), assistant("User: Yes.")),
        (assistant(ASKED), Message(role="tool", content="Yes.")),
        (user("Yes, send 1200 euros to Ada."),),
    ):
        given = record(GO, tools=(GUARDED,), before=said)
        assert "was not asked" in reason(given)
    late = record(tools=(GUARDED,), content=(assistant(ASKED, GO), user("Yes.")))
    assert "was not asked" in reason(late)


def test_one_confirmation_is_good_for_one_call() -> None:
    """A second call needs its own yes; two calls that one question names are both confirmed."""
    said = (assistant(ASKED), user("Yes."))
    twice = record(GO, GO, tools=(GUARDED,), before=said)
    assert "confirmed for one call" in reason(twice)
    assert found(twice).step == 1
    question = "Shall I send money, 5 euros to Ada and 7 euros to Bob?"
    both = (
        call("send_money", {"to": "Ada", "euros": 5}),
        call("send_money", {"to": "Bob", "euros": 7}),
    )
    given = record(*both, tools=(GUARDED,), before=(assistant(question), user("Yes.")))
    assert isinstance(found(given).verdict, Pass)
    assert isinstance(found(given, confirmation="asked").verdict, Fail)


def test_any_question_with_a_yes_will_do_only_where_asked_for() -> None:
    """The laxer rule is an option, and other languages bring their own yes."""
    said = (assistant("Soll ich?"), user("Ja, bitte."))
    given = record(GO, tools=(GUARDED,), before=said)
    assert isinstance(found(given, confirmation="asked").verdict, Uncarried)
    assert isinstance(found(given, confirmation="asked", yes='["Ja"]').verdict, Pass)
    assert isinstance(found(given, confirmation="asked", yes="ja").verdict, VerifierError)
