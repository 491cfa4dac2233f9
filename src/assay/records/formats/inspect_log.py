"""Inspect: the log of an evaluation, packed (`.eval`) or in JSON, one record a sample."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.attachment import Attachment, read_attachment
from assay.records.candidate import Candidate, MadeByModel
from assay.records.evidence import Evidence
from assay.records.formats.conversation import MessageContent, response_candidate
from assay.records.formats.fields import Fields
from assay.records.formats.inspect_sample import (
    InspectSample,
    InspectScore,
    inspect_sample,
    score_name,
    score_values,
)
from assay.records.formats.label import any_score, whole_source
from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.kinds import Outcome
from assay.records.ports import Layout
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.source_json import source_call, source_tool
from assay.records.task import Message, Task, Tool, ToolCall
from assay.records.verdict import DimensionScore, NotAsked, Score, ScoreAbstained

_MESSAGE = ("id", "role", "content", "source", "metadata", "tool_calls", "tool_call_id", "function",
            "error", "model", "internal")  # fmt: skip
_FILES = ("image", "audio", "video", "document")
"""Types of parts that show a file, each under the field of the same name."""

_UNLOGGED = "<base64-data-removed>"
"""What a log holds in place of a file where files are not logged."""

_CALL = ("id", "function", "arguments", "type", "parse_error", "view", "internal")


class InspectLog:
    """Reads the samples of an Inspect evaluation log, packed (`.eval`) or in JSON.

    Each sample is an outcome. The messages before the model's first turn are the task, with the
    system messages and templates that solvers added (turns of the assistant that the data set
    gave belong to it); from there on they are the candidate made by the log's model. `choices` are
    evidence, the target is the reference, and tools are those of the first request. The key is
    `TASK/ID/EPOCH`; `metadata` of the sample becomes evidence of kind state.

    Every score is a judgment by a reviewer named after its scorer, of kind `rule` where the scorer
    compares by a rule and `model` where it asks a model (or the log does not show which): numbers
    are scores, texts (`C`, `I`, `P`, `N`) categories, several values dimensions of their own, and
    an unscored value (null, or the NaN that Inspect writes for it) an abstention. Explanations
    become reasons. An edit of a score is a judgment of the person who made it, and supersedes the
    one before.

    Images, sounds, videos and documents of messages become attachments. A log that was written
    without them (`<base64-data-removed>`) has its sample set aside.

    Left to the log, as traces of the run and not of the answer: events, usage, times, limits,
    sandbox and store. A sample that ended with an error is set aside.
    """

    name = "inspect"
    kinds = ("outcome",)
    summary = "Inspect evaluation logs, packed (.eval) or in JSON: samples with their scores"
    layout = Layout(each="samples", nan_is_null=True)
    people: Mapping[str, str] = {"author": "{author}"}

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one sample: `item`, beside the `rest` of its log.

        Raises:
            InputError: if the row is not of this format.
        """
        sample = inspect_sample(row)
        task, response = _split_messages(sample)
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=Outcome(reference=_target(sample.sample)),
            task=Task(messages=task, tools=_tools(sample.sample)),
            sources=whole_source(context),
            candidates=(_candidate(response, sample.run),),
            evidence=tuple(_evidence(sample)),
            key=f"{sample.run.get('task')}/{sample.identity}/{sample.epoch}",
        )
        judgments = [
            judgment
            for scorer, states in sample.scores.items()
            for judgment in _judgments(record, sample, scorer, states, context)
        ]
        return [Read(record=record, judgments=judgments)]


def _split_messages(sample: InspectSample) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The task, and what follows it from the model's first turn on."""
    stated = Fields(sample.sample, tuple(sample.sample), "sample").items("messages")
    messages = tuple(_message(value, sample) for value in stated)
    input_turns = _input_turns(sample)
    for place, (value, message) in enumerate(zip(stated, messages, strict=True)):
        is_input = value.get("source") == "input" or message.content in input_turns
        if message.role == "assistant" and not is_input:
            if not place:
                break
            return messages[:place], messages[place:]
    raise InputError(
        code="no-response",
        message="the sample holds no answer to a task",
        where="sample.messages",
        hint="leave the sample out, or run it again",
    )


def _input_turns(sample: InspectSample) -> frozenset[str]:
    """Texts of the assistant's turns that the data set gave, such as worked examples."""
    stated = sample.sample.get("input")
    if isinstance(stated, str):
        return frozenset()
    fields = Fields(sample.sample, tuple(sample.sample), "sample")
    turns = (_message(value, sample) for value in fields.items("input"))
    return frozenset(turn.content for turn in turns if turn.role == "assistant")


def _message(value: Any, sample: InspectSample) -> Message:
    fields = Fields(value, _MESSAGE, "sample.messages[]")
    # A text that is no role is refused with the rest of the record, when it is read back.
    role: Any = fields.text("role")
    content = _content(fields, sample)
    return Message(
        role=role,
        content=content.text,
        name=fields.text_or_none("function"),
        tool_calls=tuple(_call(call) for call in fields.items("tool_calls")),
        tool_call_id=fields.text_or_none("tool_call_id"),
        reasoning=content.reasoning or None,
        attachments=content.attachments,
    )


def _content(fields: Fields, sample: InspectSample) -> MessageContent:
    """The text of a message, what the model wrote for itself, and the files among its parts."""
    stated = sample.content(fields.any("content"))
    if isinstance(stated, str):
        return MessageContent(stated)
    text, reasoning = "", ""
    attachments: list[Attachment] = []
    for number, part in enumerate(fields.items("content")):
        where = f"sample.messages.content[{number}]"
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind == "text":
            text += str(sample.content(part.get("text", "")))
        elif kind == "reasoning":
            reasoning += _part_reasoning(part, sample)
        elif kind in _FILES:
            file = sample.content(part.get(kind))
            _refuse_unlogged(file, where)
            attachments.append(read_attachment(file, len(text), where))
        else:
            raise InputError(
                code="not-text",
                message=f"a message holds a part of the type {kind!r}, which is not read",
                where=where,
            )
    return MessageContent(text, reasoning, attachments=tuple(attachments))


def _part_reasoning(part: Mapping[str, Any], sample: InspectSample) -> str:
    hidden = part.get("redacted") or not isinstance(part.get("reasoning"), str)
    return "" if hidden else str(sample.content(part["reasoning"]))


def _refuse_unlogged(file: Any, where: str) -> None:
    """Refuse a file that the run did not log.

    Raises:
        InputError: with the code `attachment-not-logged`.
    """
    if isinstance(file, str) and _UNLOGGED in file:
        raise InputError(
            code="attachment-not-logged",
            message="the log was written without its images and other files",
            where=where,
            hint="run the evaluation with `--log-images`, or leave the sample out",
        )


def _call(value: Any) -> ToolCall:
    fields = Fields(value, _CALL, "sample.messages[].tool_calls[]")
    arguments = fields.any("arguments") if fields.has("arguments") else None
    return source_call(fields.text("function"), arguments, fields.text_or_none("id"))


def _tools(sample: Mapping[str, Any]) -> tuple[Tool, ...]:
    """The tools that the first request of the run offered."""
    events = sample.get("events")
    requests = (
        event
        for event in (events if isinstance(events, list) else ())
        if isinstance(event, Mapping) and event.get("event") == "model"
    )
    offered = next(requests, {}).get("tools")
    return tuple(
        source_tool(
            str(tool["name"]), str(tool.get("description") or ""), tool.get("parameters") or ""
        )
        for tool in (offered if isinstance(offered, list) else ())
        if isinstance(tool, Mapping) and tool.get("name")
    )


def _candidate(response: tuple[Message, ...], run: Mapping[str, Any]) -> Candidate:
    config = run.get("model_generate_config") or None
    made = MadeByModel(
        model=str(run.get("model")), parameters=json_text(config) if config else None
    )
    return response_candidate(response, made)


def _target(sample: Mapping[str, Any]) -> str | None:
    target = sample.get("target")
    if target is None or isinstance(target, str):
        return target
    return json_text(target)


def _evidence(sample: InspectSample) -> Iterator[Evidence]:
    choices = sample.sample.get("choices")
    if choices:
        yield Evidence(kind="source", text=json_text(choices))
    if sample.metadata:
        yield Evidence(kind="state", text=json_text(sample.metadata))


def _judgments(
    record: Record,
    sample: InspectSample,
    scorer: str,
    states: Sequence[InspectScore],
    context: RowContext,
) -> Iterator[Judgment]:
    """A judgment for each state of a score; an edit supersedes the state before it."""
    kind = sample.scorer_kind(scorer)
    machine = Reviewer(
        pseudonym=scorer, kind="rule" if kind == "rule" else "model", role="reviewer"
    )
    before: Judgment | None = None
    for state in states:
        editor = state.author and Reviewer(
            pseudonym=context.pseudonym(state.author), kind="human", role="reviewer"
        )
        before = Judgment(
            record=record.id,
            reviewer=editor or machine,
            verdict=NotAsked(),
            scores=tuple(
                DimensionScore(dimension=name, score=_score(value, state), candidate=0)
                for name, value in score_values(score_name(scorer), state.value)
            ),
            reasons=tuple(_reasons(state)),
            judged_at=state.edited_at,
            supersedes=before.id if before else None,
        )
        yield before


def _score(value: Any, state: InspectScore) -> Score:
    if value is None and state.unscored:
        return ScoreAbstained(reason=state.unscored)
    return any_score(value)


def _reasons(state: InspectScore) -> Iterator[Reason]:
    stated = {"explanation": state.explanation, "answer": state.answer, "edit": state.reason}
    for code, text in stated.items():
        if text:
            yield Reason(text=text, code=code)


READER = InspectLog()
"""The reader that `--format inspect` asks for."""
