"""Labels as foreign files give them: who is said to have judged, and what becomes of it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from assay.core.canonical import json_text
from assay.core.errors import InputError
from assay.records.candidate import Candidate
from assay.records.coherence import judgment_faults
from assay.records.evidence import Evidence
from assay.records.judgment import Judgment, Reason, Reviewer
from assay.records.kinds import Demonstration, Outcome, Preference
from assay.records.number import as_number
from assay.records.reader import Read, RowContext
from assay.records.record import SCHEMA_VERSION, Record, Source, sort_candidates
from assay.records.task import Message, Task
from assay.records.verdict import (
    Category,
    DimensionScore,
    NotAsked,
    Prefers,
    Ranks,
    Score,
    ScoreAbstained,
    Scored,
    Tie,
    Verdict,
)


class Opinion:
    """What one rater said about the candidates in the order of the file."""

    def __init__(
        self,
        reviewer: Reviewer,
        *,
        better: int | None = None,
        strength: int | None = None,
        verdict: Verdict | None = None,
        reasons: Sequence[Reason] = (),
        scores: Sequence[DimensionScore] = (),
        judged_at: str | None = None,
    ) -> None:
        """State a preference; candidates are counted in the order of the file.

        Args:
            reviewer: who is said to have judged.
            better: the better candidate; None for a tie.
            strength: how much better.
            verdict: another verdict than one of these two.
            reasons: why.
            scores: scores by dimension and candidate.
            judged_at: when, as the file says it.
        """
        self.reviewer = reviewer
        self.verdict = verdict or (
            Tie() if better is None else Prefers(candidate=better, strength=strength)
        )
        self.reasons = tuple(reasons)
        self.scores = tuple(scores)
        self.judged_at = judged_at


def unnamed(context: RowContext, label: str = "", *, final: bool = False) -> Reviewer:
    """The reviewer of a label whose author the file does not name.

    Args:
        context: names the source class, which stands for its raters.
        label: distinguishes several unnamed raters of one row.
        final: whether the label closes over others, such as an average.
    """
    return Reviewer(
        pseudonym=f"{context.source_class}: {label}" if label else context.source_class,
        kind="unknown",
        role="adjudicator" if final else "reviewer",
    )


def whole_source(context: RowContext, locator: str | None = None) -> tuple[Source, ...]:
    """The sources of a record that belongs to one source class."""
    return (Source(source_class=context.source_class, locator=locator),)


def demonstration(
    context: RowContext, task: Task, candidate: Candidate, key: str | None = None
) -> Read:
    """A response to imitate."""
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Demonstration(),
        task=task,
        sources=whole_source(context),
        candidates=(candidate,),
        key=key,
    )
    return Read(record=record)


def comparison(
    context: RowContext,
    task: Task,
    candidates: Sequence[Candidate],
    opinions: Sequence[Opinion],
    *,
    key: str | None = None,
    evidence: Sequence[Evidence] = (),
    locator: str | None = None,
) -> Read:
    """Two or more responses and what was said of them; no presented order is known.

    Raises:
        InputError: if the responses that a label distinguishes are the same.
    """
    in_file_order = tuple(candidates)
    if len({json_text(_content(candidate)) for candidate in in_file_order}) == 1:
        raise InputError(
            code="same-candidates",
            message="the candidates are the same text, so no label can distinguish them",
        )
    ordered, moved = sort_candidates(in_file_order)
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Preference(),
        task=task,
        sources=whole_source(context, locator),
        candidates=ordered,
        evidence=tuple(evidence),
        key=key,
    )
    judgments = [
        Judgment(
            record=record.id,
            reviewer=opinion.reviewer,
            verdict=_moved_verdict(opinion.verdict, moved),
            reasons=tuple(_with_moved_candidate(reason, moved) for reason in opinion.reasons),
            scores=tuple(_with_moved_candidate(score, moved) for score in opinion.scores),
            judged_at=opinion.judged_at,
        )
        for opinion in opinions
    ]
    return Read(record=record, judgments=judgments)


def desirable(
    context: RowContext,
    task: Task,
    candidate: Candidate,
    label: bool | None,
    key: str | None = None,
) -> Read:
    """One response and whether it is wanted: an outcome, scored 1 or 0 on `desirable`.

    Without a label it is an outcome that nobody has judged.
    """
    record = Record(
        schema_version=SCHEMA_VERSION,
        part=Outcome(),
        task=task,
        sources=whole_source(context),
        candidates=(candidate,),
        key=key,
    )
    if label is None:
        return Read(record=record)
    score = DimensionScore(dimension="desirable", score=Scored(value=int(label)), candidate=0)
    judgment = Judgment(
        record=record.id, reviewer=unnamed(context), verdict=NotAsked(), scores=(score,)
    )
    return Read(record=record, judgments=[judgment])


def signed(strength: int) -> tuple[int | None, int | None]:
    """The better of two candidates and by how much: negative for the first, 0 for a tie."""
    if strength == 0:
        return None, None
    return (0 if strength < 0 else 1), abs(strength)


def scored(value: Any, what: str) -> Scored:
    """A number as an exact score: whole numbers, decimals and their texts.

    Raises:
        InputError: if it is not a number.
    """
    number = as_number(value)
    if number is None:
        raise InputError(
            code="wrong-field", message=f"{what!r} is not a number: {value!r}", where=what
        )
    return as_score(number)


def as_score(number: Fraction) -> Scored:
    """A number as a score."""
    denominator = number.denominator if number.denominator > 1 else None
    return Scored(value=number.numerator, denominator=denominator)


def any_score(value: Any) -> Score:
    """A value of any JSON as a score: a number, or a category; null is a score that was not given.

    Raises:
        InputError: if it is a number that is none, such as NaN.
    """
    if value is None:
        return ScoreAbstained(reason="unscored")
    if isinstance(value, bool):
        return Category(value=str(value).lower())
    if isinstance(value, int | float):
        return scored(value, "value")
    return Category(value=value if isinstance(value, str) else json_text(value))


def require_sound(record: Record, judgment: Judgment) -> Judgment:
    """The judgment, if it can be about the record.

    Raises:
        InputError: if it cannot; only this judgment of its row is then set aside.
    """
    faults = list(judgment_faults(record, judgment))
    if faults:
        raise InputError(
            code="incoherent-judgment",
            message="; ".join(faults),
            hint="correct the annotation in its tool and export it again",
        )
    return judgment


def task_of(*messages: Message) -> Task:
    """A task of messages alone."""
    return Task(messages=messages)


_OfCandidate = TypeVar("_OfCandidate", Reason, DimensionScore)


def _with_moved_candidate(entry: _OfCandidate, moved: Sequence[int]) -> _OfCandidate:
    if entry.candidate is None:
        return entry
    return msgspec.structs.replace(entry, candidate=moved[entry.candidate])


def _moved_verdict(verdict: Verdict, moved: Sequence[int]) -> Verdict:
    match verdict:
        case Prefers(candidate=candidate, strength=strength):
            return Prefers(candidate=moved[candidate], strength=strength)
        case Ranks(order=order):
            return Ranks(
                order=tuple(tuple(sorted(moved[place] for place in group)) for group in order)
            )
        case _:
            return verdict


def _content(candidate: Candidate) -> Any:
    if isinstance(candidate.content, str):
        return candidate.content
    return [
        [m.role, m.content, [[call.name, call.arguments] for call in m.tool_calls]]
        for m in candidate.content
    ]
