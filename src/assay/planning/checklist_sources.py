"""What single facts come to for the live checklist, and which facts a point rests on."""

from collections.abc import Iterable, Mapping

from assay.contracts.contract import Contract
from assay.contracts.document import Document, DocumentKind
from assay.contracts.rubric import Rubric
from assay.governance.failure_modes import Alarm
from assay.planning.checklist_figures import ReleaseFigures, ReserveFigures, ValidationFigures
from assay.releases.release import Release
from assay.review.qualification import Qualification
from assay.validation.validation import Validation

SHOWN = 5
"""Facts that a point names: the newest ones."""

_POINTS = range(1, 15)
"""The numbers of the points."""

_DOCUMENTS: dict[int, tuple[DocumentKind, ...]] = {
    3: ("rubric",),
    4: ("sources",),
    7: ("rubric",),
    8: ("rubric",),
    12: ("contract", "rubric", "policy", "sources"),
    13: ("contract", "policy"),
    14: ("contract", "rubric", "policy", "sources"),
}
"""Documents that a point rests on; the contract where none is named."""


def reserve_figures(contract: Contract, sealed: int, alarms: Iterable[Alarm]) -> ReserveFigures:
    """What is sealed against what is declared.

    Args:
        contract: declares the reserve.
        sealed: items of which there are fingerprints.
        alarms: what the stages say of the failure modes; without the leakage alarm the comparison
            with records is `unknown`.
    """
    leakage = next((alarm for alarm in alarms if alarm.mode == "training_eval_leakage"), None)
    reserve = contract.reserve
    declared = None if reserve is None else reserve.declared_size(contract.sampling.total)
    if leakage is None:
        return ReserveFigures(sealed=sealed, declared=declared)
    return ReserveFigures(
        sealed=sealed, declared=declared, leakage=leakage.state, compared=leakage.reason
    )


def release_figures(release: Release) -> ReleaseFigures:
    """The documents of a release, and what its gates said."""
    return ReleaseFigures(
        id=release.id,
        version=release.version,
        documents=release.documents,
        gates={result.gate: (result.passed, result.reason) for result in release.gates},
    )


def validation_figures(validation: Validation) -> ValidationFigures:
    """How many acceptance tests of a validation ended in which way."""
    states = [test.state for test in validation.tests]
    return ValidationFigures(
        id=validation.id,
        passed=states.count("passed"),
        failed=states.count("failed"),
        undecided=states.count("undecided"),
    )


def must_be_verified(rubric: Rubric) -> frozenset[str]:
    """The dimensions whose verdicts the checklist asks for: objective ones that name a verifier."""
    return frozenset(
        dimension.id
        for dimension in rubric.dimensions
        if dimension.verifier and dimension.nature == "objective"
    )


def failed_roles(
    exams: Iterable[Qualification], judgments_by_person: Mapping[tuple[str, str], int]
) -> dict[str, int]:
    """Judgments by role of the people whose standing exam for it was not passed.

    Args:
        exams: the exams that stand.
        judgments_by_person: person and role -> judgments.
    """
    passed: set[tuple[str, str]] = set()
    lost: set[tuple[str, str]] = set()
    for exam in exams:
        target = passed if exam.decision == "passed" else lost
        target.add((exam.reviewer, exam.scope.role))
    judgments: dict[str, int] = {}
    for (person, role), count in judgments_by_person.items():
        # Whoever passed any exam of the role is not counted, whatever another said.
        if (person, role) in lost - passed:
            judgments[role] = judgments.get(role, 0) + count
    return judgments


def reused_versions(documents: Iterable[Document]) -> tuple[str, ...]:
    """Kind and version of each document that was stored with two contents under one version."""
    contents: dict[tuple[str, str, str], set[str]] = {}
    for document in documents:
        contents.setdefault((document.kind, document.name, document.version), set()).add(
            document.content
        )
    return tuple(
        f"{kind} {version}" for (kind, _, version), several in contents.items() if len(several) > 1
    )


def sources_of_points(
    documents: Mapping[str, str], facts: Mapping[int, Iterable[str]]
) -> dict[int, tuple[str, ...]]:
    """Ids of the documents and of the newest facts that each point rests on.

    Args:
        documents: ids of the documents in force, by kind.
        facts: number of a point -> ids of its facts, oldest first.
    """
    sources = {}
    for number in _POINTS:
        kinds = _DOCUMENTS.get(number, ("contract",))
        ids = tuple(documents[kind] for kind in kinds if kind in documents)
        sources[number] = ids + tuple(facts.get(number, ()))[-SHOWN:]
    return sources
