"""Verdicts and scores as a mapping writes them: a word, or a small object."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from assay.core.errors import InputError
from assay.records.mapping.scope import as_integer, as_text
from assay.records.verdict import (
    Abstained,
    Category,
    DimensionScore,
    NotApplicable,
    Prefers,
    Ranks,
    Score,
    ScoreAbstained,
    Scored,
    Tie,
    Verdict,
)
from assay.records.verdict_text import PLAIN_VERDICTS

Resolve = Callable[[Any], int]
"""Turns a candidate's name into its place in the record."""

_PREFERS = re.compile(r"prefers (?P<name>.+?)(?: by (?P<strength>\d+))?")


def to_verdict(value: Any, resolve: Resolve) -> Verdict:
    """The verdict that a word or a small object stands for.

    Raises:
        InputError: if it stands for none.
    """
    if isinstance(value, str):
        if value in PLAIN_VERDICTS:
            return PLAIN_VERDICTS[value]
        match = _PREFERS.fullmatch(value)
        if match:
            strength = match["strength"]
            return Prefers(
                candidate=resolve(match["name"]), strength=int(strength) if strength else None
            )
    if isinstance(value, Mapping):
        if set(value) == {"abstained"}:
            return Abstained(reason=as_text(value["abstained"]))
        if set(value) == {"ranks"} and isinstance(value["ranks"], list):
            groups = (entry if isinstance(entry, list) else [entry] for entry in value["ranks"])
            return Ranks(order=tuple(tuple(resolve(name) for name in group) for group in groups))
    raise InputError(
        code="not-a-verdict",
        message=f"{as_text(value)[:80]!r} is not a verdict",
        hint=f"write `prefers NAME`, {', '.join(PLAIN_VERDICTS)}, {{abstained: why}} or {{ranks: ...}}; "
        "rank numbers make a verdict under `ranks`",
    )


def to_score(value: Any, *, number: bool) -> Score:
    """The score that a value stands for.

    Args:
        value: a number, a category, or the object of a way of not scoring.
        number: whether the scale is one of numbers.

    Raises:
        InputError: if a number is asked for and this is none.
    """
    if isinstance(value, Mapping):
        if set(value) == {"abstained"}:
            return ScoreAbstained(reason=as_text(value["abstained"]))
        if dict(value) == {"not_applicable": True}:
            return NotApplicable()
        raise InputError(
            code="not-a-score",
            message=f"{as_text(value)[:80]} is not a score",
            hint="write {abstained: why} or {not_applicable: true}",
        )
    return _score_of(value) if number else Category(value=as_text(value))


def ranking(ranks: Mapping[int | None, Fraction], *, highest_first: bool) -> Verdict | None:
    """The verdict that rank numbers make; None where no candidate has one.

    Args:
        ranks: place of a candidate -> its number; equal numbers tie.
        highest_first: whether the highest number is the best.
    """
    groups: dict[Fraction, list[int]] = {}
    for candidate, rank in ranks.items():
        if candidate is not None:
            groups.setdefault(rank, []).append(candidate)
    order = [tuple(sorted(groups[rank])) for rank in sorted(groups, reverse=highest_first)]
    if not order:
        return None
    if len(ranks) == _PAIR:
        return Tie() if len(order) == 1 else Prefers(candidate=order[0][0])
    return Ranks(order=tuple(order))


_PAIR = 2


def comparison_scores(dimension: str, verdict: Verdict, count: int) -> list[DimensionScore]:
    """A comparison on one dimension as scores: how far each candidate is ahead of the worst.

    Args:
        dimension: the dimension's name.
        verdict: which candidate is better on it; a way of not answering is an abstention.
        count: candidates of the record.
    """
    points = [0] * count
    match verdict:
        case Prefers(candidate=candidate, strength=strength):
            points[candidate] = strength or 1
        case Ranks(order=order):
            for below, group in enumerate(reversed(order)):
                for candidate in group:
                    points[candidate] = below
        case Tie():
            pass
        case Abstained(reason=reason):
            return [DimensionScore(dimension=dimension, score=ScoreAbstained(reason=reason))]
        case _:
            reason = str(verdict.__struct_config__.tag)
            return [DimensionScore(dimension=dimension, score=ScoreAbstained(reason=reason))]
    return [
        DimensionScore(dimension=dimension, candidate=candidate, score=Scored(value=value))
        for candidate, value in enumerate(points)
    ]


def _score_of(value: Any) -> Scored:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return Scored(value=as_integer(value, "a score"))  # the usual case: a fraction costs more
    try:
        exact = Fraction(as_text(value).strip())
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(
            code="not-a-score",
            message=f"{as_text(value)[:60]!r} is not a number",
            hint="map it by a table of values, or take the scale as a category",
        ) from error
    return Scored(
        value=as_integer(exact.numerator, "a score"),
        denominator=exact.denominator if exact.denominator > 1 else None,
    )
