"""Tests of `add(a, b)` whose course an answer can steer, and tests that are at fault by themselves."""

from typing import NamedTuple

RIGHT = "def add(a, b): return a + b"
WRONG = "def add(a, b): return type(a)()"
"""Answers 0, an empty text or an empty list."""
NOTHING = "def add(a, b): return None"
RAISES = "def add(a, b): raise ValueError('no')"
ASSERTS = "def add(a, b): raise AssertionError('no')"
ENDLESS = "def add(a, b): return [3] * 3 if isinstance(a, list) else 7"


class SteeredTests(NamedTuple):
    """Tests that right code passes, and nobody else."""

    tests: str
    """Their source."""
    evasive: tuple[str, ...] = (NOTHING, RAISES)
    """Candidates that try to lead past what is asserted."""
    wrong: str = WRONG
    """A wrong candidate."""


def _case(body: str, before: str = "", decorator: str = "") -> str:
    """A `unittest` class with one test."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return (
        f"import contextlib, unittest\n{before}\nclass T(unittest.TestCase):\n"
        f"    {decorator}\n    def test_a(self):\n{lines}\n"
    )


STEERED: dict[str, SteeredTests] = {
    # Skips that the answer chooses.
    "skip_if_decorator": SteeredTests(
        _case("self.assertEqual(add(2, 2), 4)", decorator="@unittest.skipIf(add(1, 2) != 3, 'x')")
    ),
    "skip_unless_decorator": SteeredTests(
        _case("self.assertEqual(add(2, 2), 4)", decorator="@unittest.skipUnless(add(1, 2) == 3, 'x')")
    ),
    "skip_test_method": SteeredTests(
        _case("if add(1, 2) != 3:\n    self.skipTest('x')\nself.assertEqual(add(2, 2), 4)")
    ),
    "skip_test_raised": SteeredTests(
        _case("got = add(1, 2)\nif got != 3:\n    raise unittest.SkipTest('x')\nself.assertEqual(got, 3)")
    ),
    "skip_beside_an_assertion_that_holds": SteeredTests(
        "assert type(add) is not int\n"
        + _case("if not add(1, 2):\n    self.skipTest('x')\nself.assertEqual(add(2, 2), 4)")
    ),
    "skip_in_set_up": SteeredTests(
        _case("self.assertEqual(add(2, 2), 4)")
        + "    def setUp(self):\n        if add(1, 2) != 3: self.skipTest('x')\n"
    ),
    "skip_in_set_up_of_the_class": SteeredTests(
        _case("self.assertEqual(add(2, 2), 4)")
        + "    @classmethod\n    def setUpClass(cls):\n"
        "        if add(1, 2) != 3: raise unittest.SkipTest('x')\n"
    ),
    "skip_in_set_up_of_the_module": SteeredTests(
        "import unittest\ndef setUpModule():\n    if add(1, 2) != 3: raise unittest.SkipTest('x')\n"
        + _case("self.assertEqual(add(2, 2), 4)")
    ),
    "skip_on_the_class": SteeredTests(
        "import unittest\n@unittest.skipIf(add(1, 2) != 3, 'x')\nclass T(unittest.TestCase):\n"
        "    def test_a(self): self.assertEqual(add(2, 2), 4)"
    ),
    "skip_in_a_helper": SteeredTests(
        _case(
            "need(add(1, 2) == 3)\nself.assertEqual(add(2, 2), 4)",
            "def need(held):\n    if not held: raise unittest.SkipTest('x')",
        )
    ),
    "sys_exit_at_the_answer": SteeredTests(
        "import sys\nif add(1, 2) != 3: sys.exit()\nassert add(2, 2) == 4"
    ),
    "sys_exit_after_the_last_assertion": SteeredTests(
        "import sys\nassert add(0, 0) == 0\nif add(1, 2) != 3: sys.exit(0)",
        ("def add(a, b): return 0",),
    ),
    "hard_exit_at_the_answer": SteeredTests(
        "import os\nif add(1, 2) != 3: os._exit(0)\nassert add(2, 2) == 4"
    ),
    "signal_at_the_answer": SteeredTests(
        "import os\nif add(1, 2) != 3: os.kill(os.getpid(), 15)\nassert add(2, 2) == 4"
    ),
    # Definitions that the answer chooses.
    "test_defined_by_the_answer": SteeredTests(
        "assert add(0, 0) in (0, None)\nif add(1, 2):\n    def test_a():\n        assert add(1, 2) == 3",
        (NOTHING,),
    ),
    "class_defined_by_the_answer": SteeredTests(
        "import unittest\nif add(1, 2) == 3:\n    class T(unittest.TestCase):\n"
        "        def test_a(self): self.assertEqual(add(2, 2), 4)"
    ),
    "test_replaced_by_the_answer": SteeredTests(
        "def test_a():\n    assert add(1, 2) == 3\nif add(2, 2) != 4: test_a = None"
    ),
    "test_deleted_by_the_answer": SteeredTests(
        "def test_a():\n    assert add(1, 2) == 3\nif add(2, 2) != 4: del test_a"
    ),
    "test_with_a_fixture_by_the_answer": SteeredTests(
        "if add(1, 2) == 3:\n    def test_a():\n        assert add(2, 2) == 4\n"
        "else:\n    def test_a(numbers):\n        assert add(2, 2) == 4"
    ),
    "import_by_the_answer": SteeredTests(
        "if add(1, 2) != 3:\n    import no_such_module\nassert add(2, 2) == 4"
    ),
    "tests_made_by_the_answer": SteeredTests(
        "import unittest\nclass T(unittest.TestCase): pass\ndef made(n):\n    def test(self):\n"
        "        self.assertEqual(add(n, n), 2 * n)\n    return test\n"
        "for n in add([1], [2]): setattr(T, f'test_{n}', made(n))"
    ),
    # Branches and loops that the answer chooses.
    "loop_over_the_answer": SteeredTests(
        "assert add(0, 0) in (0, None)\nfor n in add([3], [3]):\n    assert n == 3",
        ("def add(a, b): return [] if a else 0",), wrong=ENDLESS,
    ),
    "comprehension_over_the_answer": SteeredTests(
        _case("[self.assertEqual(n, 3) for n in add([3], [3])]"), wrong="def add(a, b): return [4]"
    ),
    "comprehension_beside_an_assertion": SteeredTests(
        _case("self.assertIsNotNone(self)\n[self.assertEqual(n, 3) for n in add([3], [3])]"),
        wrong="def add(a, b): return [4]",
    ),
    "loop_over_a_kept_answer": SteeredTests(
        "kept = []\nkept.extend(add([3], [3]))\nassert add\nfor n in kept:\n    assert n == 3",
        (WRONG,), wrong="def add(a, b): return [4]",
    ),
    "branch_on_the_answer": SteeredTests(
        "got = add(1, 2)\nassert add(0, 0) in (0, None)\nif got:\n    assert got == 3",
        (NOTHING,),
    ),
    "branch_on_a_mark": SteeredTests(
        "right = False\nif add(1, 2) == 3:\n    right = True\nassert add\nif right:\n    assert add(2, 2) == 4"
    ),
    "branch_on_an_attribute": SteeredTests(
        _case("self.got = add(1, 2)\nself.assertTrue(add)\nif self.got:\n    self.assertEqual(self.got, 3)"),
        (NOTHING,),
    ),
    "short_circuit": SteeredTests(
        _case("self.assertTrue(add)\nadd(1, 2) and self.assertEqual(add(1, 2), 3)"), (NOTHING,),
        wrong="def add(a, b): return 7",
    ),
    "early_return": SteeredTests(
        "def check(c):\n    assert c(0, 0) in (0, None)\n    if not c(1, 2): return\n    assert c(1, 2) == 3",
        (NOTHING,),
    ),
    "helper_that_the_answer_calls": SteeredTests(
        "def three(n):\n    assert n == 3\nassert add\nif add(1, 2): three(add(1, 2))", (NOTHING,)
    ),
    "match_on_the_answer": SteeredTests(
        "assert add\nmatch add(1, 2):\n    case int() as n if n:\n        assert n == 3", (NOTHING,)
    ),
    "handler_that_asserts": SteeredTests(
        "assert add(1, 2) == 3\ntry:\n    add(1, 'x')\nexcept TypeError as error:\n    assert str(error)",
        ("def add(a, b): return 3",),
    ),
    # Errors that the tests catch.
    "suppress": SteeredTests(
        "import contextlib\nassert add\nwith contextlib.suppress(ValueError, TypeError):\n"
        "    got = add(1, 2)\n    assert got == 3"
    ),
    "suppress_alone": SteeredTests(
        "import contextlib\nwith contextlib.suppress(Exception):\n    assert add(1, 2) == 3",
        (NOTHING, RAISES, ASSERTS),
    ),
    "suppress_assertion_error": SteeredTests(
        "import contextlib\nassert add\nwith contextlib.suppress(AssertionError):\n    assert add(1, 2) == 3",
        (NOTHING, ASSERTS),
    ),
    "except_assertion_error": SteeredTests(
        "try:\n    assert add(1, 2) == 3\nexcept AssertionError:\n    pass", (NOTHING, ASSERTS)
    ),
    "except_exception": SteeredTests(
        "try:\n    assert add(1, 2) == 3\nexcept Exception:\n    print('oh')", (NOTHING, RAISES, ASSERTS)
    ),
    "bare_except": SteeredTests(
        "try:\n    assert add(1, 2) == 3\nexcept:\n    pass", (NOTHING, RAISES, ASSERTS)
    ),
    "except_around_a_unittest_assertion": SteeredTests(
        _case("try:\n    self.assertEqual(add(1, 2), 3)\nexcept AssertionError:\n    pass"),
        (NOTHING, ASSERTS),
    ),
    "except_around_assert_raises": SteeredTests(
        _case("try:\n    with self.assertRaises(TypeError):\n        add(1, 'x')\nexcept AssertionError:\n    pass"),
        (NOTHING,),
    ),
    "except_around_a_helper": SteeredTests(
        "def three(n):\n    assert n == 3\ntry:\n    three(add(1, 2))\nexcept Exception:\n    pass"
    ),
    "refusal_under_a_broad_except": SteeredTests(
        "try:\n    add(1, 'x')\n    assert False, 'it took a text'\nexcept TypeError:\n    pass\nexcept Exception:\n    pass",
        ("def add(a, b): return 3",),
    ),
    "raise_under_a_broad_except": SteeredTests(
        "try:\n    if add(1, 2) != 3:\n        raise ValueError('wrong')\nexcept Exception:\n    pass"
    ),
    "fail_under_a_bare_except": SteeredTests(
        _case("try:\n    if add(1, 2) != 3: self.fail('wrong')\nexcept:\n    pass")
    ),
    "returned_from_finally": SteeredTests(
        "def check(c):\n    for n in [1]:\n        try:\n            assert c(n, 2) == 3\n"
        "        finally:\n            break"
    ),
    "retry": SteeredTests(
        "for n in range(3):\n    try:\n        assert add(n, n) == 2 * n\n"
        "    except AssertionError:\n        continue"
    ),
    "sub_test": SteeredTests(
        _case("for n in (1, 2):\n    with self.subTest(n=n):\n        self.assertEqual(add(n, n), 2 * n)")
    ),
    "expected_failure": SteeredTests(
        _case("self.assertEqual(add(1, 2), 0)", decorator="@unittest.expectedFailure"),
        (RAISES, ASSERTS),
    ),
    # Failures on purpose, and what right code passes.
    "assertion_that_must_not_hold": SteeredTests(
        _case("with self.assertRaises(AssertionError):\n    self.assertEqual(add(1, 2), 0)\nself.assertEqual(add(2, 2), 4)")
    ),
    "try_else_that_must_not_hold": SteeredTests(
        "try:\n    assert add(1, 2) == 0\nexcept AssertionError:\n    pass\nelse:\n    raise ValueError('equal')\n"
        "assert add(2, 2) == 4"
    ),
    "main_guard": SteeredTests(
        _case("self.assertEqual(add(1, 2), 3)") + "if __name__ == '__main__':\n    unittest.main()"
    ),
    "main_without_a_guard": SteeredTests(_case("self.assertEqual(add(1, 2), 3)") + "unittest.main()"),
    "exit_at_the_end": SteeredTests("import sys\nassert add(1, 2) == 3\nsys.exit(0)"),
    "class_made_by_type": SteeredTests(
        "import unittest\ndef test(self): self.assertEqual(add(1, 2), 3)\n"
        "T = type('T', (unittest.TestCase,), {'test_a': test})"
    ),
    "function_made_by_hand": SteeredTests(
        "def made(n):\n    def run():\n        assert add(n, n) == 2 * n\n    return run\n"
        "for n in (1, 2): globals()[f'test_{n}'] = made(n)"
    ),
    "set_up_of_the_module": SteeredTests(
        "NUMBERS = []\ndef setUpModule(): NUMBERS.append(1)\n"
        + _case("self.assertEqual(add(NUMBERS[0], 2), 3)")
    ),
    "either_or": SteeredTests(
        "got = add(1, 2)\nif isinstance(got, list):\n    assert got == [3]\nelse:\n    assert got == 3"
    ),
    "value_or_error": SteeredTests(
        "try:\n    got = add(1, 'x')\nexcept TypeError as error:\n    assert 'str' in str(error)\n"
        "else:\n    assert got == '1x'",
    ),
    "branch_by_platform": SteeredTests(
        "import sys\nassert add(1, 2) == 3\nif sys.platform == 'win32':\n    assert add(2, 2) == 4"
    ),
    "loop_over_nothing": SteeredTests(
        "assert add(1, 2) == 3\nfor n in []:\n    assert add(n, n) == 0"
    ),
    "cases_that_are_left_out": SteeredTests(
        "for a, b, why in [(1, 2, ''), (2, 2, 'slow')]:\n    if why: continue\n    assert add(a, b) == a + b"
    ),
    "constant_beside_an_assertion": SteeredTests("assert (add(1, 2), 'x')\nassert True\nassert add(1, 2) == 3"),
    "clean_up_that_asserts": SteeredTests(
        _case("self.addCleanup(lambda: self.assertEqual(add(1, 2), 3))\nself.assertTrue(add)")
    ),
    "tear_down_that_asserts": SteeredTests(
        _case("self.assertTrue(add)") + "    def tearDown(self): self.assertEqual(add(1, 2), 3)"
    ),
}  # fmt: skip
"""Right code passes; no other candidate passes, or is counted neither way."""

AT_FAULT: dict[str, str] = {
    "skipped_always": "add(1, 2)\n" + _case("self.assertEqual(add(1, 2), 3)", decorator="@unittest.skip('x')"),
    "skip_test_always": _case("add(1, 2)\nself.skipTest('x')\nself.assertEqual(add(1, 2), 3)"),
    "tuple_that_is_always_true": "assert (add(1, 2) == 3, 'x')",
    "true_that_is_always_true": "add(1, 2)\nassert True",
    "nested_function_that_nobody_calls": (
        "def check(c):\n    assert c(0, 0) in (0, None)\n    def inner():\n        assert c(1, 2) == 3"
    ),
    "lambda_that_nobody_calls": _case(
        "add(1, 2)\nself.assertTrue(add)\nlater = lambda: self.assertEqual(add(1, 2), 3)"
    ),
    "documentation_alone": "'''\n>>> add(1, 2)\n3\n'''",
    "exit_before_the_assertion": "import sys\nadd(1, 2)\nsys.exit()\nassert add(1, 2) == 3",
    "assertion_of_their_own_that_is_caught": (
        "add(1, 2)\nassert add\ntry:\n    assert 1 > 2\nexcept AssertionError:\n    pass"
    ),
    "loop_over_nothing_alone": "add(1, 2)\nfor n in []:\n    assert add(n, n) == 0",
    "test_that_is_hidden": (
        "def test_a():\n    assert add(1, 2) == 3\ndef test_a():\n    assert add"
    ),
    "list_of_functions_that_nobody_calls": (
        "add(1, 2)\nassert add\ndef three():\n    assert add(1, 2) == 3\nALL = [three]"
    ),
}  # fmt: skip
"""No candidate has a part in it: all of them end in `error`."""
