"""The coverage ledger: what stands behind each dimension of each item, and what is uncertain."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Dimension, Rubric
from assay.records.judgment import Judgment, standing
from assay.records.record import Record
from assay.records.verdict import Category, Scored
from assay.verification.planned import applying
from assay.verification.verification import Fail, Pass, Verification

ALL = "all"
"""The axis of the rows over everything."""


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension in one slice. Items are candidates, or records that have none."""

    axis: str
    """The axis; `all` for everything."""
    value: str
    """Its value; empty for everything."""
    dimension: str
    """The dimension."""
    items: int
    """Items that it applies to: the denominator of all below."""
    machine_verified: int
    """Items on which a verifier passed or failed and no person gave a value."""
    expert_judged: int
    """Items on which a person gave a value and no verifier spoke."""
    both: int
    """Items on which both spoke."""
    uncertain: int
    """Items on which nobody spoke."""
    refuted: int
    """Items on which a verifier failed."""
    contradicted: int
    """Items on which a verifier failed and a person gave the best value, or the reverse."""


class Coverage(NamedTuple):
    """What stands behind one dimension of one item."""

    machine: bool | None
    """What the verifiers say: all passed, one failed; None where none spoke."""
    expert: bool
    """Whether a person gave a value."""
    contradicted: bool
    """Whether the two cannot both be right."""


class Ledger:
    """Counts, item by item, what stands behind each dimension.

    Items that lie at one place and have the same behind them are kept once, with how often.
    """

    def __init__(self, contract: Contract, rubric: Rubric) -> None:
        self._contract = contract
        self._rubric = rubric
        self._axes = tuple(contract.sampling.axes)
        self._seen: Counter[tuple[tuple[str | None, ...], str, Coverage]] = Counter()

    def add(
        self, record: Record, judgments: Sequence[Judgment], verifications: Sequence[Verification]
    ) -> None:
        """Count one record.

        Args:
            record: the record.
            judgments: its judgments; those of models and superseded ones do not count.
            verifications: its verifications in their order of entry.
        """
        applies = applying(record, self._contract, self._rubric)
        place = tuple(map(record.task.taxonomy.get, self._axes))
        for dimension in self._rubric.dimensions:
            if dimension.id not in applies:
                continue
            for item in range(max(1, len(record.candidates))):
                found = cover(dimension, item, judgments, verifications)
                self._seen[place, dimension.id, found] += 1

    def rows(self) -> tuple[LedgerRow, ...]:
        """The ledger: everything first, then slice by slice."""
        counts: dict[tuple[str, str, str], Counter[str]] = {}
        for (place, dimension, found), items in self._seen.items():
            values = [(ALL, ""), *zip(self._axes, place, strict=True)]
            for axis, value in values:
                if value is not None:
                    counted = counts.setdefault((axis, value, dimension), Counter())
                    counted.update({name: items for name, holds in _named(found) if holds})
        order = {each.id: place for place, each in enumerate(self._rubric.dimensions)}
        axes = {axis: place for place, axis in enumerate((ALL, *self._axes))}
        keys = sorted(counts, key=lambda key: (axes[key[0]], key[1], order[key[2]]))
        return tuple(
            LedgerRow(
                axis=axis,
                value=value,
                dimension=dimension,
                **{name: counts[axis, value, dimension][name] for name in _COUNTED},
            )
            for axis, value, dimension in keys
        )


_COUNTED = (
    "items", "machine_verified", "expert_judged", "both", "uncertain", "refuted", "contradicted",
)  # fmt: skip


def cover(
    dimension: Dimension,
    item: int,
    judgments: Iterable[Judgment],
    verifications: Iterable[Verification],
) -> Coverage:
    """What stands behind one dimension of one item.

    Args:
        dimension: the dimension.
        item: the candidate's place.
        judgments: judgments of the record.
        verifications: verifications of the record in their order of entry; of one verifier with
            one set of options the last one stands.
    """
    latest = {
        (each.verifier, each.options): each.verdict
        for each in verifications
        if dimension.id in each.dimensions and each.candidate in {None, item}
    }
    spoken = [verdict for verdict in latest.values() if isinstance(verdict, Pass | Fail)]
    machine = all(isinstance(verdict, Pass) for verdict in spoken) if spoken else None
    values = list(_values(dimension, item, judgments))
    if machine is None:
        return Coverage(None, bool(values), contradicted=False)
    best, worst = _ends(dimension)
    against = (worst if machine else best) in values
    return Coverage(machine, bool(values), contradicted=against and best != worst)


def _values(dimension: Dimension, item: int, judgments: Iterable[Judgment]) -> Iterable[int | str]:
    for judgment in standing(judgments):
        if judgment.reviewer.kind == "model":
            continue
        for score in judgment.scores:
            if score.dimension != dimension.id or score.candidate not in {None, item}:
                continue
            if isinstance(score.score, Scored | Category):
                yield score.score.value


def _ends(dimension: Dimension) -> tuple[int | None, int | None]:
    """The best and the worst value of a scale of numbers; None for categories."""
    if dimension.bounds is None:
        return None, None
    low, high = dimension.bounds
    return (low, high) if dimension.better == "lower" else (high, low)


def _named(found: Coverage) -> tuple[tuple[str, bool], ...]:
    """What holds of an item, by the name under which it is counted."""
    spoke = found.machine is not None
    return (
        ("items", True),
        ("machine_verified", spoke and not found.expert),
        ("expert_judged", found.expert and not spoke),
        ("both", spoke and found.expert),
        ("uncertain", not spoke and not found.expert),
        ("refuted", found.machine is False),
        ("contradicted", found.contradicted),
    )
