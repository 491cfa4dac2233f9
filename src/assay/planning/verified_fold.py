"""How much of what must be verified is, as a fold over cases."""

from collections import Counter
from collections.abc import Collection

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Rubric
from assay.core.tallies import from_rows, to_rows
from assay.planning.checklist_figures import LedgerFigures
from assay.quality.case import RecordCase
from assay.quality.case_fold import CaseFold
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.verification.ledger import Ledger
from assay.verification.verification import Verification


class VerifiedFigures:
    """Items of each dimension that must be verified, and those that are."""

    def __init__(self, contract: Contract, rubric: Rubric, dimensions: Collection[str]) -> None:
        """Start with nothing counted.

        Args:
            contract: the contract in force.
            rubric: the rubric in force.
            dimensions: ids of the dimensions that must be verified.
        """
        self._ledger = Ledger(contract, rubric)
        self._dimensions = [own.id for own in rubric.dimensions if own.id in dimensions]
        self.items: Counter[str] = Counter()
        """Items by dimension."""
        self.verified: Counter[str] = Counter()
        """Of these, items of which a verifier's result says something."""

    def add(self, case: RecordCase) -> None:
        """Count a record's items."""
        self._change(case, 1)

    def remove(self, case: RecordCase) -> None:
        """Take a record's items out."""
        self._change(case, -1)

    def _change(self, case: RecordCase, times: int) -> None:
        if not self._dimensions:
            return
        for dimension, is_verified in self._ledger.verified(
            case.record, case.judgments, case.verifications
        ):
            if dimension in self._dimensions:
                self.items[dimension] += times
                self.verified[dimension] += times * is_verified

    def rows(self) -> tuple[LedgerFigures, ...]:
        """The figures of each dimension that has items, in the rubric's order."""
        return tuple(
            LedgerFigures(
                dimension=dimension,
                items=self.items[dimension],
                verified=self.verified[dimension],
            )
            for dimension in self._dimensions
            if self.items[dimension]
        )

    def encoded(self) -> bytes:
        """The figures as bytes."""
        return msgspec.json.encode([to_rows(self.items), to_rows(self.verified)])

    def take_up(self, body: bytes) -> None:
        """Go on from figures that were encoded."""
        items, verified = msgspec.json.decode(body)
        self.items, self.verified = from_rows(items), from_rows(verified)


def verified_fold(
    contract: Contract, rubric: Rubric, dimensions: Collection[str]
) -> CaseFold[VerifiedFigures]:
    """The fold of what must be verified; the arguments are those of `VerifiedFigures`."""

    def decode(body: bytes) -> VerifiedFigures:
        figures = VerifiedFigures(contract, rubric, dimensions)
        figures.take_up(body)
        return figures

    return CaseFold(
        name="verified",
        version=1,
        reads=(Record, Judgment, Verification),
        begins_again=(),
        start=lambda: VerifiedFigures(contract, rubric, dimensions),
        decode=decode,
    )
