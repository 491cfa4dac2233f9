"""Marking calls find every assertion of tests and change nothing else that the tests do."""

from typing import Any

import pytest

from assay.verification.sandbox.inside.assertions import Assertions
from assay.verification.sandbox.inside.marking import MarkedTests
from assay.verification.sandbox.inside.syntax import TESTS_FILE


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("assert f()", ["hard"]),
        ("assert True", []),
        ("assert (f(), 'why')", ["idle"]),
        ("if not f():\n    raise ValueError", ["soft"]),
        ("if not f():\n    assert False", ["plain"]),
        ("check = self.assertEqual\ncheck(f(), 1)", ["hard"]),
        ("with self.assertRaises(ValueError):\n    f()", ["hard"]),
        ("value = f()", []),
    ],
)
def test_an_assertion_is_what_can_refuse(source: str, kinds: list[str]) -> None:
    """Constants are none, a tuple is one that is never reached, an alias is one where it is called."""
    assert [assertion.kind for assertion in MarkedTests(source).assertions] == kinds


def test_docstrings_and_future_imports_stay_first() -> None:
    """A marking call stands before neither, so marked tests load and have their texts."""
    source = (
        '"""Of all."""\nfrom __future__ import annotations\n\n'
        'def test_one():\n    """Of one."""\n    assert 1 == one()\n'
    )
    marked = Assertions(source)
    space: dict[str, Any] = {**marked.names, "one": lambda: 1}
    exec(compile(marked.tree, TESTS_FILE, "exec"), space)  # noqa: S102  our own source
    space["test_one"]()
    assert (space["__doc__"], space["test_one"].__doc__) == ("Of all.", "Of one.")
    assert marked.all_held


def test_functions_have_the_names_of_what_is_around_them() -> None:
    """A method has its class before it, and a lambda that asserts the function that holds it."""
    source = (
        "class TestAll:\n    def test_one(self):\n        run(lambda: self.assertTrue(f()))\n"
        "def helper():\n    return 1\n"
    )
    paths = [unit.path for unit in MarkedTests(source).units]
    assert paths == ["TestAll.test_one", "TestAll.test_one.<lambda>", "helper"]
