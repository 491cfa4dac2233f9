"""The documents in force, with what quality reads of them once for all records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from assay.contracts.contract import Contract, ReviewLayer
from assay.contracts.document import Document, DocumentKind
from assay.contracts.endorsement import Bound, bounds_for
from assay.contracts.priority import Rules, rules_of
from assay.contracts.rubric import Dimension, Rubric
from assay.contracts.supervision import entries_for
from assay.quality.consensus import Counting
from assay.quality.machine_evidence import EvidenceDemand
from assay.quality.stale_labels import Changes, changes_since
from assay.records.record import Record


@dataclass(frozen=True)
class DocumentsInForce:
    """The documents that the rules come from, with their ids."""

    contract: Contract
    rubric: Rubric
    contract_id: str
    """Document id of the contract."""
    rubric_id: str
    """Document id of the rubric."""
    changes: Changes = field(default_factory=dict)
    """Older document id -> labels whose meaning has changed since."""

    @classmethod
    def of(cls, facts: Mapping[DocumentKind, Document], stored: Iterable[Document] = ()) -> Self:
        """The documents from their facts, by kind: `contract` and `rubric` at least.

        Args:
            facts: the documents in force.
            stored: every version that the store holds; without them no label is stale.
        """
        contract, rubric = facts["contract"].read(), facts["rubric"].read()
        if not isinstance(contract, Contract) or not isinstance(rubric, Rubric):
            raise TypeError("the facts given as contract and rubric are other documents")
        return cls(
            contract,
            rubric,
            facts["contract"].id,
            facts["rubric"].id,
            changes_since(facts, stored, contract),
        )

    @cached_property
    def priority(self) -> Rules:
        """The rubric's priority rules, ready to compute with."""
        return rules_of(self.rubric)

    @cached_property
    def objective(self) -> frozenset[str]:
        """Dimensions with one right answer."""
        dimensions = self.rubric.dimensions
        return frozenset(
            dimension.id for dimension in dimensions if dimension.nature == "objective"
        )

    @cached_property
    def dimensions(self) -> Mapping[str, Dimension]:
        """The rubric's dimensions by name."""
        return {dimension.id: dimension for dimension in self.rubric.dimensions}

    def counting(self, layer: ReviewLayer) -> Counting:
        """Whose judgments a layer of the contract counts, and how many must agree."""
        if layer.id not in self._counting:
            self._counting[layer.id] = Counting.of(layer, self.rubric)
        return self._counting[layer.id]

    def bounds(self, record: Record) -> tuple[Bound, ...]:
        """The acceptable values of every dimension that decides about a record's candidates."""
        taxonomy = record.task.taxonomy
        key = (record.kind, *(taxonomy.get(axis) for axis in self._supervised_axes))
        if key not in self._bounds:
            entries = entries_for(record.kind, taxonomy, self.contract)
            self._bounds[key] = bounds_for(entries, self.rubric)
        return self._bounds[key]

    @cached_property
    def _counting(self) -> dict[str, Counting]:
        return {}

    @cached_property
    def _bounds(self) -> dict[tuple[str | None, ...], tuple[Bound, ...]]:
        return {}

    @cached_property
    def _supervised_axes(self) -> tuple[str, ...]:
        """The axes that slices of the supervision mix name."""
        mix = self.contract.supervision
        return tuple(sorted({axis for entry in mix for axis in entry.slice}))

    @cached_property
    def demand(self) -> EvidenceDemand:
        """What machine evidence must be, where a layer asks for it."""
        return EvidenceDemand(self.contract, self.rubric)
