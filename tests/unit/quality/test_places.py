"""Where records lie, and answers as they are kept: small, and in order."""

import numpy as np
import pytest

from assay.core.errors import UsageError
from assay.quality.answers import AnswerSeries
from assay.quality.patterns import AnswerScale
from assay.quality.places import Clusters, Places


def test_equal_taxonomies_are_kept_once() -> None:
    """A thousand records that lie at two places need two taxonomies."""
    places = Places()
    numbers = [places.add({"difficulty": ["easy", "hard"][n % 2]}) for n in range(1000)]
    assert numbers == list(range(1000))
    assert len(places._numbers) == 2
    inside = places.inside("difficulty", "hard", np.array([0, 1, 2, 999]))
    assert inside.tolist() == [False, True, False, True]


def test_a_record_without_a_family_is_a_cluster_of_its_own() -> None:
    """Records of one family share a cluster; an empty name is no family."""
    clusters = Clusters()
    assert [clusters.of(family) for family in ("a", None, "b", "a", "", None)] == [0, 1, 2, 0, 3, 4]


def test_items_of_equal_names_in_two_records_are_two_items() -> None:
    """An item's name holds within its record."""
    answers = AnswerSeries()
    for record in (0, 1):
        for rater in ("a", "b"):
            answers.add("step", rater, "good", record=record, cluster=record)
    assert (answers.items, answers.n_answers) == (2, 4)
    assert answers.on_scale(AnswerScale("nominal", 1), {"good": 0}).items.tolist() == [0, 0, 1, 1]


def test_a_record_that_comes_back_is_refused() -> None:
    """Items are told apart only while their record is gathered, so records come in order."""
    answers = AnswerSeries()
    answers.add("x", "a", "good", record=1, cluster=0)
    with pytest.raises(UsageError, match="record 0 follows one about 1"):
        answers.add("x", "b", "good", record=0, cluster=0)


def test_abstentions_are_missing_and_counted() -> None:
    """An abstention has no value on the scale and one code of its own among all answers."""
    answers = AnswerSeries()
    for rater, value in (("a", "yes"), ("b", None), ("c", "no")):
        answers.add(0, rater, value, record=0, cluster=0)
    assert (answers.counts, answers.n_answers, answers.n_abstained) == ({"no": 1, "yes": 1}, 2, 1)
    codes = {"no": 0, "yes": 1}
    assert answers.on_scale(AnswerScale("nominal", 2), codes).values.tolist() == [1, 0]
    assert answers.codes(codes, abstained=9)[2].tolist() == [1, 9, 0]
