"""OpenTelemetry: spans of the GenAI semantic conventions, as OTLP JSON or as an SDK writes them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, get_args

import msgspec

from assay.core.canonical import json_text, parse_json
from assay.core.errors import InputError, input_error_at
from assay.records.extra_fields import note_extra
from assay.records.formats.conversation import read_tools
from assay.records.formats.fields import Fields
from assay.records.formats.inspect_sample import score_name
from assay.records.formats.label import any_score, require_sound, unnamed
from assay.records.formats.trace_record import run_record, split_run
from assay.records.judgment import Judgment, Reason
from assay.records.reader import Read, RowContext
from assay.records.record import Record
from assay.records.redaction import redact
from assay.records.source_json import source_call
from assay.records.task import Message, MessageRole, ToolCall
from assay.records.verdict import DimensionScore, NotAsked

_SYSTEM = "gen_ai.system_instructions"
_INPUT = "gen_ai.input.messages"
_OUTPUT = "gen_ai.output.messages"
_TOOLS = "gen_ai.tool.definitions"
_REQUEST = "gen_ai.request."
_EVALUATION = "gen_ai.evaluation.result"
_NOT_TEXT = frozenset({"blob", "file", "uri"})
"""Types of parts that are no text."""


class GenAiSpan(msgspec.Struct, frozen=True, kw_only=True):
    """One span of a request to a model or an agent."""

    trace: str
    """Id of its trace."""
    identity: str
    """Its own id."""
    attributes: Mapping[str, Any]
    """Its attributes by name."""
    events: Sequence[tuple[str, Mapping[str, Any]]]
    """Name and attributes of each event."""


class OtelGenAi:
    """Reads spans that hold messages in the GenAI semantic conventions (since 1.37).

    A row is an export of OTLP in JSON (`resourceSpans`), one span of it, or a span as an SDK
    writes it. A span with `gen_ai.input.messages` and `gen_ai.output.messages` is a run;
    `gen_ai.system_instructions` become system messages, `gen_ai.tool.definitions` tools, reasoning
    stays apart from the content. What comes before the model's first turn is the task. Several
    output messages are several choices, a record each. A span whose whole conversation another
    span of its trace continues is not a run of its own. Events `gen_ai.evaluation.result` are
    judgments of unnamed raters. Secrets and addresses are redacted. Spans without messages, and
    parts of unknown type, are left in the trace; the latter are counted.
    """

    name = "otel-genai"
    kinds = ("trajectory", "demonstration", "outcome")
    summary = "OpenTelemetry GenAI spans with their messages, redacted"
    redacts = True

    def read(self, row: Mapping[str, Any], context: RowContext) -> Sequence[Read]:
        """Map the spans of one row.

        Raises:
            InputError: if the row is not of this format, or holds no span with messages.
        """
        redacted: Counter[str] = Counter()
        runs = [
            (span, _prompt(span, redacted), _choices(span, redacted))
            for span in _spans(row)
            if _INPUT in span.attributes and _OUTPUT in span.attributes
        ]
        prompts = [prompt for _, prompt, _ in runs]
        reads = [
            _read_span(span, [*prompt, *choice], number if len(choices) > 1 else None, context)
            for span, prompt, choices in runs
            for number, choice in enumerate(choices)
            if not any(_begins(other, [*prompt, *choice]) for other in prompts)
        ]
        if not reads:
            raise InputError(
                code="no-messages",
                message=f"no span has {_INPUT} and {_OUTPUT}",
                where="attributes",
                hint="let the instrumentation record the content of messages",
            )
        return [msgspec.structs.replace(reads[0], redacted=dict(redacted)), *reads[1:]]


def _begins(longer: Sequence[Message], start: Sequence[Message]) -> bool:
    """Whether a longer conversation goes on from a shorter one."""
    return len(longer) > len(start) and list(longer[: len(start)]) == list(start)


def _read_span(
    span: GenAiSpan, messages: Sequence[Message], choice: int | None, context: RowContext
) -> Read:
    task, response = split_run(messages)
    attributes = span.attributes
    model = attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model")
    sampling = {
        name.removeprefix(_REQUEST): value
        for name, value in attributes.items()
        if name.startswith(_REQUEST) and name != "gen_ai.request.model"
    }
    key = span.identity if choice is None else f"{span.identity}/{choice}"
    record = run_record(
        context,
        task,
        response,
        model=str(model) if model else None,
        parameters=json_text(sampling) if sampling else None,
        tools=read_tools(Fields(attributes, [*attributes]), _TOOLS),
        locator=f"otel:trace/{span.trace}/span/{key}",
        key=key,
    )
    judgments, set_aside = _evaluations(record, span, context)
    return Read(record=record, judgments=judgments, set_aside=set_aside)


def _evaluations(
    record: Record, span: GenAiSpan, context: RowContext
) -> tuple[list[Judgment], list[InputError]]:
    judgments: list[Judgment] = []
    set_aside: list[InputError] = []
    for name, attributes in span.events:
        if name != _EVALUATION:
            continue
        try:
            judgments.append(_evaluation(record, attributes, context))
        except InputError as error:
            set_aside.append(input_error_at(error, "events"))
    return judgments, set_aside


def _evaluation(record: Record, attributes: Mapping[str, Any], context: RowContext) -> Judgment:
    name = str(attributes.get("gen_ai.evaluation.name") or "evaluation")
    value = attributes.get("gen_ai.evaluation.score.value")
    label = attributes.get("gen_ai.evaluation.score.label")
    explanation = attributes.get("gen_ai.evaluation.explanation")
    score = DimensionScore(
        dimension=score_name(name), score=any_score(label if value is None else value), candidate=0
    )
    reasons = {"explanation": explanation, "label": None if value is None else label}
    return require_sound(
        record,
        Judgment(
            record=record.id,
            reviewer=unnamed(context, name),
            verdict=NotAsked(),
            scores=(score,),
            reasons=tuple(
                Reason(text=str(text), code=code, dimension=score_name(name))
                for code, text in reasons.items()
                if text
            ),
        ),
    )


def _spans(row: Mapping[str, Any]) -> Iterator[GenAiSpan]:
    """The spans of a row, in whichever of the three forms it has."""
    if "resourceSpans" not in row:
        yield _span(row)
        return
    for resource in _objects(row["resourceSpans"], "resourceSpans"):
        for scope in _objects(resource.get("scopeSpans"), "scopeSpans"):
            for span in _objects(scope.get("spans"), "spans"):
                yield _span(span)


def _objects(values: Any, where: str) -> Iterator[Mapping[str, Any]]:
    for value in values if isinstance(values, list) else ():
        if not isinstance(value, Mapping):
            raise InputError(code="wrong-shape", message=f"{where} holds no object", where=where)
        yield value


def _span(value: Mapping[str, Any]) -> GenAiSpan:
    about = value.get("context")
    context: Mapping[str, Any] = about if isinstance(about, Mapping) else {}
    return GenAiSpan(
        trace=str(value.get("traceId") or context.get("trace_id") or ""),
        identity=str(value.get("spanId") or context.get("span_id") or ""),
        attributes=_attributes(value.get("attributes")),
        events=[
            (str(event.get("name")), _attributes(event.get("attributes")))
            for event in _objects(value.get("events"), "events")
        ],
    )


def _attributes(value: Any) -> Mapping[str, Any]:
    """Attributes by name: an object, or the list of keys and typed values of OTLP."""
    if isinstance(value, Mapping):
        return value
    return {
        str(entry.get("key")): _any_value(entry.get("value"))
        for entry in _objects(value, "attributes")
    }


def _any_value(value: Any) -> Any:
    """A typed value of OTLP; a 64-bit integer is a text there."""
    if not isinstance(value, Mapping):
        return value
    for kind, stated in value.items():
        if kind == "intValue":
            return _whole_number(stated)
        if kind == "arrayValue":
            return [_any_value(entry) for entry in _objects(_listed_values(stated, kind), kind)]
        if kind == "kvlistValue":
            return _attributes(_listed_values(stated, kind))
        return stated
    return None


def _whole_number(stated: Any) -> int:
    try:
        return int(stated)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(
            code="wrong-field", message=f"{str(stated)[:80]!r} is no whole number", where="intValue"
        ) from error


def _listed_values(stated: Any, kind: str) -> Any:
    if not isinstance(stated, Mapping):
        raise InputError(code="wrong-field", message=f"{kind!r} must be an object", where=kind)
    return stated.get("values")


def _parse_structured(value: Any) -> Any:
    """An attribute that may be recorded as its JSON text."""
    return parse_json(value) if isinstance(value, str) and value else value


def _prompt(span: GenAiSpan, redacted: Counter[str]) -> list[Message]:
    """System instructions, then the input."""
    instructions = redact(_parse_structured(span.attributes.get(_SYSTEM)) or [], redacted)
    messages = [
        Message(role="system", content=content)
        for part in _objects(instructions, _SYSTEM)
        if (content := _part_text(part, _SYSTEM))
    ]
    for value in _objects(redact(_parse_structured(span.attributes[_INPUT]), redacted), _INPUT):
        messages += _messages(value, _INPUT)
    return messages


def _choices(span: GenAiSpan, redacted: Counter[str]) -> list[list[Message]]:
    """The messages of each choice."""
    values = redact(_parse_structured(span.attributes[_OUTPUT]), redacted)
    return [list(_messages(value, _OUTPUT)) for value in _objects(values, _OUTPUT)]


def _messages(value: Mapping[str, Any], where: str) -> Iterator[Message]:
    """One message of the conventions, and one for each result of a tool among its parts."""
    role = value.get("role")
    if role not in get_args(MessageRole):
        raise InputError(
            code="wrong-field", message=f"{role!r} is not a role", where=f"{where}.role"
        )
    parts = list(_objects(value.get("parts"), f"{where}.parts"))
    for part in parts:
        if part.get("type") == "tool_call_response":
            yield _tool_output(part)
    content = "".join(_part_text(part, where) for part in parts)
    calls = tuple(_call(part, where) for part in parts if part.get("type") == "tool_call")
    reasoning = "".join(
        str(part.get("content", "")) for part in parts if part.get("type") == "reasoning"
    )
    if (
        content
        or calls
        or reasoning
        or not any(part.get("type") == "tool_call_response" for part in parts)
    ):
        yield Message(
            role=cast("MessageRole", role),
            content=content,
            name=value["name"] if isinstance(value.get("name"), str) else None,
            tool_calls=calls,
            reasoning=reasoning or None,
        )


def _part_text(part: Mapping[str, Any], where: str) -> str:
    """The text of a part; empty for a call, a result and reasoning, which have homes of their own."""
    kind = str(part.get("type"))
    if kind == "text":
        return str(part.get("content", ""))
    if kind in _NOT_TEXT:
        raise InputError(code="not-text", message="a message holds more than text", where=where)
    if kind not in {"tool_call", "tool_call_response", "reasoning"}:
        note_extra(f"{where}.parts", kind, part.get("type"))
    return ""


def _call(part: Mapping[str, Any], where: str) -> ToolCall:
    name, identity = part.get("name"), part.get("id")
    if not isinstance(name, str):
        raise InputError(code="wrong-field", message="a tool call has no name", where=where)
    return source_call(name, part.get("arguments"), identity if isinstance(identity, str) else None)


def _tool_output(part: Mapping[str, Any]) -> Message:
    response, identity = part.get("response"), part.get("id")
    # Results are any JSON; a text is shown to the model as it is.
    text = response if isinstance(response, str) else json.dumps(response, ensure_ascii=False)
    return Message(
        role="tool", content=text, tool_call_id=identity if isinstance(identity, str) else None
    )


READER = OtelGenAi()
"""The reader that `--format otel-genai` asks for."""
