"""Versions: a document that says something else than one in the store has another version."""

from collections.abc import Iterator

from assay.contracts.checks.check import DocumentCheck, Fault, check
from assay.contracts.checks.context import CheckContext
from assay.contracts.contract import Contract
from assay.contracts.diff import compare
from assay.contracts.document import AnyDocument, DocumentKind
from assay.contracts.policy import PolicyRules
from assay.contracts.rubric import Rubric


@check("contract", "context")
def contract_version_is_raised(contract: Contract, context: CheckContext) -> Iterator[Fault]:
    """No two texts of the contract have one version."""
    yield from _raised("contract", contract, context)


@check("rubric", "context")
def rubric_version_is_raised(rubric: Rubric, context: CheckContext) -> Iterator[Fault]:
    """No two texts of the rubric have one version."""
    yield from _raised("rubric", rubric, context)


@check("policy", "context")
def policy_version_is_raised(policy: PolicyRules, context: CheckContext) -> Iterator[Fault]:
    """No two texts of the policy have one version."""
    yield from _raised("policy", policy, context)


def _raised(kind: DocumentKind, document: AnyDocument, context: CheckContext) -> Iterator[Fault]:
    same = [
        each.read()
        for each in context.stored
        if (each.kind, each.version) == (kind, document.version)
    ]
    differences = [compare({kind: before}, {kind: document}) for before in same]
    touched = sorted({name for each in differences for name in each.second_look})
    if touched:
        yield Fault(
            kind, ("version",), "meaning-under-old-version",
            f"the meaning of {', '.join(touched)} changed, and the store holds the older text "
            f"under the same version {document.version}",
            "raise the version, at least its second number: labels are told apart by it",
        )  # fmt: skip
    elif any(each.versions_not_raised for each in differences):
        paths = sorted({change.path for each in differences for change in each.changes})
        yield Fault(
            kind, ("version",), "version-not-raised",
            f"{', '.join(paths[:3])} changed, and the store holds another text under the same version "
            f"{document.version}",
            "raise the version, at least its last number", "warning",
        )  # fmt: skip


@check("contract", "context")
def compatible_versions_are_known(contract: Contract, context: CheckContext) -> Iterator[Fault]:
    """What is declared compatible is a version that the program had."""
    held = {(each.kind, each.version) for each in context.stored}
    for place, entry in enumerate(contract.compatible):
        if held and (entry.document, entry.version) not in held:
            known = sorted(version for kind, version in held if kind == entry.document)
            yield Fault(
                "contract", ("compatible", place, "version"), "compatible-unknown",
                f"the store holds no {entry.document} {entry.version}, so no label was made under it",
                f"versions that it holds: {', '.join(known) or 'none'}", "warning",
            )  # fmt: skip


CHECKS: tuple[DocumentCheck, ...] = (
    contract_version_is_raised, rubric_version_is_raised, policy_version_is_raised,
    compatible_versions_are_known,
)  # fmt: skip
