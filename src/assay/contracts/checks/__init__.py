"""The checks of substance, by theme; each is one question with a stable code."""

from collections.abc import Iterator, Mapping

from assay.contracts.checks import (
    acceptance_tests,
    behaviours,
    data_files,
    dimensions,
    endorsement,
    likeness,
    metrics,
    objectives,
    people,
    preferences,
    references,
    review,
    rights,
    safety,
    sampling,
    signals,
    source_terms,
    versions,
)
from assay.contracts.checks.check import DocumentCheck, ask
from assay.contracts.checks.claims import forbidden_claims
from assay.contracts.checks.context import NO_CONTEXT, CheckContext
from assay.contracts.checks.filler import filler
from assay.contracts.open_question import NOT_ANSWERED
from assay.contracts.reading import FileKind, Reading
from assay.core.issues import Issue

CHECKS: tuple[DocumentCheck, ...] = (
    *references.CHECKS,
    *behaviours.CHECKS,
    *dimensions.CHECKS,
    *endorsement.CHECKS,
    *likeness.CHECKS,
    *preferences.CHECKS,
    *sampling.CHECKS,
    *objectives.CHECKS,
    *signals.CHECKS,
    *acceptance_tests.CHECKS,
    *metrics.CHECKS,
    *data_files.CHECKS,
    *review.CHECKS,
    *people.CHECKS,
    *safety.CHECKS,
    *rights.CHECKS,
    *source_terms.CHECKS,
    *versions.CHECKS,
)
"""Every check of substance but those of claims and filler, which read all texts."""


def check_substance(
    readings: Mapping[FileKind, Reading], context: CheckContext = NO_CONTEXT
) -> Iterator[Issue]:
    """Every fault of substance of a program's documents.

    Args:
        readings: the five files as they were read.
        context: what the documents are compared with besides each other.
    """
    issues = [
        *ask(CHECKS, readings, context),
        *filler(readings),
        *forbidden_claims(readings),
    ]
    # What is wrong with a question is no matter: its answer will be another text.
    questions = {(issue.file, issue.path) for issue in issues if issue.code == NOT_ANSWERED}
    for issue in issues:
        if issue.code == NOT_ANSWERED or (issue.file, issue.path) not in questions:
            yield issue
