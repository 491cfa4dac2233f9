"""The report on one record: the evidence for each dimension of each of its items, and by what."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Dimension, Rubric
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.verification.ledger_evidence import CoverageEvidence, DimensionCoverage, Ground, items_of
from assay.verification.planned import applying
from assay.verification.standing import AdequacyState, Weight
from assay.verification.verification import Verification

Support = Literal["machine verified", "expert judged", "both", "uncertain"]
"""Kinds of evidence for a dimension of an item."""


class ItemDimension(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension of one item."""

    candidate: int
    """Place of the candidate in its record, from 0."""
    dimension: str
    """Id of the rubric's dimension."""
    support: Support
    """Whether a machine, people, both or nobody supports it."""
    verdict: str = ""
    """The verdict that stands, in one word; empty where no verifier came to one."""
    reason: str = ""
    """What was found, in words."""
    verifier: str = ""
    """Name of the verifier that gave the verdict; empty without one."""
    version: str = ""
    """Version of that verifier; empty without one."""
    isolation: str = ""
    """Isolation of the code under test; empty where it was not recorded."""
    environment: str = ""
    """Digest of the environment it ran in."""
    weight: Weight | Literal[""] = ""
    """Whether the verdict counts, and if not, why."""
    adequacy: AdequacyState | Literal[""] = ""
    """Whether the verifier is known to tell right from wrong on the record."""
    step: int | None = None
    """The step at fault, from 0."""
    values: tuple[int | str, ...] = ()
    """The values that people gave."""


class ItemReport(msgspec.Struct, frozen=True, kw_only=True):
    """One record's ledger."""

    record: str
    """Id of the record."""
    dimensions: tuple[ItemDimension, ...]
    """Every dimension that applies, candidate by candidate."""
    wrong_steps: dict[int, tuple[int, ...]]
    """Wrong steps of each candidate that has any, from 0."""


def item_report(
    record: Record,
    judgments: Sequence[Judgment],
    verifications: Sequence[Verification],
    contract: Contract,
    rubric: Rubric,
) -> ItemReport:
    """Evidence for each dimension of each of a record's items.

    Args:
        record: the record.
        judgments: its judgments.
        verifications: its verifications in their order of entry.
        contract: the contract in force.
        rubric: the rubric in force.
    """
    evidence = CoverageEvidence(Ground(contract, rubric), judgments, verifications)
    applies = applying(record, contract, rubric)
    wrong = {item: evidence.wrong_steps(item) for item in items_of(record.candidates)}
    return ItemReport(
        record=record.id,
        dimensions=tuple(
            _row(evidence, dimension, item)
            for item in items_of(record.candidates)
            for dimension in rubric.dimensions
            if dimension.id in applies
        ),
        wrong_steps={
            item: tuple(sorted({wrong_step.step for wrong_step in steps}))
            for item, steps in wrong.items()
            if steps
        },
    )


def _row(evidence: CoverageEvidence, dimension: Dimension, item: int) -> ItemDimension:
    coverage, stands = evidence.cover(dimension, item), evidence.result(dimension, item)
    values = tuple(evidence.values(dimension, item))
    bare = ItemDimension(
        candidate=item, dimension=dimension.id, support=_support(coverage), values=values
    )
    if stands is None or coverage.by is None:
        return bare
    verification, weight = stands
    return msgspec.structs.replace(
        bare,
        verdict=coverage.by.verdict,
        reason=_reason(verification),
        verifier=verification.verifier,
        version=verification.version,
        isolation=verification.isolation or "",
        environment=verification.environment or "",
        weight=weight,
        adequacy=coverage.by.adequacy,
        step=verification.step,
    )


def _reason(verification: Verification) -> str:
    reason = str(getattr(verification.verdict, "reason", ""))
    return "; ".join(part for part in (reason, verification.note) if part)


def _support(coverage: DimensionCoverage) -> Support:
    if coverage.machine is not None:
        return "both" if coverage.expert else "machine verified"
    return "expert judged" if coverage.expert else "uncertain"
