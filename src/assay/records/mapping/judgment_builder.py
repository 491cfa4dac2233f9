"""Building the judgments that a row holds about its record."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from assay.core.errors import InputError
from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.judgment import (
    Action,
    Judgment,
    LocalizedError,
    Reason,
    Reviewer,
    SectionRuling,
    StepLabel,
    Unanchored,
    Whole,
)
from assay.records.mapping import judgment_map as doc
from assay.records.mapping.anchor import anchor_marked, anchor_offsets
from assay.records.mapping.opinion import to_score, to_verdict
from assay.records.mapping.pieces import CandidateName
from assay.records.mapping.record_builder import Cast, index_or_none, text_or_none
from assay.records.mapping.repeat import compile_repeat
from assay.records.mapping.scope import ABSENT, RowScope, as_index, as_integer, as_text
from assay.records.mapping.value import compile_optional, compile_value
from assay.records.reader import Recurrence, RowContext
from assay.records.record import Record
from assay.records.verdict import DimensionScore, NotAsked


class About:
    """The record that a judgment is about, with the names of its candidates."""

    __slots__ = ("cast", "id", "record")

    def __init__(self, record: Record, cast: Cast) -> None:
        self.record = record
        self.cast = cast
        self.id = record.id


_PLAIN = Recurrence()

Piece = Callable[[RowScope, About], Any]
"""Builds one piece of a judgment; None where the row has nothing for it."""


class JudgmentBuilder:
    """Builds the judgments of one entry of a mapping; compiled once, used for every row."""

    def __init__(self, judgment: doc.JudgmentMap) -> None:
        self._map = judgment
        self._repeat = compile_repeat(judgment)
        self._reviewer = _reviewer(judgment.reviewer)
        self._verdict = compile_optional(judgment.verdict)
        self._scores = _pieces(judgment.scores, _score)
        self._reasons = _pieces(judgment.reasons, _reason)
        self._errors = _pieces(judgment.errors or (), _error)
        self._labels = _step_labels(judgment.step_labels)
        self._rulings = _pieces(judgment.rulings, _ruling)
        self._order = [compile_value(name) for name in judgment.order or ()]
        self._guideline = text_or_none(judgment.guideline)
        self._active = _active(judgment)
        self._judged_at = text_or_none(judgment.judged_at)
        self._occasion = index_or_none(judgment.occasion, "the occasion")
        self._flags = {name: text_or_none(value) for name, value in judgment.flags.items()}

    def build(
        self, scope: RowScope, about: About, context: RowContext
    ) -> Iterator[tuple[Judgment, Recurrence]]:
        """The judgments of a row; none where no verdict was given though one is asked for.

        Raises:
            InputError: if the row does not give what the mapping asks for.
        """
        for inner in self._repeat(scope):
            stated = self._verdict(inner)
            if stated is ABSENT and self._map.verdict is not None:
                continue
            judgment = Judgment(
                record=about.id,
                reviewer=self._reviewer(inner, context),
                verdict=NotAsked() if stated is ABSENT else to_verdict(stated, about.cast.place),
                scores=tuple(self._scores(inner, about)),
                reasons=tuple(self._reasons(inner, about)),
                errors=None if self._map.errors is None else tuple(self._errors(inner, about)),
                step_labels=tuple(self._labels(inner, about)),
                rulings=tuple(self._rulings(inner, about)),
                order=self._presented(inner, about),
                guideline=self._guideline(inner),
                visible=self._map.visible,
                active_ms=self._active(inner),
                judged_at=self._judged_at(inner),
                occasion=self._occasion(inner) or 0,
                source_flags={
                    name: text for name, flag in self._flags.items() if (text := flag(inner))
                },
            )
            yield judgment, self._recurrence(inner)

    def _recurrence(self, scope: RowScope) -> Recurrence:
        if not self._map.once and self._map.occasion is None:
            return _PLAIN
        return Recurrence(
            once=", ".join(f"{name} {_vote_part(scope, name)!r}" for name in self._map.once),
            numbered=self._map.occasion is not None,
        )

    def _presented(self, scope: RowScope, about: About) -> tuple[int, ...] | None:
        if self._map.order is None:
            return None
        return tuple(about.cast.place(name(scope)) for name in self._order)


def _vote_part(scope: RowScope, name: str) -> str:
    value = scope.find(name)
    if value is ABSENT:
        raise InputError(
            code="missing-column",
            message=f"the row has no {name!r}, which names its vote",
            where=name,
            hint="check the names under `once` in the mapping",
        )
    return as_text(value)


def _pieces(
    entries: tuple[Any, ...], make: Callable[[Any], Piece]
) -> Callable[[RowScope, About], list[Any]]:
    compiled = [(compile_repeat(entry), make(entry)) for entry in entries]
    return lambda scope, about: [
        piece
        for repeat, build in compiled
        for inner in repeat(scope)
        if (piece := build(inner, about)) is not None
    ]


def _place(name: CandidateName | None) -> Callable[[RowScope, About], int | None]:
    if name is None:
        return lambda _scope, _about: None
    evaluate = compile_value(name)
    return lambda scope, about: about.cast.place(evaluate(scope))


def _reviewer(entry: doc.ReviewerMap) -> Callable[[RowScope, RowContext], Reviewer]:
    who = compile_value(entry.person if entry.person is not None else entry.model or "")
    qualification = text_or_none(entry.qualification)
    groups = {name: compile_value(value) for name, value in entry.groups.items()}

    def build(scope: RowScope, context: RowContext) -> Reviewer:
        found = ((name, evaluate(scope)) for name, evaluate in groups.items())
        if entry.unnamed is not None:
            pseudonym = f"{context.source_class}: {entry.unnamed}"
        else:
            raw = as_text(who(scope))
            pseudonym = context.pseudonym(raw) if entry.person is not None else raw
        return Reviewer(
            pseudonym=pseudonym,
            kind="unknown" if entry.unnamed is not None else "human" if entry.person else "model",
            role=entry.role,
            qualification=qualification(scope),
            groups={name: as_text(value) for name, value in found if value is not ABSENT},
        )

    return build


def _score(entry: doc.ScoreMap) -> Piece:
    dimension, candidate = compile_value(entry.dimension), _place(entry.candidate)
    number = entry.number is not None
    stated = compile_optional(entry.number if number else entry.category)

    def build(scope: RowScope, about: About) -> DimensionScore | None:
        value = stated(scope)
        if value is ABSENT:
            return None
        return DimensionScore(
            dimension=as_text(dimension(scope)),
            score=to_score(value, number=number),
            candidate=candidate(scope, about),
        )

    return build


def _reason(entry: doc.ReasonMap) -> Piece:
    text, dimension, code = map(text_or_none, (entry.text, entry.dimension, entry.code))
    candidate = _place(entry.candidate)

    def build(scope: RowScope, about: About) -> Reason | None:
        said = text(scope)
        if said is None:
            return None
        return Reason(
            text=said,
            dimension=dimension(scope),
            code=code(scope),
            candidate=candidate(scope, about),
        )

    return build


def _error(entry: doc.ErrorMap) -> Piece:
    place, severity = _error_place(entry), compile_optional(entry.severity)
    category, source_severity = compile_value(entry.category), text_or_none(entry.source_severity)
    correction, verification, note = map(
        text_or_none, (entry.correction, entry.verification, entry.note)
    )

    def build(scope: RowScope, about: About) -> LocalizedError:
        how_bad = severity(scope)
        return LocalizedError(
            place=place(scope, about),
            category=as_text(category(scope)),
            severity=None if how_bad is ABSENT else how_bad,
            source_severity=source_severity(scope),
            correction=correction(scope),
            verification=verification(scope),
            note=note(scope),
        )

    return build


def _error_place(entry: doc.ErrorMap) -> Callable[[RowScope, About], Any]:
    if entry.span is not None:
        return _span(entry.span)
    candidate = _place(entry.candidate)
    step = index_or_none(entry.step, "the step at fault")

    def build(scope: RowScope, about: About) -> Action | Whole:
        whose = candidate(scope, about) or 0
        where = step(scope)
        return Whole(candidate=whose) if where is None else Action(candidate=whose, step=where)

    return build


def _span(entry: doc.SpanMap) -> Callable[[RowScope, About], TextSpan | Unanchored]:
    pointer = _pointer(entry.within)
    if entry.marked is not None:
        marks = entry.marked
        marked = compile_value(marks.text)

        def between(scope: RowScope, about: About) -> TextSpan | Unanchored:
            at = pointer(scope, about)
            return anchor_marked(
                at,
                _text(about.record, at),
                marked=as_text(marked(scope)),
                opening=marks.open,
                closing=marks.close,
            )

        return between
    quote = text_or_none(entry.quote)
    start, end = compile_optional(entry.start), compile_optional(entry.end)

    def counted(scope: RowScope, about: About) -> TextSpan | Unanchored:
        at, words = pointer(scope, about), quote(scope)
        first, last = start(scope), end(scope)
        try:
            stated = None if first is ABSENT else (_offset(first), _offset(last))
        except InputError as error:
            said = f"{words or ''} [{as_text(first)}:{as_text(last)}]".strip()
            return Unanchored(stated=said, reason=error.message)
        return anchor_offsets(
            at, _text(about.record, at), quote=words, stated=stated, conventions=entry.offsets
        )

    return counted


def _offset(value: Any) -> int:
    return as_integer(value, "an offset")


def _pointer(within: str) -> Callable[[RowScope, About], str]:
    what, _, which = within.partition(" ")
    if what == "candidate":
        place = _place(which)
        return lambda scope, about: f"/candidates/{place(scope, about)}/content"
    if what == "message":
        number = compile_value(which)
        return lambda scope, _: f"/task/messages/{as_text(number(scope))}/content"
    pointer = compile_value(within)
    return lambda scope, _: as_text(pointer(scope))


def _text(record: Record, pointer: str) -> str:
    text = text_at(record, pointer)
    if text is None:
        raise InputError(
            code="no-such-text",
            message=f"the record has no text at {pointer}",
            hint="name it as `candidate NAME`, `message N` or a JSON pointer",
        )
    return text


def _step_labels(
    entries: tuple[doc.StepLabelMap, ...] | doc.FirstBad,
) -> Callable[[RowScope, About], list[Any]]:
    if not isinstance(entries, doc.FirstBad):
        return _pieces(entries, _step_label)
    candidate, first_bad = _place(entries.candidate), compile_value(entries.first_bad)

    def build(scope: RowScope, about: About) -> list[StepLabel]:
        whose = candidate(scope, about) or 0
        steps = len(about.record.candidates[whose].work)
        stated = first_bad(scope)
        if stated is ABSENT:
            return [StepLabel(candidate=whose, step=step, label="good") for step in range(steps)]
        bad = as_index(stated, "the first bad step")
        good = [StepLabel(candidate=whose, step=step, label="good") for step in range(bad)]
        return [*good, StepLabel(candidate=whose, step=bad, label="bad")]

    return build


def _step_label(entry: doc.StepLabelMap) -> Piece:
    candidate, label = _place(entry.candidate), compile_value(entry.label)
    step, note = index_or_none(entry.step, "a labelled step"), text_or_none(entry.note)

    def build(scope: RowScope, about: About) -> StepLabel | None:
        stated, which = label(scope), step(scope)
        if stated is ABSENT or which is None:
            return None
        return StepLabel(
            candidate=candidate(scope, about) or 0, step=which, label=stated, note=note(scope)
        )

    return build


def _ruling(entry: doc.RulingMap) -> Piece:
    section, ruling = compile_value(entry.section), compile_value(entry.ruling)
    candidate, severity = _place(entry.candidate), compile_optional(entry.severity)

    def build(scope: RowScope, about: About) -> SectionRuling | None:
        stated, how_bad = ruling(scope), severity(scope)
        if stated is ABSENT:
            return None
        return SectionRuling(
            section=as_text(section(scope)),
            ruling=stated,
            candidate=candidate(scope, about),
            severity=None if how_bad is ABSENT else how_bad,
        )

    return build


def _active(judgment: doc.JudgmentMap) -> Callable[[RowScope], int | None]:
    if judgment.active_seconds is None:
        return index_or_none(judgment.active_ms, "the active time")
    seconds = compile_value(judgment.active_seconds)

    def read(scope: RowScope) -> int | None:
        stated = seconds(scope)
        if stated is ABSENT:
            return None
        try:
            return as_index(round(Fraction(as_text(stated).strip()) * 1000), "the active time")
        except (ValueError, ZeroDivisionError) as error:
            raise InputError(
                code="wrong-type",
                message=f"the active time is {as_text(stated)[:60]!r}, not a number of seconds",
            ) from error

    return read
