"""The floors: whether people agree as far as the contract demands, by dimension and slice.

Agreement is Krippendorff's alpha (Krippendorff 2019, Content Analysis, chapter 12) among people and
unnamed labels, over all judged records of the slice: accepted records alone agree by selection.
"""

from typing import Literal

import msgspec
import numpy as np

from assay.contracts.contract import AgreementFloor
from assay.quality.agreement import krippendorff_alpha
from assay.quality.answers import AnswerSeries, dimension_scale, only
from assay.quality.bootstrap import Resampling
from assay.quality.estimate import Estimate
from assay.quality.gathering import ReportData
from assay.quality.patterns import reduce
from assay.quality.wording import estimate as worded

FloorState = Literal["met", "below", "unknown"]
"""`unknown`: alpha, or the end of its interval that counts, is undefined."""


class FloorResult(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement floor of the contract against what people answered."""

    dimension: str
    slice: dict[str, str]
    """The records that it is about (axis -> value); empty: all."""
    least: float
    """Least alpha that the contract asks for."""
    bound: Literal["lower", "point"]
    """What must reach it: the lower end of alpha's 95 % interval, or alpha itself."""
    state: FloorState
    """Whether the figure named by `bound` reaches `least`."""
    items: int
    """Items of the slice with two or more answers."""
    alpha: Estimate | None
    """Alpha with its interval; None where no item has two answers."""

    @property
    def reason(self) -> str:
        """The floor with its figures, in words."""
        where = ", ".join(f"{axis} = {value}" for axis, value in sorted(self.slice.items()))
        alpha_text = worded(self.alpha) if self.alpha else "no item has two answers"
        what = "lower end" if self.bound == "lower" else "value"
        return (
            f"alpha of {self.dimension}{f' with {where}' if where else ''}: {alpha_text} on "
            f"{self.items} items; the contract asks for a {what} of at least {self.least:g}"
        )


def floors_of(data: ReportData, resampling: Resampling) -> tuple[FloorResult, ...]:
    """Every agreement floor of the contract, in its order.

    Args:
        data: what the cases hold.
        resampling: how the intervals are drawn.
    """
    floors = data.documents.contract.review.agreement_floors
    return tuple(_floor(floor, data, resampling) for floor in floors)


def _floor(floor: AgreementFloor, data: ReportData, resampling: Resampling) -> FloorResult:
    answers = data.dimensions.get(floor.dimension)
    items, alpha = (0, None) if answers is None else _alpha(floor, answers, data, resampling)
    return FloorResult(
        dimension=floor.dimension,
        slice=dict(floor.slice),
        least=floor.least,
        bound=floor.bound,
        state=_state(floor, alpha),
        items=items,
        alpha=alpha,
    )


def _alpha(
    floor: AgreementFloor, answers: AnswerSeries, data: ReportData, resampling: Resampling
) -> tuple[int, Estimate | None]:
    dimensions = data.documents.rubric.dimensions
    declared = next(
        (dimension for dimension in dimensions if dimension.id == floor.dimension), None
    )
    scale, codes, _ = dimension_scale(list(answers.counts), declared)
    ratings = answers.on_scale(scale, codes)
    # Items with one answer do not enter alpha, and counting them as evidence would overstate the
    # floor's basis.
    keep = np.bincount(ratings.items, minlength=ratings.n_items) > 1
    for axis, value in floor.slice.items():
        keep &= data.places.inside(axis, value, answers.records())
    chosen = np.flatnonzero(keep)
    if not chosen.size:
        return 0, None
    return int(chosen.size), krippendorff_alpha(reduce(only(ratings, chosen)), resampling)


def _state(floor: AgreementFloor, alpha: Estimate | None) -> FloorState:
    value = None if alpha is None else alpha.low if floor.bound == "lower" else alpha.value
    if value is None:
        return "unknown"
    return "met" if value >= floor.least else "below"
