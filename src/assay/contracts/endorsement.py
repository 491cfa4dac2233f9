"""Endorsement: the values on a dimension that count for a candidate, and those that do not.

The contract states them for a signal and a slice (`supervision[].accept`); what it leaves open has
a safe default: a veto's own bound, and elsewhere the better half of the scale. Plural dimensions and
categories without stated values decide nothing.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

import msgspec

from assay.contracts.contract import Supervision
from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.terms import Signal

IMITATED: frozenset[Signal] = frozenset({"demonstration", "trajectory"})
"""Signals whose records exist to be imitated, so that a candidate of theirs must be endorsed."""

BoundSource = Literal["accept", "veto", "objective", "scores"]
"""Where a bound comes from: the contract's `accept`, a veto, or a default by the nature."""


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """The acceptable values of one dimension for one signal."""

    dimension: str
    """Id of the dimension in the rubric."""
    source: BoundSource
    """Where the bound comes from; it names the rule that rejects a candidate."""
    least: int | None = None
    """Least acceptable value; None: no lower bound."""
    greatest: int | None = None
    """Greatest acceptable value; None: no upper bound."""
    categories: tuple[str, ...] = ()
    """Acceptable categories, where the scale is a list of them."""
    scale: tuple[str, ...] = ()
    """All categories of the scale; empty for a scale of numbers."""
    ends: tuple[int, int] | None = None
    """Least and greatest value of a scale of numbers; None for categories."""
    required: bool = False
    """Whether no candidate is endorsed before this dimension was judged or verified."""
    by_machine: bool = False
    """Whether the rubric leaves the dimension to a machine."""

    def accepts(self, value: str) -> bool | None:
        """Whether a value, as scores are counted by name, is acceptable.

        Args:
            value: the value as text: a whole number, a fraction such as `3/4`, or a category.

        Returns:
            None where the value is not on the scale that the bound is about.
        """
        if self.categories:
            return value in self.categories if value in self.scale else None
        try:
            number = Fraction(value)
        except (ValueError, ZeroDivisionError):
            return None
        if self.ends is not None and not self.ends[0] <= number <= self.ends[1]:
            return None
        high_enough = self.least is None or number >= self.least
        return high_enough and (self.greatest is None or number <= self.greatest)

    def describe(self) -> str:
        """The acceptable values in words, such as `at least 3`."""
        if self.categories:
            return " or ".join(self.categories)
        if self.least is not None:
            return f"at least {self.least}"
        return f"at most {self.greatest}"


def bounds_for(entries: Iterable[Supervision], rubric: Rubric) -> tuple[Bound, ...]:
    """The acceptable values of every dimension that decides about the candidates of a record.

    Args:
        entries: the entries of the supervision mix that are about the record.
        rubric: the rubric in force.
    """
    mix = tuple(entries)
    accepted: dict[str, int | tuple[str, ...]] = {}
    for entry in mix:
        accepted |= entry.accept
    named = {dimension for entry in mix for dimension in entry.dimensions}
    bounds = (
        _bound_for(
            dimension,
            rubric,
            accepted.get(dimension.id),
            scored=not named or dimension.id in named | accepted.keys(),
        )
        for dimension in rubric.dimensions
    )
    return tuple(bound for bound in bounds if bound is not None)


def _bound_for(
    dimension: Dimension, rubric: Rubric, accepted: int | tuple[str, ...] | None, *, scored: bool
) -> Bound | None:
    by_machine = dimension.judged_by == "machine"
    if isinstance(accepted, tuple):
        return Bound(
            dimension=dimension.id,
            source="accept",
            categories=accepted,
            scale=dimension.values,
            required=True,
            by_machine=by_machine,
        )
    # The contract's own value first, then a veto's bound, then the default of the scale.
    stated = accepted is not None
    if accepted is None:
        # A veto states what is unacceptable in every comparison; imitation must not ask for less.
        veto = _veto(dimension, rubric)
        if veto is not None:
            return msgspec.structs.replace(veto, required=scored, by_machine=by_machine)
        if dimension.nature == "plural" or dimension.bounds is None:
            return None
        accepted = _middle(dimension)
    objective = dimension.nature == "objective"
    lower_is_better = dimension.better == "lower"
    return Bound(
        dimension=dimension.id,
        source="accept" if stated else "objective" if objective else "scores",
        least=None if lower_is_better else accepted,
        greatest=accepted if lower_is_better else None,
        ends=dimension.bounds,
        required=stated or (objective and scored and dimension.judged_by != "uncertain"),
        by_machine=by_machine,
    )


def _veto(dimension: Dimension, rubric: Rubric) -> Bound | None:
    for rule in rubric.priority:
        if rule.veto == dimension.id:
            return Bound(
                dimension=dimension.id,
                source="veto",
                least=rule.below,
                greatest=rule.above,
                ends=dimension.bounds,
            )
    return None


def _middle(dimension: Dimension) -> int:
    """The last value of the better half of the scale, the exact middle included."""
    low, high = dimension.bounds or (0, 1)
    return (low + high) // 2 if dimension.better == "lower" else -((-low - high) // 2)
