"""JSONPath over a row: within a budget, and by names and positions to one value at most."""

import pytest

from assay.core.budget import BudgetError, WorkBudget
from assay.core.errors import InputError
from assay.records.mapping.json_path import MEMBER, NODE, compile_path

ROW = {"turns": [{"who": "a", "text": "one"}, {"who": "b", "text": "two"}]}


def _values(path: str, budget: int = 10**9) -> list[object]:
    return compile_path(path).find(ROW, WorkBudget(budget, "a row"))


@pytest.mark.parametrize(
    ("path", "values", "single"),
    [
        ("$.turns[0].text", ["one"], True),
        ("$.turns[*].text", ["one", "two"], False),
        ("$.turns[?@.who == 'b'].text", ["two"], False),
        ("$.turns[?search(@.text, '^t')].who", ["b"], False),
        ("$.turns[?match(@.text, 'o')].who", [], False),
        ("$.nothing", [], True),
    ],
)
def test_a_path_gives_its_values(path: str, values: list[object], single: bool) -> None:
    """Whether it can give several is seen from the path alone."""
    assert _values(path) == values
    assert compile_path(path).is_single is single


@pytest.mark.parametrize("path", ["turns", "$.turns[", "$.."])
def test_what_is_no_path_is_refused(path: str) -> None:
    """The refusal repeats it."""
    with pytest.raises(ValueError, match="is not a JSONPath"):
        compile_path(path)


def test_each_node_costs() -> None:
    """A path that visits more nodes than the budget pays for is ended."""
    nodes = 2 * NODE + 2 * MEMBER + 1000
    assert _values("$.turns", budget=nodes)
    with pytest.raises(BudgetError):
        _values("$.turns[*].text", budget=nodes)


def test_a_pattern_that_is_none_names_the_path() -> None:
    """It is seen when the path is followed, and is a fault of the input."""
    with pytest.raises(InputError) as refused:
        _values("$.turns[?search(@.text, '(')]")
    assert refused.value.code == "bad-pattern"
