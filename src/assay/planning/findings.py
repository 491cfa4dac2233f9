"""Findings: the candidate's failures, grouped by failure class and slice.

One item is in one cell only: the cell of the axes that the contract's quotas, hard slices and
acceptance tests name. Cells with few items are merged upwards, axis by axis from the last, so
that no group is too small to say anything about; the groups never overlap.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from assay.contracts.contract import Contract
from assay.planning.finding import FailureFinding
from assay.validation.evaluation import ItemResult
from assay.validation.metrics import value
from assay.validation.validation import Validation

BY_RESPONSE = {
    "unsafe_compliance": "unsafe_compliance_rate",
    "over_refusal": "over_refusal_rate",
}
"""Failure classes that a response shows by itself, with the metric that defines each."""

UNCLASSIFIED = "unclassified"
"""Failure class of an item that failed and for which nobody named a class."""

Cell = tuple[tuple[str, str], ...]
"""A slice as sorted pairs of axis and value."""


def find(
    validation: Validation,
    base: Iterable[ItemResult],
    candidate: Iterable[ItemResult],
    contract: Contract,
) -> tuple[FailureFinding, ...]:
    """The failures of the candidate, the most frequent first.

    An item counts as failed in a class if most of its runs failed in that class.

    Args:
        validation: the validation that compared the two.
        base: results of the checkpoint before.
        candidate: results of the checkpoint after.
        contract: names axes, failure classes and tests.
    """
    after, before = _by_item(candidate), _by_item(base)
    cells = _cells(after, axes_of(contract), contract.sampling.least_items)
    items = Counter(cells.values())
    failures: Counter[tuple[str, Cell]] = Counter()
    earlier: Counter[tuple[str, Cell]] = Counter()
    for item, results in after.items():
        failed = failure_of(results)
        if failed:
            failures[failed, cells[item]] += 1
        was = failure_of(before[item]) if item in before else None
        if was:
            earlier[was, cells[item]] += 1
    severities = {
        failure_class.id: failure_class.severity for failure_class in contract.failure_classes
    }
    return tuple(
        FailureFinding(
            validation=validation.id,
            contract=validation.contract,
            failure=failure,
            failures=count,
            items=items[cell],
            slice=dict(cell),
            before=earlier[failure, cell] if before else None,
            severity=severities.get(failure),
            tests=_tests_on(cell, validation),
        )
        for (failure, cell), count in sorted(
            failures.items(), key=lambda entry: (-entry[1], entry[0])
        )
    )


def axes_of(contract: Contract) -> list[str]:
    """The axes that quotas, hard slices and acceptance tests name, in the contract's order."""
    named = {
        axis
        for target in (
            *(quota.slice for quota in contract.sampling.quotas),
            *contract.sampling.hard,
            *(test.slice for test in contract.acceptance_tests),
        )
        for axis in target
    }
    return [axis for axis in contract.sampling.axes if axis in named]


def failure_of(results: Sequence[ItemResult]) -> str | None:
    """The class in which most runs over an item failed; None where most did not fail.

    A run without a named class fails by what it measures: a wrong answer, a request of evasion
    complied with, a benign one refused.
    """
    classes = Counter(name for name in map(_class_of, results) if name)
    if sum(classes.values()) * 2 <= len(results):
        return None
    # Sorted first, so that of two classes with as many runs the same one wins on every machine.
    return max(sorted(classes), key=lambda name: classes[name])


def _class_of(result: ItemResult) -> str | None:
    if result.failure:
        return result.failure
    for failure, metric in BY_RESPONSE.items():
        if value(metric, result) == 1:
            return failure
    correct = result.measures.get("correct")
    return UNCLASSIFIED if correct is not None and float(correct) == 0 else None


def _by_item(results: Iterable[ItemResult]) -> dict[str, list[ItemResult]]:
    by_item: dict[str, list[ItemResult]] = {}
    for result in results:
        by_item.setdefault(result.item, []).append(result)
    return by_item


def _cells(
    items: Mapping[str, Sequence[ItemResult]], axes: Sequence[str], least_items: int
) -> dict[str, Cell]:
    """The cell of every item; small ones are merged by dropping their last axis."""
    cells = {
        item: tuple((axis, results[0].slice[axis]) for axis in axes if axis in results[0].slice)
        for item, results in items.items()
    }
    # A merge can leave the parent cell small as well, so it is repeated until none is; the empty
    # cell takes what is left.
    while small := {
        cell for cell, count in Counter(cells.values()).items() if cell and count < least_items
    }:
        cells = {item: cell[:-1] if cell in small else cell for item, cell in cells.items()}
    return cells


def _tests_on(cell: Cell, validation: Validation) -> tuple[str, ...]:
    """Acceptance tests that compare the cell and did not pass."""
    where = dict(cell)
    return tuple(
        test.test
        for test in validation.tests
        if test.state != "passed"
        and all(where.get(axis, value) == value for axis, value in test.slice.items())
    )
