"""JSON Schema: what a candidate says, or the arguments of its tool calls, has the right shape."""

import json
from collections.abc import Iterator
from typing import Any, Literal

import jsonschema_rs

from assay.core.errors import UsageError
from assay.records.candidate import Candidate, Step, candidate_text
from assay.records.record import Record
from assay.records.task import Tool, ToolCall
from assay.verification.cases import case
from assay.verification.verification import Error, Fail, Pass
from assay.verification.verifier import Case, Found, NothingToVerify, Test


class JsonSchema(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The response, or each tool call's arguments, fit a JSON Schema."""

    name = "json-schema"
    version = "1"
    summary = "The response, or each tool call's arguments, fit a JSON Schema"
    covers = "whether structured output has the right shape"
    limits = (
        "The right shape may hold wrong values.",
        "Formats are not asserted, and nothing outside the schema is fetched.",
    )

    of: Literal["response", "calls"] = "response"
    """The response as JSON, or the arguments of every tool call against that tool's parameters."""
    schema: str = ""
    """The schema as JSON text; needed for `of: response`."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Hold the candidate against the schema."""
        if self.of == "calls":
            return self._calls(record, record.candidates[candidate])
        try:
            value = json.loads(candidate_text(record.candidates[candidate]))
        except (ValueError, RecursionError) as error:
            return Found(verdict=Fail(reason=f"the response is no JSON: {error}"))
        fault = _fault(_schema(self.schema), value)
        return Found(verdict=Fail(reason=fault) if fault else Pass())

    def _calls(self, record: Record, candidate: Candidate) -> Found | NothingToVerify:
        schemas = {tool.name: tool.parameters for tool in record.task.tools}
        made = list(calls_of(candidate))
        if not made:
            return NothingToVerify(reason="no tool is called")
        for step, call in made:
            if call.name not in schemas:
                reason = f"the tool {call.name!r} is not on offer"
                return Found(verdict=Fail(reason=reason), step=step)
            try:
                value = json.loads(call.arguments)
                fault = _fault(json.loads(schemas[call.name] or "true"), value)
            except (ValueError, RecursionError) as error:
                return Found(verdict=Error(reason=f"{call.name}: {error}"), step=step)
            if fault:
                return Found(verdict=Fail(reason=f"{call.name}: {fault}"), step=step)
        return Found(verdict=Pass(), note=f"{len(made)} calls fit")

    def cases(self) -> tuple[Case, ...]:
        """JSON of the right shape passes; another type, a missing field or no JSON does not."""
        schema = '{"type":"object","required":["total"],"properties":{"total":{"type":"integer"}}}'
        tools = (Tool(name="fare", parameters=schema),)

        def calling(name: str, arguments: str) -> tuple[Step, ...]:
            return (Step(call=ToolCall(name=name, arguments=arguments)),)

        right, wrong = calling("fare", '{"total":4}'), calling("fare", '{"total":"4"}')
        return (
            case("the right shape", "pass", '{"total": 4}', schema=schema),
            case("a number as text", "fail", '{"total": "4"}', schema=schema),
            case("a field is missing", "fail", '{"sum": 4}', schema=schema),
            case("words around it", "fail", 'Here: {"total": 4}', schema=schema),
            case("a call that fits", "pass", "", of="calls", tools=tools, work=right),
            case("a call that does not fit", "fail", "", of="calls", tools=tools, work=wrong),
            case("a tool that is not on offer", "fail", "", of="calls", tools=tools,
                 work=calling("other", '{"total":4}')),
            case("no call", "nothing", "Four.", of="calls", tools=tools),
        )  # fmt: skip


def calls_of(candidate: Candidate) -> Iterator[tuple[int | None, ToolCall]]:
    """Every tool call that a candidate makes, with its step of work."""
    for number, step in enumerate(candidate.work):
        if step.call:
            yield number, step.call
    if not isinstance(candidate.content, str):
        for message in candidate.content:
            for call in message.tool_calls:
                yield None, call


def _schema(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(
            code="bad-plugin-option",
            message=f"the option `schema` of json-schema is no JSON: {error}",
            where="verifier_options",
            hint="give the schema as JSON text",
        ) from error


def _fault(schema: Any, value: Any) -> str | None:
    """The first thing that does not fit, with its place; None where all fits."""
    validator = jsonschema_rs.validator_for(schema, retriever=_fetch_nothing)
    first = next(validator.iter_errors(value), None)
    if first is None:
        return None
    place = "/".join(str(each) for each in first.instance_path)
    return f"at /{place}: {first.message[:300]}"


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"the schema refers to {uri}, and nothing is fetched")
