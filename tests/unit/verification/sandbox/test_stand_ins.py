"""What the tests do with a candidate's own objects is done by them, and said of them truly."""

import pytest

from assay.verification.ports import Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, Pass
from simulators.own_objects import SHAPES, UNSAYABLE

LIMITS = Limits(seconds=20.0, memory_mb=256, processes=8)


@pytest.mark.parametrize("name", SHAPES)
def test_a_right_candidate_passes_and_a_wrong_one_fails(sandbox: WarmSandbox, name: str) -> None:
    """Operators, attributes, errors, enums and coroutines answer as in an ordinary run."""
    shape = SHAPES[name]
    right = sandbox.check(shape.right, shape.tests, limits=LIMITS)
    assert isinstance(right.verdict, Pass), right
    wrong = shape.right.replace(shape.told, shape.wrong)
    assert wrong != shape.right
    found = sandbox.check(wrong, shape.tests, limits=LIMITS)
    assert isinstance(found.verdict, Fail), found


@pytest.mark.parametrize("name", UNSAYABLE)
def test_what_cannot_be_carried_is_named_and_is_no_failure(sandbox: WarmSandbox, name: str) -> None:
    """It is `uncarried` where the candidate's answer is at fault, and `error` where the tests are."""
    verdict, candidate, tests = UNSAYABLE[name]
    found = sandbox.check(candidate, tests, limits=LIMITS)
    assert found.verdict.__struct_config__.tag == verdict, found
