"""Candidate and tests never share a process: only plain values pass, and only the tests say `pass`."""

import json
from pathlib import Path

import pytest

from assay.verification.ports import AssertionTally, CheckedCandidate, Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import (
    Crash,
    Fail,
    FileLimit,
    Memory,
    Pass,
    Timeout,
    Uncarried,
    VerifierError,
)

PATIENT = Limits(seconds=60.0, memory_mb=256)
"""Time enough for what ends by itself, on a busy machine as well."""

CHECK = "def check(candidate):\n    assert candidate(2, 3) == 5\n    assert candidate(10**9, 1) == 10**9 + 1\n"


def check(
    sandbox: WarmSandbox, candidate: str, tests: str = CHECK, **more: object
) -> CheckedCandidate:
    return sandbox.check(candidate, tests, limits=PATIENT, **more)  # type: ignore[arg-type]


def ended(sandbox: WarmSandbox, candidate: str, tests: str, verdict: type) -> CheckedCandidate:
    """A check, whose time grows until a busy machine gets as far as what uses it up."""
    if verdict is not Timeout:
        return check(sandbox, candidate, tests)
    for seconds in (1.0, 5.0, 25.0):
        found = sandbox.check(candidate, tests, limits=Limits(seconds=seconds, memory_mb=256))
        if isinstance(found.verdict, Timeout):
            break
    return found


@pytest.mark.parametrize(
    ("candidate", "verdict"),
    [
        ("def add(a, b): return a + b", Pass),
        ("def helper(): pass\ndef add(a, b): return a + b", Pass),
        ("def add(a, b): return a - b", Fail),
        ("def add(a): return a", Fail),
        ("def add(a, b): return object()", Uncarried),
        ("def add(a, b):\n  class N(int): pass\n  return N(a + b)", Pass),
        ("def add(a, b):\n  class N(int):\n    __eq__ = lambda *_: True\n  return N(3)", Fail),
        ("x = 1", Fail),
        ("not Python at all", Fail),
        ("raise SystemExit(0)", Fail),
        ("import os; os._exit(0)", Fail),
        ("def add(a, b):\n  import os; os._exit(0)", Fail),
        ("def add(a, b):\n  while True: pass", Timeout),
        ("while True: pass", Timeout),
        ("def add(a, b): return bytearray(1 << 40)", Fail),
        ("def add(a, b):\n  import os; os.fork()", Fail),
        ("def add(a, b):\n  import ctypes; ctypes.string_at(0)", Crash),
        ("def add(a, b): return 'x' * (9 << 20)", Uncarried),
        ("def add(a, b):\n  x = []\n  for _ in range(500): x = [x]\n  return x", Uncarried),
    ],
)
def test_a_check_ends_in_the_verdict_of_what_became_of_the_candidate(
    sandbox: WarmSandbox, candidate: str, verdict: type
) -> None:
    """Right code passes, wrong or silent code fails; what was not delivered is told apart."""
    found = ended(sandbox, candidate, CHECK, verdict)
    assert isinstance(found.verdict, verdict), found
    assert found.isolation == "namespaces/split"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("x = []\n  while True: x.append(b'x' * (4 << 20))", Memory),
        ("f = open('f', 'wb')\n  while True: f.write(bytes(1 << 20)); f.flush()", FileLimit),
    ],
)
def test_a_limit_is_named_where_the_kernel_saw_it(
    sandbox: WarmSandbox, body: str, verdict: type
) -> None:
    """Memory that was held, and a folder that is full, are limits and not only what an error says."""
    limits = Limits(seconds=60.0, memory_mb=128, files_mb=2)
    found = sandbox.check(f"def add(a, b):\n  {body}", CHECK, limits=limits)
    assert isinstance(found.verdict, verdict), found


@pytest.mark.parametrize(
    ("tests", "verdict"),
    [
        ("assert add(1, 2) == 3\nassert add('a', 'b') == 'ab'", Pass),
        ("assert add(1, 2) == 4", Fail),
        ("assert add([1], [2]) == [1, 2] and add((1,), ()) == (1,)", Pass),
        ("def check(f):\n    assert f(1, b=2) == 3\ncheck(add)", Pass),
        ("try:\n    add(1, 'x')\nexcept TypeError:\n    pass\nelse:\n    assert False", Pass),
        ("x = 1", VerifierError),
        ("def check(candidate): pass", VerifierError),
        ("this is no Python", VerifierError),
        ("import nothing_of_this_name\nassert add(1, 2) == 3", VerifierError),
        ("raise SystemExit(0)", VerifierError),
        ("assert add(1, 2) == 3\nraise SystemExit(0)", Pass),
        ("assert add(1, 2) == 3\nimport os\nos._exit(0)", Fail),
        ("while add(1, 2): pass", Timeout),
    ],
)
def test_tests_of_both_shapes_are_run_and_broken_ones_are_errors(
    sandbox: WarmSandbox, tests: str, verdict: type
) -> None:
    """`check(candidate)` and plain assertions run; tests that ask nothing or break say nothing."""
    found = ended(sandbox, "def add(a, b): return a + b", tests, verdict)
    assert isinstance(found.verdict, verdict), found


def test_a_failure_names_the_line_of_the_tests(sandbox: WarmSandbox) -> None:
    """The reason quotes the assertion that did not hold, with its line."""
    found = check(sandbox, "def add(a, b): return 5", entry="add")
    assert isinstance(found.verdict, Fail)
    assert found.verdict.reason.startswith("line 3 of the tests: assert candidate(10**9, 1)")


@pytest.mark.parametrize(
    "value",
    [
        "None", "True", "-7", "2**5000", "0.1", "float('inf')", "1j", "'ü\\ud800'", "b'\\x00'",
        "bytearray(b'x')", "[1, [2, (3,)]]", "{1: {'$': 2}, (1, 2): {3}}", "frozenset({1})",
        "{'a': [None, {'b': ()}]}",
    ],
)  # fmt: skip
def test_plain_values_arrive_as_they_were_sent(sandbox: WarmSandbox, value: str) -> None:
    """What the candidate gives back equals the value in the tests, in type and content."""
    tests = f"got = same({value})\nassert got == {value} and type(got) is type({value})"
    found = check(sandbox, "def same(x): return x", tests)
    assert isinstance(found.verdict, Pass), found


def test_an_error_that_steers_loops_does_not_end_the_tests_early(sandbox: WarmSandbox) -> None:
    """A candidate that raises `StopIteration` cannot cut `all(map(...))` short."""
    tests = "assert all(map(lambda n: add(n, n) == 2 * n, [1, 2, 3]))"
    for error in ("StopIteration", "GeneratorExit", "StopAsyncIteration", "KeyboardInterrupt"):
        found = check(sandbox, f"def add(a, b): raise {error}", tests)
        assert isinstance(found.verdict, Fail), found


def test_what_the_tests_borrow_from_the_candidate_is_named(sandbox: WarmSandbox) -> None:
    """A helper that the tests take from the candidate is said; given as context, it is trusted."""
    candidate = "def right(x): return True\ndef solve(x): return -1"
    tests = "def check(candidate):\n    assert right(candidate(4))"
    forged = check(sandbox, candidate, tests, entry="solve")
    assert (type(forged.verdict), forged.borrowed) == (Pass, ("right",))
    held = check(sandbox, candidate, tests, entry="solve", context="def right(x): return x == 2")
    assert (type(held.verdict), held.borrowed) == (Fail, ())


def test_changes_to_arguments_do_not_reach_the_tests(sandbox: WarmSandbox) -> None:
    """The tests compare with their own list, which the candidate cannot empty."""
    tests = "given = [1, 2]\nassert add(given, []) == given"
    found = check(sandbox, "def add(a, b):\n  a.clear()\n  return a", tests)
    assert isinstance(found.verdict, Uncarried)


SUITE = """
import unittest
from candidate import Stack
def test_push():
    stack = Stack(); stack.push(1)
    assert stack.items == [1]
class Cases(unittest.TestCase):
    def test_empty(self):
        self.assertEqual(Stack().items, [])
"""


def test_a_suite_in_one_process_runs_and_is_marked(sandbox: WarmSandbox) -> None:
    """Stateful classes are tested in one process; the isolation says that it can be forged."""
    right = "class Stack:\n  def __init__(self): self.items = []\n  def push(self, x): self.items.append(x)"
    found = check(sandbox, right, SUITE, shared=True)
    assert isinstance(found.verdict, Pass), found
    assert found.assertions == AssertionTally(found=2, ran=2)
    assert found.isolation == "namespaces/shared-process"
    wrong = check(sandbox, right.replace("append(x)", "append(2)"), SUITE, shared=True)
    assert isinstance(wrong.verdict, Fail)
    # This is why: a candidate in the tests' process says what it likes.
    forging = "import os, json\nos.write(4, json.dumps({'verdict': 'pass'}).encode())\nos._exit(0)"
    assert isinstance(check(sandbox, forging, SUITE, shared=True).verdict, Pass)


@pytest.mark.parametrize(
    "suite",
    [
        "x = 1",
        "def helper(): assert False",
        "import unittest\nclass C(unittest.TestCase):\n  @unittest.skip('no')\n  def test_a(self): pass",
        "import pytest\n@pytest.mark.skip\ndef test_a(): assert False",
    ],
)
def test_a_suite_that_tests_nothing_says_nothing(sandbox: WarmSandbox, suite: str) -> None:
    """A suite without an assertion, or with a test that did not run, is an error and no pass."""
    found = sandbox.check("def f(): pass", suite, shared=True, limits=Limits(seconds=60.0))
    assert isinstance(found.verdict, VerifierError), found


def test_plain_assertions_and_check_count_as_tests(sandbox: WarmSandbox) -> None:
    """In one process, too, assertions at the top and `check(candidate)` are tests that ran."""
    for suite in ("assert add(1, 2) == 3", "def check(c):\n  assert c(1, 2) == 3"):
        found = check(sandbox, "def add(a, b): return a + b", suite, shared=True)
        assert isinstance(found.verdict, Pass), found


PYTEST_SUITE = """
import pytest
from candidate import Stack
@pytest.fixture
def stack(): return Stack()
@pytest.mark.parametrize("given", [1, 2])
def test_push(stack, given):
    stack.push(given)
    assert stack.items == [given]
"""


@pytest.mark.parametrize(
    ("items", "suite", "verdict"),
    [
        ("self.items + [x]", PYTEST_SUITE, Pass),
        ("self.items + [0]", PYTEST_SUITE, Fail),
        ("self.items + [x]", "import pytest\nimport nothing_of_this_name", VerifierError),
        ("self.items + [x]", "import pytest", VerifierError),
    ],
)
def test_a_pytest_suite_runs_with_fixtures_and_parameters(
    sandbox: WarmSandbox, items: str, suite: str, verdict: type
) -> None:
    """Pytest itself runs the suite, beside its subject; a suite without tests says nothing."""
    candidate = f"class Stack:\n  items = []\n  def push(self, x): self.items = {items}"
    limits = Limits(seconds=60.0)
    found = sandbox.check(candidate, suite, shared=True, limits=limits)
    assert isinstance(found.verdict, verdict), found
    assert found.isolation == "namespaces/shared-process"


@pytest.mark.data
def test_every_reference_solution_passes_and_no_stub_does(sandbox: WarmSandbox) -> None:
    """HumanEval: 164 of 164 reference solutions pass, 0 of 164 bodies that return nothing."""
    file = Path(__file__).parents[5] / "shared/data/humaneval/HumanEval.jsonl"
    if not file.exists():
        pytest.skip(f"the data set is not beside the project: {file}")
    tasks = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    passed = {"reference": 0, "stub": 0}
    for task in tasks:
        bodies = {"reference": task["canonical_solution"], "stub": "    return None\n"}
        for name, body in bodies.items():
            found = sandbox.check(
                task["prompt"] + body, task["test"], entry=task["entry_point"],
                context=task["prompt"], limits=Limits(seconds=60.0),
            )  # fmt: skip
            passed[name] += isinstance(found.verdict, Pass)
    assert passed == {"reference": 164, "stub": 0}
