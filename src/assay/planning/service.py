"""Use cases of planning: group failures, record root causes, draft the plan."""

from collections.abc import Mapping
from typing import get_args

from assay.contracts.document import Document, DocumentKind, contract_of
from assay.core.choices import refuse_unknown
from assay.core.errors import UsageError
from assay.core.lineage import Edge
from assay.core.ports import FactStore
from assay.planning.draft import draft_plan
from assay.planning.finding import FailureFinding
from assay.planning.findings import find
from assay.planning.plan import DataPlan
from assay.planning.root_cause import Cause, RootCause
from assay.validation.evaluation import ItemResult
from assay.validation.validation import Validation


def find_failures(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    validation: Validation,
    *,
    actor: str,
) -> tuple[FailureFinding, ...]:
    """Group the failures of a validation's candidate; the same validation gives the same findings."""
    findings = find(
        validation,
        store.scan(ItemResult, evaluation=list(validation.base)),
        store.scan(ItemResult, evaluation=list(validation.candidate)),
        contract_of(documents),
    )
    if findings:
        with store.write("plan.find", actor=actor, subject=validation.id) as writing:
            writing.add(findings)
    return findings


def set_cause(
    store: FactStore,
    finding: str,
    cause: Cause,
    *,
    person: str,
    note: str,
    actor: str,
) -> RootCause:
    """Write why a group of failures occurs, as a person states it; a later statement replaces it.

    Args:
        store: the store.
        finding: id of the finding, or a unique prefix of it.
        cause: what has to be fixed.
        person: pseudonym of the person who sets it.
        note: what was examined, and what shows it.
        actor: who acts.

    Raises:
        UsageError: if there is no such finding or cause, or the note is empty.
    """
    refuse_unknown("cause", cause, get_args(Cause), where="cause")
    if not note.strip():
        raise UsageError(
            code="no-note",
            message="a root cause needs a note",
            where="--note",
            hint="say what was examined, and what shows it",
        )
    whole = store.get(FailureFinding, finding).id
    standing = causes(store).get(whole)
    root_cause = RootCause(
        finding=whole,
        cause=cause,
        person=person,
        note=note,
        supersedes=standing[0] if standing else None,
    )
    # The same statement again is no new fact: it would only supersede itself.
    if standing and root_cause.replace(supersedes=standing[1].supersedes) == standing[1]:
        return standing[1]
    with store.write("plan.cause", actor=actor, subject=whole) as writing:
        writing.add([root_cause])
    return root_cause


def causes(store: FactStore) -> dict[str, tuple[str, RootCause]]:
    """The root cause that stands for each finding: id of the finding -> id and root cause."""
    return {root_cause.finding: (root_cause.id, root_cause) for root_cause in store.scan(RootCause)}


def draft(
    store: FactStore,
    documents: Mapping[DocumentKind, Document],
    validation: Validation,
    *,
    total: int | None = None,
    actor: str,
) -> DataPlan:
    """Draw the plan for the findings of a validation.

    Raises:
        UsageError: if the validation has no findings.
        CheckError: if a finding has no root cause.
    """
    findings = [
        (finding.id, finding) for finding in store.scan(FailureFinding, validation=validation.id)
    ]
    if not findings:
        raise UsageError(
            code="no-findings",
            message="this validation has no findings, so there is nothing to plan",
            where=validation.id,
            hint="look for them first: assay plan findings",
        )
    contract = documents["contract"]
    plan = draft_plan(findings, causes(store), (contract.id, contract_of(documents)), total)
    with store.write("plan.draft", actor=actor, documents={"contract": contract.id}) as writing:
        writing.add([plan])
    return plan


def register_contract(store: FactStore, contract: Document, plan: str, *, actor: str) -> None:
    """Write the next contract as a fact that was made with the plan."""
    with store.write("plan.accept", actor=actor, subject=plan) as writing:
        writing.add([contract])
        writing.link([Edge(child=contract.id, role="plan", parent=plan)])
