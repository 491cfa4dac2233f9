"""The answer: what a reviewer says of what was shown, in the order in which it was shown.

An answer counts candidates by their presented place (A is 0) and knows neither the record nor
the reviewer; `in_record_order` joins it to the assignment and makes the judgment.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from assay.contracts.rubric import Rubric
from assay.core.errors import InputError
from assay.core.fact import Value
from assay.records.coherence import judgment_faults
from assay.records.evidence import TextSpan
from assay.records.fields import Index
from assay.records.judgment import (
    Action,
    Attack,
    Judgment,
    LocalizedError,
    Reason,
    Reviewer,
    SectionRuling,
    SkippedStep,
    StepLabel,
    Unanchored,
    Whole,
)
from assay.records.record import Record
from assay.records.verdict import (
    DimensionScore,
    NotAsked,
    Prefers,
    Ranks,
    Verdict,
    score_key,
)
from assay.review.assignment import Assignment
from assay.review.form import Form
from assay.review.presentation import order_of

PRIORITY_EXCEPTION = "priority_exception"
"""Code of the reason why a verdict overrides the priority rules on its own scores."""

CAUSE = "cause"
"""Code of the reason why no winner is named."""

LONGEST = 100_000
"""Most characters of one text that a reviewer writes."""

_CANDIDATE = re.compile(r"^/candidates/(\d{1,9})(/.*)?$")

P = TypeVar("P", TextSpan, Action, Unanchored, Whole)


class Answer(Value):
    """One answer as the desk sends it. Candidates are counted as presented: A is 0."""

    verdict: Verdict
    """The overall answer; `not_asked` where the record asks for none."""
    scores: tuple[DimensionScore, ...] = ()
    """Scores by dimension and candidate."""
    reasons: tuple[Reason, ...] = ()
    """Why; a reason's code says where it answers a question of the desk."""
    errors: tuple[LocalizedError, ...] | None = None
    """Errors found; empty means looked for and none found, absent not asked."""
    step_labels: tuple[StepLabel, ...] = ()
    """Labels on observable steps."""
    skipped_steps: tuple[SkippedStep, ...] = ()
    """Steps that were read and explicitly left without a label."""
    rulings: tuple[SectionRuling, ...] = ()
    """Rulings on sections of the policy."""
    attack: Attack | None = None
    """What was found in a red-team transcript."""
    written: str | None = None
    """The revision or demonstration that the reviewer wrote."""
    stands_as_is: bool | None = None
    """Whether a text that could be edited is left as it is."""
    visible: tuple[str, ...] = ()
    """What else was shown, such as verifier results shown after the verdict was locked."""
    active_ms: Index | None = None
    """Active time in milliseconds: visible, and used within the last half minute."""


def in_record_order(
    answer: Answer, record: Record, assignment: Assignment, reviewer: Reviewer
) -> Judgment:
    """The judgment that an answer makes of its record.

    Args:
        answer: the answer in presented order.
        record: the record that was shown.
        assignment: the assignment with the order.
        reviewer: who judged, in which role.

    Raises:
        InputError: if the answer does not fit the record; `where` names the field.
    """
    order = order_of(assignment, len(record.candidates))
    own = _with_places(answer, _Places(order))
    judgment = Judgment(
        record=assignment.record,
        reviewer=reviewer,
        verdict=own.verdict,
        scores=own.scores,
        reasons=own.reasons,
        errors=own.errors,
        step_labels=own.step_labels,
        skipped_steps=own.skipped_steps,
        rulings=own.rulings,
        attack=own.attack,
        stands_as_is=own.stands_as_is,
        order=order or None,
        rubric=assignment.rubric,
        visible=answer.visible,
        active_ms=answer.active_ms,
    )
    # The rule that holds for imported judgments, so that no route lets in what another refuses.
    faults = [_fault("misfit", fault, "") for fault in judgment_faults(record, judgment)]
    if faults:
        raise together(faults)
    return judgment


def answer_in_record_order(answer: Answer, record: Record, assignment: Assignment) -> Answer:
    """The same answer with candidates in the record's own order.

    Raises:
        InputError: if the answer names a candidate that is not there.
    """
    return _with_places(answer, _Places(order_of(assignment, len(record.candidates))))


def in_presented_order(judgment: Judgment, record: Record, assignment: Assignment) -> Answer:
    """The answer that made a judgment, so that its reviewer can look at it again."""
    order = order_of(assignment, len(record.candidates))
    # The inverse permutation: `order` leads from a presented place to the candidate.
    back = _Places(tuple(order.index(candidate) for candidate in range(len(order))))
    stored = Answer(
        verdict=judgment.verdict,
        scores=judgment.scores,
        reasons=judgment.reasons,
        errors=judgment.errors,
        step_labels=judgment.step_labels,
        skipped_steps=judgment.skipped_steps,
        rulings=judgment.rulings,
        attack=judgment.attack,
        stands_as_is=judgment.stands_as_is,
        visible=judgment.visible or (),
        active_ms=judgment.active_ms,
    )
    return _with_places(stored, back)


def _with_places(answer: Answer, place: "_Places") -> Answer:
    """An answer whose candidates are counted from other places."""
    errors = answer.errors
    return msgspec.structs.replace(
        answer,
        verdict=_verdict(answer.verdict, place),
        scores=tuple(_move_candidate(score, place) for score in answer.scores),
        reasons=tuple(_reason(reason, place) for reason in answer.reasons),
        errors=None if errors is None else tuple(_error(error, place) for error in errors),
        step_labels=tuple(_move_candidate(label, place) for label in answer.step_labels),
        skipped_steps=tuple(_move_candidate(step, place) for step in answer.skipped_steps),
        rulings=tuple(_move_candidate(ruling, place) for ruling in answer.rulings),
    )


def answer_faults(answer: Answer, form: Form, rubric: Rubric) -> Iterator[InputError]:
    """Everything in the answer that the form does not ask for; `completeness` names what is missing."""
    yield from _verdict_faults(answer, form)
    yield from _score_faults(answer, form, rubric)
    yield from _part_faults(answer, form)
    for field, text in _texts(answer):
        if len(text) > LONGEST:
            yield _fault("too-long", f"a text has more than {LONGEST:,} characters", field)


def _verdict_faults(answer: Answer, form: Form) -> Iterator[InputError]:
    verdict = answer.verdict
    word = str(type(verdict).__struct_config__.tag)
    if word not in form.verdicts and not isinstance(verdict, NotAsked):
        permitted = ", ".join(form.verdicts)
        yield _fault("verdict-not-permitted", f"{word} is not asked here", "verdict", permitted)
    strength = verdict.strength if isinstance(verdict, Prefers) else None
    if strength is not None and not 1 <= strength <= form.strengths:
        yield _fault("bad-strength", f"a strength is from 1 to {form.strengths}", "verdict")


def _score_faults(answer: Answer, form: Form, rubric: Rubric) -> Iterator[InputError]:
    asked_dimensions = {dimension.id for dimension in form.dimensions}
    yield from score_faults(answer.scores, rubric, asked_dimensions)
    rubric_dimensions = {dimension.id for dimension in rubric.dimensions}
    for reason in answer.reasons:
        if reason.dimension is not None and reason.dimension not in rubric_dimensions:
            message = f"a reason names {reason.dimension!r}, which is not a dimension"
            yield _fault("unknown-dimension", message, "reasons")
        if not reason.text.strip() and not reason.code:
            message = "a reason has neither text nor a code; write one, or leave the reason out"
            yield _fault("empty-reason", message, "reasons")


def score_faults(
    scores: Iterable[DimensionScore],
    rubric: Rubric,
    asked_dimensions: Collection[str] | None = None,
) -> Iterator[InputError]:
    """Scores on dimensions that are not asked, and values that are not on their scale.

    Args:
        scores: the scores.
        rubric: the rubric in force.
        asked_dimensions: dimensions that are asked; all of the rubric where absent.
    """
    dimensions = {dimension.id: dimension for dimension in rubric.dimensions}
    for score in scores:
        if score.dimension not in (dimensions if asked_dimensions is None else asked_dimensions):
            yield _fault("unknown-dimension", f"{score.dimension!r} is not asked here", "scores")
            continue
        values = dimensions[score.dimension].values
        value = score_key(score.score)
        if value is not None and value not in values:
            scale = ", ".join(values)
            yield _fault("off-scale", f"{value} is not on the scale", f"scores.{score.dimension}", f"one of {scale}")  # fmt: skip


def _part_faults(answer: Answer, form: Form) -> Iterator[InputError]:
    if (answer.step_labels or answer.skipped_steps) and not form.steps:
        yield _fault("not-asked", "no step labels are asked here", "step_labels")
    asked_sections = {section.id for section in form.sections}
    for ruling in answer.rulings:
        if ruling.section not in asked_sections:
            yield _fault("unknown-section", f"{ruling.section!r} is not asked here", "rulings")
    if answer.attack is not None and not form.attack:
        yield _fault("not-asked", "no attack is asked about here", "attack")
    attack = answer.attack
    if attack and (attack.successes or 0) > (attack.attempts or 0):
        yield _fault("bad-count", "there are more successes than attempts", "attack")
    if answer.written is not None and form.writing is None:
        yield _fault("not-asked", "no text is asked for here", "written")
    if answer.stands_as_is is not None and form.writing != "revision":
        yield _fault("not-asked", "no text can be edited here", "stands_as_is")


def _texts(answer: Answer) -> Iterator[tuple[str, str]]:
    yield "written", answer.written or ""
    for skipped in answer.skipped_steps:
        yield "skipped_steps", skipped.reason or ""
    for ruling in answer.rulings:
        yield "rulings", ruling.reason or ""
    for reason in answer.reasons:
        yield "reasons", reason.text
    for error in answer.errors or ():
        yield "errors", "".join(filter(None, (error.correction, error.verification, error.note)))


class _Places:
    """A permutation of candidates: from the place that an answer names to the place that is meant."""

    def __init__(self, order: tuple[int, ...]) -> None:
        self.order = order

    def __call__(self, place: int, where: str) -> int:
        if place >= len(self.order):
            raise _fault("unknown-candidate", f"there is no candidate {place}", where)
        return self.order[place]

    def pointer(self, pointer: str) -> str:
        """The same pointer with the candidate's other place."""
        match = _CANDIDATE.match(pointer)
        if match is None:
            return pointer
        return f"/candidates/{self(int(match[1]), 'span')}{match[2] or ''}"


def _verdict(verdict: Verdict, place: _Places) -> Verdict:
    if isinstance(verdict, Prefers):
        return msgspec.structs.replace(verdict, candidate=place(verdict.candidate, "verdict"))
    if isinstance(verdict, Ranks):
        groups = [
            sorted(place(candidate, "verdict") for candidate in group) for group in verdict.order
        ]
        return Ranks(order=tuple(tuple(group) for group in groups))
    return verdict


M = TypeVar("M", DimensionScore, StepLabel, SkippedStep, SectionRuling)


def _move_candidate(part: M, place: _Places) -> M:
    if part.candidate is None:
        return part
    return msgspec.structs.replace(part, candidate=place(part.candidate, "candidate"))


def _reason(reason: Reason, place: _Places) -> Reason:
    candidate = None if reason.candidate is None else place(reason.candidate, "reasons")
    span = reason.span and _span(reason.span, place)
    return msgspec.structs.replace(reason, candidate=candidate, span=span)


def _span(span: TextSpan, place: _Places) -> TextSpan:
    return msgspec.structs.replace(span, pointer=place.pointer(span.pointer))


def _error(error: LocalizedError, place: _Places) -> LocalizedError:
    at = error.place
    if isinstance(at, TextSpan):
        return msgspec.structs.replace(error, place=_span(at, place))
    if isinstance(at, Action | Whole):
        moved = msgspec.structs.replace(at, candidate=place(at.candidate, "errors"))
        return msgspec.structs.replace(error, place=moved)
    return error


class RefusedAnswerError(InputError):
    """An answer that cannot be stored, with everything that is wrong with it."""

    faults: tuple[InputError, ...] = ()
    """Each fault, with its own place and its own way out."""

    def __str__(self) -> str:
        """Every fault, in one line."""
        return "; ".join(map(str, self.faults)) if len(self.faults) > 1 else super().__str__()


def together(faults: Sequence[InputError]) -> RefusedAnswerError:
    """The faults of one answer as one error that names them all."""
    first, *others = faults
    count = f"{len(faults)} things are missing or wrong"
    refused = RefusedAnswerError(
        code="faults" if others else first.code,
        message=count if others else first.message,
        where="" if others else first.where,
        hint="" if others else first.hint,
    )
    refused.faults = tuple(faults)
    return refused


def faults_of(error: InputError) -> tuple[InputError, ...]:
    """Each fault that an error names: its own ones, or itself."""
    return error.faults if isinstance(error, RefusedAnswerError) else (error,)


def _fault(code: str, message: str, where: str, hint: str = "") -> InputError:
    return InputError(code=code, message=message, where=where, hint=hint)
