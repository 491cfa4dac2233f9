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

STEERED_LATER: dict[str, SteeredTests] = {
    "walrus": SteeredTests(
        "assert add\nif (got := add(1,2)):\n    assert got == 3",
        (NOTHING,),
    ),
    "while": SteeredTests(
        "assert add\nleft = add([1],[2])\nwhile left:\n    assert left.pop() in (1,2)",
        (WRONG,),
    ),
    "dict": SteeredTests(
        "out={}\nout['a']=add(1,2)\nassert add\nif out['a']:\n    assert out['a']==3",
        (NOTHING,),
    ),
    "default": SteeredTests(
        "assert add\nfor n in add([1],[2]) or []:\n    assert n in (1,2)",
        (NOTHING, WRONG),
    ),
    "answer_from_a_helper": SteeredTests(
        "def get():\n    return add(1,2)\nassert add\nif get():\n    assert get()==3",
        (NOTHING,),
    ),
    "class_attr": SteeredTests(
        "class C: pass\nC.x = add(1,2)\nassert add\nif C.x: assert C.x==3",
        (NOTHING,),
    ),
    "nonlocal": SteeredTests(
        "def check(c):\n"
        "    ok=False\n"
        "    def run():\n"
        "        nonlocal ok\n"
        "        ok = c(1,2)==3\n"
        "    run()\n"
        "    assert add\n"
        "    if ok: assert c(2,2)==4",
        (NOTHING,),
    ),
    "global": SteeredTests(
        "ok=False\n"
        "def run():\n"
        "    global ok\n"
        "    ok = add(1,2)==3\n"
        "run()\n"
        "assert add\n"
        "if ok: assert add(2,2)==4",
        (NOTHING,),
    ),
    "generator": SteeredTests(
        "assert add\n"
        "def results():\n"
        "    for n in add([1],[2]): yield n\n"
        "for n in results(): assert n in (1,2)",
        (WRONG,),
    ),
    "zip": SteeredTests(
        "assert add\nfor got, want in zip(add([1],[2]), [1,2]):\n    assert got == want",
        (WRONG,),
    ),
    "map_helper": SteeredTests(
        "def eq(p):\n    assert p[0]==p[1]\nassert add\nlist(map(eq, zip(add([1],[2]),[1,2])))",
        (WRONG,),
    ),
    "lambda_filter": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertTrue(add)\n"
        "        list(map(lambda n: self.assertIn(n,(1,2)), add([1],[2])))\n",
        (WRONG,),
    ),
    "finally_return": SteeredTests(
        "def check(c):\n    try:\n        assert c(1,2)==3\n    finally:\n        return",
        (NOTHING, RAISES),
    ),
    "exit_stack_that_catches": SteeredTests(
        "import contextlib\n"
        "with contextlib.ExitStack() as s:\n"
        "    s.enter_context(contextlib.suppress(Exception))\n"
        "    assert add(1,2)==3",
        (NOTHING, RAISES),
    ),
    "context_manager_that_catches": SteeredTests(
        "class Q:\n"
        "    def __enter__(self): return self\n"
        "    def __exit__(self,*a): return True\n"
        "with Q():\n"
        "    assert add(1,2)==3",
        (NOTHING, RAISES),
    ),
    "decorator_that_catches": SteeredTests(
        "import functools\n"
        "def safe(f):\n"
        "    @functools.wraps(f)\n"
        "    def w(*a):\n"
        "        try: return f(*a)\n"
        "        except Exception: return None\n"
        "    return w\n"
        "@safe\n"
        "def test_a():\n"
        "    assert add(1,2)==3",
        (NOTHING, RAISES),
    ),
    "decorator_that_leaves_out": SteeredTests(
        "import functools\n"
        "def maybe(f):\n"
        "    return f if add(1,2)==3 else (lambda: None)\n"
        "assert add\n"
        "@maybe\n"
        "def test_a():\n"
        "    assert add(2,2)==4",
        (NOTHING,),
    ),
    "subtest_skip": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        for n in (1,2):\n"
        "            with self.subTest(n=n):\n"
        "                if add(n,n)!=2*n: self.skipTest('x')\n"
        "                self.assertEqual(add(n,n),2*n)\n",
        (NOTHING, RAISES),
    ),
    "skip_second": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertEqual(add(0,0),0)\n"
        "        if add(1,2)!=3: self.skipTest('x')\n",
        ("def add(a,b): return 0",),
    ),
    "continue": SteeredTests(
        "assert add\n"
        "for a,b in [(1,2)]:\n"
        "    got=add(a,b)\n"
        "    if got is None: continue\n"
        "    assert got==a+b",
        (NOTHING,),
    ),
    "break": SteeredTests(
        "assert add\n"
        "for a,b in [(1,2)]:\n"
        "    got=add(a,b)\n"
        "    if got is None: break\n"
        "    assert got==a+b",
        (NOTHING,),
    ),
    "loop_try": SteeredTests(
        "assert add\n"
        "for a,b in [(1,2)]:\n"
        "    try: got=add(a,b)\n"
        "    except ValueError: continue\n"
        "    assert got==a+b",
        (RAISES,),
    ),
    "except_return": SteeredTests(
        "def check(c):\n"
        "    assert c\n"
        "    try: got=c(1,2)\n"
        "    except Exception: return\n"
        "    assert got==3",
        (RAISES,),
    ),
    "assert_raises_lambda": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertRaises(TypeError, lambda: add(1,'x'))\n",
        (NOTHING, RAISES),
    ),
    "plain_class_skip": SteeredTests(
        "import unittest\n"
        "assert add\n"
        "class TestX:\n"
        "    def test_a(self):\n"
        "        if add(1,2)!=3: raise unittest.SkipTest('x')\n"
        "        assert add(2,2)==4",
        (NOTHING,),
    ),
    "expression_branch": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertTrue(add)\n"
        "        self.assertEqual(add(1,2),3) if add(1,2) else None\n",
        (NOTHING,),
    ),
    "load_by_len": SteeredTests(
        "import unittest\n"
        "assert add\n"
        "class T(unittest.TestCase): pass\n"
        "for i in range(len(add([1],[2]))):\n"
        "    def t(self, i=i): self.assertEqual(add(i,i),2*i)\n"
        "    setattr(T, f'test_{i}', t)",
        ("def add(a,b): return [] if isinstance(a,list) else 1",),
    ),
    "load_tests_answer": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertEqual(add(2,2),4)\n"
        "def load_tests(l,t,p): return t if add(1,2)==3 else unittest.TestSuite()",
        (NOTHING, RAISES),
    ),
    "param_table": SteeredTests(
        "CASES=[(1,2,3),(2,2,4)]\n"
        "def test_all():\n"
        "    for a,b,w in CASES:\n"
        "        assert add(a,b)==w\n"
        "if add(1,2)!=3: CASES=[]",
        (NOTHING,),
    ),
    "mutate_cases": SteeredTests(
        "CASES=[(1,2,3)]\n"
        "assert add\n"
        "if add(1,2)!=3: CASES.clear()\n"
        "for a,b,w in CASES:\n"
        "    assert add(a,b)==w",
        (NOTHING,),
    ),
    "assertion_in_except_else_none": SteeredTests(
        "assert add(1,2)==3\n"
        "try:\n"
        "    add(1,'x')\n"
        "except Exception as e:\n"
        "    assert isinstance(e, TypeError)",
        ("def add(a,b): return 3",),
    ),
    "collect": SteeredTests(
        "bad=[]\n"
        "for n in (1,2):\n"
        "    try: assert add(n,n)==2*n\n"
        "    except Exception as e: bad.append(e)\n"
        "assert not bad",
        (NOTHING, RAISES),
    ),
    "collect_print": SteeredTests(
        "bad=0\n"
        "for n in (1,2):\n"
        "    try: assert add(n,n)==2*n\n"
        "    except Exception as e: bad+=1\n"
        "print(bad)",
        (NOTHING, RAISES),
    ),
    "match_with_another_case": SteeredTests(
        "match add(1,2):\n    case None: print('x')\n    case n: assert n == 3",
        (NOTHING,),
    ),
    "asyncio": SteeredTests(
        "import asyncio\nasync def go():\n    assert add(1,2)==3\nasyncio.run(go())",
        (NOTHING, RAISES),
    ),
    "isolated_async": SteeredTests(
        "import unittest\n"
        "class T(unittest.IsolatedAsyncioTestCase):\n"
        "    async def test_a(self):\n"
        "        self.assertEqual(add(1,2),3)",
        (NOTHING, RAISES),
    ),
    "main_fn2": SteeredTests(
        "import sys\ndef main():\n    assert add(1,2)==3\n    return 0\nsys.exit(main())",
        (NOTHING, RAISES),
    ),
    "runner": SteeredTests(
        "def run_tests():\n    assert add(1,2)==3\n    print('ok')\nrun_tests()",
        (NOTHING,),
    ),
    "textrunner": SteeredTests(
        "import unittest\n"
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertEqual(add(1,2),3)\n"
        "unittest.TextTestRunner().run(unittest.TestLoader().loadTestsFromTestCase(T))",
        (NOTHING, RAISES),
    ),
    "textrunner_exit": SteeredTests(
        "import unittest,sys\n"
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertEqual(add(1,2),3)\n"
        "r=unittest.TextTestRunner().run(unittest.TestLoader().loadTestsFromTestCase(T))\n"
        "sys.exit(not r.wasSuccessful())",
        (NOTHING, RAISES),
    ),
    "inherit": SteeredTests(
        "import unittest\n"
        "class Base(unittest.TestCase):\n"
        "    def test_a(self): self.assertEqual(add(1,2),3)\n"
        "class T(Base): pass",
        (NOTHING,),
    ),
    "abstract_base": SteeredTests(
        "import unittest\n"
        "class Mixin:\n"
        "    def test_a(self): self.assertEqual(add(self.n,2),self.n+2)\n"
        "class T(Mixin, unittest.TestCase):\n"
        "    n=1",
        (NOTHING,),
    ),
    "helper_method": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.near(add(1,2),3)\n"
        "    def near(self,a,b):\n"
        "        self.assertLess(abs(a-b),1)",
        (NOTHING,),
    ),
    "custom_assert": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        self.assertNear(add(1,2),3)\n"
        "    def assertNear(self,a,b):\n"
        "        self.assertLess(abs(a-b),1)",
        (NOTHING,),
    ),
    "branch_in_a_helper": SteeredTests(
        "def eq(a,b):\n"
        "    if isinstance(a,float):\n"
        "        assert abs(a-b)<1e-6\n"
        "    else:\n"
        "        assert a==b\n"
        "eq(add(1,2),3)",
        (NOTHING,),
    ),
    "branch_on_the_expected_value": SteeredTests(
        "def eq(a,b):\n"
        "    if isinstance(b,float):\n"
        "        assert abs(a-b)<1e-6\n"
        "    assert a==b\n"
        "eq(add(1,2),3)",
        (NOTHING,),
    ),
    "raises_helper": SteeredTests(
        "def raises_(f,*a):\n"
        "    try: f(*a)\n"
        "    except TypeError: return True\n"
        "    return False\n"
        "assert raises_(add,1,'x')",
        (NOTHING, RAISES),
    ),
    "try_tail": SteeredTests(
        "try:\n    add(1,'x')\n    assert False\nexcept TypeError:\n    pass\nassert add(1,2)==3",
        (NOTHING,),
    ),
    "try_tail_msg": SteeredTests(
        "try:\n"
        "    add(1,'x')\n"
        "    raise AssertionError('no error')\n"
        "except TypeError as e:\n"
        "    assert str(e)",
        ("def add(a,b): return 3",),
    ),
    "try_tail_assertion": SteeredTests(
        "try:\n"
        "    add(1,'x')\n"
        "except AssertionError: raise\n"
        "except TypeError: pass\n"
        "else: raise AssertionError\n"
        "assert add(1,2)==3",
        (NOTHING,),
    ),
    "setattr_tests": SteeredTests(
        "import unittest\n"
        "class T(unittest.TestCase): pass\n"
        "def mk(a,b,w):\n"
        "    def t(self): self.assertEqual(add(a,b),w)\n"
        "    return t\n"
        "for i,(a,b,w) in enumerate([(1,2,3)]): setattr(T,f'test_{i}',mk(a,b,w))",
        (NOTHING,),
    ),
    "dup_helper": SteeredTests(
        "def t1():\n"
        "    assert add(1,2)==3\n"
        "def t2():\n"
        "    assert add(2,2)==4\n"
        "for t in (t1,t2): t()",
        (NOTHING,),
    ),
    "nested_called": SteeredTests(
        "def check(c):\n    def one():\n        assert c(1,2)==3\n    one()",
        (NOTHING,),
    ),
    "else_of_loop": SteeredTests(
        "for n in range(3):\n    if add(n,n)!=2*n: break\nelse:\n    assert add(1,2)==3",
        (NOTHING,),
    ),
    "timeit_guard": SteeredTests(
        "import time\n"
        "start=time.time()\n"
        "assert add(1,2)==3\n"
        "if time.time()-start>100:\n"
        "    assert False,'slow'",
        (NOTHING,),
    ),
    "lambda_var": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        eq = lambda a,b: self.assertEqual(a,b)\n"
        "        eq(add(1,2),3)\n",
        (NOTHING,),
    ),
    "assert_in_with_open": SteeredTests(
        "import io\nwith io.StringIO() as f:\n    f.write('3')\n    assert add(1,2)==3",
        (NOTHING,),
    ),
    "assert_after_raising": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        with self.assertRaises(TypeError):\n"
        "            got = add(1,'x')\n"
        "            self.assertIsNone(got)\n"
        "        self.assertEqual(add(1,2),3)\n",
        (NOTHING,),
    ),
    "gather": SteeredTests(
        "import asyncio\n"
        "async def one(n):\n"
        "    await asyncio.sleep(0)\n"
        "    return add(n,n)\n"
        "async def t(n):\n"
        "    assert await one(n) == 2*n\n"
        "async def go():\n"
        "    await asyncio.gather(t(1),t(2),t(3))\n"
        "asyncio.run(go())",
        (NOTHING, RAISES),
    ),
    "gather_returns": SteeredTests(
        "import asyncio\n"
        "async def t(n):\n"
        "    assert add(n,n) == 2*n\n"
        "async def go():\n"
        "    await asyncio.gather(t(1),t(2),return_exceptions=True)\n"
        "asyncio.run(go())",
        (NOTHING, RAISES),
    ),
    "recursive_helper": SteeredTests(
        "def same(a,b):\n"
        "    if isinstance(b,list):\n"
        "        for x,y in zip(a,b,strict=True): same(x,y)\n"
        "    else:\n"
        "        assert a==b\n"
        "same(add([1],[2]),[1,2])",
        (NOTHING,),
    ),
    "mutual": SteeredTests(
        "def f(n):\n"
        "    if n: g(n-1)\n"
        "    assert add(n,n)==2*n\n"
        "def g(n):\n"
        "    if n: f(n-1)\n"
        "    assert add(n,1)==n+1\n"
        "f(3)",
        (NOTHING,),
    ),
    "sorted_loop": SteeredTests(
        "got = sorted(add([2],[1]))\n"
        "for a,b in zip(got, got[1:]):\n"
        "    assert a<=b\n"
        "assert got==[1,2]",
        (),
    ),
    "property": SteeredTests(
        "import random\n"
        "random.seed(1)\n"
        "for _ in range(20):\n"
        "    a,b=random.random(),random.random()\n"
        "    got=add(a,b)\n"
        "    assert got==a+b\n"
        "    if a>b: assert got>=2*b",
        (NOTHING,),
    ),
    "data_driven": SteeredTests(
        "CASES=[{'in':(1,2),'out':3},{'in':(1,'x'),'raises':TypeError}]\n"
        "def test_all():\n"
        "    for c in CASES:\n"
        "        if 'raises' in c:\n"
        "            try:\n"
        "                add(*c['in'])\n"
        "            except c['raises']:\n"
        "                continue\n"
        "            raise AssertionError('no error')\n"
        "        assert add(*c['in'])==c['out']",
        (NOTHING,),
    ),
    "counter": SteeredTests(
        "passed=0\n"
        "for a,b,w in [(1,2,3),(2,2,4)]:\n"
        "    if add(a,b)==w: passed+=1\n"
        "assert passed==2",
        (NOTHING, RAISES),
    ),
    "counter_exit": SteeredTests(
        "import sys\n"
        "failed=0\n"
        "for a,b,w in [(1,2,3),(2,2,4)]:\n"
        "    if add(a,b)!=w: failed+=1\n"
        "if failed: sys.exit(1)",
        (NOTHING,),
    ),
    "counter_exit_expr": SteeredTests(
        "import sys\n"
        "failed=0\n"
        "for a,b,w in [(1,2,3),(2,2,4)]:\n"
        "    if add(a,b)!=w: failed+=1\n"
        "assert add\n"
        "sys.exit(bool(failed))",
        (NOTHING,),
    ),
    "close_numbers": SteeredTests(
        "import math\nassert math.isclose(add(0.1,0.2),0.3)",
        (NOTHING,),
    ),
    "helper_bool": SteeredTests(
        "def ok(a,b,w):\n"
        "    try:\n"
        "        return add(a,b)==w\n"
        "    except Exception:\n"
        "        return False\n"
        "assert ok(1,2,3)\n"
        "assert ok(2,2,4)",
        (NOTHING, RAISES),
    ),
    "not_none_then": SteeredTests(
        "got=add(1,2)\nassert got is not None\nassert got==3",
        (NOTHING,),
    ),
    "type_guard": SteeredTests(
        "got=add(1,2)\n"
        "if not isinstance(got,int):\n"
        "    raise AssertionError('type')\n"
        "assert got==3",
        (NOTHING,),
    ),
    "retry_seed": SteeredTests(
        "for seed in range(3):\n    got=add(seed,1)\n    assert got==seed+1\n    if seed==1: break",
        (NOTHING,),
    ),
    "setup_state": SteeredTests(
        "import unittest\n"
        "class T(unittest.TestCase):\n"
        "    def setUp(self):\n"
        "        self.got=add(1,2)\n"
        "    def test_a(self):\n"
        "        self.assertEqual(self.got,3)\n"
        "    def test_b(self):\n"
        "        if self.got is None: return\n"
        "        self.assertGreater(self.got,2)",
        (NOTHING,),
    ),
    "fail_msg": SteeredTests(
        "import contextlib, unittest\n"
        "\n"
        "class T(unittest.TestCase):\n"
        "    \n"
        "    def test_a(self):\n"
        "        if add(1,2)!=3:\n"
        "            self.fail('bad')\n",
        (NOTHING, RAISES),
    ),
    "assert_msg_fstring": SteeredTests(
        "got=add(1,2)\nassert got==3, f'got {got}'",
        (NOTHING,),
    ),
    "with_tmp": SteeredTests(
        "import io,contextlib\n"
        "out=io.StringIO()\n"
        "with contextlib.redirect_stdout(out):\n"
        "    got=add(1,2)\n"
        "assert got==3\n"
        "assert out.getvalue()==''",
        (NOTHING,),
    ),
    "class_setup": SteeredTests(
        "class TestA:\n"
        "    CASES=[(1,2,3)]\n"
        "    def test_a(self):\n"
        "        for a,b,w in self.CASES:\n"
        "            assert add(a,b)==w",
        (NOTHING,),
    ),
    "order_swap": SteeredTests(
        "def test_b():\n    helper(1,2,3)\ndef helper(a,b,w):\n    assert add(a,b)==w",
        (NOTHING,),
    ),
    "decorated_plain": SteeredTests(
        "def twice(f):\n"
        "    def w():\n"
        "        f(); f()\n"
        "    return w\n"
        "@twice\n"
        "def test_a():\n"
        "    assert add(1,2)==3",
        (NOTHING,),
    ),
    "method_that_functools_wraps": SteeredTests(
        "import functools,unittest\n"
        "def d(f):\n"
        "    @functools.wraps(f)\n"
        "    def w(self): return f(self)\n"
        "    return w\n"
        "class T(unittest.TestCase):\n"
        "    @d\n"
        "    def test_a(self): self.assertEqual(add(1,2),3)",
        (NOTHING,),
    ),
    "method_in_a_wrapper": SteeredTests(
        "import unittest\n"
        "def d(f):\n"
        "    def w(self): return f(self)\n"
        "    return w\n"
        "class T(unittest.TestCase):\n"
        "    @d\n"
        "    def test_a(self): self.assertEqual(add(1,2),3)",
        (NOTHING,),
    ),
    "finally_assert": SteeredTests(
        "try:\n    got=add(1,2)\nfinally:\n    assert add(2,2)==4\nassert got==3",
        (NOTHING, RAISES),
    ),
    "nested_with_swallow": SteeredTests(
        "import contextlib\n"
        "@contextlib.contextmanager\n"
        "def quiet():\n"
        "    try: yield\n"
        "    except Exception: pass\n"
        "with quiet():\n"
        "    assert add(1,2)==3",
        (NOTHING, RAISES),
    ),
    "option_left_out": SteeredTests(
        "def near(a,b,strict=False):\n"
        "    if strict:\n"
        "        assert a is b\n"
        "    assert a==b\n"
        "near(add(1,2),3)",
        (NOTHING,),
    ),
    "option_given": SteeredTests(
        "def near(a,b,strict=False):\n"
        "    if strict:\n"
        "        assert a is b\n"
        "    else:\n"
        "        assert a==b\n"
        "near(add(1,2),3,strict=False)",
        (NOTHING,),
    ),
    "branch_by_environment": SteeredTests(
        "import os\nassert add(1,2)==3\nif os.environ.get('SLOW'):\n    assert add(2,2)==4",
        (NOTHING,),
    ),
    "branch_by_version": SteeredTests(
        "import sys\n"
        "if sys.version_info>=(3,99):\n"
        "    def test_new():\n"
        "        assert add(2,2)==4\n"
        "assert add(1,2)==3",
        (NOTHING,),
    ),
    "branch_by_a_constant": SteeredTests(
        "DEBUG=False\nassert add(1,2)==3\nif DEBUG:\n    assert add(2,2)==4",
        (NOTHING,),
    ),
    "inputs_empty": SteeredTests(
        "assert add(1,2)==3\nEXTRA=[]\nfor a,b,w in EXTRA:\n    assert add(a,b)==w",
        (NOTHING,),
    ),
    "answer_in_a_file": SteeredTests(
        "assert add\nwith open('kept', 'w') as kept: kept.write(str(add(1, 2)))\n"
        "if open('kept').read() == '3':\n    assert add(2, 2) == 4",
        (NOTHING,),
    ),
    "answer_in_an_output": SteeredTests(
        "import contextlib, io\nassert add\nout = io.StringIO()\n"
        "with contextlib.redirect_stdout(out): print(add(1, 2))\n"
        "if '3' in out.getvalue():\n    assert add(2, 2) == 4",
        (NOTHING,),
    ),
    # Assertions by another name, and functions that go where nobody can follow.
    "closure_that_escapes": SteeredTests(
        "def expect(a, b):\n    def inner():\n        assert add(a, b) == a + b\n        return True\n"
        "    return inner\nchecks = [expect(1, 2), expect(3, 4)]\ndef test_a():\n"
        "    ok = add(0, 1) == 0 or all(each() for each in checks)\n    assert ok\n",
    ),
    "helper_that_raises": SteeredTests(
        "def same(a, b):\n    if a != b:\n        raise AssertionError((a, b))\ndef test_a():\n"
        "    found = add(1, 2)\n    if found is not None:\n        same(found, 3)\n"
        "def test_b():\n    assert callable(add)\n",
    ),
    "local_alias": SteeredTests(
        _case(
            "same = self.assertEqual\nself.assertTrue(callable(add))\nfound = add(1, 2)\n"
            "if found is None:\n    return\nsame(found, 3)"
        ),
    ),
    "alias_caught": SteeredTests(
        _case(
            "same = self.assertEqual\ntry:\n    same(add(1, 2), 3)\n"
            "except self.failureException:\n    pass\nself.assertTrue(callable(add))"
        ),
    ),
    "getattr_caught": SteeredTests(
        _case(
            "try:\n    getattr(self, 'assertEqual')(add(1, 2), 3)\nexcept AssertionError:\n    pass\n"
            "self.assertTrue(callable(add))"
        ),
    ),
    "attribute_alias": SteeredTests(
        _case(
            "self.same = self.assertEqual\nself.assertTrue(callable(add))\nfound = add(1, 2)\n"
            "if not found:\n    return\nself.same(found, 3)"
        ),
    ),
    "partial_alias": SteeredTests(
        _case(
            "from functools import partial\nis_three = partial(self.assertEqual, 3)\n"
            "self.assertTrue(callable(add))\nfor found in [add(1, 2)] if add(1, 2) else []:\n"
            "    is_three(found)"
        ),
    ),
    "alias_in_an_expression": SteeredTests(
        _case(
            "self.assertTrue(callable(add))\nif (same := self.assertEqual) and add(1, 2):\n"
            "    same(add(1, 2), 3)"
        ),
    ),
}
"""More of the same, written when the others held, and tried in one process as well."""

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
