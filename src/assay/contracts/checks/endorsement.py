"""Endorsement: what the contract accepts of a candidate can be given, and something can endorse."""

from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract
from assay.contracts.endorsement import IMITATED, bounds_for
from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.supervision import entries_for
from assay.contracts.tree import Path
from assay.core.choices import nearest


@check("contract", "rubric", whole=(("rubric", "dimensions"),))
def accepted_values_are_on_the_scale(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """`accept` names dimensions of the rubric, and values on their scales that decide something."""
    dimensions = {dimension.id: dimension for dimension in rubric.dimensions}
    for place, entry in enumerate(contract.supervision):
        for name, accepted in entry.accept.items():
            path: Path = ("supervision", place, "accept", name)
            if name not in dimensions:
                right = nearest(name, sorted(dimensions))
                hint = f"did you mean {right!r}?" if right else "name a dimension of the rubric"
                yield Fault(
                    "contract", path, "unknown-dimension", f"there is no dimension {name!r}", hint
                )
                continue
            message = _misfit(dimensions[name], accepted)
            if message:
                values = ", ".join(dimensions[name].values[:12])
                hint = f"values of {name}: {values}"
                yield Fault("contract", path, "accept-off-scale", message, hint)


def _misfit(dimension: Dimension, accepted: int | tuple[str, ...]) -> str:
    """What is wrong with an accepted value; empty for a right one."""
    if dimension.nature == "plural":
        return f"{dimension.id} is plural: people may rightly differ, so no value endorses"
    if isinstance(accepted, tuple):
        return _misfit_of_categories(dimension, accepted)
    if dimension.bounds is None:
        return f"{dimension.id} has categories: list the acceptable ones"
    low, high = dimension.bounds
    if not low <= accepted <= high:
        return f"{accepted} is not on the scale of {dimension.id}"
    worst = high if dimension.better == "lower" else low
    return f"{accepted} accepts every value of {dimension.id}" if accepted == worst else ""


def _misfit_of_categories(dimension: Dimension, accepted: tuple[str, ...]) -> str:
    if dimension.bounds is not None:
        return f"{dimension.id} has a scale of numbers: give the last acceptable one"
    unknown = sorted(set(accepted) - set(dimension.values))
    if unknown:
        return f"{unknown[0]!r} is not a category of {dimension.id}"
    return "" if set(accepted) < set(dimension.values) else "every category is accepted"


@check("contract", "rubric", whole=(("rubric", "dimensions"), ("contract", "supervision")))
def something_can_endorse(contract: Contract, rubric: Rubric) -> Iterator[Fault]:
    """Work to be imitated is judged on at least one dimension that can count against it."""
    for place, entry in enumerate(contract.supervision):
        judged_on = {*entry.dimensions, *entry.accept}
        bounds = bounds_for(entries_for(entry.signal, entry.slice, contract), rubric)
        deciding = [bound for bound in bounds if not judged_on or bound.dimension in judged_on]
        if entry.signal in IMITATED and not deciding:
            yield Fault(
                "contract", ("supervision", place, "dimensions"), "nothing-endorses",
                f"no dimension can count against a {entry.signal}, so none is ever endorsed",
                "judge it on a dimension that is not plural, or list the acceptable categories "
                "under accept",
            )  # fmt: skip


@check("contract")
def compatible_versions_are_older(contract: Contract) -> Iterator[Fault]:
    """A compatible version is another one than the version in force, and is listed once."""
    seen: set[tuple[str, str]] = set()
    for place, entry in enumerate(contract.compatible):
        key = (entry.document, entry.version)
        if key in seen or key == ("contract", contract.version):
            yield Fault(
                "contract", ("compatible", place), "compatible-twice",
                f"{entry.document} {entry.version} is listed twice or is the version in force",
                "name each older version once",
            )  # fmt: skip
        seen.add(key)


CHECKS: tuple[DocumentCheck, ...] = (
    accepted_values_are_on_the_scale, something_can_endorse, compatible_versions_are_older,
)  # fmt: skip
