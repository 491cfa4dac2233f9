"""The training run: what each acceptance test would show for one run of the candidate alone.

Runs over the items of one checkpoint show how it samples; only several training runs show how far
the training itself scatters. Few runs estimate that badly, so the worst one is named.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from assay.contracts.contract import AcceptanceTest, Contract
from assay.contracts.rubric import Rubric
from assay.validation import metrics
from assay.validation.comparison import Arms
from assay.validation.evaluation import Evaluation, ItemResult


def scope(candidate: Sequence[Evaluation]) -> str:
    """What a test result applies to, in words.

    Results of one training run are one draw of the training: another seed may show another
    difference (Bouthillier et al. 2021, Proceedings of MLSys 3:747-769).

    Args:
        candidate: evaluations of the checkpoint after.
    """
    seeds = {evaluation.seed for evaluation in candidate if evaluation.seed is not None}
    if len(seeds) > 1:
        return f"for these {len(seeds)} training seeds"
    return "for this run alone: one training seed" if seeds else "for this run alone: no seed given"


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One acceptance test for one evaluation of the candidate, against all of the base."""

    test: str
    """Id of the acceptance test."""
    metric: str
    """Name of the metric that the test is about."""
    evaluation: str
    """Id of the evaluation."""
    seed: int | None
    """Seed of the training run, where it is known."""
    items: int
    """Items that both have a value for."""
    difference: float
    """Mean of the paired differences."""
    worst: bool
    """Whether no other run of the test did worse."""


def run_rows(
    candidate: Sequence[Evaluation],
    results: tuple[Sequence[ItemResult], Sequence[ItemResult]],
    datasets: Mapping[str, str],
    contract: Contract,
    rubric: Rubric | None,
) -> tuple[RunRow, ...]:
    """Every acceptance test by evaluation of the candidate; empty where there is one only.

    Args:
        candidate: evaluations of the checkpoint after.
        results: the results of the base and of the candidate.
        datasets: evaluation -> evaluation set.
        contract: holds the tests.
        rubric: says which end of a dimension is the good one.
    """
    if len(candidate) < 2:  # noqa: PLR2004  one run has no other to compare with
        return ()
    arms = {
        evaluation.id: Arms(
            results[0], [r for r in results[1] if r.evaluation == evaluation.id], datasets
        )
        for evaluation in candidate
    }
    return tuple(
        row for test in contract.acceptance_tests for row in _rows(test, candidate, arms, rubric)
    )


def _rows(
    test: AcceptanceTest,
    candidate: Sequence[Evaluation],
    arms: Mapping[str, Arms],
    rubric: Rubric | None,
) -> list[RunRow]:
    differences = []
    for evaluation in candidate:
        pairs = arms[evaluation.id].pairs_of(test.metric, test.slice, test.dataset)
        if pairs.before:
            mean = float(np.mean(pairs.after) - np.mean(pairs.before))
            differences.append((evaluation, len(pairs.before), mean))
    largest_loss = max((_loss(test, mean, rubric) for _, _, mean in differences), default=0.0)
    return [
        RunRow(
            test=test.id,
            metric=test.metric,
            evaluation=evaluation.id,
            seed=evaluation.seed,
            items=items,
            difference=mean,
            worst=_loss(test, mean, rubric) == largest_loss,
        )
        for evaluation, items, mean in differences
    ]


def _loss(test: AcceptanceTest, mean: float, rubric: Rubric | None) -> float:
    """How far a difference goes where the test does not want it."""
    if test.direction == "increase":
        return -mean
    if test.direction == "decrease":
        return mean
    worse = metrics.worse(test.metric, rubric)
    return {"higher": mean, "lower": -mean}.get(worse, abs(mean))
