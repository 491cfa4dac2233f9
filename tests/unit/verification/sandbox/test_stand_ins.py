"""What the tests do with a candidate's own objects is done by them, and said of them truly."""

import pytest

from assay.verification.ports import Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, Pass
from simulators.later_own_objects import RIGHT
from simulators.own_objects import SHAPES, UNSAYABLE

LIMITS = Limits(seconds=20.0, memory_mb=256, processes=8)


@pytest.mark.share(5)
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


@pytest.mark.share(4)
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_candidate_of_another_shape_passes(sandbox: WarmSandbox, name: str) -> None:
    """Whole programs as people write them: caches, matrices, queues, decorators, contexts."""
    candidate, tests = RIGHT[name]
    found = sandbox.check(candidate, tests, limits=LIMITS)
    assert isinstance(found.verdict, Pass), found


def test_a_name_can_come_to_mean_another_object(sandbox: WarmSandbox) -> None:
    """A name of the candidate's is looked up when it is used, so a changed one is seen."""
    candidate = "class Held:\n  def __init__(s, n): s.n = n\nnow = Held(1)\ndef turn():\n  global now\n  now = Held(2)"
    found = sandbox.check(candidate, "assert now.n == 1\nturn()\nassert now.n == 2", limits=LIMITS)
    assert isinstance(found.verdict, Pass), found


def test_what_cannot_be_said_names_the_operation(sandbox: WarmSandbox) -> None:
    """The reason says what was asked of the object, or what the tests replaced."""
    money = "class Money:\n  def __eq__(s, o): return True"
    found = sandbox.check(money, "assert Money() == 3", limits=LIMITS)
    assert "be compared with a value by __eq__" in str(found.verdict)
    _, candidate, tests = UNSAYABLE["time is patched"]
    assert "time.time" in str(sandbox.check(candidate, tests, limits=LIMITS).verdict)
