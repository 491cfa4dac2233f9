"""Metrics: what an acceptance test's `metric` may name, its range, and in which direction it is worse.

One registry for the check of a contract and for the validation that computes the values. A metric
that is not named here is a measure of the evaluation's own; then its ending shows the range, and
nothing shows the direction unless it is the mean over a dimension of the rubric.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from assay.contracts.rubric import Rubric

Worse = Literal["higher", "lower", "either"]
"""In which direction a metric is worse; `either` where nothing says which."""

NAMED: Mapping[str, Worse] = {
    "error_rate": "higher",
    "accuracy": "lower",
    "unsafe_compliance_rate": "higher",
    "over_refusal_rate": "higher",
    "not_helped_rate": "higher",
    "partial_compliance_rate": "higher",
    "partial_refusal_rate": "higher",
    "supported_claim_rate": "lower",
    "unsupported_claim_rate": "higher",
    "contradictory_claim_rate": "higher",
    "unverifiable_claim_rate": "either",
}
"""The metrics that Assay computes from what a result says: rates, from 0 to 1."""

FAILURES = "failure_rate"
"""Share of items with a failure class; `failure_rate:CLASS` is the share of one class."""

MEAN = "mean_"
"""Beginning of the name of a mean over a measure, such as a dimension of the rubric."""

_RATE = re.compile(r"_(?:rate|share|accuracy|precision|recall|probability)$")
_NEAR = 0.85
"""Least likeness of two names of which one is taken for a misspelling of the other (difflib's ratio)."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a metric by its name."""

    name: str
    """As the acceptance test names it."""
    low: float | None
    """Least value; None if it is not known."""
    high: float | None
    """Greatest value; None if it is not known."""
    worse: Worse
    """In which direction it is worse."""
    named: bool
    """Whether Assay computes it; else it is a measure of the evaluation's own."""

    @property
    def width(self) -> float | None:
        """Greatest change that is possible; None if it is not known."""
        return None if self.low is None or self.high is None else self.high - self.low

    @property
    def is_rate(self) -> bool:
        """Whether it lies between 0 and 1 as the mean of values of which each is 0 or 1."""
        return not self.name.startswith(MEAN) and (self.low, self.high) == (0.0, 1.0)


def describe_metric(name: str, rubric: Rubric | None) -> Metric:
    """What is known of a metric.

    Args:
        name: as the acceptance test names it.
        rubric: the rubric whose dimensions `mean_NAME` and `NAME` may mean.
    """
    if name in NAMED or counts_failures(name):
        return Metric(name=name, low=0.0, high=1.0, worse=NAMED.get(name, "higher"), named=True)
    for dimension in rubric.dimensions if rubric else ():
        if dimension.id == name.removeprefix(MEAN) and dimension.bounds is not None:
            low, high = map(float, dimension.bounds)
            worse: Worse = "lower" if dimension.better == "higher" else "higher"
            return Metric(name=name, low=low, high=high, worse=worse, named=False)
    rate = (0.0, 1.0) if _RATE.search(name) else (None, None)
    return Metric(name=name, low=rate[0], high=rate[1], worse="either", named=False)


def counts_failures(name: str) -> bool:
    """Whether a metric is a rate of failure classes."""
    return name == FAILURES or name.startswith(f"{FAILURES}:")


def failure_class(name: str) -> str | None:
    """The failure class whose rate a metric is; None for any other metric."""
    prefix = f"{FAILURES}:"
    return name.removeprefix(prefix) if name.startswith(prefix) else None


def nearest_metric(name: str, dimensions: Iterable[str]) -> str | None:
    """The metric that an unknown name is probably a misspelling of; None where none is that near.

    Args:
        name: as the acceptance test names it.
        dimensions: ids of the rubric's dimensions.
    """
    names = [*NAMED, FAILURES, *(f"{MEAN}{dimension}" for dimension in dimensions)]
    near = difflib.get_close_matches(name.lower().replace("-", "_"), names, n=1, cutoff=_NEAR)
    return near[0] if near and near[0] != name else None
