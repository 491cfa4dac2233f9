"""Objectives: what training teaches and what evaluation measures are kept apart."""

from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.contract import Contract
from assay.contracts.words.folding import fold


@check("contract")
def objectives(contract: Contract) -> Iterator[Fault]:
    """Training and evaluation objectives are both there, and are not the same set."""
    for key in ("training_objectives", "evaluation_objectives"):
        if not getattr(contract, key):
            yield Fault(
                "contract", (key,), "objectives-missing",
                f"the contract has no {key.replace('_', ' ')}",
                "state what training teaches and, separately, what evaluation measures",
            )  # fmt: skip
    taught = [fold(objective) for objective in contract.training_objectives]
    measured = [fold(objective) for objective in contract.evaluation_objectives]
    if taught and set(taught) == set(measured):
        yield Fault(
            "contract", ("evaluation_objectives",), "objectives-not-separated",
            "training and evaluation objectives are the same set",
            "evaluation measures the effect in deployment, and what must not get worse",
        )  # fmt: skip
        return
    for place, objective in enumerate(measured):
        if objective in taught:
            yield Fault(
                "contract", ("evaluation_objectives", place), "objective-shared",
                "this objective is also a training objective",
                "say what is measured instead of what is taught", "warning",
            )  # fmt: skip


CHECKS: tuple[DocumentCheck, ...] = (objectives,)
