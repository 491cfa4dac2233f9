"""Building the judgments that a row holds about its record."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

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
from assay.records.reader import Recurrence, RowContext
from assay.records.verdict import DimensionScore, NotAsked, Verdict

_PLAIN = Recurrence()

_Pieces = Callable[[RowScope, About], Sequence[Any]]


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
        self._scores = _pieces(judgment.scores, _score, f"{field}.scores")
        self._comparisons = _pieces(judgment.comparisons, _comparison, f"{field}.comparisons")
        self._reasons = _pieces(judgment.reasons, _reason, f"{field}.reasons")
        self._asks_for_errors = judgment.errors is not None
        self._errors = _pieces(judgment.errors or (), compile_error, f"{field}.errors")
        self._labels = _step_labels(judgment.step_labels, f"{field}.step_labels")
        self._rulings = _pieces(judgment.rulings, _ruling, f"{field}.rulings")
        self._attack = _attack(judgment.attack, f"{field}.attack")
        self._wrote = text_or_none(judgment.wrote, f"{field}.wrote")
        self._supersedes = text_or_none(judgment.supersedes, f"{field}.supersedes")
        self._order = (
            None
            if judgment.order is None
            else [compile_place(name, f"{field}.order") for name in judgment.order]
        )
        self._guideline = text_or_none(judgment.guideline, f"{field}.guideline")
        self._visible = judgment.visible
        self._active = _active(judgment, field)
        self._judged_at = text_or_none(judgment.judged_at, f"{field}.judged_at")
        self._occasion = index_or_none(judgment.occasion, f"{field}.occasion")
        self._once = [(name, compile_name(name)) for name in judgment.once]
        self._flags = {
            name: text_or_none(value, f"{field}.flags.{name}")
            for name, value in judgment.flags.items()
        }
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
                scores=self._all_scores(inner, about),
                reasons=tuple(self._reasons(inner, about)),
                errors=tuple(self._errors(inner, about)) if self._asks_for_errors else None,
                step_labels=tuple(self._labels(inner, about)),
                rulings=tuple(self._rulings(inner, about)),
                attack=self._attack(inner),
                wrote=self._wrote(inner),
                supersedes=self._superseded_id(inner, names),
                order=self._presented_order(inner, about),
                guideline=self._guideline(inner),
                visible=self._visible,
                active_ms=self._active(inner),
                judged_at=self._judged_at(inner),
                occasion=self._occasion(inner) or 0,
                source_flags={
                    name: text for name, flag in self._flags.items() if (text := flag(inner))
                },
            )
            if self._ordered:
                judgment = in_order(judgment)
            name = self._name(inner)
            if name is not None:
                names[name] = judgment.id
            yield judgment, self._recurrence(inner)

    def _all_scores(self, scope: RowScope, about: About) -> tuple[DimensionScore, ...]:
        scores = self._scores(scope, about)
        compared = self._comparisons(scope, about)
        return (*scores, *(score for group in compared for score in group))

    def _superseded_id(self, scope: RowScope, names: dict[str, str]) -> str | None:
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

    def _presented_order(self, scope: RowScope, about: About) -> tuple[int, ...] | None:
        if self._order is None:
            return None
        places = (place(scope, about) for place in self._order)
        return tuple(place for place in places if place is not None)


def _pieces(entries: Sequence[Any], make: Callable[[Any, str], Piece], field: str) -> _Pieces:
    if not entries:
        return lambda _scope, _about: ()
    compiled = [
        (compile_repeat(entry, f"{field}[{number}]"), make(entry, f"{field}[{number}]"))
        for number, entry in enumerate(entries)
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

    def read(scope: RowScope, about: About) -> Verdict | None:
        value = evaluate(scope)
        return None if value is ABSENT else _placed_verdict(value, about, f"{field}.verdict")

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
    try:
        return Fraction(as_text(value).strip())
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(
            code="wrong-type",
            message=f"this is {as_text(value)[:60]!r}, which is not a number",
            where=field,
            hint="map it to one by a table of values",
        ) from error


def _reviewer(entry: doc.ReviewerMap, field: str) -> Callable[[RowScope, RowContext], Reviewer]:
    who = compile_optional(
        next(
            (name for name in (entry.person, entry.model, entry.position) if name is not None), None
        ),
        field,
    )
    qualification = text_or_none(entry.qualification, f"{field}.qualification")
    groups = [
        (name, text_or_none(value, f"{field}.groups.{name}"))
        for name, value in entry.groups.items()
    ]
    unnamed, role = entry.unnamed, entry.role
    is_person, is_model = entry.person is not None, entry.model is not None

    def build(scope: RowScope, context: RowContext) -> Reviewer:
        if unnamed is not None:
            pseudonym = f"{context.source_class}: {unnamed}"
        else:
            raw = who(scope)
            if raw is ABSENT:
                raise InputError(
                    code="missing-value",
                    message="the row does not say who judged",
                    where=field,
                    hint="fix the row, or give `unnamed` with a name for such labels",
                )
            name = as_text(raw)
            pseudonym = context.pseudonym(name) if is_person else name
            if not is_person and not is_model:
                pseudonym = f"{context.source_class}: {name}"
        return Reviewer(
            pseudonym=pseudonym,
            kind="human" if is_person else "model" if is_model else "unknown",
            role=role,
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

    def build(scope: RowScope, about: About) -> DimensionScore | None:
        value = read(scope)
        if value is ABSENT:
            return None
        try:
            score = to_score(value, number=is_number)
        except InputError as error:
            raise error.at(place) from error
        return DimensionScore(
            dimension=as_text(dimension(scope)), score=score, candidate=candidate(scope, about)
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


def _step_labels(entries: tuple[doc.StepLabelMap, ...] | doc.FirstBad, field: str) -> _Pieces:
    if not isinstance(entries, doc.FirstBad):
        return _pieces(entries, _step_label, field)
    candidate = compile_place(entries.candidate, f"{field}.candidate")
    first_bad = index_or_none(entries.first_bad, f"{field}.first_bad")

    def build(scope: RowScope, about: About) -> list[StepLabel]:
        whose = candidate(scope, about) or 0
        steps = len(about.record.candidates[whose].work)
        bad = first_bad(scope)
        good = range(steps if bad is None else bad)
        labels = [StepLabel(candidate=whose, step=step, label="good") for step in good]
        if bad is not None:
            labels.append(StepLabel(candidate=whose, step=bad, label="bad"))
        return labels

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


def _attack(entry: doc.AttackMap | None, field: str) -> Callable[[RowScope], Attack | None]:
    if entry is None:
        return lambda _: None
    strategy = text_or_none(entry.strategy, f"{field}.strategy")
    outcome = compile_optional(entry.outcome, f"{field}.outcome")
    severity = compile_optional(entry.severity, f"{field}.severity")
    attempts = index_or_none(entry.attempts, f"{field}.attempts")
    successes = index_or_none(entry.successes, f"{field}.successes")

    def build(scope: RowScope) -> Attack:
        result, how_bad = outcome(scope), severity(scope)
        return Attack(
            strategy=strategy(scope),
            outcome=None if result is ABSENT else result,
            severity=None if how_bad is ABSENT else how_bad,
            attempts=attempts(scope),
            successes=successes(scope),
        )

    return build


def _active(judgment: doc.JudgmentMap, field: str) -> Callable[[RowScope], int | None]:
    if judgment.active_seconds is None:
        return index_or_none(judgment.active_ms, f"{field}.active_ms")
    place = f"{field}.active_seconds"
    seconds = compile_value(judgment.active_seconds, place)

    def read(scope: RowScope) -> int | None:
        value = seconds(scope)
        if value is ABSENT:
            return None
        return as_index(_milliseconds(value, place), place)

    return read


def _milliseconds(seconds: Any, field: str) -> int:
    text = as_text(seconds).strip()
    if _DECIMAL.fullmatch(text):
        return round(Decimal(text) * 1000)  # the usual case: a fraction costs more
    return round(_fraction(text, field) * 1000)


_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
