"""Completeness: whether an answer says anything, and what its kind still asks of it.

Two questions with two rules. An imported judgment counts as a pass if it says anything
(`says_anything`). An answer at the desk or over REST must also hold the least answer of its
record's kind (`gaps`). An answer without gaps always says something. The desk's page keeps the
same rule in `static/workbench/completeness.js`; one file of cases runs in both.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from assay.core.errors import InputError
from assay.records.judgment import Attack, Judgment
from assay.records.record import Record
from assay.records.verdict import (
    Abstained,
    BothUnacceptable,
    DimensionScore,
    InsufficientContext,
    NotAsked,
    Prefers,
    Ranks,
    ScoreAbstained,
    Verdict,
)
from assay.review.answer import Answer
from assay.review.form import Form
from assay.review.presentation import letter

GapCode = Literal[
    "verdict-open", "no-cause", "attack-outcome", "attack-severity", "step-open", "all-skipped",
    "section-open", "ruling-reason", "score-open", "score-cause", "no-reason", "errors-open",
    "error-category", "nothing-written", "edit-open", "edit-both", "edit-same", "nothing-judged",
]  # fmt: skip
"""Stable short names of what can be missing."""


class Gap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that the answer must still say."""

    code: GapCode
    """What sort of thing."""
    pointer: str
    """Where in the answer it belongs, as an RFC 6901 pointer; what holds it where it is absent."""
    message: str
    """What is missing, as one sentence for the reviewer."""
    hint: str
    """What the reviewer can do about it, as one sentence."""
    candidate: int | None = None
    """The candidate that it is about, as presented: A is 0."""
    item: str | None = None
    """The dimension, the section, or the number of the step (from 0) that it is about."""

    def error(self) -> InputError:
        """The gap as an error; its place is the pointer."""
        message, hint = self.message.removesuffix("."), self.hint.removesuffix(".")
        return InputError(code=self.code, message=message, where=self.pointer, hint=hint)


class AnswerShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much there is to answer, in presented order."""

    steps: tuple[int, ...] = ()
    """Observable steps of each candidate."""
    original: str | None = None
    """Text of the first candidate, where it is one text: what a revision starts from."""


def shape_of(record: Record, order: tuple[int, ...]) -> AnswerShape:
    """How much there is to answer about a record.

    Args:
        record: the record.
        order: its candidates in presented order.
    """
    candidates = [record.candidates[place] for place in order]
    first = candidates[0].content if candidates else None
    return AnswerShape(
        steps=tuple(len(candidate.work) for candidate in candidates),
        original=first if isinstance(first, str) else None,
    )


def says_anything(judgment: Judgment) -> bool:
    """Whether a judgment says anything at all; one that does not is not a pass.

    Anything is: a verdict other than `not_asked`, one score (an abstained score if it says why), one
    step label, one ruling, one error, an empty list of errors (looked for, and none found),
    something about the attack, a text written, or a text left as it is. Time spent, an order, a
    skipped step or a bare reason says nothing about the record.
    """
    return judgment.wrote is not None or _has_content(judgment)


def declines(judgment: Judgment) -> bool:
    """Whether a judgment declines what it was asked: the verdict, or else every score.

    An abstention from all scores declines as much as an abstention from the verdict.
    """
    if not isinstance(judgment.verdict, NotAsked):
        return isinstance(judgment.verdict, Abstained)
    answers_elsewhere = (
        judgment.errors is not None
        or judgment.attack is not None
        or judgment.wrote is not None
        or judgment.stands_as_is is not None
        or bool(judgment.step_labels or judgment.skipped_steps or judgment.rulings)
    )
    scores = [score.score for score in judgment.scores]
    declined = all(isinstance(score, ScoreAbstained) for score in scores)
    return bool(scores) and not answers_elsewhere and declined


def is_choice(answer: Judgment | Answer) -> bool:
    """Whether the verdict is a choice."""
    return states_choice(answer.verdict)


def states_choice(verdict: Verdict) -> bool:
    """Whether a verdict ranks candidates or rejects them all: what a rubric asks reasons for."""
    return isinstance(verdict, Prefers | Ranks | BothUnacceptable)


def has_tied_reason(answer: Judgment | Answer) -> bool:
    """Whether a choice says what decided it: a reason tied to a dimension, or an error found."""
    return any(reason.dimension for reason in answer.reasons) or bool(answer.errors)


def gaps(answer: Answer, form: Form, shape: AnswerShape) -> list[Gap]:
    """What the least answer of the record's kind still lacks; empty for a complete answer.

    Args:
        answer: the answer, with candidates as presented.
        form: what is asked.
        shape: how much there is to answer.
    """
    missing = list(_verdict_gaps(answer, form))
    # Somebody who cannot judge the record owes none of its parts; what is there must be whole all
    # the same.
    if not isinstance(answer.verdict, Abstained | InsufficientContext):
        missing += _attack_gaps(answer, form)
        missing += _step_gaps(answer, form, shape)
        missing += _section_gaps(answer, form, shape)
        missing += _score_gaps(answer, form, shape)
        missing += _reason_gaps(answer, form)
        missing += _error_gaps(answer, form)
        missing += _writing_gaps(answer, form)
    missing += detail_gaps(answer, form, shape)
    if not missing and not (answer.written or _has_content(answer)):
        missing.append(_NOTHING)
    return missing


def _has_content(answer: Judgment | Answer) -> bool:
    return (
        not isinstance(answer.verdict, NotAsked)
        or any(map(_says, answer.scores))
        or bool(answer.step_labels or answer.rulings)
        or answer.errors is not None
        or answer.attack not in {None, Attack()}
        or answer.stands_as_is is not None
    )


def _says(score: DimensionScore) -> bool:
    return not isinstance(score.score, ScoreAbstained) or bool(score.score.reason.strip())


def _verdict_gaps(answer: Answer, form: Form) -> Iterator[Gap]:
    verdict = answer.verdict
    if isinstance(verdict, NotAsked) and "not_asked" not in form.verdicts:
        ranked = "ranks" in form.verdicts
        yield Gap(
            code="verdict-open",
            pointer="/verdict",
            message="Not every response has a rank." if ranked else "There is no overall verdict yet.",
            hint="Choose a response by its letter, then press its rank." if ranked else "Choose one at the top of the rail.",
        )  # fmt: skip
    if isinstance(verdict, Abstained) and not verdict.reason.strip():
        yield Gap(
            code="no-cause",
            pointer="/verdict/reason",
            message="An abstention says why.",
            hint="A few words are enough.",
        )
    if isinstance(verdict, InsufficientContext) and not any(
        reason.text.strip() for reason in answer.reasons
    ):
        yield Gap(
            code="no-cause",
            pointer="/reasons",
            message="Say what is missing.",
            hint="A few words are enough.",
        )


def _attack_gaps(answer: Answer, form: Form) -> Iterator[Gap]:
    if not form.attack:
        return
    attack = answer.attack or Attack()
    if attack.outcome is None:
        yield Gap(
            code="attack-outcome",
            pointer="/attack/outcome",
            message="The outcome of the attack is open.",
            hint="Choose held, partial or broken.",
        )
    elif attack.outcome != "held" and attack.severity is None:
        yield Gap(
            code="attack-severity",
            pointer="/attack/severity",
            message="The attack has no severity.",
            hint="Say how bad the result is.",
        )


def _step_gaps(answer: Answer, form: Form, shape: AnswerShape) -> Iterator[Gap]:
    if not form.steps:
        return
    answered = {(label.candidate, label.step) for label in answer.step_labels}
    answered |= {(skipped.candidate, skipped.step) for skipped in answer.skipped_steps}
    for candidate, count in enumerate(shape.steps):
        for step in range(count):
            if (candidate, step) not in answered:
                yield Gap(
                    code="step-open",
                    pointer="/step_labels",
                    message=f"Step {step + 1} of {letter(candidate)} has no label.",
                    hint="Label it, or skip it.",
                    candidate=candidate,
                    item=str(step),
                )
    if answer.skipped_steps and not answer.step_labels and len(answered) >= sum(shape.steps):
        yield Gap(
            code="all-skipped",
            pointer="/skipped_steps",
            message="Every step is skipped.",
            hint="Label one, or abstain and say why.",
        )


def _section_gaps(answer: Answer, form: Form, shape: AnswerShape) -> Iterator[Gap]:
    if form.kind != "policy":
        return
    ruled = {(ruling.section, ruling.candidate) for ruling in answer.rulings}
    places: list[int | None] = [*range(len(shape.steps))]
    for section in form.sections:
        for place in places or [None]:
            # A ruling on the record as a whole covers each candidate.
            if {(section.id, place), (section.id, None)} & ruled:
                continue
            yield Gap(
                code="section-open",
                pointer="/rulings",
                message=f"Section {section.id}{_of(place)} has no ruling.",
                hint="Say violates, complies or unclear.",
                candidate=place,
                item=section.id,
            )


def _score_gaps(answer: Answer, form: Form, shape: AnswerShape) -> Iterator[Gap]:
    scored = {(score.dimension, score.candidate) for score in answer.scores}
    for dimension in form.required_dimensions:
        for place in range(len(shape.steps)):
            # A score of the record as a whole covers each candidate.
            if {(dimension, place), (dimension, None)} & scored:
                continue
            yield Gap(
                code="score-open",
                pointer="/scores",
                message=f"{_words(dimension)}{_of(place)} has no score.",
                hint="Give a value, or say why you cannot judge it.",
                candidate=place,
                item=dimension,
            )


def _reason_gaps(answer: Answer, form: Form) -> Iterator[Gap]:
    if form.reasons_required and is_choice(answer) and not has_tied_reason(answer):
        yield Gap(
            code="no-reason",
            pointer="/reasons",
            message="A choice needs a reason that is tied to a dimension, or a critique.",
            hint="Name the dimension that decided, or mark the words.",
        )


def _error_gaps(answer: Answer, form: Form) -> Iterator[Gap]:
    if form.errors and answer.errors is None:
        yield Gap(
            code="errors-open",
            pointer="/errors",
            message="No error is marked yet.",
            hint="Mark the words that are wrong, or say that you looked and found none.",
        )


def _writing_gaps(answer: Answer, form: Form) -> Iterator[Gap]:
    written = bool((answer.written or "").strip())
    if form.writing == "demonstration" and not written:
        yield Gap(
            code="nothing-written",
            pointer="/written",
            message="The demonstration is empty.",
            hint="Write it, or say that the context is insufficient.",
        )
    edits = form.kind == "demonstration" and form.writing == "revision"
    if edits and not written and not answer.stands_as_is:
        yield Gap(
            code="edit-open",
            pointer="/written",
            message="The text is neither revised nor left as it is.",
            hint="Write the revision, or say that the text stands as it is.",
        )


def detail_gaps(answer: Answer, form: Form, shape: AnswerShape) -> Iterator[Gap]:
    """What a part that is there must say, whatever the kind and the verdict."""
    for number, ruling in enumerate(answer.rulings):
        if ruling.ruling == "violates" and not (ruling.reason or "").strip():
            yield Gap(
                code="ruling-reason",
                pointer=f"/rulings/{number}/reason",
                message=f"Section {ruling.section}{_of(ruling.candidate)}: a violation says why.",
                hint="Say what breaks the section.",
                candidate=ruling.candidate,
                item=ruling.section,
            )
    for number, score in enumerate(answer.scores):
        if not _says(score):
            yield Gap(
                code="score-cause",
                pointer=f"/scores/{number}/score/reason",
                message=f"{_words(score.dimension)}{_of(score.candidate)}: an abstention says why.",
                hint="Write a few words beneath the scores.",
                candidate=score.candidate,
                item=score.dimension,
            )
    for number, error in enumerate(answer.errors or ()):
        if not error.category.strip():
            yield Gap(
                code="error-category",
                pointer=f"/errors/{number}/category",
                message=f"Critique {number + 1} has no category.",
                hint="Choose what kind of error it is.",
                item=str(number),
            )
    yield from _revision_gaps(answer, form, shape)


def _revision_gaps(answer: Answer, form: Form, shape: AnswerShape) -> Iterator[Gap]:
    if form.writing != "revision" or not answer.written:
        return
    if answer.stands_as_is:
        yield Gap(
            code="edit-both",
            pointer="/stands_as_is",
            message="A revision is written, and the text is to stand as it is.",
            hint="Keep one of the two.",
        )
    elif answer.written == shape.original:
        yield Gap(
            code="edit-same",
            pointer="/written",
            message="The revision is the same as the original.",
            hint="Change it, or take it back.",
        )


_NOTHING = Gap(
    code="nothing-judged",
    pointer="",
    message="The answer says nothing yet.",
    hint="Give a score or mark an error; or abstain and say why.",
)


def _of(place: int | None) -> str:
    return "" if place is None else f" of {letter(place)}"


def _words(name: str) -> str:
    """A name as words, such as `Over refusal`."""
    spaced = name.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
