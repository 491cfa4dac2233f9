"""Tool calls: every call fits its tool's schema, its permission, and the declared rules."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Literal

import msgspec

from assay.core.budget import BudgetError
from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.candidate import Candidate, MadeByModel, Step
from assay.records.kinds import Trajectory
from assay.records.record import Record, Source
from assay.records.task import Message, Task, Tool, ToolCall
from assay.verification.call_rules import CallFault, CallRules, order_faults, value_fault
from assay.verification.calls import MadeCall, TooManyCallsError, conversation, made_calls
from assay.verification.confirmation import YES, confirmation_of
from assay.verification.declared import declarations_for
from assay.verification.json_value import read_value, same, show, unreadable
from assay.verification.schema import over_budget, schema_fault
from assay.verification.verification import Fail, Pass, Timeout, Uncarried, VerifierError
from assay.verification.verifier import CaseOutcome, Found, NothingToVerify, Test, VerifierCase


class ToolCalls(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Checks every call against its tool's schema and permission, and all against the rules.

    Rules are in the option `rules`, and in evidence of kind `test` whose text is a JSON object
    with the key `tool-calls`; with both, both apply. Without tools on offer only the rules
    are looked at. A fault of one call is named before what cannot be determined about another.
    """

    name = "tool-calls"
    version = "2"
    summary = "Every tool call fits its schema, its permission and the declared rules"
    covers = "whether tools are called as they may be"
    limits = (
        "A call that may be made need not be one that helps.",
        "A tool without a schema has its name and permission checked, not its arguments.",
        "Only the outermost arguments are closed to names that the schema does not list.",
        "Formats are not asserted, and nothing outside a schema is fetched.",
        "A check that takes more than 2 s of processor time is an error, and a time-out where the JSON is longer than 10,000 characters.",
        "Confirmed is a call whose question names it and whose next user message plainly says yes.",
        "Yes is known in English and by the words of `yes`; what cannot be determined is `uncarried`.",
        "True, false and null in arguments need not be named in the question.",
        "User messages inside the response are taken for the user's own.",
        "Outputs of tools are not checked.",
    )

    rules: str = ""
    """Rules as JSON text: an object of permitted, before, at_most, never, required."""
    extra_arguments: bool = False
    """Whether arguments that a schema neither names nor forbids are accepted."""
    confirmation: Literal["named", "asked"] = "named"
    """Whether a question must name the call, or any question with a yes is good for one call."""
    yes: str = ""
    """More beginnings of an answer that confirms, as a JSON list of texts."""

    def verify(self, record: Record, candidate: int) -> Found | NothingToVerify:
        """Check every call of the candidate against schemas, permissions and rules."""
        try:
            rules = declarations_for(record, candidate, self.name, self.rules, CallRules)
            made = made_calls(record.task, record.candidates[candidate])
            phrases = self._phrases()
        except TooManyCallsError as error:
            return Found(verdict=Uncarried(reason=str(error)))
        except InputError as error:
            return Found(verdict=VerifierError(reason=str(error)))
        if not made and not any(rule.required for rule in rules):
            return NothingToVerify(reason="no tool is called")
        if not record.task.tools and not rules:
            return NothingToVerify(reason="no tool is on offer and no rule is declared")
        return self._conclude(record, candidate, made, rules, phrases)

    def _conclude(
        self,
        record: Record,
        candidate: int,
        made: Sequence[MadeCall],
        rules: Sequence[CallRules],
        phrases: tuple[str, ...],
    ) -> Found:
        tools = {tool.name: tool for tool in record.task.tools}
        if len(tools) < len(record.task.tools):
            return Found(verdict=VerifierError(reason="two tools on offer have one name"))
        messages = conversation(record.task, record.candidates[candidate])
        # A fault is certain; what cannot be determined is reported only where there is no fault.
        untold = None
        for fault in self._faults(made, tools, rules, messages, phrases):
            if isinstance(fault.verdict, Fail):
                return Found(verdict=fault.verdict, step=fault.step)
            untold = untold or fault
        if untold:
            return Found(verdict=untold.verdict, step=untold.step)
        bare = sum(not tools[call.call.name].parameters for call in made) if tools else 0
        note = f"{len(made)} calls" + (f", {bare} of tools without a schema" if bare else "")
        return Found(verdict=Pass(), note=note)

    def cases(self) -> tuple[VerifierCase, ...]:
        """Its gold and counter-gold cases."""
        return _cases()

    def _phrases(self) -> tuple[str, ...]:
        try:
            more = msgspec.convert(read_value(self.yes), tuple[str, ...]) if self.yes else ()
        except msgspec.ValidationError as error:
            message = f"the option `yes` is not a list of texts: {error}"
            raise InputError(code="bad-declaration", message=message) from error
        return YES + tuple(phrase.casefold() for phrase in more if phrase.strip())

    def _faults(
        self,
        made: Sequence[MadeCall],
        tools: dict[str, Tool],
        rules: Sequence[CallRules],
        messages: Sequence[Message],
        phrases: tuple[str, ...],
    ) -> Iterator[CallFault]:
        to_confirm: list[tuple[MadeCall, Any]] = []
        for call in made:
            name = call.call.name
            try:
                value = read_value(call.call.arguments)
            except InputError as error:
                yield CallFault(unreadable(show(name), error), call.step)
                continue
            verdict = self._call_fault(name, value, tools, rules)
            if verdict:
                yield CallFault(verdict, call.step)
            elif tools and tools[name].permission == "needs_confirmation":
                to_confirm.append((call, value))
        yield from self._confirmation_faults(to_confirm, messages, phrases)
        for rule in rules:
            yield from order_faults(made, rule)

    def _call_fault(
        self, name: str, value: Any, tools: dict[str, Tool], rules: Sequence[CallRules]
    ) -> Fail | VerifierError | Timeout | None:
        """What is wrong with one call by itself."""
        if not isinstance(value, dict):
            return Fail(reason=f"{show(name)}: the arguments are not a JSON object")
        if tools and name not in tools:
            return Fail(reason=f"the tool {show(name)} is not on offer")
        if tools and tools[name].permission == "forbidden":
            return Fail(reason=f"the tool {show(name)} is forbidden")
        schema = tools[name].parameters if tools else ""
        try:
            fault = schema_fault(schema, value, closed=not self.extra_arguments)
        except InputError as error:
            return _unchecked_verdict(error, value, f"{show(name)}: ")
        if fault:
            return Fail(reason=f"{show(name)}: {fault}")
        faults = (value_fault(name, value, rule) for rule in rules)
        reason = next((fault for fault in faults if fault), None)
        return Fail(reason=reason) if reason else None

    def _confirmation_faults(
        self,
        to_confirm: Sequence[tuple[MadeCall, Any]],
        messages: Sequence[Message],
        phrases: tuple[str, ...],
    ) -> Iterator[CallFault]:
        named = self.confirmation == "named"
        # Calls behind the same number of user messages share one confirmation.
        users = list(accumulate((message.role == "user" for message in messages), initial=0))
        earlier: list[tuple[int, str, Any]] = []
        for call, value in to_confirm:
            name, spoken = call.call.name, users[call.messages_before]
            answer = confirmation_of(
                name, value, messages[: call.messages_before], phrases=phrases, named=named
            )
            if answer.state != "yes":
                kind = Fail if answer.state == "no" else Uncarried
                reason = f"{show(name)} needs confirmation: {answer.why}"
                yield CallFault(kind(reason=reason), call.step)
            elif any(
                spoken == when and (not named or (name == other and same(value, other_value)))
                for when, other, other_value in earlier
            ):
                reason = f"{show(name)} was confirmed for one call and is not the first"
                yield CallFault(Fail(reason=reason), call.step)
            earlier.append((spoken, name, value))


def _unchecked_verdict(error: InputError, value: Any, name: str) -> VerifierError | Timeout:
    if isinstance(error, BudgetError):
        return over_budget(error, len(json_text(value)), name)
    return VerifierError(reason=f"{name}{error.message}")


_SCHEMA = json_text(
    {
        "type": "object",
        "properties": {"order": {"type": "string"}, "euros": {"type": "number"}},
        "required": ["order", "euros"],
    }
)
_RIGHT = '{"euros":40,"order":"A12"}'
_ASKED = Message(role="assistant", content="Shall I refund 40 euros for order A12?")
_YES = Message(role="user", content="Yes, please.")


def _case(
    title: str,
    expected: CaseOutcome,
    *calls: ToolCall,
    permission: Literal["allowed", "needs_confirmation", "forbidden"] = "allowed",
    messages: tuple[Message, ...] = (),
    **options: Any,
) -> VerifierCase:
    task = Task(
        messages=(Message(role="user", content="My order A12 came broken."), *messages),
        tools=(Tool(name="refund", parameters=_SCHEMA, permission=permission),),
    )
    candidate = Candidate(
        content="Done.",
        provenance=MadeByModel(model="m"),
        work=tuple(Step(call=call) for call in calls),
    )
    record = Record(
        schema_version=1,
        part=Trajectory(),
        task=task,
        sources=(Source(source_class="own"),),
        candidates=(candidate,),
    )
    return VerifierCase(title=title, record=record, expected=expected, options=options)


def _cases() -> tuple[VerifierCase, ...]:
    right = ToolCall(name="refund", arguments=_RIGHT)

    def refund(arguments: str) -> ToolCall:
        return ToolCall(name="refund", arguments=arguments)

    def needing_confirmation(
        title: str, expected: CaseOutcome, *messages: Message, times: int = 1
    ) -> VerifierCase:
        calls = (right,) * times
        return _case(title, expected, *calls, permission="needs_confirmation", messages=messages)

    output = Message(role="tool", content="Yes, please.")
    no = Message(role="user", content="No, do not do that, yes?")
    twice = refund('{"euros":4,"euros":40,"order":"A12"}')
    return (
        _case("a call that fits", "pass", right),
        _case("a value of another type", "fail", refund('{"euros":"40","order":"A12"}')),
        _case("an argument that nobody named", "fail", refund(_RIGHT[:-1] + ',"to":"me"}')),
        _case("a key that appears twice", "fail", twice),
        _case("a forbidden tool", "fail", right, permission="forbidden"),
        _case("a tool that is not on offer", "fail", ToolCall(name="Refund", arguments=_RIGHT)),
        _case("one call too many", "fail", right, right, rules='{"at_most":{"refund":1}}'),
        needing_confirmation("a confirmed call", "pass", _ASKED, _YES),
        needing_confirmation("a tool's output that says yes", "fail", _ASKED, output),
        needing_confirmation("a refusal that says yes", "fail", _ASKED, no),
        needing_confirmation("one confirmation for two calls", "fail", _ASKED, _YES, times=2),
    )
