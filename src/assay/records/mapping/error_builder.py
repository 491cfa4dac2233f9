"""Building localized errors: a span of a text, a step of work, or a candidate as a whole."""

from collections.abc import Callable

from assay.core.errors import InputError
from assay.records.coherence import text_at
from assay.records.evidence import TextSpan
from assay.records.judgment import Action, LocalizedError, Unanchored, Whole
from assay.records.mapping import judgment_map as doc
from assay.records.mapping.about import About, Piece, compile_place
from assay.records.mapping.anchor import anchor_marked, anchor_offsets
from assay.records.mapping.evaluate import compile_optional, compile_value
from assay.records.mapping.read_text import index_or_none, text_or_none
from assay.records.mapping.scope import ABSENT, RowScope, as_integer, as_text
from assay.records.record import Record


def compile_error(entry: doc.ErrorMap, field: str) -> Piece:
    """The function that builds one localized error."""
    place = _error_place(entry, field)
    severity = compile_optional(entry.severity, f"{field}.severity")
    category = compile_value(entry.category, f"{field}.category")
    source_severity = text_or_none(entry.source_severity, f"{field}.source_severity")
    correction = text_or_none(entry.correction, f"{field}.correction")
    verification = text_or_none(entry.verification, f"{field}.verification")
    note = text_or_none(entry.note, f"{field}.note")

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


_ErrorPlace = Callable[[RowScope, About], TextSpan | Action | Unanchored | Whole]


def _error_place(entry: doc.ErrorMap, field: str) -> _ErrorPlace:
    if entry.span is not None:
        return _span(entry.span, f"{field}.span")
    candidate = compile_place(entry.candidate, f"{field}.candidate")
    step = index_or_none(entry.step, f"{field}.step")

    def build(scope: RowScope, about: About) -> Action | Whole:
        whose = candidate(scope, about) or 0
        number = step(scope)
        return Whole(candidate=whose) if number is None else Action(candidate=whose, step=number)

    return build


def _span(entry: doc.SpanMap, field: str) -> Callable[[RowScope, About], TextSpan | Unanchored]:
    pointer = _pointer(entry.within, f"{field}.in")
    if entry.marked is not None:
        marks = entry.marked
        marked = compile_value(marks.text, f"{field}.marked.text")

        def between(scope: RowScope, about: About) -> TextSpan | Unanchored:
            at = pointer(scope, about)
            return anchor_marked(
                at,
                _text(about.record, at, field),
                marked=as_text(marked(scope)),
                opening=marks.open,
                closing=marks.close,
            )

        return between
    quote = text_or_none(entry.quote, f"{field}.quote")
    start = compile_optional(entry.start, f"{field}.start")
    end = compile_optional(entry.end, f"{field}.end")
    conventions = entry.offsets

    def counted(scope: RowScope, about: About) -> TextSpan | Unanchored:
        at, words = pointer(scope, about), quote(scope)
        first, last = start(scope), end(scope)
        try:
            offsets = None
            if first is not ABSENT:
                offsets = (as_integer(first, "an offset"), as_integer(last, "an offset"))
        except InputError as error:
            place = f"{words or ''} [{as_text(first)}:{as_text(last)}]".strip()
            return Unanchored(stated=place, reason=error.message)
        return anchor_offsets(
            at, _text(about.record, at, field), quote=words, stated=offsets, conventions=conventions
        )

    return counted


def _pointer(within: str, field: str) -> Callable[[RowScope, About], str]:
    what, _, which = within.partition(" ")
    if what == "candidate":
        place = compile_place(which, field)
        return lambda scope, about: f"/candidates/{place(scope, about)}/content"
    if what == "message":
        number = compile_value(which, field)
        return lambda scope, _: f"/task/messages/{as_text(number(scope))}/content"
    pointer = compile_value(within, field)
    return lambda scope, _: as_text(pointer(scope))


def _text(record: Record, pointer: str, field: str) -> str:
    text = text_at(record, pointer)
    if text is None:
        raise InputError(
            code="no-such-text",
            message=f"the record has no text at {pointer}",
            where=field,
            hint="name it as `candidate NAME`, `message N` or a JSON pointer",
        )
    return text
