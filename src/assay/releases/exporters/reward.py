"""Reward rows: one response with a number from the scores of one dimension."""

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar, Literal

from assay.quality.distributions import ScoreSummary
from assay.releases.exporters.carried_fields import CarriedField
from assay.releases.exporters.comparison import refuse_disagreement
from assay.releases.exporters.conversation import Form, side_column
from assay.releases.exporters.exporter import Carried, Column, ExportFormat, ExportRow
from assay.releases.exporters.reasons import NotCarriedError
from assay.releases.exporters.released import ReleasedRecord
from assay.releases.exporters.scores import describe_scores, number_of, summaries_of
from assay.releases.exporters.sides import prompt_in, response_in


class RewardExport(ExportFormat, frozen=True, kw_only=True):
    """One row for each response that has the number asked for."""

    name: ClassVar[str] = "reward"
    summary: ClassVar[str] = "`prompt`, `response` and `reward`, for regression reward models"
    partly: ClassVar[frozenset[CarriedField]] = frozenset({"candidates", "scores"})
    limits: ClassVar[tuple[str, ...]] = (
        "The rule is in the options: which dimension, agreed score or mean, raw or from 0 to 1.",
        "Without `dimension` a response must have been scored on one dimension alone.",
        "A reward is rounded to 6 decimals.",
        "For a model with one output and a squared loss; TRL's reward trainer reads pairs instead.",
    )

    dimension: str = ""
    """Dimension that is the reward; empty: the only one that was scored."""
    score: Literal["agreed", "mean"] = "agreed"
    """`agreed`: the score on which reviewers agree; `mean`: the mean of all that count."""
    scale: Literal["raw", "unit"] = "raw"
    """`unit`: from 0 (worst of the rubric's scale) to 1 (best); `raw`: the score itself."""
    form: Form = "conversational"
    """`standard` (plain texts) or `conversational` (lists of messages)."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with their types."""
        sides = tuple(side_column(name, self.form) for name in ("prompt", "response"))
        return (*sides, {"name": "reward", "dtype": "float64"})

    def rows(self, released: ReleasedRecord) -> Carried:
        """One row for each candidate with a reward."""
        record = released.record
        refuse_disagreement(released)
        rows, written = [], 0
        for place, candidate in enumerate(record.candidates):
            summary = self._summary(released, place)
            reward = self._reward(released, summary) if summary else None
            if summary is None or reward is None:
                continue
            values = {
                "prompt": prompt_in(record.task, self.form),
                "response": response_in(candidate, self.form),
                "reward": round(float(reward), 6),
            }
            rows.append(ExportRow(values=values, candidates=(place,)))
            written += (
                sum(summary.counts.values())
                if self.score == "mean"
                else summary.counts.get(summary.agreed or "", 0)
            )
        if not rows:
            raise NotCarriedError("no_scores", describe_scores(released))
        return Carried(rows=tuple(rows), carried={"candidates": len(rows), "scores": written})

    def _summary(self, released: ReleasedRecord, place: int) -> ScoreSummary | None:
        summaries = summaries_of(released, place)
        if self.dimension:
            return summaries.get(self.dimension)
        return next(iter(summaries.values())) if len(summaries) == 1 else None

    def _reward(self, released: ReleasedRecord, summary: ScoreSummary) -> Fraction | None:
        number = number_of(summary.agreed) if self.score == "agreed" else _mean(summary)
        if number is None or self.scale == "raw":
            return number
        dimensions = released.rubric.dimensions if released.rubric else ()
        for dimension in dimensions:
            if dimension.id == summary.dimension and dimension.bounds is not None:
                least, greatest = dimension.bounds
                share = (number - least) / (greatest - least)
                return share if dimension.better == "higher" else 1 - share
        return None


def _mean(summary: ScoreSummary) -> Fraction | None:
    numbers = {number_of(value): count for value, count in summary.counts.items()}
    if not numbers or None in numbers:
        return None
    total = sum((number or 0) * count for number, count in numbers.items())
    return Fraction(total) / sum(numbers.values())
