"""Metrics: acceptance tests that measure something, in a possible direction, by a possible margin."""

from collections.abc import Iterator
from itertools import combinations

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import AcceptanceTest, Contract
from assay.contracts.metrics import Metric, describe_metric, failure_class, nearest_metric
from assay.contracts.reach import (
    POWER,
    RISK,
    items_for_gain,
    items_for_hold,
    smallest_gain,
    smallest_loss_excluded,
)
from assay.contracts.rubric import Rubric
from assay.core.choices import nearest

_BETTER = {"higher": "decrease", "lower": "increase"}


@check("contract", "rubric", whole=(("contract", "failure_classes"), ("rubric", "dimensions")))
def metric_names_are_known(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """A metric that Assay computes is spelt as Assay spells it."""
    classes = [failure.id for failure in contract.failure_classes]
    for place, test in enumerate(contract.acceptance_tests):
        where = ("acceptance_tests", place, "metric")
        failure_id = failure_class(test.metric)
        if failure_id is not None and failure_id not in classes:
            right = nearest(failure_id, classes)
            yield Fault(
                "contract", where, "metric-without-failure-class",
                f"{test.metric!r} counts a failure class that the contract does not have",
                f"did you mean 'failure_rate:{right}'?" if right else f"classes: {', '.join(classes)}",
            )  # fmt: skip
        right_name = nearest_metric(test.metric, [dimension.id for dimension in rubric.dimensions])
        if right_name and not describe_metric(test.metric, rubric).named:
            yield Fault(
                "contract", where, "metric-misspelt",
                f"{test.metric!r} is not a metric that Assay computes, so results must contain a measure "
                "with that name",
                f"did you mean {right_name!r}?", "warning",
            )  # fmt: skip


@check("contract", "rubric", whole=(("rubric", "dimensions"),))
def direction(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """No test asks for more of what is bad."""
    for place, test in enumerate(contract.acceptance_tests):
        metric = describe_metric(test.metric, rubric)
        better = _BETTER.get(metric.worse)
        if better and test.direction not in {better, "hold"}:
            yield Fault(
                "contract", ("acceptance_tests", place, "direction"), "metric-wrong-way",
                f"{test.id!r} passes when {test.metric} gets worse: {metric.worse} is worse",
                f"set 'direction: {better}'",
            )  # fmt: skip


@check("contract")
def one_way(contract: Contract) -> Iterator[Fault]:
    """No two tests ask one metric to rise and to fall on the same data."""
    tests = list(enumerate(contract.acceptance_tests))
    for (_, first), (place, second) in combinations(tests, 2):
        same = (first.metric, first.slice, first.dataset) == (
            second.metric,
            second.slice,
            second.dataset,
        )
        if same and {first.direction, second.direction} == {"increase", "decrease"}:
            yield Fault(
                "contract", ("acceptance_tests", place, "direction"), "metric-both-ways",
                f"{first.id!r} and {second.id!r} ask {second.metric} to rise and to fall, so one of "
                "them always fails",
                "remove one of the two, or give them different slices",
            )  # fmt: skip


@check("contract", "rubric", whole=(("rubric", "dimensions"),))
def margin(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """A margin is a change that the metric can make, and more than none."""
    for place, test in enumerate(contract.acceptance_tests):
        if test.margin is None:
            continue
        where = ("acceptance_tests", place, "margin")
        width = describe_metric(test.metric, rubric).width
        if width is not None and test.margin >= width:
            yield Fault(
                "contract", where, "margin-outside-range",
                f"{test.metric} has a range of {width:g}, so a margin of {test.margin:g} can never be "
                f"{'exceeded' if test.direction == 'hold' else 'reached'}",
                f"give the margin in the metric's own unit, below {width:g}",
            )  # fmt: skip
        if test.margin == 0 and test.direction == "hold":
            yield Fault(
                "contract", where, "hold-without-margin",
                f"{test.id!r} allows no loss at all, and no data can rule out every loss",
                "give the largest acceptable loss",
            )  # fmt: skip
        elif test.margin == 0:
            yield Fault(
                "contract", where, "margin-zero",
                f"{test.id!r} passes on any change above 0, however small",
                "give the least change that would matter to a user", "warning",
            )  # fmt: skip


@check("contract", "rubric", whole=(("rubric", "dimensions"),))
def reserve_is_large_enough(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """The reserve can show the margins of the tests that are run on it."""
    reserve = contract.reserve
    if reserve is None:
        return
    size = max(1, reserve.declared_size(contract.sampling.total))
    key = "size" if reserve.size else "share"
    too_much = [
        (needed, reason)
        for test in contract.acceptance_tests
        if test.dataset == "reserve"
        for needed, reason in _too_small(test, describe_metric(test.metric, rubric), size)
    ]
    if too_much:
        needed, reason = max(too_much)
        yield Fault(
            "contract", ("reserve", key), "reserve-too-small",
            f"{size} items are too few: {reason}",
            f"seal {needed} items or more, or raise the margin", "warning",
        )  # fmt: skip


def _too_small(test: AcceptanceTest, metric: Metric, size: int) -> Iterator[tuple[int, str]]:
    """How many items a test needs at the very least, and why, where the reserve has fewer."""
    share, risk = test.margin, test.risk or RISK
    if not share or share >= 1 or not metric.is_rate:
        return
    if test.direction == "hold":
        least, needed = smallest_loss_excluded(size, risk), items_for_hold(share, risk)
        reason = f"even if no item gets worse, a loss of {least:.3f} is not ruled out"
    else:
        least, needed = smallest_gain(size, risk), items_for_gain(share, risk)
        reason = f"at best a change of {least:.3f} is detected in {POWER:.0%} of cases"
    if needed > size:
        yield needed, f"{reason}, and {test.id!r} has the margin {share:g}"


CHECKS: tuple[DocumentCheck, ...] = (
    metric_names_are_known, direction, one_way, margin, reserve_is_large_enough,
)  # fmt: skip
