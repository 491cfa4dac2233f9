"""What records and evaluation results read alike of an Inspect log."""

import pytest

from assay.core.errors import InputError
from assay.records.formats.inspect_sample import inspect_sample, score_name, score_values


def test_a_failed_sample_is_refused() -> None:
    """A sample with an error has no answer; an empty error is none."""
    with pytest.raises(InputError) as caught:
        inspect_sample({"item": {"id": 1, "error": {"message": "time"}}})
    assert caught.value.code == "failed-sample"
    assert inspect_sample({"item": {"id": 1, "error": None}}).identity == "1"


def test_a_row_that_is_no_sample_is_refused() -> None:
    """A row with neither an id nor messages is no sample of a log."""
    with pytest.raises(InputError) as caught:
        inspect_sample({"question": "How deep?"})
    assert caught.value.code == "not-a-sample"


def test_a_score_has_the_states_of_its_edits() -> None:
    """The scorer's value comes first, each edit changes what it names, and its author is kept."""
    provenance = {"author": "ines", "timestamp": "2026-01-02T00:00:00Z", "reason": "units"}
    score = {
        "value": "C", "answer": "4", "explanation": "unit is right",
        "history": [
            {"value": "I", "answer": "4", "explanation": "no match"},
            {"value": "C", "answer": "UNCHANGED", "explanation": "unit is right", "provenance": provenance},
        ],
    }  # fmt: skip
    scorer, person = inspect_sample({"item": {"id": 1, "scores": {"match": score}}}).scores["match"]
    assert (scorer.value, scorer.explanation, scorer.author) == ("I", "no match", None)
    assert (person.value, person.answer, person.author) == ("C", "4", "ines")
    assert (person.edited_at, person.reason) == ("2026-01-02T00:00:00Z", "units")


def test_a_scorer_says_why_it_gave_no_value() -> None:
    """The reason of an unscored value is kept, and an edit that names a value takes it back."""
    score = {
        "value": "I", "explanation": "by hand",
        "history": [
            {"value": None, "explanation": "no grade", "reason": "grader_failed"},
            {"value": "I", "explanation": "by hand", "reason": None, "provenance": {"author": "ines"}},
        ],
    }  # fmt: skip
    row = {"item": {"id": 1, "scores": {"edited": score, "grader": score["history"][0]}}}  # type: ignore[index]
    scores = inspect_sample(row).scores
    assert [state.unscored for state in scores["edited"]] == ["grader_failed", None]
    assert [(state.value, state.unscored) for state in scores["grader"]] == [
        (None, "grader_failed")
    ]


SPAN = {"event": "span_begin", "id": "s1", "type": "scorer", "name": "own/tone"}
INNER = {"event": "span_begin", "id": "s2", "parent_id": "s1", "type": "tool", "name": "x"}


@pytest.mark.parametrize(
    ("scorer", "events", "kind"),
    [
        ("tone", [SPAN], "rule"),
        ("tone", [SPAN, INNER, {"event": "model", "span_id": "s2"}], "model"),
        ("tone1", [SPAN, {"event": "model", "span_id": "s1"}], "model"),
        ("tone", [SPAN, {"event": "model", "span_id": "elsewhere"}], "rule"),
        ("tone", None, "undetermined"),
        ("match", None, "rule"),
        ("f1", None, "rule"),
        ("inspect_ai/model_graded_qa", None, "model"),
    ],
)
def test_a_scorer_is_a_rule_or_asks_a_model(scorer: str, events: object, kind: str) -> None:
    """A request to a model inside the scorer's part of the run shows it; else its name may."""
    sample = {"id": 1, "scores": {scorer: {"value": 1}}, "events": events}
    assert inspect_sample({"item": sample}).scorer_kind(scorer) == kind


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
