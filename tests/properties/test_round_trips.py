"""What a format's reader makes of a row is what it makes of the row that the exporter writes of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.canonical import parse_json
from assay.core.options import configure
from assay.plugins import load
from assay.quality.consensus import consensus
from assay.quality.disposition import ExplainedStanding
from assay.records.coherence import judgment_faults, record_faults
from assay.records.judgment import Judgment
from assay.records.pseudonym import pseudonymiser
from assay.records.reader import Read, RowContext
from assay.records.verdict import Scored
from assay.releases.exporters.exporter import Carried, attempt
from assay.releases.exporters.released import ReleasedRecord

Row = dict[str, Any]

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
)
SPOKEN = WORDS.filter(str.strip)
NAMES = st.sampled_from(["fare", "seat_map", "now"])
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=3,
)
OBJECTS = st.dictionaries(WORDS, JSON_VALUES, max_size=3)
TEXTS_OF_OBJECTS = OBJECTS.map(json.dumps) | st.sampled_from(
    ['{"limit": 5.0, "all": 1e2}', '{"b": 1,\n "a": 12345678901234567890123}', "", "{}"]
)
MALFORMED = st.sampled_from(['{"q": "tea"', "fare(to='B')", '{"a": 1, "a": 2}', "NaN"])


def _context(kind: str) -> RowContext:
    return RowContext(
        kind=kind,
        source_class="house_written",
        pseudonym=pseudonymiser(b"a key for the tests only"),
    )


def _read(reader: str, row: Mapping[str, Any], kind: str) -> Read:
    (read,) = load("readers", reader).read(row, _context(kind))
    assert read.record is not None
    assert not list(record_faults(read.record))
    for judgment in read.judgments:
        assert not list(judgment_faults(read.record, judgment))
    return read


def _standings(judgments: Sequence[Judgment]) -> tuple[ExplainedStanding, ...]:
    """What a program's rule makes of the label `desirable`."""
    scores = [score.score for judgment in judgments for score in judgment.scores]
    return tuple(
        ExplainedStanding(
            candidate=0,
            standing="endorsed" if score.value else "rejected",
            rule="desirable",
            reason="by the label of the file",
        )
        for score in scores
        if isinstance(score, Scored)
    )


def _exported(read: Read, exporter: str, options: Mapping[str, str]) -> Row:
    assert read.record is not None
    released = ReleasedRecord(
        number=0,
        record=read.record,
        judgments=read.judgments,
        consensus=consensus(read.record, read.judgments, ()),
        state="accepted",
        standings=_standings(read.judgments),
        passes=min(1, len(read.judgments)),
    )
    result = attempt(configure(load("exporters", exporter), dict(options)), released)
    assert isinstance(result, Carried), result
    (row,) = result.rows
    decoded: Row = parse_json(msgspec.json.encode(row.values))
    return decoded


def _returns(reader: str, exporter: str, row: Row, kind: str, **options: str) -> None:
    once = _read(reader, row, kind)
    again = _read(reader, _exported(once, exporter, options), kind)
    assert again.record == once.record
    assert list(again.judgments) == list(once.judgments)


@st.composite
def _tools(draw: st.DrawFn, *, strict: bool = True) -> list[Row]:
    """Tools on offer; a schema of a tool without parameters may be left out."""
    tools = []
    for name in draw(st.lists(NAMES, unique=True, max_size=2)):
        function: Row = {"name": name}
        if draw(st.booleans()):
            function["description"] = draw(WORDS)
        if draw(st.booleans()):
            function["parameters"] = {"type": "object", "properties": draw(OBJECTS)}
        if strict and draw(st.booleans()):
            function["strict"] = draw(st.booleans())
        tools.append({"type": "function", "function": function})
    return tools


@st.composite
def _round(draw: st.DrawFn, number: int, arguments: st.SearchStrategy[Any]) -> list[Row]:
    """One turn of the model's with calls, perhaps parallel, and their outputs in any order."""
    calls = [
        {"id": f"c{number}_{place}", "type": "function", "function": {"name": draw(NAMES)}}
        for place in range(draw(st.integers(1, 3)))
    ]
    for call in calls:
        if draw(st.booleans()):
            call["function"] |= {"arguments": draw(arguments)}  # type: ignore[operator]
    spoken: Row = {"role": "assistant", "tool_calls": calls}
    if draw(st.booleans()):
        spoken["content"] = draw(st.none() | WORDS)
    outputs = [
        {"role": "tool", "tool_call_id": call["id"], "content": draw(WORDS)}
        for call in draw(st.permutations(calls))
    ]
    return [spoken, *outputs]


@st.composite
def _conversation(
    draw: st.DrawFn, arguments: st.SearchStrategy[Any], *, weights: bool = False
) -> list[Row]:
    """Messages that end with an answer: systems anywhere, tool rounds, empty fields, reasoning."""
    messages: list[Row] = []
    for number in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            messages.append({"role": draw(st.sampled_from(["system", "developer"]))})
            messages[-1]["content"] = draw(WORDS)
        messages.append({"role": "user", "content": draw(WORDS), "name": draw(st.none() | SPOKEN)})
        for turn in range(draw(st.integers(0, 2))):
            messages += draw(_round(10 * number + turn, arguments))
        messages.append({"role": "assistant", "content": draw(SPOKEN), "tool_calls": []})
    for message in messages:
        if message["role"] == "assistant" and draw(st.booleans()):
            message["reasoning_content"] = draw(st.none() | SPOKEN)
        if weights and message["role"] == "assistant":
            message["weight"] = draw(st.none() | st.sampled_from([0, 1]))
    return messages


@settings(max_examples=settings.default.max_examples // 2)
@given(_conversation(OBJECTS), _tools())
def test_a_trl_conversation_returns(messages: list[Row], tools: list[Row]) -> None:
    """Tools, parallel calls, systems in the middle and reasoning come back as they were."""
    row = {"messages": messages, "tools": tools}
    _returns("trl", "trl:conversational", row, "demonstration", reasoning="reasoning_content")


@settings(max_examples=settings.default.max_examples // 2)
@given(_conversation(OBJECTS), _tools())
def test_a_trl_completion_returns(messages: list[Row], tools: list[Row]) -> None:
    """The completion may hold turns with calls, and the prompt what came before."""
    cut = max(place for place, turn in enumerate(messages) if turn["role"] == "user") + 1
    row = {"prompt": messages[:cut], "completion": messages[cut:], "tools": tools}
    _returns("trl", "trl:prompt-completion", row, "demonstration", reasoning="thinking")


@settings(max_examples=settings.default.max_examples // 2)
@given(WORDS, SPOKEN)
def test_plain_trl_rows_return(prompt: str, response: str) -> None:
    """A plain prompt and completion come back to the letter, and so does one text."""
    row = {"prompt": prompt, "completion": response}
    _returns("trl", "trl:prompt-completion", row, "demonstration", form="standard")
    _returns("trl", "trl:language-modeling", {"text": response}, "demonstration", between="")


@settings(max_examples=settings.default.max_examples // 2)
@given(
    _conversation(TEXTS_OF_OBJECTS | MALFORMED, weights=True), _tools(), st.none() | st.booleans()
)
def test_an_openai_conversation_returns(
    messages: list[Row], tools: list[Row], parallel: bool | None
) -> None:
    """Weights, the text of arguments (malformed ones too) and the request's options come back."""
    malformed = {
        id(message)
        for message in messages
        for call in message.get("tool_calls", ())
        if _is_malformed(call["function"].get("arguments", ""))
    }
    for message in messages:
        if id(message) in malformed:
            message["weight"] = 0
    row = {"messages": messages, "tools": tools, "parallel_tool_calls": parallel}
    _returns("openai-chat", "openai:chat", row, "demonstration", reasoning="reasoning_content")


def _is_malformed(arguments: str) -> bool:
    try:
        parse_json(arguments or "{}")
    except Exception:  # noqa: BLE001  whatever the parser refuses
        return True
    return False


@settings(max_examples=settings.default.max_examples // 2)
@given(_conversation(OBJECTS), _tools(), st.lists(SPOKEN, min_size=2, max_size=2, unique=True))
def test_preferences_in_messages_return(
    messages: list[Row], tools: list[Row], answers: list[str]
) -> None:
    """The prompt, both responses and the label come back in TRL's and in OpenAI's form."""
    prompt = [{**turn, "reasoning_content": None} for turn in messages[:-1]]
    while prompt[-1]["role"] in {"assistant", "tool"}:
        prompt.pop()
    chosen, rejected = ([{"role": "assistant", "content": answer}] for answer in answers)
    row: Row = {"prompt": prompt, "chosen": chosen, "rejected": rejected, "tools": tools}
    _returns("trl", "trl:preference", row, "preference")
    request = {"messages": prompt, "tools": tools, "parallel_tool_calls": bool(tools)}
    row = {"input": request, "preferred_output": chosen, "non_preferred_output": rejected}
    _returns("openai-preference", "openai:preference", row, "preference")


@settings(max_examples=settings.default.max_examples // 2)
@given(WORDS, st.lists(SPOKEN, min_size=2, max_size=2, unique=True), st.booleans())
def test_plain_labels_return(prompt: str, answers: list[str], label: bool) -> None:
    """Plain pairs, single labels and prompts alone come back."""
    chosen, rejected = answers
    pair = {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    _returns("trl", "trl:preference", pair, "preference", form="standard")
    single = {"prompt": prompt, "completion": chosen, "label": label}
    _returns("trl", "kto", single, "outcome")
    _returns("trl", "trl:unpaired-preference", single, "outcome")
    _returns("trl", "trl:prompt-only", {"prompt": prompt}, "outcome")


@settings(max_examples=settings.default.max_examples // 2)
@given(WORDS, st.lists(st.tuples(SPOKEN, st.booleans()), min_size=1, max_size=4))
def test_steps_return(prompt: str, steps: list[tuple[str, bool]]) -> None:
    """Every step comes back with its label."""
    texts, labels = [text for text, _ in steps], [label for _, label in steps]
    row = {"prompt": prompt, "completions": texts, "labels": labels}
    _returns("trl", "trl:stepwise", row, "process", steps="drop-record")


@st.composite
def _turns(draw: st.DrawFn) -> list[Row]:
    """Turns of LLaMA-Factory's ShareGPT form: asked and answered by turns, calls perhaps parallel."""
    turns: list[Row] = []
    for _ in range(draw(st.integers(1, 3))):
        turns.append({"from": "human", "value": draw(WORDS)})
        for _ in range(draw(st.integers(0, 2))):
            calls = [
                {"name": draw(NAMES), "arguments": draw(OBJECTS)}
                for _ in range(draw(st.integers(1, 2)))
            ]
            stated = calls if len(calls) > 1 or draw(st.booleans()) else calls[0]
            turns.append({"from": "function_call", "value": json.dumps(stated)})
            turns.append({"from": "observation", "value": draw(WORDS)})
        turns.append({"from": "gpt", "value": draw(SPOKEN)})
    return turns


@settings(max_examples=settings.default.max_examples // 2)
@given(_turns(), WORDS, _tools(), SPOKEN, st.booleans())
def test_llama_factory_turns_return(
    turns: list[Row], system: str, tools: list[Row], other: str, label: bool
) -> None:
    """Demonstrations, pairs and tags come back, with an empty system and empty tools as nothing."""
    functions = [tool["function"] for tool in tools]
    told = {"system": system, "tools": json.dumps(functions) if functions else ""}
    row = {"conversations": turns, **told}
    _returns("sharegpt", "llama-factory", row, "demonstration")
    _returns("sharegpt", "llama-factory", row | {"kto_tag": label}, "outcome", stage="kto")
    answer = {"from": "gpt", "value": f"{turns[-1]['value']} {other}"}
    while turns[-1]["from"] != "human":
        turns = turns[:-1]
    if not turns[-1]["value"].strip():
        turns = [*turns[:-1], {"from": "human", "value": "How far is it?"}]
    pair = {"conversations": turns, "chosen": answer, "rejected": {"from": "gpt", "value": other}}
    _returns("sharegpt", "llama-factory", pair | told, "preference", stage="ranking")


@settings(max_examples=settings.default.max_examples // 2)
@given(st.lists(st.tuples(WORDS, WORDS), max_size=2), WORDS, WORDS, SPOKEN, st.booleans())
def test_alpaca_rows_return(
    history: list[tuple[str, str]], system: str, asked: str, answer: str, label: bool
) -> None:
    """Instruction, history, system and answers come back."""
    told = {"instruction": asked, "input": "", "system": system}
    told |= {"history": [list(pair) for pair in history]}
    form = {"formatting": "alpaca"}
    _returns("alpaca", "llama-factory", told | {"output": answer}, "demonstration", **form)
    tagged = told | {"output": answer, "kto_tag": label}
    _returns("alpaca", "llama-factory", tagged, "outcome", stage="kto", **form)
    pair = told | {"chosen": answer, "rejected": f"{answer} or so"}
    _returns("alpaca", "llama-factory", pair, "preference", stage="ranking", **form)


@settings(max_examples=settings.default.max_examples // 2)
@given(
    WORDS,
    SPOKEN,
    st.dictionaries(
        st.sampled_from(["helpfulness", "clarity", "tone"]), st.integers(0, 4), min_size=1
    ),
)
def test_helpsteer_rows_return(prompt: str, response: str, scores: dict[str, int]) -> None:
    """Attributes of any name come back, the program's own dimensions too."""
    row = {"prompt": prompt, "response": response, **scores}
    _returns("helpsteer", "helpsteer", row, "outcome")


@pytest.mark.parametrize("arguments", ["", '{"b": 1, "a": 5.0}', "not JSON"])
def test_the_text_of_arguments_is_exported_to_the_byte(arguments: str) -> None:
    """Order, `5.0`, an empty text and a text that is no JSON are written as they were read."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    messages = [
        {"role": "user", "content": "Go."},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "done"},
        {"role": "assistant", "content": "Done."},
    ]
    read = _read("openai-chat", {"messages": messages}, "demonstration")
    row = _exported(read, "openai:chat", {})
    assert row["messages"][1]["tool_calls"] == [call]
