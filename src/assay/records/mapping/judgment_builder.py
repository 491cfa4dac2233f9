"""Building the judgments that a row holds about its record."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

import msgspec

from assay.core.errors import InputError
from assay.core.identity import is_id
from assay.records.judgment import (
    Attack,
    Judgment,
    Reason,
    Reviewer,
    SectionRuling,
    StepLabel,
    in_order,
)
from assay.records.mapping import judgment_map as doc
from assay.records.mapping.about import About, Piece, compile_place
from assay.records.mapping.error_builder import compile_error
from assay.records.mapping.evaluate import compile_optional, compile_value
from assay.records.mapping.opinion import comparison_scores, ranking, to_score, to_verdict
from assay.records.mapping.pieces import CandidateName
from assay.records.mapping.read_text import index_or_none, text_or_none
from assay.records.mapping.repeat import compile_repeat
from assay.records.mapping.scope import (
    ABSENT,
    RowScope,
    as_index,
    as_text,
    compile_name,
    missing_column,
)
from assay.records.mapping.value import Value, is_constant, value_label
from assay.records.number import as_number
from assay.records.reader import Recurrence, RowContext
from assay.records.verdict import DimensionScore, NotAsked, Verdict

_PLAIN = Recurrence()

_Pieces = Callable[[RowScope, About], Sequence[Any]]

_FieldOf = Callable[[RowScope, About], Any]
"""Gives one field of a judgment."""

MEMO_SIZE = 4_096
"""Results that are held of what rows repeat, such as a reviewer or a time."""


class JudgmentBuilder:
    """Builds the judgments of one entry of a mapping; compiled once, used for every row."""

    def __init__(self, judgment: doc.JudgmentMap, field: str, *, ordered: bool) -> None:
        """Compile one entry.

        Args:
            judgment: the entry.
            field: its place in the mapping, such as `judgments[0]`.
            ordered: whether parts are put into an order of their own, since the rows that they
                come from have none.
        """
        self._field = field
        self._ordered = ordered
        self._repeat = compile_repeat(judgment, field)
        self._name = text_or_none(judgment.name, f"{field}.name")
        self._reviewer = _reviewer(judgment.reviewer, f"{field}.reviewer")
        self._verdict = _verdict(judgment, field)
        self._fields = _fields(judgment, field)
        self._supersedes = text_or_none(judgment.supersedes, f"{field}.supersedes")
        self._visible = judgment.visible
        self._once = [(name, compile_name(name)) for name in judgment.once]
        self._numbered = judgment.occasion is not None

    def build(
        self, scope: RowScope, about: About, context: RowContext, names: dict[str, str]
    ) -> Iterator[tuple[Judgment, Recurrence]]:
        """The judgments of a row; none where no verdict was given though one is asked for.

        Args:
            scope: the names of the row.
            about: the record.
            context: source class and pseudonymiser.
            names: name -> id of the judgments of the row so far; those built here are added.

        Raises:
            InputError: if the row does not give what the mapping asks for.
        """
        for inner in self._repeat(scope):
            verdict = self._verdict(inner, about)
            if verdict is None:
                continue
            judgment = Judgment(
                record=about.id,
                reviewer=self._reviewer(inner, context),
                verdict=verdict,
                **{name: read(inner, about) for name, read in self._fields},
                supersedes=self._superseded(inner, names),
                visible=self._visible,
            )
            if self._ordered:
                judgment = in_order(judgment)
            name = self._name(inner)
            if name is not None:
                names[name] = judgment.id
            yield judgment, self._recurrence(inner)

    def _superseded(self, scope: RowScope, names: dict[str, str]) -> str | None:
        name = self._supersedes(scope)
        if name is None or is_id(name, Judgment.prefix):
            return name
        if name in names:
            return names[name]
        raise InputError(
            code="unknown-judgment",
            message=f"no earlier judgment of the row is called {name!r}",
            where=f"{self._field}.supersedes",
            hint=f"there are: {', '.join(names) or 'none'}; give the judgment a `name`",
        )

    def _recurrence(self, scope: RowScope) -> Recurrence:
        if not self._once and not self._numbered:
            return _PLAIN
        return Recurrence(
            once=", ".join(
                f"{name} {self._vote_part(scope, name, read)!r}" for name, read in self._once
            ),
            numbered=self._numbered,
        )

    def _vote_part(self, scope: RowScope, name: str, read: Callable[[RowScope], Any]) -> str:
        value = read(scope)
        if value is ABSENT:
            raise missing_column(name, scope).at(f"{self._field}.once")
        return as_text(value)


def _fields(judgment: doc.JudgmentMap, field: str) -> list[tuple[str, _FieldOf]]:
    """The fields that the entry asks for: one that it leaves out costs no row anything."""
    fields = {
        "scores": _all_scores(judgment, field),
        "reasons": _tuple(judgment.reasons, _reason, f"{field}.reasons"),
        "errors": _errors(judgment.errors, f"{field}.errors"),
        "step_labels": _step_labels(judgment.step_labels, f"{field}.step_labels"),
        "rulings": _tuple(judgment.rulings, _ruling, f"{field}.rulings"),
        "attack": _attack(judgment.attack, f"{field}.attack"),
        "wrote": _text(judgment.wrote, f"{field}.wrote"),
        "order": _presented(judgment.order, f"{field}.order"),
        "guideline": _text(judgment.guideline, f"{field}.guideline"),
        "active_ms": _active(judgment, field),
        "judged_at": _text(judgment.judged_at, f"{field}.judged_at"),
        "occasion": _occasion(judgment.occasion, f"{field}.occasion"),
        "source_flags": _flags(judgment.flags, f"{field}.flags"),
    }
    return [(name, read) for name, read in fields.items() if read is not None]


def _text(value: Value | None, field: str) -> _FieldOf | None:
    if value is None:
        return None
    read = text_or_none(value, field)
    return lambda scope, _about: read(scope)


def _tuple(
    entries: Sequence[Any], make: Callable[[Any, str], Piece], field: str
) -> _FieldOf | None:
    if not entries:
        return None
    read = _pieces(entries, make, field)
    return lambda scope, about: tuple(read(scope, about))


def _errors(entries: Sequence[Any] | None, field: str) -> _FieldOf | None:
    if entries is None:
        return None
    return _tuple(entries, compile_error, field) or (lambda _scope, _about: ())


def _occasion(value: Value | None, field: str) -> _FieldOf | None:
    if value is None:
        return None
    read = index_or_none(value, field)
    return lambda scope, _about: read(scope) or 0


def _flags(flags: Mapping[str, Value], field: str) -> _FieldOf | None:
    if not flags:
        return None
    compiled = [(name, text_or_none(value, f"{field}.{name}")) for name, value in flags.items()]
    return lambda scope, _about: {name: text for name, flag in compiled if (text := flag(scope))}


def _all_scores(judgment: doc.JudgmentMap, field: str) -> _FieldOf | None:
    if not judgment.comparisons:
        return _tuple(judgment.scores, _score, f"{field}.scores")
    scores = _pieces(judgment.scores, _score, f"{field}.scores")
    comparisons = _pieces(judgment.comparisons, _comparison, f"{field}.comparisons")

    def read(scope: RowScope, about: About) -> tuple[DimensionScore, ...]:
        own = scores(scope, about)
        return (*own, *(score for group in comparisons(scope, about) for score in group))

    return read


def _presented(order: Sequence[CandidateName] | None, field: str) -> _FieldOf | None:
    if order is None:
        return None
    places = [compile_place(name, field) for name in order]
    return lambda scope, about: tuple([place(scope, about) for place in places])


def _pieces(entries: Sequence[Any], make: Callable[[Any, str], Piece], field: str) -> _Pieces:
    if not entries:
        return lambda _scope, _about: ()
    compiled = [
        (compile_repeat(entry, f"{field}[{number}]"), make(entry, f"{field}[{number}]"))
        for number, entry in enumerate(entries)
    ]
    if not any(entry.loops or entry.when or entry.unless for entry in entries):
        builds = [build for _, build in compiled]
        return lambda scope, about: [
            piece for build in builds if (piece := build(scope, about)) is not None
        ]
    return lambda scope, about: [
        piece
        for repeat, build in compiled
        for inner in repeat(scope)
        if (piece := build(inner, about)) is not None
    ]


def _verdict(judgment: doc.JudgmentMap, field: str) -> Callable[[RowScope, About], Verdict | None]:
    """The function that gives the verdict; None where it is asked for and absent."""
    if judgment.ranks is not None:
        return _rank_reader(judgment.ranks, f"{field}.ranks")
    if judgment.verdict is None:
        return lambda _scope, _about: NotAsked()
    evaluate = compile_value(judgment.verdict, f"{field}.verdict")
    label = f"{field}.verdict{value_label(judgment.verdict)}"

    def read(scope: RowScope, about: About) -> Verdict | None:
        value = evaluate(scope)
        return None if value is ABSENT else _placed_verdict(value, about, label)

    return read


def _placed_verdict(value: Any, about: About, field: str) -> Verdict:
    try:
        return to_verdict(value, about.cast.place)
    except InputError as error:
        raise error.at(field) from error


def _rank_reader(ranks: doc.RanksMap, field: str) -> Callable[[RowScope, About], Verdict | None]:
    read = _pieces(ranks.entries, _rank, f"{field}.entries")
    highest_first = ranks.best == "highest"

    def build(scope: RowScope, about: About) -> Verdict | None:
        return ranking(dict(read(scope, about)), highest_first=highest_first)

    return build


def _rank(entry: doc.RankMap, field: str) -> Piece:
    candidate = compile_place(entry.candidate, f"{field}.candidate")
    rank = compile_value(entry.rank, f"{field}.rank")

    def build(scope: RowScope, about: About) -> tuple[int | None, Fraction] | None:
        value = rank(scope)
        if value is ABSENT:
            return None
        return candidate(scope, about), _fraction(value, f"{field}.rank")

    return build


def _fraction(value: Any, field: str) -> Fraction:
    number = as_number(value)
    if number is not None:
        return number
    raise InputError(
        code="wrong-type",
        message=f"this is {as_text(value)[:60]!r}, which is not a number that is kept exactly",
        where=field,
        hint="map it to one by a table of values",
    )


def _reviewer(entry: doc.ReviewerMap, field: str) -> Callable[[RowScope, RowContext], Reviewer]:
    who = compile_optional(
        next(
            (name for name in (entry.person, entry.model, entry.position) if name is not None), None
        ),
        field,
    )
    qualification = text_or_none(entry.qualification, f"{field}.qualification")
    says_more = entry.qualification is not None or bool(entry.groups)
    groups = [
        (name, text_or_none(value, f"{field}.groups.{name}"))
        for name, value in entry.groups.items()
    ]
    unnamed, role = entry.unnamed, entry.role
    is_person, is_model = entry.person is not None, entry.model is not None
    kind: Literal["human", "model", "unknown"] = (
        "human" if is_person else "model" if is_model else "unknown"
    )

    @lru_cache(MEMO_SIZE)
    def plain(name: str, pseudonymise: Callable[[str], str], source_class: str) -> Reviewer:
        """The reviewer without what else a row says of them: a crowd repeats few people."""
        pseudonym = pseudonymise(name) if is_person else name
        if not is_person and not is_model:
            pseudonym = f"{source_class}: {name}"
        return Reviewer(pseudonym=pseudonym, kind=kind, role=role)

    def build(scope: RowScope, context: RowContext) -> Reviewer:
        raw = unnamed if unnamed is not None else who(scope)
        if raw is ABSENT:
            raise InputError(
                code="missing-value",
                message="the row does not say who judged",
                where=field,
                hint="fix the row, or give `unnamed` with a name for such labels",
            )
        reviewer = plain(as_text(raw), context.pseudonym, context.source_class)
        if not says_more:
            return reviewer
        return msgspec.structs.replace(
            reviewer,
            qualification=qualification(scope),
            groups={name: text for name, read in groups if (text := read(scope)) is not None},
        )

    return build


def _score(entry: doc.ScoreMap, field: str) -> Piece:
    dimension = compile_value(entry.dimension, f"{field}.dimension")
    candidate = compile_place(entry.candidate, f"{field}.candidate")
    is_number = entry.number is not None
    place = f"{field}.number" if is_number else f"{field}.category"
    read = compile_optional(entry.number if is_number else entry.category, place)
    label = f"{place}{value_label(entry.number if is_number else entry.category)}"
    constant = entry.dimension if is_constant(entry.dimension) else None

    def build(scope: RowScope, about: About) -> DimensionScore | None:
        value = read(scope)
        if value is ABSENT:
            return None
        try:
            score = to_score(value, number=is_number)
        except InputError as error:
            raise error.at(label) from error
        return DimensionScore(
            dimension=as_text(dimension(scope)) if constant is None else constant,
            score=score,
            candidate=candidate(scope, about),
        )

    return build


def _comparison(entry: doc.ComparisonMap, field: str) -> Piece:
    dimension = compile_value(entry.dimension, f"{field}.dimension")
    verdict = compile_value(entry.verdict, f"{field}.verdict")

    def build(scope: RowScope, about: About) -> list[DimensionScore] | None:
        value = verdict(scope)
        if value is ABSENT:
            return None
        return comparison_scores(
            as_text(dimension(scope)),
            _placed_verdict(value, about, f"{field}.verdict"),
            len(about.record.candidates),
        )

    return build


def _reason(entry: doc.ReasonMap, field: str) -> Piece:
    text = text_or_none(entry.text, f"{field}.text")
    dimension = text_or_none(entry.dimension, f"{field}.dimension")
    code = text_or_none(entry.code, f"{field}.code")
    candidate = compile_place(entry.candidate, f"{field}.candidate")

    def build(scope: RowScope, about: About) -> Reason | None:
        words = text(scope)
        if words is None:
            return None
        return Reason(
            text=words,
            dimension=dimension(scope),
            code=code(scope),
            candidate=candidate(scope, about),
        )

    return build


def _step_labels(
    entries: tuple[doc.StepLabelMap, ...] | doc.FirstBad, field: str
) -> _FieldOf | None:
    if not isinstance(entries, doc.FirstBad):
        return _tuple(entries, _step_label, field)
    candidate = compile_place(entries.candidate, f"{field}.candidate")
    first_bad = index_or_none(entries.first_bad, f"{field}.first_bad")

    def build(scope: RowScope, about: About) -> tuple[StepLabel, ...]:
        whose = candidate(scope, about) or 0
        steps = len(about.record.candidates[whose].work)
        bad = first_bad(scope)
        good = range(steps if bad is None else bad)
        labels = [StepLabel(candidate=whose, step=step, label="good") for step in good]
        if bad is not None:
            labels.append(StepLabel(candidate=whose, step=bad, label="bad"))
        return tuple(labels)

    return build


def _step_label(entry: doc.StepLabelMap, field: str) -> Piece:
    candidate = compile_place(entry.candidate, f"{field}.candidate")
    label = compile_value(entry.label, f"{field}.label")
    step, note = (
        index_or_none(entry.step, f"{field}.step"),
        text_or_none(entry.note, f"{field}.note"),
    )

    def build(scope: RowScope, about: About) -> StepLabel | None:
        value, number = label(scope), step(scope)
        if value is ABSENT or number is None:
            return None
        return StepLabel(
            candidate=candidate(scope, about) or 0, step=number, label=value, note=note(scope)
        )

    return build


def _ruling(entry: doc.RulingMap, field: str) -> Piece:
    section = compile_value(entry.section, f"{field}.section")
    ruling = compile_value(entry.ruling, f"{field}.ruling")
    candidate = compile_place(entry.candidate, f"{field}.candidate")
    severity = compile_optional(entry.severity, f"{field}.severity")

    def build(scope: RowScope, about: About) -> SectionRuling | None:
        value, how_bad = ruling(scope), severity(scope)
        if value is ABSENT:
            return None
        return SectionRuling(
            section=as_text(section(scope)),
            ruling=value,
            candidate=candidate(scope, about),
            severity=None if how_bad is ABSENT else how_bad,
        )

    return build


def _attack(entry: doc.AttackMap | None, field: str) -> _FieldOf | None:
    if entry is None:
        return None
    strategy = text_or_none(entry.strategy, f"{field}.strategy")
    outcome = compile_optional(entry.outcome, f"{field}.outcome")
    severity = compile_optional(entry.severity, f"{field}.severity")
    attempts = index_or_none(entry.attempts, f"{field}.attempts")
    successes = index_or_none(entry.successes, f"{field}.successes")

    def build(scope: RowScope, _about: About) -> Attack:
        result, how_bad = outcome(scope), severity(scope)
        return Attack(
            strategy=strategy(scope),
            outcome=None if result is ABSENT else result,
            severity=None if how_bad is ABSENT else how_bad,
            attempts=attempts(scope),
            successes=successes(scope),
        )

    return build


def _active(judgment: doc.JudgmentMap, field: str) -> _FieldOf | None:
    if judgment.active_ms is not None:
        milliseconds = index_or_none(judgment.active_ms, f"{field}.active_ms")
        return lambda scope, _about: milliseconds(scope)
    if judgment.active_seconds is None:
        return None
    place = f"{field}.active_seconds"
    seconds = compile_value(judgment.active_seconds, place)

    def read(scope: RowScope, _about: About) -> int | None:
        value = seconds(scope)
        if value is ABSENT:
            return None
        return as_index(_milliseconds(value, place), place)

    return read


def _milliseconds(seconds: Any, field: str) -> int:
    return _parsed_milliseconds(as_text(seconds), field)


@lru_cache(MEMO_SIZE)
def _parsed_milliseconds(seconds: str, field: str) -> int:
    text = seconds.strip()
    if _DECIMAL.fullmatch(text):
        return round(Decimal(text) * 1000)  # the usual case: a fraction costs more
    return round(_fraction(text, field) * 1000)


_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
