"""Rules in CEL: every fault is told at once, what they see is bounded, and none passes by breaking."""

import json
from typing import Any

import msgspec
import pytest

from assay.core.errors import UsageError
from assay.core.options import configure
from assay.records.candidate import Step
from assay.records.evidence import Evidence
from assay.records.kinds import Policy
from assay.records.record import Record
from assay.records.task import Message, Task, Tool, ToolCall
from assay.verification.expression import NO_LOOP, VARIABLES, bounds_of, expression_faults
from assay.verification.rule import read_rules
from assay.verification.rule_view import View
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError
from assay.verification.verifier import Found, NothingToVerify
from assay.verification.verifiers.rules import RulesVerifier
from builders import model_answer, small_record

SEARCH = Step(
    text="Let me look.",
    call=ToolCall(name="search", arguments='{"query":"fare","limit":3}'),
    output="3 crowns",
)


def record(content: str, *, work: tuple[Step, ...] = ()) -> Record:
    """A policy record with a tool, an axis, evidence and one candidate."""
    return small_record(
        Policy(sections=("2.1",), expected="comply"),
        Task(
            messages=(
                Message(role="system", content="Be brief."),
                Message(role="user", content="What is the fare?"),
            ),
            tools=(Tool(name="search", permission="forbidden"),),
            taxonomy={"language": "en"},
            capability="travel",
        ),
        model_answer(content, "secret-model", work=work),
        evidence=(Evidence(kind="source", locator="timetable", text="The fare is 3 crowns."),),
    )


def ask(
    require: str, content: str = "It is 3 crowns.", *, work: tuple[Step, ...] = (), **rule: Any
) -> Found | NothingToVerify:
    """What one rule says of a response."""
    written = [{"id": "only", "reason": "it must hold", "require": require, **rule}]
    return RulesVerifier(rules=json.dumps(written)).verify(record(content, work=work), 0)


def verdict(require: str, content: str = "It is 3 crowns.", **rule: Any) -> type:
    """The class of the verdict."""
    found = ask(require, content, **rule)
    assert isinstance(found, Found), found
    return type(found.verdict)


@pytest.mark.parametrize(
    "require",
    [
        "response == 'It is 3 crowns.' && words == 4 && characters == 15 && sentences == 1",
        "lines == 1 && paragraphs == 1 && !is_json && json == null && urls == []",
        "kind == 'policy' && part.sections == ['2.1'] && part.expected == 'comply'",
        "task.last_user.contains('fare') && task.messages[0].role == 'system'",
        "task.tools[0].permission == 'forbidden' && task.taxonomy.language == 'en'",
        "task.capability == 'travel' && evidence[0].locator == 'timetable'",
        "evidence.exists(piece, piece.text.contains('3 crowns'))",
        "work[0].text == 'Let me look.' && work[0].tool == 'search' && work[0].output == '3 crowns'",
        "work[0].arguments.limit == 3 && calls[0].arguments.query == 'fare' && calls[0].step == 0",
        "length(calls) == 1 && length(response) == 15 && length(work[0].arguments) == 2",
        "words_of(response) == ['It', 'is', '3', 'crowns'] && lines_of(response) == [response]",
        "lower('ÄB') == 'äb' && length('ø') == 1",
        "response.matches('^It .* [0-9]+ ') && response.startsWith('It') && response.endsWith('.')",
        "length(work.filter(step, step.tool == 'search')) == 1",
        "task.tools.all(tool, tool.permission != 'forbidden' || !calls.exists(c, c.tool == 'x'))",
    ],
)
def test_a_rule_sees_the_record_and_the_candidate(require: str) -> None:
    """Every variable and function that the docs name is there, and means what they say."""
    found = ask(require, work=(SEARCH,))
    assert isinstance(found, Found)
    assert found.verdict == Pass(), found.verdict


def test_a_rule_never_sees_who_made_the_candidate() -> None:
    """Nothing that a rule can read holds the provenance."""
    seen = View(record("x", work=(SEARCH,)), 0).of(VARIABLES, NO_LOOP)
    assert set(seen) == VARIABLES
    assert "secret-model" not in repr(seen)
    with pytest.raises(UsageError, match="there is no `provenance`"):
        ask("provenance.model == 'secret-model'")
    with pytest.raises(UsageError, match="there is no `candidates`"):
        ask("candidates[0].provenance.model == 'secret-model'")


@pytest.mark.parametrize(
    ("content", "schema", "expected"),
    [
        ('{"fare": 3}', {"type": "object", "required": ["fare"]}, Pass),
        ("{}", {"type": "object", "required": ["fare"]}, Fail),
        ("null", {"type": "null"}, Pass),
        ("no JSON", {}, Fail),
        ('"' + "a" * 5000 + '!"', {"type": "string", "pattern": "^(a+)+$"}, Fail),
    ],
)
def test_a_rule_may_be_a_schema(content: str, schema: dict[str, Any], expected: type) -> None:
    """A response that fits the schema keeps the rule; any other, or no JSON, breaks it."""
    assert verdict("", content, schema=schema) is expected


def test_every_broken_rule_is_named_with_its_reason_and_section() -> None:
    """A fail lists all broken rules, each with evidence that points to the policy."""
    rules = """
    - {id: brief, reason: longer than three words, section: "1.2", require: words <= 3}
    - {id: polite, reason: says no please, require: "response.contains('please')"}
    - {id: fare, reason: names no fare, require: "response.contains('3')"}
    - {id: sums, reason: no sum, when: is_json, require: "false"}
    """
    found = RulesVerifier(rules=rules).verify(record("It is 3 crowns."), 0)
    assert isinstance(found, Found)
    assert found.verdict == Fail(
        reason="brief: longer than three words (section 1.2); polite: says no please"
    )
    assert [(piece.text, piece.locator) for piece in found.evidence] == [
        ("brief: longer than three words (section 1.2)", "policy section 1.2"),
        ("polite: says no please", None),
    ]
    assert found.note == "1 of 4 rules kept, 2 broken, 1 not applying"


@pytest.mark.parametrize(
    ("require", "why"),
    [
        ("json.fare > 1", "neither|null|overload|fare"),
        ("task.taxonomy.domain == 'x'", "there is no 'domain'"),
        ("words", "neither true nor false"),
        ("words < 'a'", "TypeError"),
        ("1 / (words - 4) > 0", "ZeroDivisionError"),
        ("work[5].text == ''", "IndexError"),
        ("length(words) > 1", "`length` takes one text, list or map"),
        ("length(words) != 1", "`length` takes one text, list or map"),
        ("lower(words) != 'a'", "`lower` takes one text"),
    ],
)
def test_a_rule_that_breaks_on_an_answer_is_named(
    require: str, why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """What cannot be evaluated never passes, and nothing is written to the terminal."""
    found = ask(require)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, Uncarried)
    assert "the rule only cannot be evaluated" in found.verdict.reason
    assert any(each in found.verdict.reason for each in why.split("|"))
    assert capfd.readouterr() == ("", "")


def test_a_broken_rule_weighs_more_than_one_that_cannot_be_asked() -> None:
    """A fail stands even beside an error, and both are told."""
    rules = """
    - {id: broken, reason: no, require: "false"}
    - {id: unknown, reason: no, require: json.fare > 1}
    """
    found = RulesVerifier(rules=rules).verify(record("It is 3."), 0)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, Fail)
    assert len(found.evidence) == 2
    assert found.note == "0 of 2 rules kept, 1 broken, 1 unknown"


def test_where_no_rule_applies_there_is_nothing_to_verify() -> None:
    """A rule whose `when` is false is neither kept nor broken."""
    assert isinstance(ask("false", when="is_json"), NothingToVerify)
    assert verdict("false", when="!is_json") is Fail
    assert verdict("true", when="json.fare > 1") is Uncarried


def test_without_rules_nothing_passes() -> None:
    """A verifier without its rules is an error of its set-up."""
    found = RulesVerifier().verify(record("x"), 0)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, VerifierError)


def test_all_faults_of_all_rules_are_told_at_once() -> None:
    """Syntax, unknown names, a missing reason, a bad schema, a double id: one error names them."""
    rules = r"""
    - {id: open, reason: r, require: "response.contains("}
    - {id: named, reason: r, when: "wrods > 3", require: "foo(response)"}
    - {id: silent, reason: " ", require: "true"}
    - {id: empty, reason: r}
    - {id: shape, reason: r, schema: {type: text}}
    - {id: far, reason: r, schema: {$ref: "https://example.org/s.json"}}
    - {id: twice, reason: r, require: "true"}
    - {id: twice, reason: r, require: "true"}
    - {id: extra, reason: r, require: "true", severity: high}
    """
    with pytest.raises(UsageError) as caught:
        configure(RulesVerifier, {"rules": rules})
    for told in (
        "rules[0] (open).require, line 1, column 19: Syntax error",
        "rules[1] (named).when, there is no `wrods`",
        "rules[1] (named).require, there is no function `foo`",
        "rules[2] (silent): the reason is empty",
        "rules[3] (empty): it asks for nothing",
        "rules[4] (shape).schema: ",
        "nothing is fetched",
        "two rules are named 'twice'",
        "rules[8]: Object contains unknown field `severity`",
    ):
        assert told in caught.value.message


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("size(response) > 3", "counts the bytes"),
        ("response.size() > 3", "counts the bytes"),
        ("work.map(step, step.text) == []", "copies what it has"),
        ("work.all(a, work.all(b, work.all(c, true)))", "more than 2 deep"),
        ("work.all(a, length(work.filter(b, true)) > 1)", "`filter` must not be in a loop"),
        ("response.matches('(')", "unclosed group"),
        ("response.matches('a(?=b)')", "look-around"),
        ("response.matches('(a)\\\\1')", "backreferences"),
        ("response.matches(task.last_user)", "not written out"),
        ("response.matches('a' + 'b')", "not written out"),
        ("work.all(step, step.text.matches('a{400}'))", "more than 10 times"),
        ("work.all(a, work.all(b, a.text.matches('x')))", "`matches` is nested more than 1 deep"),
        ("work.all(response, true)", "give the loop another one"),
        ("+".join(["response"] * 12) + " != ''", "more than 10 times `+`"),
        ("'" + "a" * 2000 + "' != response", "longer than 2000"),
    ],
)
def test_what_costs_too_much_or_misleads_is_refused(expression: str, told: str) -> None:
    """Each expression that could run long, or count wrongly, is refused before it is run."""
    assert any(told in each for each in expression_faults(expression))


@pytest.mark.parametrize(
    "expression",
    ["'size(x).map(' != response // map(a, b)", "r'\\(' != response", '"""(""" != response'],
)
def test_texts_and_comments_are_no_calls(expression: str) -> None:
    """What stands in quotation marks or behind two slashes is not held against a rule."""
    assert list(expression_faults(expression)) == []


@pytest.mark.parametrize(
    ("require", "content", "told"),
    [
        ("!response.contains('q')", "a" * 1_000_001, "longer than 1000000 characters"),
        ("lines_of(response).all(l, l != 'q')", "a\n" * 10_001, "more than 10000 items"),
        ("words_of(response).all(w, !w.matches('q'))", "a " * 1_001, "more than 1000 items"),
        (
            "words_of(response).all(a, words_of(response).all(b, a != b))",
            "a " * 201,
            "more than 200 items",
        ),
        ("json.all(a, a.all(b, b < 3))", json.dumps([[1] * 10] * 199), "too many values"),
    ],
)
def test_a_record_too_large_for_a_rule_is_not_passed(require: str, content: str, told: str) -> None:
    """The dearer the expression, the less it may look at; beyond that nothing is known."""
    found = ask(require, content)
    assert isinstance(found, Found)
    assert isinstance(found.verdict, Uncarried)
    assert told in found.verdict.reason


def test_a_spread_out_loop_is_still_seen() -> None:
    """Blanks and lines before a bracket do not hide a loop within a loop."""
    text = "work.all" + " " * 200 + "(a, work.all\n(b, true))"
    assert bounds_of(text) == bounds_of("work.all(a, work.all(b, true))")


@pytest.mark.parametrize("content", ["[" * 5000, "[" * 40 + "]" * 40, '{"a":1e999}', '"\\ud800"'])
def test_hostile_json_is_no_json_or_an_error(content: str) -> None:
    """Deep, huge and broken JSON ends in a verdict that is no pass."""
    found = ask("is_json && json != null", content)
    assert isinstance(found, Found)
    assert not isinstance(found.verdict, Pass)


def test_rules_may_be_json_or_yaml() -> None:
    """Both ways to write a rule give the same rule."""
    written = [{"id": "a", "reason": "r", "require": "true"}]
    yaml = "- id: a\n  reason: r\n  require: 'true'\n"
    assert [each.text for each in read_rules(json.dumps(written))] == [
        each.text for each in read_rules(yaml)
    ]
    with pytest.raises(UsageError, match="not a list of rules"):
        read_rules(msgspec.json.encode({"id": "a"}).decode())
    with pytest.raises(UsageError, match="neither JSON nor YAML"):
        read_rules("!!python/object/apply:os.getcwd []")
