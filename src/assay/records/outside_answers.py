"""Answers of imported judgments that the rubric or the policy does not know: counted, never refused.

A source may rightly score more than the rubric asks; a value off the scale of a dimension that it
does ask is more often a misread column. Such answers are stored as they are and endorse nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal

import msgspec

from assay.core.choices import nearest
from assay.records.judgment import Judgment
from assay.records.verdict import score_key


class OutsideAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer in judgments of an import that our documents do not define."""

    what: Literal["score", "dimension", "section"]
    """A value off its dimension's scale, a dimension of no rubric, or a section of no policy."""
    name: str
    """The dimension or the section."""
    value: str | None = None
    """The value that is off the scale; absent elsewhere."""
    answers: int
    """How often it was given."""
    nearest: str | None = None
    """The nearest value or name that there is; absent where none is near."""


class OutsideAnswers:
    """Counts the scores and rulings of an import that our documents do not define."""

    def __init__(self, scales: Mapping[str, Sequence[str]], sections: Sequence[str] | None) -> None:
        """Prepare.

        Args:
            scales: dimension -> the values of its scale; without any, nothing is outside.
            sections: ids of the policy's sections; None where they are not checked.
        """
        self._scales = scales
        self._sections = sections
        self._counts: Counter[tuple[Literal["score", "dimension", "section"], str, str | None]]
        self._counts = Counter()

    def add(self, judgment: Judgment) -> None:
        """Count the scores and rulings of one judgment."""
        for score in judgment.scores if self._scales else ():
            value = score_key(score.score)
            if score.dimension not in self._scales:
                self._counts["dimension", score.dimension, None] += 1
            elif value is not None and not _is_on(value, self._scales[score.dimension]):
                self._counts["score", score.dimension, value] += 1
        for ruling in judgment.rulings:
            if self._sections is not None and ruling.section not in self._sections:
                self._counts["section", ruling.section, None] += 1

    def outside(self) -> tuple[OutsideAnswer, ...]:
        """What is outside the documents, the most frequent first."""
        ordered = sorted(
            self._counts.items(), key=lambda item: (-item[1], item[0][:2], item[0][2] or "")
        )
        return tuple(
            OutsideAnswer(
                what=what,
                name=name,
                value=value,
                answers=count,
                nearest=self._near(what, name, value),
            )
            for (what, name, value), count in ordered
        )

    def _near(self, what: str, name: str, value: str | None) -> str | None:
        if what == "score":
            return nearest(value or "", self._scales[name])
        return nearest(name, list(self._scales) if what == "dimension" else self._sections or ())


def _is_on(value: str, scale: Sequence[str]) -> bool:
    """Whether a value is on a scale; between the ends of a scale of numbers fractions are, too."""
    if value in scale:
        return True
    try:
        low, high, number = Fraction(scale[0]), Fraction(scale[-1]), Fraction(value)
    except (ValueError, ZeroDivisionError):
        return False
    return low <= number <= high
