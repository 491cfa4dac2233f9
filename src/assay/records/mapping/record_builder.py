"""Building the record of a row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from assay.core.canonical import json_text, parse_json
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
from assay.records.mapping.repeat import compile_repeat
from assay.records.mapping.scope import ABSENT, RowScope, as_index, as_text
from assay.records.mapping.value import Evaluate, Value, compile_optional, compile_value
from assay.records.reader import RowContext
from assay.records.record import SCHEMA_VERSION, Record, Sensitivity, Source, sort_candidates
from assay.records.source_json import source_call, source_tool
from assay.records.task import Message, Task, Tool, ToolCall

Many = Callable[[RowScope], list[Any]]
"""Gives every piece that an entry of the mapping stands for."""


class Cast(msgspec.Struct, frozen=True):
    """The candidates of a record and the names by which the mapping refers to them."""

    by_name: Mapping[str, int]
    """Name -> place in the record."""
    by_place: Sequence[int]
    """Place in the mapping -> place in the record."""

    def place(self, name: Any) -> int:
        """The candidate's place in the record.

        Raises:
            InputError: if there is no such candidate.
        """
        text = as_text(name)
        if text in self.by_name:
            return self.by_name[text]
        if text.isascii() and text.isdecimal() and int(text) < len(self.by_place):
            return self.by_place[int(text)]
        raise InputError(
            code="unknown-candidate",
            message=f"the record has no candidate {text!r}",
            hint=f"it has {len(self.by_place)}; names: {', '.join(self.by_name) or 'none'}",
        )


class _Named(msgspec.Struct, frozen=True):
    name: str | None
    candidate: Candidate
    source: Source | None


class RecordBuilder:
    """Builds the record that a mapping describes; compiled once, used for every row."""

    def __init__(self, record: doc.RecordMap, kind: str) -> None:
        self._kind = kind
        self._map = record
        self._key = text_or_none(record.key)
        self._family = text_or_none(record.family)
        self._capability = text_or_none(record.capability)
        self._messages = many(record.messages, _message)
        self._tools = many(record.tools, _tool)
        self._initial_state = json_or_none(record.initial_state)
        self._taxonomy = {axis: compile_value(value) for axis, value in record.taxonomy.items()}
        self._evidence = [
            (entry, compile_repeat(entry), _evidence(entry)) for entry in record.evidence
        ]
        self._part = _part(record.part)
        self._sensitivity = _sensitivity(record.sensitivity)
        self._locator = text_or_none(record.locator)
        self._candidates = [
            (compile_repeat(entry), _candidate(entry)) for entry in record.candidates
        ]

    def build(self, scope: RowScope, context: RowContext) -> tuple[Record, Cast]:
        """The record of a row, and the names of its candidates.

        Raises:
            InputError: if the row does not give what the mapping asks for.
        """
        named = [
            make(inner, context) for repeat, make in self._candidates for inner in repeat(scope)
        ]
        candidates = tuple(each.candidate for each in named)
        moved = list(range(len(named)))
        if self._kind == "preference":
            candidates, moved = sort_candidates(candidates)
        cast = Cast(
            {each.name: at for each, at in zip(named, moved, strict=True) if each.name}, moved
        )
        evidence, evidence_sources = self._build_evidence(scope, cast)
        parts = [
            msgspec.structs.replace(each.source, part=f"/candidates/{at}")
            for each, at in zip(named, moved, strict=True)
            if each.source
        ]
        record = Record(
            schema_version=SCHEMA_VERSION,
            part=self._build_part(scope, cast),
            task=self._task(scope),
            sources=(*self._whole(scope, context), *parts, *evidence_sources),
            candidates=candidates,
            evidence=evidence,
            sensitivity=self._sensitivity(scope),
            key=self._key(scope),
        )
        return record, cast

    def _task(self, scope: RowScope) -> Task:
        axes = ((axis, evaluate(scope)) for axis, evaluate in self._taxonomy.items())
        return Task(
            messages=tuple(self._messages(scope)),
            tools=tuple(self._tools(scope)),
            initial_state=self._initial_state(scope),
            taxonomy={axis: as_text(value) for axis, value in axes if value is not ABSENT},
            capability=self._capability(scope),
            family=self._family(scope),
        )

    def _whole(self, scope: RowScope, context: RowContext) -> list[Source]:
        whole = Source(source_class=context.source_class, locator=self._locator(scope))
        task = self._map.task_source
        return [whole, Source(source_class=task, part="/task")] if task else [whole]

    def _build_evidence(
        self, scope: RowScope, cast: Cast
    ) -> tuple[tuple[Evidence, ...], list[Source]]:
        pieces: list[Evidence] = []
        sources: list[Source] = []
        for entry, repeat, make in self._evidence:
            for inner in repeat(scope):
                if entry.source:
                    part = f"/evidence/{len(pieces)}"
                    sources.append(Source(source_class=entry.source, part=part))
                pieces.append(make(inner, cast))
        return tuple(pieces), sources

    def _build_part(self, scope: RowScope, cast: Cast) -> Part:
        fields = self._part(scope)
        for name in ("subject", "revision"):
            if name in fields:
                fields[name] = cast.place(fields[name])
        try:
            return msgspec.convert({"kind": self._kind, **fields}, KINDS[self._kind])
        except msgspec.ValidationError as error:
            raise InputError(
                code="wrong-type", message=f"the kind's own part: {error}", where="part"
            ) from error


def many(entries: Sequence[Any], make: Callable[[Any], Callable[[RowScope], Any]]) -> Many:
    """The function that reads several entries, each as often as its loops say."""
    compiled = [(compile_repeat(entry), make(entry)) for entry in entries]
    return lambda scope: [
        piece
        for repeat, build in compiled
        for inner in repeat(scope)
        if (piece := build(inner)) is not None
    ]


def text_or_none(value: Value | None) -> Callable[[RowScope], str | None]:
    """The function that gives a value as text, or None where it is absent."""
    evaluate = compile_optional(value)

    def read(scope: RowScope) -> str | None:
        found = evaluate(scope)
        return None if found is ABSENT else as_text(found)

    return read


def json_or_none(value: Value | None) -> Callable[[RowScope], str | None]:
    """The function that gives a value as canonical JSON text; text is parsed first."""
    evaluate = compile_optional(value)

    def read(scope: RowScope) -> str | None:
        found = evaluate(scope)
        if found is ABSENT:
            return None
        return json_text(parse_json(found) if isinstance(found, str) else found)

    return read


def index_or_none(value: Value | None, what: str) -> Callable[[RowScope], int | None]:
    """The function that gives a value as a whole number from 0, or None where it is absent."""
    evaluate = compile_optional(value)

    def read(scope: RowScope) -> int | None:
        found = evaluate(scope)
        return None if found is ABSENT else as_index(found, what)

    return read


def _call(entry: doc.CallMap) -> Callable[[RowScope], ToolCall]:
    name, arguments, identity = (
        compile_value(entry.name), compile_optional(entry.arguments), text_or_none(entry.id)
    )  # fmt: skip

    def build(scope: RowScope) -> ToolCall:
        stated = arguments(scope)
        return source_call(
            as_text(name(scope)), None if stated is ABSENT else stated, identity(scope)
        )

    return build


def _message(entry: doc.Speech) -> Callable[[RowScope], Message | None]:
    role, content = entry.spoken()
    stated_role, stated = compile_value(role), compile_value(content)
    name, answers = text_or_none(entry.name), text_or_none(entry.answers)
    calls = many(entry.calls, _call)

    def build(scope: RowScope) -> Message | None:
        text = stated(scope)
        made = tuple(calls(scope))
        if text is ABSENT and not made:
            return None
        return Message(
            role=stated_role(scope),
            content="" if text is ABSENT else as_text(text),
            name=name(scope),
            tool_calls=made,
            tool_call_id=answers(scope),
        )

    return build


def _tool(entry: doc.ToolMap) -> Callable[[RowScope], Tool]:
    name, description = compile_value(entry.name), text_or_none(entry.description)
    parameters, permission = map(compile_optional, (entry.parameters, entry.permission))

    def build(scope: RowScope) -> Tool:
        allowed, schema = permission(scope), parameters(scope)
        tool = source_tool(
            as_text(name(scope)), description(scope) or "", "" if schema is ABSENT else schema
        )
        return tool if allowed is ABSENT else msgspec.structs.replace(tool, permission=allowed)

    return build


def _step(entry: doc.WorkStep) -> Callable[[RowScope], Step]:
    text, output, state = (
        text_or_none(entry.text), text_or_none(entry.output), json_or_none(entry.state)
    )  # fmt: skip
    call = _call(entry.call) if entry.call else None
    return lambda scope: Step(
        text=text(scope) or "",
        call=call(scope) if call else None,
        output=output(scope),
        state=state(scope),
    )


def _candidate(entry: doc.CandidateMap) -> Callable[[RowScope, RowContext], _Named]:
    name, locator = text_or_none(entry.name), text_or_none(entry.locator)
    content = (
        many(entry.content, _message)
        if isinstance(entry.content, tuple)
        else compile_value(entry.content)
    )
    maker, work, state = _maker(entry), many(entry.work, _step), json_or_none(entry.state_after)

    def build(scope: RowScope, context: RowContext) -> _Named:
        said = content(scope)
        candidate = Candidate(
            content=tuple(said) if isinstance(entry.content, tuple) else as_text(said),
            provenance=maker(scope, context),
            work=tuple(work(scope)),
            state_after=state(scope),
        )
        source = Source(source_class=entry.source, locator=locator(scope)) if entry.source else None
        return _Named(name(scope), candidate, source)

    return build


def _maker(entry: doc.CandidateMap) -> Callable[[RowScope, RowContext], Provenance]:
    if entry.model is not None:
        model, revision = compile_value(entry.model), text_or_none(entry.revision)
        parameters = json_or_none(entry.parameters)
        return lambda scope, _: MadeByModel(
            model=as_text(model(scope)), revision=revision(scope), parameters=parameters(scope)
        )
    if entry.person is not None:
        person = compile_value(entry.person)
        return lambda scope, context: MadeByPerson(
            pseudonym=context.pseudonym(as_text(person(scope))), role=entry.role
        )
    if entry.edit_of is not None:
        original, editor = compile_value(entry.edit_of), text_or_none(entry.editor)

        def made_by_edit(scope: RowScope, context: RowContext) -> Provenance:
            who = editor(scope)
            return MadeByEdit(
                original=as_text(original(scope)), editor=context.pseudonym(who) if who else None
            )

        return made_by_edit
    reason = compile_optional(entry.unknown)
    return lambda scope, _: MadeByUnknown(reason=as_text(reason(scope)))


def _evidence(entry: doc.EvidenceMap) -> Callable[[RowScope, Cast], Evidence]:
    locator, text, quote = map(text_or_none, (entry.locator, entry.text, entry.quote))
    digest, missing = text_or_none(entry.digest), text_or_none(entry.missing)
    step = index_or_none(entry.step, "the step of a piece of evidence")
    candidate = compile_optional(entry.candidate)

    def build(scope: RowScope, cast: Cast) -> Evidence:
        whose = candidate(scope)
        return Evidence(
            kind=entry.kind,
            locator=locator(scope),
            text=text(scope),
            quote=quote(scope),
            digest=digest(scope),
            missing=missing(scope),
            candidate=None if whose is ABSENT else cast.place(whose),
            step=step(scope),
            dimensions=entry.dimensions,
        )

    return build


def _part(part: doc.KindPart) -> Callable[[RowScope], dict[str, Any]]:
    plain = {
        name: compile_value(value)
        for name in ("answer", "reference", "criterion", "expected", "strategy", "outcome",
                     "severity", "subject", "revision")
        if (value := getattr(part, name)) is not None
    }  # fmt: skip
    numbers = {
        name: index_or_none(getattr(part, name), name)
        for name in ("attempts", "successes")
        if getattr(part, name) is not None
    }
    lists = {
        name: [compile_value(value) for value in getattr(part, name)]
        for name in ("sections", "boundaries")
    }
    expected_calls = many(part.expected_calls, _expected_call)
    expected_state = json_or_none(part.expected_state)

    def build(scope: RowScope) -> dict[str, Any]:
        fields: dict[str, Any] = {name: read(scope) for name, read in numbers.items()}
        for name, evaluate in plain.items():
            value = evaluate(scope)
            if value is not ABSENT:
                fields[name] = as_text(value)
        for name, each in lists.items():
            found = [value for evaluate in each if (value := evaluate(scope)) is not ABSENT]
            fields |= {name: [as_text(value) for value in found]} if found else {}
        calls = expected_calls(scope)
        fields |= {"expected_calls": calls} if calls else {}
        state = expected_state(scope)
        return fields | ({"expected_state": state} if state is not None else {})

    return build


def _expected_call(entry: doc.ExpectedCallMap) -> Callable[[RowScope], dict[str, Any]]:
    name, arguments = compile_value(entry.name), json_or_none(entry.arguments)
    turn = index_or_none(entry.turn, "the turn of an expected call")
    return lambda scope: {
        "name": as_text(name(scope)), "arguments": arguments(scope) or "{}", "turn": turn(scope)
    }  # fmt: skip


def _sensitivity(entry: doc.SensitivityMap | None) -> Callable[[RowScope], Sensitivity | None]:
    if entry is None:
        return lambda _: None
    categories: list[Evaluate] = [compile_value(value) for value in entry.categories]
    severity, personal = compile_optional(entry.severity), entry.personal

    def build(scope: RowScope) -> Sensitivity | None:
        named = [value for each in categories if (value := each(scope)) is not ABSENT]
        how_bad = severity(scope)
        if not named and how_bad is ABSENT and not personal:
            return None
        return Sensitivity(
            categories=tuple(map(as_text, named)),
            severity=None if how_bad is ABSENT else how_bad,
            personal=personal,
        )

    return build
