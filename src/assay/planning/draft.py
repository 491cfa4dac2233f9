"""The draft of a plan: quotas where data is the remedy, remedies where it is not."""

from collections.abc import Mapping, Sequence

from assay.contracts.contract import Contract
from assay.core.errors import CheckError
from assay.planning.allocation import POWER, shrunken_spread, whole_numbers
from assay.planning.finding import FailureFinding
from assay.planning.plan import DataPlan, PlannedQuota, Remedy
from assay.planning.root_cause import DATA_CAUSES, RootCause

METHOD = "power-allocation/0.5/wright"
"""How records are allotted to slices, with its parameter."""

RANDOM_SHARE = 0.2
"""Share of the batch that stays free of quotas: without it no rate of production can be estimated."""


def draft_plan(
    findings: Sequence[tuple[str, FailureFinding]],
    causes: Mapping[str, tuple[str, RootCause]],
    contract: tuple[str, Contract],
    total: int | None,
) -> DataPlan:
    """What to do about the findings.

    Args:
        findings: id and finding; at least one.
        causes: id of a finding -> id and root cause that stands.
        contract: document id and contract in force.
        total: records of the next batch; the contract's total where absent.

    Raises:
        CheckError: naming every finding without a root cause.
    """
    open_ = [identity for identity, _ in findings if identity not in causes]
    if open_:
        raise CheckError(
            code="no-root-cause",
            message=f"{len(open_)} of {len(findings)} findings have no root cause: "
            + ", ".join(identity[:16] for identity in open_),
            hint="a person says why: assay plan cause FINDING --cause C --by NAME --note TEXT",
        )
    data = [(i, finding) for i, finding in findings if causes[i][1].cause in DATA_CAUSES]
    rest = [i for i, _ in findings if causes[i][1].cause not in DATA_CAUSES]
    batch = (total or contract[1].sampling.total) if data else 0
    return DataPlan(
        contract=contract[0],
        answer="not_data" if not data else "data_and_more" if rest else "data",
        findings=tuple(identity for identity, _ in findings),
        root_causes=tuple(causes[identity][0] for identity, _ in findings),
        total=batch,
        quotas=_quotas(data, batch) if data else (),
        remedies=tuple(
            Remedy(finding=i, cause=causes[i][1].cause, note=causes[i][1].note) for i in rest
        ),
        method=METHOD if data else "",
    )


def _quotas(data: Sequence[tuple[str, FailureFinding]], batch: int) -> tuple[PlannedQuota, ...]:
    """Least numbers by slice: findings of one slice share one quota."""
    slices: dict[tuple[tuple[str, str], ...], list[tuple[str, FailureFinding]]] = {}
    for identity, finding in data:
        slices.setdefault(tuple(sorted(finding.slice.items())), []).append((identity, finding))
    planned = round(batch * (1 - RANDOM_SHARE))
    # Failures of several classes in one slice add up, but its items are the same items: the
    # largest count, not the sum.
    failures = [sum(finding.failures for _, finding in group) for group in slices.values()]
    items = [max(finding.items for _, finding in group) for group in slices.values()]
    prior = sum(failures) / sum(items)
    weights = [
        size**POWER * shrunken_spread(min(failed, size), size, min(prior, 1.0))
        for failed, size in zip(failures, items, strict=True)
    ]
    minimums = whole_numbers(weights, max(planned, len(weights)))
    return tuple(
        PlannedQuota(
            slice=dict(cell), minimum=count, findings=tuple(identity for identity, _ in group)
        )
        for (cell, group), count in zip(slices.items(), minimums, strict=True)
    )
