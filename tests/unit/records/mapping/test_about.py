"""A candidate is found by its name in the mapping, or by its place there."""

import pytest

from assay.core.errors import InputError
from assay.records.mapping.about import Cast

CAST = Cast(by_name={"winner": 1, "loser": 0, "7": 0}, by_place=(1, 0))


@pytest.mark.parametrize(("name", "place"), [("winner", 1), ("loser", 0), (0, 1), ("1", 0), (7, 0)])
def test_a_name_comes_before_a_place(name: object, place: int) -> None:
    """A place counts the candidates as the mapping lists them, from 0."""
    assert CAST.place(name) == place


@pytest.mark.parametrize("name", ["winer", 2, "-1", "²"])
def test_an_unknown_candidate_is_refused_with_what_there_is(name: object) -> None:
    """The message names the candidates."""
    with pytest.raises(InputError) as refused:
        CAST.place(name)
    assert refused.value.code == "unknown-candidate"
    assert "it has 2; names: winner, loser, 7" in str(refused.value.hint)


def test_a_slip_of_the_pen_is_named() -> None:
    """The nearest name is offered."""
    with pytest.raises(InputError) as refused:
        CAST.place("winer")
    assert "did you mean 'winner'?" in str(refused.value.hint)
