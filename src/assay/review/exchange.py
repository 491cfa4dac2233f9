"""The exchange: work out to reviewers and answers back, as rows that any tool can carry.

Rows go out in presented order with candidates called A, B, ...; answers come back in the same
letters and are turned into the record's order. Files are the business of `bulk`.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, get_args

import msgspec

from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.verdict_words import VERDICT_WORDS
from assay.records.coherence import judgment_faults
from assay.records.fields import Severity
from assay.records.judgment import (
    Attack,
    Judgment,
    Reason,
    Reviewer,
    SectionRuling,
    SkippedStep,
    StepLabel,
)
from assay.records.kinds import Adversarial, Critique, Demonstration, Part, Policy
from assay.records.record import Record
from assay.records.verdict import (
    Category,
    DimensionScore,
    NotApplicable,
    NotAsked,
    Prefers,
    Score,
    ScoreAbstained,
    Scored,
    Verdict,
)
from assay.records.verdict_text import (
    NO_REASON_GIVEN,
    OPEN_VERDICTS,
    read_verdict,
    verdict_word,
)
from assay.review.assignment import Assignment
from assay.review.cells import (
    FORMULA,
    Row,
    candidate_of,
    count_of,
    fault,
    is_filled,
    milliseconds,
    text_of,
)
from assay.review.completeness import has_tied_reason, is_choice
from assay.review.error_cells import errors_of
from assay.review.presentation import Presentation, letter, order_of, present
from assay.review.row_reader import RowReader
from assay.review.shown_text import shown_texts

STEP_LABELS = ("good", "neutral", "bad")
RULINGS = ("violates", "complies", "unclear")

SKIP = "skip"
"""In place of a label: the step was read, and is left without one."""

ATTACK = ("outcome", "severity", "strategy", "attempts", "successes")
"""What a row may say of an attack, each in a column such as `attack.outcome`."""

_SEVERITIES = ", ".join(get_args(Severity))

YES = frozenset({"yes", "true", "1"})
"""Words by which a row says that a text stands as it is."""

_FIXED = frozenset({
    "assignment", "answered_by", "verdict", "strength", "reason", "errors", "stands_as_is",
    "active_ms", "judged_at",
})  # fmt: skip
_FAMILIES = frozenset({"score", "reason", "step", "ruling", "attack"})
_SHOWN = frozenset({"candidate", "evidence", "step_text", "state_after"}) | frozenset(
    Presentation.__struct_fields__
)

RoleName = Literal["author", "reviewer", "policy_reviewer", "language_specialist", "adjudicator"]


class AnswerContext(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer is read against."""

    assignment: Assignment
    """The assignment that the row names."""
    record: Record
    """The record of that assignment."""
    rubric: Rubric
    """The rubric in force."""
    role: RoleName
    """The role in which the reviewer judged."""

    @property
    def letters(self) -> dict[str, int]:
        """The candidate that each letter stood for, by its place in the record."""
        order = order_of(self.assignment, len(self.record.candidates))
        return {letter(place): candidate for place, candidate in enumerate(order)}


def work_row(record: Record, assignment: Assignment) -> dict[str, Any]:
    """One row of work as nested JSON: what the reviewer may see, and nothing else."""
    row: dict[str, Any] = msgspec.to_builtins(present(record, assignment))
    return row


def flat_work_row(record: Record, assignment: Assignment, rubric: Rubric) -> dict[str, str]:
    """One row of work for a spreadsheet, with empty columns for the answer.

    Every text that a spreadsheet could take for a formula has an apostrophe before it.
    """
    shown = present(record, assignment)
    row = {"assignment": shown.assignment} | shown_texts(shown)
    row |= dict.fromkeys(answer_columns(shown, rubric, record.part), "")
    return {column: escape_formula(text) for column, text in row.items()}


def answer_columns(shown: Presentation, rubric: Rubric, part: Part) -> tuple[str, ...]:
    """The columns that an answer to this presentation may fill.

    Args:
        shown: what the reviewer sees.
        rubric: the rubric in force.
        part: the record's own part; its kind and its sections name columns, and nothing else
            of it reaches the reviewer.
    """
    scores = [
        f"score.{dimension.id}.{candidate.letter}"
        for dimension in rubric.dimensions
        for candidate in shown.candidates
    ]
    reasons = [f"reason.{dimension.id}" for dimension in rubric.dimensions]
    steps = [
        f"step.{candidate.letter}.{step.step}"
        for candidate in shown.candidates
        for step in candidate.work
        if shown.kind in {"process", "trajectory"}
    ]
    rulings = [
        f"ruling.{section}.{candidate.letter}"
        for section in _sections(part)
        for candidate in shown.candidates
    ]
    attack = [f"attack.{name}" for name in ATTACK if isinstance(part, Adversarial)]
    errors = ["errors"] if isinstance(part, Critique) else []
    edit = ["stands_as_is"] if isinstance(part, Demonstration) and shown.candidates else []
    return ("verdict", "strength", *scores, *reasons, *steps, *rulings, *attack, *errors, *edit)


def _sections(part: Part) -> tuple[str, ...]:
    """Ids of the policy sections that a record bears on."""
    return part.sections if isinstance(part, Policy | Adversarial) else ()


def escape_formula(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def is_unanswered(row: Row) -> bool:
    """Whether every cell that could hold an answer is empty."""
    shown = _SHOWN | {"assignment", "answered_by"}
    return not any(
        is_filled(value) for column, value in row.items() if column.split(".")[0] not in shown
    )


def is_answer_row(row: Row) -> bool:
    """Whether a row names an assignment and has columns of answers and of work alone."""
    return "assignment" in row and not _unknown(row)


def _unknown(row: Row) -> list[str]:
    return [column for column in row if column.split(".")[0] not in _FIXED | _FAMILIES | _SHOWN]


def read_answer(row: Row, context: AnswerContext) -> Judgment:
    """The judgment that an answered row states, in the record's own order.

    Raises:
        RefusedAnswerError: if the row cannot be understood, does not fit or gives no reason for
            a choice; it names every fault, each with its column.
    """
    reader = RowReader(row)
    judgment = stated_judgment(reader, context)
    # A reason that could not be read is a fault already; one more for its absence would mislead.
    unread = {error.where.split(".")[0] for error in reader.faults}
    needed = context.rubric.reasons_required and is_choice(judgment)
    if needed and not has_tied_reason(judgment) and not unread & {"reason", "errors"}:
        reader.faults.append(_NO_REASON)
    reader.refuse_faults()
    return judgment


_NO_REASON = fault(
    "no-reason",
    "the rubric asks for a reason that is tied to a dimension, or for the errors found",
    "reason",
    hint="fill a column such as reason.<dimension>",
)


def stated_judgment(reader: RowReader, context: AnswerContext) -> Judgment:
    """What a row states, whether it is enough or not; without the parts that have a fault.

    Args:
        reader: reads the row, and keeps every fault of it; each `where` is a column.
        context: what the answer is read against.
    """
    reader.faults += [
        fault("unknown-column", f"no answer has a column {column!r}", column)
        for column in _unknown(reader.row)
    ]
    steps = reader.family("step", partial(_step, context), parts=(2,))
    judgment = Judgment(
        record=context.assignment.record,
        reviewer=Reviewer(pseudonym=context.assignment.reviewer, kind="human", role=context.role),
        verdict=_verdict(reader, context),
        scores=reader.family("score", partial(_dimension_score, context), parts=(1, 2)),
        reasons=_reasons(reader, context),
        errors=errors_of(reader, context.record, context.letters),
        step_labels=tuple(step for step in steps if isinstance(step, StepLabel)),
        skipped_steps=tuple(step for step in steps if isinstance(step, SkippedStep)),
        rulings=reader.family("ruling", partial(_ruling, context)),
        attack=_attack(reader),
        stands_as_is=reader.part(lambda: _stands_as_is(reader.row), None),
        order=order_of(context.assignment, len(context.record.candidates)) or None,
        rubric=context.assignment.rubric,
        active_ms=reader.part(lambda: milliseconds(reader.row), None),
        judged_at=reader.text("judged_at") or None,
    )
    reader.faults += [
        fault("misfit", misfit, "") for misfit in judgment_faults(context.record, judgment)
    ]
    return judgment


def _verdict(reader: RowReader, context: AnswerContext) -> Verdict:
    strength = reader.part(lambda: _strength(reader.row), None)
    verdict = reader.part(lambda: _stated_verdict(reader.row, context), None)
    if verdict is None:
        return NotAsked()
    if isinstance(verdict, Prefers):
        return msgspec.structs.replace(verdict, strength=strength)
    if strength is not None:
        reader.faults.append(
            fault("bad-strength", "only a preferred candidate has a strength", "strength")
        )
    return verdict


def _stated_verdict(row: Row, context: AnswerContext) -> Verdict:
    text, letters = text_of(row, "verdict"), context.letters
    verdict = read_verdict(text, letters, lambda name: candidate_of(letters, name, "verdict"))
    if verdict is None:
        words = ", ".join([*letters, *OPEN_VERDICTS])
        raise fault(
            "unknown-verdict",
            f"{text.partition(':')[0]!r} is not a verdict",
            "verdict",
            hint=f"write one of {words}, or abstain:why",
        )
    word = verdict_word(verdict)
    if word in VERDICT_WORDS and word not in context.rubric.verdicts:
        raise fault("verdict-not-permitted", f"the rubric does not permit {word}", "verdict")
    return verdict


def _strength(row: Row) -> int | None:
    text = text_of(row, "strength")
    if not text:
        return None
    strength = count_of(text)
    if not strength:
        raise fault("bad-strength", f"a strength counts from 1, not {text!r}", "strength")
    return strength


def _dimension_score(
    context: AnswerContext, column: str, parts: Sequence[str], text: str
) -> DimensionScore:
    dimension, candidate = _about_dimension(context, column, parts)
    score = _score(text, dimension, column)
    return DimensionScore(dimension=dimension.id, score=score, candidate=candidate)


def _about_dimension(
    context: AnswerContext, column: str, parts: Sequence[str]
) -> tuple[Dimension, int | None]:
    """The dimension and the candidate that a column names."""
    name, *place = parts
    for dimension in context.rubric.dimensions:
        if dimension.id == name:
            return dimension, candidate_of(context.letters, place[0], column) if place else None
    raise fault("unknown-dimension", f"the rubric has no dimension {name!r}", column)


def _score(text: str, dimension: Dimension, column: str) -> Score:
    word, _, rest = text.partition(":")
    if word in {"abstain", "abstained"}:
        return ScoreAbstained(reason=rest.strip() or NO_REASON_GIVEN)
    if text in {"na", "n/a", "not_applicable"}:
        return NotApplicable()
    if text not in dimension.values:
        values = ", ".join(dimension.values)
        raise fault(
            "off-scale", f"{text!r} is not on the scale", column,
            hint=f"write one of {values}, na, or abstain:why",
        )  # fmt: skip
    if dimension.scale_kind == "categorical":
        return Category(value=text)
    return Scored(value=int(text))


def _reasons(reader: RowReader, context: AnswerContext) -> tuple[Reason, ...]:
    text = reader.text("reason")
    plain = (Reason(text=text),) if text else ()
    return plain + reader.family("reason", partial(_tied_reason, context), parts=(1, 2))


def _tied_reason(context: AnswerContext, column: str, parts: Sequence[str], text: str) -> Reason:
    dimension, candidate = _about_dimension(context, column, parts)
    return Reason(text=text, dimension=dimension.id, candidate=candidate)


def _step(
    context: AnswerContext, column: str, parts: Sequence[str], text: str
) -> StepLabel | SkippedStep:
    name, number = parts
    word, _, why = text.partition(":")
    step = count_of(number)
    if step is None or (word != SKIP and text not in STEP_LABELS):
        raise fault(
            "unknown-label",
            f"{text!r} is not a label on step {number!r}",
            column,
            hint="write good, neutral, bad or skip:why, or leave an unlabelled step empty",
        )
    candidate = candidate_of(context.letters, name, column)
    if word == SKIP:
        return SkippedStep(candidate=candidate, step=step, reason=why.strip() or None)
    label: Literal["good", "neutral", "bad"] = msgspec.convert(
        text, Literal["good", "neutral", "bad"]
    )
    return StepLabel(candidate=candidate, step=step, label=label)


def _attack(reader: RowReader) -> Attack | None:
    stated = dict(reader.family("attack", _attack_cell, parts=(1,)))
    return reader.part(lambda: _attack_of(stated), None) if stated else None


def _attack_cell(column: str, parts: Sequence[str], text: str) -> tuple[str, Any]:
    (name,) = parts
    if name not in ATTACK:
        raise fault("unknown-column", f"an attack has no {name!r}", column)
    if name not in {"attempts", "successes"}:
        return name, text
    count = count_of(text)
    if count is None:
        raise fault("bad-count", f"{text!r} is not a number", column)
    return name, count


def _attack_of(stated: Mapping[str, Any]) -> Attack:
    try:
        return msgspec.convert(stated, Attack)
    except msgspec.ValidationError as error:
        raise fault(
            "bad-attack",
            str(error),
            "attack",
            hint=f"an outcome is held, partial or broken; a severity is {_SEVERITIES}",
        ) from error


def _stands_as_is(row: Row) -> bool | None:
    value = row.get("stands_as_is")
    word = str(value).lower() if isinstance(value, bool) else text_of(row, "stands_as_is").lower()
    # "No" is the absence of the statement, like an empty cell.
    if not word or word in {"no", "false", "0"}:
        return None
    if word not in YES:
        raise fault("bad-word", f"{word!r} is neither yes nor no", "stands_as_is")
    return True


def _ruling(context: AnswerContext, column: str, parts: Sequence[str], text: str) -> SectionRuling:
    word, _, rest = text.partition(":")
    severity, _, why = rest.partition(":")
    if word not in RULINGS or (severity and severity not in get_args(Severity)):
        raise fault(
            "unknown-ruling",
            f"{text!r} is not a ruling",
            column,
            hint="write complies, unclear, violates, violates:high, or violates:high:why",
        )
    section, candidate = _section_and_candidate(parts, context, column)
    return msgspec.convert(
        {
            "section": section,
            "ruling": word,
            "candidate": candidate,
            "severity": severity or None,
            "reason": why.strip() or None,
        },
        SectionRuling,
    )


def _section_and_candidate(
    place: Sequence[str], context: AnswerContext, column: str
) -> tuple[str, int | None]:
    """The section and the candidate that a column names; the section's id may hold dots."""
    whole = ".".join(place)
    *section, name = place
    if not section or whole in _sections(context.record.part):
        return whole, None
    return ".".join(section), candidate_of(context.letters, name, column)
