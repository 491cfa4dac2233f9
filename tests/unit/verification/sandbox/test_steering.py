"""What of tests depends on a candidate's answers is read from their source."""

import pytest

from assay.verification.sandbox.inside.steering import Flows
from assay.verification.sandbox.inside.syntax import ONLY_TREE


def depends(source: str, name: str) -> bool:
    """Whether a name depends on what `add` answers."""
    tree = compile(source, "<tests>", "exec", ONLY_TREE)
    return Flows(tree).depending({"add"}).any_of({name})


@pytest.mark.parametrize(
    "source",
    [
        "x = add(1, 2)",
        "y = add(1, 2)\nx = y + 1",
        "x: int = 0\nx += add(1, 2)",
        "x = []\nx.append(add(1, 2))",
        "x = {}\nx['a'] = add(1, 2)",
        "x = []\ny = x\ny.append(add(1, 2))",
        "import heapq\nx = []\nheapq.heappush(x, add(1, 2))",
        "for x in add(1, 2): pass",
        "kept = [x for x in add(1, 2)]",
        "print(x := add(1, 2))",
        "with add(1, 2) as x: pass",
        "match add(1, 2):\n    case {'a': x}: pass",
        "x = False\nif add(1, 2) == 3: x = True",
        "x = 0\nwhile add(x, 2) < 9: x = 1",
        "x = True\ntry:\n    add(1, 2)\nexcept ValueError:\n    x = False",
        "try:\n    add(1, 2)\nexcept ValueError as x: pass",
        "def x(): return add(1, 2)",
        "def f(x): pass\nf(add(1, 2))",
        "def f(*, x): pass\nf(x=add(1, 2))",
        "def f(out): out.append(add(1, 2))\nx = []\nf(x)",
        "def check(x): pass",
        "def f(x): pass\ncalled = map(f, [1])",
        "x = lambda: add(1, 2)",
        "import time\nx = time.time()",
        "x = open('kept').read()",
        "globals()['x'] = add(1, 2)",
    ],
)
def test_an_answer_is_followed_to_where_it_goes(source: str) -> None:
    """Through assignments, containers, loops, branches, errors, functions, files and the clock."""
    assert depends(source, "x"), source


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\ny = add(x, 2)",
        "import sys\nx = sys.platform\nsys.stdout.write(str(add(1, 2)))",
        "for x in [1, 2]: add(x, x)",
        "def f(x, y): pass\nf(1, add(1, 2))",
        "def f(y, x=1): pass\nf(add(1, 2))",
        "x = []\ny = add(1, 2)",
        "import os as x\nx.environ['kept'] = add(1, 2)",
    ],
)
def test_what_no_answer_reaches_does_not_depend(source: str) -> None:
    """Inputs, modules and parameters that other values are given to stay the tests' own."""
    assert not depends(source, "x"), source


def test_a_name_that_an_answer_binds_anew_is_known() -> None:
    """A definition under a branch, a deletion and another value in its place are."""
    for source in (
        "if add(1, 2):\n    def f(): pass",
        "def f(): pass\nif add(1, 2): del f",
        "def f(): pass\nf = f if add(1, 2) else None",
    ):
        tree = compile(source, "<tests>", "exec", ONLY_TREE)
        assert Flows(tree).depending({"add"}).binds("f"), source
    plain = compile("def f(): return add(1, 2)", "<tests>", "exec", ONLY_TREE)
    assert not Flows(plain).depending({"add"}).binds("f")
