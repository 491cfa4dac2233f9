"""A pass says how many assertions of the tests ran, and which did not."""

import pytest

from assay.verification.ports import AssertionTally, CheckedCandidate, Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, Pass, VerifierError

ADD = "def add(a, b): return a + b"
CASES = """
import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(add(1, 2), 3)
        with self.assertRaises(TypeError):
            add(1, 'x')
"""


def check(
    sandbox: WarmSandbox, tests: str, candidate: str = ADD, *, shared: bool = False
) -> CheckedCandidate:
    return sandbox.check(candidate, tests, shared=shared, limits=Limits(seconds=20.0))


@pytest.mark.parametrize(
    ("tests", "found", "ran"),
    [
        ("assert add(1, 2) == 3\nassert add(0, 0) == 0", 2, 2),
        ("def check(c):\n    for n in range(3):\n        assert c(n, n) == 2 * n", 1, 1),
        ("if add(1, 2) != 3:\n    raise ValueError('wrong')", 1, 1),
        ("try:\n    add(1, 'x')\nexcept TypeError:\n    pass\nelse:\n    assert False", 1, 1),
        (CASES, 2, 2),
        ("class TestAdd:\n    def test_a(self):\n        assert add(1, 2) == 3", 1, 1),
        ("def test_a(candidate):\n    assert candidate(1, 2) == 3", 1, 1),
        ("def near(a, b):\n    assert abs(a - b) < 1\nnear(add(1, 2), 3)", 1, 1),
        ("assert add(1, 2) == 3\nassert True, 'it ran'", 1, 1),
        ("def check(c):\n    'Words.'\n    assert c(1, 2) == 3\ncheck(add)", 1, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shared", [False, True])
def test_every_assertion_is_found_and_reached(
    sandbox: WarmSandbox, tests: str, found: int, ran: int, shared: bool
) -> None:
    """Assertions of all shapes are counted, in two processes and in one."""
    held = check(sandbox, tests, shared=shared)
    assert isinstance(held.verdict, Pass), held
    assert held.assertions == AssertionTally(found=found, ran=ran)
    wrong = check(sandbox, tests, "def add(a, b): return -1", shared=shared)
    assert isinstance(wrong.verdict, Fail), wrong


@pytest.mark.parametrize(
    ("tests", "missed"),
    [
        (
            "import sys\nif sys.platform == 'win32':\n    assert add(2, 2) == 4",
            "line 3: assert add(2, 2) == 4",
        ),
        ("for n in []:\n    assert add(n, n) == 0", "line 2: assert add(n, n) == 0"),
        ("def near(a):\n    assert a\nif 1 > 2:\n    near(1)", "line 2: assert a"),
        ("assert (add(1, 2), 'x')", "line 1: assert (add(1, 2), 'x')"),
        (
            "if add(1, 2) < 5:\n    assert add\nelse:\n    assert add(2, 2)",
            "line 4: assert add(2, 2)",
        ),
    ],
)
def test_an_assertion_that_was_not_reached_is_listed(
    sandbox: WarmSandbox, tests: str, missed: str
) -> None:
    """Nor does what no answer decides: a branch, a loop over nothing; the result names them."""
    found = check(sandbox, f"{tests}\nassert add(1, 2) == 3")
    assert isinstance(found.verdict, Pass), found
    assert found.assertions is not None
    assert found.assertions.missed == (missed,)
    assert found.assertions.ran == found.assertions.found - 1
    assert found.assertions.describe().endswith(f"assertions ran, not {missed}")


def test_where_none_is_reached_it_depends_on_what_steered(sandbox: WarmSandbox) -> None:
    """Tests that reach nothing by themselves are in error; answers that lead past all fail."""
    by_itself = "add(1, 2)\nfor n in []:\n    assert add(n, n) == 0"
    by_answer = "for n in add([], []):\n    assert n == 0"
    through_names = "got = add([], [])\nsize = len(got)\nwhile size:\n    assert got[0] == 0"
    assert isinstance(check(sandbox, by_itself).verdict, VerifierError)
    assert isinstance(check(sandbox, by_answer).verdict, Fail)
    assert isinstance(check(sandbox, through_names).verdict, Fail)


@pytest.mark.parametrize(
    "tests",
    [
        "raise KeyError('before anything was asked')",
        "x = 1 / 0\nassert add(1, 2) == 3",
        "while True: pass",
        "held = []\nwhile True: held.append(b'x' * (16 << 20))",
    ],
)
def test_tests_that_break_before_they_ask_say_nothing(sandbox: WarmSandbox, tests: str) -> None:
    """No candidate has a part in it: the verifier could not say."""
    limits = Limits(seconds=0.5 if "while True: pass" in tests else 60.0, memory_mb=128)
    found = sandbox.check(ADD, tests, limits=limits)
    assert isinstance(found.verdict, VerifierError), found
