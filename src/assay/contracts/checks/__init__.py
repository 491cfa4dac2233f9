"""The checks of substance, by theme; each is one question with a stable code."""

from collections.abc import Iterator, Mapping

from assay.contracts.checks import (
    behaviours,
    dimensions,
    endorsement,
    measures,
    preferences,
    references,
    review,
    rights,
    safety,
    sampling,
)
from assay.contracts.checks.check import Check, ask
from assay.contracts.checks.claims import forbidden_claims
from assay.contracts.reading import FileKind, Reading
from assay.core.issues import Issue

CHECKS: tuple[Check, ...] = (
    *references.CHECKS,
    *behaviours.CHECKS,
    *dimensions.CHECKS,
    *endorsement.CHECKS,
    *preferences.CHECKS,
    *sampling.CHECKS,
    *measures.CHECKS,
    *review.CHECKS,
    *safety.CHECKS,
    *rights.CHECKS,
)
"""Every check of substance but that of the claims, which reads all texts."""


def check_substance(readings: Mapping[FileKind, Reading]) -> Iterator[Issue]:
    """Every fault of substance of a program's documents."""
    yield from ask(CHECKS, readings)
    yield from forbidden_claims(readings)
