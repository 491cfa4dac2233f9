"""Rows that are stored for correction name nobody."""

import pytest

from assay.records.people_mask import PeopleMask, existing_or_new_pseudonym
from assay.records.pseudonym import pseudonymiser

PSEUDONYM = pseudonymiser(b"a key for the tests only")
MASK = PeopleMask(PSEUDONYM)


@pytest.mark.parametrize("key", ["annotator", "Annotator_ID", "user-name", "completed by", "JUDGE"])
def test_a_person_is_known_by_the_name_of_the_key(key: str) -> None:
    """However it is written, and however deep it is."""
    masked = MASK.hide({"rows": [{key: "mirabel", "text": "fine"}]})
    assert masked.raw == {"rows": [{key: PSEUDONYM("mirabel"), "text": "fine"}]}
    assert masked.names == {"mirabel": PSEUDONYM("mirabel")}


@pytest.mark.parametrize("value", ["", "  ", None, ["mirabel"]])
def test_what_is_no_id_stays(value: object) -> None:
    """An empty cell names nobody, and a list is looked into for keys alone."""
    assert MASK.hide({"annotator": value}).raw == {"annotator": value}


def test_a_number_is_an_id() -> None:
    """A person kept as 17 is the person kept as text."""
    assert MASK.hide({"worker": 17}).raw == {"worker": PSEUDONYM("17")}


def test_a_column_of_the_mapping_is_masked_as_the_whole_id() -> None:
    """`rater {n}` makes the id; the cell becomes that id's pseudonym."""
    masked = PeopleMask(PSEUDONYM, {"n": "rater {n}"}).hide({"n": "4"})
    assert masked.raw == {"n": PSEUDONYM("rater 4")}


def test_a_pseudonym_stays_what_it_is() -> None:
    """A corrected row is imported again, and names the same person."""
    known = PSEUDONYM("mirabel")
    assert MASK.hide({"annotator": known}).raw == {"annotator": known}
    assert existing_or_new_pseudonym(PSEUDONYM)(f"was {known}.") == known


def test_a_row_that_is_no_json_is_masked_as_far_as_it_can_be_read() -> None:
    """Pairs of a key and a value are seen in broken text as well."""
    masked = MASK.hide('{"annotator": "mirabel", "text": "fine", ')
    assert "mirabel" not in masked.raw
    assert '"text": "fine"' in masked.raw


def test_a_sentence_about_the_row_names_nobody() -> None:
    """An id of one or two letters is left: it would match parts of words."""
    masked = MASK.hide({"annotator": "mirabel", "judge": "an"})
    text = masked.in_text("mirabel said an answer")
    assert text == f"{PSEUDONYM('mirabel')} said an answer"
