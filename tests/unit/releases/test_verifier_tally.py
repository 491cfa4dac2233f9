"""What verifiers said of a release is summed, and a record that rests on a weak word is named."""

from typing import Any

import pytest

from assay.records.judgment import Judgment
from assay.records.verdict import DimensionScore, Scored
from assay.releases.gates import verification_gate
from assay.releases.verifier_tally import VerifierTally
from assay.verification.verification import Fail, Pass, Timeout, Verification
from simulators.small_program import judged, pair


def result(isolation: str, **more: Any) -> Verification:
    given: dict[str, Any] = {
        "record": "rec_a", "verifier": "python-tests", "version": "1", "verdict": Pass(),
        "dimensions": ("correctness",), "candidate": 0, "isolation": isolation,
    }  # fmt: skip
    return Verification(**(given | more))


def scored(dimension: str, kind: str = "person") -> Judgment:
    score = DimensionScore(dimension=dimension, score=Scored(value=3), candidate=0)
    more = {"kind": "model"} if kind == "model" else {}
    return judged(pair(0), "anna", 1, scores=(score,), **more)


def test_results_are_summed_by_verifier_isolation_and_environment() -> None:
    """Every verdict is counted, those that say nothing among them."""
    tally = VerifierTally(None)
    tally.add("rec_a", (), [result("namespaces/split"), result("namespaces/split", candidate=1)])
    tally.add("rec_b", (), [result("namespaces/split", verdict=Timeout()), result("in-process")])
    split, inside = sorted(tally.rows(), key=lambda each: each.isolation or "", reverse=True)
    assert (split.verdicts, split.lacks) == ({"pass": 2, "timeout": 1}, None)
    assert inside.verdicts == {"pass": 1}
    assert verification_gate(tally).passed


@pytest.mark.parametrize(
    ("judgments", "refused"),
    [
        ((), True),
        ((scored("correctness"),), False),
        ((scored("clarity"),), True),
        ((scored("correctness", "model"),), True),
    ],
)
def test_a_verdict_that_can_be_forged_is_never_the_sole_evidence(
    judgments: tuple[Judgment, ...], refused: bool
) -> None:
    """It stops the release unless a person gave a value on what it covers; a model is no person."""
    tally = VerifierTally(None)
    tally.add("rec_a", judgments, [result("namespaces/shared-process")])
    gate = verification_gate(tally)
    assert gate.passed is not refused
    assert ("rec_a" in gate.reason) is refused
    assert tally.rows()[0].lacks == "forgeable"


def test_a_firm_verdict_beside_a_forgeable_one_is_enough() -> None:
    """The same test run split as well counts."""
    tally = VerifierTally(None)
    tally.add("rec_a", (), [result("namespaces/split"), result("namespaces/shared-process")])
    assert verification_gate(tally).passed


def test_a_verdict_below_the_minimum_stops_the_release() -> None:
    """Held by landlock where the contract demands namespaces: refused; without a demand: passed."""
    for minimum, passed in (("namespaces", False), ("landlock", True), (None, True)):
        tally = VerifierTally(minimum)  # type: ignore[arg-type]
        tally.add("rec_a", (), [result("landlock/split", verdict=Fail(reason="no"))])
        assert verification_gate(tally).passed is passed
