"""Which candidate of a record a trainer would imitate, and what verifiers found of it."""

from typing import Any

import pytest

from assay.quality.case import RecordCase
from assay.quality.failure_modes.work import results_on, taught_candidate
from assay.records.judgment import Judgment
from assay.records.verdict import BothUnacceptable, Prefers
from assay.review.adjudication import Adjudication, Decided
from assay.verification.verification import Fail, Pass, Verification
from simulators.small_program import in_force, judged, pair

RECORD = pair(1)
OVERRULED = Adjudication(
    record=RECORD.id,
    judgments=(),
    decision=Decided(verdict=Prefers(candidate=1)),
    cause="expertise",
    adjudicator="senior",
)


def case(judgments: list[Judgment], **parts: tuple[Any, ...]) -> RecordCase:
    return RecordCase(id=RECORD.id, record=RECORD, judgments=tuple(judgments), **parts)


def verdicts(*given: Any) -> list[Judgment]:
    return [judged(RECORD, f"r{place}", verdict) for place, verdict in enumerate(given)]


@pytest.mark.parametrize(
    ("given", "adjudications", "taught"),
    [
        (verdicts(0, 0), (), 0),
        (verdicts(0, 0), (OVERRULED,), 1),
        (verdicts(BothUnacceptable(), BothUnacceptable(), 0), (), None),
        (verdicts(0, 1), (), None),
        ([], (), None),
    ],
)
def test_a_comparison_teaches_the_winner_that_stands(
    given: list[Judgment], adjudications: tuple[Adjudication, ...], taught: int | None
) -> None:
    """An adjudication overrules a count, and one vote beside two rejections is no winner."""
    assert taught_candidate(case(given, adjudications=adjudications), in_force()) == taught


def test_a_verdict_that_could_be_forged_does_not_replace_one_that_counts() -> None:
    """Of a test's results the last that counts stands, whatever a weaker sandbox found later."""
    held, forged = (
        Verification(
            record=RECORD.id,
            verifier="tests",
            version="1",
            verdict=verdict,
            dimensions=("correctness",),
            candidate=0,
            isolation=isolation,
        )
        for verdict, isolation in (
            (Fail(reason="no"), "namespaces/split"),
            (Pass(), "namespaces/shared-process"),
        )
    )
    documents = in_force()
    assert results_on(case([], verifications=(held, forged)), 0, documents) == [held]
    assert results_on(case([], verifications=(forged,)), 0, documents) == []
