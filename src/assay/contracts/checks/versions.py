"""Versions: a document whose text differs from one in the store has another version."""

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
    yield from _unraised_version("contract", contract, context)


@check("rubric", "context")
def rubric_version_is_raised(rubric: Rubric, context: CheckContext) -> Iterator[Fault]:
    """No two texts of the rubric have one version."""
    yield from _unraised_version("rubric", rubric, context)


@check("policy", "context")
def policy_version_is_raised(policy: PolicyRules, context: CheckContext) -> Iterator[Fault]:
    """No two texts of the policy have one version."""
    yield from _unraised_version("policy", policy, context)


def _unraised_version(
    kind: DocumentKind, document: AnyDocument, context: CheckContext
) -> Iterator[Fault]:
    same = [
        stored.read()
        for stored in context.stored
        if (stored.kind, stored.version) == (kind, document.version)
    ]
    differences = [compare({kind: before}, {kind: document}) for before in same]
    # A change of meaning is an error: labels name the version alone, and two meanings under one
    # version could not be told apart afterwards.
    touched = sorted({name for difference in differences for name in difference.re_review})
    if touched:
        yield Fault(
            kind, ("version",), "meaning-under-old-version",
            f"the meaning of {', '.join(touched)} changed, and the store holds the older text "
            f"under the same version {document.version}",
            "raise the version, at least its second number: labels are told apart by it",
        )  # fmt: skip
    elif any(difference.versions_not_raised for difference in differences):
        paths = sorted({change.path for difference in differences for change in difference.changes})
        yield Fault(
            kind, ("version",), "version-not-raised",
            f"{', '.join(paths[:3])} changed, and the store holds another text under the same version "
            f"{document.version}",
            "raise the version, at least its last number", "warning",
        )  # fmt: skip


@check("contract", "context")
def compatible_versions_are_known(contract: Contract, context: CheckContext) -> Iterator[Fault]:
    """What is declared compatible is a version that the program had."""
    stored = {(document.kind, document.version) for document in context.stored}
    for place, entry in enumerate(contract.compatible):
        if stored and (entry.document, entry.version) not in stored:
            versions = sorted(version for kind, version in stored if kind == entry.document)
            yield Fault(
                "contract", ("compatible", place, "version"), "compatible-unknown",
                f"the store holds no {entry.document} {entry.version}, so no label was made under it",
                f"versions that it holds: {', '.join(versions) or 'none'}", "warning",
            )  # fmt: skip


CHECKS: tuple[DocumentCheck, ...] = (
    contract_version_is_raised, rubric_version_is_raised, policy_version_is_raised,
    compatible_versions_are_known,
)  # fmt: skip
