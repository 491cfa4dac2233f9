"""A name of the candidate is looked up at each use, so that what a call binds anew is seen."""

from typing import Any

from assay.verification.sandbox.inside.candidate_name import Name, resolve_name


def test_a_name_is_what_it_is_bound_to_at_the_time() -> None:
    """Calls, operators, comparisons and attributes reach the value of that moment."""
    bound: list[Any] = [[1, 2]]
    name = Name(lambda: bound[0])
    assert (name == [1, 2], len(name), name.count(1)) == (True, 2, 1)
    bound[0] = int
    assert (name("7"), isinstance(7, name)) == (7, True)
    bound[0] = "text"
    assert (name + "s", str(name), hash(name)) == ("texts", "text", hash("text"))


def test_only_a_name_is_resolved() -> None:
    """A value stays as it is."""
    assert (resolve_name(Name(lambda: 1)), resolve_name([2])) == (1, [2])
