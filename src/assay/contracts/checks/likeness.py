"""Likeness: anchors, dimensions, behaviours and objectives that differ in more than their names."""

from collections.abc import Iterator
from itertools import combinations

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract
from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.words.folding import fold
from assay.contracts.words.likeness import NEAR, likeness, restates


@check("rubric")
def anchors_differ(rubric: Rubric) -> Iterator[Fault]:
    """Two values of a scale never look the same."""
    for place, dimension in enumerate(rubric.dimensions):
        for (first, one), (second, other) in combinations(dimension.anchors.items(), 2):
            where = ("dimensions", place, "anchors", second)
            if fold(one) == fold(other):
                yield Fault(
                    "rubric", where, "anchors-equal",
                    f"{first} and {second} of {dimension.id!r} have the same anchor",
                    "describe what an output shows at one value and not at the other",
                )  # fmt: skip
            elif likeness(one, other) >= NEAR:
                yield Fault(
                    "rubric", where, "anchors-alike",
                    f"the anchors of {first} and {second} of {dimension.id!r} share "
                    f"{likeness(one, other):.0%} of their words (reported from {NEAR:.0%})",
                    "describe what an output shows at one value and not at the other", "warning",
                )  # fmt: skip


@check("rubric")
def examples_differ_from_anchors(rubric: Rubric) -> Iterator[Fault]:
    """An example shows an output; it does not repeat the anchor that it is an example of."""
    for place, dimension in enumerate(rubric.dimensions):
        for value, example in dimension.examples.items():
            anchor = dimension.anchors.get(value)
            if anchor is not None and fold(example) == fold(anchor):
                yield Fault(
                    "rubric", ("dimensions", place, "examples", value), "example-is-anchor",
                    f"the example of {value} of {dimension.id!r} is its anchor again",
                    "quote an output that a reviewer could meet, or leave the example out",
                )  # fmt: skip


@check("rubric")
def dimensions_differ(rubric: Rubric) -> Iterator[Fault]:
    """No quality is asked about twice under two names."""
    for (_, first), (place, second) in combinations(enumerate(rubric.dimensions), 2):
        where = ("dimensions", place)
        if _same(first, second):
            yield Fault(
                "rubric", where, "dimension-copied",
                f"{second.id!r} asks the same question with the same anchors as {first.id!r}",
                "remove one of the two, or change the question and anchors of one",
            )  # fmt: skip
        elif _alike(first, second):
            yield Fault(
                "rubric", where, "dimensions-alike",
                f"{second.id!r} hardly differs from {first.id!r}: question and anchors "
                f"share {NEAR:.0%} of their words or more",
                "remove one of the two, or state in 'exclusions' how they differ", "warning",
            )  # fmt: skip


@check("contract")
def behaviours_differ(contract: Contract) -> Iterator[Fault]:
    """No behaviour is stated twice under two names."""
    for (_, first), (place, second) in combinations(enumerate(contract.behaviours), 2):
        if likeness(first.statement, second.statement) >= NEAR:
            yield Fault(
                "contract", ("behaviours", place, "statement"), "behaviours-alike",
                f"{second.id!r} makes the same statement as {first.id!r}",
                "remove one of the two, or state how it differs", "warning",
            )  # fmt: skip


@check("contract")
def objectives_differ(contract: Contract) -> Iterator[Fault]:
    """An evaluation objective is not a training objective in other words."""
    for place, measured in enumerate(contract.evaluation_objectives):
        for taught in contract.training_objectives:
            if fold(measured) != fold(taught) and restates(measured, taught):
                yield Fault(
                    "contract", ("evaluation_objectives", place), "objective-restated",
                    f"this is the training objective {taught[:60]!r} in other words",
                    "say which effect is measured, on whom, and what must not get worse", "warning",
                )  # fmt: skip
                break


def _same(first: Dimension, second: Dimension) -> bool:
    anchors = [
        {value: fold(text) for value, text in dimension.anchors.items()}
        for dimension in (first, second)
    ]
    return fold(first.question) == fold(second.question) and anchors[0] == anchors[1]


def _alike(first: Dimension, second: Dimension) -> bool:
    shared = first.anchors.keys() & second.anchors.keys()
    if not shared or first.scale != second.scale:
        return fold(first.question) == fold(second.question)
    anchors = [likeness(first.anchors[value], second.anchors[value]) for value in shared]
    return likeness(first.question, second.question) >= NEAR and min(anchors) >= NEAR


CHECKS: tuple[DocumentCheck, ...] = (
    anchors_differ, examples_differ_from_anchors, dimensions_differ, behaviours_differ, objectives_differ,
)  # fmt: skip
