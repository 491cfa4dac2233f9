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
    NotApplicable,
    Prefers,
    Ranks,
    Score,
    ScoreAbstained,
    Scored,
    Verdict,
)
from assay.records.verdict_text import PLAIN_VERDICTS

Resolve = Callable[[Any], int]
"""Turns a candidate's name into its place in the record."""

_PREFERS = re.compile(r"prefers (?P<name>.+?)(?: by (?P<strength>\d+))?")


def to_verdict(stated: Any, resolve: Resolve) -> Verdict:
    """The verdict that a word or a small object stands for.

    Raises:
        InputError: if it stands for none.
    """
    if isinstance(stated, str):
        if stated in PLAIN_VERDICTS:
            return PLAIN_VERDICTS[stated]
        match = _PREFERS.fullmatch(stated)
        if match:
            strength = match["strength"]
            return Prefers(
                candidate=resolve(match["name"]), strength=int(strength) if strength else None
            )
    if isinstance(stated, Mapping):
        if set(stated) == {"abstained"}:
            return Abstained(reason=as_text(stated["abstained"]))
        if set(stated) == {"ranks"} and isinstance(stated["ranks"], list):
            groups = (each if isinstance(each, list) else [each] for each in stated["ranks"])
            return Ranks(order=tuple(tuple(resolve(name) for name in group) for group in groups))
    raise InputError(
        code="not-a-verdict",
        message=f"{as_text(stated)[:80]!r} is not a verdict",
        where="verdict",
        hint=f"write `prefers NAME`, {', '.join(PLAIN_VERDICTS)}, {{abstained: why}} or {{ranks: ...}}",
    )


def to_score(stated: Any, *, number: bool) -> Score:
    """The score that a value stands for.

    Args:
        stated: a number, a category, or the object of a way of not scoring.
        number: whether the scale is one of numbers.

    Raises:
        InputError: if a number is asked for and this is none.
    """
    if isinstance(stated, Mapping):
        if set(stated) == {"abstained"}:
            return ScoreAbstained(reason=as_text(stated["abstained"]))
        if dict(stated) == {"not_applicable": True}:
            return NotApplicable()
        raise InputError(
            code="not-a-score",
            message=f"{as_text(stated)[:80]} is not a score",
            hint="write {abstained: why} or {not_applicable: true}",
        )
    return _scored(stated) if number else Category(value=as_text(stated))


def _scored(stated: Any) -> Scored:
    try:
        exact = Fraction(as_text(stated).strip())
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(
            code="not-a-score",
            message=f"{as_text(stated)[:60]!r} is not a number",
            hint="map it by a table of values, or take the scale as a category",
        ) from error
    return Scored(
        value=as_integer(exact.numerator, "a score"),
        denominator=exact.denominator if exact.denominator > 1 else None,
    )
