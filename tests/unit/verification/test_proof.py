"""A verifier is used only while it answers its own cases: planted liars are found."""

from collections.abc import Callable

import pytest

from assay.plugins import load, names
from assay.records.record import Record
from assay.verification.cases import case
from assay.verification.proof import prove
from assay.verification.verification import Fail, Pass, Timeout
from assay.verification.verifier import Found, NothingToVerify, Test, VerifierCase
from assay.verification.verifiers.matching import ExactMatch
from simulators.scripted_sandbox import ScriptedSandbox

IN_PROCESS = [
    name for name in names("verifiers") if not hasattr(load("verifiers", name), "verify_in")
]
SANDBOXED = [name for name in names("verifiers") if name not in IN_PROCESS]


def always(found: Found) -> Callable[..., Found]:
    """A way to verify that finds the same, whatever it is given."""
    return lambda *_: found


def breaks(*_: object) -> Found:
    """A way to verify that raises."""
    raise ZeroDivisionError("broken")


class PassesAll(ExactMatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planted liar."""

    name = "passes-all"

    verify = always(Found(verdict=Pass()))


class Raises(ExactMatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planted break."""

    name = "raises"

    verify = breaks


class OnlyGold(ExactMatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier that never shows what it would catch."""

    name = "only-gold"

    def cases(self) -> tuple[VerifierCase, ...]:
        """Gold alone."""
        return (case("gold", "pass", "a", reference="a"),)


class NoCases(Test, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier of the time before cases."""

    name = "no-cases"


class Misfit(OnlyGold, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case whose option does not exist."""

    name = "misfit"

    def cases(self) -> tuple[VerifierCase, ...]:
        """A gold case and one with a wrong option."""
        return (
            case("gold", "pass", "a", reference="a"),
            case("wrong option", "fail", "b", reference="a", afterwards="x"),
        )


class Hurried(ExactMatch, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verifier whose usual seconds are too few for a busy machine."""

    name = "hurried"
    seconds: int = 1

    def verify_in(self, sandbox: object, record: Record, candidate: int) -> Found | NothingToVerify:
        """What its kind finds, where it has a minute for it."""
        del sandbox
        if self.seconds < 60:
            return Found(verdict=Timeout())
        return self.verify(record, candidate)


@pytest.mark.parametrize("name", IN_PROCESS)
def test_every_verifier_answers_its_own_cases(name: str) -> None:
    """All gold and counter-gold cases of a verifier without a sandbox come out as expected."""
    assert prove(load("verifiers", name)) == ()


@pytest.mark.parametrize("name", IN_PROCESS)
def test_every_verifier_would_catch_one_that_passes_all(name: str) -> None:
    """A verifier that passes everything fails the counter-gold of each of ours."""
    kind = load("verifiers", name)

    class Liar(kind):
        verify = always(Found(verdict=Pass()))

    assert any("expected fail, found pass" in each for each in prove(Liar))


@pytest.mark.parametrize("name", IN_PROCESS)
def test_every_verifier_would_catch_one_that_fails_all(name: str) -> None:
    """A verifier that fails everything fails the gold of each of ours."""
    kind = load("verifiers", name)

    class Cynic(kind):
        verify = always(Found(verdict=Fail(reason="no")))

    assert any("expected pass, found fail: no" in each for each in prove(Cynic))


def test_a_liar_is_told_by_case() -> None:
    """Each case that came out otherwise is named with what was expected and what was found."""
    told = prove(PassesAll)
    assert "passes-all, case 'another word': expected fail, found pass" in told
    assert "passes-all, case 'no reference': expected nothing, found pass" in told
    assert len(told) == sum(each.expected != "pass" for each in PassesAll().cases())


def test_a_verifier_that_raises_is_no_better() -> None:
    """An exception is told as what was found, and ends nothing."""
    told = prove(Raises)
    assert len(told) == len(Raises().cases())
    assert told[0].endswith("found an exception: ZeroDivisionError: broken")


def test_a_wrong_option_of_a_case_is_told() -> None:
    """A case whose options the verifier does not take did not come out as expected."""
    (told,) = prove(Misfit)
    assert "afterwards" in told


def test_gold_and_counter_gold_are_both_needed() -> None:
    """A verifier without one of the two is refused before anything is run."""
    assert prove(OnlyGold) == (
        "only-gold has no counter-gold case: it needs one with the expected result `fail`",
    )
    assert prove(NoCases) == (
        "no-cases brings no cases: give it gold and counter-gold cases in `cases()`",
    )


def test_a_busy_machine_refutes_no_verifier() -> None:
    """Where a verifier limits its seconds, its own cases have minutes."""
    assert prove(Hurried, ScriptedSandbox("namespaces", "none", dawdles=False)) == ()


@pytest.mark.parametrize("name", SANDBOXED)
def test_a_sandboxed_verifier_says_that_it_needs_one(name: str) -> None:
    """Without a sandbox its cases are not run, and that is said."""
    assert prove(load("verifiers", name)) == (
        f"{name} runs what it is given in a sandbox, and none was given",
    )
