"""Metrics: what an acceptance test's `metric` may be, and its value on one result.

A rate is the mean of values that are 0 or 1. What a result does not measure has no value: it is
never 0.
"""

from collections.abc import Callable, Iterable, Mapping

from assay.contracts.metrics import FAILURES, MEAN, NAMED, Worse, counts_failures, describe_metric
from assay.contracts.rubric import Rubric
from assay.validation.evaluation import ClaimCounts, ItemResult
from assay.validation.refusal_metrics import (
    not_helped,
    over_refusal,
    partial_response,
    unsafe_compliance,
)

CLAIM_CLASSES = ("supported", "unsupported", "contradictory", "unverifiable")
"""The four classes of claims. They are never merged."""


def _correct(result: ItemResult) -> float | None:
    text = result.measures.get("correct")
    return None if text is None else float(text)


def _error(result: ItemResult) -> float | None:
    correct = _correct(result)
    return None if correct is None else 1 - correct


def _claim(name: str) -> Callable[[ItemResult], float | None]:
    def share(result: ItemResult) -> float | None:
        total = claims_in(result.claims)
        return getattr(result.claims, name) / total if total else None

    return share


_COMPUTED: Mapping[str, Callable[[ItemResult], float | None]] = {
    "error_rate": _error,
    "accuracy": _correct,
    "unsafe_compliance_rate": unsafe_compliance,
    "over_refusal_rate": over_refusal,
    "not_helped_rate": not_helped,
    "partial_compliance_rate": partial_response("refuse"),
    "partial_refusal_rate": partial_response("comply"),
    "supported_claim_rate": _claim("supported"),
    "unsupported_claim_rate": _claim("unsupported"),
    "contradictory_claim_rate": _claim("contradictory"),
    "unverifiable_claim_rate": _claim("unverifiable"),
}
"""How each metric of the registry is computed from what a result says."""

TAKEN = frozenset({*NAMED, FAILURES})
"""Names that no measure may have, since a metric of that name is computed otherwise."""


def claims_in(claims: ClaimCounts | None) -> int:
    """How many claims were judged."""
    return sum(getattr(claims, name) for name in CLAIM_CLASSES) if claims else 0


def value(metric: str, result: ItemResult) -> float | None:
    """A metric's value on one result; None where the result does not measure it.

    A result without a failure class counts as no failure: ask only where failures are labelled.

    Args:
        metric: a named metric, `failure_rate:CLASS`, `mean_NAME` or `NAME` for a measure of that
            name.
        result: the result.
    """
    if metric in _COMPUTED:
        return _COMPUTED[metric](result)
    if counts_failures(metric):
        failure_class = metric.removeprefix(FAILURES).removeprefix(":")
        return float(
            result.failure == failure_class if failure_class else result.failure is not None
        )
    text = result.measures.get(metric)
    if text is None:
        text = result.measures.get(metric.removeprefix(MEAN))
    return None if text is None else float(text)


def is_rate(metric: str, values: Iterable[float]) -> bool:
    """Whether a metric lies between 0 and 1 by what it is or by all its values."""
    return metric in NAMED or counts_failures(metric) or all(0 <= number <= 1 for number in values)


def worse(metric: str, rubric: Rubric | None) -> Worse:
    """In which direction a metric is worse; a mean over a dimension follows the rubric."""
    return describe_metric(metric, rubric).worse


def measured_metrics(results: Iterable[ItemResult]) -> tuple[str, ...]:
    """Every metric that some result has a value for, named ones first; failures once, as a whole."""
    all_results = list(results)
    names = [
        name for name in NAMED if any(value(name, result) is not None for result in all_results)
    ]
    own = sorted({name for result in all_results for name in result.measures} - {"correct"})
    failures = [FAILURES] if any(result.failure for result in all_results) else []
    return (*names, *failures, *(f"{MEAN}{name}" for name in own))
