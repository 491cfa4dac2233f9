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
    yield from ask(CHECKS, readings, context)
    yield from filler(readings)
    yield from forbidden_claims(readings)
