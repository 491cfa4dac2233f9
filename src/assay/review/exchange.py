"""The exchange: work out to reviewers and answers back, as rows that any tool can carry.

Rows go out in presented order with candidates called A, B, ...; answers come back in the same
letters and are turned into the record's order. Files are the business of `bulk`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from assay.contracts.rubric import Dimension, Rubric
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
    Abstained,
    BothUnacceptable,
    Category,
    DimensionScore,
    InsufficientContext,
    NotApplicable,
    NotAsked,
    Prefers,
    Ranks,
    Score,
    ScoreAbstained,
    Scored,
    Tie,
    Verdict,
)
from assay.review.assignment import Assignment
from assay.review.cells import FORMULA, Row, candidate_of, columns, fault, milliseconds, text_of
from assay.review.error_cells import errors_of
from assay.review.presentation import Presentation, letter, order_of, present
from assay.review.shown_text import shown_texts

OPEN_VERDICTS: Mapping[str, Verdict] = {
    "tie": Tie(),
    "both_unacceptable": BothUnacceptable(),
    "insufficient_context": InsufficientContext(),
}
"""Answers without a winner, by the word that states them."""

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


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer is read against."""

    assignment: Assignment
    """The assignment that the row names."""
    record: Record
    """Its record."""
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
    return {column: defused(text) for column, text in row.items()}


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


def defused(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def is_unanswered(row: Row) -> bool:
    """Whether every cell that could hold an answer is empty."""
    shown = _SHOWN | {"assignment", "answered_by"}
    return not any(
        value not in {None, ""} if isinstance(value, str | None) else True
        for column, value in row.items()
        if column.split(".")[0] not in shown
    )


def is_answer_row(row: Row) -> bool:
    """Whether a row names an assignment and has columns of answers and of work alone."""
    return "assignment" in row and not _unknown(row)


def _unknown(row: Row) -> list[str]:
    return [column for column in row if column.split(".")[0] not in _FIXED | _FAMILIES | _SHOWN]


def read_answer(row: Row, about: Answered) -> Judgment:
    """The judgment that an answered row states, in the record's own order.

    Raises:
        InputError: if the row cannot be understood or does not fit; `where` names the column.
    """
    judgment = stated_judgment(row, about)
    _check_reasons(judgment, about.rubric)
    return judgment


def stated_judgment(row: Row, about: Answered) -> Judgment:
    """What a row states, whether it is enough or not.

    Raises:
        InputError: if the row cannot be understood or does not fit; `where` names the column.
    """
    unknown = _unknown(row)
    if unknown:
        raise fault("unknown-column", f"no answer has a column {unknown[0]!r}", unknown[0])
    judgment = Judgment(
        record=about.assignment.record,
        reviewer=Reviewer(pseudonym=about.assignment.reviewer, kind="human", role=about.role),
        verdict=_verdict(row, about),
        scores=tuple(_scores(row, about)),
        reasons=tuple(_reasons(row, about)),
        errors=errors_of(row, about.record, about.letters),
        step_labels=tuple(_step_labels(row, about)),
        skipped_steps=tuple(_skipped_steps(row, about)),
        rulings=tuple(_rulings(row, about)),
        attack=_attack(row),
        stands_as_is=_stands(row),
        order=order_of(about.assignment, len(about.record.candidates)) or None,
        rubric=about.assignment.rubric,
        active_ms=milliseconds(row),
        judged_at=text_of(row, "judged_at") or None,
    )
    misfits = list(judgment_faults(about.record, judgment))
    if misfits:
        raise fault("misfit", "; ".join(misfits), "")
    return judgment


def _verdict(row: Row, about: Answered) -> Verdict:
    said = _stated_verdict(row, about)
    if text_of(row, "strength") and not isinstance(said, Prefers):
        raise fault("bad-strength", "only a preferred candidate has a strength", "strength")
    return said


def _stated_verdict(row: Row, about: Answered) -> Verdict:
    word, _, rest = text_of(row, "verdict").partition(":")
    letters = about.letters
    if word in letters:
        return Prefers(candidate=letters[word], strength=_strength(row))
    if word in OPEN_VERDICTS:
        _permitted(word, about.rubric)
        return OPEN_VERDICTS[word]
    if word in {"abstain", "abstained"}:
        _permitted("abstained", about.rubric)
        return Abstained(reason=rest.strip() or "no reason given")
    if word in {"", "not_asked"}:
        return NotAsked()
    if ">" in word or "=" in word:
        return Ranks(order=_ranking(word, letters))
    known = ", ".join([*letters, *OPEN_VERDICTS])
    raise fault(
        "unknown-verdict",
        f"{word!r} is not a verdict",
        "verdict",
        hint=f"write one of {known}, or abstain:why",
    )


def _permitted(word: str, rubric: Rubric) -> None:
    if word not in rubric.verdicts:
        raise fault("verdict-not-permitted", f"the rubric does not permit {word}", "verdict")


def _ranking(word: str, letters: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
    groups = [group.split("=") for group in word.replace(" ", "").split(">")]
    return tuple(
        tuple(sorted(candidate_of(letters, name, "verdict") for name in group)) for group in groups
    )


def _strength(row: Row) -> int | None:
    text = text_of(row, "strength")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise fault("bad-strength", f"a strength counts from 1, not {text!r}", "strength")
    return int(text)


def _scores(row: Row, about: Answered) -> Iterator[DimensionScore]:
    dimensions = {dimension.id: dimension for dimension in about.rubric.dimensions}
    for column, (name, *place), text in columns(row, "score", parts=(1, 2)):
        if name not in dimensions:
            raise fault("unknown-dimension", f"the rubric has no dimension {name!r}", column)
        yield DimensionScore(
            dimension=name,
            score=_score(text, dimensions[name], column),
            candidate=candidate_of(about.letters, place[0], column) if place else None,
        )


def _score(text: str, dimension: Dimension, column: str) -> Score:
    word, _, rest = text.partition(":")
    if word in {"abstain", "abstained"}:
        return ScoreAbstained(reason=rest.strip() or "no reason given")
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


def _reasons(row: Row, about: Answered) -> Iterator[Reason]:
    dimensions = {dimension.id for dimension in about.rubric.dimensions}
    if text := text_of(row, "reason"):
        yield Reason(text=text)
    for column, (name, *place), text in columns(row, "reason", parts=(1, 2)):
        if name not in dimensions:
            raise fault("unknown-dimension", f"the rubric has no dimension {name!r}", column)
        yield Reason(
            text=text,
            dimension=name,
            candidate=candidate_of(about.letters, place[0], column) if place else None,
        )


def _check_reasons(judgment: Judgment, rubric: Rubric) -> None:
    """A choice needs a reason that is tied to a dimension, where the rubric asks for reasons."""
    chosen = isinstance(judgment.verdict, Prefers | Ranks | BothUnacceptable)
    tied = any(reason.dimension for reason in judgment.reasons)
    if rubric.reasons_required and chosen and not tied:
        raise fault(
            "no-reason",
            "the rubric asks for a reason that is tied to a dimension",
            "reason",
            hint="fill a column such as reason.<dimension>",
        )


def _step_labels(row: Row, about: Answered) -> Iterator[StepLabel]:
    for column, (name, number), text in columns(row, "step", parts=(2,)):
        if text.partition(":")[0] == SKIP and number.isdecimal():
            continue
        if text not in STEP_LABELS or not number.isdecimal():
            raise fault(
                "unknown-label",
                f"{text!r} is not a label on step {number!r}",
                column,
                hint="write good, neutral, bad or skip:why, or leave an unlabelled step empty",
            )
        label: Literal["good", "neutral", "bad"] = msgspec.convert(
            text, Literal["good", "neutral", "bad"]
        )
        candidate = candidate_of(about.letters, name, column)
        yield StepLabel(candidate=candidate, step=int(number), label=label)


def _skipped_steps(row: Row, about: Answered) -> Iterator[SkippedStep]:
    for column, (name, number), text in columns(row, "step", parts=(2,)):
        word, _, why = text.partition(":")
        if word == SKIP and number.isdecimal():
            candidate = candidate_of(about.letters, name, column)
            yield SkippedStep(candidate=candidate, step=int(number), reason=why.strip() or None)


def _attack(row: Row) -> Attack | None:
    stated: dict[str, Any] = {}
    for column, (name,), text in columns(row, "attack", parts=(1,)):
        if name not in ATTACK:
            raise fault("unknown-column", f"an attack has no {name!r}", column)
        stated[name] = text
        if name in {"attempts", "successes"}:
            if not text.isdecimal():
                raise fault("bad-count", f"{text!r} is not a number", column)
            stated[name] = int(text)
    if not stated:
        return None
    try:
        return msgspec.convert(stated, Attack)
    except msgspec.ValidationError as error:
        raise fault(
            "bad-attack",
            str(error),
            "attack",
            hint=f"an outcome is held, partial or broken; a severity is {_SEVERITIES}",
        ) from error


def _stands(row: Row) -> bool | None:
    value = row.get("stands_as_is")
    word = str(value).lower() if isinstance(value, bool) else text_of(row, "stands_as_is").lower()
    if not word or word in {"no", "false", "0"}:
        return None
    if word not in YES:
        raise fault("bad-word", f"{word!r} is neither yes nor no", "stands_as_is")
    return True


def _rulings(row: Row, about: Answered) -> Iterator[SectionRuling]:
    for column, place, text in columns(row, "ruling"):
        word, _, rest = text.partition(":")
        severity, _, why = rest.partition(":")
        if word not in RULINGS or (severity and severity not in get_args(Severity)):
            raise fault(
                "unknown-ruling",
                f"{text!r} is not a ruling",
                column,
                hint="write complies, unclear, violates, violates:high, or violates:high:why",
            )
        section, candidate = _ruled(place, about, column)
        yield msgspec.convert(
            {
                "section": section,
                "ruling": word,
                "candidate": candidate,
                "severity": severity or None,
                "reason": why.strip() or None,
            },
            SectionRuling,
        )


def _ruled(place: Sequence[str], about: Answered, column: str) -> tuple[str, int | None]:
    """The section and the candidate that a column names; the section's id may hold dots."""
    whole = ".".join(place)
    *section, name = place
    if not section or whole in _sections(about.record.part):
        return whole, None
    return ".".join(section), candidate_of(about.letters, name, column)
