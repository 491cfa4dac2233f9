"""Inspect: the JSON log of an evaluation, one record a sample."""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByModel
from assay.records.evidence import Evidence
from assay.records.formats.fields import Fields
from assay.records.formats.inspect_sample import refuse_failed, score_name, score_values
from assay.records.formats.label import scored, whole_source
from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.kinds import Outcome
from assay.records.ports import Layout
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record
from assay.records.source_json import source_call
from assay.records.task import Message, Task, ToolCall
from assay.records.verdict import Category, DimensionScore, NotAsked, Score, ScoreAbstained

_LOG = ("version", "status", "eval", "plan", "results", "stats", "error", "reductions", "location",
        "invalidated", "eval_set_id", "etag", "tags", "metadata", "log_updates", "config")  # fmt: skip
_RUN = ("events", "timelines", "attachments", "store", "model_usage", "role_usage", "started_at",
        "completed_at", "total_time", "working_time", "uuid", "invalidation", "error",
        "error_retries", "limit", "events_data", "messages_data", "sandbox", "files", "setup",
        "checkpoint", "summary")  # fmt: skip
_SAMPLE = ("id", "epoch", "input", "choices", "target", "messages", "output", "scores", "metadata")
_CALL = ("id", "function", "arguments", "type", "parse_error", "view", "internal")


class InspectLog:
    """Reads the samples of an Inspect evaluation log in JSON (not the packed `.eval` form).

    Each sample is an outcome: the input is the task (with `choices` as evidence), the messages
    after it are the candidate made by the log's model, the target is the reference. The key is
    `TASK/ID/EPOCH`; `metadata` of the sample becomes evidence of kind state. Every score is a
    judgment by a model reviewer named after its scorer: numbers are scores, texts (`C`, `I`, `P`,
    `N`) categories, several values dimensions of their own, and an unscored value (null, or the
    NaN that Inspect writes for it) an abstention. Explanations become reasons.

    Left to the log, as traces of the run and not of the answer: events, usage, times, limits,
    sandbox and store. A sample that ended with an error is set aside.
    """

    name = "inspect"
    kinds = ("outcome",)
    summary = "Inspect evaluation logs in JSON: samples with their scores"
    layout = Layout(each="samples", nan_is_null=True)

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map one sample: `item`, beside the `rest` of its log.

        Raises:
            InputError: if the row is not of this format.
        """
        outer = Fields(row, ("rest", "item"))
        log = Fields(outer.any("rest"), _LOG, "log")
        run = log.mapping("eval")
        sample = Fields(outer.any("item"), (*_SAMPLE, *_RUN), "sample")
        refuse_failed(outer.any("item"))
        asked, answered = _conversation(sample)
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=Outcome(reference=_target(sample)),
            task=Task(messages=asked),
            sources=whole_source(context),
            candidates=(_candidate(answered, run),),
            evidence=tuple(_evidence(sample)),
            key=f"{run.get('task')}/{sample.name_or_none('id')}/{sample.name_or_none('epoch')}",
        )
        scores = sample.mapping("scores").items()
        judgments = [_judgment(record, name, value) for name, value in scores]
        return [Read(record=record, judgments=judgments)]


def _conversation(sample: Fields) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    asked_text = sample.any("input")
    if isinstance(asked_text, str):
        asked: tuple[Message, ...] = (_message({"role": "user", "content": asked_text}),)
    else:
        asked = tuple(_message(value) for value in sample.items("input"))
    said = tuple(_message(value) for value in sample.items("messages"))
    answered = said[_last_asked(said, asked) :]
    if not answered:
        raise sample.error("messages", "the sample holds no answer")
    return asked, answered


def _last_asked(said: Sequence[Message], asked: Sequence[Message]) -> int:
    """Where the messages after the input begin: solvers may put a system message before it."""
    contents = {(message.role, message.content) for message in asked}
    places = [at for at, message in enumerate(said) if (message.role, message.content) in contents]
    return places[len(asked) - 1] + 1 if len(places) >= len(asked) else 0


def _message(value: Any) -> Message:
    fields = Fields(
        value,
        ("id", "role", "content", "source", "metadata", "tool_calls", "tool_call_id", "function",
         "error", "model", "internal"),
        "messages",
    )  # fmt: skip
    content = fields.any("content")
    if not isinstance(content, str):
        content = "".join(_text_part(part) for part in fields.items("content"))
    # A text that is no role is refused with the rest of the record, when it is read back.
    role: Any = fields.text("role")
    return Message(
        role=role,
        content=content,
        name=fields.text_or_none("function"),
        tool_calls=tuple(_call(each) for each in fields.items("tool_calls")),
        tool_call_id=fields.text_or_none("tool_call_id"),
    )


def _text_part(part: Any) -> str:
    if not isinstance(part, Mapping) or part.get("type") not in {"text", "reasoning"}:
        raise InputError(
            code="not-text", message="a message holds more than text", where="messages.content"
        )
    # Text that a model writes for itself is not part of its answer, and no evidence.
    return str(part.get("text", "")) if part["type"] == "text" else ""


def _call(value: Any) -> ToolCall:
    fields = Fields(value, _CALL, "tool_calls")
    arguments = fields.any("arguments") if fields.has("arguments") else None
    return source_call(fields.text("function"), arguments, fields.text_or_none("id"))


def _candidate(answered: tuple[Message, ...], run: Mapping[str, Any]) -> Candidate:
    only = answered[0] if len(answered) == 1 else None
    plain = only is not None and not only.tool_calls
    config = run.get("model_generate_config") or None
    return Candidate(
        content=answered[0].content if plain else answered,
        provenance=MadeByModel(
            model=str(run.get("model")), parameters=json_text(config) if config else None
        ),
    )


def _target(sample: Fields) -> str | None:
    if not sample.has("target"):
        return None
    target = sample.any("target")
    return target if isinstance(target, str) else json_text(target)


def _evidence(sample: Fields) -> list[Evidence]:
    pieces = []
    if sample.items("choices"):
        pieces.append(Evidence(kind="source", text=json_text(sample.items("choices"))))
    if sample.has("metadata") and sample.any("metadata"):
        pieces.append(Evidence(kind="state", text=json_text(sample.any("metadata"))))
    return pieces


def _judgment(record: Record, scorer: str, value: Any) -> Judgment:
    fields = Fields(
        value,
        ("value", "answer", "explanation", "metadata", "history", "sample_id"),
        f"scores.{scorer}",
    )
    stated = fields.rest("value").get("value")
    notes = {
        "explanation": fields.text_or_none("explanation"),
        "answer": fields.text_or_none("answer"),
    }
    return Judgment(
        record=record.id,
        reviewer=Reviewer(pseudonym=scorer, kind="model", role="reviewer"),
        verdict=NotAsked(),
        scores=tuple(
            DimensionScore(dimension=name, score=_score(each), candidate=0)
            for name, each in score_values(score_name(scorer), stated)
        ),
        reasons=tuple(Reason(text=text, code=code) for code, text in notes.items() if text),
    )


def _score(value: Any) -> Score:
    if value is None:
        return ScoreAbstained(reason="unscored")
    if isinstance(value, bool):
        return Category(value=str(value).lower())
    if isinstance(value, int | float):
        return scored(value, "value")
    return Category(value=value if isinstance(value, str) else json_text(value))


READER = InspectLog()
"""The reader that `--format inspect` asks for."""
