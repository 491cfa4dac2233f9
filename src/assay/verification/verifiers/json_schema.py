"""JSON Schema: what a candidate says, or the arguments of its tool calls, has the right shape."""

from typing import Any, Literal

from assay.core.budget import BudgetError
from assay.core.errors import InputError, UsageError
from assay.records.candidate import Candidate, Step, candidate_text
from assay.records.record import Record
from assay.records.task import Tool, ToolCall
from assay.verification.calls import calls_of
from assay.verification.cases import case
from assay.verification.json_value import read_value, unreadable
from assay.verification.schema import over_budget, schema_fault
from assay.verification.verification import Fail, Pass, Timeout, VerifierError
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase


class JsonSchema(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The response, or each tool call's arguments, fit a JSON Schema."""

    name = "json-schema"
    version = "3"
    summary = "The response, or each tool call's arguments, fit a JSON Schema"
    covers = "whether structured output has the right shape"
    limits = (
        "The right shape may hold wrong values.",
        "Formats are not asserted, and nothing outside the schema is fetched.",
        "A check that takes more than 2 s of processor time is an error, and a time-out where the JSON is longer than 10,000 characters.",
    )

    of: Literal["response", "calls"] = "response"
    """The response as JSON, or the arguments of every tool call against that tool's parameters."""
    schema: str = ""
    """The schema as JSON text; needed for `of: response`."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Check the candidate against the schema."""
        if self.of == "calls":
            return self._calls(record, record.candidates[candidate])
        if not self.schema:
            raise UsageError(
                code="bad-plugin-option",
                message="the option `schema` of json-schema is empty",
                where="verifier_options",
                hint="give the schema as JSON text, or ask for `of: calls`",
            )
        text = candidate_text(record.candidates[candidate])
        try:
            value = read_value(text)
        except InputError as error:
            return Found(verdict=unreadable("the response", error))
        return Found(verdict=_check(self.schema, value, len(text)))

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
                value = read_value(call.arguments)
            except InputError as error:
                return Found(verdict=unreadable(call.name, error), step=step)
            verdict = _check(schemas[call.name], value, len(call.arguments), call.name)
            if not isinstance(verdict, Pass):
                return Found(verdict=verdict, step=step)
        return Found(verdict=Pass(), note=f"{len(made)} calls fit")

    def cases(self) -> tuple[VerifierCase, ...]:
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


def _check(
    schema: str, value: Any, size: int, tool: str = ""
) -> Pass | Fail | VerifierError | Timeout:
    name = f"{tool}: " if tool else ""
    try:
        fault = schema_fault(schema, value)
    except BudgetError as error:
        return over_budget(error, size, name)
    except InputError as error:
        return VerifierError(reason=f"{name}{error.message}")
    return Fail(reason=f"{name}{fault}") if fault else Pass()
