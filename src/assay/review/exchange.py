"""The exchange: work out to reviewers and answers back, as rows that any tool can carry.

Rows go out in presented order with candidates called A, B, ...; answers come back in the same
letters and are turned into the record's order. Files are the business of `bulk`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from assay.contracts.rubric import Dimension, Rubric
from assay.core.errors import InputError
from assay.records.coherence import judgment_faults
from assay.records.evidence import TextSpan
from assay.records.fields import Severity
from assay.records.judgment import (
    Judgment,
    LocalizedError,
    Reason,
    Reviewer,
    SectionRuling,
    StepLabel,
    Unanchored,
    Whole,
)
from assay.records.kinds import Adversarial, Critique, Part, Policy
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
from assay.review.presentation import Presentation, letter, order_of, present
from assay.review.shown_text import shown_texts

Row = Mapping[str, Any]
"""One row of a file: column or key -> value."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First signs by which a spreadsheet takes a text for a formula."""

OPEN_VERDICTS: Mapping[str, Verdict] = {
    "tie": Tie(),
    "both_unacceptable": BothUnacceptable(),
    "insufficient_context": InsufficientContext(),
}
"""Answers without a winner, by the word that states them."""

STEP_LABELS = ("good", "neutral", "bad")
RULINGS = ("violates", "complies", "unclear")

_INTEGER = re.compile(r"^-?\d+$")
_FIXED = frozenset({
    "assignment", "answered_by", "verdict", "strength", "reason", "errors", "active_ms", "judged_at",
})  # fmt: skip
_FAMILIES = frozenset({"score", "reason", "step", "ruling"})
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
        if shown.kind == "process"
    ]
    rulings = [
        f"ruling.{section}.{candidate.letter}"
        for section in _sections(part)
        for candidate in shown.candidates
    ]
    errors = ["errors"] if isinstance(part, Critique) else []
    return ("verdict", "strength", *scores, *reasons, *steps, *rulings, *errors)


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
    unknown = _unknown(row)
    if unknown:
        raise _fault("unknown-column", f"no answer has a column {unknown[0]!r}", unknown[0])
    judgment = Judgment(
        record=about.assignment.record,
        reviewer=Reviewer(pseudonym=about.assignment.reviewer, kind="human", role=about.role),
        verdict=_verdict(row, about),
        scores=tuple(_scores(row, about)),
        reasons=tuple(_reasons(row, about)),
        errors=_errors(row, about),
        step_labels=tuple(_step_labels(row, about)),
        rulings=tuple(_rulings(row, about)),
        order=order_of(about.assignment, len(about.record.candidates)) or None,
        rubric=about.assignment.rubric,
        active_ms=_milliseconds(row),
        judged_at=_text(row, "judged_at") or None,
    )
    fault = next(judgment_faults(about.record, judgment), None)
    if fault:
        raise _fault("misfit", fault, "")
    _check_reasons(judgment, about.rubric)
    return judgment


def _verdict(row: Row, about: Answered) -> Verdict:
    said = _stated_verdict(row, about)
    if _text(row, "strength") and not isinstance(said, Prefers):
        raise _fault("bad-strength", "only a preferred candidate has a strength", "strength")
    return said


def _stated_verdict(row: Row, about: Answered) -> Verdict:
    word, _, rest = _text(row, "verdict").partition(":")
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
    raise _fault(
        "unknown-verdict",
        f"{word!r} is no verdict",
        "verdict",
        hint=f"write one of {known}, or abstain:why",
    )


def _permitted(word: str, rubric: Rubric) -> None:
    if word not in rubric.verdicts:
        raise _fault("verdict-not-permitted", f"the rubric does not permit {word}", "verdict")


def _ranking(word: str, letters: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
    groups = [group.split("=") for group in word.replace(" ", "").split(">")]
    return tuple(
        tuple(sorted(_candidate(letters, name, "verdict") for name in group)) for group in groups
    )


def _strength(row: Row) -> int | None:
    text = _text(row, "strength")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise _fault("bad-strength", f"a strength counts from 1, not {text!r}", "strength")
    return int(text)


def _scores(row: Row, about: Answered) -> Iterator[DimensionScore]:
    dimensions = {dimension.id: dimension for dimension in about.rubric.dimensions}
    for column, (name, *place), text in _columns(row, "score", parts=(1, 2)):
        if name not in dimensions:
            raise _fault("unknown-dimension", f"the rubric has no dimension {name!r}", column)
        yield DimensionScore(
            dimension=name,
            score=_score(text, dimensions[name], column),
            candidate=_candidate(about.letters, place[0], column) if place else None,
        )


def _score(text: str, dimension: Dimension, column: str) -> Score:
    word, _, rest = text.partition(":")
    if word in {"abstain", "abstained"}:
        return ScoreAbstained(reason=rest.strip() or "no reason given")
    if text in {"na", "n/a", "not_applicable"}:
        return NotApplicable()
    if text not in dimension.values:
        values = ", ".join(dimension.values)
        raise _fault(
            "off-scale", f"{text!r} is not on the scale", column,
            hint=f"write one of {values}, na, or abstain:why",
        )  # fmt: skip
    if dimension.scale_kind == "categorical":
        return Category(value=text)
    return Scored(value=int(text))


def _reasons(row: Row, about: Answered) -> Iterator[Reason]:
    dimensions = {dimension.id for dimension in about.rubric.dimensions}
    if text := _text(row, "reason"):
        yield Reason(text=text)
    for column, (name, *place), text in _columns(row, "reason", parts=(1, 2)):
        if name not in dimensions:
            raise _fault("unknown-dimension", f"the rubric has no dimension {name!r}", column)
        yield Reason(
            text=text,
            dimension=name,
            candidate=_candidate(about.letters, place[0], column) if place else None,
        )


def _check_reasons(judgment: Judgment, rubric: Rubric) -> None:
    """A choice needs a reason that is tied to a dimension, where the rubric asks for reasons."""
    chosen = isinstance(judgment.verdict, Prefers | Ranks | BothUnacceptable)
    tied = any(reason.dimension for reason in judgment.reasons)
    if rubric.reasons_required and chosen and not tied:
        raise _fault(
            "no-reason",
            "the rubric asks for a reason that is tied to a dimension",
            "reason",
            hint="fill a column such as reason.<dimension>",
        )


def _step_labels(row: Row, about: Answered) -> Iterator[StepLabel]:
    for column, (name, number), text in _columns(row, "step", parts=(2,)):
        if text not in STEP_LABELS or not number.isdecimal():
            raise _fault(
                "unknown-label",
                f"{text!r} is no label on step {number!r}",
                column,
                hint="write good, neutral or bad, or leave an unlabelled step empty",
            )
        label: Literal["good", "neutral", "bad"] = msgspec.convert(
            text, Literal["good", "neutral", "bad"]
        )
        candidate = _candidate(about.letters, name, column)
        yield StepLabel(candidate=candidate, step=int(number), label=label)


def _rulings(row: Row, about: Answered) -> Iterator[SectionRuling]:
    for column, place, text in _columns(row, "ruling"):
        word, _, severity = text.partition(":")
        if word not in RULINGS or (severity and severity not in get_args(Severity)):
            raise _fault(
                "unknown-ruling",
                f"{text!r} is no ruling",
                column,
                hint="write complies, unclear, violates, or violates:high",
            )
        section, candidate = _ruled(place, about, column)
        yield msgspec.convert(
            {
                "section": section,
                "ruling": word,
                "candidate": candidate,
                "severity": severity or None,
            },
            SectionRuling,
        )


def _ruled(place: Sequence[str], about: Answered, column: str) -> tuple[str, int | None]:
    """The section and the candidate that a column names; the section's id may hold dots."""
    whole = ".".join(place)
    *section, name = place
    if not section or whole in _sections(about.record.part):
        return whole, None
    return ".".join(section), _candidate(about.letters, name, column)


def _errors(row: Row, about: Answered) -> tuple[LocalizedError, ...] | None:
    """The localized errors: a list of objects, or its JSON text; empty where none was found."""
    given = row.get("errors")
    if isinstance(given, str):
        given = _json_list(given)
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _fault("bad-errors", "errors are a list of objects", "errors")
    return tuple(_error(each, about) for each in given)


def _json_list(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _fault("bad-errors", "errors are not a JSON list", "errors") from error


def _error(given: Mapping[str, Any], about: Answered) -> LocalizedError:
    fields = {"category", "severity", "correction", "verification", "note"}
    unknown = sorted(set(given) - fields - {"candidate", "quote", "start"})
    if unknown:
        raise _fault("unknown-field", f"an error has no field {unknown[0]!r}", "errors")
    candidate = _candidate(about.letters, str(given.get("candidate", "A")), "errors")
    plain = {name: given[name] for name in fields & set(given)}
    try:
        return msgspec.convert(
            plain | {"place": msgspec.to_builtins(_error_place(given, candidate, about.record))},
            LocalizedError,
        )
    except msgspec.ValidationError as error:
        raise _fault("bad-errors", str(error), "errors") from error


def _error_place(
    given: Mapping[str, Any], candidate: int, record: Record
) -> TextSpan | Unanchored | Whole:
    quote = given.get("quote")
    if not isinstance(quote, str) or not quote:
        return Whole(candidate=candidate)
    content = record.candidates[candidate].content
    if not isinstance(content, str):
        return Unanchored(stated=quote, reason="the answer is a conversation, not one text")
    start = given.get("start")
    if start is None and content.count(quote) == 1:
        start = content.index(quote)
    if not isinstance(start, int) or start < 0 or content[start : start + len(quote)] != quote:
        return Unanchored(stated=quote, reason="the quote has no single place in the text")
    pointer = f"/candidates/{candidate}/content"
    return TextSpan(pointer=pointer, start=start, end=start + len(quote), quote=quote)


def _columns(
    row: Row, family: str, *, parts: Sequence[int] = ()
) -> Iterator[tuple[str, list[str], str]]:
    """The filled columns of a family such as `score.<dimension>.<letter>`, with their parts.

    Args:
        row: the answer.
        family: the first part of the columns' names.
        parts: how many further parts a name may have; any number where empty.
    """
    for column in row:
        first, *rest = column.split(".")
        if first != family or not rest:
            continue
        if parts and len(rest) not in parts:
            raise _fault("unknown-column", f"no answer has a column {column!r}", column)
        if text := _text(row, column):
            yield column, rest, text


def _text(row: Row, column: str) -> str:
    """A cell as text, without the apostrophe that kept a spreadsheet from reading a formula."""
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise _fault("not-text", "a text or a number is expected here", column)
    text = str(value).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _milliseconds(row: Row) -> int | None:
    text = _text(row, "active_ms")
    if not text:
        return None
    if not _INTEGER.match(text) or int(text) < 0:
        raise _fault("bad-time", f"{text!r} is not a number of milliseconds", "active_ms")
    return int(text)


def _candidate(letters: Mapping[str, int], name: str, column: str) -> int:
    if name not in letters:
        known = ", ".join(letters)
        raise _fault("unknown-candidate", f"there is no candidate {name!r}", column, hint=known)
    return letters[name]


def _fault(code: str, message: str, where: str, *, hint: str = "") -> InputError:
    return InputError(code=code, message=message, where=where, hint=hint)
