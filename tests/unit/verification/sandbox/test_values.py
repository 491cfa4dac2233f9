"""What a candidate answers arrives by value, or is asked about without being told what is expected."""

import pytest

from assay.verification.ports import CheckedCandidate, Limits
from assay.verification.sandbox import WarmSandbox
from assay.verification.verification import Fail, Pass, Uncarried, VerifierError

LIMITS = Limits(seconds=20.0, memory_mb=256)


def check(sandbox: WarmSandbox, candidate: str, tests: str) -> CheckedCandidate:
    return sandbox.check(candidate, tests, limits=LIMITS)


@pytest.mark.share(3)
@pytest.mark.parametrize(
    ("answer", "equal", "unequal"),
    [
        ("collections.Counter('abca')", "collections.Counter('aabc')", "{'a': 1}"),
        ("collections.OrderedDict(a=1, b=2)", "{'b': 2, 'a': 1}", "collections.OrderedDict(b=2, a=1)"),
        ("collections.defaultdict(list, a=[1])", "{'a': [1]}", "{'a': [2]}"),
        ("collections.deque([1, 2], 3)", "collections.deque([1, 2])", "[1, 2]"),
        ("decimal.Decimal('1.10')", "decimal.Decimal('1.1')", "1.2"),
        ("fractions.Fraction(6, 4)", "1.5", "fractions.Fraction(3, 4)"),
        ("datetime.date(2024, 2, 29)", "datetime.date(2024, 2, 29)", "datetime.date(2024, 3, 1)"),
        ("datetime.datetime(2024, 1, 2, 3, 4, 5, 6, datetime.timezone.utc)",
         "datetime.datetime(2024, 1, 2, 4, 4, 5, 6, datetime.timezone(datetime.timedelta(hours=1)))",
         "datetime.datetime(2024, 1, 2, 3, 4, 5, 6)"),
        ("datetime.time(1, 2, fold=1)", "datetime.time(1, 2)", "datetime.time(2, 1)"),
        ("datetime.timedelta(days=-1, microseconds=3)",
         "datetime.timedelta(days=-1, microseconds=3)", "datetime.timedelta(days=1)"),
        ("collections.namedtuple('P', 'x y')(1, 2)", "(1, 2)", "(2, 1)"),
        ("{collections.namedtuple('P', 'x y')(1, 2)}", "{(1, 2)}", "{(1, 3)}"),
        ("{decimal.Decimal(1), fractions.Fraction(1, 2)}", "{1, 0.5}", "{1}"),
        ("frozenset({datetime.date(2024, 1, 1)})", "{datetime.date(2024, 1, 1)}", "set()"),
        ("range(2, 9, 3)", "range(2, 10, 3)", "[2, 5, 8]"),
        ("{'a': 1}.keys()", "{'a'}", "{'b'}"),
        ("{'a': 1}.items()", "{('a', 1)}", "{('a', 2)}"),
        ("type('Word', (str,), {})('x')", "'x'", "'y'"),
        ("enum.IntEnum('E', 'a b').b", "2", "1"),
        ("type('Many', (list,), {})([1])", "[1]", "[]"),
        ("{'k': [collections.Counter('a')]}", "{'k': [{'a': 1}]}", "{'k': []}"),
    ],
)  # fmt: skip
def test_values_of_the_standard_library_are_compared_by_value(
    sandbox: WarmSandbox, answer: str, equal: str, unequal: str
) -> None:
    """What equals in one process equals across the wire, and what differs fails."""
    imports = "import collections, datetime, decimal, enum, fractions\n"
    candidate = f"{imports}def solve(): return {answer}"
    held = check(sandbox, candidate, f"{imports}assert solve() == {equal}")
    assert isinstance(held.verdict, Pass), held
    assert isinstance(
        check(sandbox, candidate, f"{imports}assert solve() == {unequal}").verdict, Fail
    )


def test_a_named_tuple_keeps_its_fields_and_a_default_its_factory(sandbox: WarmSandbox) -> None:
    """Fields are read by name, and a missing key makes what it made for the candidate."""
    candidate = (
        "from collections import defaultdict, deque\nfrom typing import NamedTuple\n"
        "class Point(NamedTuple):\n    x: int\n    y: int\n"
        "def solve(): return Point(1, 2), defaultdict(list), deque([1], 3)"
    )
    tests = (
        "point, made, kept = solve()\nassert point.y == 2 and point._fields == ('x', 'y')\n"
        "assert made[7] == [] and kept.maxlen == 3"
    )
    found = check(sandbox, candidate, tests)
    assert isinstance(found.verdict, Pass), found


PAIRS = """
class Pair:
    def __init__(self, a, b): self.a, self.b = a, b
    def __eq__(self, other): return (self.a, self.b) == (other.a, other.b)
    def __len__(self): return 2
    def __getitem__(self, n): return (self.a, self.b)[n]
    def swap(self): return Pair(self.b, self.a)
    def __str__(self): return f"{self.a}-{self.b}"
def same(pair): return pair
def longest(pairs): return max(p.b - p.a for p in pairs)
def numbers(n):
    for each in range(n): yield each
"""


@pytest.mark.parametrize(
    "tests",
    [
        "assert longest([Pair(5, 24), Pair(15, 25)]) == 19",
        "pair = Pair(1, 2)\npair.a = 9\nassert pair.a == 9 and pair.b == 2",
        "assert len(Pair(1, 2)) == 2 and list(Pair(1, 2)) == [1, 2] and Pair(1, 2)[1] == 2",
        "assert Pair(1, 2) == Pair(1, 2)\nassert Pair(1, 2) != Pair(2, 1)",
        "assert Pair(1, 2).swap() == Pair(2, 1)\nassert Pair(1, 2)",
        "assert str(Pair(1, 2)) == '1-2' and Pair(3, 4) is not None",
        "assert list(numbers(3)) == [0, 1, 2] and sum(numbers(4)) == 6",
        "assert 2 in numbers(3) and sorted(numbers(2), reverse=True) == [1, 0]",
        "assert [a + b for a, b in zip(numbers(3), numbers(3))] == [0, 2, 4]",
    ],
)
def test_an_object_is_asked_for_what_an_assertion_needs_of_it(
    sandbox: WarmSandbox, tests: str
) -> None:
    """Truth, length, items, attributes, results and equality with another of the candidate's own."""
    found = check(sandbox, PAIRS, tests)
    assert isinstance(found.verdict, Pass), found
    assert found.isolation == "namespaces/split"


@pytest.mark.parametrize(
    "tests",
    ["assert Pair(1, 2) == (1, 2)", "assert Pair(1, 2) < 3", "assert same(Pair(1, 2)) + 1 == 3",
     "assert 1 + same(Pair(1, 2)) == 3", "assert (1, 2) != Pair(1, 2)", "assert Pair(1, 2) in [(1, 2)]"],
)  # fmt: skip
def test_what_would_tell_the_candidate_what_is_expected_is_not_asked(
    sandbox: WarmSandbox, tests: str
) -> None:
    """A comparison of an object with a value cannot be said: it is `uncarried`, and never `fail`."""
    told = "seen = []\nclass Odd:\n  def __eq__(s, o): seen.append(o); return True\n  __lt__ = __add__ = __eq__\n"
    found = check(sandbox, told + PAIRS, tests)
    assert isinstance(found.verdict, Uncarried), found


def test_an_object_lacks_what_its_class_lacks(sandbox: WarmSandbox) -> None:
    """A class that defines equality alone has no hash and no sum, as in an ordinary run."""
    for tests in (
        "assert {Pair(1, 2): 1}",
        "assert Pair(1, 2) + 1 == 3",
        "assert next(Pair(1, 2))",
    ):
        found = check(sandbox, PAIRS, tests)
        assert isinstance(found.verdict, Fail), found
        assert "TypeError" in found.verdict.reason


@pytest.mark.parametrize(
    "tests", ["assert longest(object()) == 3", "assert longest(lambda: 3) == 3"]
)
def test_an_object_of_the_tests_stays_with_them(sandbox: WarmSandbox, tests: str) -> None:
    """Tests that give the candidate one cannot run apart from it: no candidate has a part in that."""
    assert isinstance(check(sandbox, PAIRS, tests).verdict, VerifierError)
    deep = "def longest(x):\n  x = []\n  for _ in range(99): x = [x]\n  return x"
    back = "assert longest([longest(1), longest(1)]) == 3"
    assert isinstance(check(sandbox, deep, back).verdict, Uncarried)


IN_PLACE = "given = [3, 1, 2]\nsolve(given)\nassert given == [1, 2, 3]"


@pytest.mark.parametrize(
    ("candidate", "tests", "verdict"),
    [
        ("def solve(x): x.sort()", IN_PLACE, Uncarried),
        ("def solve(x): x.reverse()", IN_PLACE, Fail),
        ("def solve(x): return sorted(x)", IN_PLACE, Fail),
        ("def solve(x):\n  x.sort()\n  return x[0] + 1", "assert solve([3, 1]) == 1", Fail),
        ("def solve(x):\n  x.sort()\n  return x[0]", "assert solve([3, 1]) == 1", Pass),
        ("def solve(x): x[0]['a'].add(2)", "g = [{'a': {1}}]\nsolve(g)\nassert g == [{'a': {1, 2}}]",
         Uncarried),
        ("def solve(x):\n  x.clear()\n  return x", "g = [1]\nassert solve(g) == g", Uncarried),
    ],
)  # fmt: skip
def test_a_change_of_arguments_is_not_seen_and_never_called_a_failure(
    sandbox: WarmSandbox, candidate: str, tests: str, verdict: type
) -> None:
    """What fails only because the tests do not see the change is `uncarried`: not passed, not refuted."""
    assert isinstance(check(sandbox, candidate, tests).verdict, verdict)


TOLD = """
seen = []
class Odd:
    def __getattr__(self, name): return lambda *told: seen.append(told) or True
    def __getitem__(self, key): return True
    def __call__(self, *told): return True
def solve(): return Odd()
def adder(n): return lambda m: n + m
class Stack:
    def __init__(self): self.held = []
    def append(self, x): self.held.append(x)
    def count(self, x): return self.held.count(x)
    def copy(self):
        other = Stack()
        other.held = list(self.held)
        return other
"""


@pytest.mark.parametrize(
    ("tests", "verdict"),
    [
        ("assert solve().startswith('He')", Uncarried),
        ("assert solve().issubset({1, 2})", Uncarried),
        ("assert solve().equals(x=3)", Uncarried),
        ("assert solve()['total']", Uncarried),
        ("assert adder(3)(4) == 7", Pass),
        ("assert adder(3)(4) == 8", Fail),
        ("s = Stack()\ns.append(3)\nassert s.count(3) == 1 and s.copy().count(3) == 1", Pass),
        ("s = Stack()\ns.append(3)\nassert s.count(4) == 1", Fail),
    ],
)
def test_a_method_of_an_answer_is_not_told_what_is_expected(
    sandbox: WarmSandbox, tests: str, verdict: type
) -> None:
    """What a function gave is asked nothing with a value; of a class the methods are what is tested."""
    found = check(sandbox, TOLD, tests)
    assert isinstance(found.verdict, verdict), found


def test_a_question_is_answered_by_value_or_not_at_all(sandbox: WarmSandbox) -> None:
    """An object whose truth, length or text is no plain answer brings no pass."""
    odd = "class Odd:\n  def __bool__(s): return True\n  def __eq__(s, o): return True\ndef solve(): return Odd()"
    for tests in ("assert solve() == 3", "assert solve() in [3]", "assert 3 == solve()"):
        assert isinstance(check(sandbox, odd, tests).verdict, Uncarried)


def test_errors_of_the_candidate_are_known_by_their_base(sandbox: WarmSandbox) -> None:
    """A subclass of an error that the tests expect is that error, too."""
    candidate = "import json\nclass Bad(ValueError): pass\ndef solve(x):\n  if x: raise Bad('no')\n  json.loads('{')"
    tests = (
        "for given in (0, 1):\n    try:\n        solve(given)\n    except ValueError:\n        pass\n"
        "    else:\n        raise AssertionError('no error')"
    )
    found = check(sandbox, candidate, tests)
    assert isinstance(found.verdict, Pass), found
