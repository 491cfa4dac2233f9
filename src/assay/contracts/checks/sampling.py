"""Sampling: axes thought through, quotas that can be met, hard slices that are not left out."""

from collections.abc import Iterator, Sequence

import msgspec

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract, Sampling
from assay.contracts.terms import STANDARD_AXES, Slice
from assay.contracts.tree import Path
from assay.core.choices import nearest

RECORDS_A_VALUE = 5
"""Fewest records of a value of an axis about which anything can be reported (a convention)."""


@check("contract")
def standard_axes(contract: Contract) -> Iterator[Fault]:
    """Each standard axis is either cut or left out for a reason."""
    sampling = contract.sampling
    for axis in STANDARD_AXES:
        if axis not in sampling.axes and axis not in sampling.left_out:
            yield Fault(
                "contract", ("sampling", "axes", axis), "standard-axis-missing",
                f"the distribution says nothing about {axis!r}",
                "add the axis with its values, or give the reason under 'left_out'", "warning",
            )  # fmt: skip
    for axis in sampling.left_out:
        if axis in sampling.axes:
            yield Fault(
                "contract", ("sampling", "left_out", axis), "axis-both-ways",
                f"{axis!r} is an axis and is left out", "keep one of the two",
            )  # fmt: skip


@check("contract")
def records_for_each_value(contract: Contract) -> Iterator[Fault]:
    """There are axes, and records enough for each value of the widest one."""
    sampling = contract.sampling
    if not sampling.axes:
        yield Fault(
            "contract", ("sampling", "axes"), "no-axes",
            "the sampling names no axis, so nothing can be reported for any slice",
            "add the axes along which the model's failures differ", "warning",
        )  # fmt: skip
        return
    widest = max(sampling.axes, key=lambda axis: len(sampling.axes[axis]))
    needed = RECORDS_A_VALUE * len(sampling.axes[widest])
    if sampling.total < needed:
        yield Fault(
            "contract", ("sampling", "total"), "total-too-small",
            f"{sampling.total} records cannot give each of the {len(sampling.axes[widest])} values of "
            f"{widest!r} {RECORDS_A_VALUE} records",
            f"raise 'total' to {needed} or more, or use fewer values on the axis", "warning",
        )  # fmt: skip


@check("contract")
def values_once(contract: Contract) -> Iterator[Fault]:
    """A value occurs once on its axis."""
    for axis, values in contract.sampling.axes.items():
        for place, value in enumerate(values):
            if value in values[:place]:
                yield Fault(
                    "contract", ("sampling", "axes", axis, place), "axis-value-twice",
                    f"{value!r} is listed twice on {axis!r}", "keep one of the two",
                )  # fmt: skip


@check("contract", whole=(("contract", "sampling"),))
def slices_exist(contract: Contract) -> Iterator[Fault]:
    """Every slice that is named anywhere is on the axes."""
    axes = contract.sampling.axes
    for path, cut in _slices(contract):
        for axis, value in cut.items():
            if axis not in axes:
                right = nearest(axis, axes)
                yield Fault(
                    "contract", (*path, axis), "unknown-axis",
                    f"{axis!r} is not an axis of the sampling distribution",
                    f"did you mean {right!r}?" if right else f"axes: {', '.join(axes)}",
                )  # fmt: skip
            elif value not in axes[axis]:
                right = nearest(value, axes[axis])
                yield Fault(
                    "contract", (*path, axis), "unknown-axis-value",
                    f"{value!r} is not a value of {axis!r}, so no record can fall into this slice",
                    f"did you mean {right!r}?" if right else f"values: {', '.join(axes[axis])}",
                )  # fmt: skip


@check("contract")
def quotas_can_be_met(contract: Contract) -> Iterator[Fault]:
    """The quotas do not ask for more records than there are."""
    sampling = contract.sampling
    needs = [
        _Need(place, quota.slice, quota.records_needed(sampling.total))
        for place, quota in enumerate(sampling.quotas)
    ]
    alone = [need for need in needs if need.records > sampling.total]
    for need in alone:
        yield Fault(
            "contract", ("sampling", "quotas", need.place), "quota-cannot-be-met",
            f"this quota asks for {need.records} of {sampling.total} records",
            "lower it, or raise 'total'",
        )  # fmt: skip
    rest = [need for need in needs if need not in alone]
    for axis in sampling.axes:
        records_needed = _least_on(axis, rest)
        if records_needed > sampling.total:
            last = max((need.place for need in rest if axis in need.slice), default=0)
            yield Fault(
                "contract", ("sampling", "quotas", last), "quota-cannot-be-met",
                f"along {axis!r} the quotas ask for {records_needed} of {sampling.total} records "
                f"({records_needed / sampling.total:.0%})",
                "lower shares or minimums until they fit, or raise 'total'",
            )  # fmt: skip


@check("contract")
def hard_slices(contract: Contract) -> Iterator[Fault]:
    """Some slice is marked as hard."""
    if not contract.sampling.hard_slices():
        yield Fault(
            "contract", ("sampling", "hard"), "no-hard-slices",
            "no slice is marked as hard; easy items alone can look excellent and change nothing",
            "name the slices on which the model fails under 'hard', and give each a quota",
            "warning",
        )  # fmt: skip


@check("contract", whole=(("contract", "sampling"),))
def hard_slices_have_quotas(contract: Contract) -> Iterator[Fault]:
    """No hard slice is left to chance."""
    quotas = [quota for quota in contract.sampling.quotas if quota.share or quota.minimum]
    for path, cut in _hard_slices(contract.sampling):
        if not any(cut.items() <= quota.slice.items() for quota in quotas):
            spoken = " and ".join(f"{axis} = {value}" for axis, value in cut.items())
            yield Fault(
                "contract", path, "hard-slice-without-quota",
                f"the quotas leave out the hard slice {spoken or 'without an axis'}",
                "add a quota with a share or a minimum for it",
            )  # fmt: skip


@check("contract")
def reserve(contract: Contract) -> Iterator[Fault]:
    """There is an evaluation-only reserve, and no author can open it."""
    if contract.reserve is None:
        yield Fault(
            "contract", ("reserve",), "no-reserve",
            "no evaluation data is kept apart from authors and training",
            "add a reserve: id, size or share, openers, covers",
        )  # fmt: skip
        return
    for place, role in enumerate(contract.reserve.openers):
        if role in {"author", "reviewer"}:
            yield Fault(
                "contract", ("reserve", "openers", place), "reserve-open-to-authors",
                f"the role {role!r} makes training data and may open the reserve",
                "let a lead or an administrator open it",
            )  # fmt: skip


class _Need(msgspec.Struct, frozen=True):
    place: int
    slice: Slice
    records: int


def _least_on(axis: str, needs: Sequence[_Need]) -> int:
    """Least number of records that the quotas along one axis need together.

    Different values of an axis share no record. Within one value the greatest of its quotas
    counts, or what they need along another axis, if that is more.
    """
    by_value: dict[str, list[_Need]] = {}
    for need in needs:
        if axis in need.slice:
            rest = {key: value for key, value in need.slice.items() if key != axis}
            inner = msgspec.structs.replace(need, slice=rest)
            by_value.setdefault(need.slice[axis], []).append(inner)
    return sum(_least(inner) for inner in by_value.values())


def _least(needs: Sequence[_Need]) -> int:
    axes = {axis for need in needs for axis in need.slice}
    single = max(need.records for need in needs)
    return max([single, *(_least_on(axis, needs) for axis in axes)])


def _hard_slices(sampling: Sampling) -> Iterator[tuple[Path, Slice]]:
    """Slices that are marked as hard, hard difficulties and known failure clusters."""
    for place, cut in enumerate(sampling.hard):
        yield ("sampling", "hard", place), cut
    for axis, place in sampling.hard_values():
        yield ("sampling", "axes", axis, place), {axis: sampling.axes[axis][place]}


@check("contract")
def splits_are_named(contract: Contract) -> Iterator[Fault]:
    """Near copies across splits are refused only where records name their split."""
    policy = contract.duplicates
    if policy and policy.across_splits == "refuse" and "split" not in contract.sampling.axes:
        yield Fault(
            "contract", ("duplicates", "across_splits"), "splits-not-named",
            "near copies in several splits are refused, and no axis 'split' says which split a record is in",
            "add the axis 'split' with its values, or leave 'across_splits' out", "warning",
        )  # fmt: skip


@check("contract")
def limit_of_what_is_dropped(contract: Contract) -> Iterator[Fault]:
    """A limit says something only of near copies that stay."""
    policy = contract.duplicates
    if policy and policy.in_release == "drop" and (policy.largest_share or 0) > 0:
        yield Fault(
            "contract", ("duplicates", "largest_share"), "limit-of-dropped",
            "near copies are dropped, so none is left for 'largest_share' to limit",
            "leave 'largest_share' out, or set it to 0: a release is then refused where not all were compared",
            "warning",
        )  # fmt: skip


def _slices(contract: Contract) -> Iterator[tuple[Path, Slice]]:
    for place, quota in enumerate(contract.sampling.quotas):
        yield ("sampling", "quotas", place, "slice"), quota.slice
    for place, cut in enumerate(contract.sampling.hard):
        yield ("sampling", "hard", place), cut
    for place, test in enumerate(contract.acceptance_tests):
        yield ("acceptance_tests", place, "slice"), test.slice
    for place, layer in enumerate(contract.review.layers):
        yield ("review", "layers", place, "slice"), layer.slice
    for place, floor in enumerate(contract.review.agreement_floors):
        yield ("review", "agreement_floors", place, "slice"), floor.slice
    for place, entry in enumerate(contract.supervision):
        yield ("supervision", place, "slice"), entry.slice


CHECKS: tuple[DocumentCheck, ...] = (
    standard_axes, records_for_each_value, values_once, slices_exist, quotas_can_be_met,
    hard_slices, hard_slices_have_quotas, reserve, splits_are_named, limit_of_what_is_dropped,
)  # fmt: skip
