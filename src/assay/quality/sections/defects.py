"""The defects: what people and verifiers found, and what its causes ask for.

Errors that reviewers localized and claims that verifiers refuted are counted apart: one fault may
be in both counts, so they are never added up.
"""

from collections import Counter
from collections.abc import Mapping

import msgspec

from assay.quality.estimate import Rate, rate
from assay.quality.gathering import ReportData
from assay.review.adjudication import Cause

ACTIONS: Mapping[Cause, str] = {
    "missing_context": "Revise the task: give the context or evidence that reviewers lacked.",
    "guideline_ambiguity": "Revise the guideline: sharpen the anchors, add the case as an example.",
    "expertise": "Route differently: give such records to reviewers who know the field.",
    "legitimate_plural_preference": "Keep the distribution of judgments; do not force one answer.",
    "reviewer_error": "Calibrate: discuss the cases with the reviewers and judge again.",
}
"""What each cause asks for. Source: the guide, sections 4 and 6."""

SHOWN_FAMILIES = 10
"""Task families that one corrective action names; all of them are counted."""


class DefectCount(msgspec.Struct, frozen=True, kw_only=True):
    """Localized errors of one category, severity, task family and cause."""

    category: str
    """The failure class, or the source's own category."""
    declared: bool
    """Whether the contract names it as a failure class."""
    severity: str
    """How bad; `(unstated)` where the source does not say."""
    family: str
    """The task's capability or else its prompt family; `(unstated)` where it has none."""
    cause: str
    """The cause that the record's latest adjudication names; else `(not determined)`."""
    errors: int
    """Errors, each reviewer's counted for itself."""


class Refutation(msgspec.Struct, frozen=True, kw_only=True):
    """Claims of one task family that one verifier tested, and how many it refuted."""

    verifier: str
    """Name of the verifier, whatever its options."""
    dimensions: tuple[str, ...]
    """The dimensions that its result covers; a failure is counted once for all of them."""
    family: str
    """The task's capability or else its prompt family; `(unstated)` where it has none."""
    failed: Rate
    """Failures among the latest results, but those where the verifier could not say."""
    not_delivered: Rate
    """Of the same, where the candidate gave nothing that could be judged."""


class CorrectiveAction(msgspec.Struct, frozen=True, kw_only=True):
    """What one cause of disagreement asks for."""

    cause: Cause
    """The cause, as adjudicators gave it."""
    action: str
    """What to do about it, as one instruction."""
    records: Rate
    """Records of this cause among adjudicated records, by their latest adjudication."""
    decisions: dict[str, int]
    """These records by what was decided: decided, preserved, returned."""
    families: dict[str, int]
    """These records by task family, the ten most frequent."""
    n_families: int
    """Task families that they are in."""
    errors: int
    """Localized errors that reviewers found in these records."""


def defects_of(data: ReportData) -> tuple[DefectCount, ...]:
    """Localized errors, the most frequent first."""
    declared = {failure_class.id for failure_class in data.documents.contract.failure_classes}
    ordered = sorted(data.defects.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(
        DefectCount(
            category=category,
            declared=category in declared,
            severity=severity,
            family=family,
            cause=cause,
            errors=count,
        )
        for (category, severity, family, cause), count in ordered
    )


def refutations_of(data: ReportData, level: float) -> tuple[Refutation, ...]:
    """What verifiers found, the most failures first; what none could test is not here."""
    ordered = sorted(
        ((key, tested) for key, tested in data.verified.items() if tested),
        key=lambda entry: (-data.refuted[entry[0]], entry[0]),
    )
    return tuple(
        Refutation(
            verifier=verifier,
            dimensions=dimensions,
            family=family,
            failed=rate(data.refuted[verifier, dimensions, family], tested, level=level),
            not_delivered=rate(
                data.not_delivered[verifier, dimensions, family], tested, level=level
            ),
        )
        for (verifier, dimensions, family), tested in ordered
    )


def corrective_actions_of(data: ReportData, level: float) -> tuple[CorrectiveAction, ...]:
    """What the causes ask for, the most frequent first; causes that nobody gave are left out."""
    adjudicated = sum(data.causes.values())
    errors: Counter[str] = Counter()
    for (*_, cause), count in data.defects.items():
        errors[cause] += count
    actions = []
    for cause, action in ACTIONS.items():
        decisions: Counter[str] = Counter()
        families: Counter[str] = Counter()
        for (adjudicated_cause, decision, family), count in data.causes.items():
            if adjudicated_cause == cause:
                decisions[decision] += count
                families[family] += count
        if decisions:
            most = sorted(families.items(), key=lambda entry: (-entry[1], entry[0]))
            actions.append(
                CorrectiveAction(
                    cause=cause,
                    action=action,
                    records=rate(decisions.total(), adjudicated, level=level),
                    decisions=dict(sorted(decisions.items())),
                    families=dict(most[:SHOWN_FAMILIES]),
                    n_families=len(families),
                    errors=errors[cause],
                )
            )
    return tuple(sorted(actions, key=lambda action: (-action.records.count, action.cause)))
