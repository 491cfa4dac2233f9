"""Each assertion that was not reached has one cause: an answer, a branch of the tests, or a fault."""

import pytest

from assay.verification.sandbox.inside.assertions import Assertions
from assay.verification.sandbox.inside.syntax import TESTS_FILE


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("if f():\n    assert f() == 1", "answer"),
        ("for item in f():\n    assert item == 1", "answer"),
        ("answer = f()\nwhile answer:\n    assert answer == 1", "answer"),
        ("import sys\nif sys.platform == 'none':\n    assert f() == 1", "branch"),
        ("for item in ():\n    assert f() == item", "branch"),
        ("def helper():\n    assert f() == 1", "fault"),
        ("class Helpers:\n    def run(self):\n        assert f() == 1", "fault"),
        ("def helper():\n    assert f() == 1\nf() and helper()", "answer"),
        ("def one():\n    two()\n    assert f()\ndef two():\n    one()\n    assert f()", "fault"),
    ],
)
def test_a_cause_is_the_first_that_kept_the_tests_from_an_assertion(
    source: str, cause: str
) -> None:
    """What an answer decides is told from a branch of the tests and from what nothing calls."""
    assertions = Assertions(source)
    space = {**assertions.names, "f": list}
    exec(compile(assertions.tree, TESTS_FILE, "exec"), space)  # noqa: S102  our own source
    causes = [why for _, why in assertions.unreached_with_causes(assertions.depending({"f"}))]
    assert set(causes) == {cause}
