"""Answer keys as they come in: lines that an expert wrote, and adjudications that decided.

What cannot become a key raises a `UsageError` with the reason; the caller sets it aside.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

import msgspec

from assay.contracts.rubric import Rubric
from assay.core.errors import UsageError
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.records.verdict import (
    Category,
    DimensionScore,
    NotAsked,
    ScoreAbstained,
    Scored,
    Verdict,
)
from assay.review.adjudication import Adjudication, Decided
from assay.review.answer_key import AcceptedScore, Key, OneOf, Within


class KeyRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a file of answer keys; the rubric is the one in force."""

    record: str
    """Id of the record, or a unique prefix."""
    verdicts: tuple[Verdict, ...] = ()
    """The verdicts that count as right; empty where none is asked."""
    scores: tuple[AcceptedScore, ...] = ()
    """The scores that count as right; empty where none is asked."""
    source: Literal["adjudication", "expert"] = "expert"
    """Where the key comes from: an adjudication in the store, or an expert."""


def key_row(line: bytes) -> KeyRow:
    """One line of a file of answer keys.

    Raises:
        UsageError: if the line is not a key.
    """
    try:
        return msgspec.json.decode(line, type=KeyRow)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise broken_key(f"this line is not a key: {error}") from error


def key_of_row(row: KeyRow, record: Record, rubric: str) -> Key:
    """The key that a line states about a record, under the rubric with this document id."""
    return Key(
        record=record.id,
        rubric=rubric,
        source=row.source,
        verdicts=row.verdicts,
        scores=row.scores,
    )


def key_of_adjudication(
    adjudication: Adjudication,
    record: Record,
    weighed: Iterable[Judgment],
    *,
    rubric: str,
    family: str,
    language: str | None,
) -> Key:
    """The key that an adjudication gives.

    Args:
        adjudication: the last one of the record.
        record: the record.
        weighed: the judgments that it weighed.
        rubric: document id of the rubric in force.
        family: the task family asked for: a capability, or a kind.
        language: the language asked for; any where absent.

    Raises:
        UsageError: with the reason why it gives none.
    """
    if family != (record.task.capability or record.kind):
        raise broken_key("the record is of another task family")
    if language is not None and record.task.taxonomy.get("language") != language:
        raise broken_key("the record is in another language")
    if not isinstance(adjudication.decision, Decided):
        raise broken_key("the adjudication keeps the distribution or returns the record")
    if any(judgment.rubric != rubric for judgment in weighed):
        raise broken_key("it weighed judgments under another version of the rubric")
    verdict = adjudication.decision.verdict
    return Key(
        record=record.id,
        rubric=rubric,
        source="adjudication",
        verdicts=() if isinstance(verdict, NotAsked) else (verdict,),
        scores=tuple(_accepted_scores(adjudication.decision.scores)),
    )


def check_key(key: Key, record: Record, rubric: Rubric, earlier: Collection[str]) -> None:
    """Refuse a key that nobody could answer, or a second one for a record.

    Args:
        key: the key.
        record: its record.
        rubric: the rubric in force.
        earlier: ids of the records that have a key already.

    Raises:
        UsageError: with all reasons.
    """
    if key.record in earlier:
        raise broken_key("an earlier one has a key for the same record")
    faults = [*key.faults(record), *_off_rubric(key, rubric)]
    if faults:
        raise broken_key("; ".join(faults))


def broken_key(reason: str) -> UsageError:
    """The error that says why something makes no key."""
    return UsageError(code="broken-key", message=reason)


def _accepted_scores(scores: Iterable[DimensionScore]) -> Iterator[AcceptedScore]:
    """The scores of a decision as what is right, and nothing else."""
    for score in scores:
        match score.score:
            case Scored(value=value, denominator=None | 1):
                accepts: Within | OneOf = Within(low=value, high=value)
            case Category(value=category):
                accepts = OneOf(values=(category,))
            case ScoreAbstained():
                continue
            case _:
                raise broken_key(
                    f"the score of {score.dimension} is a fraction; a key has whole ones"
                )
        yield AcceptedScore(dimension=score.dimension, accepts=accepts, candidate=score.candidate)


def _off_rubric(key: Key, rubric: Rubric) -> Iterator[str]:
    """What a key expects that nobody can answer under the rubric."""
    scales = {dimension.id: dimension.values for dimension in rubric.dimensions}
    for score in key.scores:
        values = scales.get(score.dimension)
        if values is None:
            yield f"the rubric in force has no dimension {score.dimension!r}"
        elif isinstance(score.accepts, OneOf) and not set(score.accepts.values) & set(values):
            yield f"no accepted score of {score.dimension} is on its scale"
