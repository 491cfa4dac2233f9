"""Acceptance tests: improvement is measured on data that was kept out of training."""

import re
from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract

_TRAINING_WORDS = frozenset({
    "train", "training", "trainset", "sft", "dpo", "rlhf", "rlaif", "ppo", "grpo", "kto", "orpo",
    "finetune", "finetuning", "pretrain", "pretraining", "instruct",
})  # fmt: skip
_HELD_OUT_WORDS = frozenset({
    "eval", "evaluation", "test", "dev", "val", "valid", "validation", "heldout", "held", "holdout",
    "unseen", "benchmark", "bench", "after", "post", "not", "non",
})  # fmt: skip


@check("contract")
def no_acceptance_tests(contract: Contract) -> Iterator[Fault]:
    """The contract says how improvement is measured."""
    if not contract.acceptance_tests:
        yield Fault(
            "contract", ("acceptance_tests",), "no-acceptance-tests",
            "nothing says how improvement is measured on data that is excluded from training",
            "add tests, each with metric, slice, direction, margin and risk",
        )  # fmt: skip


@check("contract")
def margin_and_risk(contract: Contract) -> Iterator[Fault]:
    """An acceptance test has a margin and a risk."""
    for place, test in enumerate(contract.acceptance_tests):
        if test.margin is None:
            yield Fault(
                "contract", ("acceptance_tests", place, "margin"), "acceptance-test-without-margin",
                f"{test.id!r} does not say how much change counts",
                "add 'margin': the least gain, or for 'hold' the largest acceptable loss",
            )  # fmt: skip
        if test.risk is None:
            yield Fault(
                "contract", ("acceptance_tests", place, "risk"), "acceptance-test-without-risk",
                f"{test.id!r} does not say how likely a pass by chance may be",
                "add 'risk', such as 0.05", "warning",
            )  # fmt: skip


@check("contract")
def excluded_from_training(contract: Contract) -> Iterator[Fault]:
    """Improvement is measured on data that is excluded from training."""
    for place, test in enumerate(contract.acceptance_tests):
        if _is_training_data(test.dataset):
            yield Fault(
                "contract", ("acceptance_tests", place, "dataset"), "acceptance-on-training-data",
                f"{test.id!r} measures on {test.dataset!r}",
                "measure on the reserve, or on an evaluation set that training never sees",
            )  # fmt: skip


@check("contract", whole=(("contract", "acceptance_tests"),))
def regressions(contract: Contract) -> Iterator[Fault]:
    """Gains are tested by slice, and something guards what must not get worse."""
    tests = contract.acceptance_tests
    if tests and not any(test.slice for test in tests):
        yield Fault(
            "contract", ("acceptance_tests",), "acceptance-on-average-only",
            "every test looks at the average, which can hide unchanged hard cases",
            "give at least one test a slice", "warning",
        )  # fmt: skip
    if tests and not any(test.direction == "hold" for test in tests):
        yield Fault(
            "contract", ("acceptance_tests",), "regressions-not-tested",
            "no test guards what must not get worse",
            "add a test with direction 'hold'", "warning",
        )  # fmt: skip


@check("contract", whole=(("contract", "acceptance_tests"),))
def behaviours_are_measured(contract: Contract) -> Iterator[Fault]:
    """Each behaviour is measured by a test."""
    by_test = {test.behaviour for test in contract.acceptance_tests}
    for place, behaviour in enumerate(contract.behaviours):
        if contract.acceptance_tests and behaviour.id not in by_test:
            yield Fault(
                "contract", ("behaviours", place), "behaviour-not-measured",
                f"no acceptance test measures {behaviour.id!r}",
                f"add 'behaviour: {behaviour.id}' to the test that does", "warning",
            )  # fmt: skip


def _is_training_data(dataset: str) -> bool:
    """Whether the name of a data set says that it is trained on, and not that it is held out."""
    parts = set(re.split(r"[_-]", dataset))
    return bool(parts & _TRAINING_WORDS) and not parts & _HELD_OUT_WORDS


CHECKS: tuple[DocumentCheck, ...] = (
    no_acceptance_tests, margin_and_risk, excluded_from_training, regressions, behaviours_are_measured,
)  # fmt: skip
