"""What verifiers said of a release is summed, and a record that rests on a weak word is named."""

from typing import Any

import pytest

from assay.quality.machine_evidence import EvidenceDemand
from assay.records.judgment import Judgment
from assay.records.verdict import DimensionScore, Scored
from assay.releases.gates import verification_gate
from assay.releases.verifier_tally import VerifierTally
from assay.verification.verification import Fail, Pass, Timeout, Verification
from simulators.small_program import contract, judged, pair, rubric

APPLYING = frozenset({"correctness", "clarity"})
"""Dimensions that apply to the records."""


def result(isolation: str, **more: Any) -> Verification:
    given: dict[str, Any] = {
        "record": "rec_a", "verifier": "sums", "version": "1", "verdict": Pass(),
        "dimensions": ("correctness",), "candidate": 0, "isolation": isolation,
    }  # fmt: skip
    return Verification(**(given | more))


def tally(minimum: str | None = None, **more: Any) -> VerifierTally:
    """A tally under a contract that demands this; the rubric's `correctness` names `sums`."""
    demanded = {"minimum_isolation": minimum, **more}
    return VerifierTally(EvidenceDemand(contract(verification=demanded), rubric()))


def scored(dimension: str, kind: str = "person") -> Judgment:
    score = DimensionScore(dimension=dimension, score=Scored(value=3), candidate=0)
    more = {"kind": "model"} if kind == "model" else {}
    return judged(pair(0), "anna", 1, scores=(score,), **more)


def test_results_are_summed_by_verifier_isolation_and_environment() -> None:
    """Every verdict is counted, those that say nothing among them."""
    counted = tally()
    counted.add("rec_a", (), [result("namespaces/split"), result("namespaces/split", candidate=1)])
    counted.add("rec_b", (), [result("namespaces/split", verdict=Timeout()), result("in-process")])
    split, inside = sorted(counted.rows(), key=lambda each: each.isolation or "", reverse=True)
    assert (split.verdicts, split.lacks) == ({"pass": 2, "timeout": 1}, None)
    assert inside.verdicts == {"pass": 1}
    assert verification_gate(counted, APPLYING).passed


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
    counted = tally()
    counted.add("rec_a", judgments, [result("namespaces/shared-process")])
    gate = verification_gate(counted, APPLYING)
    assert gate.passed is not refused
    assert ("rec_a" in gate.reason) is refused
    assert counted.rows()[0].lacks == "forgeable"


def test_a_firm_verdict_beside_a_forgeable_one_is_enough() -> None:
    """The same test run split as well counts."""
    counted = tally()
    counted.add("rec_a", (), [result("namespaces/split"), result("namespaces/shared-process")])
    assert verification_gate(counted, APPLYING).passed


def test_a_verdict_below_the_minimum_stops_the_release() -> None:
    """Held by landlock where the contract demands namespaces: refused; without a demand: passed."""
    for minimum, passed in (("namespaces", False), ("landlock", True), (None, True)):
        counted = tally(minimum)
        counted.add("rec_a", (), [result("landlock/split", verdict=Fail(reason="no"))])
        assert verification_gate(counted, APPLYING).passed is passed


def test_a_contract_can_refuse_what_could_be_forged_beside_an_expert_as_well() -> None:
    """With `refuse_forgeable` a person's value does not help."""
    counted = tally(refuse_forgeable=True)
    counted.add("rec_a", (scored("correctness"),), [result("namespaces/shared-process")])
    assert not verification_gate(counted, APPLYING).passed


def test_a_result_that_no_dimension_asks_for_is_counted_and_stops_nothing() -> None:
    """A test that the rubric does not name any more, or names with other options, blocks nobody."""
    counted = tally("namespaces")
    for more in ({"verifier": "other"}, {"options": '{"entry":"add"}'}):
        counted.add("rec_a", (), [result("landlock/shared-process", **more)])
    counted.add("rec_b", (), [result("namespaces/split")])
    assert verification_gate(counted, APPLYING).passed
    assert len(counted.rows()) == 3


@pytest.mark.parametrize("first", [0, 1])
def test_one_candidates_weakness_does_not_hide_anothers(first: int) -> None:
    """In either order a verdict below the minimum is named beside a forgeable one of its dimension."""
    results = [
        result("landlock/split", candidate=first),
        result("namespaces/shared-process", candidate=1 - first),
    ]
    for given in (results, results[::-1]):
        counted = tally("namespaces")
        counted.add("rec_a", (scored("correctness"),), given)
        assert counted.below_minimum == ["rec_a"]


def test_a_value_on_one_candidate_says_nothing_of_another() -> None:
    """A person who scored candidate 0 does not stand beside a forgeable verdict on candidate 1."""
    for candidate, passed in ((0, True), (1, False)):
        counted = tally()
        forgeable = result("namespaces/shared-process", candidate=candidate)
        counted.add("rec_a", (scored("correctness"),), [forgeable])
        assert verification_gate(counted, APPLYING).passed is passed


def test_a_named_verifier_without_any_result_stops_the_release() -> None:
    """The rubric names `sums`: no result is unknown and stops; what does not apply stops nothing."""
    nothing = verification_gate(tally(), APPLYING)
    assert (nothing.outcome, nothing.stops) == ("unknown", True)
    assert "sums has no result on these records" in nothing.reason
    elsewhere = verification_gate(tally(), frozenset({"clarity"}))
    assert elsewhere.outcome == "unknown"


def test_a_verifier_that_passes_or_fails_nothing_is_no_pass() -> None:
    """A verifier of the rubric whose results say nothing of a claim stops the gate, by its name."""
    counted = tally()
    counted.add("rec_a", (), [result("namespaces/split", verdict=Timeout())])
    gate = verification_gate(counted, APPLYING)
    assert (gate.outcome, gate.stops) == ("unknown", True)
    assert "0 results pass or fail a claim; sums passes or fails no claim" in gate.reason


def test_without_a_named_verifier_the_gate_is_unknown_and_stops_nothing() -> None:
    """A rubric without verifiers declares nothing, so nothing is refused and nothing passed."""
    plain = rubric()
    bare = plain.model_copy(
        update={
            "dimensions": tuple(
                each.model_copy(update={"verifier": None}) for each in plain.dimensions
            )
        }
    )
    gate = verification_gate(VerifierTally(EvidenceDemand(contract(), bare)), APPLYING)
    assert (gate.outcome, gate.stops) == ("unknown", False)
    layer = {"id": "machine", "roles": ["reviewer"], "passes": 1, "needs_verification": True}
    demanding = VerifierTally(EvidenceDemand(contract(layer), bare))
    assert verification_gate(demanding, APPLYING).stops
