"""No answer leads past what the tests assert: right code passes them, and every other is not passed."""

from collections.abc import Iterator

import pytest

from assay.verification.ports import Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, MachineVerdict, NotDelivered, Pass, VerifierError
from simulators.sandboxes import real_sandbox
from simulators.steered_tests import (
    AT_FAULT,
    NOTHING,
    RAISES,
    RIGHT,
    STEERED,
    STEERED_LATER,
    WRONG,
)

LIMITS = Limits(seconds=20.0, memory_mb=256)
ALL = STEERED | STEERED_LATER


@pytest.fixture(scope="module")
def sandbox() -> Iterator[WarmSandbox]:
    with real_sandbox() as opened:
        yield opened


def verdict(
    sandbox: WarmSandbox, candidate: str, tests: str, *, shared: bool = False
) -> MachineVerdict:
    return sandbox.check(candidate, tests, entry="add", shared=shared, limits=LIMITS).verdict


@pytest.mark.share(8)
@pytest.mark.parametrize("name", ALL)
def test_right_code_passes(sandbox: WarmSandbox, name: str) -> None:
    """What holds the others does not hold it."""
    found = verdict(sandbox, RIGHT, ALL[name].tests)
    assert isinstance(found, Pass), found


@pytest.mark.share(8)
@pytest.mark.parametrize("name", ALL)
def test_a_wrong_candidate_fails(sandbox: WarmSandbox, name: str) -> None:
    """It is told from right code by these tests."""
    found = verdict(sandbox, ALL[name].wrong, ALL[name].tests)
    assert isinstance(found, Fail), found


@pytest.mark.share(8)
@pytest.mark.parametrize("name", ALL)
def test_an_evasive_candidate_is_counted_as_not_passed(sandbox: WarmSandbox, name: str) -> None:
    """It chooses neither a pass nor an `error`."""
    for candidate in ALL[name].evasive:
        found = verdict(sandbox, candidate, ALL[name].tests)
        assert isinstance(found, Fail | NotDelivered), (candidate, found)


@pytest.mark.share(8)
@pytest.mark.parametrize("name", STEERED_LATER)
def test_one_process_counts_assertions_likewise(sandbox: WarmSandbox, name: str) -> None:
    """Right code passes, and candidates that forge nothing are told from it."""
    tests = ALL[name].tests
    assert isinstance(verdict(sandbox, RIGHT, tests, shared=True), Pass)
    for candidate in (ALL[name].wrong, *ALL[name].evasive):
        found = verdict(sandbox, candidate, tests, shared=True)
        assert isinstance(found, Fail), (candidate, found)


@pytest.mark.parametrize("name", AT_FAULT)
def test_a_fault_of_the_tests_themselves_is_an_error_for_everybody(
    sandbox: WarmSandbox, name: str
) -> None:
    """It depends on no answer: right, wrong and evasive candidates are counted neither way."""
    for candidate in (RIGHT, WRONG, NOTHING):
        found = verdict(sandbox, candidate, AT_FAULT[name])
        assert isinstance(found, VerifierError), (candidate, found)
    # An error that the candidate raises ends the tests, which is its own failure.
    assert not isinstance(verdict(sandbox, RAISES, AT_FAULT[name]), Pass)
