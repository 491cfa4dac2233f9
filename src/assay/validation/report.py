"""The validation report: everything that the comparison of two arms shows, with its denominators."""

from collections.abc import Iterator, Sequence

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Rubric
from assay.governance.failure_modes import Alarm
from assay.validation.acceptance import run_tests
from assay.validation.alarms import over_refusal_alarm
from assay.validation.comparison import (
    Arms,
    ClaimShare,
    Responses,
    SliceRow,
    claim_shares,
    responses,
    slice_table,
)
from assay.validation.evaluation import Evaluation, Result
from assay.validation.validation import TestResult

METHOD = "paired-cr2/1"
"""How differences and intervals are computed, with its version."""

FEW_CLUSTERS = 10
"""Below this number of independent groups an interval leans on few of them (a convention)."""

ALWAYS = (
    "A difference speaks for these items and these checkpoints; another training run may differ.",
    "Below the smallest detectable difference nothing is said; that is not the same as no change.",
    "Rates of responses treat runs over one item as independent; differences do not.",
    "The reserve is spent by looking: each comparison on it makes the next one less independent.",
)
"""Limits of every report."""


class ArmText(msgspec.Struct, frozen=True, kw_only=True):
    """One arm of the comparison."""

    arm: str
    """`base` or `candidate`."""
    checkpoint: str
    """Names of its checkpoints."""
    evaluations: tuple[str, ...]
    """Ids of its evaluations."""
    results: int
    """Results."""
    items: int
    """Items with a result."""


class ValidationReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison of two arms shows."""

    contract: str
    """Name and version of the contract."""
    method: str
    """How differences and intervals were computed."""
    arms: tuple[ArmText, ...]
    """The base and the candidate."""
    compared: int
    """Items that both have results for."""
    base_only: int
    """Items that only the base has; they are left out."""
    candidate_only: int
    """Items that only the candidate has; they are left out."""
    tests: tuple[TestResult, ...]
    """The contract's acceptance tests."""
    responses: tuple[Responses, ...]
    """Requests to refuse and requests to comply, apart; empty where none were evaluated."""
    claims: tuple[ClaimShare, ...]
    """Claims by what the evidence says of them; empty where none were judged."""
    slices: tuple[SliceRow, ...]
    """Every metric in every slice."""
    alarms: tuple[Alarm, ...]
    """What the report says of failure modes."""
    limits: tuple[str, ...]
    """What these numbers do not show."""


def make_report(
    base: Sequence[Evaluation],
    candidate: Sequence[Evaluation],
    results: tuple[Sequence[Result], Sequence[Result]],
    contract: Contract,
    rubric: Rubric | None,
) -> ValidationReport:
    """Compare two arms.

    Args:
        base: evaluations of the checkpoint before.
        candidate: evaluations of the checkpoint after.
        results: the results of the one and of the other.
        contract: the contract whose tests and slices are asked for.
        rubric: tells which end of a dimension is the good one.
    """
    arms = Arms(*results)
    slices = slice_table(arms, contract)
    said = responses(arms)
    return ValidationReport(
        contract=f"{contract.id} {contract.version}",
        method=METHOD,
        arms=(
            _arm("base", base, results[0], len(arms.base)),
            _arm("candidate", candidate, results[1], len(arms.candidate)),
        ),
        compared=len(arms.both),
        base_only=len(arms.base) - len(arms.both),
        candidate_only=len(arms.candidate) - len(arms.both),
        tests=run_tests(arms, contract, rubric),
        responses=said,
        claims=claim_shares(arms),
        slices=slices,
        alarms=(over_refusal_alarm(slices, said),),
        limits=(*ALWAYS, *_limits(base, candidate, slices)),
    )


def _arm(
    name: str, evaluations: Sequence[Evaluation], results: Sequence[Result], items: int
) -> ArmText:
    return ArmText(
        arm=name,
        checkpoint=", ".join(dict.fromkeys(each.checkpoint for each in evaluations)),
        evaluations=tuple(each.id for each in evaluations),
        results=len(results),
        items=items,
    )


def _limits(
    base: Sequence[Evaluation], candidate: Sequence[Evaluation], slices: Sequence[SliceRow]
) -> Iterator[str]:
    seeds = {each.seed for each in candidate}
    if len(seeds) < 2:  # noqa: PLR2004  one seed shows no spread
        yield "One training seed: how far another seed would differ is not known."
    if len({each.dataset for each in (*base, *candidate)}) > 1:
        yield "The evaluations come from different sets; only shared items are compared."
    few = sum(each.found.clusters < FEW_CLUSTERS for each in slices)
    if few:
        yield f"{few} of {len(slices)} rows rest on fewer than {FEW_CLUSTERS} independent groups."
