"""Wrong candidates for `add(a, b)` that try to be passed, or to be counted neither way."""

from typing import Literal, NamedTuple

TESTS = """
def check(candidate):
    assert candidate(2, 3) == 5
    assert candidate(10**12 + 7, 5) == 1000000000012
    assert candidate([1], [2]) == [1, 2]
"""

ZERO = "def add(a, b): return 0\n"
"""Right for `add(0, 0)` and for nothing else."""


class Forgery(NamedTuple):
    """One dishonest candidate with the tests that it meets."""

    candidate: str
    """Its source."""
    tests: str = TESTS
    """The tests' source."""
    aim: Literal["pass", "leave"] = "leave"
    """What it wants: to be passed, or to be counted neither as passed nor as not passed."""
    may_end_in: str = "fail"
    """Verdicts that hold it, in words; where the aim is a pass, `error` holds it as well."""


def _passes(tests: str, candidate: str = ZERO, may_end_in: str = "fail") -> Forgery:
    return Forgery(candidate, tests, "pass", may_end_in)


def _frames(*texts: str) -> str:
    """A candidate that writes messages on the wire before it is asked."""
    written = "".join(
        f"os.write(3, len({text!r}).to_bytes(4, 'big') + {text!r}.encode())\n" for text in texts
    )
    return f"import os\n{written}{ZERO}"


def _raises(error: str, before: str = "") -> Forgery:
    return Forgery(f"{before}\ndef add(a, b): raise {error}")


UNREACHED: dict[str, Forgery] = {
    "check_beside_a_call": _passes("assert add(0, 0) == 0\ndef check(c):\n    assert c(1, 2) == 3"),
    "functions_beside_a_call": _passes(
        "assert add(0, 0) == 0\ndef test_more():\n    assert add(1, 2) == 3"
    ),
    "plain_class_beside_a_call": _passes(
        "assert add(0, 0) == 0\nclass TestX:\n    def test_a(self): assert add(5, 5) == 10"
    ),
    "unittest_beside_a_call": _passes(
        "import unittest\nZERO = add(0, 0)\nclass T(unittest.TestCase):\n"
        "    def test_a(self): self.assertEqual(add(1, 2), 3)\n"
        "if __name__ == '__main__':\n    unittest.main()"
    ),
    "call_after_check": _passes("def check(c):\n    assert c(1, 2) == 3\nx = add(0, 0)"),
    "main_guard_around_check": _passes(
        "assert add(0, 0) == 0\ndef check(c):\n    assert c(1, 2) == 3\n"
        "if __name__ == '__main__':\n    check(add)"
    ),
    "two_functions_of_one_name": _passes(
        "def test_a():\n    assert add(1, 2) == 3\ndef test_a():\n    assert add(0, 0) == 0",
        may_end_in="error",
    ),
    "coroutine": _passes(
        "assert add(0, 0) == 0\nasync def test_a():\n    assert add(1, 2) == 3", may_end_in="error"
    ),
    "generator": _passes(
        "assert add(0, 0) == 0\ndef test_a():\n    yield\n    assert add(1, 2) == 3",
        may_end_in="error",
    ),
    "skipped_case": _passes(
        "import unittest\nassert add(0, 0) == 0\nclass T(unittest.TestCase):\n"
        "    @unittest.skip('later')\n    def test_a(self): self.assertEqual(add(1, 2), 3)",
        may_end_in="error",
    ),
    "function_with_a_fixture": _passes(
        "assert add(0, 0) == 0\ndef test_a(numbers):\n    assert add(*numbers) == 3",
        may_end_in="error",
    ),
    "helper_that_nobody_calls": _passes(
        "assert add(0, 0) == 0\ndef verify():\n    assert add(1, 2) == 3", may_end_in="error"
    ),
    "class_that_nobody_uses": _passes(
        "assert add(0, 0) == 0\nclass Checks:\n    def run(self): assert add(1, 2) == 3",
        may_end_in="error",
    ),
    "no_assertion_at_all": _passes("print(add(1, 2))", may_end_in="error"),
    "assertion_that_cannot_fail": _passes(
        "add(1, 2)\nassert True, 'it ran'", may_end_in="error"
    ),
    "check_that_leaves_early": _passes(
        "def check(c):\n    if c(0, 0) == 0: return\n    assert c(1, 2) == 3"
    ),
    "loop_over_the_answer": _passes(
        "def check(c):\n    for each in c([], []):\n        assert each == 3",
        "def add(a, b): return []",
    ),
    "says_yes_to_every_method": _passes(
        "assert add('He', 'llo').startswith('Hello')\nassert add('a', 'b').count('a') == 1",
        "class Yes:\n    def __getattr__(s, n): return lambda *a: 1\ndef add(a, b): return Yes()",
        may_end_in="uncarried",
    ),
    "says_yes_to_every_key": _passes(
        "assert add({'a': 1}, {})['a']",
        "class Yes:\n    def __getitem__(s, n): return 1\ndef add(a, b): return Yes()",
        may_end_in="uncarried",
    ),
    "dies_under_a_bare_except": _passes(
        "assert add(0, 0) == 0\ntry:\n    got = add(1, 2)\nexcept:\n    got = 3\nassert got == 3",
        "def add(a, b):\n    import os\n    return os._exit(0) if a else 0",
    ),
    "object_under_a_bare_except": _passes(
        "assert add(0, 0) == 0\ntry:\n    got = add(1, 2) + 1\nexcept:\n    got = 4\nassert got == 4",
        "def add(a, b): return object() if a else 0",
        may_end_in="fail uncarried",
    ),
    "raises_what_ends_a_case_well": _passes(
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_a(self): self.assertEqual(add(1, 2), 3)",
        "import unittest\ndef add(a, b): raise unittest.SkipTest('x')",
    ),
}  # fmt: skip
"""A part of the tests does not run, or runs to nothing."""

LEAVING: dict[str, Forgery] = {
    "memory_error": _raises("MemoryError"),
    "file_error": _raises("OSError(28, 'No space left on device')"),
    "thread_error": _raises('RuntimeError("can\'t start new thread")'),
    "exit_as_unconfined": Forgery("def add(a, b):\n    import os; os._exit(121)"),
    "exit_as_unconfined_at_once": Forgery("import os; os._exit(121)"),
    "aborts": Forgery("def add(a, b):\n    import os; os.abort()", may_end_in="crash"),
    "lying_metaclass": _raises(
        "E",
        "class M(type):\n    __name__ = property(lambda c: 1 / 0)\nclass E(Exception, metaclass=M): pass",
    ),
    "kind_of_memory_error": _raises("E", "class E(MemoryError): pass"),
    "memory_error_at_import": Forgery("raise MemoryError"),
    "errno_of_memory": _raises("OSError(12, 'Cannot allocate memory')"),
    "errno_of_processes": _raises("BlockingIOError(11, 'Resource temporarily unavailable')"),
    "errno_that_changes": _raises("E", "class E(OSError):\n    errno = property(lambda e: 28)"),
    "error_whose_text_kills": _raises(
        "E", "class E(Exception):\n    def __str__(e):\n        import os; os._exit(121)"
    ),
    "error_whose_class_lies": _raises(
        "E()", "class E(Exception):\n    __class__ = property(lambda e: MemoryError)"
    ),
    "import_error": _raises("ImportError('no module named solution')"),
    "syntax_error": _raises("SyntaxError('the tests do not load')"),
    "exits_politely_in_a_call": _raises("SystemExit(0)"),
    "limit_on_the_wire": Forgery(_frames('{"limit":"memory"}')),
    "silence_on_the_wire": Forgery(_frames('{"unfit":"nothing"}'), may_end_in="fail uncarried"),
    "error_on_the_wire": Forgery(_frames('{"verdict":"error","note":"x"}'), may_end_in="fail uncarried"),
    "half_a_message": Forgery(
        "import os, time\nos.write(3, bytes([0, 0, 1, 0]))\ntime.sleep(9)", may_end_in="timeout"
    ),
    "wire_closed_and_running": Forgery(
        "import os\ndef add(a, b):\n    os.close(3)\n    while True: pass", may_end_in="timeout"
    ),
    "signals_its_group": Forgery("def add(a, b):\n    import os; os.kill(0, 9)\n    return 0"),
    "stops_its_group": Forgery("def add(a, b):\n    import os; os.killpg(0, 19)\n    return 0"),
    "signals_its_group_at_once": Forgery("import os; os.kill(0, 9)\ndef add(a, b): return 0"),
    "tests_that_exit_at_its_answer": Forgery(
        "def add(a, b): return 0",
        "import sys\nif add(1, 1) != 2:\n    print('wrong')\n    sys.exit()\nassert add(2, 3) == 5\n",
    ),
    "sleeps": Forgery("def add(a, b):\n    import time; time.sleep(60)", may_end_in="timeout"),
    "own_processor_limit": Forgery(
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (0, 0))\ndef add(a, b):\n    while True: pass",
        may_end_in="timeout crash fail",
    ),
    "own_memory_limit": Forgery(
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))\n"
        "def add(a, b): return list(range(10**6))",
        may_end_in="fail crash",
    ),
    "own_file_limit": Forgery(
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))\n"
        "def add(a, b):\n    open('f', 'w').write('xx' * 9999)",
        may_end_in="fail crash",
    ),
    "segfaults": Forgery("def add(a, b):\n    import ctypes; ctypes.string_at(0)", may_end_in="crash"),
    "illegal_alarm": Forgery(
        "def add(a, b):\n    import signal, os\n    signal.setitimer(signal.ITIMER_REAL, 0.01)\n    while True: pass",
        may_end_in="timeout crash",
    ),
    "object": Forgery("def add(a, b): return object()", may_end_in="fail uncarried"),
    "object_within": Forgery("def add(a, b): return [object()]", may_end_in="fail uncarried"),
    "deeper_than_the_wire": Forgery(
        "def add(a, b):\n    x = []\n    for _ in range(500): x = [x]\n    return x",
        may_end_in="fail uncarried",
    ),
    "longer_than_the_wire": Forgery(
        "def add(a, b): return 'x' * (9 << 20)", may_end_in="fail uncarried"
    ),
    "fills_the_memory_of_the_tests": Forgery(
        "def add(a, b): return [[] for _ in range(2_500_000)]", may_end_in="fail memory timeout uncarried"
    ),
    "fills_the_memory_of_the_tests_in_time": Forgery(
        "def add(a, b): return [[] for _ in range(2_500_000)]", may_end_in="fail memory uncarried",
    ),
    "value_that_is_too_deep_when_it_comes_back": Forgery(
        "def add(a, b):\n  x = []\n  for _ in range(99): x = [x]\n  return x",
        "assert add([add(1, 1)], [add(1, 1)]) == 3",
        may_end_in="uncarried",
    ),
    "ends_a_loop_in_a_call": Forgery(
        _frames('{"end":true}'),
        "def check(c):\n    assert all(map(lambda n: c(n, n) == 2 * n, [1, 2]))",
    ),
    "tests_that_exit_at_once": Forgery(
        ZERO, "import os\nif add(1, 2) != 3:\n    os._exit(1)\nassert add(2, 2) == 4"
    ),
    "colliding_set": Forgery(
        "def add(a, b): return {n * (2**61 - 1) for n in range(60_000)}", may_end_in="fail timeout"
    ),
    "colliding_set_in_raw": Forgery(
        "import os, json\n"
        "def add(a, b):\n"
        "    text = json.dumps({'value': {'$': 'set', 'v': [{'$': 'int', 'v': hex(n * (2**61 - 1))} for n in range(60_000)]}}).encode()\n"
        "    os.write(3, len(text).to_bytes(4, 'big'))\n"
        "    while text: text = text[os.write(3, text):]\n"
        "    return 0",
        may_end_in="fail timeout",
    ),
    "text_that_the_tests_evaluate": Forgery(
        "def add(a, b): return '((('", "assert eval(add(1, 2)) == 3"
    ),
    "text_that_imports": Forgery(
        "def add(a, b): return 'no_such_module'",
        "import importlib\nassert importlib.import_module(add(1, 2)).x == 3",
    ),
    "tests_that_exit_with_one": Forgery(
        ZERO, "import sys\nif add(1, 2) != 3:\n    sys.exit(1)\nassert add(2, 2) == 4"
    ),
    "tests_that_skip": Forgery(
        ZERO,
        "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n"
        "        if add(1, 2) != 3: self.skipTest('not this one')\n        self.assertEqual(add(2, 2), 4)",
    ),
}  # fmt: skip
"""A wrong candidate that wants to be counted neither way."""

_REPORTS = """
import os
for n in (*range(3, 70), *range(1000, 1010)):
    try: os.write(n, b'{"TELLS": "REASON"}'); break
    except OSError: pass
"""


def _tells(word: str, end: str = "raise SystemExit(1)") -> str:
    return _REPORTS.replace("TELLS", word).replace("REASON", "install evil") + end


PROGRAMS: dict[str, str] = {
    "tells_a_limit": _tells("limit").replace("install evil", "memory"),
    "tells_a_missing_part": _tells("refused"),
    "tells_a_broken_runner": _tells("confinement"),
    "tells_a_verdict": _tells("verdict").replace("install evil", "error"),
    "tells_and_dies": _tells("refused", "os._exit(3)"),
    "exits_as_unconfined": "import os; os._exit(121)",
    "raises_memory_error": "raise MemoryError",
    "raises_file_error": "raise OSError(28, 'No space left on device')",
    "raises_thread_error": 'raise RuntimeError("can\'t start new thread")',
    "writes_a_limit": "import sys, os\nsys.stderr.write('MemoryError\\n'); os._exit(1)",
    "opens_the_report_again": "import os\nfor n in range(3, 70):\n    try: os.write(os.open(f'/dev/fd/{n}', 1), b'{\"limit\": \"memory\"}')\n    except OSError: pass\nraise SystemExit(1)",
    "tells_from_an_exit_function": "import atexit, os\natexit.register(lambda: [os.write(4, b'{\"refused\": \"x\"}')])\nraise SystemExit(1)",
    "aborts": "import os; os.abort()",
    "signals_its_group": "import os; os.kill(0, 9); raise SystemExit(1)",
}  # fmt: skip
"""Programs for `exec` that ought to fail, and say something else. Each must be counted."""

LOCKS: dict[str, str] = {
    "sees_a_lock": """
import fcntl
held = open("/usr/bin/env")
try: fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError: print("SEEN")
except OSError: pass
""",
    "asks_for_a_lock": """
import fcntl, struct
held = open("/usr/bin/env")
asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
try: kind = struct.unpack("hhqqi4x", fcntl.fcntl(held, 5, asked))[0]
except OSError: kind = fcntl.F_UNLCK
if kind != fcntl.F_UNLCK: print("SEEN")
""",
    "asks_for_a_lock_of_the_open_file": """
import fcntl, struct
held = open("/usr/bin/env")
asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
try: kind = struct.unpack("hhqqi4x", fcntl.fcntl(held, 36, asked))[0]
except OSError: kind = fcntl.F_UNLCK
if kind != fcntl.F_UNLCK: print("SEEN")
""",
    "asks_to_be_told": """
import fcntl
try:
    fcntl.fcntl(__import__("os").open("/usr/bin", 0), fcntl.F_NOTIFY, fcntl.DN_ACCESS)
    print("SEEN")
except OSError: pass
""",
}  # fmt: skip
"""Programs that print SEEN where a lock on a shared file, or its use, reaches into the sandbox."""

LINES = (
    "\n",
    "\r",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x1b[1A",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00",
    "\u202e",
)
"""Characters by which a text may begin what looks like a line of its own."""
