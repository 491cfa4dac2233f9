"""What records and evaluation results read alike of an Inspect log."""

import pytest

from assay.core.errors import InputError
from assay.records.formats.inspect_sample import refuse_failed, score_name, score_values


def test_a_failed_sample_is_refused() -> None:
    """A sample with an error has no answer; an empty error is none."""
    with pytest.raises(InputError) as caught:
        refuse_failed({"id": 1, "error": {"message": "time"}})
    assert caught.value.code == "failed-sample"
    refuse_failed({"id": 1, "error": None})


def test_a_score_of_several_values_gives_each_its_name() -> None:
    """One value has the scorer's name, several have their own, however deep."""
    assert list(score_values("match", "C")) == [("match", "C")]
    stated = {"Is it so?": 1, "parts": {"2nd": None}}
    assert list(score_values("match", stated)) == [("is_it_so_", 1), ("score_2nd", None)]


def test_a_name_is_one_of_a_dimension() -> None:
    """It has lower-case letters, digits and `_`, and begins with a letter."""
    assert [score_name(text) for text in ("Match/F1", "1st", "")] == [
        "match_f1",
        "score_1st",
        "score_",
    ]
