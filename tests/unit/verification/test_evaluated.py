"""An evaluation that gave no value refutes nobody."""

from assay.verification.evaluated import broken, unread
from assay.verification.ports import TrustedEvaluation
from assay.verification.verification import (
    MachineVerdict,
    Memory,
    Pass,
    Timeout,
    Uncarried,
    Usage,
    VerifierError,
)

USED = Usage(wall_ms=1, cpu_ms=1, memory_kb=1, output_bytes=0)


def _evaluation(verdict: MachineVerdict) -> TrustedEvaluation:
    return TrustedEvaluation(verdict=verdict, value=None, isolation="namespaces", usage=USED)


def test_an_answer_without_a_value_is_uncarried() -> None:
    """Also where the evaluation itself passed."""
    assert broken(_evaluation(Pass()), "cannot be read").verdict == Uncarried(
        reason="cannot be read"
    )
    told = broken(_evaluation(Uncarried(reason="too deep")), "cannot be read")
    assert told.verdict == Uncarried(reason="cannot be read: too deep")


def test_a_limit_of_an_answer_stays_that_limit() -> None:
    """Time and memory have verdicts of their own."""
    for verdict in (Timeout(), Memory()):
        found = broken(_evaluation(verdict), "cannot be read")
        assert (found.verdict, found.note) == (verdict, "cannot be read")


def test_a_reference_without_a_value_is_the_verifiers_error() -> None:
    """Whatever the reason: no candidate has a part in it."""
    for verdict, reason in (
        (Pass(), "the reference"),
        (Timeout(), "the reference: timeout"),
        (Uncarried(reason="too deep"), "the reference: too deep"),
    ):
        assert unread(_evaluation(verdict), "the reference").verdict == VerifierError(reason=reason)
