"""Recorded runs as records: LangSmith, Langfuse, OpenTelemetry, ATIF and Argilla."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assay.core.errors import InputError
from assay.plugins import load
from assay.records.candidate import MadeByModel
from assay.records.coherence import judgment_faults, record_faults
from assay.records.evidence import TextSpan
from assay.records.extra_fields import noting_extras
from assay.records.judgment import Unanchored
from assay.records.reader import FieldOptions, Read, RowContext
from assay.records.record import Record
from assay.records.task import Message
from assay.records.verdict import Category, Prefers, Ranks, Scored

Context = Callable[[str], RowContext]

ASK = {"role": "user", "content": "How deep is the lock?"}
SAY = {"role": "assistant", "content": "Four metres."}


def _read(name: str, row: dict[str, Any], context: RowContext) -> tuple[Read, Record]:
    (read,) = load("readers", name).read(row, context)
    assert read.record is not None
    assert not list(record_faults(read.record))
    for judgment in read.judgments:
        assert not list(judgment_faults(read.record, judgment))
    return read, read.record


def _turns(record: Record) -> list[tuple[str, str]]:
    """Role and text of the task's messages and of the only candidate's."""
    content = record.candidates[0].content
    said = (Message(role="assistant", content=content),) if isinstance(content, str) else content
    return [(message.role, message.content) for message in (*record.task.messages, *said)]


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ({"question": "How deep is the lock?"}, {"answer": "Four metres."}),
        ({"messages": [ASK]}, {"messages": [ASK, SAY]}),
        ({"messages": [ASK]}, SAY),
        ({"messages": [ASK]}, {"choices": [{"message": SAY}]}),
        (
            {"messages": [[{"lc": 1, "type": "constructor", "id": ["x", "HumanMessage"],
                            "kwargs": {"content": ASK["content"]}}]]},
            {"generations": [[{"text": "Four metres.",
                               "message": {"type": "ai", "data": {"content": "Four metres."}}}]]},
        ),
        ({"messages": [{"type": "human", "content": ASK["content"]}]}, {"generations": [[{"text": "Four metres."}]]}),
    ],
)  # fmt: skip
def test_a_run_of_langsmith_has_its_task_and_response(
    inputs: object, outputs: object, context: Context
) -> None:
    """Whether inputs and outputs are texts, messages of OpenAI or messages of LangChain."""
    row = {"id": "run-1", "run_type": "llm", "inputs": inputs, "outputs": outputs,
           "extra": {"metadata": {"ls_model_name": "small", "ls_temperature": 0}}}  # fmt: skip
    _, record = _read("langsmith", row, context("outcome"))
    assert _turns(record) == [("user", "How deep is the lock?"), ("assistant", "Four metres.")]
    made = record.candidates[0].provenance
    assert isinstance(made, MadeByModel)
    assert (made.model, made.parameters) == ("small", '{"temperature":0}')
    assert (record.key, record.sources[0].locator) == ("run-1", "langsmith:run/run-1")


def test_feedback_of_one_person_is_one_judgment(context: Context) -> None:
    """The last word on a key counts; models and callers of the API are reviewers of their own."""
    person = {"type": "app", "user_id": "u1"}
    feedback = [
        {"key": "fit", "score": 1, "feedback_source": person, "created_at": "2026-01-01"},
        {"key": "fit", "score": 3, "comment": "deep enough", "feedback_source": person,
         "created_at": "2026-01-02"},
        {"key": "tone", "value": "warm", "feedback_source": person, "created_at": "2026-01-01"},
        {"key": "safe", "score": True, "feedback_source": {"type": "model"}},
        {"key": "fix", "correction": {"depth": 4}, "feedback_source": {"type": "api"}},
        "broken",
    ]  # fmt: skip
    row = {"id": "r", "inputs": {"q": "How deep?"}, "outputs": {"a": "4 m"}, "feedback": feedback}
    read, _ = _read("langsmith", row, context("outcome"))
    human, model, api = read.judgments
    assert {score.dimension: score.score for score in human.scores} == {
        "fit": Scored(value=3), "tone": Category(value="warm")
    }  # fmt: skip
    assert (human.reviewer.kind, human.judged_at) == ("human", "2026-01-02")
    assert [reason.text for reason in human.reasons] == ["deep enough"]
    assert (model.reviewer.kind, model.reviewer.pseudonym) == ("model", "safe")
    assert (api.reviewer.kind, api.reasons[0].text) == ("unknown", '{"depth":4}')
    assert [fault.code for fault in read.set_aside] == ["wrong-shape"]


def test_a_failed_run_is_refused(context: Context) -> None:
    """Its output is no answer."""
    with pytest.raises(InputError) as caught:
        load("readers", "langsmith").read({"id": "r", "error": "time"}, context("outcome"))
    assert caught.value.code == "failed-run"


def test_a_trace_of_langfuse_has_the_scores_of_its_own(context: Context) -> None:
    """A score of one observation is not one of the trace, and is counted."""
    row = {
        "id": "t1", "input": None, "output": None, "userId": "customer",
        "observations": [
            {"type": "SPAN", "startTime": "1"},
            {"type": "GENERATION", "startTime": "3", "model": "big", "output": SAY},
            {"type": "GENERATION", "startTime": "2", "model": "small", "input": [ASK]},
        ],
        "scores": [
            {"name": "fit", "value": 0.5, "dataType": "NUMERIC", "source": "ANNOTATION", "authorUserId": "u"},
            {"name": "ok", "value": 1, "stringValue": "True", "dataType": "BOOLEAN", "source": "EVAL"},
            {"name": "output", "value": 0, "stringValue": "4 m", "dataType": "CORRECTION", "source": "ANNOTATION"},
            {"name": "step", "value": 1, "source": "API", "observationId": "o1"},
        ],
    }  # fmt: skip
    with noting_extras(FieldOptions()) as extras:
        read, record = _read("langfuse", row, context("outcome"))
    assert _turns(record) == [("user", "How deep is the lock?"), ("assistant", "Four metres.")]
    assert extras.inner == {"scores[].observationId"}
    person, evaluator, unnamed = read.judgments
    assert person.scores[0].score == Scored(value=1, denominator=2)
    assert (evaluator.reviewer.kind, evaluator.scores[0].score) == ("model", Category(value="true"))
    assert (unnamed.reviewer.kind, unnamed.reasons[0].text, unnamed.scores) == (
        "unknown",
        "4 m",
        (),
    )


def _text(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": content}]}


CALL = {"role": "assistant", "parts": [
    {"type": "reasoning", "content": "I look it up."},
    {"type": "tool_call", "id": "c1", "name": "depth", "arguments": {"b": 5.0, "a": 1}},
]}  # fmt: skip
RESULT = {
    "role": "tool",
    "parts": [{"type": "tool_call_response", "id": "c1", "response": {"m": 4}}],
}


def _span(identity: str, asked: list[Any], said: list[Any]) -> dict[str, Any]:
    """A span as OTLP writes it, with messages as JSON text."""
    attributes = {
        "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "Be brief."}]),
        "gen_ai.input.messages": json.dumps(asked),
        "gen_ai.output.messages": json.dumps(said),
        "gen_ai.response.model": "small-1",
    }
    listed = [{"key": key, "value": {"stringValue": text}} for key, text in attributes.items()]
    listed.append({"key": "gen_ai.request.max_tokens", "value": {"intValue": "64"}})
    return {"traceId": "t", "spanId": identity, "attributes": listed}


def test_spans_of_one_conversation_are_one_run(context: Context) -> None:
    """The span that holds the whole conversation is read, with its calls, results and reasoning."""
    first = _span("s1", [_text("user", "How deep?")], [CALL])
    last = _span("s2", [_text("user", "How deep?"), CALL, RESULT], [_text("assistant", "4 m")])
    event = {"name": "gen_ai.evaluation.result", "attributes": [
        {"key": "gen_ai.evaluation.name", "value": {"stringValue": "Fit"}},
        {"key": "gen_ai.evaluation.score.value", "value": {"doubleValue": 0.5}},
        {"key": "gen_ai.evaluation.explanation", "value": {"stringValue": "units"}},
    ]}  # fmt: skip
    row = {"resourceSpans": [{"scopeSpans": [{"spans": [first, last | {"events": [event]}]}]}]}
    read, record = _read("otel-genai", row, context("trajectory"))
    assert _turns(record) == [
        ("system", "Be brief."), ("user", "How deep?"), ("assistant", ""), ("tool", '{"m": 4}'),
        ("assistant", "4 m"),
    ]  # fmt: skip
    call = record.candidates[0].content[0]
    assert isinstance(call, Message)
    assert (call.reasoning, call.tool_calls[0].id) == ("I look it up.", "c1")
    assert call.tool_calls[0].raw_arguments == '{"b":5.0,"a":1}'
    made = record.candidates[0].provenance
    assert isinstance(made, MadeByModel)
    assert (made.model, made.parameters) == ("small-1", '{"max_tokens":64}')
    assert record.sources[0].locator == "otel:trace/t/span/s2"
    (judgment,) = read.judgments
    assert judgment.scores[0].score == Scored(value=1, denominator=2)
    assert judgment.reasons[0].text == "units"


def test_a_span_of_an_sdk_gives_a_record_for_each_choice(context: Context) -> None:
    """Attributes may be an object, and messages structured values."""
    row = {
        "context": {"trace_id": "0xt", "span_id": "0xs"},
        "attributes": {
            "gen_ai.input.messages": [_text("user", "How deep?")],
            "gen_ai.output.messages": [_text("assistant", "4 m"), _text("assistant", "5 m")],
        },
    }
    reads = load("readers", "otel-genai").read(row, context("demonstration"))
    assert [read.record.key for read in reads] == ["0xs/0", "0xs/1"]
    assert [_turns(read.record)[-1][1] for read in reads] == ["4 m", "5 m"]


def test_spans_without_messages_are_no_runs(context: Context) -> None:
    """A trace whose content was not recorded says so."""
    row = {"resourceSpans": [{"scopeSpans": [{"spans": [{"spanId": "s"}]}]}]}
    with pytest.raises(InputError) as caught:
        load("readers", "otel-genai").read(row, context("trajectory"))
    assert caught.value.code == "no-messages"


def _trajectory(**step: Any) -> dict[str, Any]:
    call = {"tool_call_id": "c1", "function_name": "run", "arguments": {"cmd": "ls"}}
    return {
        "schema_version": "ATIF-v1.7", "session_id": "s", "trajectory_id": "t1",
        "agent": {"name": "own-agent", "version": "1", "model_name": "small",
                  "tool_definitions": [{"type": "function", "function": {"name": "run"}}]},
        "steps": [
            {"step_id": 1, "source": "system", "message": "Work."},
            {"step_id": 2, "source": "user", "message": "List the files."},
            {"step_id": 3, "source": "agent", "message": "", "reasoning_content": "ls does it.",
             "tool_calls": [call], "observation": {"results": [{"content": "a.txt"}]}, **step},
            {"step_id": 4, "source": "agent", "message": [{"type": "text", "text": "a.txt"}]},
            {"step_id": 5, "source": "user", "message": "Thanks."},
        ],
        "final_metrics": {"total_steps": 5},
    }  # fmt: skip


def test_a_trajectory_begins_with_the_agents_first_step(context: Context) -> None:
    """Results answer the call of their step, and what a user says at the end is no answer."""
    _, record = _read("atif", _trajectory(), context("trajectory"))
    assert _turns(record) == [
        ("system", "Work."), ("user", "List the files."), ("assistant", ""), ("tool", "a.txt"),
        ("assistant", "a.txt"),
    ]  # fmt: skip
    first, result, _ = (each for each in record.candidates[0].content if isinstance(each, Message))
    assert (first.reasoning, first.trained, result.tool_call_id) == ("ls does it.", None, "c1")
    assert (record.key, record.task.tools[0].name) == ("t1", "run")


@pytest.mark.parametrize("step", [{"is_copied_context": True}, {"llm_call_count": 0}])
def test_a_step_that_no_model_took_here_is_not_trained_on(
    step: dict[str, Any], context: Context
) -> None:
    """Copied context was trained on before, and a scripted step is no model's."""
    _, record = _read("atif", _trajectory(**step), context("trajectory"))
    first = record.candidates[0].content[0]
    assert isinstance(first, Message)
    assert first.trained is False


def test_secrets_of_a_trace_are_redacted_and_counted(context: Context) -> None:
    """Neither a message nor the arguments of a call keep them."""
    call = {"tool_call_id": "c1", "function_name": "run", "arguments": {"api_key": "abc"}}
    row = _trajectory(tool_calls=[call], message="write to ana@example.org")
    read, record = _read("atif", row, context("trajectory"))
    assert read.redacted == {"e-mail address": 1, "secret": 1}
    stored = record.canonical().decode()
    assert "ana@example.org" not in stored
    assert '"abc' not in stored


def test_another_version_of_atif_is_named(context: Context) -> None:
    """A later major version may mean another thing by the same names."""
    with pytest.raises(InputError, match="ATIF-v2"):
        load("readers", "atif").read(
            _trajectory() | {"schema_version": "ATIF-v2.0"}, context("trajectory")
        )


def _argilla(values: dict[str, Any], status: str | None = "submitted") -> dict[str, Any]:
    wrapped = {name: {"value": value} for name, value in values.items()}
    return {
        "id": "a1",
        "fields": {"prompt": "How deep?", "response-1": "Four metres.", "response-2": "Deep."},
        "responses": [{"user_id": "u1", "status": status, "values": wrapped}],
        "suggestions": {"fit": {"value": 1}},
    }


def test_submitted_responses_of_argilla_are_judgments(context: Context) -> None:
    """A ranking is the verdict, ratings and labels are scores, and words are reasons."""
    ranking = [{"value": "response-1", "rank": 2}, {"value": "response-2", "rank": 1}]
    values = {"best": ranking, "fit": 4, "tone": "warm", "tags": ["a", "b"], "why": "It is short."}
    read, record = _read("argilla", _argilla(values), context("preference"))
    (judgment,) = read.judgments
    assert isinstance(judgment.verdict, Prefers)
    assert record.candidates[judgment.verdict.candidate].content == "Deep."
    assert {score.dimension: score.score for score in judgment.scores} == {
        "fit": Scored(value=4), "tone": Category(value="warm"),
        "tags_a": Category(value="yes"), "tags_b": Category(value="yes"),
    }  # fmt: skip
    assert [(reason.code, reason.text) for reason in judgment.reasons] == [("why", "It is short.")]


@pytest.mark.parametrize("status", ["draft", "discarded"])
def test_a_response_that_was_not_submitted_is_no_judgment(status: str, context: Context) -> None:
    """A draft may still change."""
    read, _ = _read("argilla", _argilla({"fit": 4}, status), context("preference"))
    assert not read.judgments
    assert not read.set_aside


def test_a_response_without_status_is_set_aside_alone(context: Context) -> None:
    """It could be a draft; the record stays."""
    read, _ = _read("argilla", _argilla({"fit": 4}, None), context("preference"))
    assert [fault.code for fault in read.set_aside] == ["no-status"]


def test_the_flat_export_of_argilla_is_read(context: Context) -> None:
    """Fields are columns there, and each question has its responses in a column."""
    row = {
        "id": "a1", "prompt": "Where?", "answer": "In Rome.", "fit.responses": [4],
        "fit.responses.users": ["u1"], "fit.responses.status": ["submitted"],
    }  # fmt: skip
    read, record = _read("argilla", row, context("outcome"))
    assert record.candidates[0].content == "In Rome."
    assert read.judgments[0].scores[0].score == Scored(value=4)


def test_equal_ranks_tie_within_a_ranking(context: Context) -> None:
    """Three candidates of which two share a rank."""
    row = _argilla(
        {"best": [{"value": f"response-{n}", "rank": rank} for n, rank in ((1, 1), (2, 2), (3, 2))]}
    )
    row["fields"]["response-3"] = "Five."
    read, _ = _read("argilla", row, context("preference"))
    verdict = read.judgments[0].verdict
    assert isinstance(verdict, Ranks)
    assert sorted(map(len, verdict.order)) == [1, 2]


def _inspect(messages: list[dict[str, Any]], **sample: Any) -> dict[str, Any]:
    return {
        "rest": {"eval": {"task": "depth", "model": "small"}, "new_in_the_log": 1},
        "item": {"id": 1, "epoch": 2, "input": "How deep?", "messages": messages, **sample},
    }


def test_the_task_of_inspect_ends_at_the_models_first_turn(context: Context) -> None:
    """System messages and templates of solvers belong to it; reasoning stays apart."""
    parts = [{"type": "reasoning", "reasoning": "Deep."}, {"type": "text", "text": "4 m"}]
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "attachment://a1", "source": "input"},
        {"role": "assistant", "content": parts, "source": "generate"},
    ]
    row = _inspect(messages, attachments={"a1": "Answer: How deep?"}, turn_count=1, new_field=3)
    with noting_extras(FieldOptions()) as extras:
        _, record = _read("inspect", row, context("outcome"))
    assert _turns(record) == [
        ("system", "Be brief."), ("user", "Answer: How deep?"), ("assistant", "4 m")
    ]  # fmt: skip
    assert record.key == "depth/1/2"
    assert extras.inner == {"log.new_in_the_log", "sample.new_field"}


def test_worked_examples_of_the_data_set_belong_to_the_task(context: Context) -> None:
    """Turns of the assistant that the input holds were not made by the log's model."""
    given = [ASK, SAY, {"role": "user", "content": "How wide?"}]
    row = _inspect([*given, {"role": "assistant", "content": "2 m"}], input=given)
    _, record = _read("inspect", row, context("outcome"))
    assert len(record.task.messages) == 3
    assert record.candidates[0].content == "2 m"


def test_an_edit_of_a_score_is_a_persons_judgment(context: Context) -> None:
    """It supersedes what the scorer gave, which stays as it was."""
    history = [
        {"value": "I"},
        {"value": "C", "provenance": {"author": "ines", "timestamp": "2026-01-02T00:00:00Z"}},
    ]
    row = _inspect([ASK, SAY], scores={"match": {"value": "C", "history": history}})
    read, _ = _read("inspect", row, context("outcome"))
    scorer, person = read.judgments
    assert (scorer.reviewer.kind, scorer.scores[0].score) == ("rule", Category(value="I"))
    assert (person.reviewer.kind, person.scores[0].score) == ("human", Category(value="C"))
    assert person.supersedes == scorer.id
    assert person.reviewer.pseudonym.startswith("rvr_")


def test_spans_of_argilla_are_errors_at_their_offsets(context: Context) -> None:
    """One beyond the text is kept as it was given."""
    spans = [{"label": "wrong", "start": 3, "end": 7}, {"label": "wrong", "start": 3, "end": 99}]
    row = {
        "id": "a1", "fields": {"prompt": "Where?", "answer": "In Rome."},
        "responses": [{"user_id": "u", "status": "submitted", "values": {"marks": {"value": spans}}}],
    }  # fmt: skip
    read, _ = _read("argilla", row, context("critique"))
    first, second = read.judgments[0].errors or ()
    assert isinstance(first.place, TextSpan)
    assert first.place.quote == "Rome"
    assert isinstance(second.place, Unanchored)
