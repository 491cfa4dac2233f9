"""Conversations and trees in a mapping: what is the task, and what is the response."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.records.mapping.load import read_mapping, require_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.task import Message

Context = Callable[[str], RowContext]

TURNS = [
    {"role": "user", "content": "Book it."},
    {"role": "assistant", "content": "", "call": "book(day='Monday')"},
    {"role": "tool", "content": "done"},
    {"role": "assistant", "content": "Booked."},
]

ONE = """mapping: 1
kind: demonstration
record:
  conversation:
    list: "{turns}"
    role: "{turn.role}"
    content: "{turn.content}"
    calls: [{for: {call: {path: $.turn.call}}, text: "{call}"}]
    response: RULE
  candidates: [{unknown: not said}]
"""

PAIR = """mapping: 1
kind: preference
record:
  messages: [{system: Be brief.}]
  conversation:
    lists: {good: "{good}", bad: "{bad}"}
    role: "{turn.0}"
    content: "{turn.1}"
  candidates: [{name: good, model: one}, {name: bad, model: two}]
judgments: [{reviewer: {unnamed: label}, verdict: prefers good}]
"""


def reads(text: str, row: Mapping[str, Any], context: Context) -> list[Read]:
    reader = MappingReader(require_mapping("m.yaml", text.encode()), {})
    return list(reader.read(row, context(reader.kinds[0])))


def record(text: str, row: Mapping[str, Any], context: Context) -> Record:
    (read,) = reads(text, row, context)
    assert read.record is not None
    return read.record


def one(rule: str) -> str:
    """The mapping of one conversation; calls stand as text in the turns that have one."""
    calls = '    calls: [{for: {call: {path: $.turn.call}}, text: "{call}"}]\n'
    optional = '    calls: [{for: {call: {column: turn.call, split: ";", optional: true}}, text: "{call}"}]\n'
    return ONE.replace(calls, optional).replace("RULE", rule)


def test_the_last_turn_is_the_response(context: Context) -> None:
    """All before it is the task; a plain message is a text."""
    found = record(one("last"), {"turns": TURNS}, context)
    assert [message.role for message in found.task.messages] == ["user", "assistant", "tool"]
    assert found.candidates[0].content == "Booked."


def test_a_response_may_be_all_after_the_last_user_turn(context: Context) -> None:
    """Its calls, which stand as text, and the outputs of tools go with it."""
    found = record(one("after_last_user"), {"turns": TURNS}, context)
    content = found.candidates[0].content
    assert isinstance(content, tuple)
    assert [message.role for message in content] == ["assistant", "tool", "assistant"]
    assert content[0].tool_calls[0].arguments == '{"day":"Monday"}'
    assert found.task.messages == (Message(role="user", content="Book it."),)


@pytest.mark.parametrize("turns", [TURNS[:1], []])
@pytest.mark.parametrize("rule", ["last", "after_last_user"])
def test_a_response_that_is_not_the_models_is_refused(
    turns: list[dict[str, str]], rule: str, context: Context
) -> None:
    """A user's turn is never judged or trained as the model's own."""
    with pytest.raises(InputError) as caught:
        record(one(rule), {"turns": turns}, context)
    assert caught.value.code == "response-not-assistant"


@pytest.mark.parametrize(
    ("good", "bad", "task", "texts"),
    [
        ("u:q a:x", "u:q a:y", ["q"], {"x", "y"}),
        ("u:q a:1 u:r a:x", "u:q a:1 u:r a:y", ["q", "1", "r"], {"x", "y"}),
        ("u:q a:x", "u:q a:x a:y", ["q"], {"x", "x|y"}),
        ("u:q a:x u:r a:z", "u:q a:y", ["q"], {"x|r|z", "y"}),
    ],
)
def test_what_two_conversations_have_in_common_is_the_task(
    good: str, bad: str, task: list[str], texts: set[str], context: Context
) -> None:
    """The rest of each is its response, which begins with the model's turn."""
    found = record(PAIR, {"good": turns(good), "bad": turns(bad)}, context)
    assert [message.content for message in found.task.messages] == ["Be brief.", *task]
    assert {joined(candidate.content) for candidate in found.candidates} == texts


def turns(text: str) -> list[list[str]]:
    roles = {"u": "user", "a": "assistant"}
    return [[roles[part[0]], part[2:]] for part in text.split()]


def joined(content: str | tuple[Message, ...]) -> str:
    if isinstance(content, str):
        return content
    return "|".join(message.content for message in content)


def test_conversations_that_differ_in_the_task_are_refused(context: Context) -> None:
    """Two questions are no comparison of answers."""
    with pytest.raises(InputError) as caught:
        record(PAIR, {"good": turns("u:q a:x"), "bad": turns("u:p a:y")}, context)
    assert caught.value.code == "response-not-assistant"
    assert "record.conversation.lists.good" in caught.value.where


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ONE.replace("    response: RULE\n", ""), "has no `content`"),
        (ONE.replace("RULE", "first"), "'response'"),
        (PAIR.replace("  candidates", "    response: last\n  candidates"), "need no `response`"),
        (PAIR.replace('    lists: {good: "{good}", bad: "{bad}"}\n', ""), "`list`, or `lists`"),
    ],
)
def test_a_conversation_says_all_that_it_must(text: str, words: str) -> None:
    """A candidate without a text, two rules and no list are faults of the mapping."""
    _, issues = read_mapping("m.yaml", text.encode())
    assert any(words in issue.message for issue in issues), issues


TREE = """mapping: 1
kind: preference
for: {node: {tree: "{root}", children: below}}
record:
  unless: {node_children: [0, 1]}
  key: "{node.id} {node_index}"
  messages:
    - {for: {m: "{node_above}"}, user: "{m.id}"}
    - user: "{node.id}"
  candidates: [{for: {c: "{node.below}"}, name: "{c.id}", content: "{c.id}", unknown: not said}]
"""


def node(identity: str, *below: object) -> dict[str, object]:
    return {"id": identity, "below": list(below)}


def test_every_node_of_a_tree_gives_a_record_with_those_above_it(context: Context) -> None:
    """Each node comes before those below it; those without two replies give none."""
    root = node("a", node("b", node("d"), node("e", node("f"), node("g"))), node("c"))
    found = [read.record for read in reads(TREE, {"root": root}, context)]
    shown = [
        (r.key, [message.content for message in r.task.messages]) for r in found if r is not None
    ]
    assert shown == [("a 0", ["a"]), ("b 1", ["a", "b"]), ("e 3", ["a", "b", "e"])]


def test_a_tree_without_a_record_is_left_out(context: Context) -> None:
    """The row is counted, not dropped."""
    with pytest.raises(InputError) as caught:
        reads(TREE, {"root": node("a")}, context)
    assert caught.value.code == "left-out"


def test_a_long_thread_ends_at_the_budget_not_at_the_stack(context: Context) -> None:
    """Each node costs, with all those above it."""
    root = node("last")
    for number in range(30_000):
        root = node(str(number), root)
    with pytest.raises(InputError) as caught:
        reads(TREE, {"root": root}, context)
    assert caught.value.code == "over-budget"


def test_a_text_that_is_not_held_is_said_to_be_missing(context: Context) -> None:
    """Message and candidate are empty, and evidence says why, at its candidate."""
    text = """mapping: 1
kind: preference
record:
  messages: [{role: user, missing: not published}]
  candidates:
    - {name: a, missing: "lost by {who}", model: one}
    - {name: b, content: "{b}", model: two}
"""
    found = record(text, {"who": "ann", "b": "x"}, context)
    place = next(n for n, candidate in enumerate(found.candidates) if candidate.content == "")
    assert [(piece.missing, piece.candidate) for piece in found.evidence] == [
        ("not published", None),
        ("lost by ann", place),
    ]


def test_a_task_that_ends_with_the_response_is_refused(context: Context) -> None:
    """The whole list as the task and its last turn as the response would show the answer."""
    text = """mapping: 1
kind: demonstration
record:
  messages: [{for: {t: "{turns}"}, role: "{t.role}", content: "{t.content}"}]
  candidates: [{content: {path: "$.turns[-1].content"}, unknown: not said}]
"""
    with pytest.raises(InputError) as caught:
        record(text, {"turns": TURNS}, context)
    assert caught.value.code == "response-in-task"


def test_a_person_may_repeat_the_message_before(context: Context) -> None:
    """The last message is named by itself, so its text as the judged turn is an echo, no mistake."""
    text = """mapping: 1
kind: demonstration
record:
  messages: [{assistant: "{bot}"}]
  candidates: [{content: "{person}", unknown: not said}]
"""
    echo = record(text, {"bot": "hello", "person": "hello"}, context)
    assert echo.task.messages[-1].content == echo.candidates[0].content == "hello"
