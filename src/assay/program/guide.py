"""Gathers what the guide's eight steps rest on, for the rules of `planning`."""

from assay.planning.checklist_figures import Figures
from assay.planning.finding import FailureFinding
from assay.planning.guide_steps import (
    GuideFigures,
    GuideProgress,
    PlanFigures,
    guide_progress,
)
from assay.planning.plan import DataPlan
from assay.planning.service import causes
from assay.program.checking import check_documents
from assay.program.checklist import checklist_figures
from assay.program.program import Program
from assay.validation.evaluation import Evaluation, ItemResult
from assay.verification.verification import Verification


def program_progress(program: Program) -> GuideProgress:
    """Where a program stands in the guide's eight steps, and which is the next.

    Documents that do not check are an open step, not an error; the store is then not read.

    Args:
        program: the open program.
    """
    report = check_documents(program.folder, program.clock)
    faults = tuple(issue for issue in report.issues if issue.severity == "error")
    return guide_progress(GuideFigures(faults=faults) if faults else _figures(program))


def _figures(program: Program) -> GuideFigures:
    store, contract = program.store, program.documents.contract
    facts = checklist_figures(program)
    base = [evaluation.id for evaluation in store.scan(Evaluation, arm="base")]
    classes = {failure.id for failure in contract.failure_classes}
    results = store.scan(ItemResult, evaluation=base) if base else ()
    shown = [result.failure in classes for result in results]
    release = facts.release
    trained = store.scan(Evaluation, release=release.id) if release else ()
    return GuideFigures(
        facts=facts,
        base=tuple(base),
        base_results=len(shown),
        base_failures=sum(shown),
        files_listed=bool(program.documents.program.data),
        exported=release is not None and program.releases.is_exported(release.version),
        hard_slices=len(contract.sampling.quotas) + len(contract.sampling.hard),
        verifications=store.count(Verification),
        trained=tuple(evaluation.id for evaluation in trained if evaluation.arm != "base"),
        planning=_planning(program, facts),
    )


def _planning(program: Program, facts: Figures) -> PlanFigures:
    """What was found and planned for the newest validation of the newest release."""
    store, validation = program.store, facts.validation
    if validation is None:
        return PlanFigures()
    findings = {finding.id for finding in store.scan(FailureFinding, validation=validation.id)}
    explained = causes(store)
    plans = [data_plan for data_plan in store.scan(DataPlan) if set(data_plan.findings) & findings]
    plan = plans[-1] if plans else None
    return PlanFigures(
        findings=len(findings),
        without_cause=tuple(sorted(findings - set(explained))),
        plan=plan.id if plan else None,
        accepted=_accepted_answer(program, plan) if plan else None,
    )


def _accepted_answer(program: Program, plan: DataPlan) -> str | None:
    """The contract that was made with a plan; the plan itself where data is not the remedy."""
    if plan.answer == "not_data":
        return plan.id
    made = (edge.child for edge in program.store.children(plan.id) if edge.role == "plan")
    return next(made, None)
