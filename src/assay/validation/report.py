"""The validation report: everything that the comparison of two arms shows, with its denominators."""

from collections.abc import Iterator, Sequence

import msgspec

from assay.contracts.contract import Contract
from assay.contracts.rubric import Rubric
from assay.governance.failure_modes import Alarm
from assay.validation.acceptance import run_tests
from assay.validation.alarms import benign_margin, over_refusal_alarm
from assay.validation.comparison import (
    Arms,
    ClaimShare,
    Responses,
    SliceRow,
    claim_shares,
    responses,
    slice_table,
)
from assay.validation.evaluation import Evaluation, ItemResult
from assay.validation.helpfulness import Helpfulness, helpfulness
from assay.validation.training_overlap import TrainingOverlap
from assay.validation.training_run import RunRow, run_rows, scope
from assay.validation.validation import TestResult

METHOD = "paired-tango-cr2/1"
"""How differences and intervals are computed, with its version."""

FEW_CLUSTERS = 10
"""Independent groups below which the report warns that an interval rests on few (a convention)."""

ALWAYS = (
    "A difference applies to these items and these checkpoints; another training run may differ.",
    "A difference below the smallest detectable one is easily missed: that is not no change.",
    "Shares of responses and claims treat items of one family as independent; the slices do not.",
    "All tests pass by chance no likelier than the largest of their risks; one of many is likelier.",
    (
        "Intervals and differences in the table of slices are each for themselves; a row is called "
        "improved or worsened only where its p-value, adjusted for all rows, is at most 0.05."
    ),
    (
        "Items are compared with the records of the release by id, by digest and by the words of their "
        "input, sealed ones by their fingerprints: a training record in other words is not recognised."
    ),
    "The reserve is spent by looking: each comparison on it makes the next one less independent.",
)
"""Limits of every report."""


class ArmText(msgspec.Struct, frozen=True, kw_only=True):
    """One arm of the comparison."""

    arm: str
    """Which side of the comparison: `base` or `candidate`."""
    checkpoint: str
    """Names of its checkpoints."""
    evaluations: tuple[str, ...]
    """Ids of its evaluations."""
    results: int
    """Results of all its evaluations, repeated runs included."""
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
    helpfulness: Helpfulness
    """Benign and unsafe requests, with what either arm lacks at its best and at its worst."""
    claims: tuple[ClaimShare, ...]
    """Claims by what the evidence says of them; empty where none were judged."""
    slices: tuple[SliceRow, ...]
    """Every metric in every slice."""
    runs: tuple[RunRow, ...]
    """Acceptance tests by training run; empty where the candidate has one evaluation."""
    overlap: TrainingOverlap | None
    """Evaluated items against the training records; None where no release is tested."""
    alarms: tuple[Alarm, ...]
    """What the report says of failure modes."""
    limits: tuple[str, ...]
    """What these numbers do not show."""


def make_report(
    base: Sequence[Evaluation],
    candidate: Sequence[Evaluation],
    results: tuple[Sequence[ItemResult], Sequence[ItemResult]],
    contract: Contract,
    rubric: Rubric | None,
    *,
    overlap: TrainingOverlap | None = None,
) -> ValidationReport:
    """Compare two arms.

    Args:
        base: evaluations of the checkpoint before.
        candidate: evaluations of the checkpoint after.
        results: the results of the one and of the other.
        contract: the contract whose tests and slices are asked for.
        rubric: tells which end of a dimension is the good one.
        overlap: the items against the training records; None where no release is tested.
    """
    datasets = {evaluation.id: evaluation.dataset for evaluation in (*base, *candidate)}
    arms = Arms(*results, datasets)
    slices, response_rows = slice_table(arms, contract, rubric), responses(arms)
    tests = run_tests(arms, contract, rubric, scope(candidate))
    request_rates = helpfulness(arms)
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
        tests=tests,
        responses=response_rows,
        helpfulness=request_rates,
        claims=claim_shares(arms),
        slices=slices,
        runs=run_rows(candidate, results, datasets, contract, rubric),
        overlap=overlap,
        alarms=(over_refusal_alarm(request_rates, slices, tests, benign_margin(contract)),),
        limits=(*ALWAYS, *_limits(base, candidate, arms, slices)),
    )


def _arm(
    name: str, evaluations: Sequence[Evaluation], results: Sequence[ItemResult], items: int
) -> ArmText:
    return ArmText(
        arm=name,
        checkpoint=", ".join(dict.fromkeys(evaluation.checkpoint for evaluation in evaluations)),
        evaluations=tuple(evaluation.id for evaluation in evaluations),
        results=len(results),
        items=items,
    )


def _limits(
    base: Sequence[Evaluation],
    candidate: Sequence[Evaluation],
    arms: Arms,
    slices: Sequence[SliceRow],
) -> Iterator[str]:
    seeds = {evaluation.seed for evaluation in candidate}
    if len(seeds) < 2:  # noqa: PLR2004  one seed shows no spread
        yield "One training seed: how far another seed would differ is not known."
    else:
        yield (
            f"{len(seeds)} training seeds are averaged within the item: the intervals apply to "
            "these seeds, and the worst one is named."
        )
    if len({evaluation.dataset for evaluation in (*base, *candidate)}) > 1:
        yield (
            "The evaluations come from several sets: slices pool them, and each acceptance test "
            "looks at its own set alone."
        )
    runs = [
        (evaluation.arm, evaluation.checkpoint, evaluation.dataset, evaluation.seed)
        for evaluation in (*base, *candidate)
    ]
    if len(set(runs)) < len(runs):
        yield (
            f"{len(runs) - len(set(runs))} of {len(runs)} evaluations repeat a checkpoint, set and "
            "seed; all are averaged."
        )
    moved = arms.n_moved()
    if moved:
        yield f"{moved} of {len(arms.both)} items are in another slice or family in the candidate's results; the base's is used."
    few = sum(row.found.clusters < FEW_CLUSTERS for row in slices)
    if few:
        yield f"{few} of {len(slices)} rows rest on fewer than {FEW_CLUSTERS} independent groups."
