"""A name that is in no list is refused with the nearest one, for every interface alike."""

import pytest

from assay.core.choices import nearest, nearest_few, proposal, refuse_unknown
from assay.core.errors import UsageError


def test_a_name_of_the_list_passes() -> None:
    """What is there is not refused."""
    refuse_unknown("kind", "preference", ["preference", "critique"])


def test_a_name_outside_the_list_is_refused_with_the_nearest_and_all_others() -> None:
    """The hint holds both, and the error says where the name stood."""
    with pytest.raises(UsageError, match="there is no kind 'preferense'") as refusal:
        refuse_unknown("kind", "preferense", ["preference", "critique"], where="kind")
    assert (refusal.value.code, refusal.value.where) == ("unknown-kind", "kind")
    assert refusal.value.hint == "did you mean 'preference'? there are: preference, critique"


def test_a_name_that_is_near_none_gets_no_proposal() -> None:
    """A far proposal would mislead."""
    assert nearest("zebra", ["preference", "critique"]) is None


def test_several_near_names_come_nearest_first_and_no_more_than_asked_for() -> None:
    """One far from all is not among them."""
    words = ["review", "reviewed", "reviews", "zebra"]
    assert nearest_few("review", words, 2) == ["review", "reviews"]
    assert nearest_few("review", words, 4) == ["review", "reviews", "reviewed"]


def test_a_proposal_is_one_question() -> None:
    """Names are listed as people list them; no name asks nothing."""
    assert proposal([]) == ""
    assert proposal(["a"]) == "did you mean 'a'?"
    assert proposal(["a", "b", "c"]) == "did you mean 'a', 'b' or 'c'?"
