"""Preferences: no forced choice, reasons tied to criteria, and an order of priority that can work."""

import math
from collections.abc import Iterator
from typing import get_args

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract
from assay.contracts.endorsement import bounds_for
from assay.contracts.rubric import Rubric
from assay.contracts.verdict_words import OpenVerdict


@check("contract", "rubric")
def forced_choice(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """Ties, both-unacceptable, insufficient context and abstention are permitted."""
    missing = [answer for answer in get_args(OpenVerdict) if answer not in rubric.verdicts]
    if missing and _compares(contract):
        yield Fault(
            "rubric", ("verdicts",), "forced-choice",
            f"comparisons permit no {' and no '.join(missing)}; forced labels turn ambiguity into noise",
            f"add {', '.join(missing)} to 'verdicts'",
        )  # fmt: skip


@check("rubric")
def reasons(rubric: Rubric) -> Iterator[Fault]:
    """Judgments give reasons that are tied to a dimension and to evidence."""
    if not rubric.reasons_required:
        yield Fault(
            "rubric", ("reasons_required",), "reasons-not-required",
            "judgments need no reason, so length, confidence or formatting can win unseen",
            "leave 'reasons_required' out; reasons are required by default", "warning",
        )  # fmt: skip


@check("contract", "rubric", whole=(("rubric", "priority"), ("rubric", "dimensions")))
def priority(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """Where candidates are compared on several dimensions, priority is defined."""
    if _compares(contract) and len(rubric.dimensions) > 1 and not rubric.priority:
        yield Fault(
            "rubric", ("priority",), "no-priority",
            "nothing says which dimension outranks which",
            "add vetoes and comparisons, the most important first", "warning",
        )  # fmt: skip


@check("rubric")
def rules_can_work(rubric: Rubric) -> Iterator[Fault]:
    """Priority rules are about scales of numbers, and a veto can both hit and miss."""
    dimensions = {dimension.id: dimension for dimension in rubric.dimensions}
    for place, rule in enumerate(rubric.priority):
        dimension = dimensions.get(rule.veto or rule.compare or "")
        if dimension is None:
            continue
        where = ("priority", place)
        if dimension.bounds is None:
            yield Fault(
                "rubric", where, "priority-on-categories",
                f"{dimension.id!r} has categories, which have no order",
                "give it a binary scale or a range, or leave it out of the priority rules",
            )  # fmt: skip
            continue
        low, high = dimension.bounds
        never_both = (rule.below is not None and not low < rule.below <= high) or (
            rule.above is not None and not low <= rule.above < high
        )
        if never_both:
            yield Fault(
                "rubric", where, "veto-off-scale",
                f"this veto always applies or never applies: {dimension.id!r} runs from {low} to {high}",
                "choose a threshold inside the scale",
            )  # fmt: skip
        if rule.by is not None and rule.by > high - low:
            yield Fault(
                "rubric", where, "rule-without-effect",
                f"no two scores of {dimension.id!r} differ by {rule.by}",
                f"use at most {high - low}", "warning",
            )  # fmt: skip


@check("rubric")
def compared_once(rubric: Rubric) -> Iterator[Fault]:
    """A later comparison on a dimension is finer than an earlier one, or it has no effect."""
    finest: dict[str, int] = {}
    for place, rule in enumerate(rubric.priority):
        if rule.compare is None:
            continue
        by = rule.by or 1
        if by >= finest.get(rule.compare, by + 1):
            yield Fault(
                "rubric", ("priority", place), "rule-without-effect",
                f"an earlier rule has already compared {rule.compare!r}",
                "remove this rule, or give it a smaller 'by'", "warning",
            )  # fmt: skip
        finest[rule.compare] = min(by, finest.get(rule.compare, by))


@check("contract", "rubric", whole=(("rubric", "priority"), ("rubric", "dimensions")))
def rules_have_one_winner(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """No rule lets the same three candidates beat each other in a circle.

    A least difference above 1 makes "hardly different" intransitive (Luce 1956, Semiorders,
    Econometrica 24:178-191): with a further comparison behind it, A can beat B, B can beat C and C
    can beat A.
    """
    spans = {dimension.id: dimension.bounds for dimension in rubric.dimensions}
    comparing = [
        (place, rule) for place, rule in enumerate(rubric.priority) if rule.compare is not None
    ]
    for position, (place, rule) in enumerate(comparing):
        later = {other.compare for _, other in comparing[position + 1 :]} - {rule.compare}
        low, high = spans.get(rule.compare or "") or (0, 0)
        # Three candidates take three places in the order that the later comparisons make.
        ranks = math.prod(_levels(spans.get(name or "")) for name in later)
        if 1 < (rule.by or 1) <= high - low and ranks >= _CIRCLE and _compares(contract):
            yield Fault(
                "rubric", ("priority", place, "by"), "priority-in-a-circle",
                f"{rule.compare!r} decides from a difference of {rule.by} on, and "
                f"{', '.join(sorted(filter(None, later)))} after it: of three candidates each can beat "
                "the next",
                "leave 'by' out, or move this comparison to the end; where it happens, no winner is "
                "computed",
                "warning",
            )  # fmt: skip


@check("contract", "rubric", whole=(("rubric", "priority"), ("rubric", "dimensions")))
def facts_before_taste(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """What people may rightly differ on outranks nothing that can be right or wrong."""
    natures = {dimension.id: dimension.nature for dimension in rubric.dimensions}
    plural: str | None = None
    compared: str | None = None
    for place, rule in enumerate(rubric.priority):
        if rule.veto is not None and compared is not None:
            yield Fault(
                "rubric", ("priority", place), "veto-after-comparison",
                f"the veto on {rule.veto!r} comes after the comparison of {compared!r}; vetoes are applied first",
                "move vetoes to the top, so that they are written in the order in which they apply", "warning",
            )  # fmt: skip
        compared = rule.compare or compared
        nature = natures.get(rule.compare or "")
        if nature == "plural":
            plural = plural or rule.compare
        elif plural is not None and nature == "objective" and _compares(contract):
            yield Fault(
                "rubric", ("priority", place), "taste-before-fact",
                f"{plural!r}, on which people may rightly differ, outranks {rule.compare!r}, which is "
                "right or wrong",
                f"compare {rule.compare!r} first, or make it a veto", "warning",
            )  # fmt: skip


@check("contract", "rubric", whole=(
    ("rubric", "priority"), ("rubric", "dimensions"), ("contract", "behaviours"),
))  # fmt: skip
def critical_failures_are_vetoed(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """A candidate that shows a critical failure is not made good by being better elsewhere.

    Where candidates are compared, that takes a veto; elsewhere acceptable values, by default or
    stated, do as well.
    """
    vetoed = {rule.veto for rule in rubric.priority}
    guarded = vetoed | {bound.dimension for bound in bounds_for(contract.supervision, rubric)}
    compared = _compares(contract) and bool(rubric.priority)
    rubric_ids = {dimension.id for dimension in rubric.dimensions}
    beneath = {behaviour.id: set(behaviour.dimensions) for behaviour in contract.behaviours}
    for place, failure in enumerate(contract.failure_classes):
        dimensions = beneath.get(failure.behaviour or "", set())
        critical = failure.severity == "critical" and dimensions & rubric_ids
        if critical and not dimensions & (vetoed if compared else guarded):
            yield Fault(
                "contract", ("failure_classes", place, "severity"), "critical-without-veto",
                f"{failure.id!r} is critical, and there is no veto on {', '.join(sorted(dimensions))}",
                "add a veto on the dimension that shows it to 'priority' in rubric.yaml", "warning",
            )  # fmt: skip


def _levels(bounds: tuple[int, int] | None) -> int:
    return bounds[1] - bounds[0] + 1 if bounds else 1


_CIRCLE = 3
"""Candidates that it takes for each to beat the next."""


def _compares(contract: Contract) -> bool:
    return any(entry.signal == "preference" for entry in contract.supervision)


CHECKS: tuple[DocumentCheck, ...] = (
    forced_choice, reasons, priority, rules_can_work, compared_once, rules_have_one_winner,
    facts_before_taste, critical_failures_are_vetoed,
)  # fmt: skip
