"""No object of a candidate lies its way to a pass that its plain value would not get."""

from collections.abc import Iterator

import pytest

from assay.verification.ports import Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, NotDelivered
from simulators.later_own_objects import LATER_LIES
from simulators.own_objects import LIES
from simulators.sandboxes import real_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[WarmSandbox]:
    with real_sandbox() as opened:
        yield opened


ALL = {**LIES, **{f"later: {name}": each for name, each in LATER_LIES.items()}}


@pytest.mark.share(8)
@pytest.mark.parametrize("name", ALL)
def test_no_lying_object_passes(sandbox: WarmSandbox, name: str) -> None:
    """Neither through an operator nor through its class, its errors or the wire; all are counted."""
    candidate, tests = ALL[name]
    found = sandbox.check(candidate, tests, limits=Limits(seconds=20.0, memory_mb=256))
    assert isinstance(found.verdict, Fail | NotDelivered), found
