"""Drawn input of any shape: only errors of the named families come out, and no budget is exceeded."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.bulk.rows import DiskFile
from assay.core.budget import WorkBudget
from assay.core.errors import AssayError
from assay.core.patterns import Pattern
from assay.plugins import load, names
from assay.records.mapping.load import read_mapping
from assay.records.mapping.reader import MappingReader
from assay.records.ports import Layout, row_values
from assay.records.reader import FactReader, RowContext
from assay.verification.sandbox.inside import wire

pytestmark = pytest.mark.long

EXAMPLES = settings(
    max_examples=settings.default.max_examples * 3,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CONTEXT = RowContext(
    kind="demonstration", source_class="own", pseudonym=lambda raw: f"p-{len(raw)}"
)

TEXTS = st.text(max_size=40) | st.sampled_from(
    ["", "NaN", "1e999", "\ud800", "a" * 5000, "[" * 200, "{", "\x00", "0" * 400, "-0", "prefers a"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS


def nested(keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values of JSON, and what JSON does not have, with these keys."""
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=20,
    )


KEYS = TEXTS | st.sampled_from(
    [
        "prompt", "chosen", "rejected", "messages", "role", "content", "completion", "label",
        "conversations", "from", "value", "instruction", "input", "output", "question", "steps",
        "completions", "rating", "annotations", "data", "result", "id", "text", "score", "tools",
        "samples", "target", "choices", "ratings", "helpfulness", "human_completion",
        "preferred_output", "non_preferred_output", "system", "model", "worker", "predictions",
    ]
)  # fmt: skip
ROWS = st.dictionaries(KEYS, nested(KEYS), max_size=8)


@EXAMPLES
@given(
    content=st.binary(max_size=400)
    | st.lists(
        st.sampled_from(
            [b'{"a":1}', b"[", b"]", b"{", b"}", b'"', b"\\", b",", b"\n", b"\r\n", b"\r", b"\x00",
             b"\xff", b"\xef\xbb\xbf", b"a,b", b'"a', b'""', b" ", b"\t", b"\n" * 150, b"1e999"]
        ),
        max_size=60,
    ).map(b"".join),
    name=st.sampled_from(["f.jsonl", "f.json", "f.csv", "f.tsv", "f.parquet", "f.jsonl.gz", "f.csv.zst"]),
    limit=st.sampled_from([1, 10, 64 * 2**20]),
)  # fmt: skip
def test_any_bytes_are_rows_or_named_faults(content: bytes, name: str, limit: int) -> None:
    """Each row has its number and its values or its fault; numbers rise; no row is doubled."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            numbers = []
            for row in DiskFile(file, Layout(max_row_bytes=limit)).rows():
                numbers.append(row.number)
                told = refusal_of(lambda row=row: row_values(row))  # type: ignore[misc]
                assert told is None or told
        except AssayError:
            return
        assert numbers == sorted(set(numbers))


ASK = {"role": "user", "content": "How deep is the lock?"}
SAID = {"role": "assistant", "content": "Four metres."}
CALL = {"type": "function", "id": "c1", "function": {"name": "depth", "arguments": "{}"}}
LOG = {"version": 2, "status": "success", "eval": {"task": "locks", "model": "one"}}
SAMPLE = {
    "id": "s1", "epoch": 1, "input": "How deep?", "target": "Four", "messages": [ASK, SAID],
    "scores": {"match": {"value": "C", "explanation": "same", "history": [
        {"value": "I"}, {"value": "C", "provenance": {"author": "ines", "reason": "unit"}}]},
        "judge": {"value": 0.5}},
    "events": [{"event": "span_begin", "id": "s", "type": "scorer", "name": "judge"},
               {"event": "model", "span_id": "s", "tools": [{"name": "depth", "parameters": {}}]}],
    "attachments": {"a": "b"},
}  # fmt: skip
RATED = {"model": "one", "response": "Four.", "overall_score": 7.5,
         "annotations": {"honesty": {"Rating": "4", "Rationale": "Clear"}}}  # fmt: skip
STEPS = [{"completions": [{"text": "2+3=5", "rating": 1, "flagged": False}],
          "human_completion": None, "chosen_completion": 0}]  # fmt: skip
SPAN = {"start": 0, "end": 4, "text": "Four", "labels": ["wrong"]}
RESULTS = [
    {"from_name": "label", "to_name": "answer", "type": "labels", "value": SPAN},
    {"from_name": "stars", "to_name": "answer", "type": "rating", "value": {"rating": 4}},
]
SOUND: list[tuple[str, str, dict[str, Any]]] = [
    ("trl", "preference", {"prompt": [ASK], "chosen": [SAID], "rejected": [ASK | {"role": "assistant"}]}),
    ("trl", "process", {"prompt": "2+3?", "completions": ["5", "6"], "labels": [True, False]}),
    ("trl", "outcome", {"prompt": "Say hi", "completion": "Hi", "label": True}),
    ("openai-chat", "demonstration",
     {"messages": [ASK, {**SAID, "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "c1",
      "content": "4"}, SAID], "tools": [{"type": "function", "function": {"name": "depth"}}]}),
    ("openai-preference", "preference",
     {"input": {"messages": [ASK]}, "preferred_output": [SAID], "non_preferred_output": [ASK | {"role": "assistant"}]}),
    ("hh-rlhf", "preference", {"chosen": "\n\nHuman: Hi\n\nAssistant: Four.",
                               "rejected": "\n\nHuman: Hi\n\nAssistant: Deep."}),
    ("sharegpt", "demonstration",
     {"conversations": [{"from": "human", "value": "How deep?"},
                        {"from": "function_call", "value": '{"name": "depth", "arguments": {}}'},
                        {"from": "observation", "value": "4"}, {"from": "gpt", "value": "Four."}],
      "system": "Be brief.", "tools": '[{"name": "depth"}]'}),
    ("alpaca", "demonstration", {"instruction": "Translate.", "input": "boat", "output": "Boot",
                                 "system": "Be brief.", "history": [["Hi", "Hello"]]}),
    ("helpsteer", "outcome", {"prompt": "How?", "response": "Four.", "helpfulness": [3, 4]}),
    ("helpsteer", "preference",
     {"context": [ASK], "response1": "Four.", "response2": "Deep.", "overall_preference": -2,
      "individual_preference": [{"score": -3, "reasoning": "Exact", "feedback1": "Good"}]}),
    ("ultrafeedback", "preference",
     {"source": "own", "instruction": "How?", "models": ["one", "two"], "completions": [RATED, RATED | {"response": "Deep.", "model": "two"}]}),
    ("prm800k", "process",
     {"labeler": "worker-9", "timestamp": "2026-01-01T00:00:00", "generation": 2,
      "question": {"problem": "2+3?", "ground_truth_answer": "5"},
      "label": {"steps": STEPS, "total_time": 9000, "finish_reason": "solution"}}),
    ("inspect", "outcome", {"rest": LOG, "item": SAMPLE}),
    ("label-studio", "critique",
     {"data": {"prompt": "How deep?", "answer": "Four metres."},
      "annotations": [{"completed_by": 1, "result": RESULTS, "lead_time": 1.5}]}),
    ("label-studio", "preference",
     {"data": {"prompt": "How deep?", "answer1": "4 m", "answer2": "Deep."},
      "annotations": [{"completed_by": 1, "result": [
          {"from_name": "p", "to_name": "x", "type": "pairwise", "value": {"selected": "left"}}]}]}),
    ("sharegpt", "preference",
     {"conversations": [{"from": "human", "value": "How deep?"}], "chosen": {"from": "gpt", "value": "Four."},
      "rejected": {"from": "gpt", "value": "Deep."}}),
    ("openai-chat", "demonstration",
     {"messages": [ASK, {**SAID, "weight": 1, "train": True, "reasoning_content": "4"},
                   {"role": "user", "content": [{"type": "text", "text": "Sure?"}]},
                   {**SAID, "content": [{"type": "text", "value": "Yes."}, {"type": "refusal", "refusal": "No."}]}]}),
    ("label-studio", "preference",
     {"data": {"prompt": "How deep?", "items": [{"id": "a", "body": "4"}, {"id": "b", "body": "5"}]},
      "annotations": [{"completed_by": 1, "result": [
          {"from_name": "rank", "to_name": "list", "type": "ranker", "value": {"ranker": {"rank": ["b", "a"]}}}]}]}),
    ("argilla", "preference",
     {"id": "a1", "fields": {"prompt": "How deep?", "response-1": "4 m", "response-2": "Deep."},
      "responses": [{"user_id": "u", "status": "submitted", "values": {
          "best": {"value": [{"value": "response-1", "rank": 1}, {"value": "response-2", "rank": 2}]},
          "fit": {"value": 4}, "marks": {"value": [{"label": "wrong", "start": 0, "end": 2}]}}}]}),
    ("langsmith", "outcome",
     {"id": "r1", "inputs": {"messages": [[{"type": "human", "data": {"content": "How deep?"}}]]},
      "outputs": {"generations": [[{"text": "4 m", "message": {"kwargs": {"content": "4 m", "type": "ai"}}}]]},
      "extra": {"metadata": {"ls_model_name": "one", "ls_temperature": 0}},
      "feedback": [{"key": "fit", "score": 1, "comment": "ok", "feedback_source": {"type": "app", "user_id": "u"}}]}),
    ("langfuse", "outcome",
     {"id": "t1", "input": None, "output": {"content": "4 m"},
      "observations": [{"type": "GENERATION", "startTime": "1", "input": [ASK], "model": "one", "modelParameters": {"n": 1}}],
      "scores": [{"name": "fit", "value": 1, "dataType": "BOOLEAN", "source": "ANNOTATION", "authorUserId": "u"}]}),
    ("otel-genai", "trajectory",
     {"resourceSpans": [{"scopeSpans": [{"spans": [
         {"traceId": "t", "spanId": "s", "attributes": [
             {"key": "gen_ai.input.messages", "value": {"stringValue":
                 '[{"role": "user", "parts": [{"type": "text", "content": "How deep?"}]}]'}},
             {"key": "gen_ai.output.messages", "value": {"arrayValue": {"values": [{"kvlistValue": {"values": [
                 {"key": "role", "value": {"stringValue": "assistant"}},
                 {"key": "parts", "value": {"arrayValue": {"values": [{"kvlistValue": {"values": [
                     {"key": "type", "value": {"stringValue": "tool_call"}},
                     {"key": "name", "value": {"stringValue": "depth"}}]}}]}}}]}}]}}},
             {"key": "gen_ai.request.seed", "value": {"intValue": "4"}}],
          "events": [{"name": "gen_ai.evaluation.result", "attributes": {
              "gen_ai.evaluation.name": "fit", "gen_ai.evaluation.score.value": 1}}]}]}]}]}),
    ("atif", "trajectory",
     {"schema_version": "ATIF-v1.7", "session_id": "s",
      "agent": {"name": "own", "version": "1", "tool_definitions": [{"name": "run"}]},
      "steps": [{"step_id": 1, "source": "user", "message": "List."},
                {"step_id": 2, "source": "agent", "message": "", "reasoning_content": "ls",
                 "tool_calls": [{"tool_call_id": "c1", "function_name": "run", "arguments": {"a": 1}}],
                 "observation": {"results": [{"source_call_id": "c1", "content": [{"type": "text", "text": "a"}]}]}}]}),
    ("nectar", "preference",
     {"prompt": "\n\nHuman: How deep?\n\nAssistant: ",
      "answers": [{"answer": "Deep.", "model": "one", "rank": 2.0}, {"answer": "Four.", "rank": 1.0}]}),
    ("pku-saferlhf", "preference",
     {"prompt": "How deep?", "response_0": "Four.", "response_1": "No.", "response_0_source": "m",
      "is_response_0_safe": False, "better_response_id": 0, "safer_response_id": 1,
      "response_0_severity_level": 2, "response_0_harm_category": {"Theft": True}}),
    ("shp", "preference",
     {"post_id": "p", "domain": "boats", "history": "How deep?", "human_ref_A": "Four.", "human_ref_B": "Deep.",
      "c_root_id_A": "a", "c_root_id_B": "b", "labels": 1, "score_A": 9, "score_B": 3}),
    ("arena", "preference",
     {"question_id": "q", "model_a": "one", "model_b": "two", "winner": "model_b", "judge": ["m", "pair"],
      "conversation_a": [ASK, SAID], "conversation_b": [ASK, {**SAID, "content": "No."}], "turn": 1, "language": "English"}),
    ("oasst", "preference",
     {"message_tree_id": "t", "prompt": {"message_id": "t", "role": "prompter", "text": "How deep?", "lang": "en",
      "replies": [{"message_id": name, "role": "assistant", "text": name, "rank": rank, "replies": [],
                   "labels": {"quality": {"value": 0.75, "count": 3}}} for rank, name in enumerate("ab")]}}),
    ("xlam", "demonstration",
     {"id": 3, "query": "How deep?", "tools": '[{"name": "depth", "parameters": {"lock": {"type": "int"}}}]',
      "answers": '[{"name": "depth", "arguments": {"lock": 1}}]'}),
    ("bfcl", "trajectory",
     {"id": "simple_0", "question": [[ASK]], "function": [{"name": "depth", "parameters": {"type": "dict"}}],
      "ground_truth": [{"depth": {"lock": [1, ""]}}]}),
]  # fmt: skip


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all that is inside a value."""
    found = [way] if way else []
    if isinstance(value, dict):
        found += [each for key, inner in value.items() for each in places(inner, (*way, key))]
    elif isinstance(value, list):
        found += [each for at, inner in enumerate(value) for each in places(inner, (*way, at))]
    return found


def damaged(row: Any, way: tuple[Any, ...], *, by: Any, gone: bool) -> Any:
    """A copy of a row in which what is at one place is another value, or gone."""
    copied = json.loads(json.dumps(row))
    inner = copied
    for step in way[:-1]:
        inner = inner[step]
    if gone:
        del inner[way[-1]]
    else:
        inner[way[-1]] = by
    return copied


@EXAMPLES
@given(
    case=st.sampled_from(SOUND),
    draw=st.data(),
    by=st.lists(nested(KEYS) | st.sampled_from([{}, [], [[]], {"": {}}, -1, 2**63]), max_size=3),
)
def test_a_row_that_is_spoilt_anywhere_is_read_or_refused(
    case: tuple[str, str, dict[str, Any]], draw: Any, by: list[Any]
) -> None:
    """Every reader gives records and judgments, or an input error; nothing else gets out."""
    name, kind, row = case
    context = RowContext(kind=kind, source_class="own", pseudonym=str)
    for value in by:
        ways = places(row)
        if ways:
            way = draw.draw(st.sampled_from(ways))
            row = damaged(row, way, by=value, gone=draw.draw(st.booleans()))
    told = refusal_of(lambda: load("readers", name).read(row, context))
    assert told is None or told


NASTY = [
    None,
    "",
    "x",
    0,
    -1,
    2**63,
    0.5,
    float("nan"),
    True,
    [],
    [[]],
    [None],
    {},
    {"": {}},
    {"x": None},
]


@pytest.mark.parametrize(
    ("name", "kind", "row"), SOUND, ids=[f"{name} {kind}" for name, kind, _ in SOUND]
)
def test_a_row_with_one_strange_value_is_read_or_refused(
    name: str, kind: str, row: dict[str, Any]
) -> None:
    """Each value of a sound row is left out, and replaced by each strange one, one at a time."""
    context = RowContext(kind=kind, source_class="own", pseudonym=str)
    reader = load("readers", name)
    for way in places(row):
        rows = [damaged(row, way, by=None, gone=True)]
        rows += [damaged(row, way, by=strange, gone=False) for strange in NASTY]
        for strange_row in rows:
            refusal_of(lambda strange_row=strange_row: reader.read(strange_row, context))


def test_every_reader_is_tried() -> None:
    """Each reader of foreign rows has a sound row to spoil, which is read as it is."""
    foreign = {
        each for each in names("readers") if not isinstance(load("readers", each), FactReader)
    }
    assert {name for name, _, _ in SOUND} == foreign
    for name, kind, row in SOUND:
        context = RowContext(kind=kind, source_class="own", pseudonym=str)
        assert load("readers", name).read(row, context)


@EXAMPLES
@given(row=ROWS, name=st.sampled_from(names("readers")))
def test_any_row_is_read_or_refused_by_every_reader(row: Any, name: str) -> None:
    """Rows that are of no format at all are refused in words."""
    reader = load("readers", name)
    context = RowContext(kind=reader.kinds[0], source_class="own", pseudonym=str)
    if isinstance(reader, FactReader):
        line = json.dumps(row).encode()
        told = refusal_of(lambda: reader.fact_of_line(line))
    else:
        told = refusal_of(lambda: reader.read(row, context))
    assert told is None or told


def refusal_of(act: Callable[[], object]) -> str | None:
    """Why an act was refused in a named way; None where it was not. Other errors get out."""
    try:
        act()
    except AssayError as error:
        return error.message
    return None


SPECS = st.fixed_dictionaries(
    {},
    optional={
        "column": st.sampled_from(["a", "b.c", ""]),
        "path": st.sampled_from(
            ["$.a", "$..*..*", "$[?@.a == 1]", "$[?search(@, '(a+)+$')]", "$["]
        ),
        "at": st.lists(st.sampled_from(["a", "0", "{i}", "{"]), max_size=3),
        "template": st.sampled_from(["{a}", "{a}" * 50, "{{", "{", "{b.c} x"]),
        "columns": st.sampled_from([".*", "(", "a|b"]),
        "range": st.integers(-1, 10_001),
        "json": st.booleans(),
        "strip": st.booleans(),
        "remove": st.lists(TEXTS, max_size=2),
        "find": TEXTS | st.sampled_from(["^(a+)+$", "(?!a)", r"(\w+)", "a{1001}"]),
        "split": TEXTS,
        "find_all": TEXTS | st.sampled_from(["a|b", "", "(x)?"]),
        "keep": TEXTS,
        "drop": TEXTS,
        "values": st.dictionaries(TEXTS, SCALARS, max_size=2),
        "optional": st.booleans(),
        "default": SCALARS,
    },
)
VALUES = SPECS | st.sampled_from(["{a}", "{b.c}", "{i}", "constant", "{{", "{"]) | SCALARS
MAPPINGS = st.fixed_dictionaries(
    {
        "mapping": st.just(1),
        "kind": st.sampled_from(["demonstration", "preference", "critique", "none"]),
        "record": st.fixed_dictionaries(
            {
                "messages": st.lists(
                    st.fixed_dictionaries(
                        {"user": VALUES},
                        optional={"for": st.dictionaries(st.sampled_from(["i", "a"]), VALUES)},
                    ),
                    min_size=1,
                    max_size=2,
                ),
                "candidates": st.lists(
                    st.fixed_dictionaries(
                        {"content": VALUES},
                        optional={"unknown": VALUES, "model": VALUES, "name": st.just("x")},
                    ),
                    max_size=2,
                ),
            },
            optional={"key": VALUES, "taxonomy": st.dictionaries(KEYS, VALUES, max_size=2)},
        ),
    },
    optional={
        "judgments": st.lists(
            st.fixed_dictionaries(
                {"reviewer": st.fixed_dictionaries({"person": VALUES})},
                optional={"verdict": VALUES, "occasion": VALUES, "judged_at": VALUES},
            ),
            max_size=1,
        ),
        "when": st.dictionaries(KEYS, SCALARS, max_size=1),
    },
)


@EXAMPLES
@given(mapping=MAPPINGS, row=st.dictionaries(st.sampled_from("abi"), nested(KEYS), max_size=3))
def test_any_mapping_is_refused_with_its_faults_or_reads_a_row(mapping: Any, row: Any) -> None:
    """A mapping gives issues with lines, or a reader; its rows give facts, or an input error."""
    text = json.dumps(mapping)
    document, faults = read_mapping("m.yaml", text.encode())
    if document is None:
        assert faults
        assert all(each.message and each.line >= 1 for each in faults)
        return
    told = refusal_of(lambda: MappingReader(document, {}).read(row, CONTEXT))
    assert told is None or told


@EXAMPLES
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))  # fmt: skip
def test_any_bytes_are_no_mapping_but_a_list_of_faults(content: bytes) -> None:
    """What is not a mapping has faults; reading it raises nothing."""
    document, faults = read_mapping("m.yaml", content)
    assert document is not None or faults


@EXAMPLES
@given(pattern=TEXTS | st.text(st.sampled_from(r"ab()[]{}|*+?.^$\dwsWSDZ1,-:=!<>P&~ "), max_size=30), text=TEXTS)  # fmt: skip
def test_any_text_is_a_pattern_or_a_named_fault(pattern: str, text: str) -> None:
    """A pattern compiles and matches within its budget, or is refused in words."""
    try:
        compiled = Pattern(pattern)
    except ValueError:
        return
    budget = WorkBudget(1 << 28, "a test")
    found = list(compiled.every(text, budget))
    assert compiled.is_in(text, budget) == bool(found)


WIRE = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["a", "$", "v"]), inner, max_size=3)
    | st.fixed_dictionaries(
        {
            "$": st.sampled_from(
                ["int", "float", "complex", "tuple", "set", "frozenset", "bytes", "bytearray",
                 "dict", "list", "x", 1, None]
            ),
            "v": inner | st.just(10**400) | st.lists(st.lists(inner, max_size=3)),
        }
    ),
    max_leaves=20,
)  # fmt: skip


@EXAMPLES
@given(data=WIRE)
def test_any_data_on_the_wire_is_a_plain_value_or_a_wire_error(data: Any) -> None:
    """What a hostile candidate sends becomes exact builtins, or is refused by name."""
    try:
        value = wire.unpack(data)
    except wire.WireError:
        return
    assert set(kinds_in(value)) <= {
        type(None), bool, int, float, str, complex, bytes, bytearray, list, tuple, set, frozenset, dict,
    }  # fmt: skip


def kinds_in(value: Any) -> list[type]:
    """The types of a value and of all inside it."""
    found = [type(value)]
    if isinstance(value, dict):
        inside: list[Any] = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inside = list(value)
    else:
        inside = []
    return found + [kind for each in inside for kind in kinds_in(each)]


@EXAMPLES
@given(sent=st.binary(max_size=200) | WIRE.map(lambda data: framed(json.dumps(data).encode())))
def test_any_bytes_on_the_wire_are_a_message_or_a_wire_error(sent: bytes) -> None:
    """A frame that is cut, too long or no object is refused; nothing waits for ever."""
    reading, writing = os.pipe()
    os.write(writing, sent)
    os.close(writing)
    try:
        assert type(wire.receive(reading)) is dict
    except wire.WireError:
        return
    finally:
        os.close(reading)


def framed(text: bytes) -> bytes:
    """A frame as the wire has it."""
    return len(text).to_bytes(4, "big") + text
