"""The evidence tally: the evidence for the dimensions of released records, and by which guideline.

All of it is derived again when a release is verified.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from assay.core.fact import Value
from assay.quality.machine_evidence import EvidenceDemand
from assay.records.fields import Index
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.verification.ledger_evidence import CoverageEvidence, items_of, judged_places, people_of
from assay.verification.planned import applying
from assay.verification.standing import speaks
from assay.verification.verification import Verification


class DimensionEntry(Value):
    """Evidence for one dimension of the rubric, in items of the released records.

    An item is a candidate, or a record that has none.
    """

    dimension: str
    """Id of the dimension in the rubric."""
    items: Index
    """Items that it applies to: the denominator of the others."""
    judged: Index = 0
    """Items on which a person, or a label without a named author, gave a value."""
    verified: Index = 0
    """Items on which a verifier's pass or fail counts."""
    neither: Index = 0
    """Items with neither a judged value nor a counting verdict."""


class GuidelineEntry(Value):
    """Judgments of the release that were made under one guideline."""

    judgments: Index
    """How many judgments cite it."""
    guideline: str = ""
    """Document id of a rubric, or name of a foreign guideline; empty where judgments cite none."""
    version: str = ""
    """Name and version of the rubric, where the program knows it."""

    @property
    def title(self) -> str:
        """The guideline in words."""
        if self.version:
            return f"rubric {self.version}"
        return f"guideline {self.guideline}" if self.guideline else "no stated guideline"


class _Items(msgspec.Struct):
    """Counts of a dimension's items."""

    items: int = 0
    judged: int = 0
    verified: int = 0
    neither: int = 0


class EvidenceTally:
    """Counts items by their evidence, and judgments by the guideline that they cite."""

    def __init__(self, demand: EvidenceDemand) -> None:
        """Count nothing yet.

        Args:
            demand: what the contract and the rubric demand.
        """
        self._demand = demand
        self._items = {dimension.id: _Items() for dimension in demand.rubric.dimensions}
        self._cited: Counter[str] = Counter()

    def add(
        self, record: Record, judgments: Sequence[Judgment], verifications: Sequence[Verification]
    ) -> None:
        """Count one record.

        Args:
            record: the record.
            judgments: its judgments.
            verifications: its verifications.
        """
        for judgment in judgments:
            self._cited[judgment.rubric or judgment.guideline or ""] += 1
        speaking = [fact for fact in verifications if speaks(fact)]
        # Only results that pass or fail are evidence; one that could not tell covers nothing.
        evidence = CoverageEvidence(self._demand.ground, judgments, speaking) if speaking else None
        judged_at = judged_places(people_of(judgments))
        applies = applying(record, self._demand.contract, self._demand.rubric)
        for dimension in self._demand.rubric.dimensions:
            name = dimension.id
            if name not in applies:
                continue
            counted = self._items[name]
            for item in items_of(record.candidates):
                judged = (name, item) in judged_at or (name, None) in judged_at
                verified = evidence is not None and evidence.is_verified(dimension, item)
                counted.items += 1
                counted.judged += judged
                counted.verified += verified
                counted.neither += not (judged or verified)

    def dimensions(self) -> tuple[DimensionEntry, ...]:
        """Every dimension of the rubric, in its order."""
        return tuple(
            DimensionEntry(
                dimension=name,
                items=counted.items,
                judged=counted.judged,
                verified=counted.verified,
                neither=counted.neither,
            )
            for name, counted in self._items.items()
        )

    def guidelines(self, rubrics: Mapping[str, str]) -> tuple[GuidelineEntry, ...]:
        """Every guideline that judgments cite, in the order of their names.

        Args:
            rubrics: document id of each known rubric -> its name and version.
        """
        return tuple(
            GuidelineEntry(judgments=count, guideline=cited, version=rubrics.get(cited, ""))
            for cited, count in sorted(self._cited.items())
        )
