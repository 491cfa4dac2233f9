"""Python literals and calls as text: parsed, never executed, within a budget."""

from typing import Any

import pytest

from assay.core.budget import BudgetError, WorkBudget
from assay.core.errors import InputError
from assay.records.mapping.literal import MAX_DEPTH, parse_call, parse_literal

BUDGET = 1_000_000


def literal(text: str) -> Any:
    return parse_literal(text, WorkBudget(BUDGET, "a test"))


@pytest.mark.parametrize(
    "value",
    [
        [("Hi", "user"), ("it's", "bot")],
        {"a": [1, -2, 3.5, 1e3], "b": {"c": None, "d": [True, False]}},
        "both ' and \" quotes, a \\ and\na line",
        "é\U0001f6a4\x07",
        [],
        {},
        (),
        ("alone",),
        [[], [[]]],
        1187234567890123456789,
    ],
)
def test_what_python_writes_is_read_back(value: Any) -> None:
    """The text of a value gives the value, with lists for tuples."""

    def as_lists(inner: Any) -> Any:
        if isinstance(inner, list | tuple):
            return [as_lists(item) for item in inner]
        if isinstance(inner, dict):
            return {key: as_lists(item) for key, item in inner.items()}
        return inner

    assert literal(repr(value)) == as_lists(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(1)", 1),
        ("{'x', 'y'}", ["x", "y"]),
        ("{1: 'a'}", {"1": "a"}),
        ("'a' 'b'", "ab"),
        ("r'\\d'", "\\d"),
        ("'\\x41\\u00e9\\101'", "AéA"),
        (" [ 1 , 2 , ] ", [1, 2]),
    ],
)
def test_forms_that_python_also_reads(text: str, value: Any) -> None:
    """Grouping, sets, keys that are no text, joined and raw texts, escapes, trailing commas."""
    assert literal(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2", "[1 2]", "1 2", "open('x')", "__import__('os')", "'a", "{'a': 1, 'a': 2}", "a", "1 + 1",
     "[1,,2]", "{'a': 1, 2}", "'\\U00110000'", "9" * 500, "[" * 102 + "]" * 102, "lambda: 1"],
)  # fmt: skip
def test_what_is_no_literal_is_refused_with_its_place(text: str) -> None:
    """Nothing is executed and nothing is guessed."""
    with pytest.raises(InputError) as caught:
        literal(text)
    assert caught.value.code == "broken-literal"
    assert caught.value.where.startswith("character ")


def test_lists_nest_up_to_a_limit() -> None:
    """One level more is refused before Python's own stack ends."""
    assert literal("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    with pytest.raises(InputError, match="nests too deeply"):
        literal("[" * 100_000)


def test_a_literal_takes_from_the_budget_of_its_row() -> None:
    """A text of many small values is refused before it becomes as many objects."""
    with pytest.raises(BudgetError):
        parse_literal("[" + "0," * BUDGET + "]", WorkBudget(BUDGET, "a test"))


def test_a_call_gives_its_name_and_its_named_arguments() -> None:
    """A method's name keeps its points; values are literals."""
    call = parse_call("files.cd(folder='x', deep=[1, True])", WorkBudget(BUDGET, "a test"))
    assert call == {"name": "files.cd", "arguments": {"folder": "x", "deep": [1, True]}}


@pytest.mark.parametrize(
    "text", ["cd('x')", "cd(a=1, a=2)", "cd(a=1", "cd(a=1) + 1", "1()", "cd", "cd(a=b())"]
)
def test_a_call_that_is_not_plain_is_refused(text: str) -> None:
    """An argument without a name has no parameter here, and calls inside calls are not run."""
    with pytest.raises(InputError):
        parse_call(text, WorkBudget(BUDGET, "a test"))
