"""Building the record of a row."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from assay.core.errors import InputError
from assay.records.candidate import (
    Candidate,
    MadeByEdit,
    MadeByModel,
    MadeByPerson,
    MadeByUnknown,
    Provenance,
    Step,
)
from assay.records.evidence import Evidence
from assay.records.kinds import KINDS, Part
from assay.records.mapping import record_map as doc
from assay.records.mapping.about import Cast
from assay.records.mapping.evaluate import Evaluate, compile_optional, compile_value
from assay.records.mapping.message_builder import (
    ONE_RESPONSE,
    Messages,
    Responses,
    compile_absences,
    compile_call,
    compile_call_text,
    compile_conversation,
    compile_messages,
    compile_tool,
)
from assay.records.mapping.read_text import index_or_none, is_so, json_or_none, many, text_or_none
from assay.records.mapping.repeat import compile_condition, compile_repeat
from assay.records.mapping.scope import ABSENT, RowScope, as_text
from assay.records.reader import RowContext
from assay.records.record import SCHEMA_VERSION, Record, Sensitivity, Source, sort_candidates
from assay.records.source_json import exact_json_text
from assay.records.task import Message, Task

SENTINEL_AXIS = {doc.SENTINEL: "planted"}
"""What keeps the sentinels of a source apart from its other records in every report."""


class _Named(msgspec.Struct, frozen=True):
    name: str | None
    candidate: Candidate
    source: Source | None
    missing: str | None


class RecordBuilder:
    """Builds the record that a mapping describes; compiled once, used for every row."""

    def __init__(self, record: doc.RecordMap, kind: str) -> None:
        self._kind = kind
        self._task_source = record.task_source
        self._holds = compile_condition(record, "record")
        self._key = text_or_none(record.key, "record.key")
        self._family = text_or_none(record.family, "record.family")
        self._capability = text_or_none(record.capability, "record.capability")
        self._messages = compile_messages(record.messages, "record.messages")
        self._absences = compile_absences(record.messages, "record.messages")
        self._conversation = (
            compile_conversation(record.conversation, "record.conversation")
            if record.conversation
            else None
        )
        # A message that the mapping names by itself is meant, even where a person repeats it.
        self._task_is_a_list = bool(
            record.conversation or (record.messages and record.messages[-1].loops)
        )
        self._tools = many(record.tools, compile_tool, "record.tools")
        self._initial_state = json_or_none(record.initial_state, "record.initial_state")
        self._taxonomy = [
            (axis, compile_value(value, f"record.taxonomy.{axis}"))
            for axis, value in record.taxonomy.items()
        ]
        self._is_sentinel = (
            compile_condition(record.sentinel, "record.sentinel") if record.sentinel else None
        )
        self._evidence = [
            (entry.source, compile_repeat(entry, field), _evidence(entry, field))
            for entry, field in _with_places(record.evidence, "record.evidence")
        ]
        self._part = _part(record.part)
        self._sensitivity = _sensitivity(record.sensitivity)
        self._locator = text_or_none(record.locator, "record.locator")
        self._candidates = [
            (compile_repeat(entry, field), _candidate(entry, field))
            for entry, field in _with_places(record.candidates, "record.candidates")
        ]

    def build(self, scope: RowScope, context: RowContext) -> tuple[Record, Cast] | None:
        """The record of a row and the names of its candidates; None where its condition fails.

        Raises:
            InputError: if the row does not give what the mapping asks for.
        """
        if self._holds is not None and not self._holds(scope):
            return None
        messages, responses = self._messages(scope), _NO_RESPONSES
        if self._conversation is not None:
            turns, responses = self._conversation(scope)
            messages = [*messages, *turns]
        named = [
            make(inner, context, responses)
            for repeat, make in self._candidates
            for inner in repeat(scope)
        ]
        candidates = tuple(entry.candidate for entry in named)
        if self._task_is_a_list:
            _refuse_response_in_task(messages, candidates)
        moved = list(range(len(named)))
        if self._kind == "preference":
            candidates, moved = sort_candidates(candidates)
        cast = Cast(
            {entry.name: at for entry, at in zip(named, moved, strict=True) if entry.name}, moved
        )
        evidence, evidence_sources = self._build_evidence(scope, cast)
        evidence += _absences(self._absences(scope), named, moved)
        parts = [
            msgspec.structs.replace(entry.source, part=f"/candidates/{at}")
            for entry, at in zip(named, moved, strict=True)
            if entry.source
        ]
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=self._build_part(scope, cast),
            task=self._task(scope, messages),
            sources=(*self._whole(scope, context), *parts, *evidence_sources),
            candidates=candidates,
            evidence=tuple(evidence),
            sensitivity=self._sensitivity(scope),
            key=self._key(scope),
        )
        return record, cast

    def _task(self, scope: RowScope, messages: Sequence[Message]) -> Task:
        axes = ((axis, evaluate(scope)) for axis, evaluate in self._taxonomy)
        taxonomy = {axis: as_text(value) for axis, value in axes if value is not ABSENT}
        if self._is_sentinel is not None and self._is_sentinel(scope):
            taxonomy |= SENTINEL_AXIS
        return Task(
            messages=tuple(messages),
            tools=tuple(self._tools(scope)),
            initial_state=self._initial_state(scope),
            taxonomy=taxonomy,
            capability=self._capability(scope),
            family=self._family(scope),
        )

    def _whole(self, scope: RowScope, context: RowContext) -> list[Source]:
        whole = Source(source_class=context.source_class, locator=self._locator(scope))
        if self._task_source is None:
            return [whole]
        return [whole, Source(source_class=self._task_source, part="/task")]

    def _build_evidence(self, scope: RowScope, cast: Cast) -> tuple[list[Evidence], list[Source]]:
        pieces: list[Evidence] = []
        sources: list[Source] = []
        for source, repeat, make in self._evidence:
            for inner in repeat(scope):
                if source:
                    sources.append(Source(source_class=source, part=f"/evidence/{len(pieces)}"))
                pieces.append(make(inner, cast))
        return pieces, sources

    def _build_part(self, scope: RowScope, cast: Cast) -> Part:
        fields = self._part(scope)
        for name in ("subject", "revision"):
            if name in fields:
                fields[name] = cast.place(fields[name])
        try:
            return msgspec.convert({"kind": self._kind, **fields}, KINDS[self._kind])
        except msgspec.ValidationError as error:
            raise InputError(
                code="wrong-type",
                message=f"the kind's own part: {error}",
                where="record.part",
                hint="correct the mapping's `part`, or fix the row",
            ) from error


_NO_RESPONSES: Responses = {}


def _refuse_response_in_task(messages: Sequence[Message], candidates: Sequence[Candidate]) -> None:
    """Refuse a task that ends with the response: the answer would stand in the prompt."""
    last = messages[-1] if messages else None
    if last is None or last.role != "assistant" or not last.content:
        return
    if any(candidate.content == last.content for candidate in candidates):
        raise InputError(
            code="response-in-task",
            message="the task ends with the response itself",
            where="record.messages",
            hint="read the list as a `conversation` with `response: last`, or leave its last item "
            "out by a path such as `$.turns[:-1]`",
        )


def _with_places(entries: Sequence[Any], field: str) -> list[tuple[Any, str]]:
    """Entries, each with its place in the mapping."""
    return [(entry, f"{field}[{number}]") for number, entry in enumerate(entries)]


def _absences(
    messages: Sequence[str], named: Sequence[_Named], moved: Sequence[int]
) -> list[Evidence]:
    """Evidence that says which texts are not held, and why."""
    pieces = [Evidence(kind="source", missing=reason) for reason in messages]
    return pieces + [
        Evidence(kind="source", missing=entry.missing, candidate=at)
        for entry, at in zip(named, moved, strict=True)
        if entry.missing is not None
    ]


def _step(entry: doc.WorkStep, field: str) -> Callable[[RowScope], Step]:
    text, output = (
        text_or_none(entry.text, f"{field}.text"),
        text_or_none(entry.output, f"{field}.output"),
    )
    state = json_or_none(entry.state, f"{field}.state")
    call = compile_call(entry.call, f"{field}.call") if entry.call else None
    return lambda scope: Step(
        text=text(scope) or "",
        call=call(scope) if call else None,
        output=output(scope),
        state=state(scope),
    )


_MakeCandidate = Callable[[RowScope, RowContext, Responses], _Named]


def _candidate(entry: doc.CandidateMap, field: str) -> _MakeCandidate:
    name = text_or_none(entry.name, f"{field}.name")
    locator = text_or_none(entry.locator, f"{field}.locator")
    content = _content(entry, f"{field}.content")
    missing = text_or_none(entry.missing, f"{field}.missing")
    maker = _maker(entry, field)
    work = many(entry.work, _step, f"{field}.work")
    state = json_or_none(entry.state_after, f"{field}.state_after")
    source_class = entry.source

    def build(scope: RowScope, context: RowContext, responses: Responses) -> _Named:
        own_name = name(scope)
        candidate = Candidate(
            content=content(scope, responses, own_name),
            provenance=maker(scope, context),
            work=tuple(work(scope)),
            state_after=state(scope),
        )
        source = None
        if source_class:
            source = Source(source_class=source_class, locator=locator(scope))
        return _Named(own_name, candidate, source, missing(scope))

    return build


_Content = Callable[[RowScope, Responses, str | None], str | tuple[Message, ...]]


def _content(entry: doc.CandidateMap, field: str) -> _Content:
    if isinstance(entry.content, tuple):
        messages: Messages = compile_messages(entry.content, field)
        return lambda scope, _responses, _name: tuple(messages(scope))
    if entry.missing is not None:
        return lambda _scope, _responses, _name: ""
    if entry.content is None:
        return lambda _scope, responses, name: _response(responses, name, field)
    evaluate = compile_value(entry.content, field)

    def read(scope: RowScope, _responses: Responses, _name: str | None) -> str:
        value = evaluate(scope)
        if value is ABSENT:
            raise InputError(
                code="missing-value",
                message="the response is absent",
                where=field,
                hint="fix the row, or give `missing` with the reason why it is not here",
            )
        return as_text(value)

    return read


def _response(responses: Responses, name: str | None, field: str) -> str | tuple[Message, ...]:
    """The response of the conversation; one plain message is a text."""
    response = responses.get(ONE_RESPONSE)
    if response is None:
        response = responses.get(name or "")
    if response is None:
        raise InputError(
            code="unknown-candidate",
            message=f"the conversation has no list called {name!r}",
            where=field,
            hint=f"name the candidate after one of its lists: {', '.join(responses)}",
        )
    only = response[0]
    is_plain = len(response) == 1 and only == Message(role="assistant", content=only.content)
    return only.content if is_plain else response


def _maker(entry: doc.CandidateMap, field: str) -> Callable[[RowScope, RowContext], Provenance]:
    if entry.model is not None:
        model = compile_value(entry.model, f"{field}.model")
        revision = text_or_none(entry.revision, f"{field}.revision")
        parameters = json_or_none(entry.parameters, f"{field}.parameters")
        return lambda scope, _: MadeByModel(
            model=as_text(model(scope)), revision=revision(scope), parameters=parameters(scope)
        )
    if entry.person is not None:
        person, role = compile_value(entry.person, f"{field}.person"), entry.role
        return lambda scope, context: MadeByPerson(
            pseudonym=context.pseudonym(as_text(person(scope))), role=role
        )
    if entry.edit_of is not None:
        original = compile_value(entry.edit_of, f"{field}.edit_of")
        editor = text_or_none(entry.editor, f"{field}.editor")

        def made_by_edit(scope: RowScope, context: RowContext) -> Provenance:
            who = editor(scope)
            return MadeByEdit(
                original=as_text(original(scope)), editor=context.pseudonym(who) if who else None
            )

        return made_by_edit
    reason = compile_optional(entry.unknown, f"{field}.unknown")
    return lambda scope, _: MadeByUnknown(reason=as_text(reason(scope)))


def _evidence(entry: doc.EvidenceMap, field: str) -> Callable[[RowScope, Cast], Evidence]:
    texts = {
        name: text_or_none(getattr(entry, name), f"{field}.{name}")
        for name in ("locator", "text", "quote", "digest", "missing")
        if getattr(entry, name) is not None
    }
    step = index_or_none(entry.step, f"{field}.step")
    candidate = compile_optional(entry.candidate, f"{field}.candidate")
    kind, dimensions = entry.kind, entry.dimensions

    def build(scope: RowScope, cast: Cast) -> Evidence:
        whose = candidate(scope)
        return Evidence(
            kind=kind,
            candidate=None if whose is ABSENT else cast.place(whose),
            step=step(scope),
            dimensions=dimensions,
            **{name: read(scope) for name, read in texts.items()},
        )

    return build


def _part(part: doc.KindPart) -> Callable[[RowScope], dict[str, Any]]:
    plain = {
        name: text_or_none(value, f"record.part.{name}")
        for name in ("answer", "reference", "criterion", "expected", "strategy", "outcome",
                     "severity", "subject", "revision")
        if (value := getattr(part, name)) is not None
    }  # fmt: skip
    numbers = {
        name: index_or_none(getattr(part, name), f"record.part.{name}")
        for name in ("attempts", "successes")
        if getattr(part, name) is not None
    }
    lists = {
        name: [text_or_none(value, f"record.part.{name}") for value in values]
        for name in ("sections", "boundaries")
        if (values := getattr(part, name))
    }
    expected_calls = many(part.expected_calls, _expected_call, "record.part.expected_calls")
    expected_state = json_or_none(part.expected_state, "record.part.expected_state")
    no_call = is_so(part.no_call, "record.part.no_call")

    def build(scope: RowScope) -> dict[str, Any]:
        fields: dict[str, Any] = {name: read(scope) for name, read in numbers.items()}
        for name, read in plain.items():
            text = read(scope)
            if text is not None:
                fields[name] = text
        for name, readers in lists.items():
            texts = [text for read in readers if (text := read(scope)) is not None]
            if texts:
                fields[name] = texts
        calls, state = expected_calls(scope), expected_state(scope)
        if calls:
            fields["expected_calls"] = calls
        if state is not None:
            fields["expected_state"] = state
        if no_call(scope):
            fields["no_call"] = True
        return fields

    return build


def _expected_call(entry: doc.ExpectedCallMap, field: str) -> Callable[[RowScope], dict[str, Any]]:
    turn = index_or_none(entry.turn, f"{field}.turn")
    if entry.text is not None:
        parse = compile_call_text(entry.text, f"{field}.text")

        def from_text(scope: RowScope) -> dict[str, Any]:
            tool, arguments_of_call = parse(scope)
            accepted = {argument: [value] for argument, value in arguments_of_call.items()}
            return {"name": tool, "arguments": exact_json_text(accepted), "turn": turn(scope)}

        return from_text
    name = compile_optional(entry.name, f"{field}.name")
    arguments = json_or_none(entry.arguments, f"{field}.arguments", exact_json_text)
    return lambda scope: {
        "name": as_text(name(scope)), "arguments": arguments(scope) or "{}", "turn": turn(scope)
    }  # fmt: skip


def _sensitivity(entry: doc.SensitivityMap | None) -> Callable[[RowScope], Sensitivity | None]:
    if entry is None:
        return lambda _: None
    categories: list[Evaluate] = [
        compile_value(value, "record.sensitivity.categories") for value in entry.categories
    ]
    severity = compile_optional(entry.severity, "record.sensitivity.severity")
    personal = entry.personal

    def build(scope: RowScope) -> Sensitivity | None:
        named = [value for read in categories if (value := read(scope)) is not ABSENT]
        how_bad = severity(scope)
        if not named and how_bad is ABSENT and not personal:
            return None
        return Sensitivity(
            categories=tuple(map(as_text, named)),
            severity=None if how_bad is ABSENT else how_bad,
            personal=personal,
        )

    return build
