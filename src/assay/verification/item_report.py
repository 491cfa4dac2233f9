"""The report on one record: the evidence for each dimension of each of its items, and by what."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Dimension, Rubric
from assay.records.judgment import Judgment
from assay.records.record import Record
from assay.verification.coverage import CoverageEvidence, DimensionCoverage, Ground, items_of
from assay.verification.planned import applying
from assay.verification.standing import AdequacyState, Weight
from assay.verification.verification import Verification

Support = Literal["machine verified", "expert judged", "both", "uncertain"]
"""Kinds of evidence for a dimension of an item."""


class ItemDimension(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension of one item."""

    candidate: int
    """The candidate's place."""
    dimension: str
    """The dimension."""
    support: Support
    """Evidence for it."""
    verdict: str = ""
    """The verdict that stands, in one word; empty where no verifier came to one."""
    reason: str = ""
    """What was found, in words."""
    verifier: str = ""
    """The verifier's name."""
    version: str = ""
    """Its version."""
    isolation: str = ""
    """How the code under test was held."""
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
    """Its id."""
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
    dossier = CoverageEvidence(Ground(contract, rubric), judgments, verifications)
    applies = applying(record, contract, rubric)
    wrong = {item: dossier.wrong_steps(item) for item in items_of(record.candidates)}
    return ItemReport(
        record=record.id,
        dimensions=tuple(
            _row(dossier, dimension, item)
            for item in items_of(record.candidates)
            for dimension in rubric.dimensions
            if dimension.id in applies
        ),
        wrong_steps={
            item: tuple(sorted({each.step for each in steps}))
            for item, steps in wrong.items()
            if steps
        },
    )


def _row(dossier: CoverageEvidence, dimension: Dimension, item: int) -> ItemDimension:
    found, stands = dossier.cover(dimension, item), dossier.result(dimension, item)
    values = tuple(dossier.values(dimension, item))
    bare = ItemDimension(
        candidate=item, dimension=dimension.id, support=_support(found), values=values
    )
    if stands is None or found.by is None:
        return bare
    verification, weight = stands
    return msgspec.structs.replace(
        bare,
        verdict=found.by.verdict,
        reason=_reason(verification),
        verifier=verification.verifier,
        version=verification.version,
        isolation=verification.isolation or "",
        environment=verification.environment or "",
        weight=weight,
        adequacy=found.by.adequacy,
        step=verification.step,
    )


def _reason(verification: Verification) -> str:
    said = str(getattr(verification.verdict, "reason", ""))
    return "; ".join(each for each in (said, verification.note) if each)


def _support(found: DimensionCoverage) -> Support:
    if found.machine is not None:
        return "both" if found.expert else "machine verified"
    return "expert judged" if found.expert else "uncertain"
