"""The coverage ledger: the evidence for each dimension of each item, and what is uncertain."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Rubric
from assay.core.data_frame import data_frame
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.verification.ledger_evidence import (
    By,
    CoverageEvidence,
    DimensionCoverage,
    Ground,
    items_of,
)
from assay.verification.planned import applying
from assay.verification.standing import AdequacyState, Weight
from assay.verification.verification import Verification

if TYPE_CHECKING:
    from pandas import DataFrame

ALL = "all"
"""The axis of the rows over everything."""

MOST_NAMED = 1000
"""Right answers with a wrong step that are named one by one; all of them are counted."""


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension in one slice. Items are candidates, or records that have none."""

    axis: str
    """The axis; `all` for everything."""
    value: str
    """Its value; empty for everything."""
    dimension: str
    """Id of the rubric's dimension."""
    items: int
    """Items that it applies to: the denominator of all below."""
    machine_verified: int
    """Items that a verifier passed, failed or got nothing for, and to which no person gave a value."""
    expert_judged: int
    """Items to which a person gave a value, and of which no verifier's result says anything."""
    both: int
    """Items with a verifier's result and a person's value."""
    uncertain: int
    """Items with neither: nothing shows whether they are right."""
    refuted: int
    """Items on which a verifier failed."""
    not_delivered: int
    """Items whose candidate gave nothing that could be judged: no answer in its time or memory, a
    crash, an answer that cannot be carried. They are not passed, as the refuted are not; the last
    are uncertain besides, where no person gave a value."""
    contradicted: int
    """Items on which a verifier failed and a person gave the best value, or the reverse."""
    forgeable: int
    """Items whose only verdict is one that the candidate could forge; it does not count."""
    below_minimum: int
    """Items whose only verdict had weaker isolation than the contract demands; it does not count."""
    inadequate: int
    """Items whose only verdict is by a verifier that does not tell right from wrong on the record;
    it does not count."""
    adequacy_not_tested: int
    """Items on which a verifier passed or failed that was not tested for telling right from wrong on
    the record."""
    right_with_wrong_step: int
    """Items that are right on this dimension while one of their steps is wrong."""


class ByRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one verifier found for one dimension in one slice, at one isolation; counts are items."""

    axis: str
    """The axis; `all` for everything."""
    value: str
    """Its value; empty for everything."""
    dimension: str
    """Id of the rubric's dimension."""
    verifier: str
    """Name of the verifier, as the rubric gives it."""
    version: str
    """Version of the verifier that gave the results."""
    isolation: str
    """Isolation of the code under test; empty where it was not recorded."""
    weight: Weight
    """Whether its verdicts count, and if not, why."""
    adequacy: AdequacyState
    """Whether it is known to tell right from wrong on these items' records."""
    verdicts: dict[str, int]
    """The results that stand, by verdict; `error` and `unavailable` enter no count of the ledger."""


class RightWithWrongStep(msgspec.Struct, frozen=True, kw_only=True):
    """One item that is right while one of its steps is wrong."""

    record: str
    """Id of the record."""
    candidate: int
    """Place of the candidate in its record, from 0."""
    dimensions: tuple[str, ...]
    """Dimensions on which it is right."""
    steps: tuple[int, ...]
    """Its wrong steps, from 0."""
    by: tuple[str, ...]
    """Who says so: verifiers by name, or `reviewers`."""


class CoverageReport(msgspec.Struct, frozen=True, kw_only=True):
    """The coverage ledger."""

    rows: tuple[LedgerRow, ...]
    """Every dimension: over everything first, then slice by slice."""
    by: tuple[ByRow, ...]
    """By what it was machine verified, in the same order."""
    right_with_wrong_step: int
    """Items that are right on some dimension while one of their steps is wrong."""
    wrong_steps: tuple[RightWithWrongStep, ...]
    """The first of these, one by one."""

    def to_frame(self) -> "DataFrame":
        """The ledger's `rows`, one row each.

        Raises:
            MachineError: if pandas is not installed.
        """
        return data_frame(self.rows, LedgerRow)


class Ledger:
    """Counts, item by item, the evidence for each dimension.

    Items at one place with the same evidence are kept once, with how often.
    """

    def __init__(self, contract: Contract, rubric: Rubric) -> None:
        self._contract = contract
        self._rubric = rubric
        self._ground = Ground(contract, rubric)
        self._axes = tuple(contract.sampling.axes)
        self._seen: Counter[tuple[tuple[str | None, ...], str, DimensionCoverage]] = Counter()
        self._hollow = 0
        self._named: list[RightWithWrongStep] = []

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
        evidence = CoverageEvidence(self._ground, judgments, verifications)
        for item in items_of(record.candidates):
            right: list[str] = []
            for dimension in self._rubric.dimensions:
                # What a signal does not ask for may be known all the same: a right outcome on
                # wrong steps counts on a record that exists for its steps alone.
                if dimension.id not in applies and dimension.nature != "objective":
                    continue
                coverage = evidence.cover(dimension, item)
                if dimension.id in applies:
                    self._seen[place, dimension.id, coverage] += 1
                if coverage.wrong_step:
                    right.append(dimension.id)
            if right:
                self._note(record, item, right, evidence)

    def verified(
        self, record: Record, judgments: Sequence[Judgment], verifications: Sequence[Verification]
    ) -> Iterator[tuple[str, bool]]:
        """Each dimension of each item of a record, and whether a verifier's result says something of it.

        The arguments are those of `add`; nothing is counted.
        """
        applies = applying(record, self._contract, self._rubric)
        evidence = CoverageEvidence(self._ground, judgments, verifications)
        for item in items_of(record.candidates):
            for dimension in self._rubric.dimensions:
                if dimension.id in applies:
                    yield dimension.id, evidence.cover(dimension, item).machine is not None

    def _note(
        self, record: Record, item: int, right: list[str], evidence: CoverageEvidence
    ) -> None:
        self._hollow += 1
        if len(self._named) >= MOST_NAMED:
            return
        wrong = evidence.wrong_steps(item)
        self._named.append(
            RightWithWrongStep(
                record=record.id,
                candidate=item,
                dimensions=tuple(right),
                steps=tuple(sorted({wrong_step.step for wrong_step in wrong})),
                by=tuple(sorted({wrong_step.by for wrong_step in wrong})),
            )
        )

    def report(self) -> CoverageReport:
        """The ledger as it is."""
        counts: dict[tuple[str, str, str], Counter[str]] = {}
        by: dict[tuple[str, str, str], dict[By, int]] = {}
        for (place, dimension, coverage), items in self._seen.items():
            for axis, value in ((ALL, ""), *zip(self._axes, place, strict=True)):
                # A record that names no value on an axis is in none of its slices.
                if value is None:
                    continue
                counted = counts.setdefault((axis, value, dimension), Counter())
                counted.update({name: items for name, holds in _conditions(coverage) if holds})
                if coverage.by is not None:
                    tested = by.setdefault((axis, value, dimension), Counter())
                    tested[coverage.by] += items
        order = {dimension.id: place for place, dimension in enumerate(self._rubric.dimensions)}
        axes = {axis: place for place, axis in enumerate((ALL, *self._axes))}
        keys = sorted(counts, key=lambda key: (axes[key[0]], key[1], order[key[2]]))
        return CoverageReport(
            rows=tuple(
                LedgerRow(
                    axis=axis,
                    value=value,
                    dimension=dimension,
                    **{name: counts[axis, value, dimension][name] for name in _COUNTED},
                )
                for axis, value, dimension in keys
            ),
            by=tuple(row for key in keys for row in _by_rows(*key, by.get(key, {}))),
            right_with_wrong_step=self._hollow,
            wrong_steps=tuple(self._named),
        )


_COUNTED = (
    "items", "machine_verified", "expert_judged", "both", "uncertain", "refuted", "not_delivered",
    "contradicted", "forgeable", "below_minimum", "inadequate", "adequacy_not_tested",
    "right_with_wrong_step",
)  # fmt: skip


def _by_rows(axis: str, value: str, dimension: str, tested: dict[By, int]) -> Iterator[ByRow]:
    held: dict[tuple[str, str, str, Weight, AdequacyState], dict[str, int]] = {}
    for result, items in sorted(tested.items()):
        key = (result.verifier, result.version, result.isolation, result.weight, result.adequacy)
        held.setdefault(key, {})[result.verdict] = items
    for (verifier, version, isolation, weight, adequacy), verdicts in held.items():
        yield ByRow(
            axis=axis,
            value=value,
            dimension=dimension,
            verifier=verifier,
            version=version,
            isolation=isolation,
            weight=weight,
            adequacy=adequacy,
            verdicts=verdicts,
        )


def _conditions(coverage: DimensionCoverage) -> tuple[tuple[str, bool], ...]:
    """What holds of an item, by the name under which it is counted."""
    spoke = coverage.machine is not None
    return (
        ("items", True),
        ("machine_verified", spoke and not coverage.expert),
        ("expert_judged", coverage.expert and not spoke),
        ("both", spoke and coverage.expert),
        ("uncertain", not spoke and not coverage.expert),
        ("refuted", coverage.refuted),
        ("not_delivered", coverage.not_delivered),
        ("contradicted", coverage.contradicted),
        ("forgeable", coverage.lacking == "forgeable"),
        ("below_minimum", coverage.lacking == "below_minimum"),
        ("inadequate", coverage.lacking == "inadequate"),
        (
            "adequacy_not_tested",
            spoke and coverage.by is not None and coverage.by.adequacy != "adequate",
        ),
        ("right_with_wrong_step", coverage.wrong_step),
    )
