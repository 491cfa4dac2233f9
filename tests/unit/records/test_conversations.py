"""What the messages of common formats say beside their words, and where a candidate begins."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.plugins import load
from assay.records.candidate import Candidate, candidate_text
from assay.records.coherence import record_faults
from assay.records.reader import RowContext
from assay.records.record import Record
from assay.records.task import Message

Context = Callable[[str], RowContext]

ASK = {"role": "user", "content": "Name a red fruit."}
GOOD = {"role": "assistant", "content": "Cherry."}
BAD = {"role": "assistant", "content": "Banana."}
TOLD = {"role": "system", "content": "Be brief."}


def _read(reader: str, row: dict[str, Any], context: RowContext) -> Record:
    (read,) = load("readers", reader).read(row, context)
    record = read.record
    assert isinstance(record, Record)
    assert not list(record_faults(record))
    return record


def _said(record: Record) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in record.task.messages]


@pytest.mark.parametrize(
    ("prompt", "before", "task"),
    [
        ("Name a red fruit.", [ASK], [ASK]),
        ([ASK], [ASK], [ASK]),
        ([TOLD, ASK], [TOLD, ASK], [TOLD, ASK]),
        ([TOLD, ASK], [ASK], [TOLD, ASK]),
        ("Name a red fruit.", [TOLD, ASK], [TOLD, ASK]),
        ("Name a red fruit.", [TOLD, ASK, GOOD, ASK], [TOLD, ASK, GOOD, ASK]),
        ([ASK, GOOD, ASK], [ASK, GOOD, ASK], [ASK, GOOD, ASK]),
    ],
)
def test_a_prompt_repeated_in_both_responses_is_cut(
    prompt: Any, before: list[dict[str, str]], task: list[dict[str, str]], context: Context
) -> None:
    """Each candidate is the answer alone, and the task is said once."""
    row = {"prompt": prompt, "chosen": [*before, GOOD], "rejected": [*before, BAD]}
    record = _read("trl", row, context("preference"))
    assert _said(record) == [(turn["role"], turn["content"]) for turn in task]
    assert {candidate_text(each) for each in record.candidates} == {"Cherry.", "Banana."}
    assert all(isinstance(each.content, str) for each in record.candidates)


@pytest.mark.parametrize(
    ("reader", "kind", "row"),
    [
        ("trl", "demonstration", {"prompt": [ASK], "completion": [ASK, GOOD]}),
        ("trl", "outcome", {"prompt": [ASK], "completion": [ASK, GOOD], "label": True}),
        (
            "openai-preference",
            "preference",
            {
                "input": {"messages": [ASK]},
                "preferred_output": [ASK, GOOD],
                "non_preferred_output": [ASK, BAD],
            },
        ),
    ],
)
def test_no_format_keeps_the_prompt_in_a_response(
    reader: str, kind: str, row: dict[str, Any], context: Context
) -> None:
    """A repeated prompt is cut wherever a response is made of messages."""
    record = _read(reader, row, context(kind))
    assert all(isinstance(each.content, str) for each in record.candidates)


@pytest.mark.parametrize(
    ("completion", "code"),
    [([TOLD, GOOD], "prompt-in-response"), ([ASK], "no-response")],
)
def test_a_response_that_begins_with_other_turns_is_set_aside(
    completion: list[Any], code: str, context: Context
) -> None:
    """Nobody can say whether such a turn was asked or answered."""
    row = {"prompt": [ASK], "completion": completion}
    with pytest.raises(InputError) as caught:
        load("readers", "trl").read(row, context("demonstration"))
    assert caught.value.code == code


@pytest.mark.parametrize("role", ["user", "system", "developer", "tool"])
def test_a_candidate_begins_with_the_models_turn(role: Any, context: Context) -> None:
    """Whatever reader built it, a record with a turn of the task in a candidate is refused."""
    record = _read("trl", {"prompt": "a", "completion": "b"}, context("demonstration"))
    opened = Candidate(
        content=(Message(role=role, content="x"), Message(role="assistant", content="b")),
        provenance=record.candidates[0].provenance,
    )
    (fault,) = record_faults(record.replace(candidates=(opened,)))
    assert f"begins with a message of role {role}" in fault
    silent = Candidate(content=(), provenance=opened.provenance)
    assert list(record_faults(record.replace(candidates=(silent,)))) == [
        "candidate 0 has no message"
    ]


@pytest.mark.parametrize(
    ("stated", "trained"),
    [({"weight": 0}, False), ({"weight": 1}, True), ({"train": False}, False),
     ({"training": True}, True), ({"weight": None}, None), ({}, None)],
)  # fmt: skip
def test_a_message_keeps_its_weight(
    stated: dict[str, Any], trained: bool | None, context: Context
) -> None:
    """Weight, `train` and `training` say whether a turn is imitated, on any turn."""
    row = {"messages": [ASK, BAD | stated, ASK, GOOD]}
    record = _read("openai-chat", row, context("demonstration"))
    assert record.task.messages[1].trained is trained


def test_weights_that_contradict_each_other_are_refused(context: Context) -> None:
    """Nobody can tell which of the two is meant."""
    row = {"messages": [ASK, GOOD | {"weight": 1, "train": False}]}
    with pytest.raises(InputError, match="contradict"):
        load("readers", "openai-chat").read(row, context("demonstration"))


@pytest.mark.parametrize(
    "stated",
    [
        {"reasoning_content": "red, so cherry"},
        {"thinking": "red, so cherry"},
        {"reasoning": "red, so cherry", "thinking": "red, so cherry"},
        {"content": [{"type": "thinking", "thinking": "red, so cherry"},
                     {"type": "text", "text": "Cherry."}]},
    ],
)  # fmt: skip
def test_reasoning_is_kept_apart_from_the_answer(stated: dict[str, Any], context: Context) -> None:
    """What a model wrote for itself is on its message, and in no text of the answer."""
    row = {"messages": [ASK, GOOD | stated]}
    (candidate,) = _read("trl", row, context("demonstration")).candidates
    assert candidate_text(candidate) == "Cherry."
    assert isinstance(candidate.content, tuple)
    assert candidate.content[0].reasoning == "red, so cherry"


def test_a_strict_tool_is_read(context: Context) -> None:
    """`strict` of a function stays on its tool."""
    tool = {"type": "function", "function": {"name": "now", "strict": True}}
    row = {"messages": [ASK, GOOD], "tools": [tool]}
    assert _read("openai-chat", row, context("demonstration")).task.tools[0].strict


@pytest.mark.parametrize("reader", ["trl", "openai-chat"])
def test_tools_may_be_json_text(reader: str, context: Context) -> None:
    """A column store keeps tools as text; an empty text names none."""
    told = {"messages": [ASK, GOOD]}
    for text, names in (('[{"name": "now"}]', ["now"]), ("", [])):
        record = _read(reader, told | {"tools": text}, context("demonstration"))
        assert [tool.name for tool in record.task.tools] == names


def test_a_malformed_call_stays_in_its_transcript(context: Context) -> None:
    """A call that fails and its repair are both there; the first is marked."""
    calls = [
        {"role": "assistant", "tool_calls": [{"id": name, "function": {"name": "f", "arguments": text}}]}
        for name, text in (("c1", '{"q": '), ("c2", '{"q": 1}'))
    ]  # fmt: skip
    outputs = [{"role": "tool", "content": "x", "tool_call_id": name} for name in ("c1", "c2")]
    turns = [turn for pair in zip(calls, outputs, strict=True) for turn in pair]
    row = {"messages": [ASK, *turns, GOOD]}
    (candidate,) = _read("openai-chat", row, context("demonstration")).candidates
    assert isinstance(candidate.content, tuple)
    made = [call.unparsed for message in candidate.content for call in message.tool_calls]
    assert made == [True, False]


def test_a_list_in_a_function_call_is_several_calls(context: Context) -> None:
    """LLaMA-Factory writes parallel calls as a list in one turn."""
    calls = '[{"name": "a", "arguments": {"x": 1}}, {"name": "b", "arguments": {}}]'
    turns = [
        {"from": "human", "value": "Go."},
        {"from": "function_call", "value": calls},
        {"from": "observation", "value": "done"},
        {"from": "gpt", "value": "Done."},
    ]
    row = {"conversations": turns, "system": "", "tools": ""}
    record = _read("sharegpt", row, context("demonstration"))
    (candidate,) = record.candidates
    assert isinstance(candidate.content, tuple)
    assert [call.name for call in candidate.content[0].tool_calls] == ["a", "b"]
    assert len(record.task.messages) == 1


CALL = {"name": "depth", "arguments": {"lock": 3}}


def test_parts_under_value_are_text_reasoning_and_calls(context: Context) -> None:
    """LLaMA-Factory's parts keep their kinds, and its loss weights say what is trained on."""
    row = {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "value": "How deep "},
                    {"type": "text", "value": "is it?"},
                ],
                "loss_weight": 0.0,
            },
            {
                "role": "assistant",
                "content": [
                    {"type": "reasoning", "value": "the table knows"},
                    {"type": "text", "value": "I look."},
                    {"type": "tool_call", "value": json.dumps(CALL)},
                    {"type": "tool_call", "value": CALL | {"name": "width"}},
                ],
                "loss_weight": 1.0,
            },
        ]
    }
    record = _read("openai-chat", row, context("demonstration"))
    (answer,) = record.candidates[0].content
    assert isinstance(answer, Message)
    assert (answer.content, answer.reasoning) == ("I look.", "the table knows")
    assert [(call.name, call.arguments) for call in answer.tool_calls] == [
        ("depth", '{"lock":3}'),
        ("width", '{"lock":3}'),
    ]
    assert [(turn.content, turn.trained) for turn in record.task.messages] == [
        ("How deep is it?", False)
    ]


def test_a_refusal_among_the_parts_is_the_answer(context: Context) -> None:
    """A part of the type refusal is what the model said."""
    answer = {
        "role": "assistant",
        "content": [{"type": "refusal", "refusal": "I would rather not."}],
    }
    record = _read("openai-chat", {"messages": [ASK, answer]}, context("demonstration"))
    assert record.candidates[0].content == "I would rather not."


@pytest.mark.parametrize(
    "part",
    [
        {"type": "video"},
        {"type": "video_url", "video_url": {"url": "lock.mp4"}},
        {"type": "video", "value": "lock.mp4"},
    ],
)
def test_a_part_of_an_unknown_type_is_named_as_such(part: dict[str, Any], context: Context) -> None:
    """A part that is neither text nor a file that is read sets its row aside; its address is no text."""
    ask = {"role": "user", "content": [{"type": "text", "text": "What is it?"}, part]}
    with pytest.raises(InputError, match=part["type"]) as caught:
        _read("trl", {"messages": [ask, GOOD]}, context("demonstration"))
    assert (caught.value.code, caught.value.where) == ("not-text", "messages[0].content[1]")
