"""Proving verifiers: counted, run, and never called proven where nothing could be run."""

from contextlib import AbstractContextManager

from assay.core.errors import MachineError
from assay.plugins import load, names
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.ports import Sandbox
from assay.verification.proving import proofs_of
from assay.verification.verification import Pass
from assay.verification.verifier import Found, Test, VerifierCase
from assay.verification.verifiers.matching import ExactMatch
from assay.verification.verifiers.python_tests import PythonTests
from simulators.sandboxes import real_sandbox


class Yes(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier that believes everything."""

    name = "yes"
    version = "1"
    summary = "Yes"
    covers = "nothing"
    limits = ("everything",)

    def verify(self, record: Record, candidate: int) -> Found:
        """Believe it, whatever it says."""
        return Found(verdict=Pass(), note=str(record.candidates[candidate].content))

    def cases(self) -> tuple[VerifierCase, ...]:
        """One of each."""
        return case("right", "pass", "4"), case("a lie", "fail", "5"), case("worse", "fail", "6")


def _nowhere() -> AbstractContextManager[Sandbox]:
    raise MachineError(code="sandbox-unavailable", message="no isolation here", hint="get some")


def test_every_verifier_that_comes_along_is_proven() -> None:
    """Each has gold and counter-gold cases, and answers them all."""
    kinds = [load("verifiers", name) for name in names("verifiers")]
    found = dict(zip(names("verifiers"), proofs_of(kinds, real_sandbox), strict=True))
    assert {name: each.faults for name, each in found.items() if each.standing != "proven"} == {}
    assert all(each.gold and each.counter_gold for each in found.values())


def test_without_a_sandbox_only_what_needs_one_is_unavailable() -> None:
    """It is neither proven nor broken, and the reason stands there."""
    code, plain = proofs_of([PythonTests, ExactMatch], _nowhere)
    assert (code.standing, plain.standing) == ("unavailable", "proven")
    assert "no isolation here" in code.faults[0]


def test_a_verifier_that_is_fooled_says_by_which_case() -> None:
    """The counts are those of its cases."""
    [found] = proofs_of([Yes], _nowhere)
    assert (found.gold, found.counter_gold, found.standing) == (1, 2, "fails")
    assert "a lie" in found.faults[0]


def test_cases_can_be_counted_without_being_run() -> None:
    """Nobody asked, so nothing is opened and nothing is claimed."""
    code, fooled = proofs_of([PythonTests, Yes], _nowhere, tried=False)
    assert (code.standing, fooled.standing) == ("not tried", "not tried")
    assert code.gold == 2
