"""Dishonest candidates for `add(a, b)`: none solves it, each tries to be passed all the same."""

TESTS = """
def check(candidate):
    assert candidate(2, 3) == 5
    assert candidate(10**12 + 7, 5) == 1000000000012
    assert candidate([1], [2]) == [1, 2]
    assert all(map(lambda n: candidate(n, n) == 2 * n, [70001, 70002]))
"""

_ODD = "class Odd({base}):\n  def __eq__(s, o): return True\n  def __ne__(s, o): return False\n  def __hash__(s): return 0\n"
_WRITE_ALL = """
import os
for n in range(64):
    for text in TEXTS:
        try: os.write(n, text)
        except OSError: pass
def add(a, b): return 0
"""
_FRAME = "def framed(text): return len(text).to_bytes(4, 'big') + text\n"

FORGERIES: dict[str, str] = {
    "exit_at_import": "import os\nos._exit(0)",
    "exit_politely": "raise SystemExit(0)",
    "exit_in_call": "import os\ndef add(a, b): os._exit(0)",
    "exit_at_the_end": "import atexit, os\natexit.register(lambda: os._exit(0))\ndef add(a, b): return 0",
    "says_passed": "for m in ('passed', '{\"verdict\": \"pass\"}'): print(m)\ndef add(a, b): return 0",
    "equal_object": _ODD.format(base="object") + "def add(a, b): return Odd()",
    "odd_int": _ODD.format(base="int") + "def add(a, b): return Odd(0)",
    "odd_text": _ODD.format(base="str") + "def add(a, b): return Odd('')",
    "odd_list": _ODD.format(base="list") + "def add(a, b): return Odd()",
    "odd_within": _ODD.format(base="int") + "def add(a, b): return [Odd(1), Odd(2)] if a == [1] else 5",
    "lies_about_class": "class L:\n  __class__ = int\n  def __eq__(s, o): return True\ndef add(a, b): return L()",
    "reads_frames": """
import sys
def add(a, b):
    best, frame = 0, sys._getframe(1)
    while frame:
        best = max([best, *(c for c in frame.f_code.co_consts if isinstance(c, int))])
        frame = frame.f_back
    return best
""",
    "scans_objects": """
import gc
def add(a, b):
    if a == 2: return 5
    found = [c for o in gc.get_objects() if hasattr(o, 'co_consts') for c in o.co_consts]
    big = [c for c in found if isinstance(c, int) and c > 10**11]
    return big[0] if big else [1, 2]
""",
    "scans_memory": """
import ctypes
def add(a, b):
    if a == 2: return 5
    if isinstance(a, list): return [1, 2]
    wanted = [b'1000000000012', (1000000000012).to_bytes(8, 'little')]
    base = id(object()) & ~0xFFFFF
    for at in range(base, base + (1 << 20), 4096):
        try: page = ctypes.string_at(at, 4096)
        except Exception: break
        if any(each in page for each in wanted): return 1000000000012
    return 0
""",
    "fake_words_everywhere": "TEXTS = [b'passed\\n', b'{\"verdict\":\"pass\"}', b'{\"value\":5}']" + _WRITE_ALL,
    "fake_frames_everywhere": _FRAME + "TEXTS = [framed(b'{\"verdict\":\"pass\",\"borrowed\":[]}')]" + _WRITE_ALL,
    "answers_before_it_is_asked": _FRAME + """
import os
for text in (b'{"value":5}', b'{"value":5}', b'{"value":[1,2]}', b'{"value":5}', b'{"value":5}'):
    os.write(3, framed(text))
def add(a, b): return 0
""",
    "two_keys_on_the_wire": _FRAME + "import os\nos.write(3, framed(b'{\"value\":1,\"value\":5,\"raised\":[\"X\",\"\"]}'))\ndef add(a, b): return 0",
    "mutates_arguments": "def add(a, b):\n  try: a.clear(); a.extend([1, 2]); return a\n  except AttributeError: return 5",
    "changes_builtins": "import builtins\nbuiltins.all = lambda x: True\ndef add(a, b): return 5",
    "changes_json": "import json\njson.loads = json.dumps = lambda *a, **k: {'value': 5}\ndef add(a, b): return 0",
    "poisons_the_wire": "import sys\nsys.modules['assay.verification.sandbox.inside.wire'].pack = lambda v, d=0: {'$': 'any'}\ndef add(a, b): return 0",
    "poisons_the_tests_side": "import sys\nsys.modules['assay.verification.sandbox.inside.tests_side'].judge = lambda *a: {'verdict': 'pass'}\ndef add(a, b): return 0",
    "stop_iteration": "def add(a, b):\n  if a > 70000 if isinstance(a, int) else False: raise StopIteration\n  return a + b",
    "generator_exit": "def add(a, b): raise GeneratorExit",
    "keyboard_interrupt": "def add(a, b): raise KeyboardInterrupt",
    "assertion_error": "def add(a, b): raise AssertionError",
    "memory_error": "def add(a, b): raise MemoryError",
    "gives_itself": "def add(a, b): return add",
    "endless_generator": "def add(a, b):\n  while True: yield 5",
    "not_a_number": "def add(a, b): return float('nan')",
    "deep_answer": "def add(a, b):\n  x = []\n  for _ in range(90000): x = [x]\n  return x",
    "too_long_answer": "def add(a, b): return 'x' * (1 << 25)",
    "closes_everything": "import os\nos.closerange(0, 64)\ndef add(a, b): return 0",
    "stops_itself": "import os\nos.kill(os.getpid(), 19)\ndef add(a, b): return 0",
    "never_answers": "import time\ndef add(a, b): time.sleep(60)",
    "hides_behind_getattr": "def __getattr__(name): return lambda *a: 5",
    "learns_the_example": "def add(a, b): return 5",
}  # fmt: skip
"""Every dishonest candidate by its name."""

HONEST: dict[str, str] = {
    "plain": "def add(a, b): return a + b",
    "a_lambda": "add = lambda a, b: a + b",
    "a_callable": "class Add:\n  def __call__(s, a, b): return a + b\nadd = Add()",
    "imported": "from operator import add",
}
"""Candidates that do solve it."""
