"""Missing machine evidence, where a layer of review requires that every verifier has passed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal, NamedTuple

from assay.contracts.contract import Contract
from assay.contracts.rubric import Dimension, Rubric
from assay.records.judgment import Judgment
from assay.verification.ledger_evidence import CoverageEvidence, Ground
from assay.verification.standing import Weight, is_against, verdict_name, what_stands, why_not
from assay.verification.verification import Pass, Verification

Test = tuple[str, str | None]
"""A verifier's name, and its options as canonical JSON text."""

Why = Literal["not_run", "failed", "silent", "below_minimum", "forgeable", "inadequate"]
"""No result; refuted or not delivered; a result that says nothing; isolated too weakly; the candidate could
forge it; the verifier does not tell right from wrong on the record."""


class MissingEvidence(NamedTuple):
    """One kind of machine evidence that a record lacks."""

    why: Why
    """Which kind of evidence is missing."""
    reason: str
    """The same in words, for a disposition."""


@dataclass(frozen=True)
class EvidenceDemand:
    """What the contract and the rubric demand of machine evidence."""

    contract: Contract
    rubric: Rubric

    @cached_property
    def ground(self) -> Ground:
        """What the ledger reads of both."""
        return Ground(self.contract, self.rubric)

    @cached_property
    def tests(self) -> Mapping[Test, tuple[Dimension, ...]]:
        """Every test that the rubric names, with the dimensions that name it."""
        named_by: dict[Test, tuple[Dimension, ...]] = {}
        for dimension in self.rubric.dimensions:
            test = self.ground.tests[dimension.id]
            if test is not None:
                named_by[test] = (*named_by.get(test, ()), dimension)
        return dict(sorted(named_by.items(), key=lambda entry: (entry[0][0], entry[0][1] or "")))


def first_missing(
    demand: EvidenceDemand,
    verifications: Sequence[Verification],
    people: Sequence[Judgment],
    winner: int | None,
) -> MissingEvidence | None:
    """The first evidence that is missing; None where every verifier has passed what is put forward.

    Args:
        demand: what the documents demand.
        verifications: the record's verifications in their order of entry.
        people: the judgments that the record's layer counts.
        winner: the candidate that is put forward; None where all are.
    """
    evidence = CoverageEvidence(demand.ground, people, verifications)
    for test, dimensions in demand.tests.items():
        stands = _standing(demand, evidence, test, verifications, winner)
        lacks = chain(
            _inadequate(evidence, stands), _missing_results(demand, evidence, dimensions, stands)
        )
        lack = next(lacks, None)
        if lack is not None:
            return MissingEvidence(lack.why, f"{test[0]} {lack.reason}")
    return None


def _standing(
    demand: EvidenceDemand,
    evidence: CoverageEvidence,
    test: Test,
    verifications: Iterable[Verification],
    winner: int | None,
) -> list[tuple[Verification, Weight]]:
    """The results of a test that stand, candidate by candidate."""
    results: dict[int | None, list[Verification]] = {}
    for verification in verifications:
        if (verification.verifier, verification.options) == test:
            results.setdefault(verification.candidate, []).append(verification)
    standing = (
        what_stands(history, demand.ground.minimum, evidence.adequacies.inadequate)
        for candidate, history in results.items()
        if winner is None or candidate in {None, winner}
    )
    return [pair for pair in standing if pair is not None]


def _inadequate(
    evidence: CoverageEvidence, stands: Sequence[tuple[Verification, Weight]]
) -> Iterator[MissingEvidence]:
    """Verifiers that do not tell right from wrong on the record, so that their results do not count."""
    for result, weight in stands:
        if weight == "inadequate":
            why = evidence.adequacies.reason((result.verifier, result.options))
            yield MissingEvidence(
                "inadequate", f"does not tell right from wrong on this record: {why}"
            )


def _missing_results(
    demand: EvidenceDemand,
    evidence: CoverageEvidence,
    dimensions: Sequence[Dimension],
    stands: Sequence[tuple[Verification, Weight]],
) -> Iterator[MissingEvidence]:
    """What the results of one test lack, the worst first."""
    for result, _ in stands:
        if is_against(result):
            yield MissingEvidence("failed", f"failed: {why_not(result)}")
    for result, _ in stands:
        if not isinstance(result.verdict, Pass):
            yield MissingEvidence(
                "silent", f"says nothing about the claim ({verdict_name(result)})"
            )
    if not stands:
        yield MissingEvidence("not_run", "has not run")
    for result, weight in stands:
        if weight == "below_minimum":
            held = result.isolation or "an unknown isolation"
            minimum = demand.ground.minimum
            yield MissingEvidence(
                "below_minimum", f"passed under {held}, and the contract demands {minimum}"
            )
        elif weight == "forgeable":
            yield from _forgeable(demand, evidence, dimensions, result)


def _forgeable(
    demand: EvidenceDemand,
    evidence: CoverageEvidence,
    dimensions: Sequence[Dimension],
    passed: Verification,
) -> Iterator[MissingEvidence]:
    """Why a pass that could be forged is not enough: it may never be the sole evidence."""
    reason = f"passed, but the candidate could have forged it ({passed.isolation})"
    if demand.contract.verification.refuse_forgeable:
        yield MissingEvidence("forgeable", f"{reason}, and the contract refuses it")
    for dimension in dimensions:
        if not evidence.values(dimension, passed.candidate or 0):
            yield MissingEvidence("forgeable", f"{reason}, and no expert judged {dimension.id}")
