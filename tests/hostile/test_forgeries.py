"""No candidate is passed without being right, and none that is right is failed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.verification.ports import Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, Pass
from simulators.forgeries import FORGERIES, HONEST, TESTS
from simulators.sandboxes import real_sandbox

SHARED = Path(__file__).parents[3] / "shared" / "hostile"
SHORT = Limits(seconds=1.0, memory_mb=512)
"""For forgeries, some of which never end: running out of time is no pass, either."""

LIMITS = Limits(seconds=60.0, memory_mb=512)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[WarmSandbox]:
    with real_sandbox() as opened:
        yield opened


@pytest.mark.share(4)
@pytest.mark.parametrize("name", FORGERIES)
def test_no_forgery_passes(sandbox: WarmSandbox, name: str) -> None:
    """Whatever a dishonest candidate does, the verdict is not `pass`."""
    found = sandbox.check(FORGERIES[name], TESTS, entry="add", limits=SHORT)
    assert not isinstance(found.verdict, Pass), found
    honest = sandbox.check(HONEST["plain"], TESTS, entry="add", limits=LIMITS)
    assert isinstance(honest.verdict, Pass), honest


@pytest.mark.parametrize("name", HONEST)
def test_honest_candidates_pass(sandbox: WarmSandbox, name: str) -> None:
    """Functions, lambdas, callables and imported functions that are right pass."""
    found = sandbox.check(HONEST[name], TESTS, entry="add", limits=LIMITS)
    assert isinstance(found.verdict, Pass), found


@pytest.mark.data
def test_the_forgeries_beside_the_project_fail_and_the_controls_hold(sandbox: WarmSandbox) -> None:
    """None of the shared forgeries passes, the honest control does, the wrong one fails."""
    if not SHARED.is_dir():
        pytest.skip(f"NO FORGERY WAS TRIED: there is no folder {SHARED}")
    found = {
        each.stem: type(sandbox.check(each.read_text(), TESTS, entry="add", limits=LIMITS).verdict)
        for each in sorted(SHARED.glob("F*.py"))
    }
    assert found.pop("F00_good") is Pass
    assert found.pop("F00_bad") is Fail
    assert found
    assert Pass not in found.values()
